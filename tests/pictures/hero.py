"""Owns the picture that opens the README: python tests/pictures/hero.py FILE.jpg [--style impasto] [--painted PICTURE]. A photograph, a style, and the painting
in full size."""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageOps
from restyle_painters.cells import photograph
from restyle_server.styles import library

STYLES = Path(library.__file__).parent
PHOTO = "chelsea"  # of scikit-image's packaged data
SIDE = 512  # px, longest side of the painting
STRENGTH = 75
GAP = 8  # px
PAPER = (255, 255, 255)
QUALITY = 90


def painting(photo: Image.Image, style: str) -> Image.Image:
    """By the command line and its server (some minutes on two cores)."""
    with tempfile.TemporaryDirectory() as folder:
        source, painted = Path(folder) / "photo.png", Path(folder) / "painted.png"
        photo.save(source)
        how = ["--style", style, "--size", str(SIDE), "--strength", str(STRENGTH)]
        subprocess.run(["restyle", "image", str(source), *how, "-o", str(painted)], check=True)
        with Image.open(painted) as found:
            return found.convert("RGB")


def hero(photo: Image.Image, style: Image.Image, painted: Image.Image) -> Image.Image:
    """Photo and style above each other, and the painting beside them, as high as both."""
    half = (painted.height - GAP) // 2, round((painted.height - GAP) // 2 * painted.width / painted.height)
    sheet = Image.new("RGB", (half[1] + GAP + painted.width, painted.height), PAPER)
    for picture, top in ((photo, 0), (style, painted.height - half[0])):
        sheet.paste(ImageOps.fit(picture, (half[1], half[0]), Image.Resampling.LANCZOS), (0, top))
    sheet.paste(painted, (half[1] + GAP, 0))
    return sheet


def main() -> None:
    """Paints, and writes the sheet."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("file", type=Path)
    options.add_argument("--style", default="impasto")
    options.add_argument("--painted", type=Path, help="the painting, where it is there already")
    asked = options.parse_args()
    photo = ImageOps.contain(Image.fromarray(photograph(PHOTO, SIDE)), (SIDE, SIDE), Image.Resampling.LANCZOS)
    with Image.open(STYLES / asked.style / "picture.webp") as style:
        shown = style.convert("RGB")
    painted = painting(photo, asked.style) if asked.painted is None else Image.open(asked.painted).convert("RGB")
    hero(photo, shown, painted).save(asked.file, quality=QUALITY, optimize=True)


if __name__ == "__main__":
    main()
