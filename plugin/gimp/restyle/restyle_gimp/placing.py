"""Owns the result in the image: a new layer just above the source, in one undo step, which remembers how it was painted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from gi.repository import Gimp
from restyle_client import Job, Parameters, Plane
from restyle_client.recipes import Recipe, plain

from . import pixels, strings
from .failures import Failure, ensured
from .pixels import Box
from .recipe import recipe_from
from .source import Source

PARASITE = "restyle-recipe"
_KEPT = 1 | 2  # GIMP_PARASITE_PERSISTENT: saved with the file; GIMP_PARASITE_UNDOABLE: else GIMP complains when the layer is undone


@dataclass(frozen=True)
class Placed:
    """notes: sentences that the person should read."""

    layer: Any
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Memory:
    """What a painted layer remembers. source: tattoo of the layer it was painted from."""

    recipe: Recipe
    source: int


def place(source: Source, plane: Plane, veiled: bool, recipe: Recipe, job: Job) -> Placed:
    """plane: the result of what was sent. Failure when the image is gone or GIMP refuses."""
    if not source.alive():
        raise Failure(strings.IMAGE_GONE)
    source_here = bool(source.layer.is_valid())
    notes = list(job.warnings)
    new = _painted_layer(source, plane, veiled, recipe) if source_here else _rescued_layer(source, plane, recipe)
    hides = veiled and source_here
    with _one_step(source.image):
        parent, position = (source.layer.get_parent(), source.image.get_item_position(source.layer)) if source_here else (None, 0)
        ensured(source.image.insert_layer(new, parent, position), "add the new layer")
        if source_here:
            _add_mask(new, source, veiled)
        if hides:
            ensured(source.layer.set_visible(False), "hide the source layer")
        _remember(new, recipe, source.layer.get_tattoo() if source_here else 0, job.resolved)
        source.image.set_selected_layers([new])
    if hides:
        notes.append(strings.HIDDEN.format(name=source.layer.get_name()))
    if not source_here:
        notes.append(strings.SOURCE_GONE)
    return Placed(new, tuple(notes))


def memory_of(layer: Any) -> Memory | None:
    """How a layer was painted; None for layers that Restyle did not paint."""
    parasite = layer.get_parasite(PARASITE)
    if parasite is None:
        return None
    try:
        content = json.loads(bytes(parasite.get_data()).rstrip(b"\0").decode("utf-8"))
        return Memory(recipe_from(content["recipe"]), int(content.get("source", 0)))
    except (ValueError, KeyError, TypeError):
        return None


def _painted_layer(source: Source, plane: Plane, veiled: bool, recipe: Recipe) -> Any:
    """The layer with its pixels, not yet in the image: undo need not remember what it is not yet."""
    layer, box = source.layer, source.box
    full = pixels.whole(layer) if veiled else box
    new = _empty_layer(source, full, recipe)
    if veiled and source.selected:
        with pixels.as_seen(layer) as seen:
            pixels.copy(seen, new)
        pixels.write(source.image, new, plane, source.sent.x, source.sent.y)
    else:
        pixels.write(source.image, new, pixels.cropped(plane, box.moved(-source.sent.x, -source.sent.y)))
    return new


def _empty_layer(source: Source, box: Box, recipe: Recipe) -> Any:
    layer = source.layer
    mode = layer.get_mode()
    if mode == Gimp.LayerMode.PASS_THROUGH:
        mode = Gimp.LayerMode.NORMAL  # only groups pass through
    name = strings.LAYER_NAME.format(source=layer.get_name(), style=recipe.title)
    new = ensured(Gimp.Layer.new(source.image, name, box.width, box.height, layer.type(), layer.get_opacity(), mode), "make a new layer")
    new.set_blend_space(layer.get_blend_space())
    new.set_composite_space(layer.get_composite_space())
    new.set_composite_mode(layer.get_composite_mode())
    dx, dy = source.offsets
    new.set_offsets(dx + box.x, dy + box.y)
    return new


def _rescued_layer(source: Source, plane: Plane, recipe: Recipe) -> Any:
    """A home for the result when its source was deleted meanwhile: all that was sent, at the image's corner."""
    types = {"GRAY": Gimp.ImageType.GRAY_IMAGE, "GRAY_ALPHA": Gimp.ImageType.GRAYA_IMAGE, "RGB": Gimp.ImageType.RGB_IMAGE, "RGBA": Gimp.ImageType.RGBA_IMAGE}
    type_ = types[plane.format.channels.value]
    new = ensured(Gimp.Layer.new(source.image, recipe.title, plane.width, plane.height, type_, 100, Gimp.LayerMode.NORMAL), "make a new layer")
    pixels.write(source.image, new, plane)
    return new


def _add_mask(new: Any, source: Source, veiled: bool) -> None:
    if source.selected and not veiled:
        new.add_mask(ensured(new.create_mask(Gimp.AddMaskType.SELECTION), "make a mask of the selection"))
        return
    mask = source.layer.get_mask()
    if mask is None:
        return
    copy = ensured(new.create_mask(Gimp.AddMaskType.WHITE), "copy the layer's mask")
    new.add_mask(copy)
    pixels.copy(mask, copy)
    new.set_apply_mask(source.layer.get_apply_mask())
    new.set_edit_mask(False)


def _remember(layer: Any, recipe: Recipe, source: int, resolved: Parameters | None) -> None:
    """recipe: what was asked for. resolved: every choice that was made of it."""
    content = json.dumps({"recipe": plain(recipe), "source": source, "resolved": asdict(resolved) if resolved else None}).encode()
    layer.attach_parasite(Gimp.Parasite.new(PARASITE, _KEPT, content))


@contextmanager
def _one_step(image: Any) -> Iterator[None]:
    """One undo step; never held across a wait: a plug-in that dies inside one leaves the image half-open."""
    image.undo_group_start()
    try:
        yield
    finally:
        image.undo_group_end()
        Gimp.displays_flush()
