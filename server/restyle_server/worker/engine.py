"""Owns the seam between the server and whatever paints: the engine's interface and what it reports. Imports no torch.

    Engine.paint(order, observe) calls observe(progress) after every loss evaluation and obeys the verdict that it returns.
    The neural engine and the tests' FakeEngine stand behind the same interface.

Errors of an engine (JobFailure and its reason become Job.error; anything else becomes INTERNAL):
    JobFailure(reason, message)   OUT_OF_MEMORY, BAD_INPUT, WEIGHTS_UNUSABLE …
    Cancelled                     the observer said CANCEL
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from restyle_engine.large import sizing
from restyle_engine.parameters import SMALLEST_SIDE, Parameters, Resolved, resolve
from restyle_engine.step import Step
from restyle_engine.verdict import Between, Verdict, go_on
from restyle_imaging.planes.formats import Plane

from ..records.lesson import LessonOrder
from ..records.order import AskedOrder, Order
from ..records.progress import Preview
from ..records.report import ScaleReport

if TYPE_CHECKING:
    from restyle_engine.task import Pixels  # numpy: only for those who paint


@dataclass(frozen=True, slots=True)
class LiveProgress(Step):
    """What an observer is told. `preview(longest_side)` makes one of the state now, and is only valid during the call of the observer. style_scales: sizes of
    the strokes, of the order's styles in theirs."""

    preview: Callable[[int], Preview] | None = None
    style_scales: tuple[float, ...] = ()


Observer = Callable[[LiveProgress], Verdict]


@dataclass(frozen=True, slots=True)
class Device:
    id: str  # "cpu", "cuda:0", "mps"
    kind: str  # "cpu", "cuda", "mps"
    name: str
    memory_total: int  # bytes
    memory_available: int
    bf16: bool  # whether it is faster with bf16


def resolved(order: AskedOrder, device: Device, throughput: sizing.Throughput = sizing.unknown) -> Order:
    """The order with every choice made, for this device. throughput: what is known of it."""
    content = order.content
    return order.resolved(sizing.resolved(order.parameters, content.width, content.height, device.kind, device.bf16, throughput))


LESSON_SIZE = 512  # px, longest side of the photographs that a look is learned on
PAINTING_SIZE = 1024  # px, same of a layer and its painting: their strokes as they are, as far as measuring them takes seconds


def resolved_lesson(lesson: LessonOrder, device: Device) -> Resolved:
    """A lesson's parameters, every choice made, for this device; evaluations: the steps. Photographs are as large as a square of the size."""
    asked = lesson.parameters
    if lesson.painting is None or lesson.content is None:
        width = height = size = asked.size or LESSON_SIZE
    else:
        width, height, size = lesson.content.width, lesson.content.height, asked.size or PAINTING_SIZE
    return replace(resolve(replace(asked, size=size), width, height, device.kind, device.bf16), evaluations=lesson.steps)


def usual(device: Device) -> Resolved:
    """What most jobs will want of this device, but for their sizes."""
    return resolve(Parameters(), SMALLEST_SIDE, SMALLEST_SIDE, device.kind, device.bf16)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an order would need of its device. The time is learned by the front end (devices/throughput.py), from every engine alike."""

    memory_bytes: int
    memory_available: int
    largest_size: int  # px, longest side of the work that fits
    style_scales: tuple[float, ...] = ()  # sizes of the strokes, of the order's styles in theirs; empty where that of a style's picture is not known


@dataclass(frozen=True, slots=True)
class Painted:
    """plane: the result in the very format, size and profile of the content. scales: for orders that want a report, coarsest first; legible: for those,
    where lines were kept because people read there, white on black; None: nowhere."""

    plane: Plane
    finished_early: bool
    warnings: tuple[str, ...] = ()
    scales: tuple[ScaleReport, ...] = ()
    legible: Preview | None = None


class JobFailure(Exception):
    """The job can't be painted. reason: an upper-case word of restyle.proto's JobError; message: a sentence with what to do next."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


FEATURES = (
    *("color", "crop", "masks", "reading", "seamless", "sequence", "several_styles", "start", "strength_map", "style_masks", "symmetry", "texture"),
    *("wasserstein", "live", "learn"),
)
"""The optional parts of the API, by the names that ServerInfo.features uses. An engine that lacks one fails such jobs with UNIMPLEMENTED."""


class LookPainter(Protocol):
    """Paints with one look."""

    def paint(self, content: Pixels, x: int, y: int, strength: float, period: tuple[int, int]) -> Pixels:
        """A rectangle of a canvas, (h, w, 3) float32 in 0–1, which begins at x, y there. strength: 0–100. period: px, right and down, after which
        the canvas repeats; 0: it doesn't. What is within reach of an edge that isn't the canvas's own is not as in the whole picture."""
        ...


class LookLearner(Protocol):
    """Learns one look, a step at a time. JobFailure from each of its methods."""

    @property
    def begun(self) -> bool:
        """Whether what it learns from has been read, so that there is a look."""
        ...

    @property
    def done(self) -> bool: ...

    def step(self, go_on: Callable[[], bool]) -> Step | None:
        """Does one step, or a part of what comes before the first; None: nothing can be told of it yet. go_on: asked within long parts; when it says no, the
        part is abandoned, and done by the next call."""
        ...

    def state(self) -> bytes:
        """To go on from, in another process too."""
        ...

    def look(self) -> bytes:
        """The file of what is learned so far. Only when it has begun."""
        ...

    def preview(self, longest: int) -> Preview:
        """How it paints so far; longest: px. Only when it has begun."""
        ...


class Engine(Protocol):
    """What paints. `estimate` is called from another thread, also while `paint` runs, and opens none of the order's files. `paint` calls `between` from one
    scale to the next and obeys it like the observer.

    An engine may have an attribute `features`: those of FEATURES that it fills; and a method `prepare(folder, weights, parameters, flow)`, called before
    the first order, which keeps what is costly to make in the folder, loads the weights (a path, or None) as most orders will want them, and follows frames by
    the weights of RAFT `flow` (same). One that paints live has an attribute `live`, a LiveShape, and a method `look_painter(data)`, which makes a LookPainter
    of a look's file: JobFailure when it can't be used. One that follows a camera has a method `follow(before, now)`: the px, right and down, that it has
    gone between two frames, (h, w, 3) float32; None when they show two scenes. JobFailure, UNIMPLEMENTED where nothing finds the way. One that
    learns looks has a method `learner(lesson, parameters, state)`, which makes a LookLearner of a lesson and what an earlier one had come to, in no time; a
    state that is no use is as none."""

    def device(self) -> Device: ...
    def estimate(self, order: Order) -> Estimate: ...
    def paint(self, order: Order, observe: Observer, between: Between = go_on) -> Painted: ...
