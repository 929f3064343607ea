"""Owns the way of an order, with windows or without: asked of the painter, followed to its end, and placed in the image."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from gi.repository import Gimp, GLib
from restyle_client import JobRequest, Result
from restyle_editor import log
from restyle_editor.failures import Failure
from restyle_editor.job_thread import JobThread, Message, Outcome
from restyle_editor.lowering import paint_at
from restyle_editor.recipes import Recipe
from restyle_editor.revival import Way
from restyle_editor.revival import paint as paint_alone
from restyle_editor.sequence import Course, Sequence
from restyle_editor.steps import Steps, in_turns

from .. import strings
from . import progress, texture
from .animation import paint_all
from .background import Background
from .failures import Cancelled
from .film import Film
from .frames import Frames
from .order import Order
from .placing import Placed, place
from .source import Source
from .status_bar import StatusBar

T = TypeVar("T")
LOOK_SECONDS = 0.5  # between two looks at whether the image is still open


class Screen(Protocol):
    """What a person sees of a painting: a window of its own, or GIMP's bar alone."""

    @property
    def ending(self) -> bool:
        """The person wants no further painting."""

    def paint(self, request: JobRequest, way: Way = paint_alone, course: Course | None = None) -> Result | None:
        """None when it was cancelled. way: how the request becomes a painting. course: of the run that it is a frame of. Failure."""

    def walk(self, steps: Steps[T]) -> T:
        """Goes through steps with all windows alive. Cancelled."""

    def say(self, text: str) -> None:
        """Shows what is done now."""

    def show_notes(self, notes: tuple[str, ...]) -> None:
        """Shows sentences that a person should read."""


class Bar:
    """The screen of a run without windows: GIMP's own bar. wanted: whether there is still an image for it. A context manager."""

    ending = False  # a script has no use for a part

    def __init__(self, wanted: Callable[[], bool]) -> None:
        self._wanted, self._sessions, self._bar = wanted, Background(), StatusBar()

    def __enter__(self) -> Bar:
        self._bar.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.__exit__()
        self._sessions.close()

    def paint(self, request: JobRequest, way: Way = paint_alone, course: Course | None = None) -> Result | None:
        messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        painting = JobThread(request, messages.put, self._sessions, way=way, previews=False, more=strings.SEE_LOG)
        painting.start()
        looked = time.monotonic()
        while True:
            if time.monotonic() - looked > LOOK_SECONDS:
                looked = time.monotonic()
                if not self._wanted():  # nobody wants a painting of what is gone
                    painting.cancel()
            try:
                message = messages.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                continue
            if isinstance(message, Outcome):
                return ended(message)
            if (state := progress.state(message, course)) is not None:
                self._show(*state)

    def walk(self, steps: Steps[T]) -> T:
        return in_turns(steps, lambda share: self._show(strings.PLACING, share or 0.0))

    def say(self, text: str) -> None:
        self._show(text, 0.0)

    def show_notes(self, notes: tuple[str, ...]) -> None:
        for note in notes:
            log.write(note)
            Gimp.message(note)

    def _show(self, text: str, fraction: float) -> None:
        self._bar.show(text, fraction)
        while GLib.MainContext.default().iteration(False):
            pass


def ended(outcome: Outcome) -> Result | None:
    """What came of a job. Failure."""
    if outcome.failure:
        raise Failure(outcome.failure)
    return outcome.result


def finished(screen: Screen, request: JobRequest, way: Way = paint_alone) -> Result:
    """A request, painted. Failure, Cancelled."""
    result = screen.paint(request, way)
    if result is None:
        raise Cancelled
    return result


def paint_layer(
    screen: Screen,
    made: Order,
    found: Source,
    recipe: Recipe,
    painting: Any | None = None,
    painted: Callable[[Result], None] = lambda _result: None,
) -> Placed | None:
    """Has an order painted, and places the new layer; None: there was nothing to paint. painting: the layer that is updated.

    painted: called with the result before it is placed: what the image does not take is not lost. Failure, Cancelled.
    """
    label = made.request.label
    log.write(f"painting “{label}”, {found.sent.width} × {found.sent.height} px")
    result = finished(screen, made.request, paint_at(recipe.strength) if made.request.update else paint_alone)
    if made.request.update and result.job.progress is None:
        screen.show_notes((strings.UPDATE_UNCHANGED.format(name=found.layer.get_name()),))
        return None
    screen.say(strings.PLACING)
    painted(result)
    placed = place(found, result.plane, made.translucent, recipe, result.job, made.mask, painting, screen.walk)
    log.write(f"“{label}” is painted. {' '.join(placed.notes)}")
    if placed.notes:
        screen.show_notes(placed.notes)
    return placed


def paint_texture(screen: Screen, blank: Source, recipe: Recipe, *, batch: bool, painted: Callable[[Any], object] = lambda _image: None) -> Any:
    """The image of a texture. painted: called with it before anything is said of it. Failure, Cancelled."""
    made = texture.order_of(blank, recipe, batch)
    result = finished(screen, made.request)
    image = texture.kept(blank, result.plane, recipe, result.job)
    log.write(f"“{made.request.label}” is painted.")
    painted(image)
    if result.job.warnings:
        screen.show_notes(result.job.warnings)
    return image


def paint_animation(screen: Screen, found: Frames, film: Film, recipe: Recipe, *, batch: bool) -> None:
    """Fills a film with the frames of an image. Failure, Cancelled."""
    sequence = Sequence()
    paint_all(found, film, recipe, lambda request, course: screen.paint(request, sequence.paint, course), lambda: screen.ending, batch=batch)
