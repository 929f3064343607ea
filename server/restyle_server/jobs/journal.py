"""Owns the jobs' records on disk: one SQLite database in WAL mode, so that a killed server loses no finished result.

A journal that is damaged, of another version, or can't be read is set aside whole and a new one begun: what lies in the jobs' folders tells the rest.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .aside import FOLDER, Aside
from .encoding import Unreadable, decode, encode
from .job import Job

log = logging.getLogger(__name__)

FORMAT = 1  # of the records; a journal of another format is set aside
BUSY_SECONDS = 5.0  # that SQLite waits for a reader such as a backup
HELD = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
PARTS = ("", "-wal", "-shm")  # of a database in WAL mode
PUT = "INSERT INTO jobs(id, arrival, record) VALUES(?, ?, ?) ON CONFLICT(id) DO UPDATE SET record = excluded.record"


class JournalFailure(Exception):
    """The record could not be written: the disk is full or the folder read-only."""


class JournalHeld(Exception):
    """Another program keeps the journal to itself; the text is a sentence that says what to do."""


class Journal:
    """Records of jobs by id. Every call is done when it returns. aside: where that goes which can't be understood."""

    def __init__(self, path: Path) -> None:
        """OSError or sqlite3.Error when no journal can be had there, JournalHeld."""
        self.folder = path.parent
        self.aside = Aside(self.folder / FOLDER)
        self._database = _opened(path, self.aside)

    def put(self, job: Job) -> None:
        """Writes the job's record, in place of an older one. JournalFailure."""
        self._run(PUT, (job.id, job.arrival, encode(job)))

    def remove(self, job_id: str) -> None:
        """Forgets the job, if it is known. JournalFailure."""
        self._run("DELETE FROM jobs WHERE id = ?", (job_id,))

    def jobs(self) -> Iterator[Job]:
        """Every job, in order of arrival. Records that can't be read are set aside: one bad record must not keep the server from starting."""
        for row, job_id, arrival, record in self._database.execute("SELECT rowid, id, arrival, record FROM jobs ORDER BY arrival").fetchall():
            try:
                job = decode(record, job_id)
            except Unreadable as error:
                self._set_aside(row, repr((job_id, arrival, record)), str(error))
            else:
                yield job

    def close(self) -> None:
        self._database.close()

    def _set_aside(self, row: int, words: str, why: str) -> None:
        log.warning("journal: a record is set aside: %s", why)
        with contextlib.suppress(OSError, JournalFailure):  # else it is met again by the next server
            self.aside.write(f"record-{row}", words.encode("utf-8", "backslashreplace"), why)
            self._run("DELETE FROM jobs WHERE rowid = ?", (row,))

    def _run(self, statement: str, row: tuple[Any, ...]) -> None:
        try:
            self._database.execute(statement, row)
        except sqlite3.Error as error:
            raise JournalFailure(str(error)) from error


def _opened(path: Path, aside: Aside) -> sqlite3.Connection:
    if not _size(path) and _size(_part(path, "-wal")):  # SQLite would delete a log whose database is gone
        _set_aside(path, aside, "its database is gone")
    try:
        return _sound(path)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in HELD:
            raise JournalHeld(f"The journal {path} is held by another program; end that program, such as a backup, and start Restyle again.") from error
        reason = str(error)
    new = path.with_suffix(".new")
    for part in PARTS:
        _part(new, part).unlink(missing_ok=True)
    _sound(new).close()  # where no journal could be written at all, the old one is not at fault and stays
    log.warning("journal: it is set aside and a new one begun: %s", reason)
    _set_aside(path, aside, reason)
    new.replace(path)
    return _sound(path)


def _sound(path: Path) -> sqlite3.Connection:
    """The database, whole and writable. sqlite3.Error."""
    database = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        database.text_factory = _lenient
        _made(database)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")  # survives a killed process; a power cut may lose the last moments
        database.execute("BEGIN IMMEDIATE")
        database.execute(PUT, ("", 0, b""))  # does it take what it is for?
        database.execute("ROLLBACK")
        path.chmod(0o600)
    except BaseException:
        database.close()
        raise
    return database


def _made(database: sqlite3.Connection) -> None:
    """The table in a database that is new. sqlite3.Error for one that is damaged or of another format."""
    (version,) = database.execute("PRAGMA user_version").fetchone()
    (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if version == 0 and not tables:
        database.execute("BEGIN IMMEDIATE")
        database.execute("CREATE TABLE jobs(id TEXT PRIMARY KEY, arrival INTEGER NOT NULL, record BLOB NOT NULL)")
        database.execute(f"PRAGMA user_version = {FORMAT}")
        database.execute("COMMIT")
    elif version != FORMAT:
        raise sqlite3.DatabaseError(f"it is of the format {version}, and this Restyle writes {FORMAT}")
    (verdict,) = database.execute("PRAGMA integrity_check(1)").fetchone()
    if verdict != "ok":
        raise sqlite3.DatabaseError(verdict)


def _set_aside(path: Path, aside: Aside, why: str) -> None:
    """With the files that belong to it. OSError."""
    for part in PARTS:
        if _part(path, part).exists() or _part(path, part).is_symlink():
            aside.move(_part(path, part), why)


def _part(path: Path, part: str) -> Path:
    return path.with_name(path.name + part)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _lenient(text: bytes) -> str:
    """A damaged text must not hide the rows beside it."""
    return text.decode("utf-8", "surrogateescape")
