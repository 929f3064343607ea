"""Owns the way to restyle_client and restyle_contract: the copies that lie beside this package, in a plug-in's package or at the top."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import restyle_client as client
    from restyle_client import discovery
    from restyle_contract import files, limits, parameters, paths, settings
else:
    _PLACE = __name__.rpartition("restyle_editor")[0]  # import_module: an editor may have put all of them into a package of its own
    client = import_module(f"{_PLACE}restyle_client")
    discovery = import_module(f"{_PLACE}restyle_client.discovery")
    files, limits, parameters, paths, settings = (
        import_module(f"{_PLACE}restyle_contract.{name}") for name in ("files", "limits", "parameters", "paths", "settings")
    )


def toml() -> Any:
    """The parser that comes along with the client: Python 3.10 has none. Loaded when it is used."""
    return import_module(f"{client.__name__}._vendor.tomli")


__all__ = ["client", "discovery", "files", "limits", "parameters", "paths", "settings", "toml"]
