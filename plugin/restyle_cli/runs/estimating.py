"""Owns `restyle image --estimate`: what paintings would cost, without painting."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import restyle_client as client
import typer
from restyle_imaging.io import files

from ..terminal.failures import FAILED, say
from ..terminal.output import bytes_for_people, emit, line, named, seconds_for_people
from . import inputs, one_picture
from .paint_options import PaintOptions

MEBIBYTE = 2**20


def run(contents: Iterable[Path], options: PaintOptions, json: bool) -> None:
    """Tells memory and time of each picture, one line each. Of several, one that can't be read doesn't stop the rest; typer.Exit(1) then."""
    listed, failed = list(contents), False
    with client.connect() as session:
        styles = one_picture.choose(session, options)
        for content in listed:
            try:
                picture = files.read_picture(inputs.read(content), named(content.name))
            except files.PictureError as error:
                if len(listed) == 1:
                    raise
                failed = True
                say(error.message)
                continue
            order = one_picture.request(picture, content, styles, options)
            told = about(content, session.estimate(order), options.memory_limit)
            if json:
                emit(told)
            else:
                line(sentence(told))
    if failed:
        raise typer.Exit(FAILED)


def about(content: Path, estimate: client.Estimate, allowed: int | None = None) -> dict[str, Any]:
    """What is told, in JSON's types. Memory in bytes; seconds: None before the first painting on the device. allowed: bytes that were asked for, None: all."""
    return {
        "content": str(content),
        "memory": estimate.memory_bytes,
        "memory_available": estimate.memory_available,
        "memory_allowed": allowed,
        "fits": estimate.memory_bytes <= estimate.memory_available,
        "largest_size": estimate.largest_size,
        "seconds": None if estimate.seconds is None else round(estimate.seconds, 1),
        "work_size": [estimate.work_width, estimate.work_height],
        "device": estimate.device,
        "weights": estimate.weights.id if estimate.weights else None,
        "warnings": list(estimate.warnings),
    }


def sentence(told: dict[str, Any]) -> str:
    """The same for people."""
    time = "time not known before the first painting on this device" if told["seconds"] is None else f"about {seconds_for_people(told['seconds'])}"
    width, height = told["work_size"]
    words = f"{told['content']}: {time}, {bytes_for_people(told['memory'])} of memory at {width}×{height} px, on {told['device']}"
    if not told["fits"]:
        words = f"{words}; {shortage(told)}"
    return ". ".join([words, *(warning.removesuffix(".") for warning in told["warnings"])])


def shortage(told: dict[str, Any]) -> str:
    size = f"choose --size {told['largest_size']} or less" if told["largest_size"] else ""
    if told["memory_allowed"] is not None and told["memory_available"] >= told["memory_allowed"]:
        more = f"give --memory {math.ceil(told['memory'] / MEBIBYTE)}M or more"
        return f"only {bytes_for_people(told['memory_available'])} are allowed: {' or '.join(filter(None, (more, size)))}"
    return f"only {bytes_for_people(told['memory_available'])} are free: {size or 'close other programs or take a smaller picture'}"
