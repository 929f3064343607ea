"""Owns the way to the client: the copy inside the installed plug-in, which no other plug-in's packages can disturb; else the source tree's.

Everything else says `from .client import client` and uses `client.Job`, so that there is one copy of every class. The other names are modules of the
client; `limits`, `parameters` and `ranges`, which are its settings, are the contract's.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import restyle_client as client
    from restyle_client import discovery, phrases, presets, recipes, revival
    from restyle_client.styles import suggestion
    from restyle_client.variations import VARIATIONS
    from restyle_contract import limits, parameters
    from restyle_contract import settings as ranges
else:
    try:
        client = import_module(".restyle_client", __package__)
    except ImportError:
        client = import_module("restyle_client")
    names = ("discovery", "phrases", "presets", "recipes", "revival")
    discovery, phrases, presets, recipes, revival = (import_module(f".{name}", client.__name__) for name in names)
    suggestion = import_module(".styles", client.__name__).suggestion
    VARIATIONS = import_module(".variations", client.__name__).VARIATIONS
    contract = import_module(".contract", client.__name__)
    limits, parameters, ranges = contract.limits, contract.parameters, contract.settings

__all__ = ["VARIATIONS", "client", "discovery", "limits", "parameters", "phrases", "presets", "ranges", "recipes", "revival", "suggestion"]
