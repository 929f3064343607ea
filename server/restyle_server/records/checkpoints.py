"""Owns the file of the last scale that a running job has completed: if the job fails, the very same order, sent again, goes on from there.

One line of JSON, then planes of float32. It holds all that the next scale begins with, so that the picture is the one that an unbroken job would have given.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

from restyle_contract.files import replacing

from .. import __version__
from .order import AskedOrder, Order
from .result import Failure

FLOAT = 4  # bytes
HEADER_BYTES = 65_536  # far more than a header has
READ_BYTES = 1 << 20
UNREAD = ("weights", "parameters", "asked")  # of an order's fields: weights are large, and told apart by size and time; the others come as `asked`, once


@dataclass(frozen=True, slots=True)
class Head:
    """order: what was asked for, as `fingerprint` says it; engine: what the engine made of it; done: scales completed, 1 or more; width, height: px, of the
    last of them; shapes: of the planes, (channels, height, width)."""

    order: str
    engine: str
    done: int
    width: int
    height: int
    shapes: tuple[tuple[int, int, int], ...]
    nearness: float = 0.0  # to the style, at the end of the finish
    last: dict[str, Any] | None = None  # the step that ended the scale, by the names of its counts


def told(failure: Failure, kept: Head) -> Failure:
    """The failure, saying that its job can be gone on with."""
    return Failure(
        failure.reason, f"{failure.message} What was painted up to {kept.width} × {kept.height} px is kept: the same job, sent again, goes on from there."
    )


def fingerprint(order: Order | AskedOrder) -> str:
    """Equal for orders that are asked for alike: their pixels, styles, masks and parameters, but not how much memory they may take. OSError."""
    digest = hashlib.blake2b(f"{__version__}\n{order.asked}\n".encode(), digest_size=16)
    for word in _words(replace(order, report=False, kept=None, frame=None)):
        digest.update(f"{len(word)}:".encode() + word)
    status = order.weights.path.stat()
    digest.update(f"{order.weights.id} {status.st_size} {status.st_mtime_ns}".encode())  # not by its path, which is another on other machines
    return digest.hexdigest()


def _words(value: Any) -> Iterator[bytes]:
    """What a value says, its files by their bytes and not by their names, which differ from job to job."""
    if isinstance(value, Path):
        yield _digest(value)
    elif isinstance(value, tuple):
        yield str(len(value)).encode()
        for one in value:
            yield from _words(one)
    elif is_dataclass(value):
        for field in fields(value):
            if field.name not in UNREAD:
                yield field.name.encode()
                yield from _words(getattr(value, field.name))
    elif isinstance(value, bytes):
        yield hashlib.blake2b(value).digest()
    else:
        yield repr(value.value if isinstance(value, Enum) else value).encode()


def _digest(path: Path) -> bytes:
    digest = hashlib.blake2b()
    with path.open("rb") as file:
        while piece := file.read(READ_BYTES):
            digest.update(piece)
    return digest.digest()


def write(path: Path, head: Head, planes: Sequence[memoryview]) -> None:
    """Whole or not at all. planes: C-contiguous float32, as the head's shapes say. OSError."""
    with replacing(path, lasting=False) as part, part.open("wb") as file:  # for a job that goes on with the machine running
        file.write(json.dumps(asdict(head)).encode() + b"\n")
        for plane in planes:
            file.write(plane)


def head(path: Path) -> Head | None:
    """What the file keeps; None when there is none, or none that is whole."""
    found = _opened(path)
    return found[0] if found else None


def read(path: Path) -> tuple[Head, list[bytearray]] | None:
    """The same with its planes, in float32."""
    found = _opened(path)
    if found is None:
        return None
    planes = [bytearray(math.prod(shape) * FLOAT) for shape in found[0].shapes]
    try:
        with path.open("rb") as file:
            file.seek(found[1])
            if any(file.readinto(plane) != len(plane) for plane in planes):
                return None
    except OSError:
        return None
    return found[0], planes


def _opened(path: Path) -> tuple[Head, int] | None:
    """The head and where the planes begin."""
    try:
        with path.open("rb") as file:
            line = file.readline(HEADER_BYTES)
            size = os.fstat(file.fileno()).st_size
        words = json.loads(line)
        shapes = tuple((int(c), int(h), int(w)) for c, h, w in words.pop("shapes"))
        found = Head(**words, shapes=shapes)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):  # none, cut off, or another version's
        return None
    return (found, len(line)) if size == len(line) + FLOAT * sum(map(math.prod, shapes)) else None
