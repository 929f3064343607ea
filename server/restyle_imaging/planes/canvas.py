"""Owns the way of a layer's pixels: from the format an editor sent to what the engine paints on, and back to the very same format.

A Canvas is straight-alpha, sRGB-encoded RGB in 0–1. Whatever the source's profile or range, the engine sees nothing else:
- the ICC profile is undone in float precision (profiles.py); no profile means sRGB-encoded, for floats as well;
- values outside 0–1 (HDR, wide gamut) come in through an invertible shoulder (tone.py);
- colours under alpha 0 are replaced by their surroundings (hidden.py).

On the way back the change is carried over, not the colour: source + (encoded(new) − encoded(old)), in the source's own profile and depth. Both terms take the
whole way through shoulder and profile; what neither can express (values above the shoulder's peak, the rounding of a LUT profile) cancels, so that no change
gives the source.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Floats, Samples, each, strips
from ..color.profiles import Profile, SrgbProfile, profile_of
from ..color.tone import Tone, tone_of
from ..errors import ImagingError
from ..resample.hidden import fill_hidden
from . import samples as planar
from .formats import Channels, Depth, Plane

__all__ = ["Canvas", "ImagingError", "close_plane", "not_finite", "open_plane", "weights_of"]


@dataclass(frozen=True, slots=True)
class Canvas:
    """What the engine paints on.

    rgb: (h, w, 3) float32, sRGB-encoded, 0–1, nothing hidden in it. alpha: (h, w) float32 in 0–1, or None.
    source: the plane it came from. tone: how its values were brought into 0–1.
    """

    rgb: Floats
    alpha: Floats | None
    source: Plane
    tone: Tone

    @property
    def width(self) -> int:
        return self.source.width

    @property
    def height(self) -> int:
        return self.source.height


def open_plane(plane: Plane, tone: Tone | None = None) -> Canvas:
    """The canvas of a layer. tone: instead of the one that suits its values. ImagingError: no pixels, a wrong byte count, NaN, infinite or enormous values, an
    ICC profile that can't be used."""
    samples = planar.samples_of(plane)
    planar.require_finite(samples)
    channels, depth = plane.format.channels, plane.format.depth
    profile = profile_of(plane.icc, channels.is_gray)
    alpha = planar.alpha_of(samples, channels, depth)
    rgb = np.empty((plane.height, plane.width, 3), np.float32)

    def read(rows: slice) -> None:
        rgb[rows] = profile.to_srgb(planar.colors_of(samples[rows], channels, depth))
        if not np.isfinite(rgb[rows]).all():
            raise ImagingError("data", "The layer holds values that its colour profile makes infinite; clip them, or convert the image to sRGB.")

    each(read, strips(plane.height, plane.width))
    bounded = isinstance(profile, SrgbProfile) and depth in (Depth.U8, Depth.U16)
    tone = tone or (Tone() if bounded else tone_of(rgb, alpha))
    if not bounded:

        def bound(rows: slice) -> None:
            rgb[rows] = tone.into(rgb[rows])

        each(bound, strips(plane.height, plane.width))
    return Canvas(fill_hidden(rgb, alpha), alpha, plane, tone)


def close_plane(canvas: Canvas, rgb: Floats, changed: Floats | None = None) -> Plane:
    """The painted layer in the format, depth, profile and size of the canvas's source.

    rgb: (h, w, 3) float32, sRGB-encoded, clipped to 0–1; not yet blended. changed: (h, w) float32 in 0–1, how much of the painting shows (the BLEND masks), or
    None for all of it; the blend happens here. Alpha, pixels where `changed` is 0 and pixels where alpha is 0 keep the source's bits.
    ImagingError: rgb or changed of another size, or not finite.
    """
    _require_fit(canvas, rgb, changed)
    source = canvas.source
    channels, depth = source.format.channels, source.format.depth
    profile = profile_of(source.icc, channels.is_gray)
    samples = planar.samples_of(source)
    out = samples.copy()
    order = planar.COLORS[channels]

    def write(rows: slice) -> None:
        old = canvas.rgb[rows]
        new = np.clip(rgb[rows], 0, 1)
        if changed is not None:
            new = old + np.clip(changed[rows], 0, 1)[..., None] * (new - old)
        change = _expressed(new, canvas.tone, profile) - _expressed(old, canvas.tone, profile)
        if not np.isfinite(change).all():
            raise not_finite()
        painted = planar.plus(samples[rows][..., order], change, depth)
        kept = _kept(canvas.alpha, changed, rows)
        if kept is not None and kept.any():
            painted[kept] = samples[rows][..., order][kept]
        out[rows][..., order] = painted

    each(write, strips(source.height, source.width))
    return Plane(source.format, source.width, source.height, out.data.cast("B"), source.icc)


def weights_of(plane: Plane) -> Floats:
    """A mask as (h, w) float32 in 0–1: full scale is 1, used as it is (masks are numbers, not colours). ImagingError: not GRAY, NaN, a wrong byte count."""
    if plane.format.channels is not Channels.GRAY:
        raise ImagingError("format", f"A mask has one channel, but this one is {plane.format.channels.value}; send it as GRAY.")
    samples: Samples = planar.samples_of(plane)
    planar.require_finite(samples)
    return np.clip(planar.unit(samples[..., 0], plane.format.depth), 0, 1)


def not_finite() -> ImagingError:
    """A painting with NaN or infinity in it."""
    return ImagingError("data", "The painting holds NaN or infinite values; paint it again with a lower strength.")


def _expressed(rgb: Floats, tone: Tone, profile: Profile) -> Floats:
    return profile.from_srgb(tone.out_of(rgb))


def _kept(alpha: Floats | None, changed: Floats | None, rows: slice) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]] | None:
    """Where the source's bits stay, or None for nowhere."""
    hidden = None if alpha is None else alpha[rows] <= 0
    outside = None if changed is None else changed[rows] <= 0
    if hidden is None or outside is None:
        return outside if hidden is None else hidden
    return hidden | outside


def _require_fit(canvas: Canvas, rgb: Floats, changed: Floats | None) -> None:
    if rgb.shape != canvas.rgb.shape:
        raise ImagingError("data", f"The painting is {rgb.shape[1]}×{rgb.shape[0]} px but the layer {canvas.width}×{canvas.height}; resize it first.")
    if changed is not None and changed.shape != rgb.shape[:2]:
        raise ImagingError(
            "masks", f"The mask is {changed.shape[1]}×{changed.shape[0]} px but the layer {canvas.width}×{canvas.height}; make them the same size."
        )
    if not np.isfinite(rgb).all() or (changed is not None and not np.isfinite(changed).all()):
        raise not_finite()
