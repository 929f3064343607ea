"""Owns how a painted picture becomes files: WebP at a quality that leaves no blocks to learn, and its thumbnail."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

PICTURE_QUALITY = 97  # of 100: no block structure is measurable, at under half the lossless bytes
THUMBNAIL_SIDE = 256  # px, the most that a list of styles carries per picture
THUMBNAIL_QUALITY = 82


def save(rgb: NDArray[np.uint8], folder: Path, lossless: bool = False) -> int:
    """Writes picture.webp and thumbnail.webp into the folder, made if missing; returns the picture's bytes. OSError when it can't be written."""
    folder.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(rgb)
    picture.save(folder / "picture.webp", lossless=lossless, quality=PICTURE_QUALITY, method=4 if lossless else 6, use_sharp_yuv=True)
    thumbnail = picture.copy()
    thumbnail.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    thumbnail.save(folder / "thumbnail.webp", quality=THUMBNAIL_QUALITY, method=6)
    return (folder / "picture.webp").stat().st_size
