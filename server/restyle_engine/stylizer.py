"""Owns a painting from task to picture: scale by scale the styles' statistics, then the finish, and what is larger than is painted whole."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from .large.detail_transfer import transferred
from .large.memory import cut
from .motion.prior import Prior, framed, prior, rounded
from .motion.temporal import Temporal, begun
from .network.border import bordered, cropped
from .network.calibration import content_hash, network
from .network.vgg import Vgg
from .objective import finish, strength
from .objective.color_transfer import color_transferred
from .objective.regions import regions_of, strength_map
from .objective.scale_objective import Terms, Weights, objective_of
from .objective.targets import TargetCache
from .optim import adam, lbfgs
from .optim.lbfgs import Value
from .optim.plan import Scale, Stage, followed, plan
from .parameters import Optimizer, Pooling, Precision
from .resizing import pixels, planes, resized, tensor
from .step import Step
from .store import Store
from .task import Frame, Keep, LiveStep, Painting, Pixels, Sketch, State, StepObserver, Task, forget
from .verdict import Between, Cancelled, Verdict, go_on

TV_WEIGHT = 0.2  # of the total variation at tv = 1, beside a style loss in parts of the style's own size
GAMUT_WEIGHT = 20.0  # same, of the soft walls near 0 and 1
WARMING = 64  # px, side of what the network is warmed up with
LARGEST_SHOWN = 1024  # px, longest side of the pictures that an observer gets
SEEDED_NOISE = 0.1  # standard deviation of the noise on the content with which every seed but 0 begins: enough for strokes to fall elsewhere
LEAST_SHARE = 1e-3  # of the pixels, that are taken to be new in a frame that follows: steps are measured by them
NOISE_START = 0.25  # standard deviation of a start from noise, around mid-grey
DTYPES = {Precision.BF16: torch.bfloat16, Precision.FP32: torch.float32}


class _Finished(Exception):
    """The observer said FINISH."""


class Stylizer:
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
        memory runs out; FlowMissing when frames are to be followed and OpenCV isn't there."""
        p = task.parameters
        scales = plan(p.width, p.height, p.preset, p.evaluations) if p.strength > 0 else ()
        if not scales and task.start is None:
            return Painting(task.content.copy(), 0, (), False, frame=framed(task, task.content, task.content, anew=True))
        before = prior(task, self._device) if task.previous else None
        if before is not None:
            scales = () if before.complete else followed(scales)
        vgg, name = self._network(task.weights, p.pooling, p.precision)
        return _Run(task, vgg, name, self._device, self._targets, scales, observe, between, keep, before).paint()

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
        before: Prior | None,
    ) -> None:
        self._vgg, self._name, self._device, self._targets = vgg, name, device, targets
        height, width = task.content.shape[:2]
        said = regions_of(task, width, height, device).counted
        self._scales = scales if said else ()  # where nobody has a say, nothing is painted, nor made small on the way
        self._observe, self._between, self._keep = observe, between, keep
        self._trace: list[Step] = []
        self._sketches: list[Sketch] = []
        self._skipped = 0  # evaluations of the scales that were done before
        self._spent, self._cost = 0.0, sum(scale.cost * scale.evaluations for scale in self._scales)
        self._strength = task.parameters.strength
        self._cut = cut(task.parameters, 0, 0, task.memory, device.type)
        self._margin = self._scales[-1].margin if self._scales else 0
        wider = bordered(task, self._margin)
        self._photo = tensor(wider.content, device).clamp(0, 1)
        self._prior = None if before is None else before.bordered(self._margin)
        self._temporal: Temporal | None = None
        self._nearness = 0.0 if before is None else before.nearness
        self._task = replace(wider, content=task.content)  # a large one is not kept twice

    def paint(self) -> Painting:
        height, width = self._photo.shape[-2:]
        self._content = self._colored()
        self._reference = self._referred()
        done = self._go_on()
        if not done:
            self._best = self._start()
        finished = False
        for index, scale in enumerate(self._scales[done:], done):
            began = time.monotonic()
            try:
                if index > done:
                    _obey(self._between())
                    began = time.monotonic()
                self._paint_scale(index, scale)
                if index + 1 < len(self._scales):
                    self._keep(State(index + 1, planes(self._best), scale.width, scale.height, self._nearness))
            except _Finished:
                finished = True
            if self._index == index:  # else it ended between two scales
                self._sketch(began)
            if finished:
                break
        self._best = self._transferred(width, height)
        frame = self._framed()
        change = pixels(self._faded(self._best, self._photo) - self._photo)  # what the clip took from very bright and very dark pixels is added back
        painted = self._task.content + cropped(change, self._margin)
        return Painting(painted, len(self._trace), tuple(self._trace), finished, sketches=tuple(self._sketches), frame=frame)

    def _framed(self) -> Frame | None:
        """What later frames need of this one, which from here on is no more exact than they will have it: equal frames give equal bytes."""
        if not self._task.sequence:
            return None
        self._best = rounded(self._best)
        photo = self._task.content if self._prior is None else cropped(pixels(self._prior.anchor), self._margin)
        return framed(self._task, photo, cropped(pixels(self._best), self._margin), anew=self._prior is None, nearness=self._nearness)

    def _go_on(self) -> int:
        """Takes up the task's state, if it is of these scales; how many of them are done."""
        state = self._task.state
        if state is None or not 0 < state.done < len(self._scales):
            return 0
        last = self._scales[state.done - 1]
        if state.best.shape != (3, *last.canvas[::-1]):
            return 0
        self._best, self._nearness = torch.from_numpy(state.best)[None].to(self._device), state.nearness
        self._skipped = sum(scale.evaluations for scale in self._scales[: state.done])
        self._spent = sum(scale.cost * scale.evaluations for scale in self._scales[: state.done])
        return state.done

    def _colored(self) -> Tensor:
        """The content as it counts: in the styles' colours, as far as the strength lets it."""
        task, photo = self._task, self._photo
        height, width = photo.shape[-2:]
        if not task.styles or not self._scales:
            return photo
        regions = regions_of(task, width, height, self._device)
        share = strength.painted_share(self._strength, regions.strength, strength.COLORED).to(photo)
        return photo + share * (color_transferred(photo, regions.weight, [(one.map, one.styles) for one in regions.all]) - photo)

    def _referred(self) -> Tensor:
        """The picture at the work's size whose details are taken along from scale to scale."""
        if self._prior is not None:
            return begun(self._prior, self._content)
        start, height, width = self._task.start, *self._photo.shape[-2:]
        if start is None:
            return self._content
        return torch.zeros_like(self._content) if isinstance(start, str) else resized(tensor(start, self._device).clamp(0, 1), width, height).clamp(0, 1)

    def _start(self) -> Tensor:
        """Where the first scale begins."""
        task = self._task
        if self._prior is not None or not (task.start is None or isinstance(task.start, str)):
            return self._reference
        width, height = self._scales[0].canvas if self._scales else self._content.shape[:1:-1]
        generator = torch.Generator().manual_seed(task.parameters.seed)
        noise = torch.randn(1, 3, height, width, generator=generator).to(self._device)
        if task.start is None:
            small = resized(self._content, width, height).clamp(0, 1)
            amount = task.noise or (SEEDED_NOISE if task.parameters.seed else 0.0)
            return small if amount == 0 else (small + amount * noise).clamp(0, 1)
        return (0.5 + NOISE_START * noise).clamp(0, 1)

    def _transferred(self, width: int, height: int) -> Tensor:
        """The best state so far at another size."""
        if self._task.start is not None or self._prior is not None:
            return transferred(self._best, self._reference, width, height, None)  # the details of an earlier result are paint
        local = None if self._task.strength_map is None else tensor(self._task.strength_map, self._device)
        return transferred(self._best, self._reference, width, height, 1 - strength.painted_share(self._strength, local, strength.PAINTED))

    def _faded(self, painted: Tensor, photo: Tensor) -> Tensor:
        """What is seen of a state (1, 3, h, w), over the photo at its size."""
        height, width = painted.shape[-2:]
        shown = strength.faded(self._strength, strength_map(self._task, width, height, self._device)).to(photo)
        return painted if bool((shown == 1).all()) else photo + shown * (painted - photo)

    def _paint_scale(self, index: int, scale: Scale) -> None:
        self._index, self._scale = index, scale
        self._best = self._transferred(*scale.canvas)
        if self._prior is not None:
            self._temporal = Temporal(self._prior, *scale.canvas)
            self._best = self._temporal.kept(self._best)
        if scale.stage is Stage.DETAIL and index + 1 == len(self._scales):
            self._content = self._reference = self._photo  # nobody asks for either any more, and a large picture's are let go
        if scale.stage is Stage.MOMENTS:
            self._match_moments(scale)
        else:
            self._finish(scale)

    def _match_moments(self, scale: Scale) -> None:
        base = resized(self._content, *scale.canvas).clamp(0, 1)
        self._objective = found = objective_of(self._task, base, self._vgg, self._name, self._device, self._targets, self._cut.whole)
        if found.free is not None:
            self._best = torch.where(found.free > 0, self._best, base)
        if not found.painted:
            return
        finer = sum(one.stage is Stage.MOMENTS for one in self._scales[self._index + 1 :])
        tv = TV_WEIGHT * self._task.parameters.tv
        self._weights = Weights(strength.weight(finer), tv, GAMUT_WEIGHT, strength.reach(self._strength))
        share = 1.0 if self._temporal is None else max(LEAST_SHARE, float(self._temporal.fresh.mean()))
        minimise = adam.minimise if self._task.parameters.optimizer is Optimizer.ADAM else partial(lbfgs.minimise, share=share)
        self._best = minimise(self._evaluate, self._best, scale.evaluations, accepted=self._accept)
        del self._objective

    def _evaluate(self, image: Tensor) -> Value:
        terms, gradient = self._objective.gradient(image, self._weights, self._beat)
        temporal = image.new_zeros(())
        if self._temporal is not None:
            temporal, pull = self._temporal.gradient(image)
            gradient += pull
            gradient *= self._temporal.fresh
        if self._objective.free is not None:
            gradient *= self._objective.free
        loss, size = self._report(terms, temporal, gradient.abs().sum())
        return Value(loss if math.isfinite(size) else math.inf, gradient)

    def _accept(self, image: Tensor, _value: Value) -> None:
        self._best = image

    def _report(self, terms: Terms, temporal: Tensor, size: Tensor) -> tuple[float, float]:
        """Tells of an evaluation, and gives the loss and the gradient's size: all in one wait for the device."""
        loss, style, content, held, smoothing, beyond, moved, length = torch.cat((self._weights.parts(terms), torch.stack((temporal, size)))).tolist()
        self._tell(loss + moved, style, content, held, smoothing + moved, beyond)
        return loss + moved, length

    def _finish(self, scale: Scale) -> None:
        """The finish at a size, in tiles where it is large."""
        mode, side = (finish.DETAIL, self._cut.detail) if scale.stage is Stage.DETAIL else (finish.WHOLE, self._cut.whole)
        regions = regions_of(self._task, *scale.canvas, self._device)
        if not regions.counted:
            return
        objective = finish.finish_of(self._task, self._best, self._content, regions, self._vgg, self._name, self._targets, mode, side, self._temporal)
        free = regions.free(self._best)
        del regions  # its maps are let go

        def pull(content: float) -> float:
            return strength.finish_weight(self._strength, content)

        def tell(terms: finish.Terms, weight: float, picture: Tensor) -> None:
            self._best = picture
            style, tone, content, gamut = torch.stack(
                (terms.neighbours, terms.tone + terms.temporal, terms.content, finish.GAMUT_WEIGHT * terms.gamut)
            ).tolist()
            if self._prior is None and mode is finish.WHOLE:
                self._nearness = style
            self._tell(style + tone + weight * content + gamut, style, content, weight * content, tone, gamut)

        calmed = None if self._temporal is None else partial(self._temporal.pace, shallow=mode is finish.DETAIL)
        finish.finish(objective, self._best, scale.evaluations, mode, pull, free, tell, self._beat, calmed)

    def _tell(self, loss: float, style: float, content: float, held: float, smoothing: float, gamut: float) -> None:
        """Tells of an evaluation, and obeys."""
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
            content_weight=held / content if content > 0 else 0.0,
            smoothing_loss=smoothing,
            gamut_loss=gamut,
        )
        self._trace.append(step)
        _obey(self._observe(LiveStep(**step.counts(), picture=self._picture)))

    def _beat(self, done: float) -> None:
        """After each tile: progress between two evaluations, and a chance to end."""
        if self._trace and done < 1:
            fraction = min(1.0, (self._spent + done * self._scale.cost) / self._cost)
            _obey(self._observe(LiveStep(**{**self._trace[-1].counts(), "fraction": fraction}, picture=self._picture)))

    def _picture(self) -> Pixels:
        """The best state; large ones smaller, as a preview must not take as much memory as the painting."""
        height, width = self._best.shape[-2:]
        factor = -(-max(height, width) // LARGEST_SHOWN)
        return self._seen(self._best if factor == 1 else F.avg_pool2d(self._best, (min(factor, height), min(factor, width))))

    def _sketch(self, began: float) -> None:
        """Keeps the end of a scale, where the task wants that."""
        longest = self._task.sketches
        if not longest:
            return
        width, height = self._scale.canvas
        factor = min(1.0, longest / max(self._scale.width, self._scale.height))  # the margin is cut off
        small = resized(self._best, max(1, round(width * factor)), max(1, round(height * factor))).clamp(0, 1)
        self._sketches.append(Sketch(self._index + 1, self._scale.width, self._scale.height, began, time.monotonic(), self._seen(small)))

    def _seen(self, state: Tensor) -> Pixels:
        """What people see of a state (1, 3, h, w) of any size."""
        shown = self._faded(state, resized(self._photo, *state.shape[:1:-1])).clamp(0, 1)
        return cropped(pixels(shown), round(self._margin * state.shape[-1] / self._photo.shape[-1]))
