"""Owns the way in: restyle.v1's job messages to validated specs, with Python's own integers, before anything is allocated. Every refusal names its field."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from restyle_contract.parameters import NUMBERS, Number
from restyle_engine.network.topology import VGG19
from restyle_engine.parameters import LARGEST_SIDE, SMALLEST_SIDE, Color, Objective, Optimizer, Parameters, Pooling, Precision, Preset, Seamless, Symmetry
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat

from ..jobs.job import JobClass, Lifetime
from ..limits import MAX_ICC_BYTES, MAX_MASKS, MAX_PREVIOUS, MAX_STYLE_WEIGHT, MAX_STYLES, MAX_TEXT, STYLE_SCALES, Limits
from ..records.order import Crop, MaskUse, Start, StartFrom
from ..refusals import Invalid
from ..weights.catalogue import IDS
from ..wire import restyle_pb2 as wire
from .exclusions import check_borders, check_reading, check_update
from .specs import EncodedSpec, MaskSpec, PlaneSpec, PreviousSpec, Spec, StyleSpec, Uploaded

T = TypeVar("T")

CHANNELS: Mapping[int, Channels] = {getattr(wire, channels.value): channels for channels in Channels}
DEPTHS: Mapping[int, Depth] = {getattr(wire, depth.value): depth for depth in Depth}
LIFETIMES: Mapping[int, Lifetime] = {0: Lifetime.ATTACHED, wire.ATTACHED: Lifetime.ATTACHED, wire.DETACHED: Lifetime.DETACHED}
CLASSES: Mapping[int, JobClass] = {0: JobClass.INTERACTIVE, wire.INTERACTIVE: JobClass.INTERACTIVE, wire.BATCH: JobClass.BATCH}
MASK_USES: Mapping[int, MaskUse] = {wire.STATISTICS: MaskUse.STATISTICS, wire.BLEND: MaskUse.BLEND}
SYMMETRIES: Mapping[int, Symmetry] = {
    0: Symmetry.NONE,
    wire.NO_SYMMETRY: Symmetry.NONE,
    wire.FLIPS: Symmetry.FLIPS,
    wire.FLIPS_AND_ROTATIONS: Symmetry.FLIPS_AND_ROTATIONS,
}
PRESETS: Mapping[int, Preset] = {0: Preset.STANDARD, wire.DRAFT: Preset.DRAFT, wire.STANDARD: Preset.STANDARD, wire.FINE: Preset.FINE}
OBJECTIVES: Mapping[int, Objective | None] = {0: None, wire.GRAM: Objective.GRAM, wire.WASSERSTEIN: Objective.WASSERSTEIN}
OPTIMIZERS: Mapping[int, Optimizer | None] = {0: None, wire.LBFGS: Optimizer.LBFGS, wire.ADAM: Optimizer.ADAM}
POOLINGS: Mapping[int, Pooling | None] = {0: None, wire.AVERAGE: Pooling.AVERAGE, wire.MAX: Pooling.MAX}
PRECISIONS: Mapping[int, Precision | None] = {0: None, wire.FP32: Precision.FP32, wire.BF16: Precision.BF16}
COLORS: Mapping[int, Color | None] = {0: None, wire.COLOR_STYLE: Color.STYLE, wire.COLOR_CONTENT: Color.CONTENT, wire.COLOR_MATCH: Color.MATCH}
SEAMLESS: Mapping[int, Seamless] = {
    0: Seamless.NONE,
    wire.NOT_SEAMLESS: Seamless.NONE,
    wire.SEAMLESS_X: Seamless.X,
    wire.SEAMLESS_Y: Seamless.Y,
    wire.SEAMLESS_BOTH: Seamless.BOTH,
}

WEIGHTS = ("", "auto", *IDS)
_DEVICE = re.compile(r"([A-Za-z0-9._-]{1,72}/)?[a-z]{1,16}(:[0-9]{1,4})?")  # of a cluster, with its machine's name


def spec_of(message: wire.JobSpec, limits: Limits) -> Spec:
    """The validated spec. Invalid."""
    if not message.HasField("content"):
        raise Invalid("spec.content", "a job needs a content plane.")
    if message.job_class == wire.BACKGROUND:
        raise Invalid("spec.job_class", "only looks are learned in the background; choose INTERACTIVE or BATCH.")
    content = content_of(message.content, limits)
    if message.update:
        return _update(message, content, limits)
    if message.reading:
        check_reading(message)
    elif not 1 <= len(message.styles) <= MAX_STYLES:
        raise Invalid("spec.styles", f"give 1 to {MAX_STYLES} styles.")
    if len(message.masks) > MAX_MASKS:
        raise Invalid("spec.masks", f"give at most {MAX_MASKS} masks.")
    start, start_job = _start(message.start)
    previous = _previous(message)
    parameters = message.parameters
    spec = Spec(
        label=text(message.label, "spec.label"),
        lifetime=known(LIFETIMES, message.lifetime, "spec.lifetime"),
        job_class=known(CLASSES, message.job_class, "spec.job_class"),
        content=content,
        styles=shared_weights([style_of(style, f"spec.styles[{index}]", content, limits) for index, style in enumerate(message.styles)]),
        masks=tuple(_mask(mask, f"spec.masks[{index}]", content, limits) for index, mask in enumerate(message.masks)),
        start=start,
        start_job=start_job,
        strength_map=_gray(message.strength_map, "spec.strength_map", content, limits) if message.HasField("strength_map") else None,
        parameters=_free_of_content(parameters_of(parameters), start),
        weights=one_of(parameters.weights, WEIGHTS, "spec.parameters.weights"),
        device=device_of(parameters.device),
        report=message.report,
        previous=previous,
        painted=painted_of(message.painted, limits) if message.HasField("painted") else None,
        sequence=message.sequence or bool(previous) or message.HasField("painted"),
        reading=message.reading,
    )
    check_borders(spec)
    check_payloads(spec, limits)
    return spec


def _update(message: wire.JobSpec, content: PlaneSpec, limits: Limits) -> Spec:
    """What paints as an earlier job did. Invalid."""
    check_update(message)
    spec = Spec(
        label=text(message.label, "spec.label"),
        lifetime=known(LIFETIMES, message.lifetime, "spec.lifetime"),
        job_class=known(CLASSES, message.job_class, "spec.job_class"),
        content=content,
        styles=(),
        masks=(),
        start=Start(),
        start_job="",
        strength_map=None,
        parameters=Parameters(),
        weights="",
        device="",
        report=message.report,
        update=text(message.update, "spec.update"),
    )
    check_payloads(spec, limits)
    return spec


def _free_of_content(parameters: Parameters, start: Start) -> Parameters:
    """Those of a texture don't ask how far it goes from its content, or for the content's colours."""
    return replace(parameters, strength=100.0, color=Color.STYLE) if start.source is StartFrom.TEXTURE else parameters


def text(value: str, field: str, longest: int = MAX_TEXT, *, required: bool = False) -> str:
    """A caller's words. Invalid when there are too many, or none where some are needed."""
    if len(value) > longest:
        raise Invalid(field, f"at most {longest} characters.")
    if required and not value:
        raise Invalid(field, "this must not be empty.")
    return value


