"""Owns the picture of looks in the documents: `python tests/pictures/looks_sheet.py docs/looks.jpg`. A row a style: a photograph that no look has seen, the
stylizer's painting (standard), and what the style's look makes of it, at the same strength and with strokes as large."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image
from restyle_engine.feedforward.live_painter import LivePainter
from restyle_engine.feedforward.look import read_look

sys.path.insert(0, str(Path(__file__).parents[1]))

from performance.look_figures import STYLES, Judge
from pictures.photos import motorcycle

LOOKS = STYLES.parent / "looks"
SHOWN = ("wave", "stained-glass", "charcoal", "woodcut", "mosaic", "night")
SIDE = 320  # px


def row(style: str) -> Image.Image:
    """One style's."""
    content = motorcycle(SIDE)
    painter, judge = LivePainter(), Judge(style, "standard")
    look = read_look((LOOKS / f"{style}.safetensors").read_bytes())
    painter.place(look)
    whole = np.concatenate((content, judge.paint(content), painter.paint(content, 0, 0, look.strength)), 1)
    return Image.fromarray((whole.clip(0, 1) * 255).round().astype(np.uint8))


def main() -> None:
    rows = [row(style) for style in SHOWN]
    half = len(rows) // 2
    sheet = Image.new("RGB", (2 * rows[0].width + 16, half * (SIDE + 8) - 8), "white")
    for number, one in enumerate(rows):
        sheet.paste(one, (number // half * (one.width + 16), number % half * (SIDE + 8)))
    sheet.save(sys.argv[1], quality=85, optimize=True)


if __name__ == "__main__":
    main()
