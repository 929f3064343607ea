"""Owns a run with a screen: the dialog, the window while it paints, and the new layer."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import gi

gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gimp, GimpUi  # noqa: E402
from restyle_client import Preview, Result  # noqa: E402
from restyle_contract.settings import RecipeError  # noqa: E402
from restyle_editor import log, lowering  # noqa: E402
from restyle_editor.history import SIDE, Recent  # noqa: E402
from restyle_editor.recipes import Recipe  # noqa: E402

from ..host import arguments, settings, spots, updating  # noqa: E402
from ..host.background import Background  # noqa: E402
from ..host.failures import Cancelled  # noqa: E402
from ..host.film import Film  # noqa: E402
from ..host.frames import Frames  # noqa: E402
from ..host.memory import memory_of, painted_from  # noqa: E402
from ..host.order import Order, order  # noqa: E402
from ..host.painting import paint_animation, paint_layer, paint_texture  # noqa: E402
from ..host.source import Source, of_layer  # noqa: E402
from . import dialog, offering, pictures  # noqa: E402
from .running import PICTURE, Running  # noqa: E402


def paint_with_windows(found: Source, config: Any, ask: bool) -> None:
    """Failure, Cancelled."""
    GimpUi.init("restyle")
    background = Background()
    try:
        offering.offer(background)
        recipe = settings.load() or _last(config)
        original, start = painted_from(found.image, found.layer), None
        if ask or not recipe.styles:
            memory = memory_of(found.layer)
            before = updating.earlier(found.image, found.layer)
            shown = memory.recipe if memory else recipe
            answer = dialog.ask(found, original, shown, background, again=memory is not None, update=before is not None)
            if answer.update and before is not None:
                _paint(updating.order(before), before.source, before.recipe, before.painting)
                return
            if answer.recipe is not None:
                settings.save(answer.recipe)
            if answer.painted is None or answer.recipe is None:
                raise Cancelled
            found, recipe, start = answer.painted, answer.recipe, answer.start
        elif original is not None:  # the painting that a painting left active: what it was painted from is meant
            found = of_layer(found.image, original)
        arguments.write(config, recipe)
        _paint(order(found, recipe, batch=False, start=start), found, recipe)
    finally:
        background.close()


def animate_with_windows(found: Source, config: Any, ask: bool) -> Any:
    """The new image, in a window of its own. Failure, Cancelled."""
    GimpUi.init("restyle")
    background = Background()
    try:
        offering.offer(background)
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


def texture_with_windows(blank: Source, config: Any, ask: bool) -> Any:
    """The new image, in a window of its own. Failure, Cancelled."""
    GimpUi.init("restyle")
    background = Background()
    try:
        offering.offer(background)
        common, last = settings.load(), _last(config)
        recipe = replace(common or last, seamless=last.seamless)  # textures have their own: few photos are to be laid beside themselves
        if ask or not recipe.styles:
            answer = dialog.ask(blank, None, recipe, background, again=False, blank=True)
            if answer.recipe is not None:
                settings.save(replace(answer.recipe, seamless=(common or Recipe()).seamless))
            if answer.painted is None or answer.recipe is None:
                raise Cancelled
            blank, recipe = answer.painted, answer.recipe
        arguments.write(config, recipe)
        for name, side in (("width", blank.sent.width), ("height", blank.sent.height)):
            config.set_property(name, side)
        return _paint_texture(blank, recipe)
    finally:
        background.close()


def _last(config: Any) -> Recipe:
    try:
        return arguments.read(config)
    except RecipeError:  # remembered by another version
        return Recipe()


def _paint(made: Order, found: Source, recipe: Recipe, painting: Any | None = None) -> None:
    """Has an order painted in a window, and places the new layer. painting: the layer that is updated."""
    with Running(recipe.title, pictures.of_part(found.layer, found.sent, PICTURE), found.alive) as running:
        paint_layer(running, made, found, recipe, painting, lambda result: _remember(found, recipe, made, result, running.preview))


def _remember(found: Source, recipe: Recipe, made: Order, result: Result, preview: Preview | None) -> None:
    """Among the recent paintings, as far as that goes: it must not stop one from being placed."""
    if not (found.alive() and found.layer.is_valid()):
        return
    try:
        kept, job = spots.history(), result.job.id
        painted = pictures.of_painting(result.plane, preview)
        after = pictures.part(painted, found.box, found.sent) if painted is not None else None
        before = pictures.of_part(found.layer, found.box, SIDE)
        picture, earlier = (pictures.saved(each, SIDE, kept.new_file(job, ending)) for each, ending in ((after, ".jpg"), (before, "-before.jpg")))
        spot, lowered = spots.written(kept, found, made, job), lowering.lowered(recipe.strength, result.job)
        kept.add(Recent(job, made.request.label, recipe, time.time(), picture, earlier, spot, result.job.style_scales, lowered))
    except Exception:  # whatever it is, the painting itself is worth more than its place in the list
        log.write_traceback()


def _paint_texture(blank: Source, recipe: Recipe) -> Any:
    with Running(recipe.title, None, blank.alive) as running:
        return paint_texture(running, blank, recipe, batch=False, painted=Gimp.Display.new)


def _animate(found: Source, recipe: Recipe) -> Any:
    film, picture = Film(recipe, shown=True), pictures.of_layer(found.layer, PICTURE)
    with Frames(found.image) as frames, Running(recipe.title, picture, lambda: film.wanted) as running:
        paint_animation(running, frames, film, recipe, batch=False)
    return film.image