def content_of(message: wire.Plane, limits: Limits) -> PlaneSpec:
    """What is to be painted. Invalid."""
    plane = plane_of(message, "spec.content", limits)
    if min(plane.width, plane.height) < SMALLEST_SIDE:
        raise Invalid("spec.content", f"a picture needs at least {SMALLEST_SIDE} px per side, and this one is {plane.width} × {plane.height}.")
    return plane


def plane_of(message: wire.Plane, field: str, limits: Limits) -> PlaneSpec:
    """A plane of any size. Invalid."""
    channels = known(CHANNELS, message.format.channels, f"{field}.format.channels")
    depth = known(DEPTHS, message.format.depth, f"{field}.format.depth")
    for side, value in (("width", message.width), ("height", message.height)):
        if not 1 <= value <= LARGEST_SIDE:
            raise Invalid(f"{field}.{side}", f"1 to {LARGEST_SIDE} px, and this is {value}.")
    pixels = message.width * message.height
    if pixels > limits.max_pixels:
        raise Invalid(
            field,
            f"{message.width} × {message.height} px are more than this server takes ({limits.max_pixels / 1e6:g} megapixels); {_largest(message, limits)}.",
            reason="IMAGE_TOO_LARGE",
        )
    if len(message.icc_profile) > MAX_ICC_BYTES:
        raise Invalid(f"{field}.icc_profile", f"at most {MAX_ICC_BYTES} bytes.")
    if message.icc_profile:
        _check_profile(message.icc_profile, channels, f"{field}.icc_profile")
    return PlaneSpec(PixelFormat(channels, depth), message.width, message.height, message.payload, bytes(message.icc_profile) or None)


