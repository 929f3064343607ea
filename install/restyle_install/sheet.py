"""Owns the sheet that lays pictures side by side, each with a caption. Needs Pillow, so it is only used inside the environment."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

HEIGHT = 640  # px of every picture: three of them still fit a screen
WIDEST = 1280  # px: a panorama is fitted into this width instead
MARGIN = 40  # px around everything
GAP = 28  # px between pictures
PAPER = (247, 245, 240)
INK = (38, 36, 33)
PENCIL = (122, 117, 108)
HAIRLINE = (214, 209, 199)
TITLE = 24  # px
SUBTITLE = 17  # px
CAPTION = 72  # px below the pictures


@dataclass(frozen=True)
class Panel:
    """One picture of a sheet. title, subtitle: its caption. source: a picture file, or its bytes."""

    title: str
    subtitle: str
    source: Path | io.BytesIO


def sheet(*panels: Panel) -> Image.Image:
    """RGB; OSError when a picture can't be read."""
    pictures = [_fitted(panel.source) for panel in panels]
    width = sum(picture.width for picture in pictures) + GAP * (len(pictures) - 1) + 2 * MARGIN
    tallest = max(picture.height for picture in pictures)
    paper = Image.new("RGB", (width, MARGIN + tallest + CAPTION + MARGIN // 2), PAPER)
    pencil = ImageDraw.Draw(paper)
    x = MARGIN
    for panel, picture in zip(panels, pictures, strict=True):
        top = MARGIN + (tallest - picture.height) // 2
        paper.paste(picture, (x, top))
        pencil.rectangle((x - 1, top - 1, x + picture.width, top + picture.height), outline=HAIRLINE)
        below = MARGIN + tallest + 14
        pencil.text((x, below), _cut(panel.title, TITLE, picture.width), INK, ImageFont.load_default(TITLE))
        pencil.text((x, below + TITLE + 7), _cut(panel.subtitle, SUBTITLE, picture.width), PENCIL, ImageFont.load_default(SUBTITLE))
        x += picture.width + GAP
    return paper


def _fitted(source: Path | io.BytesIO) -> Image.Image:
    """The picture upright, opaque on paper, HEIGHT tall unless that makes it too wide."""
    with Image.open(source) as opened:
        upright = ImageOps.exif_transpose(opened)
        paper = Image.new("RGBA", upright.size, (*PAPER, 255))
        paper.alpha_composite(upright.convert("RGBA"))
    factor = min(HEIGHT / paper.height, WIDEST / paper.width)
    return paper.convert("RGB").resize((max(1, round(paper.width * factor)), max(1, round(paper.height * factor))), Image.Resampling.LANCZOS)


def _cut(text: str, size: int, width: int) -> str:
    """The text, shortened with … until it fits into `width` px."""
    font = ImageFont.load_default(size)
    text = text.encode("latin-1", "replace").decode("latin-1")  # the font that comes with Pillow has no more
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "...") > width:
        text = text[:-1]
    return text.rstrip(" ,") + "..."
