"""Owns the way out: what the server knows, as restyle.v1's messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields

from restyle_contract.parameters import NUMBERS
from restyle_engine.parameters import DEFAULT_SIZE, Color, Objective, Optimizer, Pooling, Precision, Resolved
from restyle_imaging.planes.formats import PixelFormat

from ..jobs.job import Job
from ..jobs.states import JobState
from ..jobs.watching import Event
from ..limits import MAX_PREVIEW, MIN_PREVIEW, Limits
from ..records.progress import Preview, Progress
from ..records.report import Report, ScaleReport
from ..records.result import Result
from ..weights.catalogue import Weights
from ..wire import restyle_pb2 as wire
from ..worker.engine import Device
from .conversion import CHANNELS, DEPTHS, PRESETS, SEAMLESS

_CHANNELS = {channels: value for value, channels in CHANNELS.items()}
_DEPTHS = {depth: value for value, depth in DEPTHS.items()}
_PRESETS = {preset: value for value, preset in PRESETS.items() if value}
_SEAMLESS = {seamless: value for value, seamless in SEAMLESS.items() if value}
_OBJECTIVES = {Objective.GRAM: wire.GRAM, Objective.WASSERSTEIN: wire.WASSERSTEIN}
_OPTIMIZERS = {Optimizer.LBFGS: wire.LBFGS, Optimizer.ADAM: wire.ADAM}
_POOLINGS = {Pooling.AVERAGE: wire.AVERAGE, Pooling.MAX: wire.MAX}
_PRECISIONS = {Precision.FP32: wire.FP32, Precision.BF16: wire.BF16}
STEPS_PER_MESSAGE = 1000  # about 120 bytes each: far below gRPC's 4 MiB
COLOR_VALUES: Mapping[Color, wire.Color.ValueType] = {Color.STYLE: wire.COLOR_STYLE, Color.CONTENT: wire.COLOR_CONTENT, Color.MATCH: wire.COLOR_MATCH}


def job_message(job: Job, place: int, weights: Mapping[str, Weights]) -> wire.Job:
    """place: in the queue, 0 when not queued. weights: by id, as the catalogue knows them."""
    message = wire.Job(
        id=job.id,
        state=wire.JobState.Value(job.state.value),
        label=job.label,
        client_id=job.client_id,
        lifetime=wire.Lifetime.Value(job.lifetime.value),
        job_class=wire.JobClass.Value(job.job_class.value),
        created=job.created,
        started=job.started,
        ended=job.ended,
        expires=job.expires,
        queue_position=place,
        device=job.device,
        finished_early=job.finished_early,
        warnings=job.warnings,
        request_id=job.request_id,
        look_id=job.look_id,
        styles=job.styles,
        style_scales=job.style_scales,
    )
    if job.progress is not None:
        message.progress.CopyFrom(progress_message(job.progress))
    if job.resolved is not None:
        message.resolved.CopyFrom(resolved_message(job.resolved, job.weights_id, job.device))
    if job.weights_id in weights:
        message.weights.CopyFrom(weights_message(weights[job.weights_id]))
    if job.failure is not None:
        message.error.CopyFrom(wire.JobError(reason=job.failure.reason, message=job.failure.message))
    if job.result is not None and job.state is JobState.SUCCEEDED:
        message.result.CopyFrom(result_message(job.result))
    return message


def event_message(event: Event, preview_size: int, job: Callable[[Job], wire.Job]) -> wire.JobEvent:
    """preview_size: px, longest side. job: makes a snapshot's message."""
    match event.what:
        case Job():
            return wire.JobEvent(sequence=event.sequence, snapshot=job(event.what))
        case Progress():
            return wire.JobEvent(sequence=event.sequence, progress=progress_message(event.what))
        case Preview():
            return wire.JobEvent(sequence=event.sequence, preview=preview_message(shrunk(event.what, preview_size)))


def progress_message(progress: Progress) -> wire.Progress:
    eta = -1.0 if progress.eta_seconds is None else progress.eta_seconds
    return wire.Progress(**progress.counts(), elapsed_seconds=progress.elapsed_seconds, eta_seconds=eta)


