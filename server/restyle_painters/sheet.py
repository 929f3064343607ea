"""Owns the sheet of what every style does to photos, and the effect thumbnails: `python -m restyle_painters.sheet [ID…] -o sheet.jpg`.

With cells.py the only module here that needs the engine (torch). For docs/styles.jpg: `… -o docs/styles.jpg --tile 192 --most-bytes 1000000`; in full size:
`… -o styles.png --tile 512`. For docs/gallery.jpg, the README's picture: `… --gallery docs/gallery.jpg --tile 256 --most-bytes 600000`.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from restyle_engine.parameters import Preset
from restyle_imaging.sheets import Panel, grid
from restyle_server.records.order import WeightsFile
from restyle_server.styles.library import Library, Style
from restyle_server.weights.catalogue import SHIPPED
from restyle_server.worker.neural_engine import engine

from .cells import Cell, Cells, photograph

PHOTOS = ("astronaut", "rocket", "coffee")  # a portrait, a landscape, a still life of scikit-image's packaged data
EFFECT_PHOTO = "astronaut"  # the fixed photo of the effect thumbnails: one of the sheet's, so that it is painted once
EFFECT_QUALITY = 82  # of 100
GAP = 6  # px between tiles
TITLE = 20  # px of height for a style's name
ACROSS = 2  # styles beside each other
IN_ROW = 6  # pictures of the gallery
BEST, WORST = 92, 60  # of 100: JPEG qualities that are tried, best first
ROOM = 24  # px beside a style's neighbour

_Group = tuple[str, list[Image.Image | None]]  # what stands together: a title, and tiles or empty places


def main(arguments: list[str] | None = None) -> int:
    """Paints every style on the photos; returns the exit status."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="restyle-sheet-") as scratch:
        styles = [style for style in Library(Path(scratch) / "styles").list() if not options.ids or style.id in options.ids]
        cells = Cells(engine(options.device), options.cells or Path(scratch) / "cells")
        if options.effects:
            for style in styles:
                effect = cells.picture(_cell(style, EFFECT_PHOTO, options.tile, options))
                effect.save(style.picture.parent / "effect.webp", quality=EFFECT_QUALITY, method=6)
        if options.gallery is not None:
            panels = [Panel(style.title, source=cells.picture(_cell(style, EFFECT_PHOTO, options.tile, options))) for style in styles]
            _save(_gallery(panels, options.tile), options.gallery, options.most_bytes)
        if options.output is not None:
            rows = [(style, [cells.picture(_cell(style, photo, options.tile, options)) for photo in PHOTOS]) for style in styles]
            _save(_sheet(rows, options.tile), options.output, options.most_bytes)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m restyle_painters.sheet", description="Show what every style does to photos.")
    parser.add_argument("ids", nargs="*", metavar="ID", help="which styles; default: all")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="the sheet: every style's picture, and the results")
    parser.add_argument("--gallery", type=Path, metavar="FILE", help="one photo in every style, beside the photo itself")
    parser.add_argument("--effects", action="store_true", help="write every style's effect.webp beside its picture, --tile px long")
    parser.add_argument("--cells", type=Path, metavar="DIR", help="keep what is painted there, and take from there what an earlier run painted")
    parser.add_argument("--tile", type=int, default=256, help="px of a tile's longer side, painted at that size (default 256)")
    parser.add_argument("--most-bytes", type=int, metavar="N", help="the best JPEG quality that keeps the sheet below this")
    parser.add_argument("--preset", choices=list(Preset), default=Preset.STANDARD)
    parser.add_argument("--scale", type=float, help="size of the strokes; default: what suits photo and style")
    parser.add_argument("--strength", type=float, help="instead of each style's own suggestion")
    parser.add_argument("--device", default="auto", help='"cpu", "cuda:0" … (default: the best there is)')
    parser.add_argument("--weights", type=Path, help="a safetensors file; default: vgg16")
    return parser


def _cell(style: Style, photo: str, side: int, options: argparse.Namespace) -> Cell:
    suggested = style.suggested
    return Cell(
        style,
        photo,
        side,
        Preset(options.preset),
        scale=options.scale,
        strength=suggested.strength if options.strength is None else options.strength,
        color=suggested.color,
        weights=WeightsFile("file", options.weights) if options.weights else WeightsFile("vgg16", SHIPPED),
    )


def _sheet(rows: list[tuple[Style, list[Image.Image]]], tile: int) -> Image.Image:
    """The photos on top, then ACROSS styles beside each other: a style's picture with its name, and the photos after it."""
    photos: _Group = ("The photos", [None, *(Image.fromarray(photograph(photo, tile)) for photo in PHOTOS)])
    groups: list[_Group] = [(style.title, [_own(style, tile), *images]) for style, images in rows]
    across = min(ACROSS, max(1, len(groups)))
    lines = [[photos] * across, *(groups[first : first + across] for first in range(0, len(groups), across))]
    heights = [max(image.height for _, images in line for image in images if image) for line in lines]
    width = (len(PHOTOS) + 1) * (tile + GAP) + ROOM
    sheet = Image.new("RGB", (across * width - ROOM - GAP, sum(heights) + len(heights) * (TITLE + GAP)), "white")
    draw = ImageDraw.Draw(sheet)
    top = 0
    for line, height in zip(lines, heights, strict=True):
        for place, (title, images) in enumerate(line):
            draw.text((place * width + 2, top + 1), title, "black", ImageFont.load_default(TITLE - 6))
            for column, image in enumerate(images):
                if image is not None:
                    left = place * width + column * (tile + GAP) + (tile - image.width) // 2
                    sheet.paste(image, (left, top + TITLE + (height - image.height) // 2))
        top += TITLE + height + GAP
    return sheet


def _gallery(panels: list[Panel], tile: int) -> Image.Image:
    """The photo, then what each style makes of it."""
    everything: list[Panel | None] = [Panel("The photograph", source=Image.fromarray(photograph(EFFECT_PHOTO, tile))), *panels]
    return grid([everything[first : first + IN_ROW] for first in range(0, len(everything), IN_ROW)], (tile, tile))


def _own(style: Style, tile: int) -> Image.Image:
    with Image.open(style.picture) as picture:
        own = picture.convert("RGB")
    own.thumbnail((tile, tile), Image.Resampling.LANCZOS)
    return own


def _save(sheet: Image.Image, path: Path, most: int | None) -> None:
    """Writes the sheet as its name says. ValueError when not even WORST keeps a JPEG below `most` bytes."""
    if most is None:
        sheet.save(path, quality=BEST)
        return
    for data in _encoded(sheet):
        if len(data) <= most:
            path.write_bytes(data)
            return
    raise ValueError(f"the sheet needs more than {most:,} bytes; paint smaller tiles")


def _encoded(sheet: Image.Image) -> Iterator[bytes]:
    for quality in range(BEST, WORST - 1, -4):
        out = io.BytesIO()
        sheet.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
        yield out.getvalue()


if __name__ == "__main__":
    raise SystemExit(main())
