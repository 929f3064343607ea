"""Owns a painting from task to picture: scale by scale, balance, optimise, carry the change to the next scale."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from ..worker.engine import Cancelled, Verdict
from . import adam, balance, lbfgs
from .calibration import network
from .lbfgs import Value
from .parameters import Optimizer, Precision
from .plan import Scale, plan
from .resizing import pixels, resized, tensor
from .scene import Terms, scene
from .targets import TargetCache
from .task import Painting, Pixels, Step, StepObserver, Task
from .vgg import Vgg

TV_WEIGHT = 1.0  # of the total variation at tv = 1, beside a style loss in parts of the style's own size: four times as much blurs outlines
GAMUT_WEIGHT = 10.0  # soft walls at 0 and 1: enough that the last clamp changes little
NOISE_START = 0.25  # standard deviation of a start from noise, around mid-grey
DTYPES = {Precision.BF16: torch.bfloat16, Precision.FP32: torch.float32}


class _Finished(Exception):
    """The observer said FINISH."""


class Painter:
    """Paints tasks on one device; keeps the network and the styles' statistics in between. Not for two threads at once."""

    def __init__(self, device_id: str = "cpu") -> None:
        self._device = torch.device(device_id)
        self._targets = TargetCache()
        self._placed: tuple[str, Vgg] | None = None

    def paint(self, task: Task, observe: StepObserver) -> Painting:
        """Paints a task. observe is called after every loss evaluation and obeyed before the next. Cancelled when it says CANCEL; UnusableWeights when the
        weights file can't be used or lacks a layer; torch.OutOfMemoryError or MemoryError when memory runs out."""
        p = task.parameters
        scales = plan(p.width, p.height, p.preset, p.evaluations) if p.strength > 0 else ()
        if not scales and task.start is None:
            return Painting(task.content.copy(), 0, (), False)
        vgg, name = self._network(task)
        return _Run(task, vgg, name, self._device, self._targets, scales, observe).paint()

    def _network(self, task: Task) -> tuple[Vgg, str]:
        p = task.parameters
        name = f"{_identity(task.weights)} {p.pooling} {p.precision}"
        if self._placed is None or self._placed[0] != name:
            vgg = network(task.weights, p.pooling).placed(self._device, DTYPES[p.precision])
            self._placed = name, vgg
        return self._placed[1], name


