"""Owns the image of a texture: blank until it is painted, and then nothing but the painting."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gi.repository import Gimp
from restyle_client import Job, Plane, Start
from restyle_contract.settings import RecipeError, check_texture
from restyle_editor import recipes
from restyle_editor.failures import Failure
from restyle_editor.recipes import Recipe

from .. import strings
from .failures import ensured
from .order import Order, order
from .placing import place
from .source import Source, of_layer


def blank(width: int, height: int) -> Source:
    """The white layer of a new image that no window shows yet. Failure for a size that no painter takes."""
    _check(width, height)
    image = ensured(Gimp.Image.new(width, height, Gimp.ImageBaseType.RGB), "make a new image")
    image.undo_disable()
    layer = ensured(Gimp.Layer.new(image, strings.TEXTURE, width, height, Gimp.ImageType.RGB_IMAGE, 100, Gimp.LayerMode.NORMAL), "make a new layer")
    layer.fill(Gimp.FillType.WHITE)
    ensured(image.insert_layer(layer, None, 0), "add the new layer")
    return of_layer(image, layer)


def resized(source: Source, width: int, height: int) -> Source:
    """The same of another size. Failure."""
    _check(width, height)
    ensured(source.image.resize(width, height, 0, 0), "change the new image's size")
    ensured(source.layer.resize(width, height, 0, 0), "change the new layer's size")
    source.layer.fill(Gimp.FillType.WHITE)
    return of_layer(source.image, source.layer)


def _check(width: int, height: int) -> None:
    """Before there is an image of it, which takes its bytes. Failure."""
    try:
        check_texture(width, height)
    except RecipeError as error:
        raise Failure(f"{error}.") from error


def order_of(source: Source, recipe: Recipe, batch: bool) -> Order:
    """Failure with one sentence when a style can't be used."""
    made = order(source, recipes.for_texture(recipe, source.sent.width, source.sent.height), batch)
    return replace(made, request=replace(made.request, start=Start.texture()))


def kept(source: Source, plane: Plane, recipe: Recipe, job: Job) -> Any:
    """The image with the painting alone. Failure when GIMP refuses."""
    painted = place(source, plane, False, replace(recipe, layers="one"), job)  # there is no photo to part it from
    source.image.remove_layer(source.layer)
    painted.layer.set_name(strings.layer_name(strings.TEXTURE, recipe.title))
    source.image.undo_enable()
    source.image.clean_all()
    return source.image
