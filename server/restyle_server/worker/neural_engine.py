"""Owns the way of an order through imaging and the stylizer: planes become pixels at work size, the painting becomes a plane again."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from restyle_engine import device as devices
from restyle_engine.feedforward.live_painter import GRID, REACH, LivePainter
from restyle_engine.feedforward.look import Look, UnusableLook, read_look
from restyle_engine.large.memory import FOLLOWED_PER_PIXEL, FULL_PER_PIXEL, estimate_bytes, largest_size
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
from restyle_imaging.planes.preview import rgba8
from restyle_imaging.resample.resize import resize
from restyle_imaging.resample.upsampling import upsampled

from .. import heap
from ..limits import MAX_PREVIEW
from ..records.live import LiveShape
from ..records.order import Order
from ..records.progress import Preview
from ..records.report import ScaleReport
from . import frames
from .checkpoints import Checkpoint
from .engine import FEATURES, Device, Estimate, JobFailure, LiveProgress, Observer, Painted
from .materials import StylePictures, blend_of, plane_of, task_of
from .shortage import Shortage

TILES = 8  # of a large picture, after which gaps that they leave in the heap go back: 1.5 GB of them in a step at 4096²; after each, it takes a fifth longer
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
        self._stylizer = Stylizer("cpu" if devices.device_kind(device_id) == "cpu" else device_id)  # cores of a processor are one device to torch

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
        return Estimate(needed, available, largest_size(order.parameters, width, height, available, self._kind))

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

    def look_painter(self, data: bytes) -> LookPainter:
        """Paints with a look's file. JobFailure: BAD_INPUT."""
        try:
            return LookPainter(read_look(data), "cpu" if self._kind == "cpu" else self._id)
        except UnusableLook as error:
            raise JobFailure("BAD_INPUT", str(error)) from error

    def _paint(self, order: Order, observe: Observer, between: Between) -> Painted:
        began = time.monotonic()
        resolved = order.parameters
        if min(order.content.width, order.content.height) < SMALLEST_SIDE:
            raise JobFailure("BAD_INPUT", f"The layer is smaller than {SMALLEST_SIDE} px on a side; take a larger one.")
        available = self._available(order) - _following(order)
        if estimate_bytes(resolved, order.content.width, order.content.height, available, self._kind) > available:
            raise self._out_of_memory(order)
        canvas = open_plane(plane_of(order.content))
        memory = available - round(order.content.width * order.content.height * FULL_PER_PIXEL)
        checkpoint = Checkpoint(order, self._id)
        task = replace(task_of(order, canvas, self._pictures), memory=memory, state=checkpoint.found())
        if order.frame is not None:
            task = replace(task, sequence=True, settings=frames.settings_of(task, order), previous=frames.previous_of(order), flow=self._flow)
        if order.painted is not None:
            return self._key(order, canvas, task)
        words = 0

        def told(step: LiveStep) -> Verdict:
            nonlocal words
            words += 1  # one a tile
            if words % TILES == 0 and max(step.width, step.height) > LARGEST_WHOLE:
                heap.give_back()
            return observe(self._progress(step, canvas, resolved, task.content))

        painting = self._stylizer.paint(task, told, between, checkpoint.keep)
        if resolved.size > LARGEST_WHOLE:
            heap.give_back()
        result = painting.rgb
        if resolved.color is Color.CONTENT and painting.evaluations:
            result = with_content_color(np.clip(result, 0, 1), task.content, resolved.color_mix)
        full = upsampled(canvas.rgb, task.content, result, canvas.alpha)
        plane = close_plane(canvas, full, blend_of(order))
        _keep(order, painting.frame)
        shown = partial(_shown, canvas=canvas, resolved=resolved, content=task.content)
        scales = tuple(_scale_report(sketch, painting, began, shown(sketch.picture)) for sketch in painting.sketches)
        warnings = (*_went_on(painting), *painting.warnings)
        return Painted(plane, painting.finished_early, warnings, scales)

    def _key(self, order: Order, canvas: Canvas, task: Task) -> Painted:
        """A frame that a person has painted: as it is."""
        at = frames.painted_of(order, canvas.width, canvas.height)
        _keep(order, framed(task, task.content, at(order.parameters.width, order.parameters.height), anew=True))
        return Painted(close_plane(canvas, at(canvas.width, canvas.height), blend_of(order)), False)

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

    def _progress(self, step: LiveStep, canvas: Canvas, resolved: Resolved, content: Pixels) -> LiveProgress:
        def preview(longest: int) -> Preview:
            return _shown(step.picture(), canvas, resolved, content, longest)

        return LiveProgress(**step.counts(), preview=preview)


class LookPainter:
    """One look on one device."""

    def __init__(self, look: Look, device_id: str) -> None:
        self._painter = LivePainter(device_id)
        self._painter.place(look)

    def paint(self, content: Pixels, x: int, y: int, strength: float) -> Pixels:
        """As worker/engine.py has it. JobFailure: OUT_OF_MEMORY."""
        try:
            return self._painter.paint(content, x, y, strength)
        except (torch.OutOfMemoryError, MemoryError) as error:
            raise JobFailure("OUT_OF_MEMORY", "There is not enough memory to paint live; close other programs, or wait until the painting is done.") from error


def _following(order: Order) -> int:
    """Bytes that an order takes for the paintings which it holds still with."""
    return round(order.parameters.width * order.parameters.height * FOLLOWED_PER_PIXEL) if order.previous else 0


def _keep(order: Order, frame: Frame | None) -> None:
    """Before the job ends, so that who follows it finds the frame. OSError."""
    if order.frame is not None and frame is not None:
        frames.write(order.frame, frame)


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
