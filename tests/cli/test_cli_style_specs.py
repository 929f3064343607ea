"""Owns the promises about NAME|FILE[:WEIGHT]."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from restyle_cli.runs.style_specs import StyleSpec, parse


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("woodcut", StyleSpec("woodcut", None, None)),
        ("Woodcut:2", StyleSpec("woodcut", None, 2.0)),
        ("stained-glass:0.5", StyleSpec("stained-glass", None, 0.5)),
        ("waves.jpg", StyleSpec(None, Path("waves.jpg"), None)),
        ("./waves", StyleSpec(None, Path("waves"), None)),
        ("waves.jpg:1.5", StyleSpec(None, Path("waves.jpg"), 1.5)),
        (r"C:\a.png", StyleSpec(None, Path(r"C:\a.png"), None)),
        (r"C:\a.png:3", StyleSpec(None, Path(r"C:\a.png"), 3.0)),
        ("odd:name.png", StyleSpec(None, Path("odd:name.png"), None)),
    ],
)
def test_a_weight_is_a_last_number_and_nothing_else(text: str, spec: StyleSpec) -> None:
    assert parse(text) == spec


def test_a_file_without_a_dot_is_found_when_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("waves").touch()
    assert parse("waves:2") == StyleSpec(None, Path("waves"), 2.0)


def test_a_file_whose_name_ends_like_a_weight_is_that_file(tmp_path: Path) -> None:
    odd = tmp_path / "waves:2"
    odd.touch()
    assert parse(str(odd)) == StyleSpec(None, odd, None)


@pytest.mark.parametrize("text", ["", ":2", "woodcut:0", "woodcut:-1", "woodcut:nan", "woodcut:inf", "a.png:-0.5"])
def test_a_weight_that_means_nothing_is_a_usage_error(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        parse(text)
