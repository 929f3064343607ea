"""Owns what a film would cost: frames, time, memory, and room on the disk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import restyle_client as client
from restyle_editor.sequence import LATER_SHARE

from ..terminal.output import bytes_for_people, seconds_for_people
from .estimating import shortage
from .film_order import Step
from .film_source import Source
from .film_work import OVERHEAD


def disk(source: Source, paintings: int) -> int:
    """Bytes that the work folder takes at most: every painting as large as its pixels, although most get smaller."""
    return round(paintings * source.clip.frame_bytes * OVERHEAD)


def about(source: Source, steps: Sequence[Step], first: client.Estimate, room: int | None, allowed: int | None) -> dict[str, Any]:
    """What is told, in JSON's types. Memory and disk in bytes, of the disk at most. seconds: None before the first painting on the device."""
    painted = [step for step in steps if not step.key]
    following = sum(bool(step.previous) for step in painted)
    seconds = None if first.seconds is None else round(first.seconds * (len(painted) - following + LATER_SHARE * following), 1)
    return {
        "content": source.name,
        "frames": len(source.shown),
        "paintings": len(painted),
        "seconds": seconds,
        "memory": first.memory_bytes,
        "memory_available": first.memory_available,
        "memory_allowed": allowed,
        "fits": first.memory_bytes <= first.memory_available,
        "largest_size": first.largest_size,
        "disk": disk(source, len(steps)),
        "disk_free": room,
        "work_size": [first.work_width, first.work_height],
        "device": first.device,
        "weights": first.weights.id if first.weights else None,
        "warnings": [*source.warnings, *first.warnings],
    }


def sentence(told: dict[str, Any]) -> str:
    """The same for people."""
    time = "time not known before the first painting on this device" if told["seconds"] is None else f"about {seconds_for_people(told['seconds'])}"
    width, height = told["work_size"]
    room = "" if told["disk_free"] is None else f" of {bytes_for_people(told['disk_free'])} that are free"
    twice = "" if told["paintings"] == told["frames"] else f" ({told['paintings']} paintings)"
    words = (
        f"{told['content']}: {told['frames']} frames{twice}, {time}, at {width}×{height} px on {told['device']}; {bytes_for_people(told['memory'])} of memory, "
        f"at most {bytes_for_people(told['disk'])} of disk{room} until the film is written"
    )
    if not told["fits"]:
        words = f"{words}; {shortage(told)}"
    return ". ".join([words, *(warning.removesuffix(".") for warning in told["warnings"])])
