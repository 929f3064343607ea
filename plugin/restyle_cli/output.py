"""Owns what a command prints: one JSON object per line, or lines and tables for people."""

from __future__ import annotations

import dataclasses
import json
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

Json = Annotated[bool, typer.Option("--json", metavar="", help="Print one JSON object per line.", show_default=False)]


def emit(record: Mapping[str, Any]) -> None:
    """One JSON object as one line on stdout."""
    sys.stdout.write(json.dumps(plain(record), ensure_ascii=False, allow_nan=False) + "\n")
    sys.stdout.flush()


def plain(value: Any) -> Any:
    """The same value in JSON's types: dataclasses become objects, enums their value, paths strings, bytes their length, NaN and infinities null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, (bytes, bytearray, memoryview)):
        return len(value)
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return str(value) if isinstance(value, Path) else value


def line(text: str) -> None:
    """A line for people on stdout, never wrapped, so that it can be searched."""
    sys.stdout.write(printable(text, "\n") + "\n")
    sys.stdout.flush()


def printable(text: str, besides: str = "") -> str:
    """The text with what would steer a terminal, or turn its lines around, written out: layers, styles and files may be called anything.

    besides: such characters that stay."""
    return "".join(each.encode("unicode_escape").decode("ascii") if _steers(each) and each not in besides else each for each in text)


def _steers(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in TURNS


TURNS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # Unicode's own marks for the direction of what follows


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[str] = ()) -> None:
    """A table on stdout: borderless; cells are folded, never cut off, where the terminal is narrow. right: columns whose numbers stand to the right."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    grid = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        grid.add_column(column, overflow="fold", justify="right" if column in right else "left")
    for row in rows:
        grid.add_row(*(_cell(value) for value in row))
    people().print(grid)


def people() -> Console:
    """The terminal on stdout. Without one, lines are as long as they need to be: a pipe has no width."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else WIDE
    return Console(file=sys.stdout, width=width, highlight=False, soft_wrap=False)


WIDE = 200  # columns: room for a table's longest row in a file or a pipe


def _cell(value: object) -> Any:
    from rich.text import Text

    return Text("" if value is None else printable(str(value)))


def bytes_for_people(count: float) -> str:
    """Decimal units, as download pages have them: "575 MB"."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if count >= 10 or unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def seconds_for_people(seconds: float) -> str:
    """ "14 s", "2:05 min", "1:02:03 h"."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02} min"
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02} h"
