"""Owns what Pillow leaves out of PNG: 16 bits, the colour that is transparent, values that aren't sRGB's, and files whose side matter is broken.

Source: Portable Network Graphics Specification, third edition; chunks by their names there.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image, PngImagePlugin

from ..arrays import Samples

MARK = b"\x89PNG\r\n\x1a\n"
HEADER = struct.Struct(">8x4x4sIIBB")  # mark, length, "IHDR", width, height, bits per sample, kind of colour
GRAY, RGB, PALETTE, GRAY_ALPHA, RGBA = 0, 2, 3, 4, 6  # kinds of colour
SHOWN = frozenset((b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"))
USED = SHOWN | {b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cICP", b"pHYs", b"eXIf"}
SRGB_CICP = b"\1\x0d"  # primaries of BT.709, sRGB's curve
SRGB_GAMMA = 0.45455
SRGB_CHROMATICITY = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
SAME_GAMMA, SAME_CHROMATICITY = 0.02, 0.005  # what encoders differ by when they mean the same


def header(data: bytes) -> tuple[int, int, int, int] | None:
    """Width, height, bits per sample and kind of colour; None when it is no PNG."""
    if data[:8] != MARK or len(data) < HEADER.size:
        return None
    _, width, height, bits, color = HEADER.unpack_from(data)
    return width, height, bits, color


def mended(data: bytes) -> Iterator[bytes]:
    """The same picture with ever less beside its pixels: first without texts and broken chunks, then bare."""
    if data[:8] != MARK:
        return
    found = list(_chunks(data))
    for kept in (USED, SHOWN, SHOWN - {b"tRNS"}):
        yield MARK + b"".join(chunk for name, chunk, sound in found if name in kept and (sound or name[:1].isupper()))


def samples_of(image: Image.Image, data: bytes, bits: int, color: int) -> Samples:
    """The pixels of an opened PNG without a palette, (h, w) or (h, w, 2–4), uint8 or uint16; the colour that tRNS names has alpha 0."""
    if bits == 16 and color == GRAY_ALPHA:
        samples = _as(image, data, "RGBA").view(">u2")  # four bytes a pixel, as they lie there
    elif bits == 16 and color in (RGB, RGBA):
        high, low = (_as(image, data, f"{image.mode};16{order}").astype(np.uint16) for order in "BL")  # Pillow takes the one byte or the other
        samples = high << 8 | low
    else:
        samples = np.asarray(image.convert("L") if image.mode == "1" else image)
    key = next((chunk[8:-4] for name, chunk, _ in _chunks(data) if name == b"tRNS"), b"")
    wanted = 2 if color == GRAY else 6 if color == RGB else 0
    return _keyed(samples.astype(np.uint16 if bits == 16 else np.uint8), key[:wanted], bits) if wanted and len(key) >= wanted else samples


def profile(info: dict[Any, Any], gray: bool) -> bytes | None:
    """The ICC profile of what gAMA and cHRM say, when it isn't sRGB; info: Pillow's. ValueError: they make no sense."""
    gamma, places = info.get("gamma"), info.get("chromaticity")
    if info.get("icc_profile") or "srgb" in info or (gamma is None and places is None):
        return None
    gamma, places = SRGB_GAMMA if gamma is None else gamma, places or SRGB_CHROMATICITY
    same_places = gray or max(abs(a - b) for a, b in zip(places, SRGB_CHROMATICITY, strict=True)) < SAME_CHROMATICITY
    if abs(gamma - SRGB_GAMMA) < SAME_GAMMA and same_places:
        return None
    if not 0.05 <= gamma <= 20:
        raise ValueError("no such gamma")
    import imagecodecs

    white, primaries = (*places[:2], 1.0), [value for at in (2, 4, 6) for value in (*places[at : at + 2], 1.0)]
    try:
        return bytes(imagecodecs.cms_profile("gray" if gray else "rgb", whitepoint=white, primaries=None if gray else primaries, gamma=1 / gamma))
    except Exception as error:
        raise ValueError("no such colours") from error


def has_other_colors(data: bytes) -> bool:
    """Whether cICP says that the values aren't sRGB's."""
    return any(name == b"cICP" and chunk[8:10] != SRGB_CICP for name, chunk, _ in _chunks(data))


def _as(image: Image.Image, data: bytes, raw: str) -> Samples:
    """The pixels once more, unpacked in another way."""
    with Image.open(io.BytesIO(data), formats=("PNG",)) as again:
        assert isinstance(again, PngImagePlugin.PngImageFile)  # noqa: S101, for the types: nothing else was asked for
        again.tile = [tile._replace(args=raw) for tile in again.tile]
        return np.asarray(again)


def _keyed(samples: Samples, key: bytes, bits: int) -> Samples:
    """samples with an alpha channel: 0 where they are of the colour `key`, which is in the file's own bits."""
    most = 2**bits - 1
    color = np.frombuffer(key, ">u2") & most
    if bits < 8:
        color = color * (255 // most)
    samples = samples[..., None] if samples.ndim == 2 else samples
    alpha = np.where((samples == color).all(axis=-1, keepdims=True), 0, np.iinfo(samples.dtype).max)
    return np.concatenate((samples, alpha.astype(samples.dtype)), axis=-1)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bool]]:
    """Name and whole bytes of each chunk, and whether its checksum is right; ends where the file is cut."""
    at = 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        chunk = data[at : at + 12 + length]
        if len(chunk) < 12 + length:
            return
        yield chunk[4:8], chunk, zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")
        at += len(chunk)
