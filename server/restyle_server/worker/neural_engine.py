"""Owns the way of an order through imaging and the stylizer: planes become pixels at work size, the painting becomes a plane again."""

from __future__ import annotations

import time
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from restyle_engine import device as devices
from restyle_engine.feedforward.live_painter import GRID, REACH, LivePainter
from restyle_engine.feedforward.look import Look, UnusableLook, read_look
from restyle_engine.large.memory import FOLLOWED_PER_PIXEL, FULL_PER_PIXEL, estimate_bytes, largest_size
from restyle_engine.motion.camera import gone
from restyle_engine.motion.flow import FlowMissing
from restyle_engine.motion.prior import framed
from restyle_engine.motion.raft import UnusableFlow
from restyle_engine.network.vgg import UnusableWeights
from restyle_engine.optim.plan import LARGEST_WHOLE
from restyle_engine.parameters import SMALLEST_SIDE, Color, Resolved
from restyle_engine.stylizer import Stylizer
from restyle_engine.task import Frame, LiveStep, Painting, Pixels, Sketch, Task
from restyle_engine.verdict import Between, Verdict, go_on
from restyle_imaging import extra
from restyle_imaging.color.oklab import with_content_color
from restyle_imaging.errors import ImagingError, PictureError
from restyle_imaging.planes.canvas import Canvas, close_plane, open_plane
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat, Plane
from restyle_imaging.planes.preview import rgba8
from restyle_imaging.resample.resize import resize, resize_visible

from .. import heap
from ..limits import MAX_PREVIEW
from ..records.lesson import LessonOrder
from ..records.live import LiveShape
from ..records.order import Order
from ..records.progress import Preview
from ..records.report import ScaleReport
from ..weights.catalogue import SHIPPED
from . import around, frames, updating
from .checkpoints import Checkpoint
from .engine import FEATURES, Device, Estimate, JobFailure, LiveProgress, Observer, Painted
from .lessons import NeuralLearner
from .materials import StylePictures, blend_of, plane_of, strokes_of, task_of
from .shortage import Shortage

TILES = 4  # of a large picture, after which gaps that they leave in the heap go back: 700 MB grow in eight; after each, it takes a fifth longer
LIVE_SHORTAGE = "There is not enough memory to paint live; close other programs, or wait until the painting is done."
UPDATED_PER_PIXEL = 60.0  # bytes per pixel of the layer: the content and the painting as they were, and what is mixed of them
FITS = 0.9  # share of the free memory that a painting may be planned with: others run on the machine too


