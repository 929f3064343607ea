"""Owns the ratios that stay alike from machine to machine, and their last figures: `python tests/performance/ratios.py [--write]`.

Each is a unit's processor time over the product's own, taken in turns within one run on one thread, so that more is better: the textbook's evaluation over the
engine's, and a fixed piece of arithmetic over the way of a layer through imaging. What has fallen by more than 20 % is said, and fails nothing. Between
processors they differ by up to a half, so that a fall is judged only on the one that the figures are of.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy and torch

import statistics
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch
from bench.textbook import Features, Textbook
from restyle_engine.device import device_name, prefers_bf16
from restyle_engine.network.calibration import network
from restyle_engine.objective.scale_objective import objective_of, weights_of
from restyle_engine.objective.targets import TargetCache
from restyle_engine.parameters import Parameters, Pooling, Precision, resolve
from restyle_engine.resizing import pixels
from restyle_engine.stylizer import DTYPES
from restyle_engine.task import StylePicture, Task
from restyle_imaging.planes.canvas import close_plane, open_plane
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat, Plane
from restyle_imaging.resample.resize import resize_visible
from restyle_imaging.resample.upsampling import upsampled
from restyle_server.weights.catalogue import SHIPPED

FIGURES = Path(__file__).with_name("figures.toml")
SIDE = 128  # px of the evaluations
LAYER, WORK = 1024, 256  # px of the layer and of its work
ROUNDS = 5
DROP = 0.2  # of a ratio, beyond which it is said
EVALUATIONS = 3  # in one turn

Turn = Callable[[], float]
"""Does it once, and says how many processor seconds it took."""


def pictures() -> tuple[torch.Tensor, torch.Tensor]:
    """A content and a style, (1, 3, side, side)."""
    generator = torch.Generator().manual_seed(0)
    content, style = (torch.nn.functional.interpolate(torch.rand(1, 3, 16, 16, generator=generator), SIDE, mode="bicubic").clamp(0, 1) for _ in range(2))
    return content, (style + 0.2 * torch.randn(style.shape, generator=generator)).clamp(0, 1)


def textbook() -> Turn:
    """Turns of the evaluations that tests/bench measures against."""
    vgg = network(SHIPPED, Pooling.AVERAGE)
    content, style = pictures()
    book = Textbook(Features({name: (f.weight, f.bias) for name, f in vgg.filters.items()}, vgg.pool_gain), content, style)
    return turns(lambda: torch.autograd.grad(book.loss(book.image), book.image))


def engine(precision: Precision) -> Turn:
    """Turns of the engine's own evaluations."""
    content, style = pictures()
    device = torch.device("cpu")
    vgg = network(SHIPPED, Pooling.AVERAGE).placed(device, DTYPES[precision])
    parameters = resolve(Parameters(native_size=True, precision=precision), SIDE, SIDE, "cpu", bf16=False)
    found = objective_of(Task(pixels(content), (StylePicture(pixels(style)),), parameters, SHIPPED), content, vgg, "", device, TargetCache())
    weights = weights_of(parameters)
    return turns(lambda: found.gradient(content, weights))


def turns(evaluate: Callable[[], object]) -> Turn:
    def turn() -> float:
        began = time.process_time()
        for _ in range(EVALUATIONS):
            evaluate()
        return time.process_time() - began

    return turn


def unit() -> Turn:
    """Matrix products and copies, which the way of a layer is made of."""
    a = np.random.default_rng(0).random((768, 768)).astype(np.float32)
    rows = np.zeros((LAYER, LAYER, 12), np.float32)

    def turn() -> float:
        began = time.process_time()
        for _ in range(4):
            a @ a
            np.add(rows, 1, out=rows)
        return time.process_time() - began

    return turn


def way() -> Turn:
    """A layer with soft alpha and nothing in its corners: decoded, filled, resized, enlarged and encoded."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:LAYER, 0:LAYER] / LAYER
    pixels = rng.integers(0, 256, (LAYER, LAYER, 4), np.uint8)
    pixels[..., 3] = np.clip(300 - 800 * ((x - 0.5) ** 2 + (y - 0.5) ** 2), 0, 255)
    plane = Plane(PixelFormat(Channels.RGBA, Depth.U8), LAYER, LAYER, pixels.tobytes())
    strokes = rng.random((WORK, WORK, 3)).astype(np.float32)

    def turn() -> float:
        began = time.process_time()
        canvas = open_plane(plane)
        content, _ = resize_visible(canvas.rgb, canvas.alpha, WORK, WORK)
        close_plane(canvas, upsampled(canvas.rgb, content, strokes, canvas.alpha))
        return time.process_time() - began

    return turn


def measured() -> dict[str, float]:
    """Every ratio by name: the median of the rounds."""
    torch.set_num_threads(1)
    plain, precisions = textbook(), [Precision.FP32, *([Precision.BF16] if prefers_bf16("cpu") else [])]
    pairs: dict[str, tuple[Turn, Turn]] = {f"evaluation in {precision.value}": (plain, engine(precision)) for precision in precisions}
    pairs["way of a layer"] = unit(), way()
    found: dict[str, list[float]] = {name: [] for name in pairs}
    for number in range(ROUNDS + 1):
        for name, (theirs, ours) in pairs.items():
            ratio = theirs() / ours()
            if number:  # the first turn loads what the later ones find
                found[name].append(ratio)
    return {name: statistics.median(ratios) for name, ratios in found.items()}


def processor() -> str:
    """What the ratios are of."""
    return f"{device_name('cpu')}, {'quick' if prefers_bf16('cpu') else 'slow'} in bf16"


def told(now: dict[str, float], kept: dict[str, float], elsewhere: str | None = None) -> list[str]:
    """A line for each ratio, and one for them all. elsewhere: the processor that the kept ones are of, where it is another."""
    lines, fallen = [f"{'ratio (more is better)':<26}{'now':>8}{'kept':>8}"], []
    for name, ratio in now.items():
        before = kept.get(name)
        lines.append(f"{name:<26}{ratio:8.2f}" + (f"{before:8.2f}" if before else "       –"))
        if before and ratio < (1 - DROP) * before:
            fallen.append(f"{name} by {1 - ratio / before:.0%}")
    if elsewhere:
        return [*lines, f"the kept ratios are of another processor ({elsewhere}): whether speed has fallen can't be told here"]
    return [*lines, f"speed has fallen: {', '.join(fallen)}" if fallen else f"no ratio has fallen by more than {DROP:.0%}"]


def figures(path: Path = FIGURES) -> dict[str, float]:
    """The kept ratios."""
    return {str(name): float(ratio) for name, ratio in tomllib.loads(path.read_text(encoding="utf-8"))["ratios"].items()}


def elsewhere(path: Path = FIGURES) -> str | None:
    """The processor that the kept ratios are of, where it is not this one."""
    kept = str(tomllib.loads(path.read_text(encoding="utf-8"))["processor"])
    return None if kept == processor() else kept


def main() -> None:
    now = measured()
    print("\n".join(told(now, figures(), elsewhere()) if FIGURES.exists() else told(now, {})))
    if "--write" in sys.argv[1:]:
        lines = [
            "# Written by tests/performance/ratios.py --write: a unit's processor time over the product's own, on one thread.",
            f'processor = "{processor()}"',
            "[ratios]",
        ]
        FIGURES.write_text("\n".join([*lines, *(f'"{name}" = {ratio:.2f}' for name, ratio in now.items()), ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
