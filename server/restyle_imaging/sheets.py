"""Owns sheets for people: pictures in rows and columns on paper, each with its caption; and their letters and inks. Needs only Pillow."""

from __future__ import annotations

import functools
import io
import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

Ink = tuple[int, int, int]
Letters = ImageFont.FreeTypeFont | ImageFont.ImageFont

PAPER: Ink = (247, 245, 240)
INK: Ink = (38, 36, 33)
PENCIL: Ink = (122, 117, 108)
HAIRLINE: Ink = (214, 209, 199)
SHADE: Ink = (238, 235, 228)
ALARM: Ink = (168, 50, 38)

MARGIN = 40  # px around everything
GAP = 28  # px between pictures
HEADLINE, TITLE, SUBTITLE = 34, 22, 17  # px of letters
LINE = 1.35  # line height in parts of the letters' size
PAD = 14  # px between a picture and its caption
PLAIN = frozenset(map(chr, range(32, 127))) | set("«»…“”’·°±")  # what Pillow's own font has
FALLBACKS = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "segoeui.ttf", "Arial.ttf", "Helvetica.ttc")  # for other scripts


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture of a sheet. title, subtitle: its caption. source: a picture file, its bytes, or a picture; None: there is none, and `note` says why."""

    title: str
    subtitle: str = ""
    source: Path | bytes | Image.Image | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above a sheet. lines: smaller, below the title. panel: a picture to the left of the words."""

    title: str
    lines: tuple[str, ...] = ()
    panel: Panel | None = None


def grid(rows: Sequence[Sequence[Panel | None]], box: tuple[int, int], heading: Heading | None = None) -> Image.Image:
    """A sheet, RGB. box: width and height in px that every picture is fitted into; none is enlarged. None leaves a place empty. OSError when a picture can't be
    read."""
    columns = max(len(row) for row in rows)
    caption = caption_height(panel for row in rows for panel in row)
    pictures = [[_picture(panel, box) for panel in row] for row in rows]
    heights = [max(picture.height for picture in row if picture is not None) for row in pictures]
    above = _heading_height(heading, box)
    width = 2 * MARGIN + columns * box[0] + (columns - 1) * GAP
    sheet = Image.new("RGB", (width, MARGIN + above + sum(heights) + len(rows) * caption + (len(rows) - 1) * GAP + MARGIN), PAPER)
    if heading is not None:
        _head(sheet, heading, box)
    top = MARGIN + above
    for row, found, height in zip(rows, pictures, heights, strict=True):
        for column, (panel, picture) in enumerate(zip(row, found, strict=True)):
            if panel is not None and picture is not None:
                _place(sheet, panel, picture, (MARGIN + column * (box[0] + GAP), top), (box[0], height))
        top += height + caption + GAP
    return sheet