def _largest(message: wire.Plane, limits: Limits) -> str:
    factor = math.sqrt(limits.max_pixels / (message.width * message.height))
    width, height = (max(1, math.floor(side * factor)) for side in (message.width, message.height))
    return f"scale the picture down, to {width} × {height} px or less"


def _check_profile(icc: bytes, channels: Channels, field: str) -> None:
    """By its header alone; whether it is whole, the engine finds out."""
    from restyle_imaging.color.profiles import color_space  # numpy: only for those who need it

    pixels = "GRAY" if channels.is_gray else "RGB"
    try:
        space = color_space(icc)
    except ValueError:
        raise Invalid(field, "these bytes are no ICC profile; leave them out for sRGB.") from None
    if space != pixels:
        raise Invalid(field, f"the profile is for {space}, but the pixels are {pixels}; give one for {pixels}, or convert the picture to sRGB and give none.")


def _gray(message: wire.Plane, field: str, content: PlaneSpec, limits: Limits) -> PlaneSpec:
    plane = plane_of(message, field, limits)
    if plane.format.channels is not Channels.GRAY:
        raise Invalid(f"{field}.format.channels", "a mask is GRAY.")
    if (plane.width, plane.height) != (content.width, content.height):
        raise Invalid(field, f"a mask has the content's size, {content.width} × {content.height} px, and this one has {plane.width} × {plane.height}.")
    return plane


def _mask(message: wire.Mask, field: str, content: PlaneSpec, limits: Limits) -> MaskSpec:
    use = known(MASK_USES, message.use, f"{field}.use")
    return MaskSpec(_gray(message.plane, f"{field}.plane", content, limits), use)


def style_of(message: wire.StyleUse, field: str, content: PlaneSpec | None, limits: Limits) -> StyleSpec:
    """content: what a mask is as large as; None: there is none to be masked. Invalid."""
    source = _source(message, field, limits)
    crop = _crop(message.crop, f"{field}.crop", source) if message.HasField("crop") else None
    if isinstance(source, PlaneSpec) and min(source.width, source.height) < SMALLEST_SIDE:
        raise Invalid(f"{field}.plane", f"a style needs at least {SMALLEST_SIDE} px per side.")
    weight = number_in(message.weight, f"{field}.weight", 0.0, MAX_STYLE_WEIGHT) if message.HasField("weight") else 1.0
    if weight <= 0:
        raise Invalid(f"{field}.weight", "a style's weight is greater than 0; leave the style out instead.")
    return StyleSpec(
        source=source,
        weight=weight,
        scale=number_in(message.scale, f"{field}.scale", *STYLE_SCALES) if message.HasField("scale") else None,
        crop=crop,
        mask=_gray(message.mask, f"{field}.mask", content, limits) if content is not None and message.HasField("mask") else None,
        symmetry=known(SYMMETRIES, message.symmetry, f"{field}.symmetry"),
    )