def _identity(weights: Path) -> str:
    try:
        status = weights.stat()
    except OSError:
        return str(weights)
    return hashlib.sha256(f"{weights.absolute()} {status.st_size} {status.st_mtime_ns}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Split:
    """Terms at an image and the gradients of style, content, and all the rest, each with its weight except the content's."""

    terms: Terms
    style: Tensor
    content: Tensor
    rest: Tensor


class _Run:
    """One painting on its way: the state that evaluations, observer and scales share."""

    def __init__(self, task: Task, vgg: Vgg, name: str, device: torch.device, targets: TargetCache, scales: tuple[Scale, ...], observe: StepObserver) -> None:
        self._task, self._vgg, self._name, self._device, self._targets = task, vgg, name, device, targets
        self._scales, self._observe = scales, observe
        self._trace: list[Step] = []
        self._spent, self._cost = 0.0, sum(scale.cost * scale.evaluations for scale in scales)
        self._content_weight = 0.0
        self._minimise = lbfgs.minimise if task.parameters.optimizer is Optimizer.LBFGS else adam.minimise

    def paint(self) -> Painting:
        task = self._task
        base = tensor(task.content, self._device).clamp(0, 1)
        self._best, self._reference = self._start(base)
        finished = False
        try:
            for index, scale in enumerate(self._scales):
                self._paint_scale(index, scale)
        except _Finished:
            finished = True
        result = self._carried(*base.shape[:1:-1])
        if task.strength_map is not None:
            result = torch.where(tensor(task.strength_map, self._device) > 0, result, base)
        # what the clip took from very bright and very dark pixels is added back
        return Painting(task.content + pixels(result - base), len(self._trace), tuple(self._trace), finished)

    def _start(self, base: Tensor) -> tuple[Tensor, Tensor]:
        """Where the first scale begins, and the picture at the work's size whose details are carried along from scale to scale."""
        task = self._task
        if not (task.start is None or isinstance(task.start, str)):
            given = tensor(task.start, self._device).clamp(0, 1)
            return given, given
        first = self._scales[0] if self._scales else None
        width, height = (first.width, first.height) if first else base.shape[:1:-1]
        generator = torch.Generator().manual_seed(task.parameters.seed)
        noise = torch.randn(1, 3, height, width, generator=generator).to(self._device)
        if task.start is None:
            small = resized(base, width, height)
            return (small if task.noise == 0 else (small + task.noise * noise).clamp(0, 1)), base
        return (0.5 + NOISE_START * noise).clamp(0, 1), torch.zeros_like(base)

    def _carried(self, width: int, height: int) -> Tensor:
        """The best state so far at another size: the reference's own details there, and the change enlarged."""
        change = self._best - resized(self._reference, *self._best.shape[:1:-1])
        return (resized(self._reference, width, height) + resized(change, width, height)).clamp(0, 1)

    def _paint_scale(self, index: int, scale: Scale) -> None:
        self._index, self._scale = index, scale
        self._scene = scene(self._task, self._vgg, self._name, scale.width, scale.height, self._device, self._targets)
        start = self._carried(scale.width, scale.height)
        if self._scene.free is not None:
            start = torch.where(self._scene.free > 0, start, self._scene.base)
        self._best = start
        if self._scene.painted:
            self._best = self._minimise(self._evaluate, start, scale.evaluations - 1, self._balanced(start), self._accept)

    def _balanced(self, start: Tensor) -> Value:
        """Weighs the content against the style, and gives the value at the start. One evaluation."""
        split = self._split(start)
        finer = len(self._scales) - 1 - self._index
        distance = balance.rms(start - self._scene.base)
        self._content_weight = balance.content_weight(self._task.parameters.strength, finer, split.style, split.content, distance)
        loss = float(self._total(split.terms).detach())
        gradient = split.style + self._content_weight * split.content + split.rest
        return Value(loss if balance.all_finite(gradient) else math.inf, gradient)

    def _split(self, image: Tensor) -> _Split:
        """Gradients of the terms at an image, each for itself, by one forward pass. One evaluation."""
        leaf = image.detach().clone().requires_grad_(True)
        terms = self._scene.terms(leaf)
        found = []
        for term in (terms.style, terms.content, self._rest(terms)):
            gradient = torch.autograd.grad(term, leaf, retain_graph=True)[0] if term.requires_grad else torch.zeros_like(leaf)
            found.append(balance.frozen(gradient, self._scene.free))
        self._report(terms)
        return _Split(terms, *found)

    def _evaluate(self, image: Tensor) -> Value:
        leaf = image.detach().clone().requires_grad_(True)
        terms = self._scene.terms(leaf)
        loss = self._total(terms)
        gradient = balance.frozen(torch.autograd.grad(loss, leaf)[0], self._scene.free)
        value, size = torch.stack((loss.detach(), gradient.abs().sum())).tolist()
        self._report(terms)
        return Value(value if math.isfinite(size) else math.inf, gradient)

    def _total(self, terms: Terms) -> Tensor:
        return terms.style + self._content_weight * terms.content + self._rest(terms)

    def _rest(self, terms: Terms) -> Tensor:
        return TV_WEIGHT * self._task.parameters.tv * terms.variation + GAMUT_WEIGHT * terms.gamut

    def _accept(self, image: Tensor, _value: Value) -> None:
        self._best = image

    def _report(self, terms: Terms) -> None:
        total, style, content = torch.stack((self._total(terms), terms.style, terms.content)).tolist()
        self._spent += self._scale.cost
        step = Step(
            scale=self._index + 1,
            scales=len(self._scales),
            width=self._scale.width,
            height=self._scale.height,
            step=len(self._trace) + 1,
            steps=sum(scale.evaluations for scale in self._scales),
            fraction=min(1.0, self._spent / self._cost),
            loss=total,
            content_loss=content,
            style_loss=style,
        )
        self._trace.append(step)
        verdict = self._observe(replace(step, picture=self._picture))
        if verdict is Verdict.CANCEL:
            raise Cancelled
        if verdict is Verdict.FINISH:
            raise _Finished

    def _picture(self) -> Pixels:
        return pixels(self._best.clamp(0, 1))
