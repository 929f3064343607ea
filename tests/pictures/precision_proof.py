"""Owns the proof that bf16 costs no quality: the same races to the common unit J in both precisions, J measured in fp32 at the end.

python tests/pictures/precision_proof.py [--sides 96 192] [--pairs 6] [--evaluations 60] [--pictures DIR]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch
from bench import objective
from pictures.photos import painting, photo
from PIL import Image
from restyle_engine.network.calibration import network
from restyle_engine.parameters import Pooling
from restyle_engine.resizing import pixels, tensor
from restyle_server.weights.catalogue import choose

PAIRS = (
    ("astronaut", "night"),
    ("chelsea", "stained-glass"),
    ("coffee", "woodcut"),
    ("rocket", "wave"),
    ("chelsea", "impasto"),
    ("astronaut", "watercolour"),
)
EVALUATIONS = 60
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Ends:
    """Where the two races of a pair ended: J, and both pictures (side, side, 3)."""

    photo: str
    style: str
    exact: float
    rounded: float
    pictures: tuple[np.ndarray, np.ndarray]

    @property
    def excess(self) -> float:
        """By how much J is higher in bf16, in parts of the fp32 run's."""
        return self.rounded / self.exact - 1


def ends(side: int, evaluations: int = EVALUATIONS, pairs: tuple[tuple[str, str], ...] = PAIRS) -> Iterator[Ends]:
    """One after the other, at side × side px, on vgg16."""
    vgg = network(choose("vgg16", Path()).path, Pooling.AVERAGE)
    networks = [vgg.placed(CPU, dtype) for dtype in (torch.float32, torch.bfloat16)]
    for name, style in pairs:
        content, aim = (tensor(picture, CPU).clamp(0, 1) for picture in (photo(name, side), painting(style, side)))
        meter = objective.Meter(objective.objective_of(networks[0], content, aim, side, side))
        exact, rounded = (objective.painted(one, content, aim, evaluations, lambda _: None) for one in networks)
        yield Ends(name, style, meter(exact), meter(rounded), (pixels(exact), pixels(rounded)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sides", type=int, nargs="+", default=[96, 192])
    parser.add_argument("--pairs", type=int, default=len(PAIRS))
    parser.add_argument("--evaluations", type=int, default=EVALUATIONS)
    parser.add_argument("--pictures", type=Path)
    given = parser.parse_args()
    for side in given.sides:
        for one in ends(side, given.evaluations, PAIRS[: given.pairs]):
            sys.stdout.write(f"{side} px  {one.photo} as {one.style}: J {one.exact:.4f} in fp32, {one.rounded:.4f} in bf16, {one.excess:+.2%}\n")
            sys.stdout.flush()
            if given.pictures:
                given.pictures.mkdir(parents=True, exist_ok=True)
                both = np.concatenate(one.pictures, 1).clip(0, 1) * 255
                Image.fromarray(both.round().astype(np.uint8)).save(given.pictures / f"{one.photo}-{one.style}-{side}.png")


if __name__ == "__main__":
    main()
