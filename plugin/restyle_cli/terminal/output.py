"""Owns what a command prints: one JSON object per line, or lines and tables for people."""

from __future__ import annotations

import contextlib
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
    sys.stdout.write(as_json(record, sys.stdout.encoding or "utf-8") + "\n")
    sys.stdout.flush()


def as_json(record: Mapping[str, Any], encoding: str = "utf-8", indent: int | None = None) -> str:
    """The object as text that `encoding` has letters for; bytes of a name that are no text are escaped as Python has them."""
    plainly = plain(record)
    text = json.dumps(plainly, ensure_ascii=False, allow_nan=False, indent=indent)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(plainly, allow_nan=False, indent=indent)
    return text


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
    sys.stdout.write("\n".join(map(printable, text.split("\n"))) + "\n")
    sys.stdout.flush()


def aside(text: str) -> None:
    """A line for people on stderr. When nobody reads it any more, the line is lost and nothing else."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(f"{printable(text)}\n")
        sys.stderr.flush()


def printable(text: str) -> str:
    """The text as a terminal shows it: characters that would steer it, and bytes that are no text, as escapes."""
    return text if text.isprintable() else "".join(letter if _shows(letter) else _escape(letter) for letter in text)


def named(path: Path | str) -> str:
    """A file's name for people."""
    return printable(str(path))


def _shows(letter: str) -> bool:
    return letter.isprintable() or letter in JOINERS or unicodedata.category(letter) == "Zs"  # spaces of other widths


def _escape(letter: str) -> str:
    byte = ord(letter) - 0xDC00  # how Python keeps a byte of a name that is no UTF-8
    return f"\\x{byte:02x}" if 0x80 <= byte <= 0xFF else letter.encode("unicode_escape").decode("ascii")


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


JOINERS = "\u00a0\u200c\u200d"  # no-break space, and what joins letters and emoji
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
