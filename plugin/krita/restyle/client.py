"""Owns the way to the client: the copy inside the installed plug-in, which no other plug-in's packages can disturb; else the source tree's.

Everything else says `from .client import client` and uses `client.Job`, so that there is one copy of every class.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import restyle_client as client
    from restyle_client import discovery
else:
    try:
        client = import_module(".restyle_client", __package__)
    except ImportError:
        client = import_module("restyle_client")
    discovery = import_module(".discovery", client.__name__)

__all__ = ["client", "discovery"]
