"""Owns a painted layer at a lower strength than it was painted at, in the layer's very format."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..arrays import Floats
from ..resample.between import between
from ..resample.resize import resize_visible
from ..resample.upsampling import upsampled
from .canvas import Canvas, close_plane, open_plane
from .formats import Plane
from .preview import rgba8
from .samples import samples_of

SEEN = 1024  # px, longest side at which a preview is mixed: as fine as its octaves have to be


@dataclass(frozen=True, slots=True)
class Painted:
    """How a painting was made. strength: 0–100. work: width and height in px that it was painted at. seamless: whether it goes on at the opposite side, from
    top to bottom and from left to right."""

    strength: float
    work: tuple[int, int]
    seamless: tuple[bool, bool] = (False, False)


def lowered(content: Plane, painting: Plane, painted: Painted, wanted: float) -> Plane:
    """The painting of a content, of its size and format, as it would be about at the strength `wanted`, 0–100: 0 gives the content's bytes, the painting's own
    strength, or more, the painting's. What the painting has left as it was, outside of masks and where nothing is visible, stays so. ImagingError."""
    if wanted >= painted.strength:
        return painting
    if wanted <= 0:
        return content
    canvas = open_plane(content)
    plane = close_plane(canvas, _rgb(canvas, open_plane(painting, canvas.tone), painted, wanted))
    old, new, out = samples_of(content), samples_of(painting), samples_of(plane)
    same = (old == new).all(axis=-1, keepdims=True)
    return replace(plane, data=np.ascontiguousarray(np.where(same, old, out)).data.cast("B"))


def seen(content: Plane, painting: Plane, painted: Painted, wanted: float, longest: int) -> tuple[int, int, bytes]:
    """The same as a small picture: (width, height, RGBA bytes), longest side at most `longest` px. ImagingError."""
    canvas = open_plane(content)
    factor = min(1.0, SEEN / max(painted.work))
    width, height = (max(1, round(side * factor)) for side in painted.work)
    small, alpha = resize_visible(canvas.rgb, canvas.alpha, width, height)
    before = _small(open_plane(painting, canvas.tone), width, height)
    return rgba8(_mixed(small, before, painted, wanted), alpha, longest)


def _rgb(content: Canvas, painting: Canvas, painted: Painted, wanted: float) -> Floats:
    small, before = _small(content, *painted.work), _small(painting, *painted.work)
    after = _mixed(small, before, painted, wanted)
    if small is content.rgb:
        return after
    change: Floats = upsampled(content.rgb, small, small + (after - before), content.alpha) - content.rgb
    return painting.rgb + change


def _small(canvas: Canvas, width: int, height: int) -> Floats:
    return resize_visible(canvas.rgb, canvas.alpha, width, height)[0]


def _mixed(content: Floats, painting: Floats, painted: Painted, wanted: float) -> Floats:
    """At one size. What the painting has left as it was stays so."""
    if wanted <= 0 or wanted >= painted.strength:
        return content if wanted <= 0 else painting
    after = between(content, painting, painted.strength, wanted, painted.seamless)
    return np.where((content == painting).all(axis=-1, keepdims=True), content, after)
