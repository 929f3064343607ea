"""Owns the way from a source and a recipe to the request that is sent. Every pixel is read here, on Krita's own thread, before the first one travels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .. import strings
from ..packages import Box, Failure, Steps, alpha, at_once, client, dropping, limits, recipes
from . import layers, pixels
from .recipe import Recipe, StyleChoice
from .source import NO_LAYER, Source, find

LAYER_REGION, LABEL_REGION = "layer:", "label:"
_SKETCH = 512  # px: a style for an estimate; its own size matters little


@dataclass(frozen=True)
class Order:
    """translucent: the layer is not opaque or blends, so that it and a new layer above it would add up. mask: what the new layer shows, None for all."""

    source: Source
    request: client.JobRequest
    colors: pixels.Colors
    translucent: bool
    mask: client.Plane | None


def order(document: Any, node: Any, source: Source, recipe: Recipe, *, start: client.Start | None = None, batch: bool = False) -> Order:
    """Failure with one sentence when a style, a region or the layer itself can't be used."""
    return at_once(ordering(document, node, source, recipe, start=start, batch=batch))


def ordering(document: Any, node: Any, source: Source, recipe: Recipe, *, start: client.Start | None = None, batch: bool = False) -> Steps[Order]:
    """The same in steps."""
    if not recipe.styles:
        raise Failure(strings.NO_STYLE)
    if source.selected and recipe.seamless != "none":
        raise Failure(strings.SEAMLESS_SELECTION.format(menu=strings.SELECT_NOTHING))
    content = yield from pixels.reading(document, node, source.sent)
    visible, opaque = yield from alpha.weighing(content)
    if not visible:
        raise Failure(strings.EMPTY.format(name=source.name))
    translucent = source.blends or not opaque
    masks: tuple[client.Mask, ...] = ()
    if translucent and source.selected:  # the new layer replaces its source, so it has to hold all of it, and the server leaves the rest as it is
        source = replace(find(document, node, whole=True), selected=False)
        content = yield from pixels.reading(document, node, source.sent)
        masks = (client.Mask(pixels.selection_mask(document.selection(), source.sent), client.MaskUse.BLEND),)
    styles: tuple[client.StyleUse, ...] = ()
    for choice in recipe.styles:
        styles += ((yield from _style_use(document, source.sent, choice, recipe)),)
    request = client.JobRequest(
        content=content,
        masks=masks,
        styles=styles,
        start=start or recipes.start(recipe.settings()),
        parameters=recipes.parameters(recipe),
        job_class=client.JobClass.BATCH if batch else client.JobClass.INTERACTIVE,
        label=strings.layer_name(source.origin, recipe.title)[: limits.MAX_TEXT],
    )
    mask = pixels.selection_mask(document.selection(), source.sent) if source.selected else None
    return Order(source, request, pixels.colors_of(node), translucent, mask)


def updating(document: Any, node: Any, source: Source, painting: Any, title: str, job: str) -> Steps[Order]:
    """An update of a painting of the layer. painting: its layer, whose mask the new one takes over. title: of the recipe. Failure."""
    content = yield from pixels.reading(document, node, source.sent)
    visible, opaque = yield from alpha.weighing(content)
    if not visible:
        raise Failure(strings.EMPTY.format(name=source.name))
    mask = pixels.mask_of(painting, source.sent) if source.selected else None
    request = client.JobRequest(content, update=job, label=strings.layer_name(source.origin, title)[: limits.MAX_TEXT])
    return Order(source, request, pixels.colors_of(node), mask is None and (source.blends or not opaque), mask)


def texturing(document: Any, width: int, height: int, recipe: Recipe) -> Steps[Order]:
    """The same of a texture in the image's colors, at the canvas' corner. Failure."""
    if not recipe.styles:
        raise Failure(strings.NO_STYLE)
    recipe = recipes.for_texture(recipe, width, height)
    source = texture_source(document, width, height)
    colors = pixels.colors_of(document)
    styles: tuple[client.StyleUse, ...] = ()
    for choice in recipe.styles:
        styles += ((yield from _style_use(document, source.sent, choice, recipe)),)
    request = client.JobRequest(
        content=pixels.opaque(colors, width, height),
        styles=styles,
        start=client.Start.texture(),
        parameters=recipes.parameters(recipe),
        label=strings.layer_name(source.origin, recipe.title)[: limits.MAX_TEXT],
    )
    return Order(source, request, colors, False, None)


