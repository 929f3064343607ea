"""Owns a painting from task to picture: scale by scale the styles' statistics, then the finish, and what is larger than is painted whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .motion.prior import Prior, framed, prior, rounded
from .motion.update import taken_over
from .network.border import bordered, cropped
from .network.calibration import content_hash, network
from .network.vgg import Vgg
from .objective.color_transfer import counted_content, style_noise
from .objective.lines import lines
from .objective.reading import read
from .objective.regions import regions_of
from .objective.strength import strength_of
from .objective.targets import TargetCache
from .optim.plan import Scale, Stage, followed, plan, updated
from .parameters import Pooling, Precision
from .resizing import detail_transferred, pixels, planes, resized, tensor
from .stages import Stages
from .store import Store
from .task import Frame, Keep, Painting, Pixels, State, StepObserver, Task, forget
from .telling import Finished, Sight, Telling
from .verdict import Between, go_on

WARMING = 64  # px, side of what the network is warmed up with
SEEDED_NOISE = 0.1  # standard deviation of the noise on the content with which every seed but 0 begins: enough for strokes to fall elsewhere
NOISE_START = 0.25  # standard deviation of a start from noise, around mid-grey
DTYPES = {Precision.BF16: torch.bfloat16, Precision.FP32: torch.float32}


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
        scales = plan(p.width, p.height, p.preset, p.evaluations, p.seamless) if p.strength > 0 else ()
        if not scales and task.start is None:
            return Painting(task.content.copy(), 0, (), False, frame=framed(task, task.content, task.content, anew=True))
        before = prior(task, self._device) if task.previous else None
        if task.basis is not None:
            shown = strength_of(task, self._device).shown(p.width, p.height)
            before, scales = taken_over(task.content, task.basis, shown, self._device), updated(scales)
        elif before is not None:
            scales = () if before.complete else followed(scales)
        task = replace(task, kept=self._kept(task))
        vgg, name = self._network(task.weights, p.pooling, p.precision)
        painting = _Run(task, vgg, name, self._device, self._targets, scales, observe, between, keep, before).paint()
        return replace(painting, kept=task.kept)

    def read(self, content: Pixels, reader: Path) -> Pixels:
        """Where people read in a content (H, W, 3): faces and lettering, (H, W) in 0–1. reader: weights of vgg16. UnusableWeights."""
        return pixels(self._read(tensor(content, self._device).clamp(0, 1), reader))[..., 0]

    def _read(self, photo: Tensor, reader: Path, asked: Tensor | None = None) -> Tensor:
        vgg = network(reader, Pooling.AVERAGE, self._store)
        if self._device.type != "cpu":  # where it would be given quick filters, which take longer to make than this takes
            vgg = vgg.placed(self._device, torch.float32)
        return read(vgg, photo, asked)

    def _kept(self, task: Task) -> Pixels | None:
        """How far each place is to stay legible; None: nothing is there, or nobody asked."""
        share = task.parameters.legibility / 100
        if task.kept is not None or task.reader is None or share == 0 or task.textured:
            return task.kept
        height, width = task.content.shape[:2]
        down, across = height // 4 * task.parameters.seamless.down, width // 4 * task.parameters.seamless.across  # a face goes on round the border
        around = [(down, down), (across, across)]
        photo = tensor(np.pad(task.content, [*around, (0, 0)], mode="wrap"), self._device).clamp(0, 1)
        asked = None if task.basis is None else tensor(np.pad(task.basis.moves, around, mode="wrap"), self._device)  # in an update, what stays has been read
        kept = lines(photo, self._read(photo, task.reader, asked))
        found = np.ascontiguousarray(pixels(kept)[down : down + height, across : across + width, 0])
        return found * np.float32(share) if found.any() else None

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


class _Run:
    """One painting on its way: its scales in their order, and what they share."""

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
        height, width = task.content.shape[:2]
        said = regions_of(task, width, height, device).counted
        self._scales = scales if said else ()  # where nobody has a say, nothing is painted, nor made small on the way
        self._device, self._observe, self._between, self._keep = device, observe, between, keep
        self._seamless = task.parameters.seamless
        self._margins = self._scales[-1].margins if self._scales else (0, 0)
        wider = bordered(task, self._margins)
        self._photo = tensor(wider.content, device).clamp(0, 1)
        self._prior = None if before is None else before.bordered(self._margins)
        self._task = replace(wider, content=task.content)  # a large one is not kept twice
        self._strength = strength_of(self._task, device)
        self._stages = Stages(self._task, vgg, name, device, targets)

    def paint(self) -> Painting:
        height, width = self._photo.shape[-2:]
        counts = self._task.styles and self._scales and not self._task.textured
        self._content = counted_content(self._task, self._photo) if counts else self._photo
        self._reference = self._referred()
        self._state = self._taken_up()
        sight = Sight(self._photo, self._strength, self._margins)
        self._telling = Telling(self._scales, self._state, self._start(), sight, self._task.sketches, self._observe, self._between)
        finished = self._paint_scales(0 if self._state is None else self._state.done)
        self._telling.accept(self._transferred(width, height))
        frame = self._framed()
        painted = self._task.content + sight.change(self._telling.best)  # what the clip took from very bright and very dark pixels is added back
        trace = tuple(self._telling.trace)
        return Painting(painted, len(trace), trace, finished, sketches=tuple(self._telling.sketches), frame=frame)

    def _paint_scales(self, done: int) -> bool:
        """Paints those that are left; whether the observer had it finished before the end."""
        try:
            for index, scale in enumerate(self._scales[done:], done):
                with self._telling.scale(index):
                    self._paint_scale(index, scale)
                    if index + 1 < len(self._scales):
                        self._keep(State(index + 1, planes(self._telling.best), scale.width, scale.height, self._nearness(), self._telling.last))
        except Finished:
            return True
        return False

    def _paint_scale(self, index: int, scale: Scale) -> None:
        width, height = scale.canvas
        self._telling.accept(self._transferred(width, height))
        temporal = None if self._prior is None else self._prior.at(width, height, self._seamless)
        if temporal is not None:
            self._telling.accept(temporal.kept(self._telling.best))
        if scale.stage is Stage.DETAIL and index + 1 == len(self._scales):
            self._content = self._reference = self._photo  # nobody asks for either any more, and a large picture's are let go
        finer = sum(one.stage is Stage.MOMENTS for one in self._scales[index + 1 :])
        self._stages.paint(scale, finer, self._content, self._telling, temporal)

    def _taken_up(self) -> State | None:
        """The task's state, if it is of these scales."""
        state = self._task.state
        if state is None or not 0 < state.done < len(self._scales):
            return None
        return state if state.best.shape == (3, *self._scales[state.done - 1].canvas[::-1]) else None

    def _nearness(self) -> float:
        """The style's loss at the end of the finish, in the frame that began the scene; 0: not known yet."""
        if self._prior is not None:
            return self._prior.nearness
        near = [step.style_loss for step in self._telling.trace if self._scales[step.scale - 1].stage is Stage.FINISH]
        if near:
            return near[-1]
        return 0.0 if self._state is None else self._state.nearness

    def _framed(self) -> Frame | None:
        """What later frames need of this one, which from here on is no more exact than they will have it: equal frames give equal bytes."""
        if not self._task.sequence:
            return None
        self._telling.accept(rounded(self._telling.best))
        photo = self._task.content if self._prior is None else cropped(pixels(self._prior.anchor), self._margins)
        return framed(self._task, photo, cropped(pixels(self._telling.best), self._margins), anew=self._prior is None, nearness=self._nearness())

    def _referred(self) -> Tensor:
        """The picture at the work's size whose details are taken along from scale to scale."""
        if self._prior is not None:
            return self._prior.begun(self._content)
        start, height, width = self._task.start, *self._photo.shape[-2:]
        if start is None:
            return self._content
        return (
            torch.zeros_like(self._content)
            if isinstance(start, str)
            else resized(tensor(start, self._device).clamp(0, 1), width, height, self._seamless).clamp(0, 1)
        )

    def _start(self) -> Tensor:
        """Where the first scale that is left begins."""
        task = self._task
        if self._state is not None:
            return torch.from_numpy(self._state.best)[None].to(self._device)
        if self._prior is not None or not (task.start is None or isinstance(task.start, str)):
            return self._reference
        width, height = self._scales[0].canvas if self._scales else self._content.shape[:1:-1]
        generator = torch.Generator().manual_seed(task.parameters.seed)
        noise = torch.randn(1, 3, height, width, generator=generator).to(self._device)
        if task.start is None:
            small = resized(self._content, width, height, self._seamless).clamp(0, 1)
            amount = task.noise or (SEEDED_NOISE if task.parameters.seed else 0.0)
            return small if amount == 0 else (small + amount * noise).clamp(0, 1)
        return style_noise(task, noise) if task.textured else (0.5 + NOISE_START * noise).clamp(0, 1)

    def _transferred(self, width: int, height: int) -> Tensor:
        """The best state so far at another size. The details of an earlier result are paint, and go along as they are."""
        painted = self._task.start is not None or (self._prior is not None and self._task.basis is None)  # in an update, what is not new is kept anyway
        kept = None if painted else self._strength.textured()
        return detail_transferred(self._telling.best, self._reference, width, height, kept, self._seamless)
