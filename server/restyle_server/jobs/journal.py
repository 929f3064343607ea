"""Owns the jobs' records on disk: one SQLite database in WAL mode, so that a killed server loses no finished result."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from .job import Job

FORMAT = 1  # of the records; a journal of another format is set aside
BUSY_SECONDS = 5.0  # that SQLite waits for a reader such as a backup


class JournalFailure(Exception):
    """The record could not be written: the disk is full or the folder read-only."""


class Journal:
    """Records of jobs by id. Every call is done when it returns."""

    def __init__(self, path: Path) -> None:
        """OSError or sqlite3.Error when the folder can't be written."""
        self._database = _opened(path)
        self._encode = msgspec.json.Encoder(enc_hook=_plain).encode
        self._decode = msgspec.json.Decoder(Job, dec_hook=_rich).decode

    def put(self, job: Job) -> None:
        """Writes the job's record, in place of an older one. JournalFailure."""
        row = (job.id, job.arrival, self._encode(job))
        self._run("INSERT INTO jobs(id, arrival, record) VALUES(?, ?, ?) ON CONFLICT(id) DO UPDATE SET record = excluded.record", row)

    def remove(self, job_id: str) -> None:
        """Forgets the job, if it is known. JournalFailure."""
        self._run("DELETE FROM jobs WHERE id = ?", (job_id,))

    def jobs(self) -> Iterator[Job]:
        """Every job, in order of arrival. Records that can't be read are skipped: one bad record must not keep the server from starting."""
        for (record,) in self._database.execute("SELECT record FROM jobs ORDER BY arrival").fetchall():
            try:
                yield self._decode(record)
            except (msgspec.DecodeError, ValueError):
                continue

    def close(self) -> None:
        self._database.close()

    def _run(self, statement: str, row: tuple[Any, ...]) -> None:
        try:
            self._database.execute(statement, row)
        except sqlite3.Error as error:
            raise JournalFailure(str(error)) from error


def _opened(path: Path) -> sqlite3.Connection:
    try:
        return _connected(path)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):  # can't open or write: not the file's contents
            raise
        path.replace(path.with_suffix(".damaged"))
        return _connected(path)


def _connected(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")  # survives a killed process; a power cut may lose the last moments
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version not in (0, FORMAT):
        database.execute("DROP TABLE IF EXISTS jobs")
    database.execute("CREATE TABLE IF NOT EXISTS jobs(id TEXT PRIMARY KEY, arrival INTEGER NOT NULL, record BLOB NOT NULL)")
    database.execute(f"PRAGMA user_version = {FORMAT}")
    path.chmod(0o600)
    return database


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(type(value).__name__)


def _rich(kind: type, value: Any) -> Any:
    if issubclass(kind, Path):
        return Path(value)
    raise NotImplementedError(kind.__name__)
