"""Owns what an editor keeps between two sessions: small JSON files, written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from . import log
from .packages import files


def load(path: Path) -> dict[str, Any]:
    """Empty when there is none, or it can't be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def save(path: Path, content: dict[str, Any]) -> None:
    """Settings that can't be written must not stop a painting: the log says why."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.atomic_write(path, json.dumps(content, ensure_ascii=False, indent=1))
    except OSError as error:
        log.write(f"{path.name} can't be written: {error}")
