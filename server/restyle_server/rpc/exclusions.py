"""Owns which parts of a job leave no place for others: an update, a reading, a texture and a seamless painting. Every refusal names its field."""

from __future__ import annotations

from restyle_engine.parameters import Seamless

from ..records.order import StartFrom
from ..refusals import Invalid
from ..wire import restyle_pb2 as wire
from .specs import Spec

UPDATE_FIELDS = ("label", "lifetime", "job_class", "content", "report", "update")  # of a spec that updates: all else is the earlier job's
UNREAD = ("styles", "masks", "start", "strength_map", "report", "previous", "painted", "sequence")  # of one that reads: only paintings have them


def check_update(message: wire.JobSpec) -> None:
    """That nothing is there which is the earlier job's. Invalid."""
    for field, _ in message.ListFields():
        if field.name not in UPDATE_FIELDS:
            raise Invalid(
                f"spec.{field.name}", "an update paints with the settings of its painting; leave this out, or paint the whole anew.", reason="UPDATE_OTHER"
            )


def check_reading(message: wire.JobSpec) -> None:
    """That nothing is there which only paintings have. Invalid."""
    for field, _ in message.ListFields():
        if field.name in UNREAD:
            raise Invalid(f"spec.{field.name}", "where people read is found in the content alone; leave it out.")


def check_borders(spec: Spec) -> None:
    """That nothing lies inside a picture that has no border or no content. Invalid."""
    masked = bool(spec.masks) or spec.strength_map is not None or any(style.mask is not None for style in spec.styles)
    texture, seamless = spec.start.source is StartFrom.TEXTURE, spec.parameters.seamless is not Seamless.NONE
    if texture and masked:
        raise Invalid("spec.start.texture", "a texture has no masks; leave them out, and the selection too.")
    if texture and spec.sequence:
        raise Invalid("spec.start.texture", "a texture is one picture, and no frame of a sequence; leave the other frames out.")
    if seamless and masked:
        raise Invalid("spec.parameters.seamless", "a seamless painting has no masks; leave them and the selection out, or paint without seamless.")
    if seamless and spec.sequence:
        raise Invalid("spec.parameters.seamless", "frames that hold still with others are not seamless; leave seamless out.")
