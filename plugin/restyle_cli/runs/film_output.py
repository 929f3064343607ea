"""Owns where a film goes: a film's file, or frames in files of their own, whole or not at all; and what can be said about that before anything is painted."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import typer
from restyle_contract.files import atomic_write
from restyle_contract.paths import at_home
from restyle_imaging.errors import FilmError
from restyle_imaging.film import codecs, sequences, writing
from restyle_imaging.film.codecs import Chosen
from restyle_imaging.film.writing import Shape, Sound, Writer
from restyle_imaging.io import files
from restyle_imaging.io.pictures import PictureFile
from restyle_imaging.planes.formats import Plane

from ..terminal.failures import Failure
from ..terminal.output import named
from ..terminal.places import real
from . import destinations, film_work, ownership
from .film_order import Name
from .film_source import Source
from .film_work import Work
from .saving import write

SPACED = (".exr", ".tif", ".tiff")  # kinds of files that a studio's colour space is kept in
Told = Callable[[int, int], None]  # frames that are written, of how many


@dataclass(frozen=True, slots=True)
class Output:
    """target: the film's file, or the place of its frames. chosen: the coding; None: frames. work: the folder for what is painted so far."""

    target: Path
    chosen: Chosen | None
    work: Path
    overwrite: bool
    name_of: Callable[[int], Path]  # the file of a frame, by its place among those shown
    warnings: tuple[str, ...] = ()


def choose(text: str, source: Source, codec: str | None, crf: int | None, overwrite: bool) -> Output:
    """Checks the place and the coding. typer.BadParameter, FilmError, Failure."""
    target = at_home(text)
    if destinations.is_stream(target):
        raise typer.BadParameter(f"{text}: a film can't be written into a stream; name a file or a folder with -o")
    chosen = coding(text, source, codec, crf)
    if chosen is None:
        return _frames(target, source, overwrite)
    if target.is_dir():
        raise typer.BadParameter(f"{named(target)} is a folder; name a file in it")
    if source.film is not None and target.exists() and target.samefile(source.film.path):
        raise typer.BadParameter(f"{named(target)} is the film itself; choose another name")
    if not overwrite and not ownership.is_free(target):
        raise typer.BadParameter(str(ownership.refusal(target)))
    destinations.check_writable(target.absolute().parent)
    return Output(target, chosen, target.with_name(target.name + film_work.ENDING), overwrite, lambda _at: target, chosen.notes)


def coding(text: str, source: Source, codec: str | None, crf: int | None) -> Chosen | None:
    """How the film is coded, which has been tried; None: its frames go into files of their own. text: its place; empty: nowhere yet. typer.BadParameter,
    FilmError."""
    target, clip = at_home(text), source.clip
    if not text or not (sequences.PATTERN.search(target.name) or destinations.is_folder(target, text)):
        suffix = target.suffix if text else codecs.usual_suffix(codec, alpha=clip.alpha)
        chosen = codecs.choose(suffix, codec, crf, deep=clip.deep, alpha=clip.alpha)
        return replace(chosen, notes=(*chosen.notes, *writing.try_out(suffix, chosen, _shape(source), _sound(source))))
    if codec is not None or crf is not None:
        raise typer.BadParameter("frames in files of their own have no --codec and no --crf; name a film's file with -o")
    return None


def _frames(target: Path, source: Source, overwrite: bool) -> Output:
    pattern = sequences.PATTERN.search(target.name) is not None
    place = target.parent if pattern else target
    if pattern:
        destinations.check_kind(target)
    destinations.folder(place)
    name_of = partial(_numbered, target, source) if pattern else partial(_like, target, source)
    contents = set() if source.film is not None else {real(path) for path in source.clip.paths}  # type: ignore[union-attr]  # frames, then
    taken: set[Path] = set()
    for at in range(len(source.shown)):
        path = name_of(at)
        files.check_size(path.suffix, source.clip.width, source.clip.height)
        if path in taken:
            raise typer.BadParameter(f"{named(path)} would be two frames in one file; name a pattern such as painted/%04d.png with -o")
        taken.add(path)
        if real(path) in contents:
            raise typer.BadParameter(f"{named(path)} is a frame of the film itself; choose another folder with -o")
        if not overwrite and not ownership.is_free(path):
            raise typer.BadParameter(str(ownership.refusal(path)))
    return Output(target, None, place / f"restyle{film_work.ENDING}", overwrite, name_of)


