"""Owns the way between a decoder's frames and R'G'B': chroma, matrix and range.

FFmpeg's scaler only brings chroma to the size of luma and back, at the frame's own depth. The matrix is here, in float, as the scaler takes the white of
10 bits for 99.6 % of white. Source: ITU-T H.273, 8.3 (equations 23–28 and 38–46).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..arrays import Floats, Samples
from .tags import BT709, BT2020, RGB, UNSPECIFIED, Tags, known

if TYPE_CHECKING:
    from av import VideoFrame
    from av.video.codeccontext import VideoCodecContext

FULL, LIMITED = 2, 1  # AVColorRange
BICUBIC, FULL_CHROMA, ACCURATE, EXACT = 0x4, 0x2000 | 0x4000, 0x40000, 0x80000  # SwsFlags
SCALING = BICUBIC | FULL_CHROMA | ACCURATE | EXACT
DEPTHS = (8, 9, 10, 12, 14, 16)  # bits of planar formats
PACKED = ("rgba", "bgra", "argb", "abgr", "pal8", "rgb24", "rgb48be", "rgba64be")
WEIGHTS = {BT709: (0.2126, 0.0722), 4: (0.30, 0.11), 7: (0.212, 0.087), BT2020: (0.2627, 0.0593)}  # of red and blue in luma
WEIGHTS_BT601 = (0.299, 0.114)


def tags_of(frame: VideoFrame, file: VideoCodecContext) -> Tags:
    """What a decoded frame says about its colours, and the file where the frame doesn't. Frames in RGB are of full range."""
    plain_rgb = frame.format.is_rgb or frame.format.name.startswith("pal")
    full = (frame.color_range or file.color_range) == FULL or plain_rgb or frame.format.name.startswith("yuvj")
    matrix, primaries, transfer = (
        first if first != UNSPECIFIED else second
        for first, second in (
            (frame.colorspace, file.colorspace),
            (frame.color_primaries, file.color_primaries),
            (frame.color_trc, file.color_trc),
        )
    )
    return known(RGB if plain_rgb else UNSPECIFIED if matrix == RGB else matrix, primaries, transfer, full, frame.height)


def bits_of(frame: VideoFrame) -> int:
    return max(component.bits for component in frame.format.components)


def has_alpha(frame: VideoFrame) -> bool:
    return any(component.is_alpha for component in frame.format.components) or frame.format.name.startswith("pal")


def transparent(frame: VideoFrame) -> bool:
    """Whether there may be something behind it. Codings of packed pixels, GIF first, have alpha in every frame, used or not: there it is looked at."""
    if not has_alpha(frame):
        return False
    return frame.format.name not in PACKED or bool((frame.to_ndarray(format="rgba")[..., 3] < 255).any())


def to_rgb(frame: VideoFrame, tags: Tags, alpha: bool, width: int, height: int) -> Floats:
    """R'G'B' or R'G'B'A (height, width, 3–4), float32, 0–1. width, height: px that the frame is scaled to, if it has another size."""
    bits = next(depth for depth in DEPTHS if depth >= min(bits_of(frame), DEPTHS[-1]))
    if tags.matrix == RGB:
        deep = bits > 8
        form = ("rgba64le" if alpha else "rgb48le") if deep else ("rgba" if alpha else "rgb24")
        planar = frame.format.name == f"gbr{'a' * alpha}p{bits}le"  # the scaler takes white for less of it
        if planar and (frame.width, frame.height) == (width, height):
            order = (2, 0, 1, 3)[: 3 + alpha]
            stacked = np.stack([_samples(frame, plane, bits) for plane in order], -1)
            return np.asarray(stacked / np.float32(2**bits - 1), np.float32)
        packed = frame.reformat(width, height, form, interpolation=SCALING).to_ndarray()
        return np.asarray(packed / np.float32(65_535 if deep else 255), np.float32)
    even = _scaled(frame, form_of(bits, alpha), tags.full, width, height)
    red_weight, blue_weight = weights_of(tags)
    y, u, v = (_unit(_samples(even, plane, bits), bits, tags.full, plane > 0) for plane in range(3))
    red, blue = y + 2 * (1 - red_weight) * v, y + 2 * (1 - blue_weight) * u
    green = (y - red_weight * red - blue_weight * blue) / (1 - red_weight - blue_weight)
    channels = [red, green, blue]
    if alpha:
        channels.append(_samples(even, 3, bits).astype(np.float32) / np.float32(2**bits - 1))  # full range, whatever the colours are
    return np.asarray(np.clip(np.stack(channels, -1), 0, 1))


