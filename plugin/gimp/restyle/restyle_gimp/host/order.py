"""Owns the way from a source and a recipe to the request that is sent: reads every pixel it needs, on GIMP's main thread, before the first one travels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gi.repository import Gimp
from restyle_client import Channels, Crop, Depth, JobRequest, Mask, MaskUse, PixelFormat, Plane, Start, StyleUse
from restyle_contract.limits import MAX_TEXT, SMALLEST_SIDE
from restyle_editor import alpha, dropping, recipes
from restyle_editor.boxes import Box
from restyle_editor.failures import Failure
from restyle_editor.recipes import Recipe, StyleChoice

from .. import strings
from . import pixels
from .memory import name_of_origin
from .recipe import LAYER_MASK, LayerReference
from .source import Source

_SKETCHED, _SKETCH = PixelFormat(Channels.RGB, Depth.U8), Box(0, 0, 512, 512)  # a style for an estimate: its own size matters little
_OPAQUE_MODES = (Gimp.LayerMode.NORMAL, Gimp.LayerMode.NORMAL_LEGACY)


@dataclass(frozen=True)
class Order:
    """translucent: the layer is not opaque or blends, so that it and a new layer above it would add up. mask: what shows of its box; None: all, or what the
    layer's own mask says. It is read before the painting begins: the person may select something else meanwhile."""

    request: JobRequest
    translucent: bool
    mask: Plane | None = None


def order(source: Source, recipe: Recipe, batch: bool, start: Start | None = None) -> Order:
    """Failure with one sentence when a style, a region or the layer itself can't be used. start: default: the recipe's."""
    layer = source.layer
    if not layer.is_valid():
        raise Failure(strings.LAYER_GONE)
    if source.selected and recipe.seamless != "none":
        raise Failure(strings.SEAMLESS_SELECTION.format(menu=strings.SELECT_NOTHING))
    with pixels.as_seen(layer) as seen:
        content = pixels.read(source.image, seen, pixels.way(source.image, layer), source.sent)
    visible, opaque = alpha.alpha_range(content)
    if not visible:
        raise Failure(strings.EMPTY.format(name=layer.get_name()))
    translucent = is_translucent(source, opaque)
    request = JobRequest(
        content=content,
        styles=tuple(_style_use(source, choice, recipes.symmetry(recipe, choice)) for choice in recipe.styles),
        masks=_masks(source, translucent),
        start=start or recipes.start(recipe.settings()),
        parameters=recipes.parameters(recipe),
        job_class="batch" if batch else "interactive",
        label=strings.layer_name(name_of_origin(source.image, layer), recipe.title)[:MAX_TEXT],
    )
    shows = source.selected and not translucent
    return Order(request, translucent, pixels.weights(source.image.get_selection(), source.box.moved(*source.offsets)) if shows else None)


def is_translucent(source: Source, opaque: bool) -> bool:
    """Whether the source and a new layer above it would add up. opaque: its pixels are. Failure when it has to be hidden and can't be."""
    layer = source.layer
    translucent = not opaque or layer.get_opacity() < 100 or layer.get_mode() not in _OPAQUE_MODES or source.mask is not None
    if translucent and layer.get_lock_visibility():
        raise Failure(strings.LOCKED_VISIBILITY.format(name=layer.get_name()))
    return bool(translucent)


def sketch(source: Source, recipe: Recipe) -> JobRequest:
    """The request as far as an estimate needs it: sizes and formats, and no pixel is read."""
    content = _blank(pixels.way(source.image, source.layer).format, source.sent)
    styles = tuple(
        StyleUse.library(choice.library, scale=choice.scale) if choice.library else StyleUse.plane(_blank(_SKETCHED, _SKETCH), scale=choice.scale)
        for choice in recipe.styles
    )
    return JobRequest(content, styles, parameters=recipes.parameters(recipe))


def _blank(format_: PixelFormat, box: Box) -> Plane:
    return Plane(format_, box.width, box.height, bytes(box.width * box.height * format_.pixel_bytes))


def _masks(source: Source, translucent: bool) -> tuple[Mask, ...]:
    masks = []
    if source.mask is not None:
        plane = pixels.weights(source.mask, source.sent)
        if alpha.any_weight(plane):
            masks.append(Mask(plane, MaskUse.STATISTICS))  # what is masked out is not seen, so it has no say
    if translucent and source.selected:  # the new layer replaces the source whole, so the server has to leave the rest as it is
        masks.append(Mask(pixels.weights(source.image.get_selection(), source.sent.moved(*source.offsets)), MaskUse.BLEND))
    return tuple(masks)


