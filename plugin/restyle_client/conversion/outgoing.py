"""Owns how requests become messages and payloads, and the checks that need no server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any, TypeVar

from ..contract import Channels, Depth, Parameters, PixelFormat, Plane, limits
from ..contract import parameters as declared
from ..errors import InvalidRequest
from ..jobs import JobState
from ..requests import JobRequest, LearnRequest, Previous, Start, StartFrom, StyleUse
from ..wire import restyle_pb2 as pb
from . import words

Asked = TypeVar("Asked")

PARAMETER_WORDS: Mapping[str, Mapping[str, int]] = {
    "preset": words.PRESET,
    "color": words.COLOR,
    "objective": words.OBJECTIVE,
    "optimizer": words.OPTIMIZER,
    "pooling": words.POOLING,
    "precision": words.PRECISION,
    "seamless": words.SEAMLESS,
}


@dataclass(frozen=True)
class Payloads:
    """The bytes of a job, in the order of their numbers; views of the caller's own buffers."""

    views: list[memoryview]

    @property
    def total(self) -> int:
        return sum(view.nbytes for view in self.views)

    def add(self, view: memoryview) -> int:
        self.views.append(view)
        return len(self.views) - 1


def spec(request: JobRequest) -> tuple[pb.JobSpec, Payloads]:
    """The order and its payloads. InvalidRequest names the field that is wrong."""
    payloads = Payloads([])
    message = pb.JobSpec()
    _set(message, "label", request.label, "spec.label")
    _set(message, "report", request.report, "spec.report")
    _set(message, "update", request.update, "spec.update")
    _set(message, "reading", request.reading, "spec.reading")
    message.lifetime = _number(words.LIFETIME, request.lifetime, "spec.lifetime")  # type: ignore[assignment]
    message.job_class = _number(words.JOB_CLASS, request.job_class, "spec.job_class")  # type: ignore[assignment]
    _plane(message.content, request.content, "spec.content", payloads)
    for index, mask in enumerate(request.masks):
        field = f"spec.masks[{index}]"
        added = message.masks.add()
        added.use = _number(words.MASK_USE, mask.use, f"{field}.use")  # type: ignore[assignment]
        _plane(added.plane, mask.plane, f"{field}.plane", payloads)
    for index, style in enumerate(request.styles):
        _style(message.styles.add(), style, f"spec.styles[{index}]", payloads)
    if request.strength_map is not None:
        _plane(message.strength_map, request.strength_map, "spec.strength_map", payloads)
    if request.start is not None:
        _start(message.start, request.start)
    if not request.update or request.parameters != Parameters():  # an update has those of its painting
        _parameters(message.parameters, request.parameters)
    _sequence(message, request, payloads)
    return message, payloads


def lesson(request: LearnRequest) -> tuple[pb.JobSpec, Payloads]:
    """The order of a look and its payloads. InvalidRequest names the field that is wrong."""
    payloads = Payloads([])
    message = pb.JobSpec(job_class=pb.BACKGROUND)
    _set(message, "label", request.label, "spec.label")
    message.lifetime = _number(words.LIFETIME, request.lifetime, "spec.lifetime")  # type: ignore[assignment]
    if request.content is not None:
        _plane(message.content, request.content, "spec.content", payloads)
    for index, style in enumerate(request.styles):
        _style(message.styles.add(), style, f"spec.styles[{index}]", payloads)
    message.learn.SetInParent()
    for name in ("name", "style", "credit", "steps"):
        if (value := getattr(request, name)) is not None:
            _set(message.learn, name, value, f"spec.learn.{name}")
    if len(request.photographs) > limits.MAX_PHOTOGRAPHS:
        field = "spec.learn.photographs"
        raise InvalidRequest(f"{field} are at most {limits.MAX_PHOTOGRAPHS}, not {len(request.photographs)}; choose the most different ones", field)
    for index, photograph in enumerate(request.photographs):
        field = f"spec.learn.photographs[{index}]"
        _encoded(message.learn.photographs.add(), photograph, f"{field} must be the bytes of a picture file", field, payloads)
    if request.painting is not None:
        _painted(message.learn.painting, request.painting, "spec.learn.painting", payloads)
    _parameters(message.parameters, request.parameters)
    return message, payloads


def asking(kind: Callable[..., Asked], **fields: object) -> Asked:
    """A small request, such as for what has an id. InvalidRequest for what no message can say."""
    try:
        return kind(**fields)
    except (TypeError, ValueError) as error:
        raise _refused(*next(iter(fields.items()))) from error


