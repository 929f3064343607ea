"""Owns painting at once with a look: one picture, or those of a folder as they appear and change."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import restyle_client as client
from restyle_imaging.errors import ImagingError, PictureError
from restyle_imaging.io import files

from ..terminal.failures import Failure, sentence
from ..terminal.interruption import Interruption
from ..terminal.output import aside, emit, line, named
from ..terminal.places import real
from . import inputs, planes, saving
from .destinations import DEFAULT_SUFFIX

GLANCE_SECONDS = 0.25  # between looks at a folder
Stamp = tuple[int, int]  # of a file: when it was changed, ns, and its bytes


@dataclass(frozen=True, slots=True)
class Painter:
    """What to paint with. strength: 0–100; None: the look's own."""

    look: str
    strength: float | None
    overwrite: bool = False
    json: bool = False
    seamless: str = "none"

    def paint(self, session: client.Session, content: Path, output: Path) -> None:
        """One picture file, told about."""
        began = time.monotonic()
        picture = files.read_picture(inputs.read(content), named(content.name))
        painted = session.paint_live(planes.to_client(picture.plane), self.look, strength=self.strength, seamless=self.seamless)
        warnings = (*picture.warnings, *saving.write(output, planes.from_client(painted), picture, overwrite=self.overwrite))
        seconds = time.monotonic() - began
        if self.json:
            told: dict[str, Any] = {"content": content, "output": output, "look": self.look, "seconds": seconds, "warnings": list(warnings)}
            emit({**told, "width": painted.width, "height": painted.height})
        else:
            line(f"{named(output)}: painted with {self.look} in {seconds:.2f} s")
            for warning in warnings:
                aside(warning)


def apply(painter: Painter, content: Path, output: Path) -> None:
    """Paints one picture."""
    with Interruption() as interruption, saving.speaking_beside(output):
        interruption.run(lambda: _applied(painter, content, output), lambda: False)


def _applied(painter: Painter, content: Path, output: Path) -> None:
    with client.connect() as session:
        painter.paint(session, content, output)


def watch(painter: Painter, folder: Path, target: Path) -> None:
    """Paints every picture that appears or changes in the folder, until Ctrl-C. One that can't be painted is told about, and stops nothing."""
    with client.connect() as session:
        session.look(painter.look)
        if not painter.json:
            line(f"watching {named(folder)}; Ctrl-C ends it")
        try:
            for content in _changed(folder, target, f"-{painter.look}"):
                _painted_beside(painter, session, content, target)
        except KeyboardInterrupt:
            if not painter.json:
                line("done")


def _painted_beside(painter: Painter, session: client.Session, content: Path, target: Path) -> None:
    output = target / f"{content.stem}-{painter.look}{DEFAULT_SUFFIX}"
    try:
        painter.paint(session, content, output)
    except (PictureError, ImagingError, client.Refused, Failure, OSError) as error:
        if painter.json:
            emit({"content": content, "output": output, "error": sentence(error)})
        else:
            aside(f"{named(content)}: {sentence(error)}")


def _changed(folder: Path, target: Path, mark: str) -> Iterator[Path]:
    """Pictures, each when it is new or other than it was, and has lain still between two looks: who writes it is done. mark: ends the names of results."""
    seen: dict[Path, Stamp] = {}
    done: dict[Path, Stamp] = {}
    while True:
        before, seen = seen, _stamps(folder, target, mark)
        for path, stamp in seen.items():
            if before.get(path) == stamp and done.get(path) != stamp:
                done[path] = stamp
                yield path
        time.sleep(GLANCE_SECONDS)


def _stamps(folder: Path, target: Path, mark: str) -> dict[Path, Stamp]:
    """Failure when the folder is gone."""
    try:
        pictures = inputs.listed(folder).pictures
    except OSError as error:
        raise Failure(f"The folder {named(folder)} can't be read any more ({error.strerror or error}); name one that is there.") from error
    found = {}
    for path in pictures:
        if path.stem.endswith(mark) and real(target) == real(folder):
            continue  # what was painted is not painted again
        try:
            status = path.stat()
        except OSError:
            continue  # it is gone meanwhile
        found[path] = status.st_mtime_ns, status.st_size
    return found