def _style_use(source: Source, choice: StyleChoice, symmetry: str | None) -> StyleUse:
    mask = _region(source, choice)
    if choice.layer is not None:
        plane = _style_plane(choice.layer, choice)
        return StyleUse.plane(plane, weight=choice.weight, scale=choice.scale, mask=mask, symmetry=symmetry)
    crop = Crop(*choice.crop) if choice.crop else None
    if choice.file:
        return StyleUse.picture(dropping.of_file(Path(choice.file)).data, weight=choice.weight, scale=choice.scale, crop=crop, mask=mask, symmetry=symmetry)
    return StyleUse.library(choice.library, weight=choice.weight, scale=choice.scale, crop=crop, mask=mask, symmetry=symmetry)


def _style_plane(reference: LayerReference, choice: StyleChoice) -> Plane:
    layer = find_layer(reference)
    if layer is None:
        raise Failure(strings.STYLE_LAYER.format(name=reference.name))
    box = pixels.whole(layer)
    if choice.crop:
        wanted = Box(*choice.crop)
        if wanted.x + wanted.width > box.width or wanted.y + wanted.height > box.height:
            raise Failure(strings.STYLE_CROP.format(name=choice.name))
        box = wanted
    if min(box.width, box.height) < SMALLEST_SIDE:
        raise Failure(strings.STYLE_SMALL.format(name=choice.name, width=box.width, height=box.height))
    image = layer.get_image()
    if image.get_base_type() == Gimp.ImageBaseType.INDEXED:
        with _as_rgb(image, layer) as copy:
            return pixels.read(copy.get_image(), copy, pixels.way(copy.get_image(), copy), box)
    with pixels.as_seen(layer) as seen:
        return pixels.read(image, seen, pixels.way(image, layer), box)


@contextmanager
def _as_rgb(image: Any, layer: Any) -> Iterator[Any]:
    """A copy of a layer of an indexed image, in an image of its own with real colours."""
    scratch = Gimp.Image.new_with_precision(image.get_width(), image.get_height(), Gimp.ImageBaseType.RGB, Gimp.Precision.U8_NON_LINEAR)
    try:
        copy = Gimp.Layer.new_from_drawable(layer, scratch)
        scratch.insert_layer(copy, None, 0)
        yield copy
    finally:
        scratch.delete()


def find_layer(reference: LayerReference) -> Any | None:
    """The layer that a recipe names: by its id in this session, or by file and tattoo after the image was opened again."""
    item = Gimp.Item.get_by_id(reference.id) if reference.id > 0 else None
    if item is not None and item.is_valid() and item.is_drawable() and _same(item, reference):
        return item
    for image in Gimp.get_images():
        file = image.get_file()
        if reference.tattoo and file is not None and file.get_uri() == reference.image:
            return image.get_layer_by_tattoo(reference.tattoo)
    return None


def _same(item: Any, reference: LayerReference) -> bool:
    """Whether an item of that id is the layer that is meant, though it may have another name now: ids begin anew with every session."""
    file = item.get_image().get_file()
    here = reference.tattoo == item.get_tattoo() and file is not None and file.get_uri() == reference.image
    return here or not reference.name or item.get_name() == reference.name


def refer(layer: Any, image: Any) -> LayerReference:
    file = image.get_file()
    return LayerReference(layer.get_id(), layer.get_tattoo(), file.get_uri() if file is not None else "", layer.get_name())


def _region(source: Source, choice: StyleChoice) -> Plane | None:
    if not choice.region:
        return None
    if choice.region == LAYER_MASK:
        mask = source.layer.get_mask()
        if mask is None:
            raise Failure(strings.NO_MASK.format(style=choice.name))
        plane = pixels.weights(mask, source.sent)
    else:
        channel = source.image.get_channel_by_name(choice.region)
        if channel is None:
            raise Failure(strings.REGION_GONE.format(region=strings.CHANNEL.format(name=choice.region), style=choice.name))
        plane = pixels.weights(channel, source.sent.moved(*source.offsets))
    if not alpha.any_weight(plane):
        raise Failure(strings.REGION_EMPTY.format(style=choice.name))
    return plane