def header(request: JobRequest | LearnRequest, client_id: str) -> tuple[pb.CreateJobRequest, Payloads]:
    """The first message of an upload, and what follows it."""
    message, payloads = lesson(request) if isinstance(request, LearnRequest) else spec(request)
    first = pb.CreateJobRequest()
    _set(first.header, "request_id", request.request_id, "request_id")
    first.header.client_id = client_id
    first.header.spec.CopyFrom(message)
    return first, payloads


def chunk(payload: int, offset: int, data: memoryview) -> pb.CreateJobRequest:
    return pb.CreateJobRequest(chunk=pb.Chunk(payload=payload, offset=offset, data=bytes(data)))


def job_states(states: tuple[JobState | str, ...]) -> list[Any]:
    return [_number(words.JOB_STATE, state, "states") for state in states]


def add_style(size: int, texts: Mapping[str, str], tags: tuple[str, ...], scale: float | None, strength: float | None, color: str | None) -> pb.AddStyleRequest:
    """texts: by the header's names; scale, strength, color: what is suggested with the style."""
    message = pb.AddStyleRequest()
    for name, value in {**texts, "size": size}.items():
        _set(message.header, name, value, name)
    try:
        message.header.tags.extend(tags)
    except (TypeError, ValueError) as error:
        raise _refused("tags", tags) from error
    for name, number in {"scale": scale, "strength": strength}.items():
        if number is not None:
            _set(message.header.suggested, name, number, f"suggested_{name}")
    if color is not None:
        message.header.suggested.color = _number(words.COLOR, color, "suggested_color")  # type: ignore[assignment]
    return message


def add_look(file: bytes, wanted_id: str) -> pb.AddLookRequest:
    """InvalidRequest for more bytes than a look has: the server would only end the call."""
    if len(file) > limits.MAX_LOOK_BYTES:
        most = f"{limits.MAX_LOOK_BYTES:,}"
        raise InvalidRequest(f"A look's file has at most {most} bytes, and this one {len(file):,}; choose one that Restyle exported.", "file")
    message = pb.AddLookRequest(data=bytes(file))
    _set(message, "wanted_id", wanted_id, "wanted_id")
    return message


def live_open(
    client_id: str, pixel_format: pb.PixelFormat, width: int, height: int, icc: bytes | None, look_id: str, strength: float | None, seamless: str
) -> pb.LiveOpen:
    """How a canvas is opened. InvalidRequest for what no message can say."""
    message = pb.LiveOpen(client_id=client_id, format=pixel_format, icc_profile=bytes(icc or b""))
    for name, value in {"width": width, "height": height, "look_id": look_id}.items():
        _set(message, name, value, f"open.{name}")
    if strength is not None:
        _set(message, "strength", strength, "open.strength")
    message.seamless = _number(words.SEAMLESS, seamless, "open.seamless")  # type: ignore[assignment]
    return message


def pixel_format(given: PixelFormat) -> pb.PixelFormat:
    """InvalidRequest."""
    message = pb.PixelFormat()
    _format(message, given, "format")
    return message


def _plane(message: pb.Plane, plane: Plane, field: str, payloads: Payloads) -> None:
    if not isinstance(plane, Plane):
        raise InvalidRequest(f"{field} must be a Plane, not {type(plane).__name__}; give the pixels with their format, width and height", field)
    _format(message.format, plane.format, f"{field}.format")
    _set(message, "width", plane.width, f"{field}.width")
    _set(message, "height", plane.height, f"{field}.height")
    try:
        view = memoryview(plane.data).cast("B")
    except TypeError as error:
        raise InvalidRequest(f"{field} needs its pixels as contiguous bytes, not as {type(plane.data).__name__}", f"{field}.data") from error
    if view.nbytes != plane.size:
        raise InvalidRequest(
            f"{field} has {view.nbytes} bytes, but {plane.width}×{plane.height} px in {plane.format.channels.value} {plane.format.depth.value} "
            f"take {plane.size}; pass the rows tightly packed, in the format that you name",
            f"{field}.data",
        )
    if plane.icc:
        message.icc_profile = bytes(plane.icc)
    message.payload = payloads.add(view)


def _format(message: pb.PixelFormat, pixel_format: PixelFormat, field: str) -> None:
    if not isinstance(pixel_format, PixelFormat) or not isinstance(pixel_format.channels, Channels) or not isinstance(pixel_format.depth, Depth):
        raise InvalidRequest(f"{field} must be PixelFormat(Channels, Depth), such as PixelFormat(Channels.RGBA, Depth.U8)", field)
    message.channels = words.CHANNELS[pixel_format.channels.value]  # type: ignore[assignment]
    message.depth = words.DEPTH[pixel_format.depth.value]  # type: ignore[assignment]


