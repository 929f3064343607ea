"""Owns a painting from task to picture: scale by scale, balance, optimise, carry the change to the next scale."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..worker.engine import Between, Cancelled, Verdict, go_on
from . import adam, balance, lbfgs
from .calibration import content_hash, network
from .carrying import carried, texture_kept
from .large import HELD, detailed, joined, sized, stroked
from .lbfgs import Value
from .memory import cut
from .parameters import Optimizer, Pooling, Precision, Preset
from .plan import Scale, plan
from .recoloring import recolored, share
from .resizing import pixels, resized, resized_map, tensor
from .scene import Scene, Terms, Weights, by_region, scene
from .smoothing import CHROMA
from .store import Store
from .targets import TargetCache
from .task import Keep, Painting, Pixels, Sketch, State, Step, StepObserver, Task, forget
from .vgg import Vgg

TV_WEIGHT = 1.0  # of the total variation at tv = 1, beside a style loss in parts of the style's own size: four times as much blurs outlines
GAMUT_WEIGHT = 300.0  # soft walls near 0 and 1: steep enough that the last clamp changes next to nothing, at no cost to the style
WARMING = 64  # px, side of what the network is warmed up with
LARGEST_SHOWN = 1024  # px, longest side of the pictures that an observer gets
DRAFT_FIRST_STEPS, DRAFT_LONGEST_STEP = (0.03, 0.015), 0.05  # RMS, of the range, at its first scale and later: it can't afford a step that is taken back
DRAFT_FULL_STEPS = balance.REACHES[50.0]  # reach from which on they are as long as that
DRAFT_CHROMA = 0.2  # of its steps, beside what is left of the way to the styles' colours when it begins
NOISE_START = 0.25  # standard deviation of a start from noise, around mid-grey
DTYPES = {Precision.BF16: torch.bfloat16, Precision.FP32: torch.float32}


Minimise = Callable[[Callable[[Tensor], Value], Tensor, int, Value | None, Callable[[Tensor, Value], None] | None], Tensor]


class _Finished(Exception):
    """The observer said FINISH."""


class Painter:
    """Paints tasks on one device; keeps the network and the styles' statistics in between. Not for two threads at once."""

    def __init__(self, device_id: str = "cpu") -> None:
        self._device = torch.device(device_id)
        self._placed: tuple[str, Vgg] | None = None
        self.keep_in(None)

    def keep_in(self, folder: Path | None) -> None:
        """From now on, what is costly to measure is kept in a folder for later processes; None: nowhere."""
        self._store = Store(folder)
        self._targets = TargetCache(store=self._store)

    def warm_up(self, weights: Path, pooling: Pooling, precision: Precision) -> None:
        """Loads the network and runs it once, so that the first task finds it ready. UnusableWeights."""
        vgg, _ = self._network(weights, pooling, precision)
        image = torch.full((1, 3, WARMING, WARMING), 0.5, device=self._device, requires_grad=True)
        deepest = vgg.layers[-1]
        torch.autograd.grad(vgg.features(image, [deepest])[deepest].float().sum(), image)

    def paint(self, task: Task, observe: StepObserver, between: Between = go_on, keep: Keep = forget) -> Painting:
        """Paints a task. observe is called after every loss evaluation and obeyed before the next, between from one scale to the next, where it may paint
        another task. keep is given the state at the end of each scale but the last: a task that has it goes on from there, to the very same picture.
        Cancelled when one says CANCEL; UnusableWeights when the weights file can't be used or lacks a layer; torch.OutOfMemoryError or MemoryError when
        memory runs out."""
        p = task.parameters
        scales = plan(p.width, p.height, p.preset, p.evaluations) if p.strength > 0 else ()
        if not scales and task.start is None:
            return Painting(task.content.copy(), 0, (), False)
        vgg, name = self._network(task.weights, p.pooling, p.precision)
        return _Run(task, vgg, name, self._device, self._targets, scales, observe, between, keep).paint()

    def _network(self, weights: Path, pooling: Pooling, precision: Precision) -> tuple[Vgg, str]:
        name = f"{_identity(weights)} {pooling} {precision}"
        if self._placed is None or self._placed[0] != name:
            vgg = network(weights, pooling, self._store).placed(self._device, DTYPES[precision])
            self._placed = name, vgg
        return self._placed[1], name


