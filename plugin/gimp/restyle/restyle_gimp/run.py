"""Owns a run of a procedure from its call to its end, with a screen or without."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from typing import Any

from gi.repository import Gimp, GLib
from restyle_client import JobRequest, Result
from restyle_contract.settings import RecipeError
from restyle_editor import log
from restyle_editor.failures import Failure
from restyle_editor.job_thread import JobThread, Message, Outcome
from restyle_editor.recipes import Recipe
from restyle_editor.revival import Way
from restyle_editor.revival import paint as paint_alone
from restyle_editor.sequence import Course, Sequence

from . import strings
from .host import arguments, frames, progress, source
from .host.animation import paint_all
from .host.background import Background
from .host.failures import Cancelled
from .host.film import Film
from .host.frames import Frames
from .host.order import order
from .host.placing import Placed, place
from .host.source import Source
from .host.status_bar import StatusBar

__all__ = ["Failure", "restyle", "restyle_animation"]

LOOK_SECONDS = 0.5  # between two looks at whether the image is still open


def restyle(run_mode: Any, image: Any, drawables: list[Any], config: Any) -> Any:
    """Paints, and places the new layer. Returns a PDBStatusType. Failure with a sentence."""
    found = source.find(image, drawables)
    try:
        if run_mode == Gimp.RunMode.NONINTERACTIVE:
            _paint_silently(found, _recipe(config))
        else:
            from .ui.interactive import paint_with_windows

            paint_with_windows(found, config, ask=run_mode == Gimp.RunMode.INTERACTIVE)
    except Cancelled:
        return Gimp.PDBStatusType.CANCEL
    return Gimp.PDBStatusType.SUCCESS


def restyle_animation(run_mode: Any, image: Any, config: Any) -> tuple[Any, Any | None]:
    """Paints the frames of an image into a new one. Returns a PDBStatusType and the new image; None: there is none. Failure with a sentence."""
    found = frames.find(image)
    try:
        if run_mode == Gimp.RunMode.NONINTERACTIVE:
            return Gimp.PDBStatusType.SUCCESS, _animate_silently(Frames(image), _recipe(config))
        from .ui.interactive import animate_with_windows

        return Gimp.PDBStatusType.SUCCESS, animate_with_windows(found, config, ask=run_mode == Gimp.RunMode.INTERACTIVE)
    except Cancelled:
        return Gimp.PDBStatusType.CANCEL, None


def _recipe(config: Any) -> Recipe:
    try:
        recipe = arguments.read(config)
    except RecipeError as error:
        raise Failure(f"{error}.") from error
    if not recipe.styles:
        raise Failure(strings.NO_STYLE_GIVEN)
    return recipe


def _paint_silently(found: Source, recipe: Recipe) -> Placed:
    made = order(found, recipe, batch=True)
    log.write(f"painting “{made.request.label}”, {found.sent.width} × {found.sent.height} px")
    background = Background()
    try:
        with StatusBar() as bar:
            result = _follow(made.request, background, bar, found.alive)
            if result is None:
                raise Cancelled
            placed = place(found, result.plane, made.translucent, recipe, result.job)
    finally:
        background.close()
    log.write(f"“{made.request.label}” is painted.")
    for note in placed.notes:
        log.write(note)
        Gimp.message(note)
    return placed


def _animate_silently(found: Frames, recipe: Recipe) -> Any:
    """The new image; a script has no use for a part of it."""
    film, sequence, background = Film(recipe, shown=False), Sequence(), Background()

    def paint(request: JobRequest, course: Course) -> Result | None:
        return _follow(request, background, bar, lambda: film.wanted, sequence.paint, course)

    try:
        with found, StatusBar() as bar:
            paint_all(found, film, recipe, paint, lambda: False, batch=True)
    except Failure:
        film.discard()
        raise
    finally:
        background.close()
    return film.image


def _follow(
    request: JobRequest, background: Background, bar: StatusBar, wanted: Callable[[], bool], way: Way = paint_alone, course: Course | None = None
) -> Result | None:
    """Paints, and shows messages on GIMP's own progress bar until the outcome; None when it was cancelled, as what nobody wants is. Failure."""
    messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
    painting = JobThread(request, messages.put, background, way=way, previews=False, more=strings.SEE_LOG)
    painting.start()
    looked = time.monotonic()
    while True:
        if time.monotonic() - looked > LOOK_SECONDS:
            looked = time.monotonic()
            if not wanted():
                painting.cancel()
        try:
            message = messages.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            continue
        if isinstance(message, Outcome):
            if message.failure:
                raise Failure(message.failure)
            return message.result
        if (state := progress.state(message, course)) is not None:
            bar.show(*state)
            while GLib.MainContext.default().iteration(False):
                pass
