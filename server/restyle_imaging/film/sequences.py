"""Owns sequences of frames that lie in files of their own: which files are meant, their numbers, and their pictures one at a time."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import FilmError
from ..io import files, kinds
from ..io.ocio import Ocio, Space
from ..planes.formats import Depth, Plane

PATTERN = re.compile(r"%(0(?P<width>\d+))?d")  # as printf has it, and every renderer
NUMBER = re.compile(r"(\d+)(?!.*\d)")  # the last one of a name
MOST_NAMED = 8  # stretches of missing numbers in a sentence


@dataclass(frozen=True, slots=True)
class Frames:
    """Files in the order of their numbers, one frame each. numbers: rising, evenly spaced. width, height: px, of all; deep (more than 8 bits), alpha: of the
    first one. frame_bytes: of its pixels. warnings: sentences for people about it. ocio: what says in which colour space of a studio's frames are; space: the
    first one's."""

    name: str
    paths: tuple[Path, ...]
    numbers: tuple[int, ...]
    width: int
    height: int
    deep: bool
    alpha: bool
    frame_bytes: int
    warnings: tuple[str, ...] = ()
    ocio: Ocio | None = None
    space: Space | None = None

    def planes(self, positions: Sequence[int]) -> Iterator[tuple[int, Plane]]:
        """The pictures at some positions, from 0, in their own format. FilmError and PictureError: one that can't be read, or has another size."""
        for position in positions:
            path = self.paths[position]
            plane = files.read_picture(path, ocio=self.ocio).plane
            if (plane.width, plane.height) != (self.width, self.height):
                sizes = f"{plane.width}×{plane.height} px, but the first frame has {self.width}×{self.height}"
                raise FilmError(f"{path} has {sizes}; give all frames one size, then run this again.")
            yield position, plane


def is_sequence(given: Sequence[Path]) -> bool:
    """Whether what a person gave means frames in files: several files, a folder, or a name with %04d or * in it."""
    return len(given) > 1 or given[0].is_dir() or (not given[0].exists() and is_pattern(given[0]))


def is_pattern(path: Path) -> bool:
    return PATTERN.search(path.name) is not None or "*" in path.name


def named(pattern: Path, number: int) -> Path:
    """The file of a frame. pattern: with %04d or the like in its name."""
    return pattern.with_name(PATTERN.sub(lambda found: f"{number:0{found['width'] or 1}d}", pattern.name))


def find(given: Sequence[Path]) -> tuple[Path, ...]:
    """The files that are meant, by number. FilmError when there is none."""
    if len(given) > 1:
        return tuple(sorted(given, key=_order))
    [place] = given
    if place.is_dir():
        found = [path for path in place.iterdir() if not path.name.startswith(".") and path.suffix.lower() in kinds.READ and path.is_file()]
        what = f"no pictures in {place}"
    else:
        fits = _fits(place)
        found = [path for path in place.parent.iterdir() if fits(path.name)] if place.parent.is_dir() else []
        what = f"no files like {place}"
    if not found:
        raise FilmError(f"There are {what}; name a folder of frames, or a pattern such as frames/%04d.png.")
    return tuple(sorted(found, key=_order))


def numbers_of(paths: Sequence[Path]) -> tuple[int, ...]:
    """The numbers in the names. Names without numbers, or with the same one twice, are counted from 0."""
    found = [NUMBER.search(path.stem) for path in paths]
    numbers = [int(match[1]) for match in found if match]
    return tuple(numbers) if len(set(numbers)) == len(paths) else tuple(range(len(paths)))


def require_whole(paths: Sequence[Path], numbers: Sequence[int]) -> None:
    """FilmError when numbers are missing. Those of every second frame, say, are whole."""
    step = min((after - before for before, after in itertools.pairwise(numbers)), default=1)
    missing = [(before + step, after - step) for before, after in itertools.pairwise(numbers) if after - before != step]
    if missing:
        shown = ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in missing[:MOST_NAMED])
        more = f" and {len(missing) - MOST_NAMED} stretches more" if len(missing) > MOST_NAMED else ""
        raise FilmError(f"Frames are missing in {paths[0].parent}: {shown}{more}; add them, or choose a whole stretch with --from and --to.")


def look(paths: Sequence[Path], ocio: Ocio | None = None) -> Frames:
    """What the files are; the first one is read. FilmError, PictureError."""
    first = files.read_picture(paths[0], ocio=ocio)
    plane = first.plane
    depth, numbers = plane.format.depth, numbers_of(paths)
    require_whole(paths, numbers)
    name = paths[0].name if len(paths) == 1 else f"{paths[0].name} – {paths[-1].name}"
    return Frames(
        name, tuple(paths), numbers, plane.width, plane.height, depth is not Depth.U8, plane.format.channels.has_alpha,
        plane.width * plane.height * plane.format.pixel_bytes, first.warnings, ocio, first.space,
    )  # fmt: skip


def _fits(pattern: Path) -> Callable[[str], bool]:
    parts = []
    at = 0
    for found in re.finditer(rf"{PATTERN.pattern}|\*", pattern.name):
        parts.append(re.escape(pattern.name[at : found.start()]))
        parts.append(".*" if found[0] == "*" else rf"\d{{{found['width'] or 1},}}")
        at = found.end()
    whole = re.compile("".join(parts) + re.escape(pattern.name[at:]))
    return lambda name: not name.startswith(".") and whole.fullmatch(name) is not None


def _order(path: Path) -> tuple[str, int, str]:
    """By what is before the number, the number, and the rest: 9 comes before 10."""
    found = NUMBER.search(path.stem)
    return (path.name[: found.start()], int(found[1]), path.name) if found else (path.name, -1, path.name)
