"""Owns the seam between the server and whatever paints: the engine's interface and what it reports. Imports no torch.

    Engine.paint(order, observe) calls observe(progress) after every loss evaluation and obeys the verdict that it returns.
    The neural engine and the tests' FakeEngine stand behind the same interface.

Errors of an engine (JobFailure and its reason become Job.error; anything else becomes INTERNAL):
    JobFailure(reason, message)   OUT_OF_MEMORY, BAD_INPUT, WEIGHTS_UNUSABLE …
    Cancelled                     the observer said CANCEL
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from restyle_engine.large import sizing
from restyle_engine.parameters import SMALLEST_SIDE, Parameters, Resolved, resolve
from restyle_engine.step import Step
from restyle_engine.verdict import Between, Verdict, go_on
from restyle_imaging.planes.formats import Plane

from ..records.order import AskedOrder, Order
from ..records.progress import Preview
from ..records.report import ScaleReport

if TYPE_CHECKING:
    from restyle_engine.task import Pixels  # numpy: only for those who paint


@dataclass(frozen=True, slots=True)
class LiveProgress(Step):
    """What an observer is told. `preview(longest_side)` makes one of the state now, and is only valid during the call of the observer."""

    preview: Callable[[int], Preview] | None = None


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


def usual(device: Device) -> Resolved:
    """What most jobs will want of this device, but for their sizes."""
    return resolve(Parameters(), SMALLEST_SIDE, SMALLEST_SIDE, device.kind, device.bf16)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an order would need of its device. The time is learned by the front end (devices/throughput.py), from every engine alike."""

    memory_bytes: int
    memory_available: int
    largest_size: int  # px, longest side of the work that fits


@dataclass(frozen=True, slots=True)
class Painted:
    """plane: the result in the very format, size and profile of the content. scales: for orders that want a report, coarsest first."""

    plane: Plane
    finished_early: bool
    warnings: tuple[str, ...] = ()
    scales: tuple[ScaleReport, ...] = ()


class JobFailure(Exception):
    """The job can't be painted. reason: an upper-case word of restyle.proto's JobError; message: a sentence with what to do next."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


FEATURES = ("color", "crop", "masks", "sequence", "several_styles", "start", "strength_map", "style_masks", "symmetry", "wasserstein", "live")
"""The optional parts of the API, by the names that ServerInfo.features uses. An engine that lacks one fails such jobs with UNIMPLEMENTED."""


class LookPainter(Protocol):
    """Paints with one look."""

    def paint(self, content: Pixels, x: int, y: int, strength: float) -> Pixels:
        """A rectangle of a canvas, (h, w, 3) float32 in 0–1, which begins at x, y there, on the grid. strength: 0–100. What is within reach of an edge that
        isn't the canvas's own is not as in the whole picture."""
        ...


class Engine(Protocol):
    """What paints. `estimate` is called from another thread, also while `paint` runs, and opens none of the order's files. `paint` calls `between` from one
    scale to the next and obeys it like the observer.

    An engine may have an attribute `features`: those of FEATURES that it fills; and a method `prepare(folder, weights, parameters, flow)`, called before
    the first order, which keeps what is costly to make in the folder, loads the weights (a path, or None) as most orders will want them, and follows frames by
    the weights of RAFT `flow` (same). One that paints live has an attribute `live`, a LiveShape, and a method `look_painter(data)`, which makes a LookPainter
    of a look's file: JobFailure when it can't be used."""

    def device(self) -> Device: ...
    def estimate(self, order: Order) -> Estimate: ...
    def paint(self, order: Order, observe: Observer, between: Between = go_on) -> Painted: ...