def _source(message: wire.StyleUse, field: str, limits: Limits) -> str | EncodedSpec | PlaneSpec:
    if message.WhichOneof("source") == "style_id":
        return text(message.style_id, f"{field}.style_id", required=True)
    found = _picture(message, field, limits)
    if found is None:
        raise Invalid(field, "name a style of the library, or give a picture or a plane.")
    return found


def _crop(message: wire.Rect, field: str, source: str | EncodedSpec | PlaneSpec) -> Crop:
    if min(message.width, message.height) < SMALLEST_SIDE:
        raise Invalid(field, f"a crop has at least {SMALLEST_SIDE} px per side.")
    if isinstance(source, PlaneSpec) and (message.x + message.width > source.width or message.y + message.height > source.height):
        raise Invalid(field, f"the crop leaves the style's {source.width} × {source.height} px.")
    return Crop(message.x, message.y, message.width, message.height)


def shared_weights(styles: list[StyleSpec]) -> tuple[StyleSpec, ...]:
    """The same with weights that sum to 1."""
    total = math.fsum(style.weight for style in styles)
    return tuple(StyleSpec(s.source, s.weight / total, s.scale, s.crop, s.mask, s.symmetry) for s in styles)


def _start(message: wire.Start) -> tuple[Start, str]:
    match message.WhichOneof("from"):
        case "noise":
            return Start(StartFrom.NOISE), ""
        case "job_id":
            return Start(StartFrom.RESULT), text(message.job_id, "spec.start.job_id", required=True)
        case "texture":
            return Start(StartFrom.TEXTURE), ""
        case "content" if message.content.HasField("noise"):
            return Start(noise=number_in(message.content.noise, "spec.start.content.noise", 0.0, 1.0)), ""
        case _:
            return Start(), ""


def _previous(message: wire.JobSpec) -> tuple[PreviousSpec, ...]:
    field = "spec.previous"
    if len(message.previous) > MAX_PREVIOUS:
        raise Invalid(field, f"give at most {MAX_PREVIOUS} paintings to hold still with.")
    if message.previous and message.start.WhichOneof("from") in ("noise", "job_id"):
        raise Invalid("spec.start", "a painting that holds still with others starts from them; leave the start out.")
    if message.previous and message.HasField("painted"):
        raise Invalid("spec.painted", "what a person has painted holds still with nothing; give either a painting or previous ones.")
    found: dict[str, float] = {}
    for index, one in enumerate(message.previous):
        job_id = text(one.job_id, f"{field}[{index}].job_id", required=True)
        if job_id in found:
            raise Invalid(f"{field}[{index}].job_id", "this job is there twice.")
        found[job_id] = number_in(one.weight, f"{field}[{index}].weight", 0.0, MAX_STYLE_WEIGHT) if one.HasField("weight") else 1.0
        if found[job_id] <= 0:
            raise Invalid(f"{field}[{index}].weight", "a weight is greater than 0; leave the painting out instead.")
    return tuple(PreviousSpec(job_id, weight) for job_id, weight in found.items())


def painted_of(message: wire.Painted, limits: Limits, field: str = "spec.painted") -> EncodedSpec | PlaneSpec:
    """What a person has painted. Invalid."""
    found = _picture(message, field, limits)
    if found is None:
        raise Invalid(field, "give what is painted as a picture or a plane.")
    return found


def _picture(message: wire.StyleUse | wire.Painted, field: str, limits: Limits) -> EncodedSpec | PlaneSpec | None:
    """What a message shows, as a file or as pixels; None: nothing."""
    match message.WhichOneof("source"):
        case "image":
            return encoded_of(message.image, f"{field}.image", limits)
        case "plane":
            return plane_of(message.plane, f"{field}.plane", limits)
        case _:
            return None


def encoded_of(message: wire.EncodedImage, field: str, limits: Limits) -> EncodedSpec:
    """A picture's file. Invalid."""
    if not 1 <= message.size <= limits.max_style_bytes:
        raise Invalid(f"{field}.size", f"1 to {limits.max_style_bytes} bytes, and this is {message.size}.")
    return EncodedSpec(message.size, message.payload)