def from_rgb(rgb: Floats, tags: Tags, form: str, bits: int) -> VideoFrame:
    """A frame of the planar YUV or the packed RGB format `form`, which has `bits` bits. rgb: R'G'B' or R'G'B'A (h, w, 3–4), 0–1."""
    import av

    alpha = rgb.shape[2] == 4
    if form in PACKED:
        codes = np.rint(rgb * np.float32(2**bits - 1)).astype(np.uint8 if bits == 8 else np.uint16)
        packed = ("rgba" if alpha else "rgb24") if bits == 8 else ("rgba64le" if alpha else "rgb48le")
        return tagged(av.VideoFrame.from_ndarray(codes, packed).reformat(format=form), tags)
    red_weight, blue_weight = weights_of(tags)
    red, green, blue = (rgb[..., channel] for channel in range(3))
    y = red_weight * red + (1 - red_weight - blue_weight) * green + blue_weight * blue
    planes = [y, (blue - y) / (2 * (1 - blue_weight)), (red - y) / (2 * (1 - red_weight))]
    frame = av.VideoFrame(rgb.shape[1], rgb.shape[0], form_of(bits, alpha))
    for number, plane in enumerate(planes):
        _put(frame, number, _code(plane, bits, tags.full, number > 0), bits)
    if alpha:
        _put(frame, 3, np.rint(rgb[..., 3] * (2**bits - 1)), bits)
    return tagged(_scaled(tagged(frame, tags), form, tags.full, frame.width, frame.height), tags)


def tagged(frame: VideoFrame, tags: Tags) -> VideoFrame:
    """The same frame, which says now what its colours are."""
    frame.colorspace, frame.color_range = tags.matrix, FULL if tags.full else LIMITED
    frame.color_primaries, frame.color_trc = tags.primaries, tags.transfer
    return frame


def form_of(bits: int, alpha: bool) -> str:
    """The name of the planar YUV format with chroma for every pixel."""
    if alpha and bits == 14:
        bits = 16
    return f"yuv{'a' * alpha}444p{'' if bits == 8 else f'{bits}le'}"


def weights_of(tags: Tags) -> tuple[float, float]:
    return WEIGHTS.get(tags.matrix, WEIGHTS_BT601)


def _scaled(frame: VideoFrame, form: str, full: bool, width: int, height: int) -> VideoFrame:
    frame.color_range = FULL if full else LIMITED
    return frame.reformat(width, height, form, interpolation=SCALING, dst_color_range=frame.color_range)


def _samples(frame: VideoFrame, number: int, bits: int) -> Samples:
    plane, kind = frame.planes[number], np.dtype("u1" if bits == 8 else "<u2")
    rows: Samples = np.frombuffer(memoryview(plane), kind).reshape(-1, plane.line_size // kind.itemsize)
    return rows[: frame.height, : frame.width]


def _put(frame: VideoFrame, number: int, codes: Floats, bits: int) -> None:
    plane, kind = frame.planes[number], np.dtype("u1" if bits == 8 else "<u2")
    rows = np.zeros((plane.buffer_size // plane.line_size, plane.line_size // kind.itemsize), kind)
    rows[: codes.shape[0], : codes.shape[1]] = codes
    plane.update(rows.tobytes())


def _unit(codes: Samples, bits: int, full: bool, chroma: bool) -> Floats:
    """Luma in 0–1, chroma in −½–½."""
    zero, scale = _span(bits, full, chroma)
    return (codes.astype(np.float32) - np.float32(zero)) / np.float32(scale)


def _code(values: Floats, bits: int, full: bool, chroma: bool) -> Floats:
    zero, scale = _span(bits, full, chroma)
    return np.asarray(np.clip(np.rint(values * np.float32(scale) + np.float32(zero)), 0, 2**bits - 1))


def _span(bits: int, full: bool, chroma: bool) -> tuple[int, int]:
    """The code of nothing, and codes from there to 1."""
    if full:
        return (1 << bits - 1 if chroma else 0), (1 << bits) - 1
    return (128 if chroma else 16) << bits - 8, (224 if chroma else 219) << bits - 8