def texture_source(document: Any, width: int, height: int) -> Source:
    """What stands for the layer that a texture doesn't have."""
    box = Box(0, 0, width, height)
    return Source(layers.id_of(document), NO_LAYER, strings.TEXTURE, box, False, False, box, strings.TEXTURE)


def sketch(node: Any, source: Source, recipe: Recipe) -> client.JobRequest:
    """The request as far as an estimate needs it: sizes and formats; no pixel is read."""
    blank = _blank(client.PixelFormat(client.Channels.RGB, client.Depth.U8), _SKETCH, _SKETCH)
    styles = tuple(
        client.StyleUse.library(choice.library, scale=choice.scale) if choice.library else client.StyleUse.plane(blank, scale=choice.scale)
        for choice in recipe.styles
    )
    content = _blank(pixels.colors_of(node).format, source.sent.width, source.sent.height)
    return client.JobRequest(content, styles, parameters=recipes.parameters(recipe))


def regions(document: Any) -> list[tuple[str, str]]:
    """What a style can be confined to: (region, title) of everywhere, every layer and every color label in use."""
    found, labels = [("", strings.EVERYWHERE)], set()
    for node in layers.walk(document.rootNode()):
        if not layers.is_mask(node):
            found.append((LAYER_REGION + layers.layer_id(node), strings.REGION_LAYER.format(name=node.name())))
            labels.add(node.colorLabel())
    used = [number for number in sorted(labels) if 0 < number < len(strings.LABELS)]
    return found + [(f"{LABEL_REGION}{number}", strings.REGION_LABEL.format(name=strings.LABELS[number])) for number in used]


def region_plane(document: Any, region: str, box: Box, style: str) -> Steps[client.Plane]:
    """What a region's layers cover, as a mask of the box. Failure when there is none any more, or it lies elsewhere."""
    nodes = [node for node in layers.walk(document.rootNode()) if not layers.is_mask(node) and _belongs(node, region)]
    if not nodes:
        raise Failure(strings.REGION_GONE.format(region=_title(region), style=style))
    masks: dict[client.PixelFormat, list[client.Plane]] = {}
    for number, node in enumerate(nodes):
        if number:
            yield None
        mask = alpha.alpha_of(pixels.read(document, node, box, projection=True))
        masks.setdefault(mask.format, []).append(mask)
    whole = alpha.united(max(masks.values(), key=len))
    if not alpha.any_weight(whole):
        raise Failure(strings.REGION_EMPTY.format(style=style))
    return whole


def _title(region: str) -> str:
    """A region that is gone, for people: a layer has no name any more."""
    number = region.removeprefix(LABEL_REGION)
    if number.isdigit() and int(number) < len(strings.LABELS):
        return strings.REGION_LABEL.format(name=strings.LABELS[int(number)])
    return strings.OF_A_LAYER


def _belongs(node: Any, region: str) -> bool:
    if region.startswith(LAYER_REGION):
        return layers.layer_id(node) == region[len(LAYER_REGION) :]
    return f"{LABEL_REGION}{node.colorLabel()}" == region


def _style_use(document: Any, box: Box, choice: StyleChoice, recipe: Recipe) -> Steps[client.StyleUse]:
    mask = (yield from region_plane(document, choice.region, box, choice.name)) if choice.region else None
    source: str | bytes | client.Plane
    if choice.library:
        source = choice.library
    elif choice.file:
        source = dropping.of_file(Path(choice.file)).data
    else:
        source = yield from _style_plane(choice)
    return client.StyleUse(source, float(choice.weight), choice.scale, None, mask, recipes.symmetry(recipe, choice))


def _style_plane(choice: StyleChoice) -> Steps[client.Plane]:
    reference = choice.layer
    document = layers.find_document(reference.document) if reference else None
    node = layers.find_layer(document, reference.layer) if document is not None and reference else None
    if node is None:
        raise Failure(strings.STYLE_LAYER.format(name=choice.name))
    box = style_box(document, node, choice)
    if min(box.width, box.height) < limits.SMALLEST_SIDE:
        raise Failure(strings.STYLE_SMALL.format(name=choice.name, width=box.width, height=box.height))
    return (yield from pixels.reading(document, node, box))


def style_box(document: Any, node: Any, choice: StyleChoice) -> Box:
    """What of a layer is the style: all that is on the canvas, or as much as was selected."""
    box = pixels.box_of(node.bounds()).common(pixels.box_of(document.bounds()))
    return Box(*choice.crop).common(box) if choice.crop else box


def _blank(format_: client.PixelFormat, width: int, height: int) -> client.Plane:
    return client.Plane(format_, width, height, bytes(width * height * format_.pixel_bytes))
