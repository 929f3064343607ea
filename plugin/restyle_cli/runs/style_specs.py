"""Owns how a style is written on the command line: NAME|FILE[:WEIGHT]."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

import typer

LIBRARY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")  # ids of the library, in any case


@dataclass(frozen=True, slots=True)
class StyleSpec:
    """Exactly one of `name` (an id of the library) and `file`. weight: > 0, or None when it was not given."""

    name: str | None
    file: Path | None
    weight: float | None

    def __str__(self) -> str:
        return self.name or str(self.file)


def parse(text: str) -> StyleSpec:
    """A weight is a last `:number`, so that C:\\a.png is a file. What has neither dot nor slash is a name of the library, unless only a file has it; ./name is
    always a file. typer.BadParameter for an empty name or a weight that is not positive."""
    source, weight = _split(text)
    if not source:
        raise typer.BadParameter(f"{text!r} names no style; write a name of the library or a picture's file, such as woodcut or painting.jpg:2")
    if LIBRARY_NAME.fullmatch(source) and not Path(source).is_file():
        return StyleSpec(source.lower(), None, weight)
    return StyleSpec(None, Path(source), weight)


def _split(text: str) -> tuple[str, float | None]:
    head, colon, tail = text.rpartition(":")
    if not colon or Path(text).exists():
        return text, None
    try:
        weight = float(tail)
    except ValueError:
        return text, None
    if not (math.isfinite(weight) and weight > 0):
        raise typer.BadParameter(f"the weight in {text!r} must be a number above 0, such as {head}:2")
    return head, weight
