"""Owns the proof that strength means the same for every style: paints photos in styles, and compares with a fixed weight of the content.

More strength must mean further from the content and nearer to the style, and at one strength all styles must lie about as far from the content, as strength.py
says: in drafts too, which have little time to get there. What is measured is the result.

python tests/pictures/strength_proof.py [--sides 96 128] [--photos 4] [--styles 6] [--preset standard]
"""

from __future__ import annotations

import argparse
import itertools
import math
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch
from pictures.photos import PHOTOS, painting, photo
from restyle_engine.network.calibration import network
from restyle_engine.objective import scale_objective, strength
from restyle_engine.objective.color_transfer import color_transferred
from restyle_engine.objective.targets import TargetCache
from restyle_engine.parameters import Parameters, Pooling, Precision, Preset, resolve
from restyle_engine.resizing import tensor
from restyle_engine.stylizer import Stylizer
from restyle_engine.task import Pixels, StylePicture, Task
from restyle_engine.verdict import Verdict
from restyle_server.weights.catalogue import SHIPPED

STYLES = ("night", "stained-glass", "woodcut", "wave", "fauvist", "autumn")
STRENGTHS = (25.0, 50.0, 75.0, 100.0)
COMPARED = 50.0  # strength at which the spreads are compared
STYLE_SIDE = 256  # px: the styles' pictures here
TIED = 0.005  # of a style's distance: nearer than that, two strengths are told apart by the path that the optimiser took
NARROWER = 0.5  # of a fixed weight's spread: what strength's own may be at most


@dataclass(frozen=True)
class Distances:
    """How far a result is from the content and from the style, in the engine's units: parts of the content's variance; 1 less the mean cosine of all positions
    to the style's nearest, which is what the last stage brings down. held: from the content in the style's colours, which is what holds a painting."""

    content: float
    style: float
    held: float


class Measured:
    """Paints, and measures what comes out."""

    def __init__(self) -> None:
        self._stylizer = Stylizer()
        self._judge = network(SHIPPED, Pooling.AVERAGE)
        self._targets = TargetCache()

    def distances(self, name: str, style: str, side: int, at: float, preset: Preset) -> Distances:
        """Paints a photo of side × side px."""
        asked = Parameters(preset=preset, native_size=True, precision=Precision.FP32, strength=at)
        used = StylePicture(painting(style, STYLE_SIDE), key=style)
        task = Task(photo(name, side), (used,), resolve(asked, side, side, "cpu", bf16=False), SHIPPED)
        found = self._stylizer.paint(task, lambda _: Verdict.GO_ON)
        content, held = self.measured(task, found.rgb)
        return Distances(content, found.trace[-1].style_loss, held)

    @torch.no_grad()
    def measured(self, task: Task, result: Pixels) -> tuple[float, float]:
        """Of a result (h, w, 3): its distance from the content, plain and in the style's colours."""
        device = torch.device("cpu")
        content, picture = tensor(task.content, device), tensor(result, device)
        plain, colored = (
            scale_objective.objective_of(task, base, self._judge, "judge", device, self._targets).terms(picture)
            for base in (content, color_transferred(content, None, [(None, task.styles)]))
        )
        return float(plain.content), float(colored.content)


def spread(found: Sequence[float]) -> float:
    """Standard deviation of the logarithms: 0.7 is a factor of 2."""
    return statistics.pstdev(math.log(one) for one in found)


def spread_over_styles(content: Mapping[tuple[str, str], float]) -> float:
    """Mean over the photos of the spread that content distances have among the styles. content: by photo and style."""
    names = {name for name, _ in content}
    return statistics.fmean(spread([value for (of, _), value in content.items() if of == name]) for name in names)


def at_fixed_weight(pairs: Sequence[tuple[str, str]], side: int, preset: Preset) -> dict[tuple[str, str], float]:
    """Content distances with what others have: the same weight of the content, however near or far it is."""
    with mock.patch.object(strength, "POWER", 0):
        measured = Measured()
        return {pair: measured.distances(*pair, side, COMPARED, preset).held for pair in pairs}


@dataclass(frozen=True)
class Proof:
    """by_pair: distances at STRENGTHS, by photo and style. ours, fixed: spreads of the content's distance among the styles."""

    by_pair: Mapping[tuple[str, str], Sequence[Distances]]
    ours: float
    fixed: float

    @property
    def broken(self) -> list[str]:
        """Pairs whose distances do not move one way only, in words."""
        found = []
        for (name, style), row in self.by_pair.items():
            for before, after in itertools.pairwise(row):
                if not (after.content > before.content and after.style < (1 + TIED) * before.style):
                    found.append(f"{name} in {style}: content {before.content:.3f} to {after.content:.3f}, style {before.style:.4f} to {after.style:.4f}")
        return found


Told = Callable[[str, str, Sequence[Distances]], None]
"""Photo, style, and distances at STRENGTHS."""


def prove(
    photos: Sequence[str], styles: Sequence[str], side: int, preset: Preset = Preset.STANDARD, *, compared: bool = True, told: Told = lambda *_: None
) -> Proof:
    """Paints everything at one size. compared: with a fixed weight, else its spread is infinite. told: each pair, as it is painted."""
    pairs = [(name, style) for name in photos for style in styles]
    measured = Measured()
    by_pair = {}
    for pair in pairs:
        by_pair[pair] = [measured.distances(*pair, side, one, preset) for one in STRENGTHS]
        told(*pair, by_pair[pair])
    ours = {pair: row[STRENGTHS.index(COMPARED)].held for pair, row in by_pair.items()}
    if not compared:
        return Proof(by_pair, spread_over_styles(ours), math.inf)
    return Proof(by_pair, spread_over_styles(ours), spread_over_styles(at_fixed_weight(pairs, side, preset)))


def say(line: str) -> None:
    """A line for people."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def say_row(name: str, style: str, row: Sequence[Distances]) -> None:
    """One pair's distances."""
    say(f"{name:>10} {style:<14}" + "  ".join(f"{s:.0f}: {d.content:.3f} {d.style:.4f}" for s, d in zip(STRENGTHS, row, strict=True)))


def main() -> int:
    """Prints the tables; exit status 1 when something does not hold."""
    parser = argparse.ArgumentParser(description="Proves what strength means.")
    parser.add_argument("--sides", type=int, nargs="+", default=[96, 128], metavar="PX")
    parser.add_argument("--photos", type=int, default=len(PHOTOS), metavar="N")
    parser.add_argument("--styles", type=int, default=len(STYLES), metavar="N")
    parser.add_argument("--preset", type=Preset, choices=list(Preset), default=Preset.STANDARD)
    given = parser.parse_args()
    wrong = 0
    for side in given.sides:
        say(f"{side} px; strength: distance from the content, from the style")
        proof = prove(PHOTOS[: given.photos], STYLES[: given.styles], side, given.preset, told=say_row)
        turned = len(proof.broken)
        say(f"{side} px: {turned} of {len(proof.by_pair)} pairs turn back; spread {proof.ours:.3f}, at a fixed weight {proof.fixed:.3f}")
        for line in proof.broken:
            say(f"  {line}")
        wrong += len(proof.broken) + (proof.ours > NARROWER * proof.fixed)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
