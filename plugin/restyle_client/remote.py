"""Owns which server on another machine this user's clients turn to: remote.json in the state folder, beside copies of the certificates.

The state folder is where every client looks first, sandboxed editors included, so that one command changes all of them. Copies, because a sandbox sees no other
folder, and because the originals may lie on a stick.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

from . import discovery
from .contract import files
from .discovery import Certificates, Endpoint
from .errors import InvalidRequest

FILE = "remote.json"
FOLDER = "remote"  # holds a folder of copies for each time that a server was named; remote.json says which one counts
NAMES = {"ca": "ca.pem", "cert": "cert.pem", "key": "key.pem"}
LARGEST_PEM = 256 * 1024  # bytes; a certificate with its chain takes about ten thousand


def find(folder: Path) -> Endpoint | None:
    """The server that was named; None when the user's own counts."""
    words = discovery._read_object(folder / FILE)
    address, place = words.get("address"), words.get("certificates")
    if not isinstance(address, str) or not isinstance(place, str) or Path(place).name != place:
        return None
    endpoint = discovery.parse_address(address, "")
    copies = folder / FOLDER / place
    return replace(endpoint, certificates=Certificates(**{name: copies / file for name, file in NAMES.items()})) if endpoint else None


def remember(folder: Path, address: str, certificates: Certificates) -> Endpoint:
    """From now on every client of this user turns to that server. InvalidRequest when the address or a file can't be used; OSError."""
    endpoint = discovery.parse_address(address, "")
    if endpoint is None:
        raise InvalidRequest(f"{address!r} is no address of a server; write HOST:PORT, such as painter.studio:50051", "address")
    place = folder / FOLDER / os.urandom(8).hex()
    place.mkdir(mode=0o700, parents=True)
    try:
        for name, file in NAMES.items():
            _copy(getattr(certificates, name), place / file)
        files.atomic_write(folder / FILE, json.dumps({"address": endpoint.address, "certificates": place.name}))
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    _sweep(folder, keep=place.name)
    return replace(endpoint, certificates=Certificates(**{name: place / file for name, file in NAMES.items()}))


def forget(folder: Path) -> bool:
    """Back to the user's own server; whether there was another. OSError."""
    known = (folder / FILE).exists()
    (folder / FILE).unlink(missing_ok=True)
    shutil.rmtree(folder / FOLDER, ignore_errors=True)
    return known


def _copy(source: Path, target: Path) -> None:
    content = source.read_bytes() if source.stat().st_size <= LARGEST_PEM else b""
    if b"-----BEGIN " not in content:
        raise InvalidRequest(f"{source} is no PEM file; give the server's authority, your certificate, and its key.", target.stem)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # a key is for its owner's eyes
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _sweep(folder: Path, keep: str) -> None:
    for place in (folder / FOLDER).iterdir():
        if place.name != keep:
            shutil.rmtree(place, ignore_errors=True)
