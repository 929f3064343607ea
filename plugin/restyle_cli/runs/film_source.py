"""Owns what is painted of a film or a sequence of frames: which frames, what people call them, and when each is shown in the result."""

from __future__ import annotations

import bisect
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from restyle_imaging.film import reading, sequences
from restyle_imaging.film.reading import Film
from restyle_imaging.film.sequences import Frames
from restyle_imaging.io.ocio import Ocio, Space

from ..terminal.amounts import Moment
from ..terminal.failures import Failure
from ..terminal.output import named

USUAL_RATE = Fraction(24)  # frames per second of frames in files


@dataclass(frozen=True, slots=True)
class Shown:
    """One frame of the result. number: what people call it. position: in the source, from 0; several may show the same. begin, end: s in the result."""

    number: int
    position: int
    begin: Fraction
    end: Fraction


@dataclass(frozen=True, slots=True)
class Source:
    """clip: what is read. name: for people. shown: the result's frames, in order, one or more. rate: frames per second of the result. start, end: s of the film
    that the result shows, from its container's zero. digest: of a film's file. marks: of frames in files, by position; they change when a file does."""

    clip: Film | Frames
    name: str
    shown: tuple[Shown, ...]
    rate: Fraction
    start: Fraction
    end: Fraction
    digest: str = ""
    marks: tuple[str, ...] = ()

    @property
    def film(self) -> Film | None:
        return self.clip if isinstance(self.clip, Film) else None

    @property
    def space(self) -> Space | None:
        """A studio's, that frames in files are in."""
        return self.clip.space if isinstance(self.clip, Frames) else None

    @property
    def warnings(self) -> tuple[str, ...]:
        return self.clip.warnings

    @property
    def whole(self) -> bool:
        """Nothing of a film is left out."""
        return isinstance(self.clip, Film) and self.start == 0

    @property
    def steady(self) -> bool:
        return len({shown.end - shown.begin for shown in self.shown}) == 1

    @property
    def positions(self) -> tuple[int, ...]:
        """Of the frames that are painted, each once."""
        return tuple(dict.fromkeys(shown.position for shown in self.shown))

    def position(self, number: int, asked: str) -> int:
        """Of a frame as people call it. asked: the option that names it. Failure when it isn't among those that are shown."""
        for shown in self.shown:
            if shown.number == number:
                return shown.position
        first, last = self.shown[0].number, self.shown[-1].number
        raise Failure(f"{asked}: that frame isn't painted; frames are numbered from {first} to {last} here.")

    def number(self, position: int) -> int:
        """What people call the first frame that shows a position."""
        return next(shown.number for shown in self.shown if shown.position == position)


def look(given: Sequence[Path], begin: Moment | None, end: Moment | None, fps: Fraction | None, ocio: Ocio | None = None) -> Source:
    """What is meant, looked through. FilmError, PictureError; Failure when nothing is left between `begin` and `end`."""
    if sequences.is_sequence(given):
        return _sequence(given, begin, end, fps or USUAL_RATE, ocio)
    if ocio is not None and ocio.space is not None:
        raise Failure(f"{named(given[0].name)} says itself what its colours are; leave out --ocio-space, or give frames in OpenEXR files.")
    return _film(given[0], begin, end, fps)


def _sequence(given: Sequence[Path], begin: Moment | None, end: Moment | None, rate: Fraction, ocio: Ocio | None) -> Source:
    paths = sequences.find(given)
    numbers = sequences.numbers_of(paths)
    frames = [Shown(number, at, at / rate, (at + 1) / rate) for at, number in enumerate(numbers)]
    kept = [frame for frame in frames if _within(frame, begin, end, Fraction(0))]
    if not kept:
        raise _nothing(frames)
    clip = sequences.look([paths[frame.position] for frame in kept], ocio)
    shown = tuple(Shown(frame.number, at, at / rate, (at + 1) / rate) for at, frame in enumerate(kept))
    marks = tuple(f"{named(path.name)} {status.st_size} {status.st_mtime_ns}" for path, status in ((path, path.stat()) for path in clip.paths))
    return Source(clip, named(clip.name), shown, rate, Fraction(0), Fraction(0), marks=marks)


def _film(path: Path, begin: Moment | None, end: Moment | None, fps: Fraction | None) -> Source:
    film = reading.look(path, fps)
    starts = film.starts
    frames = [Shown(at, at, start, after) for at, (start, after) in enumerate(pairwise(starts))]
    kept = [frame for frame in frames if _within(frame, begin, end, starts[0])]
    if not kept:
        raise _nothing(frames)
    start = kept[0].begin if begin is not None else Fraction(0)
    over = kept[-1].end
    shown = [Shown(frame.number, frame.position, frame.begin - start, frame.end - start) for frame in kept]
    if fps is not None:
        shown = _at_rate(shown, fps)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    rate = fps or (film.rate if len(kept) == len(frames) else len(kept) / (kept[-1].end - kept[0].begin))
    return Source(film, named(path.name), tuple(shown), rate, start, over, digest)


def _within(frame: Shown, begin: Moment | None, end: Moment | None, zero: Fraction) -> bool:
    """zero: s at which the film begins."""
    after = begin is None or (frame.number >= begin.frame if begin.frame is not None else frame.end - zero > (begin.seconds or 0))
    before = end is None or (frame.number <= end.frame if end.frame is not None else frame.begin - zero < (end.seconds or 0))
    return after and before


def _nothing(frames: Sequence[Shown]) -> Failure:
    seconds = float(frames[-1].end - frames[0].begin)
    return Failure(
        f"There is nothing between --from and --to: the film has frames {frames[0].number} to {frames[-1].number}, {seconds:.2f} s; choose another stretch."
    )


def _at_rate(shown: Sequence[Shown], rate: Fraction) -> list[Shown]:
    """At each moment of an even clock, the frame that is shown then, counted anew."""
    begins = [frame.begin for frame in shown]
    count = max(1, int((shown[-1].end - begins[0]) * rate))
    found = []
    for at in range(count):
        time = begins[0] + at / rate
        frame = shown[bisect.bisect_right(begins, time) - 1]
        found.append(Shown(at, frame.position, time, time + 1 / rate))
    return found
