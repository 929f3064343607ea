"""Owns the timing of other people's programs beside ours: any command that reads a photo and a style and writes a painting. Imports no torch."""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from bench import subjects
from bench.figures import Spread
from PIL import Image
from restyle_engine.task import Pixels

CONTENT, STYLE, OUTPUT, SIDE = "{content}", "{style}", "{output}", "{size}"
ASKED = f"write NAME=COMMAND with {CONTENT}, {STYLE} and {OUTPUT} in the command where its files belong, and {SIDE} for the side in pixels"


class PeerFailed(Exception):
    """The peer did not paint; the message is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Command:
    """A peer's command, in words; what its files are called is not filled in yet."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Peer:
    """What a peer did at one size. seconds: of the whole command, its start included; reached: J of what it wrote, goal: the textbook's; faster: the textbook's
    seconds to its goal over its own."""

    contender: str
    side: int
    seconds: Spread
    reached: float
    goal: float
    faster: float


def command(text: str) -> Command:
    """NAME=COMMAND, taken apart. ValueError with a sentence."""
    name, _, line = text.partition("=")
    try:
        words = tuple(shlex.split(line))
    except ValueError as error:
        raise ValueError(f"the command of {name!r} can't be read ({error}); {ASKED}") from error
    missing = [one for one in (CONTENT, STYLE, OUTPUT) if one not in line]
    if not name.strip() or not words or missing:
        raise ValueError(f"{text!r} is no peer; {ASKED}")
    return Command(name.strip(), words)


class PeerPainter:
    """A command with its pictures in a folder, square, of a side in px."""

    def __init__(self, command: Command, folder: Path, side: int, photo: str | None, style: str, threads: int | None) -> None:
        self.name, self.output = command.name, folder / "painting.png"
        content, shown = folder / "content.png", folder / "style.png"
        _save(subjects.photo(Path(photo) if photo else None, side), content)
        _save(subjects.style(style, side), shown)
        places = {CONTENT: str(content), STYLE: str(shown), OUTPUT: str(self.output), SIDE: str(side)}
        self._words = [_filled(word, places) for word in command.words]
        self._threads = {} if threads is None else {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}

    def paint(self) -> float:
        """Seconds until it had painted. PeerFailed."""
        self.output.unlink(missing_ok=True)
        began = time.perf_counter()
        try:
            done = subprocess.run(self._words, capture_output=True, text=True, errors="replace", env={**os.environ, **self._threads}, check=False)
        except OSError as error:
            raise PeerFailed(f"The peer {self.name} can't be started ({error.strerror}); check its command.") from error
        seconds = time.perf_counter() - began
        if done.returncode != 0:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise PeerFailed(f"The peer {self.name} ended with exit status {done.returncode} ({said[-1] if said else 'it said nothing'}); check its command.")
        if not self.output.is_file():
            raise PeerFailed(f"The peer {self.name} wrote no picture to {OUTPUT}; check its command.")
        return seconds


def _filled(word: str, places: dict[str, str]) -> str:
    for name, value in places.items():
        word = word.replace(name, value)
    return word


def _save(picture: Pixels, path: Path) -> None:
    Image.fromarray(np.rint(picture * 255).astype(np.uint8)).save(path)
