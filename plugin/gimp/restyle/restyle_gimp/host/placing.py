"""Owns the result in the image: a new layer above the source and what else was painted from that one, in one undo step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gi.repository import Gimp
from restyle_client import Channels, Job, Plane
from restyle_editor import alpha
from restyle_editor.boxes import Box
from restyle_editor.failures import Failure
from restyle_editor.recipes import Recipe
from restyle_editor.steps import at_once

from .. import strings
from . import pixels
from .failures import ensured
from .memory import Spot, flat, name_of_origin, paintings_of, remember
from .source import Source
from .two_layers import Walk, in_group, separated


@dataclass(frozen=True)
class Placed:
    """notes: sentences that the person should read."""

    layer: Any
    notes: tuple[str, ...] = ()


def place(
    source: Source,
    plane: Plane,
    translucent: bool,
    recipe: Recipe,
    job: Job,
    mask: Plane | None = None,
    painting: Any | None = None,
    walk: Walk = at_once,
) -> Placed:
    """plane: the result of what was sent. mask: what shows of its box. painting: the layer of an earlier one, of which this is an update. walk: how the steps
    to two layers are gone through. Failure when the image is gone or GIMP refuses."""
    if not source.alive():
        raise Failure(strings.IMAGE_GONE)
    updates = painting is not None and painting.is_valid()
    if not source.layer.is_valid() and not updates:
        return place_alone(source.image, plane, recipe, job)
    new = _updated_layer(source, plane, painting) if updates else _painted_layer(source, plane, translucent, recipe)
    parted = (
        recipe.layers == "two" and mask is None and source.layer.is_valid() and not updates
    )  # GIMP 3.2 does not apply a mask that is written into a group's
    try:
        two = separated(source, new, recipe, walk) if parted else None
    except BaseException:
        if new.is_valid():
            new.delete()  # it is in no image, and GIMP would keep its pixels
        raise
    if not source.alive():  # closed while it was parted
        raise Failure(strings.IMAGE_GONE)
    source_here = bool(source.layer.is_valid())
    earlier = paintings_of(source.image, source.layer) if source_here else []
    with one_step(source.image):
        place = _position(source, earlier) if source_here else (None, 0)
        if two is None:
            ensured(source.image.insert_layer(new, *place), "add the new layer")
        else:
            new = in_group(source.image, new, *two, place, translucent)
        if not updates:
            _add_mask(new, source, translucent, mask)
        notes = _hide(source, translucent, new, earlier) if source_here else [strings.SOURCE_GONE]
        remember(new, recipe, source.layer.get_tattoo() if source_here else 0, job.resolved, Spot(job.id, source.box, source.sent, source.selected))
        source.image.set_selected_layers([new])
    return Placed(new, (*job.warnings, *notes))


def place_alone(image: Any, plane: Plane, recipe: Recipe, job: Job, name: str = "", offsets: tuple[int, int] = (0, 0)) -> Placed:
    """On top of an image without the layer that it was painted from: all that was sent. name: default: the styles'. offsets: px, of its corner. Failure."""
    gray, alpha_ = image.get_base_type() == Gimp.ImageBaseType.GRAY, plane.format.channels in (Channels.GRAY_ALPHA, Channels.RGBA)
    type_ = {(True, False): "GRAY_IMAGE", (True, True): "GRAYA_IMAGE", (False, False): "RGB_IMAGE", (False, True): "RGBA_IMAGE"}[gray, alpha_]
    size = plane.width, plane.height
    new = ensured(Gimp.Layer.new(image, name or recipe.title, *size, getattr(Gimp.ImageType, type_), 100, Gimp.LayerMode.NORMAL), "make a new layer")
    pixels.write(image, new, plane)
    new.set_offsets(*offsets)
    with one_step(image):
        ensured(image.insert_layer(new, None, 0), "add the new layer")
        remember(new, recipe, 0, job.resolved)
        image.set_selected_layers([new])
    return Placed(new, (*job.warnings, strings.SOURCE_GONE))


def _position(source: Source, earlier: list[Any]) -> tuple[Any | None, int]:
    """The group and the place in it above the source, and above all beside it that is, or holds, one of its earlier paintings: else those would cover it."""
    parent, position = source.layer.get_parent(), source.image.get_item_position(source.layer)
    known = {each.get_id() for each in earlier}
    for place, layer in enumerate((parent.get_children() if parent is not None else source.image.get_layers())[:position]):
        if known & {each.get_id() for each in flat([layer])}:
            return parent, place
    return parent, position