def report_messages(report: Report) -> Iterator[wire.ReadReportResponse]:
    """The scales, each in a message of its own, then where lines were kept, and the steps."""
    for scale in report.scales:
        same = {each.name: getattr(scale, each.name) for each in fields(ScaleReport) if each.name != "picture"}
        yield wire.ReadReportResponse(scale=wire.ScaleReport(**same, picture=preview_message(scale.picture)))
    if report.legible is not None:
        yield wire.ReadReportResponse(legible=preview_message(report.legible))
    for first in range(0, len(report.steps), STEPS_PER_MESSAGE):
        yield wire.ReadReportResponse(steps=[progress_message(step) for step in report.steps[first : first + STEPS_PER_MESSAGE]])


def preview_message(picture: Preview) -> wire.Preview:
    return wire.Preview(width=picture.width, height=picture.height, rgba=picture.rgba)


def shrunk(picture: Preview, longest: int) -> Preview:
    """The picture, its longest side at most `longest` px."""
    if max(picture.width, picture.height) <= longest:
        return picture
    from PIL import Image

    image = Image.frombytes("RGBA", (picture.width, picture.height), picture.rgba)
    image.thumbnail((longest, longest), reducing_gap=2.0)
    return Preview(image.width, image.height, image.tobytes())


def preview_size(asked: int) -> int:
    """The longest side of a watcher's previews, in px."""
    return min(MAX_PREVIEW, max(MIN_PREVIEW, asked)) if asked else MAX_PREVIEW


def format_message(pixels: PixelFormat) -> wire.PixelFormat:
    return wire.PixelFormat(channels=_CHANNELS[pixels.channels], depth=_DEPTHS[pixels.depth])  # type: ignore[arg-type]


def result_message(result: Result) -> wire.ResultInfo:
    return wire.ResultInfo(
        format=format_message(result.format),
        width=result.width,
        height=result.height,
        size=result.size,
        crc32=result.crc32,
        work_width=result.work_width,
        work_height=result.work_height,
    )


def resolved_message(resolved: Resolved, weights_id: str, device: str) -> wire.Parameters:
    return wire.Parameters(
        preset=_PRESETS[resolved.preset],  # type: ignore[arg-type]
        native_size=False,
        color=COLOR_VALUES[resolved.color],
        objective=_OBJECTIVES[resolved.objective],
        optimizer=_OPTIMIZERS[resolved.optimizer],
        style_layers=[wire.LayerWeight(layer=layer, weight=weight) for layer, weight in resolved.style_layers],
        content_layers=[wire.LayerWeight(layer=layer, weight=weight) for layer, weight in resolved.content_layers],
        pooling=_POOLINGS[resolved.pooling],
        precision=_PRECISIONS[resolved.precision],
        seamless=_SEAMLESS[resolved.seamless],  # type: ignore[arg-type]
        weights=weights_id,
        device=device.partition(": ")[0],
        **{name: getattr(resolved, name) for name in NUMBERS},
    )


def weights_message(weights: Weights) -> wire.WeightsInfo:
    return wire.WeightsInfo(id=weights.id, installed=weights.installed, layers=weights.layers, size=weights.size, sha256=weights.sha256, hint=weights.hint)


def device_message(device: Device | None, wanted: str, state: str) -> wire.DeviceInfo:
    """A device that has not come up yet is known by its wanted name only."""
    if device is None:
        return wire.DeviceInfo(id=wanted, state=state)
    return wire.DeviceInfo(
        id=device.id,
        name=device.name,
        kind=device.kind,
        memory_total=device.memory_total,
        memory_available=device.memory_available,
        bf16=device.bf16,
        state=state,
        default_size=DEFAULT_SIZE[device.kind],
    )


def limits_message(limits: Limits) -> wire.ServerLimits:
    return wire.ServerLimits(
        max_pixels=limits.max_pixels,
        max_style_bytes=limits.max_style_bytes,
        max_bytes_in_flight=limits.max_bytes_in_flight,
        max_jobs_per_client=limits.max_jobs_per_client,
        max_jobs=limits.max_jobs,
        lease_seconds=limits.lease_seconds,
        keep_attached_seconds=limits.keep_attached_seconds,
        keep_detached_seconds=limits.keep_detached_seconds,
        keep_bytes=limits.keep_bytes,
    )
