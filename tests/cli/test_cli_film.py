"""Owns the promises of `restyle film`: what goes in comes out, frame by frame, at its time and with its sound."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from cli import films
from cli.running import Restyle
from restyle_imaging.film import reading
from restyle_imaging.planes.samples import samples_of


def paint(restyle: Restyle, *arguments: object) -> dict[str, Any]:
    done = restyle("film", *arguments, "--style", "woodcut", "--json")
    assert done.exit_code == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def contents(path: Path) -> list[bytes]:
    return [samples.tobytes() for samples in films.frames_of(path)]


def test_every_frame_follows_the_one_before(restyle: Restyle, tmp_path: Path) -> None:
    content = films.film(tmp_path / "in.mkv")
    told = paint(restyle, content, "-o", tmp_path / "painted" / "%04d.png")
    assert (told["frames"], told["painted"], told["size"]) == (6, 6, [32, 24])
    from cli.pictures import pixels

    found = [pixels(path) for path in sorted((tmp_path / "painted").iterdir())]
    assert found == films.painted(contents(content))
    assert [path.name for path in sorted((tmp_path / "painted").iterdir())] == [f"{at:04d}.png" for at in range(6)]
