"""Owns one side of a measurement, in a process of its own: `python tests/bench/contender.py SPEC`, with SPEC a JSON object as `Spec` has it.

It answers one JSON object per line: first {"precisions": the device's, …} or {"refused": sentence}, then one for each request that it reads, also a line each:
  {"do": "evaluate", "count": n}   {"seconds": of one whole evaluation, on average}
  {"do": "finish", "count": n}     {"seconds": of one step of the finish with its share of the searches, on average; null: there is no finish}
  {"do": "peak"}                   {"bytes": most memory since it was ready, "idle": memory when it was ready}
  {"do": "ceiling"}                {"flops": per second, of a large matrix product in the same precision}
  {"do": "judge", "path": file}    {"j": of a picture that another has painted}; only the textbook can
  {"do": "race", "count": n}       {"trace": [[seconds, J], …]}; n: the textbook's iterations, or the engine's budget of evaluations
It ends when nobody writes any more.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch
from bench import memory, objective, subjects
from bench.textbook import STYLE, Features, Textbook
from restyle_engine.device import device_ids, device_name, prefers_bf16
from restyle_engine.large.tiles import whole
from restyle_engine.network.calibration import network
from restyle_engine.network.vgg import UnusableWeights, Vgg
from restyle_engine.objective.content_loss import FeatureMatch
from restyle_engine.objective.finish import LAYERS, SEARCHED, WHOLE, Finish, Source, finish
from restyle_engine.objective.neighbours import keys
from restyle_engine.objective.outlines import Outlines
from restyle_engine.objective.scale_objective import ScaleObjective, objective_of, weights_of
from restyle_engine.objective.strength import Strength
from restyle_engine.objective.targets import TargetCache, style_positions
from restyle_engine.optim import lbfgs
from restyle_engine.parameters import Parameters, Pooling, Precision, Resolved, resolve
from restyle_engine.resizing import pixels, resized, tensor
from restyle_engine.stylizer import DTYPES
from restyle_engine.task import StylePicture, Task
from restyle_imaging.errors import PictureError
from restyle_server import heap
from restyle_server.admin.folders import data_dir
from restyle_server.styles.errors import StyleError
from restyle_server.weights.catalogue import choose
from restyle_server.weights.errors import WeightsError
from torch import Tensor

TEXTBOOK = "textbook"
STRENGTH = 50.0  # of the engine's own objective, where it is timed
PRODUCT = {"cpu": 2048, "mps": 4096, "cuda": 8192}  # rows of the square matrices whose product is the ceiling; 0.1–0.2 s on a CPU core


@dataclass(frozen=True, slots=True)
class Spec:
    """What is measured. contender: "textbook", or the engine's precision. photo: a file, None: a drawn one; style: a file or an id of the library."""

    contender: str
    device: str
    side: int
    photo: str | None
    style: str
    weights: str
    threads: int | None


class Contender(Protocol):
    """Either side."""

    dtype: torch.dtype
    vgg: Vgg

    def evaluate(self, count: int) -> float:
        """Seconds of one evaluation of its own way to paint, on average over about `count`."""
        ...

    def finish(self, count: int) -> float | None:
        """Seconds of one step of the finish, on average over about `count`; None: it has none."""
        ...

    def race(self, count: int) -> list[tuple[float, float]]:
        """Seconds and J, going on from where the last race ended or beginning anew."""
        ...


