"""Owns what makes one server findable and single: the lock, the token, and server.json."""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from restyle_contract.files import atomic_write

from .. import __version__
from .folders import made_private, without_links

API = "restyle.v1"
TOKEN_BYTES = 32


class ServerRuns(Exception):
    """Another server holds the lock; the text says where it listens."""


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


@dataclass(frozen=True, slots=True)
class Runtime:
    """The state folder's lock and server.json."""

    folder: Path
    lock: FileLock

    @property
    def file(self) -> Path:
        return self.folder / "server.json"

    def announce(self, address: str, token: str, remote: str = "") -> None:
        """Writes server.json, for the user's eyes only. remote: where other machines reach the server. OSError."""
        words = {"address": address, "token": token, "pid": os.getpid(), "version": __version__, "api": API}
        if remote:
            words["remote"] = remote
        atomic_write(self.file, json.dumps(words), private=True)

    def withdraw(self) -> None:
        """Removes server.json and gives the lock back."""
        with suppress(OSError):
            self.file.unlink(missing_ok=True)
        self.lock.release()


def claim(folder: Path) -> Runtime:
    """Takes the lock, which dies with its process, and clears away a dead server's file. ServerRuns, OSError."""
    made_private(folder)
    without_links(folder)
    lock = FileLock(folder / "server.lock", timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise ServerRuns(_where(folder)) from None
    runtime = Runtime(folder, lock)
    runtime.file.unlink(missing_ok=True)
    return runtime


def _where(folder: Path) -> str:
    try:
        found = json.loads((folder / "server.json").read_text(encoding="utf-8"))
        return f"A Restyle server runs already, at {found['address']}; stop it first with: restyle stop."
    except (OSError, ValueError, KeyError, TypeError):
        return f"Another Restyle server is starting or ending in {folder}; try again in a moment."
