"""Owns the making of a task from an order: every plane and picture read, brought to the work's size, and named for the caches."""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import reduce
from itertools import zip_longest
from typing import Literal

import numpy as np
from restyle_engine.objective.targets import LARGEST_AREA
from restyle_engine.optim.plan import LARGEST_WHOLE
from restyle_engine.parameters import SMALLEST_SIDE, Color, Resolved
from restyle_engine.strokes import suited
from restyle_engine.task import Pixels, StylePicture, Task
from restyle_imaging.color.oklab import matched, mixed
from restyle_imaging.io.files import read_picture
from restyle_imaging.planes.canvas import Canvas, open_plane, weights_of
from restyle_imaging.planes.formats import Plane
from restyle_imaging.resample.resize import resize, resize_visible

from ..limits import MAX_PREVIEW
from ..records.order import MaskUse, Order, PlaneFile, Start, StartFrom, StyleOrder
from ..weights.catalogue import SHIPPED
from .engine import JobFailure

KEPT_BYTES = 64 << 20  # of styles' pictures: five at 1024 px


def plane_of(file: PlaneFile) -> Plane:
    """The plane in a file. JobFailure when the file is not there any more."""
    try:
        data = file.path.read_bytes()
    except OSError as error:
        raise JobFailure("BAD_INPUT", f"The job's pixels can't be read any more ({error.strerror}); send it again.") from error
    if len(data) != file.width * file.height * file.format.pixel_bytes:
        raise JobFailure("BAD_INPUT", "The job's pixels were damaged on the server's disk; send it again.")
    return Plane(file.format, file.width, file.height, data, file.icc)


def blend_of(order: Order) -> Pixels | None:
    """How much of the painting shows, (H, W) at the content's size; None: all of it."""
    return _product(order, MaskUse.BLEND)


def task_of(order: Order, canvas: Canvas, pictures: StylePictures, followed: tuple[float, ...] = ()) -> Task:
    """What the stylizer gets for an order. canvas: the order's content, opened. pictures: those of styles that were seen before. followed: sizes of the
    styles' strokes in the painting that this one holds still with, as far as they are known."""
    resolved = order.parameters
    width, height = resolved.width, resolved.height
    content, alpha = resize_visible(canvas.rgb, canvas.alpha, width, height)
    weight, counted = alpha, _product(order, MaskUse.STATISTICS)
    if counted is not None:
        counted = resize(counted, width, height, "area")
        weight = counted if alpha is None else alpha * counted
    return Task(
        content=content,
        styles=tuple(
            _style(style if style.scale is not None or scale is None else replace(style, scale=scale), order, content, weight, pictures)
            for style, scale in zip_longest(order.styles, followed[: len(order.styles)])
        ),
        parameters=resolved,
        weights=order.weights.path,
        weight=weight,
        start=_start(order.start, width, height),
        noise=order.start.noise if order.start.source is StartFrom.CONTENT else 0.0,
        strength_map=None if order.strength_map is None else resize(weights_of(plane_of(order.strength_map)), width, height, "area"),
        reader=SHIPPED,
        sketches=MAX_PREVIEW if order.report else 0,
    )


def _product(order: Order, use: MaskUse) -> Pixels | None:
    masks = [weights_of(plane_of(mask.plane)) for mask in order.masks if mask.use is use]
    return reduce(np.multiply, masks) if masks else None


def _start(start: Start, width: int, height: int) -> Pixels | Literal["noise", "texture"] | None:
    if start.source is StartFrom.NOISE:
        return "noise"
    if start.source is StartFrom.TEXTURE:
        return "texture"
    if start.source is StartFrom.RESULT and start.result is not None:
        result = open_plane(plane_of(start.result))
        return resize_visible(result.rgb, result.alpha, width, height)[0]
    return None


@dataclass(frozen=True, slots=True, eq=False)
class _Prepared:
    """A style's pixels at the size that its finest scale needs, and their hash."""

    rgb: Pixels
    alpha: Pixels | None
    key: str


class StylePictures:
    """Pictures of styles, decoded and resized, for any strokes where none are chosen: kept from one order to the next, the least recently used go first."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept_bytes = kept_bytes
        self._pictures: OrderedDict[tuple[object, ...], _Prepared] = OrderedDict()

    def get(self, style: StyleOrder, resolved: Resolved) -> _Prepared:
        """The style's picture. JobFailure, PictureError, ImagingError."""
        area = (LARGEST_AREA if style.scale is None else min(style.scale**2, LARGEST_AREA)) * resolved.width * resolved.height
        form = None if style.plane is None else (style.plane.format, style.plane.width, style.plane.height, style.plane.icc)
        digest = _digest(style)
        if digest is None:
            return _prepared(style, area)
        name = (digest, form, style.crop, area)
        found = self._pictures.pop(name, None) or _prepared(style, area)
        self._pictures[name] = found
        while len(self._pictures) > 1 and sum(each.rgb.nbytes for each in self._pictures.values()) > self._kept_bytes:
            self._pictures.popitem(last=False)
        return found