def _style(message: pb.StyleUse, style: StyleUse, field: str, payloads: Payloads) -> None:
    if not isinstance(style, StyleUse):
        raise InvalidRequest(f"{field} must be made by StyleUse.library, StyleUse.picture or StyleUse.plane", field)
    if isinstance(style.source, Plane):
        _plane(message.plane, style.source, f"{field}.plane", payloads)
    elif isinstance(style.source, str):
        _set(message, "style_id", style.source, f"{field}.style_id")
    else:
        _encoded(message.image, style.source, f"{field} must be a style's id, the bytes of a picture file, or a Plane", field, payloads)
    for name in ("weight", "scale"):
        value = getattr(style, name)
        if value is not None:
            _set(message, name, value, f"{field}.{name}")
    if style.crop is not None:
        for name in ("x", "y", "width", "height"):
            _set(message.crop, name, getattr(style.crop, name), f"{field}.crop.{name}")
    if style.mask is not None:
        _plane(message.mask, style.mask, f"{field}.mask", payloads)
    if style.symmetry is not None:
        message.symmetry = _number(words.SYMMETRY, style.symmetry, f"{field}.symmetry")  # type: ignore[assignment]


def _encoded(message: pb.EncodedImage, file: bytes, complaint: str, field: str, payloads: Payloads) -> None:
    try:
        view = memoryview(file).cast("B")
    except TypeError as error:
        raise InvalidRequest(complaint, field) from error
    message.size = view.nbytes
    message.payload = payloads.add(view)


def _sequence(message: pb.JobSpec, request: JobRequest, payloads: Payloads) -> None:
    _set(message, "sequence", request.sequence, "spec.sequence")
    for index, previous in enumerate(request.previous):
        field = f"spec.previous[{index}]"
        if not isinstance(previous, Previous):
            raise InvalidRequest(f"{field} must be Previous(job_id), not {type(previous).__name__}", field)
        added = message.previous.add()
        _set(added, "job_id", previous.job_id, f"{field}.job_id")
        if previous.weight is not None:
            _set(added, "weight", previous.weight, f"{field}.weight")
    if request.painted is not None:
        _painted(message.painted, request.painted, "spec.painted", payloads)


def _painted(message: pb.Painted, painted: Plane | bytes, field: str, payloads: Payloads) -> None:
    if isinstance(painted, Plane):
        _plane(message.plane, painted, f"{field}.plane", payloads)
    else:
        _encoded(message.image, painted, f"{field} must be a Plane or the bytes of a picture file", field, payloads)


def _start(message: pb.Start, start: Start) -> None:
    if start.origin is StartFrom.JOB:
        _set(message, "job_id", start.job_id, "spec.start.job_id")
    elif start.origin is StartFrom.NOISE:
        message.noise.SetInParent()
    elif start.origin is StartFrom.TEXTURE:
        message.texture.SetInParent()
    else:
        _set(message.content, "noise", start.amount, "spec.start.content.noise")


def _parameters(message: pb.Parameters, parameters: Parameters) -> None:
    for each in fields(parameters):
        name, value, path = each.name, getattr(parameters, each.name), f"spec.parameters.{each.name}"
        if value is None:
            continue
        if name in PARAMETER_WORDS:
            setattr(message, name, _number(PARAMETER_WORDS[name], value, path))
        elif name in declared.LAYERS:
            for index, (layer, weight) in enumerate(value):
                added = getattr(message, name).add()
                _set(added, "layer", layer, f"{path}[{index}].layer")
                _set(added, "weight", weight, f"{path}[{index}].weight")
        else:
            _set(message, name, value, path)


def _number(table: Mapping[str, int], value: object, field: str) -> int:
    spelled = value.value if isinstance(value, Enum) else value
    number = table.get(spelled) if isinstance(spelled, str) else None
    if number is None:
        raise InvalidRequest(f"{field} can't be {spelled!r}; choose one of {', '.join(table)}", field)
    return number


def _set(message: Any, name: str, value: object, field: str) -> None:
    """protobuf checks types and ranges of integers; its complaint becomes ours."""
    try:
        setattr(message, name, value)
    except (TypeError, ValueError) as error:
        raise _refused(field, value) from error


def _refused(field: str, value: object) -> InvalidRequest:
    return InvalidRequest(f"{field} can't be {value!r}; give a value of the kind and range that its documentation names", field)
