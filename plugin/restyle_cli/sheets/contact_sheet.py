"""Owns the contact sheet of the library: one picture that shows every style, what it makes of a photo, its name and a line about it."""

from __future__ import annotations

import functools
import io
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    import restyle_client as client

MOST = 240  # styles: some 25,000 px of height, which viewers still open
COLUMNS = 3
TILE = 256  # px: what the service's thumbnails have
GAP = 8  # px between a style's two pictures
MARGIN = 24  # px around a style
LINE = 22  # px of a line of text
TITLE_SIZE, TEXT_SIZE = 19, 12  # px of letters
PAPER, INK, FAINT = (250, 249, 246), (28, 28, 30), (96, 96, 100)
CELL = (2 * TILE + GAP, TILE + 8 + 3 * LINE)  # px: two pictures, and three lines under them
FONTS = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "segoeui.ttf", "Arial.ttf", "arial.ttf", "Helvetica.ttc")
FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".tif": "TIFF", ".tiff": "TIFF", ".webp": "WEBP"}
JPEG_QUALITY = 92


def save(styles: Sequence[client.Style], path: Path, suffix: str) -> None:
    """Writes the sheet as `suffix` says, whatever the path's own name. OSError."""
    drawn(styles).save(path, FORMATS.get(suffix.lower(), "PNG"), quality=JPEG_QUALITY)


def drawn(styles: Sequence[client.Style]) -> Image.Image:
    """The sheet, RGB. Of more than MOST styles the first are shown, and the last line says so."""
    shown = styles[:MOST]
    columns = max(1, min(COLUMNS, len(shown)))
    rows = -(-len(shown) // columns)
    footer = LINE if len(shown) < len(styles) else 0
    width, height = (size + MARGIN for size in CELL)
    sheet = Image.new("RGB", (columns * width + MARGIN, rows * height + MARGIN + footer), PAPER)
    draw = ImageDraw.Draw(sheet)
    for index, style in enumerate(shown):
        _draw(sheet, draw, style, MARGIN + index % columns * width, MARGIN + index // columns * height)
    if footer:
        _write(draw, (MARGIN, sheet.height - LINE), f"These are {len(shown)} of {len(styles)} styles; restyle styles list names all.", TEXT_SIZE, FAINT)
    return sheet


def _draw(sheet: Image.Image, draw: ImageDraw.ImageDraw, style: client.Style, left: int, top: int) -> None:
    for number, data in enumerate((style.thumbnail, style.effect_thumbnail)):
        picture = _decoded(data)
        if picture is not None:
            place = left + number * (TILE + GAP)
            sheet.paste(picture, (place + (TILE - picture.width) // 2, top + (TILE - picture.height) // 2))
        elif number:
            _write(draw, (left + TILE + GAP, top + TILE // 2), "no example yet", TEXT_SIZE, FAINT)
    whose = "" if style.builtin else " · shared" if style.shared else " · yours"
    _write(draw, (left, top + TILE + 8), f"{style.title}{whose}", TITLE_SIZE, INK)
    _write(draw, (left, top + TILE + 8 + LINE), style.id, TEXT_SIZE, INK)
    _write(draw, (left, top + TILE + 8 + 2 * LINE), style.description, TEXT_SIZE, FAINT)


def _decoded(data: bytes) -> Image.Image | None:
    """A thumbnail, at most TILE px; None when there is none or it can't be read."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
            picture = image.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    picture.thumbnail((TILE, TILE), Image.Resampling.LANCZOS)
    return picture


def _write(draw: ImageDraw.ImageDraw, place: tuple[int, int], text: str, size: int, ink: tuple[int, int, int]) -> None:
    """One line, cut off with an ellipsis where the cell ends."""
    font, plain = _font(size)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode() if plain else text
    whole = text
    while text and draw.textlength(text + ("" if text == whole else "…"), font) > CELL[0]:
        text = text[: -max(1, len(text) // 20)]
    draw.text(place, text if text == whole else text.rstrip() + ("..." if plain else "…"), ink, font)


@functools.cache
def _font(size: int) -> tuple[Any, bool]:
    """A font of the system; else Pillow's own, which knows ASCII only, and then True."""
    for name in FONTS:
        try:
            return ImageFont.truetype(name, size), False
        except OSError:
            continue
    return ImageFont.load_default(size), True
