"""Owns a run with a screen: the dialog, the window while it paints, and the new layer."""

from __future__ import annotations

from typing import Any

import gi

gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import GimpUi  # noqa: E402
from restyle_client import JobRequest, Result  # noqa: E402
from restyle_contract.settings import RecipeError  # noqa: E402
from restyle_editor import log  # noqa: E402
from restyle_editor.failures import Failure  # noqa: E402
from restyle_editor.recipes import Recipe  # noqa: E402
from restyle_editor.sequence import Course, Sequence  # noqa: E402

from .. import strings  # noqa: E402
from ..host import arguments, settings  # noqa: E402
from ..host.animation import paint_all  # noqa: E402
from ..host.background import Background  # noqa: E402
from ..host.failures import Cancelled  # noqa: E402
from ..host.film import Film  # noqa: E402
from ..host.frames import Frames  # noqa: E402
from ..host.memory import memory_of, painted_from  # noqa: E402
from ..host.order import order  # noqa: E402
from ..host.placing import place  # noqa: E402
from ..host.source import Source, of_layer  # noqa: E402
from . import dialog, pictures  # noqa: E402
from .running import PICTURE, Running  # noqa: E402


def paint_with_windows(found: Source, config: Any, ask: bool) -> None:
    """Failure, Cancelled."""
    GimpUi.init("restyle")
    background = Background()
    try:
        recipe = settings.load() or _last(config)
        original = painted_from(found.image, found.layer)
        if ask or not recipe.styles:
            memory = memory_of(found.layer)
            answer = dialog.ask(found, original, memory.recipe if memory else recipe, background, again=memory is not None)
            if answer.recipe is not None:
                settings.save(answer.recipe)
            if answer.painted is None or answer.recipe is None:
                raise Cancelled
            found, recipe = answer.painted, answer.recipe
        elif original is not None:  # the painting that a painting left active: what it was painted from is meant
            found = of_layer(found.image, original)
        arguments.write(config, recipe)
        _paint(found, recipe)
    finally:
        background.close()


def animate_with_windows(found: Source, config: Any, ask: bool) -> Any:
    """The new image, in a window of its own. Failure, Cancelled."""
    GimpUi.init("restyle")
    background = Background()
    try:
        recipe = settings.load() or _last(config)
        if ask or not recipe.styles:
            answer = dialog.ask(found, None, recipe, background, again=False, frames=len(found.image.get_layers()))
            if answer.recipe is not None:
                settings.save(answer.recipe)
            if answer.painted is None or answer.recipe is None:
                raise Cancelled
            recipe = answer.recipe
        arguments.write(config, recipe)
        return _animate(found, recipe)
    finally:
        background.close()


def _last(config: Any) -> Recipe:
    try:
        return arguments.read(config)
    except RecipeError:  # remembered by another version
        return Recipe()


def _paint(found: Source, recipe: Recipe) -> None:
    made = order(found, recipe, batch=False)
    log.write(f"painting “{made.request.label}”, {found.sent.width} × {found.sent.height} px")
    sessions = Background()  # its own: a question of the dialog that is still under way may find its session lost, and ends that
    try:
        with Running(sessions, recipe.title, pictures.of_part(found.layer, found.sent, PICTURE), found.alive) as running:
            outcome = running.paint(made.request)
            if outcome.failure:
                raise Failure(outcome.failure)
            if outcome.result is None:
                raise Cancelled
            running.say(strings.PLACING)
            placed = place(found, outcome.result.plane, made.translucent, recipe, outcome.result.job)
            log.write(f"“{made.request.label}” is painted. {' '.join(placed.notes)}")
            if placed.notes:
                running.show_notes(placed.notes)
    finally:
        sessions.close()


def _animate(found: Source, recipe: Recipe) -> Any:
    film, sequence, sessions = Film(recipe, shown=True), Sequence(), Background()

    def paint(request: JobRequest, course: Course) -> Result | None:
        outcome = running.paint(request, sequence.paint, course)
        if outcome.failure:
            raise Failure(outcome.failure)
        return outcome.result

    picture = pictures.of_layer(found.layer, PICTURE)
    try:
        with Frames(found.image) as frames, Running(sessions, recipe.title, picture, lambda: film.wanted) as running:
            paint_all(frames, film, recipe, paint, lambda: running.ending, batch=False)
    finally:
        sessions.close()
    return film.image
