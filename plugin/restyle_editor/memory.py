"""Owns what an editor keeps between two sessions: small JSON files, written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from . import log
from .packages import files


def load(path: Path) -> dict[str, Any]:
    """Empty when there is none, or it can't be read."""
    return whole(path) or {}


def whole(path: Path) -> dict[str, Any] | None:
    """The same; None for a file that is there and can't be read now: what is in it may be whole."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        log.write(f"{path.name} can't be read: {error}")
        return None
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def save(path: Path, content: dict[str, Any]) -> bool:
    """Whether it is written. Settings that can't be must not stop a painting: the log says why."""
    text = json.dumps(content, ensure_ascii=False)
    if not _is_text(text):  # a file's name may be none: JSON has a way to write it
        text = json.dumps(content)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.atomic_write(path, text)
    except OSError as error:
        log.write(f"{path.name} can't be written: {error}")
        return False
    return True


def _is_text(words: str) -> bool:
    try:
        words.encode()
    except UnicodeEncodeError:
        return False
    return True