def _numbered(pattern: Path, source: Source, at: int) -> Path:
    return sequences.named(pattern, source.shown[at].number)


def _like(folder: Path, source: Source, at: int) -> Path:
    """As the frame is called where it comes from, and of the same kind if that is written."""
    shown = source.shown[at]
    if source.film is not None:
        return folder / f"{shown.number:06d}.png"
    path: Path = source.clip.paths[shown.position]  # type: ignore[union-attr]
    return folder / (path.name if path.suffix.lower() in files.WRITABLE else f"{path.stem}.png")


def save(output: Output, source: Source, work: Work, told: Told) -> tuple[str, ...]:
    """Writes the painted film; returns sentences about what it couldn't hold. Failure, which says that the frames are kept."""
    try:
        return _film(output, output.chosen, source, work, told) if output.chosen is not None else _files(output, source, work, told)
    except (FilmError, OSError) as error:
        full = isinstance(error, OSError) and film_work.disk_full(error)
        reason = f"The disk of {named(output.target.absolute().parent)} is full; make room." if full else _reason(error, output)
        raise Failure(f"{reason} All frames are painted and kept in {named(output.work)}; the same command writes the film.") from error


def _reason(error: Exception, output: Output) -> str:
    return str(error) if isinstance(error, FilmError) else f"{named(output.target)} can't be written ({getattr(error, 'strerror', None) or error})."


def _film(output: Output, chosen: Chosen, source: Source, work: Work, told: Told) -> tuple[str, ...]:
    with destinations.replacing(output.target, output.overwrite) as draft:
        with Writer(draft, output.target.suffix, chosen, _shape(source), _sound(source)) as writer:
            for at, plane in _painted(source, work):
                shown = source.shown[at]
                writer.add(plane, shown.begin, shown.end)
                told(at + 1, len(source.shown))
        return tuple(dict.fromkeys(writer.notes))


def _shape(source: Source) -> Shape:
    clip, film, frames = source.clip, source.film, len(source.shown)
    if film is None:
        return Shape(clip.width, clip.height, rate=source.rate, steady=source.steady, frames=frames)
    return Shape(film.width, film.height, film.tags, source.rate, film.aspect, source.steady, film.icc, frames)


def _sound(source: Source) -> Sound | None:
    return Sound(source.film, source.start, source.end, source.whole) if source.film else None


def _files(output: Output, source: Source, work: Work, told: Told) -> tuple[str, ...]:
    notes: dict[str, None] = {}
    for at, plane in _painted(source, work):
        place = output.name_of(at)
        like = PictureFile(plane, "", space=source.space) if source.space and place.suffix.lower() in SPACED else None
        notes.update(dict.fromkeys(write(place, plane, like, overwrite=output.overwrite)))
        told(at + 1, len(source.shown))
    return tuple(notes)


def _painted(source: Source, work: Work) -> Iterator[tuple[int, Plane]]:
    """The painted frames as they are shown, one in memory at a time. Failure for one that is damaged."""
    last: tuple[int, Plane] | None = None
    for at, shown in enumerate(source.shown):
        if last is None or last[0] != shown.position:
            plane = work.read(Name(shown.position))
            if plane is None:
                raise Failure(f"Frame {shown.number} in {named(work.folder)} was damaged; run the same command again to have it painted anew.")
            last = (shown.position, plane)
        yield at, last[1]


@contextlib.contextmanager
def previewing(path: Path | None) -> Iterator[Callable[[Plane], None] | None]:
    """What keeps the last painted frame in a file. typer.BadParameter for a kind that isn't written; Failure for a file that isn't Restyle's own."""
    if path is None:
        yield None
        return
    if path.suffix.lower() not in files.WRITABLE:
        raise typer.BadParameter(f"{named(path.name)}: a picture can't be written as {named(path.suffix)}; use one of {', '.join(files.WRITABLE)}")
    if not ownership.is_free(path):
        raise ownership.refusal(path)

    def show(plane: Plane) -> None:
        with contextlib.suppress(files.PictureError, OSError):  # a look at the film is not worth its end
            atomic_write(path, files.encode_picture(plane, path.suffix).data, lasting=False)

    try:
        yield show
    finally:
        ownership.note(path)
