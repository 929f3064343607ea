"""Owns what is kept of a painted frame for those that follow it: a file beside the job's result, by which a server that was started again goes on as if nothing
had been."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import fields
from functools import partial
from pathlib import Path

import numpy as np
from restyle_contract.files import replacing
from restyle_engine.parameters import Resolved
from restyle_engine.task import Frame, Pixels, Previous, Task
from restyle_imaging.io.files import read_picture
from restyle_imaging.planes.canvas import Canvas, open_plane
from restyle_imaging.resample.resize import resize_visible
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from .. import __version__
from ..records.order import Order
from .engine import JobFailure
from .materials import plane_of

LOST = ("PREVIOUS_LOST", "The painting of the frame before can't be read any more; paint that frame again, and this one after it.")
SHAPES = 0.01  # that two may differ: sizes in whole pixels
PARTS = ("content", "painting", "seen")


class Damaged(Exception):
    """The file is there, and not what was written."""


def settings_of(task: Task, order: Order) -> str:
    """Equal for frames that are painted alike, whatever their content."""
    digest = hashlib.blake2b(digest_size=16)
    words = [__version__, str(task.weights), str(order.start.source), str(task.noise)]
    words += [f"{field.name} {getattr(task.parameters, field.name)}" for field in fields(Resolved) if field.name != "memory_limit"]
    for style in task.styles:
        words.append(f"{style.key} {style.weight} {style.scale} {style.symmetry} {_said(style.region)}")
    words += [_said(task.weight), _said(task.strength_map)]
    for word in words:
        digest.update(f"{len(word)}:{word}".encode())
    return digest.hexdigest()


def previous_of(order: Order) -> tuple[Previous, ...]:
    """The paintings that an order holds still with. JobFailure when one of those that it names can't be read."""
    return tuple(Previous((partial(_named, one.frames[0]), *(partial(_found, path) for path in one.frames[1:])), one.weight) for one in order.previous)


def painted_of(order: Order, width: int, height: int) -> Callable[[int, int], Pixels]:
    """What a person has painted, by width and height, in px: (h, w, 3). width, height: of the content. JobFailure, PictureError, ImagingError."""
    painted = order.painted
    if painted is None or (painted.plane is None and painted.picture is None):
        raise JobFailure("BAD_INPUT", "The painted frame has neither a picture nor a layer; choose one.")
    plane = read_picture(painted.picture, "painted frame").plane if painted.picture is not None else plane_of(painted.plane)  # type: ignore[arg-type]
    canvas: Canvas = open_plane(plane)
    if abs(canvas.width * height / (canvas.height * width) - 1) > SHAPES:
        raise JobFailure(
            "BAD_INPUT",
            f"The painted frame is {canvas.width} × {canvas.height} px, which is of another shape than the content's {width} × {height}; give it the same.",
        )
    return lambda wide, high: resize_visible(canvas.rgb, canvas.alpha, wide, high)[0]


def scales_of(order: Order) -> tuple[float, ...]:
    """The sizes of the strokes of the nearest painting that an order holds still with; empty where it follows none, or nobody knows them."""
    for one in order.previous:
        try:
            with safe_open(one.frames[0], framework="numpy") as file:
                if said := (file.metadata() or {}).get("scales"):
                    return tuple(map(float, said.split()))
        except (OSError, SafetensorError, ValueError):
            continue  # whoever reads the frame itself says what is wrong with it
    return ()


def write(path: Path, frame: Frame, scales: tuple[float, ...] = ()) -> None:
    """Whole or not at all. scales: sizes of the styles' strokes. OSError."""
    arrays = {name: np.ascontiguousarray(array) for name in PARTS if (array := getattr(frame, name)) is not None}
    words = {"settings": frame.settings, "anew": str(frame.anew), "nearness": repr(frame.nearness), "digest": _digest(arrays)}
    words["scales"] = " ".join(map(repr, scales))
    try:
        with replacing(path) as part:
            save_file(arrays, part, words)
    except SafetensorError as error:
        raise OSError(str(error)) from error


def read(path: Path) -> Frame:
    """FileNotFoundError when there is none, OSError when it can't be read, Damaged when it is not what was written."""
    if not path.is_file():
        raise FileNotFoundError(path)
    try:
        with safe_open(path, framework="numpy") as file:
            words = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
        if words["digest"] != _digest(arrays):
            raise Damaged
        return Frame(arrays["content"], arrays["painting"], arrays.get("seen"), words["settings"], words["anew"] == "True", float(words["nearness"]))
    except (SafetensorError, KeyError, ValueError) as error:
        raise Damaged from error


def _named(path: Path) -> Frame:
    try:
        return read(path)
    except (OSError, Damaged) as error:
        raise JobFailure(*LOST) from error


def _found(path: Path) -> Frame | None:
    """One that nobody named: without it there is only less to go by."""
    try:
        return read(path)
    except (OSError, Damaged):
        return None


def _said(values: Pixels | None) -> str:
    return "all" if values is None else hashlib.blake2b(np.ascontiguousarray(values).tobytes(), digest_size=16).hexdigest()


def _digest(arrays: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].shape} {arrays[name].dtype}".encode())
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()