def _digest(style: StyleOrder) -> bytes | None:
    path = style.picture or (None if style.plane is None else style.plane.path)
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return None  # reading it will say so, in a sentence


def _prepared(style: StyleOrder, area: float) -> _Prepared:
    if style.picture is not None:
        plane = read_picture(style.picture, style.name).plane
    elif style.plane is not None:
        plane = plane_of(style.plane)
    else:
        raise JobFailure("BAD_INPUT", f"The style {style.name} has neither a picture nor a layer; choose one.")
    canvas = open_plane(plane)
    rgb, alpha = _cropped(style, canvas)
    if alpha is not None and not alpha.any():
        raise JobFailure("BAD_INPUT", f"The style {style.name} is fully transparent; choose a picture with something to see.")
    rgb, alpha = _no_larger_than_needed(rgb, alpha, area)
    return _Prepared(rgb, alpha, _key(rgb, alpha))


def _key(rgb: Pixels, alpha: Pixels | None) -> str:
    found = hashlib.sha256(np.ascontiguousarray(rgb).tobytes())
    found.update(b"" if alpha is None else np.ascontiguousarray(alpha).tobytes())
    return f"{rgb.shape} {found.hexdigest()}"


def _style(style: StyleOrder, order: Order, content: Pixels, weight: Pixels | None, pictures: StylePictures) -> StylePicture:
    resolved = order.parameters
    region = None if style.mask is None else resize(weights_of(plane_of(style.mask)), resolved.width, resolved.height, "area")
    scale = scale_of(style, resolved, pictures)
    picture = pictures.get(replace(style, scale=scale), resolved)
    rgb, alpha, key = picture.rgb, picture.alpha, picture.key
    if resolved.color is Color.MATCH:
        rgb = mixed(rgb, matched(rgb, content, alpha, weight), resolved.color_mix)
        key = _key(rgb, alpha)
    return StylePicture(rgb, alpha, style.weight, scale, region, style.symmetry, key)


def strokes_of(order: Order) -> tuple[float, ...]:
    """The sizes of the strokes that an order is painted with, without a look at any pixel; empty where nobody has said how large a style's picture is."""
    found = tuple(_strokes(style, order.parameters) for style in order.styles)
    return tuple(each for each in found if each is not None) if None not in found else ()


def _strokes(style: StyleOrder, resolved: Resolved) -> float | None:
    size = style.size if style.plane is None else (style.plane.width, style.plane.height)
    if style.scale is not None or size is None:
        return style.scale
    width, height = size if style.crop is None else (style.crop.width, style.crop.height)
    return _suited(style.suggested, *_needed(width, height, LARGEST_AREA * resolved.width * resolved.height), resolved)


def scale_of(style: StyleOrder, resolved: Resolved, pictures: StylePictures) -> float:
    """The size of the strokes that a style is painted with. JobFailure, PictureError, ImagingError."""
    if style.scale is not None:
        return style.scale
    height, width = pictures.get(style, resolved).rgb.shape[:2]
    return _suited(style.suggested, width, height, resolved)


def _suited(suggested: float | None, width: int, height: int, resolved: Resolved) -> float:
    """The size of the strokes where nobody asked for one: a larger work has those of the size at which it is painted whole. width, height: px, of as much of
    the style's picture as the largest strokes need."""
    side = math.sqrt(resolved.width * resolved.height)
    return suited(side * min(1.0, LARGEST_WHOLE / resolved.size), suggested, math.sqrt(width * height) / side)


def _cropped(style: StyleOrder, canvas: Canvas) -> tuple[Pixels, Pixels | None]:
    crop = style.crop
    if crop is None:
        return canvas.rgb, canvas.alpha
    if crop.x < 0 or crop.y < 0 or crop.width < 1 or crop.height < 1 or crop.x + crop.width > canvas.width or crop.y + crop.height > canvas.height:
        raise JobFailure("BAD_INPUT", f"The crop of the style {style.name} reaches beyond its {canvas.width}×{canvas.height} px; choose one inside.")
    rows, columns = slice(crop.y, crop.y + crop.height), slice(crop.x, crop.x + crop.width)
    return canvas.rgb[rows, columns], None if canvas.alpha is None else canvas.alpha[rows, columns]


def _no_larger_than_needed(rgb: Pixels, alpha: Pixels | None, area: float) -> tuple[Pixels, Pixels | None]:
    """A style at the size in which the finest scale looks at it: hashing, matching and resizing then cost nothing to speak of. area: px."""
    height, width = rgb.shape[:2]
    return resize_visible(rgb, alpha, *_needed(width, height, area))


def _needed(width: int, height: int, area: float) -> tuple[int, int]:
    """Width and height, px, of as much of a picture as a scale of that area looks at."""
    factor = min(1.0, math.sqrt(area / (width * height)))
    return max(SMALLEST_SIDE, round(width * factor)), max(SMALLEST_SIDE, round(height * factor))
