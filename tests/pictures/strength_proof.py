"""Owns the proof that strength means the same for every style: paints photos in styles, and compares with one fixed ratio of content and style.

More strength must mean further from the content and nearer to the style, and at one strength all styles must lie about as far from the content. Both are
measured after SETTLED evaluations; --draft shows where drafts end, which stop halfway.

python tests/pictures/strength_proof.py [--sides 96 192] [--photos 4] [--styles 4] [--draft]
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import math
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import restyle_server
from pictures.photos import PHOTOS, painting, photo
from restyle_server.neural import balance, scene
from restyle_server.neural.painter import Painter
from restyle_server.neural.parameters import Parameters, Precision, Preset, resolve
from restyle_server.neural.task import StylePicture, Task
from restyle_server.worker.engine import Verdict

STYLES = ("night", "stained-glass", "woodcut", "wave")
STRENGTHS = (25.0, 50.0, 75.0, 100.0)
COMPARED = 50.0  # strength at which the spreads are compared
STYLE_SIDE = 256  # px: the styles' pictures here
COMPACT = Path(restyle_server.__file__).parent / "weights" / "compact.safetensors"
SETTLED = 30  # evaluations after which content and style hold each other
RATIOS = (0.1, 1.0)  # content weights among which the fixed one is sought
FIT = 3  # bisections of its logarithm: to a third


@dataclass(frozen=True)
class Distances:
    """Where a draft ended: content and style losses as the engine reports them."""

    content: float
    style: float


def distances(painter: Painter, name: str, style: str, side: int, strength: float, evaluations: int | None = None) -> Distances:
    """Paints a photo of side × side px in draft, or with as many evaluations."""
    asked = Parameters(preset=Preset.DRAFT, native_size=True, precision=Precision.FP32, strength=strength, evaluations=evaluations)
    used = StylePicture(painting(style, STYLE_SIDE), key=style)
    task = Task(photo(name, side), (used,), resolve(asked, side, side, "cpu", bf16=False), COMPACT)
    last = painter.paint(task, lambda _: Verdict.GO_ON).trace[-1]
    return Distances(last.content_loss, last.style_loss)


def spread(found: Sequence[float]) -> float:
    """Standard deviation of the logarithms: 0.7 is a factor of 2."""
    return statistics.pstdev(math.log(one) for one in found)


def spread_over_styles(content: Mapping[tuple[str, str], float]) -> float:
    """Mean over the photos of the spread that content distances have among the styles. content: by photo and style."""
    names = {name for name, _ in content}
    return statistics.fmean(spread([value for (of, _), value in content.items() if of == name]) for name in names)


@contextlib.contextmanager
def fixed_ratio(weight: float) -> Iterator[None]:
    """What others do: losses in their own units, and one weight of the content for every style and photo."""
    with mock.patch.object(scene, "_size", lambda *_: 1.0), mock.patch.object(balance, "content_weight", lambda *_: weight):
        yield


def at_fixed_ratio(pairs: Sequence[tuple[str, str]], side: int, evaluations: int | None, aim: float) -> dict[tuple[str, str], float]:
    """Content distances at the one ratio whose geometric mean over all pairs is nearest to `aim`."""
    low, high = (math.log(ratio) for ratio in RATIOS)
    best: dict[tuple[str, str], float] = {}
    for _ in range(FIT):
        middle = (low + high) / 2
        with fixed_ratio(math.exp(middle)):
            painter = Painter()
            best = {pair: distances(painter, *pair, side, COMPARED, evaluations).content for pair in pairs}
        low, high = (middle, high) if statistics.geometric_mean(best.values()) > aim else (low, middle)
    return best


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
                if not (after.content > before.content and after.style < before.style):
                    found.append(f"{name} in {style}: content {before.content:.3f} to {after.content:.3f}, style {before.style:.4f} to {after.style:.4f}")
        return found


def prove(photos: Sequence[str], styles: Sequence[str], side: int, evaluations: int | None = SETTLED) -> Proof:
    """Paints everything at one size. evaluations: None for a draft's."""
    pairs = [(name, style) for name in photos for style in styles]
    painter = Painter()
    by_pair = {pair: [distances(painter, *pair, side, strength, evaluations) for strength in STRENGTHS] for pair in pairs}
    ours = {pair: row[STRENGTHS.index(COMPARED)].content for pair, row in by_pair.items()}
    fixed = at_fixed_ratio(pairs, side, evaluations, statistics.geometric_mean(ours.values()))
    return Proof(by_pair, spread_over_styles(ours), spread_over_styles(fixed))


def say(line: str) -> None:
    """A line for people."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Prints the tables; exit status 1 when something does not hold."""
    parser = argparse.ArgumentParser(description="Proves what strength means, in draft.")
    parser.add_argument("--sides", type=int, nargs="+", default=[96, 192], metavar="PX")
    parser.add_argument("--photos", type=int, default=len(PHOTOS), metavar="N")
    parser.add_argument("--styles", type=int, default=len(STYLES), metavar="N")
    parser.add_argument("--draft", action="store_true", help="with a draft's few evaluations")
    given = parser.parse_args()
    wrong = 0
    for side in given.sides:
        proof = prove(PHOTOS[: given.photos], STYLES[: given.styles], side, None if given.draft else SETTLED)
        for (name, style), row in proof.by_pair.items():
            say(f"{side} px {name:>10} {style:<14}" + "  ".join(f"{s:.0f}: {d.content:.3f} {d.style:.4f}" for s, d in zip(STRENGTHS, row, strict=True)))
        turned = len(proof.broken)
        say(f"{side} px: {turned} of {len(proof.by_pair)} pairs turn back; spread {proof.ours:.3f}, at a fixed ratio {proof.fixed:.3f}")
        for line in proof.broken:
            say(f"  {line}")
        wrong += len(proof.broken) + (proof.ours > proof.fixed / 3)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
