"""Owns a run of the procedure from its call to its end, with a screen or without."""

from __future__ import annotations

import queue
import time
from typing import Any

from gi.repository import Gimp, GLib
from restyle_client import Result
from restyle_contract.settings import RecipeError
from restyle_editor import log
from restyle_editor.failures import Failure
from restyle_editor.job_thread import JobThread, Message, Outcome
from restyle_editor.recipes import Recipe

from . import strings
from .host import arguments, progress, source
from .host.background import Background
from .host.failures import Cancelled
from .host.order import order
from .host.placing import Placed, place
from .host.source import Source
from .host.status_bar import StatusBar

__all__ = ["Failure", "restyle"]

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
    messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
    background = Background()
    try:
        painting = JobThread(made.request, messages.put, background, previews=False, more=strings.SEE_LOG)
        painting.start()
        with StatusBar() as bar:
            result = _follow(messages, painting, bar, found)
            placed = place(found, result.plane, made.translucent, recipe, result.job)
    finally:
        background.close()
    log.write(f"“{made.request.label}” is painted.")
    for note in placed.notes:
        log.write(note)
        Gimp.message(note)
    return placed


def _follow(messages: queue.SimpleQueue[Message], painting: JobThread, bar: StatusBar, found: Source) -> Result:
    """Shows messages on GIMP's own progress bar until the outcome. An image that is closed has no use for it."""
    looked = time.monotonic()
    while True:
        if time.monotonic() - looked > LOOK_SECONDS:
            looked = time.monotonic()
            if not found.alive():
                painting.cancel()
        try:
            message = messages.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            continue
        if isinstance(message, Outcome):
            if message.failure:
                raise Failure(message.failure)
            if message.result is None:
                raise Cancelled
            return message.result
        if (state := progress.state(message)) is not None:
            bar.show(*state)
            while GLib.MainContext.default().iteration(False):
                pass