class ByTheBook:
    """The textbook: fp32, one size, L-BFGS."""

    dtype = torch.float32

    def __init__(self, vgg: Vgg, content: Tensor, style: Tensor) -> None:
        self._features = Features({name: (f.weight, f.bias) for name, f in vgg.filters.items()}, vgg.pool_gain).to(content.device)
        self.vgg, self._content, self._style = vgg, content, style
        self._timed: Textbook | None = None
        self._racing: Textbook | None = None

    def evaluate(self, count: int) -> float:
        """As the protocol says; iterations go on from one call to the next."""
        self._timed = self._timed or self._begun()
        told: list[float] = []
        began = time.perf_counter()
        self._timed.optimise(count, told.append)
        return (time.perf_counter() - began) / len(told)

    def finish(self, _count: int) -> None:
        """The textbook has none."""

    def race(self, count: int) -> list[tuple[float, float]]:
        """Goes on for that many iterations."""
        self._racing = self._racing or self._begun()
        trace: list[tuple[float, float]] = []
        began = time.perf_counter()
        self._racing.optimise(count, lambda loss: trace.append((time.perf_counter() - began, loss)))
        return trace

    def judge(self, path: Path) -> float:
        """J of a picture, at the content's size. PictureError when it can't be read."""
        book = self._begun()
        with torch.no_grad():
            return float(book.loss(tensor(subjects.painting(path, self._content.shape[-1]), self._content.device)))

    def _begun(self) -> Textbook:
        return Textbook(self._features, self._content, self._style)