class NeuralEngine:
    """Paints orders on one device, by VGG's features. features: words of ServerInfo, what it can do beyond one style on one layer."""

    features = FEATURES
    live = LiveShape(GRID, REACH)

    def __init__(self, device_id: str = "cpu") -> None:
        self._id = device_id
        self._kind = devices.device_kind(device_id)
        self._pictures = StylePictures()
        self._flow: Path | None = None  # weights of RAFT
        self._torch_id = "cpu" if self._kind == "cpu" else device_id  # cores of a processor are one device to torch
        self._stylizer = Stylizer(self._torch_id)
        # whose scales it goes on with: one core is as another, one card as another, but many threads add up otherwise than one
        self._alike = "core" if self._kind == "cpu" and device_id != "cpu" else self._kind

    def prepare(self, folder: Path, weights: Path | None, parameters: Resolved, flow: Path | None = None) -> None:
        """Keeps what is costly to measure in the folder; follows frames by the weights of RAFT `flow`, if they are given; loads the weights with the
        parameters' pooling and precision, and runs them once. UnusableWeights."""
        self._flow = flow
        self._stylizer.keep_in(folder)
        if weights is not None:
            self._stylizer.warm_up(weights, parameters.pooling, parameters.precision)

    def device(self) -> Device:
        """The device and its memory now."""
        total, available = devices.memory(self._id)
        return Device(self._id, self._kind, devices.device_name(self._id), total, available, devices.prefers_bf16(self._id))

    def estimate(self, order: Order) -> Estimate:
        """Memory and largest size, without looking at any pixel."""
        width, height = order.content.width, order.content.height
        available = self._available(order)
        needed = estimate_bytes(order.parameters, width, height, available, self._kind) + _following(order)
        return Estimate(needed, available, largest_size(order.parameters, width, height, available, self._kind), strokes_of(order))

    def paint(self, order: Order, observe: Observer, between: Between = go_on) -> Painted:
        """Paints an order. JobFailure: OUT_OF_MEMORY, BAD_INPUT, WEIGHTS_UNUSABLE. Cancelled when the observer says so."""
        try:
            return self._paint(order, observe, between)
        except (ImagingError, PictureError) as error:
            raise JobFailure("BAD_INPUT", error.message) from error
        except (UnusableWeights, UnusableFlow) as error:
            raise JobFailure("WEIGHTS_UNUSABLE", str(error)) from error
        except FlowMissing as error:
            raise JobFailure("UNIMPLEMENTED", extra.missing("Frames that hold still").message) from error
        except (torch.OutOfMemoryError, MemoryError) as error:
            raise self._out_of_memory(order) from error
        except RuntimeError as error:
            if "can't allocate memory" not in str(error):  # torch's own words on a CPU, where it has no type for it
                raise
            raise self._out_of_memory(order) from error

    def learner(self, lesson: LessonOrder, parameters: Resolved, state: bytes | None) -> NeuralLearner:
        """Learns a look, from where the state ends."""
        return NeuralLearner(lesson, parameters, self._torch_id, self._pictures, state)

    def look_painter(self, data: bytes) -> LookPainter:
        """Paints with a look's file. JobFailure: BAD_INPUT."""
        try:
            return LookPainter(read_look(data), self._torch_id)
        except UnusableLook as error:
            raise JobFailure("BAD_INPUT", str(error)) from error

    def follow(self, before: Pixels, now: Pixels) -> tuple[float, float] | None:
        """As worker/engine.py has it. JobFailure: UNIMPLEMENTED without OpenCV, WEIGHTS_UNUSABLE, OUT_OF_MEMORY."""
        try:
            return gone(now, before, self._flow)
        except UnusableFlow as error:
            raise JobFailure("WEIGHTS_UNUSABLE", str(error)) from error
        except FlowMissing as error:
            raise JobFailure("UNIMPLEMENTED", extra.missing("Strokes that go along with what moves").message) from error
        except (torch.OutOfMemoryError, MemoryError) as error:
            raise JobFailure("OUT_OF_MEMORY", LIVE_SHORTAGE) from error

    def _paint(self, order: Order, observe: Observer, between: Between) -> Painted:
        began = time.monotonic()
        resolved = order.parameters
        if min(order.content.width, order.content.height) < SMALLEST_SIDE:
            raise JobFailure("BAD_INPUT", f"The layer is smaller than {SMALLEST_SIDE} px on a side; take a larger one.")
        available = self._available(order) - _following(order)
        if estimate_bytes(resolved, order.content.width, order.content.height, available, self._kind) > available:
            raise self._out_of_memory(order)
        canvas = open_plane(plane_of(order.content))
        if order.reading:
            return self._read(order, canvas)
        memory = available - round(order.content.width * order.content.height * FULL_PER_PIXEL)
        checkpoint = Checkpoint(order, self._alike)
        task = replace(task_of(order, canvas, self._pictures, frames.scales_of(order)), memory=memory, state=checkpoint.found())
        if order.frame is not None:
            task = replace(task, sequence=True, settings=frames.settings_of(task, order), previous=frames.previous_of(order), flow=self._flow)
        if order.painted is not None:
            return self._key(order, canvas, task)
        update = None if order.basis is None else updating.updated(order.basis, canvas, task)
        if update is not None:
            if update.task is None:
                return Painted(update.painting, False, (updating.NOTHING,))
            task = update.task
        words = 0

        def told(step: LiveStep) -> Verdict:
            nonlocal words
            words += 1  # one a tile
            if words % TILES == 0 and max(step.width, step.height) > LARGEST_WHOLE:
                heap.give_back()
            return observe(self._progress(step, canvas, resolved, task))

        tiled = resolved.size > LARGEST_WHOLE
        with heap.tiles_alone() if tiled and self._kind == "cpu" else nullcontext():
            painting = self._stylizer.paint(task, told, between, checkpoint.keep)
        if tiled:
            heap.give_back()
        result = painting.rgb
        if resolved.color is Color.CONTENT and painting.evaluations:
            recolored = partial(with_content_color, mix=resolved.color_mix)
            result = around.same(recolored, resolved.seamless, np.clip(result, 0, 1), task.content)
        full = around.enlarged(resolved.seamless, canvas.rgb, task.content, result, canvas.alpha)
        plane = close_plane(canvas, full, blend_of(order))
        plane = plane if update is None else update.placed(canvas, plane)
        _keep(order, painting.frame, task)
        shown = partial(_shown, canvas=canvas, resolved=resolved, content=task.content)
        scales = tuple(_scale_report(sketch, painting, began, shown(sketch.picture)) for sketch in painting.sketches)
        whole = (updating.ALL,) if order.basis is not None and update is None else ()
        warnings = (*_went_on(painting), *whole, *painting.warnings)
        read = painting.kept if order.report else None
        legible = None if read is None else Preview(*rgba8(np.repeat(read[..., None], 3, axis=-1), None, MAX_PREVIEW))
        return Painted(plane, painting.finished_early, warnings, scales, legible)

    def _key(self, order: Order, canvas: Canvas, task: Task) -> Painted:
        """A frame that a person has painted: as it is."""
        at = frames.painted_of(order, canvas.width, canvas.height)
        _keep(order, framed(task, task.content, at(order.parameters.width, order.parameters.height), anew=True), task)
        return Painted(close_plane(canvas, at(canvas.width, canvas.height), blend_of(order)), False)

    def _read(self, order: Order, canvas: Canvas) -> Painted:
        """Where people read, as a mask."""
        content, _ = resize_visible(canvas.rgb, canvas.alpha, order.parameters.width, order.parameters.height)
        found = resize(self._stylizer.read(content, SHIPPED), canvas.width, canvas.height).clip(0, 1)
        data = np.rint(found * 255).astype(np.uint8).tobytes()
        return Painted(Plane(PixelFormat(Channels.GRAY, Depth.U8), canvas.width, canvas.height, data), False)

    def _free(self) -> int:
        return int(devices.memory(self._id)[1] * FITS)

    def _available(self, order: Order) -> int:
        limit = order.parameters.memory_limit
        return self._free() if limit is None else min(self._free(), limit)

    def _out_of_memory(self, order: Order) -> JobFailure:
        resolved = order.parameters
        width, height = order.content.width, order.content.height
        fits = min(largest_size(resolved, width, height, self._available(order), self._kind), max(resolved.size - 1, 0))
        least = estimate_bytes(resolved, width, height, 0, self._kind)
        return Shortage(resolved.size, least, resolved.memory_limit, self._free(), fits if fits >= SMALLEST_SIDE else 0, self._id).failure

    def _progress(self, step: LiveStep, canvas: Canvas, resolved: Resolved, task: Task) -> LiveProgress:
        def preview(longest: int) -> Preview:
            return _shown(step.picture(), canvas, resolved, task.content, longest)

        return LiveProgress(**step.counts(), preview=preview, style_scales=tuple(style.scale for style in task.styles))


