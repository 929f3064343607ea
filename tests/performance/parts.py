"""Owns where an evaluation's time goes: `python tests/performance/parts.py [--write] [--sides 256,512] [--precisions fp32,bf16] [--rounds 3]`.

What PyTorch's profiler sees of an evaluation and of a step of the finish is shared out over their parts, and scaled to the processor time of the same without a
profiler: milliseconds of one thread. Other programs disturb it: close them first.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy and torch

import argparse
import gc
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch
from bench import objective, subjects
from bench.contender import Engine
from restyle_engine.network import convolutions, winograd
from restyle_engine.network.calibration import network
from restyle_engine.objective import finish
from restyle_engine.parameters import Pooling, Precision
from restyle_engine.resizing import tensor
from restyle_server import heap
from restyle_server.weights.catalogue import SHIPPED
from torch.profiler import ProfilerActivity, profile, record_function

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE, PLOT = DOCS / "performance.md", DOCS / "evaluation.svg"
BEGIN, END = "<!-- From here on written by tests/performance/parts.py -->\n", "<!-- To here -->\n"
ROUNDS = 3  # of an evaluation, or of the steps of the finish from one search to the next; the median counts
EVALUATIONS = 2  # in one of them: the first of L-BFGS has no history
CPU = torch.device("cpu")

FORWARD, BACK, BORDER, RELU, MASK = "convolutions, forward", "convolutions, back", "border", "bias, ReLU", "ReLU, back"
POOLING, GRAMS, SUMS, SEARCH = "pooling, both ways", "Gram matrices, both ways", "sums of gradients", "search for neighbours"
COSINES, REST, OPTIMISER = "cosines, both ways", "other losses", "optimiser"
INKS = {
    FORWARD: "#2f6c8f",
    BACK: "#7fb0c9",
    BORDER: "#c9b27f",
    RELU: "#be522c",
    MASK: "#dd9272",
    POOLING: "#6b8f4e",
    GRAMS: "#8c6bb1",
    SUMS: "#7a756c",
    SEARCH: "#b03a5b",
    COSINES: "#d98ba3",
    REST: "#b8b2a7",
    OPTIMISER: "#3d3a35",
}
# what belongs to which part, by the innermost name that is known: PyTorch's operators, autograd's functions, and the scopes below
OWNED = {
    "aten::threshold_backward": MASK,
    "aten::relu_": RELU,
    "aten::clamp_min": RELU,
    "aten::replication_pad2d": BORDER,
    "_Convolution": FORWARD,
    "_ConvolutionBackward": BACK,
    "_Means": POOLING,
    "_MeansBackward": POOLING,
    "_Moments": GRAMS,
    "_MomentsBackward": GRAMS,
    "_Difference": COSINES,
    "_DifferenceBackward": COSINES,
    BORDER: BORDER,
    SEARCH: SEARCH,
    REST: REST,
}
SCOPES: tuple[tuple[Any, str, str], ...] = (
    (objective, "value_at", REST),
    (finish.Finish, "gradient", REST),
    (finish, "nearest", SEARCH),
    (winograd, "_seen", BORDER),
    (convolutions, "_unframed", BORDER),
)
ACCUMULATES = "autograd::engine::evaluate_function"  # autograd adds gradients of one value up between its functions
WIDTH, BAR, NAMES, EDGE = 760, 26, 150, 16  # px of the plot


@dataclass(frozen=True, slots=True)
class Case:
    """What is looked at. finishing: a step of the finish in place of an evaluation."""

    side: int
    precision: str
    finishing: bool

    @property
    def name(self) -> str:
        return f"{self.side} px, {self.precision}{', finish' if self.finishing else ''}"


def measured(case: Case, rounds: int = ROUNDS) -> dict[str, float]:
    """Milliseconds of a thread, by part."""
    torch.set_num_threads(1)
    vgg = network(SHIPPED, Pooling.AVERAGE)
    content, style = (tensor(picture, CPU) for picture in (subjects.photo(None, case.side), subjects.style(subjects.STYLE, case.side)))
    engine = Engine(vgg, Precision(case.precision), content, style)
    turn: Callable[[], object] = (lambda: engine.finish(finish.SEARCHED)) if case.finishing else (lambda: engine.evaluate(EVALUATIONS))
    times: list[float] = []
    seen: list[Mapping[str, float]] = []
    for number in range(rounds + 1):
        began = time.process_time()
        turn()
        if number:  # the first turn loads what the later ones find
            times.append(time.process_time() - began)
            seen.append(profiled(turn))
    found = {part: statistics.median(one.get(part, 0.0) for one in seen) for part in INKS}
    each = 1000 * statistics.median(times) / (finish.SEARCHED if case.finishing else EVALUATIONS)
    return {part: each * value / sum(found.values()) for part, value in found.items()}


def profiled(turn: Callable[[], object]) -> Counter[str]:
    """What the profiler sees of a turn, by part."""
    with scopes(), profile(activities=[ProfilerActivity.CPU]) as profiler:
        turn()
    found: Counter[str] = Counter()
    for event in profiler.events():
        found[part_of(event)] += event.self_cpu_time_total
    del profiler
    gc.collect()  # events know each other, and there are hundreds of thousands
    return found


def part_of(event: Any) -> str:
    """The part that an event of the profiler belongs to."""
    parent = event.cpu_parent
    if event.name == "aten::add" and parent is not None and parent.name.startswith(ACCUMULATES):
        return SUMS
    if event.name == "aten::add_" and parent is not None and parent.name == "_Convolution":
        return RELU  # the bias
    while event is not None:
        if event.name in OWNED:
            return OWNED[event.name]
        event = event.cpu_parent
    return OPTIMISER


@contextmanager
def scopes() -> Iterator[None]:
    """Functions whose calls the profiler is to see."""
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in SCOPES]
    for (owner, name, function), (_, _, part) in zip(before, SCOPES, strict=True):
        setattr(owner, name, _named(function, part))
    try:
        yield
    finally:
        for owner, name, function in before:
            setattr(owner, name, function)


def _named(function: Callable[..., Any], part: str) -> Callable[..., Any]:
    @wraps(function)
    def named(*arguments: Any, **more: Any) -> Any:
        with record_function(part):
            return function(*arguments, **more)

    return named


def table(found: Mapping[Case, Mapping[str, float]]) -> str:
    """Milliseconds, a column for each case."""
    parts = [part for part in INKS if any(one[part] >= 0.05 for one in found.values())]
    rows = [["ms of one thread", *(case.name for case in found)], ["---"] * (len(found) + 1)]
    rows += [[part, *(f"{one[part]:.1f}" for one in found.values())] for part in parts]
    rows.append(["**all**", *(f"**{sum(one.values()):.0f}**" for one in found.values())])
    rows.append(["µs per pixel", *(f"{1000 * sum(one.values()) / case.side**2:.2f}" for case, one in found.items())])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def plot(found: Mapping[Case, Mapping[str, float]]) -> str:
    """A bar for each case, as long as its time per pixel, cut into its parts."""
    longest = max(sum(one.values()) / case.side**2 for case, one in found.items())
    drawn, top = [], EDGE
    for case, one in found.items():
        drawn.append(f'<text x="{NAMES - 8}" y="{top + BAR - 10}" text-anchor="end">{case.name}</text>')
        left = float(NAMES)
        for part, value in one.items():
            wide = value / case.side**2 / longest * (WIDTH - NAMES - EDGE)
            drawn.append(f'<rect x="{left:.1f}" y="{top}" width="{wide:.1f}" height="{BAR - 8}" fill="{INKS[part]}"/>')
            left += wide
        top += BAR
    for number, (part, ink) in enumerate(INKS.items()):
        x, y = EDGE + number % 4 * (WIDTH - EDGE) // 4, top + 18 + number // 4 * 20
        drawn.append(f'<rect x="{x}" y="{y}" width="12" height="12" fill="{ink}"/><text x="{x + 18}" y="{y + 10}">{part}</text>')
    height = top + 18 + -(-len(INKS) // 4) * 20 + EDGE
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">'
    return "\n".join([head, f'<rect width="{WIDTH}" height="{height}" fill="white"/>', *drawn, "</svg>\n"])


def written(page: str, rows: str) -> str:
    """The page with the table in its place."""
    before, rest = page.split(BEGIN)
    return before + BEGIN + rows + END + rest.split(END)[1]


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description="Where an evaluation's time goes.")
    parser.add_argument("--write", action="store_true", help="also into docs/performance.md and docs/evaluation.svg")
    parser.add_argument("--sides", default="256,512", help="px, with commas between")
    parser.add_argument("--precisions", default="fp32,bf16", help="with commas between")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="the median counts")
    asked = parser.parse_args(arguments)
    heap.hold()  # as the worker does
    precisions, sides = asked.precisions.split(","), [int(side) for side in asked.sides.split(",")]
    found = {}
    for case in [Case(side, precision, finishing) for precision in precisions for side in sides for finishing in (False, True)]:
        found[case] = measured(case, asked.rounds)
        print(f"{case.name}: {sum(found[case].values()):.0f} ms", file=sys.stderr)
    rows = table(found)
    print(rows)
    if asked.write:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), rows), encoding="utf-8")
        PLOT.write_text(plot(found), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