class Engine:
    """The engine in one precision: evaluations on its own objective, races on J."""

    def __init__(self, vgg: Vgg, precision: Precision, content: Tensor, style: Tensor) -> None:
        self.dtype = DTYPES[precision]
        self.vgg, self._vgg = vgg, vgg.placed(content.device, self.dtype)
        self._precision, self._content, self._style = precision, content, style
        self._timed: tuple[ScaleObjective, Tensor] | None = None
        self._finishing: Finish | None = None

    def evaluate(self, count: int) -> float:
        """Goes on from one call to the next; an objective's statistics, made once, are not counted."""
        found, point = self._timed or self.begun()
        weights = weights_of(self._parameters)
        calls = 0

        def value(image: Tensor) -> lbfgs.Value:
            nonlocal calls
            calls += 1
            return objective.value_at(found, image, weights)

        began = time.perf_counter()
        point = lbfgs.minimise(value, point, count)
        seconds = (time.perf_counter() - began) / calls
        self._timed = found, point
        return seconds

    def finish(self, count: int) -> float:
        """Whole periods from one search to the next; the style's positions, found once, are not counted."""
        self._finishing = self._finishing or self._finish()
        steps = -(-count // SEARCHED) * SEARCHED
        began = time.perf_counter()
        finish(self._finishing, self._content, steps, WHOLE, Strength(STRENGTH).pull, None, lambda *_: None)
        _wait(self._content.device)
        return (time.perf_counter() - began) / steps

    def race(self, count: int) -> list[tuple[float, float]]:
        """Begins anew, with a plan for that many evaluations."""
        side = self._content.shape[-1]
        states: list[tuple[float, Tensor]] = []
        began = time.perf_counter()
        last = objective.painted(self._vgg, self._content, self._style, count, lambda image: states.append((time.perf_counter() - began, image)))
        states.append((time.perf_counter() - began, last))
        meter = objective.Meter(objective.objective_of(self.vgg.placed(self._content.device, torch.float32), self._content, self._style, side, side))
        trace: list[tuple[float, float]] = []
        measured, value = None, 0.0
        for (seconds, image), following in zip(states, [*states[1:], None], strict=True):
            coarse = image.shape[-1] < side
            if coarse and following is not None and following[1].shape == image.shape:
                continue  # of a coarse scale, only the end is told
            if image is not measured:
                measured, value = image, meter(resized(image, side, side))
            trace.append((seconds, value))
        return trace

    def begun(self) -> tuple[ScaleObjective, Tensor]:
        """What is timed, and where it begins."""
        task = Task(pixels(self._content), (StylePicture(pixels(self._style)),), self._parameters, Path())
        return objective_of(task, self._content, self._vgg, "", self._content.device, TargetCache()), self._content

    def _finish(self) -> Finish:
        height, width = self._content.shape[-2:]
        device, tiles = self._content.device, whole(width, height)
        found = style_positions(self._vgg, "", StylePicture(pixels(self._style)), width, height, LAYERS, device, TargetCache())
        source = Source({layer: keys([one], [1.0], self.dtype) for layer, one in found.items()}, None)
        hold = FeatureMatch(self._vgg, self._content, dict(self._parameters.content_layers), None, tiles)
        return Finish(self._vgg, self._content, [source], hold, tiles, outlines=Outlines(self._content, None, Strength(STRENGTH).outlines))

    @property
    def _parameters(self) -> Resolved:
        height, width = self._content.shape[-2:]
        return resolve(Parameters(native_size=True, precision=self._precision, strength=STRENGTH), width, height, "cpu", bf16=False)


def ceiling(device: torch.device, dtype: torch.dtype) -> float:
    """Floating-point operations per second of a matrix product."""
    side = PRODUCT[device.type]
    a, b = (torch.rand(side, side, device=device).to(dtype) for _ in range(2))
    a @ b
    _wait(device)
    began = time.perf_counter()
    a @ b
    _wait(device)
    return 2 * side**3 / (time.perf_counter() - began)


def made(spec: Spec, device: torch.device) -> Contender:
    """The contender, its network loaded. Errors are those of pictures, styles and weights."""
    content = tensor(subjects.photo(Path(spec.photo) if spec.photo else None, spec.side), device)
    style = tensor(subjects.style(spec.style, spec.side), device)
    vgg = network(choose(spec.weights, data_dir()).path, Pooling.AVERAGE)
    if spec.contender == TEXTBOOK:
        return ByTheBook(vgg, content, style)
    return Engine(vgg, Precision(spec.contender), content, style)


def answers(painter: Contender, device: torch.device, requests: Iterator[str]) -> Iterator[dict[str, Any]]:
    """What it is, and one answer per request."""
    idle = memory.begin(device)
    precisions = [Precision.FP32, *([Precision.BF16] if prefers_bf16(str(device)) else [])]
    names = [name for name in painter.vgg.filters if name <= STYLE[-1]]
    yield {
        "precisions": precisions,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "name": device_name(str(device)),
        "convolutions": [sum(name.startswith(block) for name in names) for block in "12345"],
    }
    for line in requests:
        request = json.loads(line)
        match request["do"]:
            case "evaluate":
                seconds = painter.evaluate(request["count"])
                _wait(device)
                yield {"seconds": seconds}
            case "finish":
                yield {"seconds": painter.finish(request["count"])}
            case "judge" if isinstance(painter, ByTheBook):
                yield {"j": painter.judge(Path(request["path"]))}
            case "race":
                yield {"trace": painter.race(request["count"])}
            case "ceiling":
                yield {"flops": ceiling(device, painter.dtype)}
            case _:
                yield {"bytes": memory.peak(device), "idle": idle}


@contextmanager
def refusing() -> Iterator[None]:
    """What can be said in a sentence goes to whoever asked, and ends the process."""
    try:
        yield
    except (PictureError, StyleError, WeightsError, UnusableWeights) as failure:
        _say({"refused": str(failure)})
        sys.exit(1)
    except (MemoryError, torch.OutOfMemoryError):
        _say({"refused": "There is not enough memory for this size; choose smaller --sizes, or close other programs."})
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def main() -> None:
    """Serves one measurement on stdin and stdout."""
    spec = Spec(**json.loads(sys.argv[1]))
    with refusing():
        if spec.threads:
            torch.set_num_threads(spec.threads)
        if spec.device not in device_ids() and spec.device != "auto":
            _say({"refused": f"There is no device {spec.device} on this machine; choose one of: {', '.join(device_ids())}."})
            sys.exit(1)
        device = torch.device(device_ids()[0] if spec.device == "auto" else spec.device)
        if spec.contender != TEXTBOOK and device.type == "cpu":
            heap.hold()  # as the worker does
        for answer in answers(made(spec, device), device, iter(sys.stdin.readline, "")):
            _say(answer)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