def _identity(weights: Path) -> str:
    try:
        return content_hash(weights)
    except OSError:
        return str(weights)


def _obey(verdict: Verdict) -> None:
    if verdict is Verdict.CANCEL:
        raise Cancelled
    if verdict is Verdict.FINISH:
        raise _Finished


class _Run:
    """One painting on its way: the state that evaluations, observer and scales share."""

    def __init__(
        self,
        task: Task,
        vgg: Vgg,
        name: str,
        device: torch.device,
        targets: TargetCache,
        scales: tuple[Scale, ...],
        observe: StepObserver,
        between: Between,
        keep: Keep,
    ) -> None:
        self._task, self._vgg, self._name, self._device, self._targets = task, vgg, name, device, targets
        self._scales, self._observe, self._between, self._keep = scales, observe, between, keep
        self._trace: list[Step] = []
        self._sketches: list[Sketch] = []
        self._skipped = 0  # evaluations of the scales that were done before
        self._spent, self._cost = 0.0, sum(scale.cost * scale.evaluations for scale in scales)
        self._strength_map = None if task.strength_map is None else tensor(task.strength_map, device)
        # a draft stops halfway, so that it begins nearer to the style and is held by distance; noise has nothing to begin with, and far to go
        self._drafted = task.parameters.preset is Preset.DRAFT and not isinstance(task.start, str)
        holding = balance.draft_holding(task.parameters.strength, self._strength_map) if self._drafted else balance.Holding(0.0)  # balanced scale by scale
        self._weights = Weights(holding.weight, TV_WEIGHT * task.parameters.tv, GAMUT_WEIGHT, holding.reach)
        self._cut = cut(task.parameters, 0, 0, task.memory, device.type)

    def _optimiser(self) -> Minimise:
        if self._task.parameters.optimizer is Optimizer.ADAM:
            return adam.minimise
        if not self._drafted:
            return lbfgs.minimise
        reach = DRAFT_FULL_STEPS if self._weights.reach is None else self._weights.reach
        shorter = min(1.0, math.sqrt(reach / DRAFT_FULL_STEPS))  # the content's loss grows with the square of the way
        first = DRAFT_FIRST_STEPS[min(self._index, 1)]
        chroma = min(CHROMA, DRAFT_CHROMA + 1 - float(share(self._task.parameters.strength, None)))
        return partial(lbfgs.minimise, first_step=shorter * first, longest_step=shorter * DRAFT_LONGEST_STEP, chroma=chroma)

    def paint(self) -> Painting:
        task, strength_map = self._task, self._strength_map
        base = self._base()
        self._kept = texture_kept(task.parameters.strength, strength_map) if task.start is None else None  # the details of an earlier result are paint
        self._reference = self._referred(base)
        self._whole: Tensor | None = None  # what is painted whole, once details are added
        done = self._go_on()
        if not done:
            self._best = self._start(base)
        finished = False
        for index, scale in enumerate(self._scales[done:], done):
            began = time.monotonic()
            try:
                if index > done:
                    del self._scene  # the finished scale's statistics and features
                    _obey(self._between())
                    began = time.monotonic()
                self._paint_scale(index, scale)
                if index + 1 < len(self._scales):
                    self._keep(State(index + 1, _plane(self._best), None if self._whole is None else _plane(self._whole)))
            except _Finished:
                finished = True
            if self._index == index:  # else it ended between two scales
                self._sketch(began)
            if finished:
                break
        if self._large:
            whole = self._carried(*base.shape[:1:-1]) if self._whole is None else self._whole
            painted = None if self._whole is None else self._best
            rgb = joined(task.content, whole - base, painted, texture_kept(task.parameters.strength, strength_map))
            if task.strength_map is not None:
                np.copyto(rgb, task.content, where=(task.strength_map == 0)[..., None])
            return Painting(rgb, len(self._trace), tuple(self._trace), finished, sketches=tuple(self._sketches))
        result = self._carried(*base.shape[:1:-1])
        if strength_map is not None:
            result = torch.where(strength_map > 0, result, base)
        # what the clip took from very bright and very dark pixels is added back
        return Painting(task.content + pixels(result - base), len(self._trace), tuple(self._trace), finished, sketches=tuple(self._sketches))

    def _go_on(self) -> int:
        """Takes up the task's state, if it is of these scales; how many of them are done."""
        state = self._task.state
        if state is None or not 0 < state.done < len(self._scales):
            return 0
        last = self._scales[state.done - 1]
        if state.best.shape != (3, last.height, last.width) or (state.whole is not None) != last.detail:
            return 0
        self._best = torch.from_numpy(state.best)[None].to(self._device)
        self._whole = None if state.whole is None else torch.from_numpy(state.whole)[None].to(self._device)
        self._skipped = sum(scale.evaluations for scale in self._scales[: state.done])
        self._spent = sum(scale.cost * scale.evaluations for scale in self._scales[: state.done])
        return state.done

    def _base(self) -> Tensor:
        """The content, at the largest size that is painted whole."""
        p = self._task.parameters
        whole = [scale for scale in self._scales if not scale.detail]
        self._large = len(whole) < len(self._scales)
        width, height = (whole[-1].width, whole[-1].height) if self._large else (p.width, p.height)
        return sized(self._task.content, width, height, self._device)

    def _referred(self, base: Tensor) -> Tensor:
        """The picture at the work's size whose details are carried along from scale to scale."""
        start = self._task.start
        if start is None:
            return base
        return torch.zeros_like(base) if isinstance(start, str) else sized(start, base.shape[-1], base.shape[-2], self._device)

    def _start(self, base: Tensor) -> Tensor:
        """Where the first scale begins."""
        task = self._task
        if not (task.start is None or isinstance(task.start, str)):
            return self._reference
        first = self._scales[0] if self._scales else None
        width, height = (first.width, first.height) if first else base.shape[:1:-1]
        generator = torch.Generator().manual_seed(task.parameters.seed)
        noise = torch.randn(1, 3, height, width, generator=generator).to(self._device)
        if task.start is None:
            small = resized(self._recolored(base) if self._drafted else base, width, height)
            return small if task.noise == 0 else (small + task.noise * noise).clamp(0, 1)
        return (0.5 + NOISE_START * noise).clamp(0, 1)

    def _recolored(self, base: Tensor) -> Tensor:
        """The content in as much of the styles' colours as a draft begins with."""
        task, (height, width) = self._task, base.shape[-2:]
        given = (None if task.weight is None else tensor(task.weight, self._device), self._strength_map)
        weight, local = (None if one is None else resized_map(one, width, height) for one in given)
        colored = recolored(base, weight, by_region(task.styles, width, height, self._device))
        return base + share(task.parameters.strength, local).to(base) * (colored - base)

    def _carried(self, width: int, height: int) -> Tensor:
        """The best state so far at another size."""
        return carried(self._best, self._reference, width, height, self._kept)

    def _paint_scale(self, index: int, scale: Scale) -> None:
        self._index, self._scale = index, scale
        if scale.detail:
            self._add_details(scale)
            return
        self._scene = self._scene_at(scale, self._cut.whole, None)
        start = self._carried(scale.width, scale.height)
        if self._scene.free is not None:
            start = torch.where(self._scene.free > 0, start, self._scene.base)
        self._best = start
        if self._scene.painted:
            first = None if self._drafted else self._balanced(start)
            self._best = self._optimiser()(self._evaluate, start, scale.evaluations - (first is not None), first, self._accept)

    def _add_details(self, scale: Scale) -> None:
        start = resized(self._best, scale.width, scale.height).clamp(0, 1)
        stroked(self._task, start, self._beat)
        self._scene = self._scene_at(scale, self._cut.detail, start)
        if not self._scene.painted:
            return
        self._whole = self._best if self._whole is None else self._whole
        self._best = start
        self._weights = replace(self._weights, content=HELD, reach=None)
        detailed(self._scene, start, self._weights, scale.evaluations, self._report, self._beat)

    def _scene_at(self, scale: Scale, side: int | None, held: Tensor | None) -> Scene:
        return scene(self._task, self._vgg, self._name, scale.width, scale.height, self._device, self._targets, side, held)

    def _balanced(self, start: Tensor) -> Value:
        """Weighs the content against the style, and gives the value at the start. One evaluation."""
        split = self._scene.split(start, self._weights, self._beat)
        finer = len(self._scales) - 1 - self._index
        distance = balance.rms(start - self._scene.base)
        style, content, rest = (balance.frozen(gradient, self._scene.free) for gradient in (split.style, split.content, split.rest))
        weight = balance.content_weight(self._task.parameters.strength, finer, style, content, distance)
        self._weights = replace(self._weights, content=weight)
        self._report(split.terms)
        loss = float(self._weights.total(split.terms))
        gradient = style + weight * content + rest
        return Value(loss if balance.all_finite(gradient) else math.inf, gradient)

    def _evaluate(self, image: Tensor) -> Value:
        terms, gradient = self._scene.gradient(image, self._weights, self._beat)
        gradient = balance.frozen(gradient, self._scene.free)
        loss, size = self._report(terms, gradient.abs().sum())
        return Value(loss if math.isfinite(size) else math.inf, gradient)

    def _accept(self, image: Tensor, _value: Value) -> None:
        self._best = image

    def _report(self, terms: Terms, size: Tensor | None = None) -> tuple[float, float]:
        """Tells of an evaluation, and gives the loss and the gradient's size: all in one wait for the device."""
        gamut = self._weights.gamut * terms.gamut
        total, smooth = self._weights.total(terms), self._weights.rest(terms) - gamut
        values = (total, terms.style, terms.content, self._weights.held(terms), smooth, gamut, torch.zeros_like(total) if size is None else size)
        loss, style, content, held, smoothing, beyond, length = torch.stack(values).tolist()
        self._spent += self._scale.cost
        step = Step(
            scale=self._index + 1,
            scales=len(self._scales),
            width=self._scale.width,
            height=self._scale.height,
            step=self._skipped + len(self._trace) + 1,
            steps=sum(scale.evaluations for scale in self._scales),
            fraction=min(1.0, self._spent / self._cost),
            loss=loss,
            content_loss=content,
            style_loss=style,
            content_weight=held / content if content > 0 else self._weights.content,
            smoothing_loss=smoothing,
            gamut_loss=beyond,
        )
        self._trace.append(step)
        _obey(self._observe(replace(step, picture=self._picture)))
        return loss, length

    def _beat(self, done: float) -> None:
        """After each tile: progress between two evaluations, and a chance to end."""
        if self._trace and done < 1:
            fraction = min(1.0, (self._spent + done * self._scale.cost) / self._cost)
            _obey(self._observe(replace(self._trace[-1], fraction=fraction, picture=self._picture)))

    def _picture(self) -> Pixels:
        """The best state; large ones smaller, as a preview must not take as much memory as the painting."""
        height, width = self._best.shape[-2:]
        factor = -(-max(height, width) // LARGEST_SHOWN)
        small = self._best if factor == 1 else F.avg_pool2d(self._best, (min(factor, height), min(factor, width)))
        return pixels(small.clamp(0, 1))

    def _sketch(self, began: float) -> None:
        """Keeps the end of a scale, where the task wants that."""
        longest = self._task.sketches
        if not longest:
            return
        width, height = self._scale.width, self._scale.height
        factor = min(1.0, longest / max(width, height))
        small = resized(self._best, max(1, round(width * factor)), max(1, round(height * factor))).clamp(0, 1)
        self._sketches.append(Sketch(width, height, began, time.monotonic(), pixels(small)))


def _plane(image: Tensor) -> Pixels:
    """(c, h, w) of a tensor (1, c, h, w)."""
    return np.asarray(image.detach()[0].cpu().numpy())
