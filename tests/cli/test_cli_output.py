"""Owns the promises about what is printed."""

from __future__ import annotations

import json
import sys
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pytest
from restyle_cli.terminal import failures, output


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


STEERING = "\x1b]0;owned\x07\x1b[2J\r\x9b31m\x7f\u202eevil\u2066\u2028\udcff"


def test_nothing_that_somebody_named_steers_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    """Labels, titles, files: in tables, lines and failures."""
    output.table(("label",), [(f"My layer{STEERING}",)])
    output.line(f"removed {STEERING}")
    sys.stderr.write(f"{failures.one_line(STEERING)}\n")
    out, err = capfd.readouterr()
    assert "My layer\\x1b]0;owned\\x07\\x1b[2J\\r\\x9b31m\\x7f\\u202eevil\\u2066\\u2028\\xff" in out
    assert not [each for each in (out + err).replace("\n", "") if unicodedata.category(each) in ("Cc", "Cs", "Cf", "Zl", "Zp")]


def test_words_in_every_writing_are_shown_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    said = "Über\u00a0Nacht – 夜 שלום 👩\u200d🎨"
    output.line(f"{said}\n{said}")
    assert capsys.readouterr().out == f"{said}\n{said}\n"
