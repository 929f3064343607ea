"""Owns what a film is painted with, a style or a look: the settings that decide its frames, what paints them, and what they would cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import restyle_client as client
from restyle_imaging.film.codecs import Chosen
from restyle_imaging.io.pictures import PictureFile
from restyle_imaging.planes.formats import Plane

from ..terminal.failures import Failure
from ..terminal.film_progress import FilmProgress
from ..terminal.output import plain
from . import film_estimating, one_picture
from .film_looks import LookPainting, seconds_each
from .film_order import Step
from .film_painting import FilmPainting
from .film_source import Source
from .film_work import Work
from .folder_run import Stopping, weights_hash
from .one_picture import ChosenStyle
from .paint_options import PaintOptions

OLDEST = "This server paints no films; bring it to this command's version, and install what films need on its machine: see docs/film.md."

Keys = Mapping[int, tuple[str, Plane]]  # by position: the digest of a person's painting, and the painting


class Painting(Protocol):
    """Paints what a work folder lacks."""

    @property
    def warnings(self) -> tuple[str, ...]: ...

    def paint(self, steps: Sequence[Step]) -> None: ...


@dataclass(frozen=True, slots=True)
class LookOptions:
    """strength: 0–100; None: the look's own."""

    look: str
    strength: float | None


@dataclass(frozen=True, slots=True)
class Brush:
    """settings: whatever decides the painted frames, by the names that people know. painting: makes what paints them. about: what is told beside the film."""

    settings: dict[str, Any]
    painting: Callable[[Work, Stopping, FilmProgress], Painting]
    about: Mapping[str, Any]


Options = PaintOptions | LookOptions


def chosen(session: client.Session, source: Source, options: Options, keys: Keys, cuts: Sequence[int]) -> Brush:
    """What is meant, found before anything is painted. Failure, client.NotFound, PictureError."""
    return _look(session, source, options, cuts) if isinstance(options, LookOptions) else _styles(session, source, options, keys, cuts)


def cost(session: client.Session, source: Source, options: Options, steps: Sequence[Step], coding: Chosen | None, room: int | None) -> dict[str, Any]:
    """What a film would take, in JSON's types; room: bytes that are free."""
    if isinstance(options, LookOptions):
        look = session.look(options.look)
        seconds = seconds_each(session, source, look.id, _strength(look, options))
        return film_estimating.about_look(source, look.id, seconds, coding, room)
    (_, first), *_ = source.clip.planes(source.positions[:1])
    asked = film_estimating.ask(session, _Order(source, one_picture.choose(session, options), options)(first), steps)
    return film_estimating.about(source, asked, coding, room, options.memory_limit)


def _look(session: client.Session, source: Source, options: LookOptions, cuts: Sequence[int]) -> Brush:
    _check(session, "live")
    look = session.look(options.look)
    strength = _strength(look, options)
    settings = {**_of_frames(source, cuts), "look": look.id, "the look's file": look.sha256, "strength": strength}
    return Brush(plain(settings), lambda work, stopping, shown: LookPainting(source, work, look.id, strength, stopping, shown), {"look": look.id})


def _strength(look: client.Look, options: LookOptions) -> float:
    return look.strength if options.strength is None else options.strength


def _styles(session: client.Session, source: Source, options: PaintOptions, keys: Keys, cuts: Sequence[int]) -> Brush:
    _check(session, "sequence")
    styles = one_picture.choose(session, options)
    order = _Order(source, styles, options)
    settings = {
        **_of_frames(source, cuts),
        "styles": [{"style": str(spec), **style.fingerprint} for spec, style in zip(options.specs, styles, strict=True)],
        "style scale": options.scale,
        "weights": weights_hash(session.info(), options.weights),
        "painted keyframes": {str(position): digest for position, (digest, _) in keys.items()},
        **{name: value for name, value in options.choices().items() if name != "weights"},
    }
    paintings = {position: plane for position, (_, plane) in keys.items()}
    return Brush(plain(settings), lambda work, stopping, shown: FilmPainting(source, work, order, paintings, stopping, shown), {})


def _of_frames(source: Source, cuts: Sequence[int]) -> dict[str, Any]:
    rate = str(source.rate) if source.film is not None and _resampled(source) else None
    return {
        "film": source.digest,
        "first frame": source.shown[0].number,
        "--fps": rate,
        "--cut": ",".join(str(source.number(cut)) for cut in cuts) or None,
        "colour space": source.space and source.space.key,
    }


def _resampled(source: Source) -> bool:
    """Whether --fps chose the frames."""
    return any(shown.number != shown.position for shown in source.shown)


def _check(session: client.Session, feature: str) -> None:
    if (features := session.info().features) and feature not in features:  # none are told while the engine starts
        raise Failure(OLDEST)


@dataclass(frozen=True, slots=True)
class _Order:
    """The request for a frame, but for what it follows."""

    source: Source
    styles: tuple[ChosenStyle, ...]
    options: PaintOptions

    def __call__(self, plane: Plane) -> client.JobRequest:
        # detached: the next run goes on from these jobs, to the same bytes
        kind: dict[str, Any] = {"lifetime": client.Lifetime.DETACHED, "job_class": client.JobClass.BATCH}
        return one_picture.request(PictureFile(plane, ""), Path(self.source.name), self.styles, self.options, **kind)
