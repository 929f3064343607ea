"""Owns the way to the client: the copy inside the installed plug-in, which no other plug-in's packages can disturb; else the source tree's.

Everything else says `from .client import client` and uses `client.Job`, so that there is one copy of every class. The other names are modules of the
client; `ranges` is its settings.py, which this plug-in has one of, too.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import restyle_client as client
    from restyle_client import discovery, phrases, presets, recipes, revival
    from restyle_client import settings as ranges
    from restyle_client.styles import suggestion
    from restyle_client.variations import VARIATIONS
else:
    try:
        client = import_module(".restyle_client", __package__)
    except ImportError:
        client = import_module("restyle_client")
    names = ("discovery", "phrases", "presets", "settings", "recipes", "revival")
    discovery, phrases, presets, ranges, recipes, revival = (import_module(f".{name}", client.__name__) for name in names)
    suggestion = import_module(".styles", client.__name__).suggestion
    VARIATIONS = import_module(".variations", client.__name__).VARIATIONS

__all__ = ["VARIATIONS", "client", "discovery", "phrases", "presets", "ranges", "recipes", "revival", "suggestion"]
