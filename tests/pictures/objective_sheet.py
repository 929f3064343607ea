"""Owns the sheet by which the default objective was chosen: every photo in every style, by `gram` and by `gram+moments`, in equal time.

    python tests/pictures/objective_sheet.py -o docs/objectives.jpg [--side 160]

One evaluation costs the same by either (the moments' errors come from the statistics that the Gram needs anyway), so equal evaluations are equal time.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from pictures.engine_pictures import painted
from pictures.photos import PHOTOS
from PIL import Image
from restyle_server.imaging.sheets import Heading, Panel, grid
from restyle_server.neural.parameters import Objective

STYLES = ("night", "stained-glass", "woodcut", "wave")
OBJECTIVES = (Objective.GRAM, Objective.GRAM_MOMENTS)
QUALITY = 85  # of 100


def main() -> int:
    """Paints, and writes the sheet."""
    parser = argparse.ArgumentParser(description="Shows both objectives beside each other.")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    parser.add_argument("--side", type=int, default=160, metavar="PX")
    given = parser.parse_args()
    rows = [[_panel(name, style, objective, given.side) for style in STYLES for objective in OBJECTIVES] for name in PHOTOS]
    heading = Heading("The objective", (f"{given.side} px, standard, strength 50, vgg16; left gram, right gram+moments",))
    grid(rows, (given.side, given.side), heading).save(given.output, quality=QUALITY, optimize=True)
    return 0


def _panel(name: str, style: str, objective: Objective, side: int) -> Panel:
    picture = np.rint(painted(name, style, side, objective=objective) * 255).astype(np.uint8)
    return Panel(str(objective).removeprefix("gram") or "gram", style, Image.fromarray(picture))


if __name__ == "__main__":
    sys.exit(main())
