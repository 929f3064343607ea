"""Owns a look's lesson as a caller gives it: validated, its pictures still payloads of the upload; and how it becomes an order once they are files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from restyle_engine.parameters import SMALLEST_SIDE, Parameters, Preset

from ..jobs.job import JobClass, Lifetime
from ..jobs.uploads import payload_path
from ..limits import LEARN_STEPS, MAX_LEARN_SIDE, MAX_LEARN_STEPS, MAX_PHOTOGRAPHS, MAX_STYLES, Limits
from ..records.lesson import LessonOrder
from ..records.order import WeightsFile
from ..refusals import Invalid
from ..wire import restyle_pb2 as wire
from . import conversion
from .specs import EncodedSpec, LibraryStyle, PlaneSpec, StyleSpec, painted_order, style_order

HEEDED = ("preset", "size", "strength", "seed", "precision", "weights", "device")  # of the parameters; the preset only as what is always there
UNHEEDED = ("masks", "start", "strength_map", "report", "previous", "painted", "sequence", "reading", "update")  # of the spec
PAINTED = "a painting"  # what a look was learned from, where nobody says more


@dataclass(frozen=True, slots=True)
class LearnSpec:
    """A validated JobSpec with `learn`. style: in words, empty: to be named by its styles. painting: of the content."""

    label: str
    lifetime: Lifetime
    job_class: JobClass
    name: str
    style: str
    credit: str
    steps: int
    styles: tuple[StyleSpec, ...]
    photographs: tuple[EncodedSpec, ...]
    content: PlaneSpec | None
    painting: EncodedSpec | PlaneSpec | None
    parameters: Parameters
    weights: str
    device: str

    @property
    def sizes(self) -> dict[int, int]:
        """Bytes by payload."""
        return {part.payload: part.size for part, _ in self.parts()}

    def parts(self) -> Iterator[tuple[PlaneSpec | EncodedSpec, str]]:
        """Everything that is uploaded, with its field's path."""
        if self.content is not None:
            yield self.content, "spec.content"
        for index, style in enumerate(self.styles):
            if not isinstance(style.source, str):
                yield style.source, f"spec.styles[{index}].{'plane' if isinstance(style.source, PlaneSpec) else 'image'}"
        for index, photograph in enumerate(self.photographs):
            yield photograph, f"spec.learn.photographs[{index}]"
        if self.painting is not None:
            yield self.painting, f"spec.learn.painting.{'plane' if isinstance(self.painting, PlaneSpec) else 'image'}"

    def order(self, folder: Path, kept: Path, weights: WeightsFile, library: Mapping[str, LibraryStyle]) -> LessonOrder:
        """The lesson, with every payload a file of `folder`. kept: where what has been learned will lie."""
        styles = tuple(style_order(style, index, folder, library) for index, style in enumerate(self.styles))
        return LessonOrder(
            name=self.name,
            style=self.style or ", ".join(style.name for style in styles) or PAINTED,
            credit=self.credit,
            steps=self.steps,
            styles=styles,
            photographs=tuple(payload_path(folder, photograph.payload) for photograph in self.photographs),
            content=None if self.content is None else self.content.file(folder),
            painting=None if self.painting is None else painted_order(self.painting, folder),
            weights=weights,
            parameters=self.parameters,
            kept=kept,
        )


def learn_spec_of(message: wire.JobSpec, limits: Limits) -> LearnSpec:
    """The validated spec of a look that is to be learned. Invalid."""
    learn = message.learn
    _check_alone(message)
    content = conversion.content_of(message.content, limits) if message.HasField("content") else None
    painting = _painting(learn, content, limits) if learn.HasField("painting") else None
    spec = LearnSpec(
        label=conversion.text(message.label, "spec.label"),
        lifetime=conversion.known(conversion.LIFETIMES, message.lifetime, "spec.lifetime"),
        job_class=JobClass.BACKGROUND,
        name=_text(learn.name, "spec.learn.name", required=True),
        style=_text(learn.style, "spec.learn.style"),
        credit=_text(learn.credit, "spec.learn.credit"),
        steps=_steps(learn),
        styles=() if painting is not None else _styles(message, limits),
        photographs=_photographs(learn, limits),
        content=content,
        painting=painting,
        parameters=_parameters(message.parameters),
        weights=conversion.one_of(message.parameters.weights, conversion.WEIGHTS, "spec.parameters.weights"),
        device=conversion.device_of(message.parameters.device),
    )
    conversion.check_payloads(spec, limits)
    return spec


