"""Owns a run of a procedure from its call to its end, with a screen or without."""

from __future__ import annotations

from typing import Any

from gi.repository import Gimp
from restyle_contract.settings import RecipeError
from restyle_editor.failures import Failure
from restyle_editor.recipes import Recipe

from . import strings
from .host import arguments, frames, legible, source, texture, updating
from .host.failures import Cancelled
from .host.film import Film
from .host.frames import Frames
from .host.order import order
from .host.painting import Bar, finished, paint_animation, paint_layer, paint_texture
from .host.source import Source

__all__ = ["Failure", "mark_legible", "restyle", "restyle_animation", "restyle_texture"]


def restyle(run_mode: Any, image: Any, drawables: list[Any], config: Any) -> Any:
    """Paints, and places the new layer. Returns a PDBStatusType. Failure with a sentence."""
    found = _found(image, drawables, asks=run_mode == Gimp.RunMode.INTERACTIVE)
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


def restyle_texture(run_mode: Any, config: Any) -> tuple[Any, Any | None]:
    """Paints a new image of styles alone. Returns a PDBStatusType and the image; None: there is none. Failure with a sentence."""
    blank = texture.blank(config.get_property("width"), config.get_property("height"))
    try:
        if run_mode == Gimp.RunMode.NONINTERACTIVE:
            with Bar(blank.alive) as bar:
                painted = paint_texture(bar, blank, _recipe(config), batch=True)
        else:
            from .ui.interactive import texture_with_windows

            painted = texture_with_windows(blank, config, ask=run_mode == Gimp.RunMode.INTERACTIVE)
    except Cancelled:
        blank.image.delete()
        return Gimp.PDBStatusType.CANCEL, None
    except BaseException:
        blank.image.delete()
        raise
    return Gimp.PDBStatusType.SUCCESS, painted


def mark_legible(image: Any, drawables: list[Any]) -> Any:
    """Makes a channel of a layer's faces and lettering. Returns a PDBStatusType. Failure with a sentence."""
    found = source.find(image, drawables, whole=True)
    request, offsets = legible.question(found), found.offsets
    try:
        with Bar(found.alive) as bar:
            result = finished(bar, request)
    except Cancelled:
        return Gimp.PDBStatusType.CANCEL
    legible.add_channel(found, result.plane, offsets)
    return Gimp.PDBStatusType.SUCCESS


def _found(image: Any, drawables: list[Any], asks: bool) -> Source:
    """The source of a run. asks: a dialog is shown, which may offer an update where the selection, beside the layer, leaves nothing to paint. Failure."""
    try:
        return source.find(image, drawables)
    except Failure:
        whole = source.find(image, drawables, whole=True) if asks else None
        if whole is None or updating.earlier(image, whole.layer) is None:
            raise
        return whole


def _recipe(config: Any) -> Recipe:
    try:
        recipe = arguments.read(config)
    except RecipeError as error:
        raise Failure(f"{error}.") from error
    if not recipe.styles:
        raise Failure(strings.NO_STYLE_GIVEN)
    return recipe


def _paint_silently(found: Source, recipe: Recipe) -> None:
    made = order(found, recipe, batch=True)
    with Bar(found.alive) as bar:
        paint_layer(bar, made, found, recipe)


def _animate_silently(found: Frames, recipe: Recipe) -> Any:
    """The new image; a script has no use for a part of it."""
    film = Film(recipe, shown=False)
    try:
        with found, Bar(lambda: film.wanted) as bar:
            paint_animation(bar, found, film, recipe, batch=True)
    except Failure:
        film.discard()
        raise
    return film.image
