"""Owns what a session is opened with: a named server's address and certificates, and what there is to say about two versions that meet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from . import discovery
from .contract import paths
from .discovery import Certificates, Endpoint
from .errors import InvalidRequest
from .version import VERSION


def version_notes(server: str) -> tuple[str, ...]:
    """What people should know when the two sides come from different installations, though they understand each other: it is told with every result."""
    if server == VERSION:
        return ()
    older = "server" if _numbers(server) < _numbers(VERSION) else "plug-in or command"
    return (f"The server is Restyle {server} and this is {VERSION}; update the {older}, and start it again, so that everything new is there.",)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isascii() and part.isdigit())


def certificates_of(address: str | None, *files: str | Path | None) -> Certificates | None:
    if not any(files):
        return None
    if address is None or not all(files):
        raise InvalidRequest("A server on another machine needs its address and three files: ca, cert and key.", "ca")
    ca, cert, key = (paths.at_home(file).absolute() for file in files if file)
    return Certificates(ca, cert, key)


def fixed_endpoint(address: str | None, token: str | None, certificates: Certificates | None) -> Endpoint | None:
    if address is None:
        return None
    if token is None and certificates is None:
        own = discovery.find_endpoint(discovery.state_dir())
        token = own.token if own is not None and own.address == address else ""
    endpoint = discovery.parse_address(address, token or "")
    if endpoint is None:
        raise InvalidRequest(f"{address!r} is no address of a server; write HOST:PORT, such as 127.0.0.1:50051", "address")
    return replace(endpoint, certificates=certificates)