def _check_alone(message: wire.JobSpec) -> None:
    """That nothing is there which only paintings have, and no second thing to learn from."""
    for field, _ in message.ListFields():
        if field.name in UNHEEDED:
            raise Invalid(f"spec.{field.name}", "this is for paintings, and a look is learned without it; leave it out.")
    if message.job_class not in (wire.JOB_CLASS_UNSPECIFIED, wire.BACKGROUND):
        raise Invalid("spec.job_class", "a look is learned in the background; leave the class out.")
    if message.learn.HasField("painting"):
        if message.styles:
            raise Invalid("spec.styles", "a look is learned from styles or from a painting; give one of them.")
        if message.learn.photographs:
            raise Invalid("spec.learn.photographs", "what is learned from a painting is practised on its own layer; leave the photographs out.")
        if not message.HasField("content"):
            raise Invalid("spec.content", "a painting needs the layer that it is of, as the content.")


def _painting(learn: wire.Learn, content: PlaneSpec | None, limits: Limits) -> EncodedSpec | PlaneSpec:
    painting = conversion.painted_of(learn.painting, limits, "spec.learn.painting")
    if isinstance(painting, PlaneSpec) and content is not None and (painting.width, painting.height) != (content.width, content.height):
        raise Invalid(
            "spec.learn.painting.plane",
            f"a painting has its layer's size, {content.width} × {content.height} px, and this one has {painting.width} × {painting.height}.",
        )
    return painting


def _styles(message: wire.JobSpec, limits: Limits) -> tuple[StyleSpec, ...]:
    if not 1 <= len(message.styles) <= MAX_STYLES:
        raise Invalid("spec.styles", f"give 1 to {MAX_STYLES} styles to learn from, or a painting.")
    for index, style in enumerate(message.styles):
        if style.HasField("mask"):
            raise Invalid(f"spec.styles[{index}].mask", "a look has no regions; leave the mask out.")
    return conversion.shared_weights([conversion.style_of(style, f"spec.styles[{index}]", None, limits) for index, style in enumerate(message.styles)])


def _photographs(learn: wire.Learn, limits: Limits) -> tuple[EncodedSpec, ...]:
    if len(learn.photographs) > MAX_PHOTOGRAPHS:
        raise Invalid("spec.learn.photographs", f"at most {MAX_PHOTOGRAPHS}, and these are {len(learn.photographs)}; choose the most different ones.")
    return tuple(conversion.encoded_of(one, f"spec.learn.photographs[{index}]", limits) for index, one in enumerate(learn.photographs))


def _steps(learn: wire.Learn) -> int:
    steps = learn.steps if learn.HasField("steps") else LEARN_STEPS
    if not 1 <= steps <= MAX_LEARN_STEPS:
        raise Invalid("spec.learn.steps", f"1 to {MAX_LEARN_STEPS}, and this is {steps}.")
    return steps


def _parameters(message: wire.Parameters) -> Parameters:
    parameters = conversion.parameters_of(message)
    for field, _ in message.ListFields():
        if field.name not in HEEDED or (field.name == "preset" and parameters.preset is not Preset.STANDARD):
            raise Invalid(f"spec.parameters.{field.name}", "this is for paintings, and a look is learned without it; leave it out.")
    if parameters.size is not None and parameters.size > MAX_LEARN_SIDE:
        raise Invalid("spec.parameters.size", f"{SMALLEST_SIDE} to {MAX_LEARN_SIDE} px to learn on, and this is {parameters.size}.")
    return parameters


def _text(value: str, field: str, *, required: bool = False) -> str:
    """Words that a look's file may say."""
    found = conversion.text(value, field, required=required)
    if not found.isprintable() or (required and not found.strip()):
        raise Invalid(field, "give words that can be printed, on one line.")
    return found
