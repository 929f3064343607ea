"""Owns the server's log: a rotating file, one line per event, with no tokens, no pixels and no words of a caller above DEBUG."""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

FILE_BYTES = 2 << 20  # some 20,000 events
FILES = 5
LINE = "%(asctime)s %(levelname)s %(message)s"


def open_log(folder: Path, level: str) -> Path:
    """Sends the server's log to folder/server.log, warnings to the terminal too. OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "server.log"
    file = RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8")
    file.setFormatter(logging.Formatter(LINE))
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setLevel(logging.WARNING)
    terminal.setFormatter(logging.Formatter("%(message)s"))
    terminal.addFilter(lambda record: "\n" not in record.getMessage() and not record.exc_info)  # tracebacks are for the file
    root = logging.getLogger("restyle_server")
    root.setLevel(level)
    root.propagate = False
    for handler in (file, terminal):
        root.addHandler(handler)
    path.chmod(0o600)
    return path
