"""Owns what a film would cost: frames, time, memory, and room on the disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import restyle_client as client
from restyle_imaging.film.codecs import Chosen

from ..terminal.output import bytes_for_people, seconds_for_people
from .estimating import shortage
from .film_order import Step
from .film_source import Source
from .film_work import OVERHEAD

UNBORN = "a-frame-before"  # stands for jobs that are not made yet, which an estimate doesn't look for


@dataclass(frozen=True, slots=True)
class Cost:
    """first: what a frame takes by itself. largest: the one that takes the most memory. seconds: of all; None before the first painting on the device."""

    first: client.Estimate
    largest: client.Estimate
    paintings: int
    kept: int
    seconds: float | None


def ask(session: client.Session, request: client.JobRequest, steps: Sequence[Step]) -> Cost:
    """What a film's paintings take, as the server says of each kind: a frame by itself, those that follow one or two. request: for the first."""
    kinds = Counter(len(step.previous) for step in steps if not step.key)
    first = session.estimate(request)
    found = {count: session.estimate(_following(request, count)) if count else first for count in kinds}
    times = [None if found[count].seconds is None else number * (found[count].seconds or 0.0) for count, number in kinds.items()]
    seconds = None if None in times else sum(time or 0.0 for time in times)
    return Cost(first, max((first, *found.values()), key=lambda one: one.memory_bytes), sum(kinds.values()), len(steps), seconds)


def disk(source: Source, paintings: int) -> int:
    """Bytes that the work folder takes at most: every painting as large as its pixels, although most get smaller."""
    return round(paintings * source.clip.frame_bytes * OVERHEAD)


def about(source: Source, cost: Cost, chosen: Chosen | None, room: int | None, allowed: int | None) -> dict[str, Any]:
    """What is told, in JSON's types. Memory and disk in bytes: of the disk at most until the film is written, and about what the film itself takes then, None
    for frames in files. seconds: None before the first painting on the device. chosen: the film's coding; None: frames in files."""
    first, clip = cost.first, source.clip
    return {
        "content": source.name,
        "frames": len(source.shown),
        "paintings": cost.paintings,
        "seconds": None if cost.seconds is None else round(cost.seconds, 1),
        "memory": cost.largest.memory_bytes,
        "memory_available": first.memory_available,
        "memory_allowed": allowed,
        "fits": cost.largest.memory_bytes <= first.memory_available,
        "largest_size": first.largest_size,
        "disk": disk(source, cost.kept),
        "disk_free": room,
        "film": None if chosen is None else chosen.bytes_of(clip.width, clip.height, len(source.shown)),
        "codec": None if chosen is None else chosen.name,
        "work_size": [first.work_width, first.work_height],
        "device": first.device,
        "weights": first.weights.id if first.weights else None,
        "warnings": [*source.warnings, *(chosen.notes if chosen is not None else ()), *first.warnings],
    }


def about_look(source: Source, look: str, seconds: float, chosen: Chosen | None, room: int | None) -> dict[str, Any]:
    """The same for a film that is painted with a look. seconds: of a frame."""
    clip, count = source.clip, len(source.positions)
    unknown = dict.fromkeys(("memory", "memory_available", "memory_allowed", "largest_size", "device", "weights"))
    return {
        **unknown,
        "content": source.name,
        "look": look,
        "frames": len(source.shown),
        "paintings": count,
        "seconds": round(count * seconds, 1),
        "fits": True,
        "disk": disk(source, count),
        "disk_free": room,
        "film": None if chosen is None else chosen.bytes_of(clip.width, clip.height, len(source.shown)),
        "codec": None if chosen is None else chosen.name,
        "work_size": [clip.width, clip.height],
        "warnings": [*source.warnings, *(chosen.notes if chosen is not None else ())],
    }


def sentence(told: dict[str, Any]) -> str:
    """The same for people."""
    time = "time not known before the first painting on this device" if told["seconds"] is None else f"about {seconds_for_people(told['seconds'])}"
    width, height = told["work_size"]
    room = "" if told["disk_free"] is None else f" of {bytes_for_people(told['disk_free'])} that are free"
    twice = "" if told["paintings"] == told["frames"] else f" ({told['paintings']} paintings)"
    film = "" if told["film"] is None else f", and about {bytes_for_people(told['film'])} for the film in {told['codec']}"
    how = f"with the look {told['look']}; " if told["device"] is None else f"on {told['device']}; {bytes_for_people(told['memory'])} of memory, "
    words = (
        f"{told['content']}: {told['frames']} frames{twice}, {time}, at {width}×{height} px {how}"
        f"at most {bytes_for_people(told['disk'])} of disk{room} until the film is written{film}"
    )
    if not told["fits"]:
        words = f"{words}; {shortage(told)}"
    return ". ".join([words, *(warning.removesuffix(".") for warning in told["warnings"])])


def _following(request: client.JobRequest, count: int) -> client.JobRequest:
    """The request of a frame that follows so many."""
    return replace(request, previous=tuple(client.Previous(f"{UNBORN}-{number}") for number in range(count)), start=None)
