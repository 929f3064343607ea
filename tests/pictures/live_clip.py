"""Owns the clip of docs/live.md: python tests/pictures/live_clip.py FILE.webp [--look night]. A sketch that grows stroke by stroke, and beside it what a look
makes of every stroke, frame by frame, as the live layer of an editor shows it."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from restyle_engine.feedforward.live_painter import LivePainter
from restyle_engine.feedforward.look import read_look
from restyle_server.looks import library

LOOKS = Path(library.__file__).parent
WIDTH, HEIGHT = 304, 208  # px
ACROSS, RATE = 14, 12  # px of the brush between two of its marks; frames per second
MARKS = 7  # of the brush, a frame
LAST = 12  # frames that the finished sketch stays
PAPER = (236, 228, 212)
FINER = 3  # times, that the sketch is drawn larger, so that its edges are soft
QUALITY = 60

Point = tuple[float, float]
Stroke = tuple[tuple[int, int, int], int, list[Point]]
"""Colour, width of the brush in px, and the points that it goes through."""


def sketch() -> Iterator[Stroke]:
    """A bay in the evening: sky, sun, hills, water, a boat and a tree."""
    for number, colour in enumerate(((64, 98, 168), (94, 132, 190), (150, 160, 190), (226, 170, 130), (240, 190, 110))):
        y = 8.0 + 22 * number
        yield colour, 32, [(-10, y), (100, y + 6), (200, y - 4), (WIDTH + 10, y + 4)]
    yield (250, 226, 120), 26, [(206, 62), (212, 58), (208, 66)]
    yield (88, 92, 128), 24, [(-10, 116), (50, 96), (110, 112), (160, 122)]
    yield (70, 104, 92), 22, [(140, 126), (210, 104), (262, 112), (WIDTH + 10, 100)]
    for number, colour in enumerate(((58, 96, 150), (70, 120, 160), (52, 92, 138), (46, 80, 120))):
        y = 128.0 + 24 * number
        yield colour, 30, [(-10, y), (90, y - 4), (190, y + 5), (WIDTH + 10, y)]
    yield (236, 196, 120), 5, [(180, 140), (232, 142), (196, 150), (226, 156), (204, 164)]
    yield (120, 62, 44), 9, [(96, 158), (112, 166), (140, 166), (156, 156)]
    yield (244, 240, 226), 9, [(126, 158), (126, 112), (150, 150), (128, 152), (130, 128)]
    yield (52, 42, 36), 9, [(38, HEIGHT + 6), (42, 160), (34, 110), (40, 70)]
    for angle in range(0, 360, 40):
        x, y = 40 + 26 * math.cos(math.radians(angle)), 58 + 24 * math.sin(math.radians(angle))
        yield (40 + angle // 12, 92 + angle // 9, 58), 17, [(40, 60), (x, y)]


def marks(points: list[Point]) -> Iterator[tuple[Point, Point]]:
    """From each mark of the brush to the next."""
    for (x, y), (to_x, to_y) in pairwise(points):
        count = max(1, round(math.hypot(to_x - x, to_y - y) / ACROSS))
        ends = [(x + (to_x - x) * step / count, y + (to_y - y) * step / count) for step in range(count + 1)]
        yield from pairwise(ends)


def frames() -> Iterator[Image.Image]:
    """The sketch after every few marks."""
    canvas = Image.new("RGB", (FINER * WIDTH, FINER * HEIGHT), PAPER)
    pen, made = ImageDraw.Draw(canvas), 0
    for colour, width, points in sketch():
        for ends in marks(points):
            pen.line([(FINER * x, FINER * y) for x, y in ends], fill=colour, width=FINER * width)
            for x, y in ends:
                pen.circle((FINER * x, FINER * y), FINER * width / 2, fill=colour)
            made += 1
            if made % MARKS == 0:
                yield canvas.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
    for _ in range(LAST):
        yield canvas.resize((WIDTH, HEIGHT), Image.Resampling.BOX)


def main() -> None:
    """Paints, and writes both side by side."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("clip", type=Path)
    options.add_argument("--look", default="night")
    asked = options.parse_args()
    look, painter = read_look((LOOKS / f"{asked.look}.safetensors").read_bytes()), LivePainter()
    painter.place(look)
    pairs = []
    for frame in frames():
        content = np.asarray(frame, np.float32) / np.float32(255)
        pair = np.concatenate((content, painter.paint(content, 0, 0, look.strength)), 1)
        pairs.append(Image.fromarray((pair.clip(0, 1) * 255).round().astype(np.uint8)))
    pairs[0].save(asked.clip, save_all=True, append_images=pairs[1:], duration=1000 // RATE, loop=0, quality=QUALITY, method=6)


if __name__ == "__main__":
    main()
