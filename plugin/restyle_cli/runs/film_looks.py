"""Owns painting a film's frames with a look: one after the other on one live canvas, on which strokes go along with what moves. What is there of a scene
already is only looked at again, so that a film which was broken off goes on to the very same bytes."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence

import restyle_client as client

from ..terminal.failures import Failure, Interrupted, sentence
from ..terminal.film_progress import FilmProgress
from . import planes
from .film_order import Name, Step
from .film_painting import SHORTER, TRIES, Connect
from .film_source import Source
from .film_work import Work
from .folder_run import Stopping

UNPAINTED = 0.0  # strength of a frame that is only looked at
TRIED = 2  # frames that are painted for an estimate: the first waits for the painter to start, and follows none


class LookPainting:
    """Paints what the work folder lacks. strength: 0–100."""

    def __init__(
        self, source: Source, work: Work, look: str, strength: float, stopping: Stopping, shown: FilmProgress, connect: Connect = client.connect
    ) -> None:
        self._source, self._work, self._look, self._strength = source, work, look, strength
        self._stopping, self._shown, self._connect = stopping, shown, connect
        self._told: dict[str, None] = {}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was told on the way."""
        return tuple(self._told)

    def paint(self, steps: Sequence[Step]) -> None:
        """Everything, in order. Interrupted; the client's errors when a frame can't be painted: what is painted is kept."""
        for run in _runs(steps):
            self._scenes(run)

    def _scenes(self, positions: Sequence[int]) -> None:
        """Frames that nobody has parted, whatever scenes the painter finds among them."""
        tries = 0
        while missing := [position for position in positions if not self._work.has(Name(position))]:
            begin = max(positions[0], self._work.scene(missing[0]))
            try:
                with self._connect() as session:
                    self._run(session, [position for position in positions if begin <= position <= missing[-1]])
                if not self._work.has(Name(missing[0])):
                    raise Failure(SHORTER)
            except (client.ServerGone, client.ServerNotFound) as error:
                tries = 1 if self._work.has(Name(missing[0])) else tries + 1
                if tries >= TRIES:
                    raise
                self._shown.note(f"going on after: {sentence(error)}")

    def _run(self, session: client.Session, positions: Sequence[int]) -> None:
        """Frames from the first of a scene on, on one canvas."""
        frames = iter(self._source.clip.planes(positions))
        first = next(frames, None)
        if first is None:
            raise Failure(SHORTER)
        plane, strength = planes.to_client(first[1]), self._wanted(first[0])
        opened = session.live(plane.format, plane.width, plane.height, self._look, strength=strength, icc=plane.icc, moving=True)
        with opened as canvas, self._stopping.by(canvas.close):
            for position, frame in itertools.chain([first], frames):
                known = self._work.has(Name(position))
                if (wanted := self._wanted(position)) != strength:
                    canvas.restyle(strength=wanted)
                    strength = wanted
                painting = self._painted(canvas, planes.to_client(frame))
                if known:
                    self._shown.phase(f"looking at frame {position} again")
                else:
                    self._keep(Name(position), painting)

    def _wanted(self, position: int) -> float:
        return UNPAINTED if self._work.has(Name(position)) else self._strength

    def _painted(self, canvas: client.Live, plane: client.Plane) -> client.LivePainting:
        if self._stopping.asked:
            raise Interrupted
        try:
            painting = canvas.paint(plane)
        except client.ServerGone as error:
            if self._stopping.asked:  # which closed it
                raise Interrupted from error
            raise
        for warning in painting.warnings:
            if warning not in self._told:
                self._told[warning] = None
                self._shown.note(warning)
        return painting

    def _keep(self, name: Name, painting: client.LivePainting) -> None:
        plane = planes.from_client(painting.plane)
        if painting.anew:
            self._work.begin_scene(name)  # first: a frame whose scene is not known is looked for from farther back, which is right, too, but longer
        self._work.write(name, plane)
        self._shown.painted(name, plane)


def _runs(steps: Sequence[Step]) -> list[list[int]]:
    """The positions, parted where a painting follows none."""
    found: list[list[int]] = []
    for step in steps:
        if not step.previous:
            found.append([])
        found[-1].append(step.name.position)
    return found


def seconds_each(session: client.Session, source: Source, look: str, strength: float) -> float:
    """Seconds that a frame takes, as the first ones do; they are thrown away."""
    frames = [planes.to_client(plane) for _, plane in source.clip.planes(source.positions[:TRIED])]
    first, seconds = frames[0], 0.0
    with session.live(first.format, first.width, first.height, look, strength=strength, icc=first.icc, moving=True) as canvas:
        for frame in frames:
            began = time.monotonic()
            canvas.paint(frame)
            seconds = time.monotonic() - began
    return seconds