class LookPainter:
    """One look on one device."""

    def __init__(self, look: Look, device_id: str) -> None:
        self._painter = LivePainter(device_id)
        self._painter.place(look)

    def paint(self, content: Pixels, x: int, y: int, strength: float, period: tuple[int, int]) -> Pixels:
        """As worker/engine.py has it. JobFailure: OUT_OF_MEMORY."""
        try:
            return self._painter.paint(content, x, y, strength, period)
        except (torch.OutOfMemoryError, MemoryError) as error:
            raise JobFailure("OUT_OF_MEMORY", LIVE_SHORTAGE) from error


def _following(order: Order) -> int:
    """Bytes that an order takes for the paintings which it holds still with, or which it updates."""
    if order.basis is not None:
        return round(order.content.width * order.content.height * UPDATED_PER_PIXEL)
    return round(order.parameters.width * order.parameters.height * FOLLOWED_PER_PIXEL) if order.previous else 0


def _keep(order: Order, frame: Frame | None, task: Task) -> None:
    """Before the job ends, so that who follows it finds the frame. OSError."""
    if order.frame is not None and frame is not None:
        frames.write(order.frame, frame, tuple(style.scale for style in task.styles))


def _shown(rgb: Pixels, canvas: Canvas, resolved: Resolved, content: Pixels, longest: int = MAX_PREVIEW) -> Preview:
    """A state of the painting as people see it: with the content's colours where they are wanted, and its alpha. longest: px."""
    height, width = rgb.shape[:2]
    if resolved.color is Color.CONTENT:
        rgb = with_content_color(rgb, resize(content, width, height), resolved.color_mix)
    alpha = None if canvas.alpha is None else resize(canvas.alpha, width, height, "area")
    return Preview(*rgba8(rgb, alpha, longest))


def _went_on(painting: Painting) -> tuple[str, ...]:
    """A sentence about the scales that an earlier job had completed."""
    first = painting.trace[0] if painting.trace else None
    if first is None or first.step == 1:
        return ()
    return (f"This job went on where an earlier one had ended, with {first.width} × {first.height} px.",)


def _scale_report(sketch: Sketch, painting: Painting, began: float, picture: Preview) -> ScaleReport:
    evaluations = sum(step.scale == sketch.scale for step in painting.trace)
    return ScaleReport(sketch.scale, sketch.width, sketch.height, evaluations, sketch.began - began, sketch.ended - sketch.began, picture)


def engine(device_id: str) -> NeuralEngine:
    """The engine of a device: "cpu", "cuda:0", "mps", or "auto" for the best there is."""
    return NeuralEngine(devices.device_ids()[0] if device_id == "auto" else device_id)


__all__ = ["NeuralEngine", "Verdict", "engine"]
