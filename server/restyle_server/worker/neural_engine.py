"""Owns the way of an order through imaging and the stylizer: planes become pixels at work size, the painting becomes a plane again."""

from __future__ import annotations

import time
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from restyle_engine import device as devices
from restyle_engine.large import sizing
from restyle_engine.large.memory import FOLLOWED_PER_PIXEL, FULL_PER_PIXEL, estimate_bytes, largest_size
from restyle_engine.motion.flow import FlowMissing
from restyle_engine.motion.prior import framed
from restyle_engine.network.vgg import UnusableWeights
from restyle_engine.parameters import DEFAULT_SIZE, SMALLEST_SIDE, Color, Parameters, Resolved, resolve
from restyle_engine.stylizer import Stylizer
from restyle_engine.task import Frame, Painting, Pixels, Sketch, Step, Task
from restyle_engine.verdict import Between, Verdict, go_on
from restyle_imaging.color.oklab import with_content_color
from restyle_imaging.errors import ImagingError, PictureError
from restyle_imaging.planes.canvas import Canvas, close_plane, open_plane
from restyle_imaging.planes.preview import rgba8
from restyle_imaging.resample.resize import resize
from restyle_imaging.resample.upsampling import upsampled

from ..limits import MAX_PREVIEW
from ..records.order import Order
from ..records.progress import Picture, Progress
from ..records.report import ScaleEnd
from . import frames
from .checkpoints import Checkpoint
from .engine import FEATURES, Device, Estimate, JobFailure, LiveProgress, Observer, Painted
from .materials import StylePictures, blend_of, plane_of, task_of
from .shortage import Shortage

FITS = 0.9  # share of the free memory that a painting may be planned with: others run on the machine too


class NeuralEngine:
    """Paints orders on one device, by VGG's features. features: words of ServerInfo, what it can do beyond one style on one layer."""

    features = FEATURES

    def __init__(self, device_id: str = "cpu") -> None:
        self._id = device_id
        self._kind = devices.device_kind(device_id)
        self._pictures = StylePictures()
        self._stylizer = Stylizer("cpu" if devices.device_kind(device_id) == "cpu" else device_id)  # cores of a processor are one device to torch

    def prepare(self, folder: Path, weights: Path | None) -> None:
        """Keeps what is costly to measure in the folder; loads the weights with the default pooling and precision, and runs them once. UnusableWeights."""
        self._stylizer.keep_in(folder)
        if weights is not None:
            usual = resolve(Parameters(), SMALLEST_SIDE, SMALLEST_SIDE, self._kind, devices.prefers_bf16(self._id))
            self._stylizer.warm_up(weights, usual.pooling, usual.precision)

    def device(self) -> Device:
        """The device and its memory now."""
        kind = devices.device_kind(self._id)
        total, available = devices.memory(self._id)
        return Device(self._id, kind, devices.device_name(self._id), total, available, devices.prefers_bf16(self._id), DEFAULT_SIZE[kind])

    def estimate(self, order: Order) -> Estimate:
        """Memory and largest size, without looking at any pixel."""
        resolved = self._resolved(order)
        width, height = order.content.width, order.content.height
        available = self._available(order)
        needed = estimate_bytes(resolved, width, height, available, self._kind) + _following(order, resolved)
        largest = largest_size(resolved, width, height, available, self._kind)
        return Estimate(needed, available, largest, resolved, sizing.said(order.parameters, resolved, width, height))

    def paint(self, order: Order, observe: Observer, between: Between = go_on) -> Painted:
        """Paints an order. JobFailure: OUT_OF_MEMORY, BAD_INPUT, WEIGHTS_UNUSABLE. Cancelled when the observer says so."""
        try:
            return self._paint(order, observe, between)
        except (ImagingError, PictureError) as error:
            raise JobFailure("BAD_INPUT", error.message) from error
        except UnusableWeights as error:
            raise JobFailure("WEIGHTS_UNUSABLE", str(error)) from error
        except FlowMissing as error:
            raise JobFailure("UNIMPLEMENTED", str(error)) from error
        except (torch.OutOfMemoryError, MemoryError) as error:
            raise self._out_of_memory(order, self._resolved(order)) from error
        except RuntimeError as error:
            if "can't allocate memory" not in str(error):  # torch's own words on a CPU, where it has no type for it
                raise
            raise self._out_of_memory(order, self._resolved(order)) from error

    def _paint(self, order: Order, observe: Observer, between: Between) -> Painted:
        began = time.monotonic()
        resolved = self._resolved(order)
        if min(order.content.width, order.content.height) < SMALLEST_SIDE:
            raise JobFailure("BAD_INPUT", f"The layer is smaller than {SMALLEST_SIDE} px on a side; take a larger one.")
        available = self._available(order) - _following(order, resolved)
        if estimate_bytes(resolved, order.content.width, order.content.height, available, self._kind) > available:
            raise self._out_of_memory(order, resolved)
        canvas = open_plane(plane_of(order.content))
        memory = available - round(order.content.width * order.content.height * FULL_PER_PIXEL)
        checkpoint = Checkpoint(order, resolved, self._id)
        task = replace(task_of(order, resolved, canvas, self._pictures), memory=memory, state=checkpoint.found())
        if order.frame is not None:
            task = replace(task, sequence=True, settings=frames.settings_of(task, order), previous=frames.previous_of(order))
        if order.painted is not None:
            return self._key(order, resolved, canvas, task, began)
        painting = self._stylizer.paint(task, lambda step: observe(self._progress(step, canvas, resolved, task.content)), between, checkpoint.keep)
        result = painting.rgb
        if resolved.color is Color.CONTENT and painting.evaluations:
            result = with_content_color(np.clip(result, 0, 1), task.content, resolved.color_mix)
        full = upsampled(canvas.rgb, task.content, result, canvas.alpha)
        plane = close_plane(canvas, full, blend_of(order))
        _keep(order, painting.frame)
        trace = tuple(Progress(**_counts(step)) for step in painting.trace)
        shown = partial(_shown, canvas=canvas, resolved=resolved, content=task.content)
        scales = tuple(_scale_end(sketch, painting, began, shown(sketch.picture)) for sketch in painting.sketches)
        warnings = (*_went_on(painting), *painting.warnings, *sizing.said(order.parameters, resolved, order.content.width, order.content.height))
        return Painted(plane, resolved, painting.evaluations, time.monotonic() - began, painting.finished_early, warnings, trace, scales)

    def _key(self, order: Order, resolved: Resolved, canvas: Canvas, task: Task, began: float) -> Painted:
        """A frame that a person has painted: as it is."""
        at = frames.painted_of(order, canvas.width, canvas.height)
        _keep(order, framed(task, task.content, at(resolved.width, resolved.height), anew=True))
        plane = close_plane(canvas, at(canvas.width, canvas.height), blend_of(order))
        return Painted(plane, resolved, 0, time.monotonic() - began, False)

    def _resolved(self, order: Order) -> Resolved:
        return sizing.resolved(order.parameters, order.content.width, order.content.height, self._kind, devices.prefers_bf16(self._id))

    def _free(self) -> int:
        return int(devices.memory(self._id)[1] * FITS)

    def _available(self, order: Order) -> int:
        limit = order.parameters.memory_limit
        return self._free() if limit is None else min(self._free(), limit)

    def _out_of_memory(self, order: Order, resolved: Resolved) -> JobFailure:
        width, height = order.content.width, order.content.height
        fits = min(largest_size(resolved, width, height, self._available(order), self._kind), max(resolved.size - 1, 0))
        least = estimate_bytes(resolved, width, height, 0, self._kind)
        return Shortage(resolved.size, least, order.parameters.memory_limit, self._free(), fits if fits >= SMALLEST_SIDE else 0, self._id).failure

    def _progress(self, step: Step, canvas: Canvas, resolved: Resolved, content: Pixels) -> LiveProgress:
        def preview(longest: int) -> Picture:
            if step.picture is None:
                raise RuntimeError("a preview was asked for after its step")
            return _shown(step.picture(), canvas, resolved, content, longest)

        return LiveProgress(**_counts(step), preview=preview)


