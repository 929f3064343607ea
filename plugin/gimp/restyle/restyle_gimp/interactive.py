"""Owns a run with a screen: the dialog, the window while it paints, and the new layer."""

from __future__ import annotations

from typing import Any

import gi

gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import GimpUi  # noqa: E402
from restyle_client.recipes import Recipe  # noqa: E402
from restyle_client.settings import RecipeError  # noqa: E402

from . import arguments, dialog, pictures, strings  # noqa: E402
from .background import Background  # noqa: E402
from .failures import Cancelled, Failure  # noqa: E402
from .order import order  # noqa: E402
from .placing import memory_of, place  # noqa: E402
from .running import PICTURE, Running  # noqa: E402
from .source import Source  # noqa: E402


def paint_with_windows(found: Source, config: Any, ask: bool) -> None:
    """Failure, Cancelled."""
    GimpUi.init("restyle")
    background = Background()
    try:
        recipe = _last(config)
        if ask or not recipe.styles:
            memory = memory_of(found.layer)
            answer = dialog.ask(found, memory.recipe if memory else recipe, memory, background)
            if answer is None:
                raise Cancelled
            found, recipe = answer
        arguments.write(config, recipe)
        _paint(found, recipe, background)
    finally:
        background.close()


def _last(config: Any) -> Recipe:
    try:
        return arguments.read(config)
    except RecipeError:  # remembered by another version
        return Recipe()


def _paint(found: Source, recipe: Recipe, background: Background) -> None:
    made = order(found, recipe, batch=False)
    running = Running(made.request, background.connected, recipe.title, pictures.of_part(found.layer, found.sent, PICTURE))
    try:
        outcome = running.run()
        if outcome.failure:
            raise Failure(outcome.failure)
        if outcome.result is None:
            raise Cancelled
        running.say(strings.PLACING)
        placed = place(found, outcome.result.plane, made.veiled, recipe, outcome.result.job)
        if placed.notes:
            running.show_notes(placed.notes)
    finally:
        running.destroy()
