"""Owns the promises of `restyle image --estimate`: what it would cost, and nothing is painted."""

from __future__ import annotations

import json
from pathlib import Path

from cli.pictures import picture
from cli.running import Restyle


def test_memory_and_time_are_told_and_nothing_is_painted(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    restyle("image", photo, "--style", "woodcut", "-o", tmp_path / "out.png")  # the first job teaches the time
    before = len(restyle.jobs())
    told = restyle("image", photo, "--style", "woodcut", "--size", 32, "--estimate")
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout.startswith(f"{photo}: about ")
    assert "768 kB of memory at 32×24 px, on cpu: fake" in told.stdout
    assert len(restyle.jobs()) == before


def test_a_folder_is_told_picture_by_picture_in_json(restyle: Restyle, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        picture(tmp_path / name, 64, 48)
    told = restyle("image", tmp_path, "--style", "woodcut", "--estimate", "--json")
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    assert [Path(line["content"]).name for line in lines] == ["a.png", "b.png"]
    for line in lines:
        assert (line["memory"], line["work_size"], line["fits"], line["weights"]) == (64 * 48 * 1000, [64, 48], True, "vgg16")
        assert line["largest_size"] > 0


def test_a_picture_that_does_not_fit_is_told_with_the_size_that_does(restyle: Restyle, tmp_path: Path) -> None:
    huge = picture(tmp_path / "huge.png", 4000, 2000)  # 8 GB in the fake's reckoning, of which 4 are free
    told = restyle("image", huge, "--style", "woodcut", "--size", 4000, "--preset", "fine", "--estimate")
    assert told.exit_code == 0
    assert "are free: choose --size " in told.stdout


def test_too_little_memory_is_told_with_what_is_enough(restyle: Restyle, photo: Path) -> None:
    told = restyle("image", photo, "--style", "woodcut", "--memory", "1M", "--estimate")
    assert "only 1.0 MB are allowed: give --memory 3M or more or choose --size " in told.stdout
    assert "are allowed" not in restyle("image", photo, "--style", "woodcut", "--memory", "3M", "--estimate").stdout
    assert "are free" not in told.stdout


def test_without_an_output_only_an_estimate_is_possible(restyle: Restyle, photo: Path) -> None:
    refused = restyle("image", photo, "--style", "woodcut")
    assert refused.exit_code == 2
    assert "--estimate" in refused.stderr
