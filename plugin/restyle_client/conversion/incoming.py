"""Owns how the server's messages become the client's own frozen types."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from ..contract import Channels, Depth, Parameters, PixelFormat, Preview, Progress, ScaleReport
from ..contract import parameters as declared
from ..errors import ServerError
from ..events import InstallProgress
from ..jobs import Estimate, Job, JobError, JobState, ResultInfo, WeightsInfo
from ..looks import Look
from ..requests import JobClass, Lifetime
from ..servers import DeviceInfo, ServerInfo, ServerLimits
from ..styles import Style
from ..wire import restyle_pb2 as pb
from . import words
from .outgoing import PARAMETER_WORDS

_PLAIN_INFO = ("version", "api", "state", "started", "weights_in_use", "jobs_running", "jobs_queued", "pid")


def job(message: pb.Job) -> Job:
    state = words.word(words.JOB_STATE, message.state)
    if state is None:
        raise ServerError(f"The server reports a job state that this client does not know ({message.state}); bring both to the same version.")
    return Job(
        id=message.id,
        state=JobState(state),
        label=message.label,
        client_id=message.client_id,
        request_id=message.request_id,
        lifetime=Lifetime(words.word(words.LIFETIME, message.lifetime) or "attached"),
        job_class=JobClass(words.word(words.JOB_CLASS, message.job_class) or "interactive"),
        created=message.created,
        started=message.started or None,
        ended=message.ended or None,
        expires=message.expires or None,
        queue_position=message.queue_position,
        progress=progress(message.progress) if message.HasField("progress") else None,
        resolved=parameters(message.resolved) if message.HasField("resolved") else None,
        weights=weights(message.weights) if message.HasField("weights") else None,
        device=message.device,
        error=JobError(message.error.reason, message.error.message) if message.HasField("error") else None,
        result=result(message.result) if message.HasField("result") else None,
        finished_early=message.finished_early,
        warnings=tuple(message.warnings),
        look_id=message.look_id,
        styles=tuple(message.styles),
        style_scales=tuple(message.style_scales),
    )


def progress(message: pb.Progress) -> Progress:
    return Progress(
        scale=message.scale,
        scales=message.scales,
        width=message.width,
        height=message.height,
        step=message.step,
        steps=message.steps,
        fraction=message.fraction,
        loss=message.loss,
        content_loss=message.content_loss,
        style_loss=message.style_loss,
        elapsed_seconds=message.elapsed_seconds,
        eta_seconds=message.eta_seconds if message.eta_seconds >= 0 else None,
        content_weight=message.content_weight,
        smoothing_loss=message.smoothing_loss,
        gamut_loss=message.gamut_loss,
    )


def scale_report(message: pb.ScaleReport) -> ScaleReport:
    return ScaleReport(
        scale=message.scale,
        width=message.width,
        height=message.height,
        evaluations=message.evaluations,
        began_seconds=message.began_seconds,
        seconds=message.seconds,
        picture=preview(message.picture),
    )


def preview(message: pb.Preview) -> Preview:
    return Preview(message.width, message.height, message.rgba)


def pixel_format(message: pb.PixelFormat) -> PixelFormat:
    channels, depth = words.word(words.CHANNELS, message.channels), words.word(words.DEPTH, message.depth)
    if channels is None or depth is None:
        raise ServerError("The server sends a pixel format that this client does not know; bring both to the same version.")
    return PixelFormat(Channels(channels), Depth(depth))


def result(message: pb.ResultInfo) -> ResultInfo:
    return ResultInfo(
        format=pixel_format(message.format),
        width=message.width,
        height=message.height,
        size=message.size,
        crc32=message.crc32,
        work_width=message.work_width,
        work_height=message.work_height,
    )


def parameters(message: pb.Parameters) -> Parameters:
    values: dict[str, Any] = {}
    for each in fields(Parameters):
        value = getattr(message, each.name)
        if each.name in PARAMETER_WORDS:
            values[each.name] = words.word(PARAMETER_WORDS[each.name], value)
        elif each.name in declared.LAYERS:
            values[each.name] = tuple((layer.layer, layer.weight) for layer in value)
        elif each.name in ("weights", "device"):
            values[each.name] = value or None
        else:
            values[each.name] = value if message.HasField(each.name) else None  # type: ignore[arg-type]
    return Parameters(**values)


def weights(message: pb.WeightsInfo) -> WeightsInfo:
    return WeightsInfo(id=message.id, installed=message.installed, layers=tuple(message.layers), size=message.size, sha256=message.sha256, hint=message.hint)


def estimate(message: pb.Estimate) -> Estimate:
    return Estimate(
        memory_bytes=message.memory_bytes,
        memory_available=message.memory_available,
        seconds=message.seconds if message.seconds >= 0 else None,
        largest_size=message.largest_size,
        work_width=message.work_width,
        work_height=message.work_height,
        device=message.device,
        weights=weights(message.weights) if message.HasField("weights") else None,
        resolved=parameters(message.resolved) if message.HasField("resolved") else None,
        warnings=tuple(message.warnings),
        style_scales=tuple(message.style_scales),
    )


def server_info(message: pb.ServerInfo, address: str) -> ServerInfo:
    plain: dict[str, Any] = {name: getattr(message, name) for name in _PLAIN_INFO}
    devices = tuple(DeviceInfo(**{each.name: getattr(device, each.name) for each in fields(DeviceInfo)}) for device in message.devices)
    limits = ServerLimits(**{each.name: getattr(message.limits, each.name) for each in fields(ServerLimits)})
    return ServerInfo(
        **plain, devices=devices, limits=limits, features=tuple(message.features), weights=tuple(weights(each) for each in message.weights), address=address
    )


def install_progress(message: pb.InstallWeightsProgress) -> InstallProgress:
    return InstallProgress(message.done_bytes, message.total_bytes, message.step, weights(message.weights) if message.HasField("weights") else None)


def style(message: pb.Style, picture: bytes | None = None) -> Style:
    suggested = message.suggested
    return Style(
        id=message.id,
        title=message.title,
        description=message.description,
        tags=tuple(message.tags),
        credit=message.credit,
        license=message.license,
        builtin=message.builtin,
        shared=message.shared,
        width=message.width,
        height=message.height,
        sha256=message.sha256,
        thumbnail=message.thumbnail,
        effect_thumbnail=message.effect_thumbnail,
        suggested_scale=suggested.scale if suggested.HasField("scale") else None,
        suggested_strength=suggested.strength if suggested.HasField("strength") else None,
        suggested_color=words.word(words.COLOR, suggested.color),
        picture=picture,
    )


def look(message: pb.Look, file: bytes | None = None) -> Look:
    return Look(**{each.name: getattr(message, each.name) for each in fields(Look) if each.name != "file"}, file=file)
