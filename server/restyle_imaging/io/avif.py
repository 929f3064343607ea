"""Owns what Pillow does not tell of an AVIF: more than 8 bits, and the numbers by which it names its colours."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ..arrays import Samples
from .colors import UNSAID
from .pictures import full_range

CONFIGURATION = b"av1C"  # AV1 Codec ISO Media File Format Binding, 2.3.3: its third byte holds the depth
HIGH, TWELVE = 0x40, 0x20
COLORS = b"colrnclx"  # ISO/IEC 14496-12: primaries and transfer, 16 bits each


def samples_of(image: Image.Image, data: bytes) -> Samples:
    """The samples (h, w) or (h, w, 2–4) of its first picture, uint8, or uint16 where there are 10 or 12 bits. data: the whole file; image: by Pillow, which
    cuts them to 8."""
    plain = np.asarray(image)
    bits = _bits(data)
    if bits == 8 or getattr(image, "n_frames", 1) > 1:
        return plain
    import imagecodecs

    found = np.asarray(imagecodecs.avif_decode(data))
    return full_range(found, bits) if found.shape == plain.shape and found.dtype == np.uint16 else plain


def colors(data: bytes) -> tuple[int, int]:
    """Primaries and transfer that it names, by H.273."""
    at = data.find(COLORS)
    if at < 0:
        return UNSAID, UNSAID
    at += len(COLORS)
    return int.from_bytes(data[at : at + 2], "big"), int.from_bytes(data[at + 2 : at + 4], "big")


def _bits(data: bytes) -> int:
    at = data.find(CONFIGURATION)
    flags = data[at + 6] if 0 <= at < len(data) - 6 else 0
    return 8 if not flags & HIGH else 12 if flags & TWELVE else 10