def parameters_of(message: wire.Parameters) -> Parameters:
    """Invalid."""
    field = "spec.parameters"

    def number(declared: Number) -> float | None:
        value = getattr(message, declared.name)
        return number_in(value, f"{field}.{declared.name}", declared.lowest, declared.highest) if message.HasField(declared.name) else None  # type: ignore[arg-type]

    numbers: dict[str, Any] = {each.name: number(each) for each in NUMBERS.values()}
    if message.native_size and message.HasField("size"):
        raise Invalid(f"{field}.native_size", "give either a size or native_size.")
    return Parameters(
        preset=known(PRESETS, message.preset, f"{field}.preset"),
        native_size=message.native_size,
        color=known(COLORS, message.color, f"{field}.color"),
        objective=known(OBJECTIVES, message.objective, f"{field}.objective"),
        optimizer=known(OPTIMIZERS, message.optimizer, f"{field}.optimizer"),
        style_layers=_layers(message.style_layers, f"{field}.style_layers"),
        content_layers=_layers(message.content_layers, f"{field}.content_layers"),
        pooling=known(POOLINGS, message.pooling, f"{field}.pooling"),
        precision=known(PRECISIONS, message.precision, f"{field}.precision"),
        seamless=known(SEAMLESS, message.seamless, f"{field}.seamless"),
        memory_limit=message.memory_limit if message.HasField("memory_limit") else None,
        **numbers,
    )


def _layers(messages: object, field: str) -> tuple[tuple[str, float], ...]:
    layers: dict[str, float] = {}
    for message in messages:  # type: ignore[attr-defined]
        if message.layer not in VGG19.layers:
            raise Invalid(field, "layers are called relu1_1 to relu5_4.")
        if message.layer in layers:
            raise Invalid(field, f"{message.layer} is there twice.")
        layers[message.layer] = number_in(message.weight, field, 0.0, MAX_STYLE_WEIGHT)
    if layers and not any(layers.values()):
        raise Invalid(field, "give at least one layer a positive weight.")
    return tuple(layers.items())


def device_of(value: str) -> str:
    """A device's name; whether it is there, its slots know. Invalid."""
    if value and not _DEVICE.fullmatch(value):
        raise Invalid("spec.parameters.device", "a device is called cpu, mps, cuda:0, machine/cuda:0 and so on.")
    return value


def check_payloads(spec: Uploaded, limits: Limits) -> None:
    """That each part has a payload of its own, none is left over, and all together are not too much. Invalid."""
    seen: set[int] = set()
    total, count = 0, len(list(spec.parts()))
    for part, field in spec.parts():
        if part.payload >= count:
            raise Invalid(f"{field}.payload", "payloads are numbered from 0, without gaps.")
        if part.payload in seen:
            raise Invalid(f"{field}.payload", f"payload {part.payload} is used twice; number them from 0, one for each plane and picture.")
        seen.add(part.payload)
        total += part.size
    if total > limits.max_bytes_in_flight:
        raise Invalid("spec", f"the job has {total} bytes in all, and this server takes {limits.max_bytes_in_flight} at once; scale the picture down.")


def number_in(value: float, field: str, low: float, high: float) -> float:
    """Invalid for what is no number, or none of the range."""
    if not (math.isfinite(value) and low <= value <= high):
        raise Invalid(field, f"{low:g} to {high:g}, and this is {value:g}.")
    return value


def one_of(value: str, choices: tuple[str, ...], field: str) -> str:
    """Invalid."""
    if value not in choices:
        raise Invalid(field, f"choose one of {', '.join(filter(None, choices))}.")
    return value


def known(names: Mapping[int, T], value: int, field: str) -> T:
    """What an enumeration's value means. Invalid."""
    if value not in names:
        raise Invalid(field, "choose one of the values that restyle.v1 names." if value else "this must be set.")
    return names[value]
