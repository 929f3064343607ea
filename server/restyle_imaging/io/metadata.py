"""Owns what a picture file says beside its pixels: orientation, EXIF, resolution. What is odd is left out and told; it never costs the picture."""

from __future__ import annotations

import math
from typing import Any

from PIL import ExifTags, Image

ORIENTATION = 0x0112  # EXIF and TIFF tag
UPRIGHT = 1
FOLDED: tuple[int, ...] = (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo)  # tags that hold tags


def exif_of(image: Image.Image, name: str, notes: list[str]) -> tuple[int, bytes | None]:
    """How the pixels lie, 1–8, and the EXIF block ("Exif\\0\\0" not included) as that of an upright picture; None when there is none. notes: grows by what was
    left out."""
    try:
        exif = image.getexif()
        odd = _sifted(exif)
    except Exception:  # Pillow's parser raises what its parts raise
        notes.append(f"The EXIF data of {name} can't be understood; they are left out.")
        return UPRIGHT, None
    if not exif and not odd:
        return UPRIGHT, None
    turn = exif.get(ORIENTATION, UPRIGHT)
    if turn not in range(9):
        turn, odd = UPRIGHT, True
    if ORIENTATION in exif:
        exif[ORIENTATION] = UPRIGHT
    try:
        block = exif.tobytes().removeprefix(b"Exif\0\0") if len(exif) else None
    except Exception:
        block, odd = None, True
    if odd:
        notes.append(f"Some of the EXIF data of {name} can't be understood; it is left out.")
    return turn or UPRIGHT, block


def holding(block: bytes | None) -> Image.Image:
    """An image that holds nothing but such an EXIF block, for `exif_of`."""
    image = Image.new("L", (1, 1))
    if block:
        image.info["exif"] = block
    return image


def dpi_of(across: Any, down: Any) -> tuple[float, float] | None:
    """Pixels per inch, or None where the file's numbers make none; 1 is what files without a unit say."""
    try:
        found = float(across), float(down)
    except (TypeError, ValueError, ArithmeticError):
        return None
    return found if all(math.isfinite(value) and value > 1 for value in found) else None


def _sifted(exif: Image.Exif) -> bool:
    """Takes out of the EXIF data what can't be written again; whether there was any."""
    odd = False
    for tag in FOLDED:
        if tag in exif:
            folded = exif.get_ifd(tag)
            wrong = [key for key in folded if not _writable({tag: {key: folded[key]}})]
            odd = odd or bool(wrong) or not isinstance(exif[tag], int)
            for key in wrong:
                del folded[key]
    for tag in list(exif):
        if tag not in FOLDED and not _writable({tag: exif[tag]}):
            del exif[tag]
            odd = True
    return odd


def _writable(tags: dict[int, Any]) -> bool:
    one = Image.Exif()
    for tag, value in tags.items():
        one[tag] = value
    try:
        one.tobytes()
    except Exception:
        return False
    return True
