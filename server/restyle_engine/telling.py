"""Owns what is told of a painting on its way: the best state so far, a step after each evaluation, what people see of it; and obeys what is answered."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

from .network.border import Margins, cropped
from .objective.strength import Strength
from .optim.plan import Scale
from .resizing import pixels, resized
from .step import Step
from .task import LiveStep, Pixels, Sketch, State, StepObserver
from .verdict import Between, Cancelled, Verdict

LARGEST_SHOWN = 1024  # px, longest side of the pictures that an observer gets


class Finished(Exception):
    """The observer said FINISH."""


@dataclass(frozen=True, slots=True)
class Losses:
    """What an evaluation found, as Step has it. held: what the content's loss costs."""

    loss: float
    style: float
    content: float
    held: float
    smoothing: float
    gamut: float


class Sight:
    """What people see of a painting's states."""

    def __init__(self, photo: Tensor, strength: Strength, margins: Margins) -> None:
        """photo: (1, 3, h, w), with the margins, that nobody sees."""
        self._photo, self._strength, self._margins = photo, strength, margins

    def seen(self, state: Tensor) -> Pixels:
        """A state (1, 3, h, w) of any size."""
        shown = self._faded(state, resized(self._photo, *state.shape[:1:-1])).clamp(0, 1)
        across, down = (round(margin * state.shape[-1] / self._photo.shape[-1]) for margin in self._margins)
        return cropped(pixels(shown), (across, down))

    def change(self, state: Tensor) -> Pixels:
        """What a state of the photo's size changes in it."""
        return cropped(pixels(self._faded(state, self._photo) - self._photo), self._margins)

    def _faded(self, state: Tensor, photo: Tensor) -> Tensor:
        """Over the photo at its size."""
        shown = self._strength.shown(*state.shape[:1:-1]).to(photo)
        return state if bool((shown == 1).all()) else photo + shown * (state - photo)


class Telling:
    """One painting, as its observer follows it."""

    def __init__(
        self, scales: Sequence[Scale], before: State | None, best: Tensor, sight: Sight, longest_sketch: int, observe: StepObserver, between: Between
    ) -> None:
        """before: what was painted earlier; None: nothing. best: the state (1, 3, h, w) to begin with. longest_sketch: px, longest side of the picture that is
        kept of each scale's end; 0: none is. observe: asked after each evaluation and tile. between: asked before each scale but the first."""
        done = 0 if before is None else before.done
        self.best = best
        self.last = None if before is None else before.last
        self.trace: list[Step] = []
        self.sketches: list[Sketch] = []
        self._scales, self._first, self._sight, self._longest_sketch = scales, done, sight, longest_sketch
        self._observe, self._between = observe, between
        self._skipped = sum(scale.evaluations for scale in scales[:done])
        self._spent = sum(scale.cost * scale.evaluations for scale in scales[:done])
        self._cost = sum(scale.cost * scale.evaluations for scale in scales)

    @contextmanager
    def scale(self, index: int) -> Iterator[None]:
        """While a scale is painted; a sketch is kept of its end, early or not."""
        if index > self._first:
            _obey(self._between())
        self._index, self._scale = index, self._scales[index]
        began = time.monotonic()
        try:
            yield
        except Finished:
            self._sketch(began)
            raise
        self._sketch(began)

    def accept(self, picture: Tensor) -> None:
        """From now on this is the best state."""
        self.best = picture

    def tell(self, losses: Losses) -> None:
        """After each evaluation."""
        self._spent += self._scale.cost
        step = Step(
            scale=self._index + 1,
            scales=len(self._scales),
            width=self._scale.width,
            height=self._scale.height,
            step=self._skipped + len(self.trace) + 1,
            steps=sum(scale.evaluations for scale in self._scales),
            fraction=min(1.0, self._spent / self._cost),
            loss=losses.loss,
            content_loss=losses.content,
            style_loss=losses.style,
            content_weight=losses.held / losses.content if losses.content > 0 else 0.0,
            smoothing_loss=losses.smoothing,
            gamut_loss=losses.gamut,
        )
        self.trace.append(step)
        self.last = step
        _obey(self._observe(LiveStep(**step.counts(), picture=self._picture)))

    def beat(self, done: float) -> None:
        """After each tile: progress between two evaluations, and a chance to end. done: 0–1 of the evaluation."""
        if self.last is not None and done < 1:
            fraction = min(1.0, (self._spent + done * self._scale.cost) / self._cost)
            _obey(self._observe(LiveStep(**{**self.last.counts(), "fraction": fraction}, picture=self._picture)))

    def _picture(self) -> Pixels:
        """The best state; large ones smaller, as a preview must not take as much memory as the painting."""
        height, width = self.best.shape[-2:]
        factor = -(-max(height, width) // LARGEST_SHOWN)
        return self._sight.seen(self.best if factor == 1 else F.avg_pool2d(self.best, (min(factor, height), min(factor, width))))

    def _sketch(self, began: float) -> None:
        """Keeps the end of a scale, where the task wants that."""
        if not self._longest_sketch:
            return
        width, height = self._scale.canvas
        factor = min(1.0, self._longest_sketch / max(self._scale.width, self._scale.height))  # the margin is cut off
        small = resized(self.best, max(1, round(width * factor)), max(1, round(height * factor))).clamp(0, 1)
        self.sketches.append(Sketch(self._index + 1, self._scale.width, self._scale.height, began, time.monotonic(), self._sight.seen(small)))


def _obey(verdict: Verdict) -> None:
    """Cancelled or Finished, where that is the answer."""
    if verdict is Verdict.CANCEL:
        raise Cancelled
    if verdict is Verdict.FINISH:
        raise Finished
