"""Owns a run of the procedure from its call to its end, with a screen or without."""

from __future__ import annotations

import queue
import time
from typing import Any

from gi.repository import Gimp, GLib
from restyle_client import Result
from restyle_client.recipes import Recipe
from restyle_client.settings import RecipeError

from . import arguments, log, progress, source, strings
from .failures import Cancelled, Failure
from .order import order
from .painting import Message, Outcome, Painting
from .placing import Placed, place
from .source import Source

__all__ = ["Failure", "restyle"]

PROGRESS_SECONDS = 0.1  # between two looks at GIMP's progress bar: each is a round trip to GIMP


def restyle(run_mode: Any, image: Any, drawables: list[Any], config: Any) -> Any:
    """Paints, and places the new layer. Returns a PDBStatusType. Failure with a sentence."""
    found = source.find(image, drawables)
    try:
        if run_mode == Gimp.RunMode.NONINTERACTIVE:
            _paint_silently(found, _recipe(config))
        else:
            from .interactive import paint_with_windows

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
        raise Failure(strings.NO_STYLE)
    return recipe


def _paint_silently(found: Source, recipe: Recipe) -> Placed:
    made = order(found, recipe, batch=True)
    Gimp.progress_init(strings.CONNECTING)
    messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
    Painting(made.request, messages.put, previews=False).start()
    result = _follow(messages)
    placed = place(found, result.plane, made.veiled, recipe, result.job)
    Gimp.progress_end()
    for note in placed.notes:
        log.write(note)
        Gimp.message(note)
    return placed


def _follow(messages: queue.SimpleQueue[Message]) -> Result:
    """Shows messages on GIMP's own progress bar until the outcome."""
    shown = 0.0
    while True:
        message = messages.get()
        if isinstance(message, Outcome):
            if message.failure:
                raise Failure(message.failure)
            if message.result is None:
                raise Cancelled
            return message.result
        if time.monotonic() - shown > PROGRESS_SECONDS and (state := progress.state(message)):
            shown = time.monotonic()
            text, fraction = state
            Gimp.progress_set_text(text)
            Gimp.progress_update(fraction)
            while GLib.MainContext.default().iteration(False):
                pass
