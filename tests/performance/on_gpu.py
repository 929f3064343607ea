"""Owns what is asked of a GPU, in one command: `python tests/performance/on_gpu.py [--device cuda:0] [--sides 512,1024,2048]`.

The tests marked gpu, then a table: an evaluation beside the textbook's and the device's own ceiling, the finish in each precision that the device is made for,
how often either waits for the device, and an evaluation beside the same one recorded once and replayed (CUDA graphs). With `--device cpu` everything but the
tests and the recording is done there.
"""

from __future__ import annotations

import argparse
import subprocess
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
from bench import subjects
from bench.contender import Engine
from bench.running import Evaluation, Machine, Wanted, measured
from restyle_engine.network.calibration import network
from restyle_engine.objective.finish import SEARCHED
from restyle_engine.objective.scale_objective import ScaleObjective, weights_of
from restyle_engine.parameters import Parameters, Pooling, Precision, resolve
from restyle_engine.resizing import tensor
from restyle_server.weights.catalogue import SHIPPED
from torch import Tensor

TESTS = Path(__file__).resolve().parents[1]
SIDES = (512, 1024, 2048)  # px
WAITING = ("item", "tolist", "nonzero", "cpu", "__float__", "__bool__", "__int__")  # of a tensor: what needs the device's answer
EVALUATIONS = 4
TURNS = 10  # of an evaluation and of its record
NONE = "—"
HEAD = ("size", "precision", "evaluation", "of the textbook's", "of the ceiling", "step of the finish", "memory", "waits", "in a step", "replayed")


@dataclass(frozen=True, slots=True)
class Case:
    """One precision at one size, beside what is timed. waits, finish_waits: for the device, per evaluation and per step of the finish. replayed: an
    evaluation's seconds over those of its record; None: the device records none."""

    waits: float
    finish_waits: float
    replayed: float | None


@contextmanager
def waits() -> Iterator[Counter[str]]:
    """Counts how often the host asks a tensor for its numbers: on a GPU it then waits for all that was begun."""
    found: Counter[str] = Counter()
    before = {name: getattr(Tensor, name) for name in WAITING}

    def counted(name: str) -> Callable[..., Any]:
        @wraps(before[name])
        def asked(*arguments: Any, **more: Any) -> Any:
            found[name] += 1
            return before[name](*arguments, **more)

        return asked

    for name in WAITING:
        setattr(Tensor, name, counted(name))
    try:
        yield found
    finally:
        for name, method in before.items():
            setattr(Tensor, name, method)


def looked_at(side: int, precision: str, device: torch.device) -> Case:
    """A drawn landscape at a side, in px."""
    content, style = (tensor(picture, device) for picture in (subjects.photo(None, side), subjects.style(subjects.STYLE, side)))
    engine = Engine(network(SHIPPED, Pooling.AVERAGE), Precision(precision), content, style)
    engine.evaluate(1)  # measures the style
    engine.finish(1)
    with waits() as evaluating:
        engine.evaluate(EVALUATIONS)
    with waits() as finishing:
        engine.finish(SEARCHED)
    replayed = replay(*engine.begun()) if device.type == "cuda" else None
    return Case(evaluating.total() / EVALUATIONS, finishing.total() / SEARCHED, replayed)


def replay(objective: ScaleObjective, image: Tensor) -> float:
    """Seconds of an evaluation over those of its record, which is to find the same gradient."""
    weights = weights_of(resolve(Parameters(native_size=True), image.shape[-1], image.shape[-2], "cuda", bf16=False))
    _, plain = objective.gradient(image, weights)
    aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(3):  # before a record, as PyTorch asks
            objective.gradient(image, weights)
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        _, recorded = objective.gradient(image, weights)
    times = [_seconds(turn) for turn in (lambda: objective.gradient(image, weights), graph.replay)]
    if not torch.allclose(recorded, plain, rtol=0.1, atol=0.01 * float(plain.abs().max())):
        sys.exit("What the record finds is not what the evaluation finds.")
    return times[0] / times[1]


def _seconds(turn: Callable[[], object]) -> float:
    turn()
    torch.cuda.synchronize()
    began = time.perf_counter()
    for _ in range(TURNS):
        turn()
    torch.cuda.synchronize()
    return (time.perf_counter() - began) / TURNS


def table(found: Mapping[Evaluation, Case]) -> str:
    """A row for each, in Markdown."""
    rows = [list(HEAD), ["---"] * len(HEAD)]
    for one, case in found.items():
        step = NONE if one.finish is None else f"{one.finish:.2f}"
        replayed = NONE if case.replayed is None else f"{case.replayed:.2f} ×"
        speed = [f"{1000 * one.seconds.median:.1f} ms", f"{one.faster:.2f} ×", f"{one.share:.0%}", step, f"{one.peak / 2**20:.0f} MiB, {one.lighter:.0%}"]
        rows.append([f"{one.side} px", one.contender, *speed, f"{case.waits:g}", f"{case.finish_waits:g}", replayed])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: the tests'."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--device", default="cuda:0")
    options.add_argument("--sides", default=",".join(map(str, SIDES)), help="in px")
    options.add_argument("--runs", type=int, default=5, help="of each; the median counts")
    asked = options.parse_args(arguments)
    device = torch.device(asked.device)
    if device.type == "cuda" and not torch.cuda.is_available():
        sys.exit(f"There is no {asked.device} here that PyTorch can use; `--device cpu` tries all but its own tests.")
    status = 0 if device.type == "cpu" else subprocess.run([sys.executable, "-m", "pytest", "-m", "gpu", "-q", str(TESTS / "engine")], check=False).returncode
    timed = []
    for one in measured(Wanted(tuple(map(int, asked.sides.split(","))), (), device=asked.device, runs=asked.runs, weights="vgg16"), lambda _: None):
        if isinstance(one, Machine):
            print(f"{one.device}, PyTorch {one.torch}")
        elif isinstance(one, Evaluation) and one.contender in set(Precision):
            timed.append(one)
    print(table({one: looked_at(one.side, one.contender, device) for one in timed}))
    return status


if __name__ == "__main__":
    sys.exit(main())
