"""Owns the promise that an empty word is no place: as a path it would mean the folder that one is in, and all its pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
from restyle_cli.main import app
from restyle_cli.terminal import failures
from typer.testing import CliRunner


@pytest.mark.parametrize(
    "words",
    [
        ("image", "", "--style", "woodcut", "-o", "out/"),
        ("image", "photo.png", "--style", "woodcut", "--output", ""),
        ("image", "photo.png", "--style", "woodcut", "-o", "out.png", "--update="),
        ("film", "", "--style", "woodcut", "-o", "out.mkv"),
        ("styles", "add", ""),
        ("presets", "show", ""),
        ("weights", "install", "vgg19", "--from", ""),
        ("live", "--watch", ""),
        ("styles", "add", "--", ""),
        ("styles", "add", "--", "none.png", "--title", ""),
    ],
)
def test_an_empty_word_is_said_and_nothing_is_touched(words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RESTYLE_STATE_DIR", str(tmp_path / "state"))
    ended = CliRunner().invoke(app, list(words))
    assert ended.exit_code == 2
    assert "only an empty word" in " ".join(ended.output.replace("│", " ").split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [["--title", ""], ["--credit="], ["--tags", ""], ["--title", "--of="], ["--", "--odd="]])
def test_a_text_for_people_may_be_empty(words: list[str]) -> None:
    failures._refuse_nothing(["styles", "add", "none.png", *words])
