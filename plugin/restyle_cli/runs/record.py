"""Owns the memory of what has been painted: per output file its recipe, its job and its result, so that a second run of a folder paints only what is missing;
and the digest of each file that was written, so that no other is replaced, with the job that it shows.

It lies in the state folder, not beside the pictures. A record that can't be read or written costs a second painting, never a failure.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..terminal.places import real

FILE = "painted.sqlite"
BUSY = 5.0  # s to wait for another command's write
KEEP = 20_000  # rows, oldest out first: about 20 MB

TABLE = "CREATE TABLE IF NOT EXISTS painted (output TEXT PRIMARY KEY, recipe TEXT NOT NULL, job TEXT NOT NULL, result TEXT, serial INTEGER)"
PUT = """INSERT INTO painted VALUES (:output, :recipe, :job, :result, (SELECT COALESCE(MAX(serial), 0) + 1 FROM painted))
ON CONFLICT (output) DO UPDATE SET recipe = :recipe, job = :job, result = :result, serial = excluded.serial"""
WRITTEN = "CREATE TABLE IF NOT EXISTS written (output TEXT PRIMARY KEY, digest TEXT NOT NULL)"
SHOWN = "CREATE TABLE IF NOT EXISTS shown (output TEXT PRIMARY KEY, job TEXT NOT NULL)"
PRUNE = "DELETE FROM painted WHERE serial <= (SELECT MAX(serial) FROM painted) - ?"


@dataclass(frozen=True, slots=True)
class Entry:
    """result: what was printed about the finished picture; None while the job was still under way."""

    recipe: str
    job: str
    result: Mapping[str, Any] | None


def recipe(content: bytes, styles: Sequence[Mapping[str, Any]], parameters: Mapping[str, Any], weights: str) -> str:
    """SHA-256 over everything that decides the picture: the content file's bytes, the styles (each with the hash of its picture), what was asked for, and the
    weights in use."""
    order = json.dumps([list(styles), dict(parameters), weights], sort_keys=True, default=str)
    return hashlib.sha256(hashlib.sha256(content).digest() + order.encode()).hexdigest()


class Record:
    """Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._base: sqlite3.Connection | None = None
        with contextlib.suppress(sqlite3.Error, OSError):
            base = sqlite3.connect(folder / FILE, timeout=BUSY, check_same_thread=False, isolation_level=None)
            base.execute(TABLE)
            base.execute(WRITTEN)
            base.execute(SHOWN)
            self._base = base

    def get(self, output: Path) -> Entry | None:
        with self._lock, contextlib.suppress(sqlite3.Error, ValueError):
            row = self._base and self._base.execute("SELECT recipe, job, result FROM painted WHERE output = ?", (_key(output),)).fetchone()
            if row:
                return Entry(row[0], row[1], json.loads(row[2]) if row[2] else None)
        return None

    def put(self, output: Path, entry: Entry) -> None:
        row = {"output": _key(output), "recipe": entry.recipe, "job": entry.job, "result": json.dumps(entry.result) if entry.result is not None else None}
        with self._lock, contextlib.suppress(sqlite3.Error):
            if self._base:
                self._base.execute(PUT, row)
                self._base.execute(PRUNE, (KEEP,))

    def wrote(self, output: Path, digest: str) -> None:
        """digest: of the file that Restyle has just written there, which shows no job until `shows` says so. These rows are small, and kept: a file may be
        years old when it is painted anew."""
        with self._lock, contextlib.suppress(sqlite3.Error):
            if self._base:
                self._base.execute("INSERT OR REPLACE INTO written VALUES (?, ?)", (_key(output), digest))
                self._base.execute("DELETE FROM shown WHERE output = ?", (_key(output),))

    def shows(self, output: Path, job: str) -> None:
        """job: whose painting the file shows as it has just been written."""
        with self._lock, contextlib.suppress(sqlite3.Error):
            if self._base:
                self._base.execute("INSERT OR REPLACE INTO shown VALUES (?, ?)", (_key(output), job))

    def shown(self, output: Path) -> str | None:
        """The job whose painting the file shows."""
        with self._lock, contextlib.suppress(sqlite3.Error):
            row = self._base and self._base.execute("SELECT job FROM shown WHERE output = ?", (_key(output),)).fetchone()
            return str(row[0]) if row else None
        return None

    def written(self, output: Path) -> str | None:
        """The digest of what Restyle last wrote there."""
        with self._lock, contextlib.suppress(sqlite3.Error):
            row = self._base and self._base.execute("SELECT digest FROM written WHERE output = ?", (_key(output),)).fetchone()
            return str(row[0]) if row else None
        return None

    def close(self) -> None:
        with self._lock, contextlib.suppress(sqlite3.Error):
            if self._base:
                self._base.close()
            self._base = None


def _key(output: Path) -> str:
    return str(real(output)).encode("utf-8", "backslashreplace").decode()  # a name may be bytes that are no text