def _hide(source: Source, translucent: bool, new: Any, earlier: list[Any]) -> list[str]:
    """Hides what the new layer stands for: a source that would add up with it, and earlier paintings of what it covers. Returns what to say of it."""
    notes, layer = [], source.layer
    if translucent:
        if layer.get_visible():
            notes.append(strings.HIDDEN.format(name=layer.get_name()))
        ensured(layer.set_visible(False), "hide the source layer")
    covered = [each for each in earlier if each.get_visible() and not each.get_lock_visibility() and (translucent or not source.selected or _within(each, new))]
    for each in covered:
        ensured(each.set_visible(False), "hide an earlier painting")
    if covered:
        notes.append(strings.EARLIER_HIDDEN.format(name=layer.get_name()))
    return notes


def _within(inner: Any, outer: Any) -> bool:
    """Whether a layer lies on another and nowhere beside it: one that shows another part stays as it is."""
    (_, x, y), (_, left, top) = inner.get_offsets(), outer.get_offsets()
    wide, high = x + inner.get_width() <= left + outer.get_width(), y + inner.get_height() <= top + outer.get_height()
    return bool(x >= left and y >= top and wide and high)


def _painted_layer(source: Source, plane: Plane, translucent: bool, recipe: Recipe) -> Any:
    """The layer with its pixels, not yet in the image: undo need not remember what it is not yet."""
    layer, box = source.layer, source.box
    full = pixels.whole(layer) if translucent else box
    new = _empty_layer(source, full, recipe)
    if translucent and source.selected:
        with pixels.as_seen(layer) as seen:
            pixels.copy(seen, new)
        pixels.write(source.image, new, plane, source.sent.x, source.sent.y)
    else:
        pixels.write(source.image, new, alpha.cropped(plane, box.moved(-source.sent.x, -source.sent.y)))
    return new


def _updated_layer(source: Source, plane: Plane, painting: Any) -> Any:
    """A copy of the earlier painting's layer, with its mask, place and mode, and the new pixels."""
    new = ensured(painting.copy(), "copy the painting")
    new.set_visible(True)
    new.set_edit_mask(False)
    if (new.get_width(), new.get_height()) == (source.box.width, source.box.height):
        pixels.write(source.image, new, alpha.cropped(plane, source.box.moved(-source.sent.x, -source.sent.y)))
    else:  # it stands for all of a layer, of which a part was painted
        pixels.write(source.image, new, plane, source.sent.x, source.sent.y)
    return new


def _empty_layer(source: Source, box: Box, recipe: Recipe) -> Any:
    layer = source.layer
    mode = layer.get_mode()
    if mode == Gimp.LayerMode.PASS_THROUGH:
        mode = Gimp.LayerMode.NORMAL  # only groups pass through
    name = strings.layer_name(name_of_origin(source.image, layer), recipe.title)
    new = ensured(Gimp.Layer.new(source.image, name, box.width, box.height, layer.type(), layer.get_opacity(), mode), "make a new layer")
    new.set_blend_space(layer.get_blend_space())
    new.set_composite_space(layer.get_composite_space())
    new.set_composite_mode(layer.get_composite_mode())
    dx, dy = source.offsets
    new.set_offsets(dx + box.x, dy + box.y)
    return new


def _add_mask(new: Any, source: Source, translucent: bool, shown: Plane | None) -> None:
    if shown is not None:
        new.add_mask(ensured(new.create_mask(Gimp.AddMaskType.WHITE), "make a mask of what was selected"))
        pixels.write_weights(new.get_mask(), shown)
        new.set_edit_mask(False)  # else the mask is what is chosen, and painted on, from now on
        return
    mask = source.layer.get_mask()
    if mask is None or (source.selected and not translucent):
        return
    copy = ensured(new.create_mask(Gimp.AddMaskType.WHITE), "copy the layer's mask")
    new.add_mask(copy)
    pixels.copy(mask, copy)
    new.set_apply_mask(source.layer.get_apply_mask())
    new.set_edit_mask(False)


@contextmanager
def one_step(image: Any) -> Iterator[None]:
    """One undo step; never held across a wait: a plug-in that dies inside one leaves the image half-open."""
    image.undo_group_start()
    try:
        yield
    finally:
        image.undo_group_end()
        Gimp.displays_flush()
