"""Owns a painting as a group of two layers in the image: its colors, and above them its strokes, whose grain GIMP merges into what lies below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gi.repository import Gimp
from restyle_editor import two_layers
from restyle_editor.recipes import Recipe
from restyle_editor.steps import Steps

from .. import strings
from . import pixels
from .failures import ensured
from .memory import name_of_origin
from .source import Source

Walk = Callable[[Steps[two_layers.Two]], two_layers.Two]  # how steps are gone through


def separated(source: Source, new: Any, recipe: Recipe, walk: Walk) -> tuple[Any, Any] | None:
    """The colors and the strokes of a painted layer, neither of them in the image yet; None where the image or the layer went away meanwhile. Failure."""
    image, layer = source.image, source.layer
    how, space = pixels.own_way(image, layer)
    (_, x, y), (left, top) = new.get_offsets(), source.offsets
    box = pixels.whole(new).moved(x - left, y - top)
    with pixels.as_seen(layer) as seen:
        photo = pixels.read(image, seen, how, box)
    planes = walk(two_layers.separating(photo, pixels.read(image, new, how, pixels.whole(new))))
    if not source.alive() or not layer.is_valid():
        return None
    origin, made = name_of_origin(image, layer), []
    for words, plane in zip((strings.OF_COLORS, strings.OF_STROKES), planes, strict=True):
        name = strings.layer_name(origin, words.format(style=recipe.title))
        each = ensured(Gimp.Layer.new(image, name, plane.width, plane.height, new.type(), 100, Gimp.LayerMode.NORMAL), "make a new layer")
        each.set_offsets(x, y)
        pixels.write(image, each, plane)
        made.append(each)
    colors, strokes = made
    strokes.set_mode(Gimp.LayerMode.GRAIN_MERGE)
    strokes.set_blend_space(space)
    strokes.set_composite_space(space)  # else it goes through linear numbers, which GIMP only approximates for some profiles
    strokes.set_composite_mode(Gimp.LayerCompositeMode.CLIP_TO_BACKDROP)
    return colors, strokes


def in_group(image: Any, painted: Any, colors: Any, strokes: Any, place: tuple[Any | None, int], translucent: bool) -> Any:
    """Puts both into a group that stands for the painted layer, and returns it. Where the layer below stays in sight, strokes alone lie on that. Failure."""
    group = ensured(Gimp.GroupLayer.new(image, painted.get_name()), "make a group")
    ensured(image.insert_layer(group, *place), "add the new group")
    for each in (colors, strokes):
        ensured(image.insert_layer(each, group, 0), "add the new layer")
    if translucent:
        group.set_mode(painted.get_mode())
        group.set_blend_space(painted.get_blend_space())
        group.set_composite_space(painted.get_composite_space())
        group.set_composite_mode(painted.get_composite_mode())
        group.set_opacity(painted.get_opacity())
    else:
        group.set_mode(Gimp.LayerMode.PASS_THROUGH)
    group.set_expanded(True)
    painted.delete()
    return group
