"""Owns OpenEXR: linear light of any brightness as sRGB-encoded floats, and back; through ASWF's own library, which is in the extra `video`.

Source: Technical Introduction to OpenEXR. Values are linear, white is about 1, colours are multiplied by alpha; primaries are BT.709's unless an attribute
says otherwise.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from .. import extra
from ..arrays import Floats, Samples
from ..color import primaries, srgb
from ..errors import PictureError
from .ocio import Ocio, Space
from .pictures import PictureFile, cut_short, plane_of, require_size

MARK = b"v/1\1"
NAMING = {"chromaticities": tuple, "colorInteropID": str}  # attributes that say which colours are meant, and what they are


def read(data: bytes, name: str, ocio: Ocio | None = None) -> PictureFile:
    """The picture of an OpenEXR file: GRAY(_ALPHA) or RGB(A) F32, sRGB-encoded, straight alpha. PictureError as read_picture says."""
    notes: list[str] = []
    space = None if ocio is None else ocio.of(name, notes)
    library = _library()
    try:
        head = library.File(io.BytesIO(data), header_only=True).header()
        low, high = head["dataWindow"]
        require_size(name, *(int(side) + 1 for side in high - low))
        channels = {key: channel.pixels for key, channel in library.File(io.BytesIO(data), separate_channels=True).channels().items()}
    except (RuntimeError, ValueError, TypeError, KeyError) as error:
        raise cut_short(name) from error
    kinds = [names for names in (("R", "G", "B"), ("Y",)) if all(key in channels for key in names)]
    if not kinds:
        raise PictureError(f"{name} has no channels R, G and B, or Y, but {', '.join(sorted(channels))[:80]}; render the picture itself into it.")
    colors = np.stack([np.asarray(channels[key], np.float32) for key in kinds[0]], -1)
    alpha = np.asarray(channels["A"], np.float32) if "A" in channels else None
    if alpha is not None:
        colors = np.divide(colors, alpha[..., None], out=np.zeros_like(colors), where=alpha[..., None] != 0)
    said = {key: head[key] for key, kind in NAMING.items() if isinstance(head.get(key), kind)}
    if space is None and "chromaticities" in said and colors.shape[-1] == 3:
        try:
            colors = primaries.turned(colors, primaries.of_numbers(said["chromaticities"]), primaries.BT709)
        except (ValueError, ArithmeticError):
            notes.append(f"The primaries that {name} names make no sense; it is read as if it named none.")
    samples = srgb.encode(colors) if space is None else space.to_srgb(colors)
    if alpha is not None:
        samples = np.concatenate((samples, alpha[..., None]), -1)
    return PictureFile(plane_of(samples, None), "EXR", warnings=tuple(notes), space=space and space.with_head(said))


def write(rgb: Floats, alpha: Floats | None, half: bool, space: Space | None = None) -> bytes:
    """An OpenEXR of sRGB-encoded colours (h, w, 1 or 3), compressed without loss. half: in 16 bits, as is usual; they hold what 16-bit integers hold but for
    the darkest tenth of a per mille. space: in which it goes out; None: linear, with BT.709's primaries."""
    library = _library()
    light = srgb.decode(rgb) if space is None else space.from_srgb(rgb)
    if alpha is not None:
        light = light * alpha[..., None]
    kind: Any = np.float16 if half else np.float32
    bound = 65_504.0 if half else float(np.finfo(np.float32).max)
    names = ("R", "G", "B") if light.shape[-1] == 3 else ("Y",)
    channels: dict[str, Samples] = {key: _plane(np.clip(light[..., at], -bound, bound), kind) for at, key in enumerate(names)}
    if alpha is not None:
        channels["A"] = _plane(alpha, kind)
    out = io.BytesIO()
    head = {"compression": library.ZIP_COMPRESSION, "type": library.scanlineimage, **(space.head if space else {})}
    library.File(head, channels).write(out)
    return out.getvalue()


def _plane(values: Floats, kind: Any) -> Samples:
    return np.ascontiguousarray(values, kind)


def _library() -> Any:
    try:
        import OpenEXR
    except ImportError as error:
        raise extra.missing("OpenEXR pictures") from error
    return OpenEXR