def _following(order: Order, resolved: Resolved) -> int:
    """Bytes that an order takes for the paintings which it holds still with."""
    return round(resolved.width * resolved.height * FOLLOWED_PER_PIXEL) if order.previous else 0


def _keep(order: Order, frame: Frame | None) -> None:
    """Before the job ends, so that who follows it finds the frame. OSError."""
    if order.frame is not None and frame is not None:
        frames.write(order.frame, frame)


def _shown(rgb: Pixels, canvas: Canvas, resolved: Resolved, content: Pixels, longest: int = MAX_PREVIEW) -> Picture:
    """A state of the painting as people see it: with the content's colours where they are wanted, and its alpha. longest: px."""
    height, width = rgb.shape[:2]
    if resolved.color is Color.CONTENT:
        rgb = with_content_color(rgb, resize(content, width, height), resolved.color_mix)
    alpha = None if canvas.alpha is None else resize(canvas.alpha, width, height, "area")
    return Picture(*rgba8(rgb, alpha, longest))


def _went_on(painting: Painting) -> tuple[str, ...]:
    """A sentence about the scales that an earlier job had completed."""
    first = painting.trace[0] if painting.trace else None
    if first is None or first.step == 1:
        return ()
    return (f"This job went on where an earlier one had ended, with {first.width} × {first.height} px.",)


def _scale_end(sketch: Sketch, painting: Painting, began: float, picture: Picture) -> ScaleEnd:
    evaluations = sum(step.scale == sketch.scale for step in painting.trace)
    return ScaleEnd(sketch.scale, sketch.width, sketch.height, evaluations, sketch.began - began, sketch.ended - sketch.began, picture)


def _counts(step: Step) -> dict[str, Any]:
    """What a step and a record of progress have in common."""
    return {field.name: getattr(step, field.name) for field in fields(Step) if field.name != "picture"}


def engine(device_id: str) -> NeuralEngine:
    """The engine of a device: "cpu", "cuda:0", "mps", or "auto" for the best there is."""
    return NeuralEngine(devices.device_ids()[0] if device_id == "auto" else device_id)


__all__ = ["NeuralEngine", "Verdict", "engine"]
