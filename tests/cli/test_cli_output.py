"""Owns the promises about what is printed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pytest
from restyle_cli import output


class Kind(StrEnum):
    GOOD = "good"


@dataclass(frozen=True)
class Thing:
    kind: Kind
    path: Path
    inner: tuple[float, ...]
    data: bytes = b"12345"


def test_json_is_one_object_per_line_and_never_nan(capsys: pytest.CaptureFixture[str]) -> None:
    output.emit({"thing": Thing(Kind.GOOD, Path("a/b"), (1.5, float("nan"), float("inf"))), "text": "two\nlines ö"})
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    assert json.loads(lines[0]) == {"thing": {"kind": "good", "path": str(Path("a/b")), "inner": [1.5, None, None], "data": 5}, "text": "two\nlines ö"}


def test_a_table_in_a_pipe_is_not_cut(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("id", "n"), [("x" * 120, 1), ("[red]not markup[/red]", None)], right=("n",))
    out = capsys.readouterr().out
    assert "x" * 120 in out
    assert "[red]not markup[/red]" in out
    assert "\x1b" not in out


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (574_673_361, "575 MB"), (2.5e12, "2.5 TB")])
def test_bytes_are_told_as_people_say_them(count: float, text: str) -> None:
    assert output.bytes_for_people(count) == text


@pytest.mark.parametrize(("seconds", "text"), [(0.04, "0.0 s"), (9.5, "9.5 s"), (14.2, "14 s"), (59.7, "1:00 min"), (125, "2:05 min"), (3723, "1:02:03 h")])
def test_times_are_told_as_people_say_them(seconds: float, text: str) -> None:
    assert output.seconds_for_people(seconds) == text
