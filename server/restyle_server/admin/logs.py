"""Owns the server's log: a rotating file, one line per event, with no tokens, no pixels and no words of a caller above DEBUG."""

from __future__ import annotations

import errno
import logging
import os
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from .folders import made_private, without_links

FILE_BYTES = 2 << 20  # some 20,000 events
FILES = 5
LINE = "%(asctime)s %(levelname)s %(message)s"


class OneLine(logging.Formatter):
    """One line per event, tracebacks too: what looks like an event in the file is one."""

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).rstrip().replace("\r", "\\r").replace("\n", "\\n")


class OwnFile(RotatingFileHandler):
    """Rotating files that only the user can read, each of them."""

    def _open(self) -> Any:
        file = open(self.baseFilename, self.mode, encoding=self.encoding, errors=self.errors, opener=_opened)  # noqa: SIM115 - the handler closes it
        if os.name == "posix":
            os.fchmod(file.fileno(), 0o600)  # the file that is open, not whatever has its name by now
        return file

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """A full disk costs lines of the log; Python would write a traceback to the terminal for each."""


def open_log(folder: Path, level: str) -> Path:
    """Sends the server's log to folder/server.log, warnings to the terminal too. OSError."""
    made_private(folder.parent)
    if folder.is_symlink():
        raise OSError(errno.ELOOP, "logs in it is a link; move it away", str(folder))
    made_private(folder)
    without_links(folder)
    path = folder / "server.log"
    file = OwnFile(path, maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8")
    file.setFormatter(OneLine(LINE))
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setLevel(logging.WARNING)
    terminal.setFormatter(logging.Formatter("%(message)s"))
    terminal.addFilter(lambda record: "\n" not in record.getMessage() and not record.exc_info)  # tracebacks are for the file
    root = logging.getLogger("restyle_server")
    root.setLevel(level)
    root.propagate = False
    for handler in (file, terminal):
        root.addHandler(handler)
    return path


def _opened(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)
