"""Owns writing pictures where they are wanted: as files that replace nothing but Restyle's own work, or into stdout, a pipe or a device."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ..terminal.failures import Failure
from ..terminal.output import named
from . import destinations

if TYPE_CHECKING:
    from restyle_imaging.io.pictures import PictureFile
    from restyle_imaging.planes.formats import Plane

_stdout: list[BinaryIO] = []  # while a picture is meant for it


def write(
    output: Path, plane: Plane, like: PictureFile | None = None, *, suffix: str = destinations.DEFAULT_SUFFIX, overwrite: bool = False
) -> tuple[str, ...]:
    """Writes a picture; returns what the kind of file couldn't hold. suffix: of the kind of file for a stream. PictureError; Failure for a file that isn't
    Restyle's own."""
    from restyle_imaging.io import files

    if destinations.is_stream(output):
        encoded = files.encode_picture(plane, output.suffix if output.suffix.lower() in destinations.SUFFIXES else suffix, like)
        _pour(output, encoded.data)
        return encoded.warnings
    try:
        with destinations.replacing(output, overwrite) as draft:
            encoded = files.encode_picture(plane, output.suffix, like, output.stem)
            draft.write_bytes(encoded.data)
    except FileNotFoundError as error:
        raise Failure(f"The folder {named(output.parent)} does not exist; make it first, or write elsewhere.") from error
    except OSError as error:
        raise Failure(f"{named(output)} can't be written ({error.strerror or error}); choose another place with -o.") from error
    return encoded.warnings


@contextlib.contextmanager
def speaking_beside(output: Path) -> Iterator[None]:
    """Within it, what is told goes to stderr when the picture goes to stdout."""
    if not destinations.is_stdout(output):
        yield
        return
    _stdout.append(sys.stdout.buffer)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        _stdout.clear()


def _pour(output: Path, data: bytes) -> None:
    try:
        if destinations.is_stdout(output) and _stdout:
            _stdout[0].write(data)
            _stdout[0].flush()
        else:
            with output.open("wb") as file:
                file.write(data)
    except OSError as error:
        raise Failure(f"The picture can't be written to {named(output)} ({error.strerror or error}); choose another place with -o.") from error