def row(panels: Sequence[Panel], height: int, widest: int) -> Image.Image:
    """Pictures side by side, RGB, each `height` px tall and enlarged if need be, unless that makes it wider than `widest` px. OSError."""
    pictures = [fitted(panel.source, (widest, height), enlarge=True) for panel in panels if panel.source is not None]
    tallest = max(picture.height for picture in pictures)
    width = sum(picture.width for picture in pictures) + GAP * (len(pictures) - 1) + 2 * MARGIN
    sheet = Image.new("RGB", (width, MARGIN + tallest + caption_height(panels) + MARGIN // 2), PAPER)
    x = MARGIN
    for panel, picture in zip(panels, pictures, strict=True):
        _place(sheet, panel, picture, (x, MARGIN), (picture.width, tallest))
        x += picture.width + GAP
    return sheet


def _place(sheet: Image.Image, panel: Panel, picture: Image.Image, at: tuple[int, int], box: tuple[int, int]) -> None:
    """Puts a picture at the foot of its box, with a hairline around it and its caption below."""
    pencil = ImageDraw.Draw(sheet)
    x, top = at[0], at[1] + box[1] - picture.height
    sheet.paste(picture, (x, top))
    pencil.rectangle((x - 1, top - 1, x + picture.width, top + picture.height), outline=HAIRLINE)
    below = at[1] + box[1] + PAD
    write(pencil, (x, below), panel.title, TITLE, INK if panel.source is not None else ALARM, box[0])
    write(pencil, (x, below + round(TITLE * LINE)), panel.subtitle, SUBTITLE, PENCIL, box[0])


def caption_height(panels: Iterable[Panel | None]) -> int:
    """px below the pictures that the captions of these panels need."""
    given = [panel for panel in panels if panel is not None]
    return PAD + round(TITLE * LINE) + (round(SUBTITLE * LINE) if any(panel.subtitle for panel in given) else 0)


def fitted(source: Path | bytes | Image.Image, box: tuple[int, int], *, enlarge: bool = False) -> Image.Image:
    """The picture upright, opaque on paper, as large as it may be in a box of width × height px. OSError."""
    if isinstance(source, Image.Image):
        upright = source
    else:
        with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source) as opened:
            upright = ImageOps.exif_transpose(opened)
    paper = Image.new("RGBA", upright.size, (*PAPER, 255))
    paper.alpha_composite(upright.convert("RGBA"))
    factor = min(box[0] / paper.width, box[1] / paper.height, *(() if enlarge else (1.0,)))
    size = max(1, round(paper.width * factor)), max(1, round(paper.height * factor))
    return paper.convert("RGB") if size == paper.size else paper.convert("RGB").resize(size, Image.Resampling.LANCZOS)


def write(pencil: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, ink: Ink, width: float, anchor: str = "la") -> None:
    """One line, shortened with an ellipsis to `width` px. anchor: Pillow's, such as "ra" for a line that ends at the place."""
    pencil.text(at, cut(text, size, width), ink, letters(text, size), anchor)


def cut(text: str, size: int, width: float) -> str:
    """The text, shortened until it fits into `width` px."""
    font = letters(text, size)
    text = _writable(text, font)
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip(" ,") + "…"


def wrapped(text: str, size: int, width: float, most: int) -> list[str]:
    """The text in at most `most` lines of `width` px; the last one is shortened."""
    font = letters(text, size)
    words, lines = text.split(), [""]
    for number, word in enumerate(words):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(_writable(longer, font)) > width:
            if len(lines) == most:
                lines[-1] = cut(" ".join([lines[-1], *words[number:]]), size, width)
                break
            lines.append(word)
        else:
            lines[-1] = longer
    return [cut(line, size, width) for line in lines]


@functools.lru_cache(256)
def letters(text: str, size: int) -> Letters:
    """Pillow's own font, which looks well and has little more than ASCII; for other letters one of the system's, if there is one."""
    if not PLAIN.issuperset(_typed(text)):
        for name in FALLBACKS:
            try:
                return ImageFont.truetype(name, size)
            except OSError:
                continue
    return ImageFont.load_default(size)


def _typed(text: str) -> str:
    """As a typewriter has it: a sign in a sentence shall not change its font."""
    return text.replace("×", "x").replace("–", "-")


def _writable(text: str, font: Letters) -> str:
    """What the font can show of it: "Städte" is better read as "Stadte" than as boxes."""
    typed = _typed(text)
    if PLAIN.issuperset(typed):
        return typed
    if isinstance(getattr(font, "path", None), str):  # of the system
        return text
    bare = unicodedata.normalize("NFKD", typed)
    return "".join(letter if letter in PLAIN else "?" for letter in bare if not unicodedata.combining(letter))


def marks(low: float, high: float) -> list[tuple[float, bool]]:
    """Values for the lines of a logarithmic scale, and whether each has its number beside it: powers of ten, and in a narrow range their 2 and 5 too."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    narrow = math.log10(high / low) < 2
    marks = [(factor * 10.0**decade, factor == 1 or narrow) for decade in decades for factor in (1, 2, 5)]
    return [(value, strong) for value, strong in marks if low <= value <= high]


def _picture(panel: Panel | None, box: tuple[int, int]) -> Image.Image | None:
    if panel is None:
        return None
    return _blank(panel.note, box) if panel.source is None else fitted(panel.source, box)


def _blank(note: str, box: tuple[int, int]) -> Image.Image:
    """A shaded field with a few words in it."""
    field = Image.new("RGB", box, SHADE)
    pencil = ImageDraw.Draw(field)
    step = round(SUBTITLE * LINE)
    for number, line in enumerate(wrapped(note, SUBTITLE, box[0] - 2 * PAD, max(1, (box[1] - 2 * PAD) // step))):
        pencil.text((PAD, PAD + number * step), line, PENCIL, letters(line, SUBTITLE))
    return field


def _heading_height(heading: Heading | None, box: tuple[int, int]) -> int:
    if heading is None:
        return 0
    words = round(HEADLINE * LINE) + len(heading.lines) * round(SUBTITLE * LINE) + GAP // 2
    panel = heading.panel
    return words if panel is None or panel.source is None else max(words, fitted(panel.source, box).height + caption_height([panel])) + GAP


def _head(sheet: Image.Image, heading: Heading, box: tuple[int, int]) -> None:
    left = MARGIN
    if heading.panel is not None and heading.panel.source is not None:
        picture = fitted(heading.panel.source, box)
        _place(sheet, heading.panel, picture, (MARGIN, MARGIN), (box[0], picture.height))
        left += box[0] + GAP
    pencil, room = ImageDraw.Draw(sheet), sheet.width - left - MARGIN
    write(pencil, (left, MARGIN - 6), heading.title, HEADLINE, INK, room)
    for number, line in enumerate(heading.lines):
        write(pencil, (left, MARGIN - 6 + round(HEADLINE * LINE) + number * round(SUBTITLE * LINE)), line, SUBTITLE, PENCIL, room)
