"""Owns the proof that a painting lowered afterwards is near the one that would have been painted: paints photos at several strengths, and compares.

For each pair: the painting at the lower strength itself, the stronger one lowered, and the stronger one faded into its content by an opacity that is chosen, in
linear light, to come nearest. Measured: the share of the content's edges that is there, and the distance from the real painting in octaves and in tone (root
mean squares), finest first. What counts is to be nearer to the real one than the opacity.

python tests/pictures/lowering_proof.py [--side 160] [--photos 2] [--styles 2] [--from 50 100] [--to 25 50 75] [--sheet FILE]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from numpy.typing import NDArray
from pictures.engine_pictures import painted
from pictures.meters import edge_recall
from pictures.photos import PAINTINGS, PHOTOS, photo
from PIL import Image
from restyle_imaging.color.srgb import decode, encode
from restyle_imaging.resample.bands import octaves
from restyle_imaging.resample.between import OCTAVES, between

Picture = NDArray[np.float32]
OPACITIES = np.linspace(0.1, 0.9, 9)


@dataclass(frozen=True)
class Nearness:
    """recall: of the content's edges, 0–1. octaves: distance from the real painting, finest first. tone: the same of what is coarser. all: of the whole."""

    recall: float
    octaves: tuple[float, ...]
    tone: float
    all: float

    def __str__(self) -> str:
        return f"edges {self.recall:.3f}  octaves {' '.join(f'{one:.4f}' for one in self.octaves)}  tone {self.tone:.4f}  all {self.all:.4f}"


def nearness(picture: Picture, real: Picture, content: Picture) -> Nearness:
    """Of a picture to the real painting, all (h, w, 3)."""
    bands, tone = octaves(np.ascontiguousarray((picture - real).transpose(2, 0, 1)), OCTAVES)
    far = [float(np.sqrt(np.mean(np.square(band)))) for band in (*bands, tone, picture - real)]
    return Nearness(edge_recall(picture, content), tuple(far[:OCTAVES]), *far[OCTAVES:])


def opaque(content: Picture, painting: Picture, real: Picture) -> Picture:
    """The painting over its content, by the opacity that comes nearest to the real one."""
    both = [encode(decode(content) + np.float32(one) * (decode(painting) - decode(content))) for one in OPACITIES]
    return min(both, key=lambda one: float(np.mean(np.square(one - real))))


def rows(name: str, style: str, side: int, strong: Sequence[float], low: Sequence[float], sheets: list[Picture]) -> list[str]:
    """What is found of one pair; its pictures are added to the sheets: real, lowered, opacity, stronger."""
    content, found = photo(name, side), []
    known: Mapping[float, Picture] = {one: painted(name, style, side, strength=one) for one in sorted({*strong, *low})}
    for high in strong:
        for one in (one for one in low if one < high):
            ours, even = between(content, known[high], high, one), opaque(content, known[high], known[one])
            found.append(f"{name} in {style}, {high:g} to {one:g}: the painting itself has {edge_recall(known[one], content):.3f} of the edges")
            found += [f"  {words:<8} {nearness(each, known[one], content)}" for words, each in (("lowered", ours), ("opacity", even))]
            sheets.append(np.concatenate((known[one], ours, even, known[high]), axis=1))
    return found


def main(say: Callable[[str], object] = lambda line: sys.stdout.write(line + "\n")) -> int:
    """Prints what is found."""
    parser = argparse.ArgumentParser(description="Compares paintings lowered afterwards with real ones.")
    parser.add_argument("--side", type=int, default=160, metavar="PX")
    parser.add_argument("--photos", type=int, default=2, metavar="N")
    parser.add_argument("--styles", type=int, default=2, metavar="N")
    parser.add_argument("--from", type=float, nargs="+", default=[50.0, 100.0], metavar="N", dest="strong")
    parser.add_argument("--to", type=float, nargs="+", default=[25.0, 50.0, 75.0], metavar="N", dest="low")
    parser.add_argument("--sheet", type=Path, metavar="FILE")
    given = parser.parse_args()
    sheets: list[Picture] = []
    for name in PHOTOS[: given.photos]:
        for style in PAINTINGS[: given.styles]:
            for line in rows(name, style, given.side, given.strong, given.low, sheets):
                say(line)
            sys.stdout.flush()
    if given.sheet is not None:
        Image.fromarray((np.clip(np.concatenate(sheets), 0, 1) * 255 + 0.5).astype(np.uint8)).save(given.sheet)
    return 0


if __name__ == "__main__":
    sys.exit(main())
