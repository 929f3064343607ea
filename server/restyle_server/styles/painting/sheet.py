"""Owns the sheet of what every style does to photos, and the effect thumbnails: `python -m restyle_server.styles.painting.sheet [ID…] -o sheet.jpg`.

The only module here that needs the engine (torch).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...imaging.formats import Channels, Depth, PixelFormat
from ...neural.parameters import Parameters, Preset
from ...orders import Order, PlaneFile, StyleOrder, WeightsFile
from ...worker.engine import Engine, Verdict
from ...worker.neural_engine import engine
from ..library import Library, Style

PHOTOS = ("astronaut", "rocket", "coffee")  # a portrait, a landscape, a still life of scikit-image's packaged data
EFFECT_PHOTO = "chelsea"  # the fixed photo of the effect thumbnails
EFFECT_SIDE = 256  # px: painted at the very size that a list shows
EFFECT_QUALITY = 82  # of 100
GAP = 6  # px between tiles


def main(arguments: list[str] | None = None) -> int:
    """Paints every style on the photos; returns the exit status."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="restyle-sheet-") as scratch:
        styles = [style for style in Library(Path(scratch) / "styles").list() if not options.ids or style.id in options.ids]
        painter = _Painter(engine(options.device), options, Path(scratch))
        if options.effects:
            for style in styles:
                _save_effect(painter.painted(style, EFFECT_PHOTO, EFFECT_SIDE), style.picture.parent / "effect.webp")
        if options.output is not None:
            rows = [[_thumbnail(style, options.tile), *(painter.painted(style, photo) for photo in PHOTOS)] for style in styles]
            _sheet(rows, options.tile).save(options.output, quality=90)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m restyle_server.styles.painting.sheet", description="Show what every style does to photos.")
    parser.add_argument("ids", nargs="*", metavar="ID", help="which styles; default: all")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="the sheet: one row per style, its picture and the results")
    parser.add_argument("--effects", action="store_true", help="write every style's effect.webp beside its picture")
    parser.add_argument("--tile", type=int, default=256, help="px of a tile's longer side (default 256)")
    parser.add_argument("--size", type=int, default=512, help="px of the work's longer side (default 512)")
    parser.add_argument("--preset", choices=list(Preset), default=Preset.STANDARD)
    parser.add_argument("--strength", type=float, help="instead of each style's own suggestion")
    parser.add_argument("--device", default="auto", help='"cpu", "cuda:0" … (default: the best there is)')
    parser.add_argument("--weights", type=Path, help="a safetensors file; default: the compact weights")
    return parser


class _Painter:
    """Paints photos with one engine, one after another."""

    def __init__(self, engine_: Engine, options: argparse.Namespace, scratch: Path) -> None:
        self._engine = engine_
        self._options = options
        self._scratch = scratch
        self._weights = WeightsFile("file" if options.weights else "compact", options.weights or Path(__file__).parents[2] / "weights" / "compact.safetensors")

    def painted(self, style: Style, photo: str, longest: int | None = None) -> Image.Image:
        began = time.monotonic()
        plane = self._plane(photo, longest)
        suggested, options = style.suggested, self._options
        parameters = Parameters(
            preset=Preset(options.preset),
            size=options.size,
            strength=suggested.strength if options.strength is None else options.strength,
            color=suggested.color,
        )
        order = Order(plane, (StyleOrder(style.id, picture=style.picture, scale=suggested.scale or 1.0),), self._weights, parameters)
        result = self._engine.paint(order, lambda _: Verdict.GO_ON).plane
        sys.stdout.write(f"{style.id} on {photo}: {time.monotonic() - began:.1f} s\n")
        sys.stdout.flush()
        return Image.frombytes("RGB", (result.width, result.height), bytes(result.data))

    def _plane(self, photo: str, longest: int | None) -> PlaneFile:
        rgb = _photo(photo, longest)
        path = self._scratch / f"{photo}.raw"
        path.write_bytes(rgb.tobytes())
        return PlaneFile(path, PixelFormat(Channels.RGB, Depth.U8), rgb.shape[1], rgb.shape[0])


def _photo(name: str, longest: int | None) -> NDArray[np.uint8]:
    """uint8 (h, w, 3); longest: px, None for the photo's own size."""
    from skimage import data  # an extra, and slow to import

    image = Image.fromarray(np.ascontiguousarray(getattr(data, name)()[..., :3], np.uint8))
    if longest is not None:
        image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return np.asarray(image)


def _thumbnail(style: Style, tile: int) -> Image.Image:
    with Image.open(style.picture) as picture:
        return picture.convert("RGB").resize((tile, max(1, round(tile * picture.height / picture.width))), Image.Resampling.LANCZOS)


def _save_effect(painted: Image.Image, path: Path) -> None:
    painted.save(path, quality=EFFECT_QUALITY, method=6)


def _sheet(rows: list[list[Image.Image]], tile: int) -> Image.Image:
    for row in rows:
        for image in row:
            image.thumbnail((tile, tile), Image.Resampling.LANCZOS)
    sheet = Image.new("RGB", ((tile + GAP) * len(rows[0]) - GAP, sum(max(image.height for image in row) + GAP for row in rows) - GAP), "white")
    top = 0
    for row in rows:
        for column, image in enumerate(row):
            sheet.paste(image, (column * (tile + GAP) + (tile - image.width) // 2, top))
        top += max(image.height for image in row) + GAP
    return sheet


if __name__ == "__main__":
    raise SystemExit(main())
