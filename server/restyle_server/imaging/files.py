"""Owns reading and writing picture files: PNG, JPEG, WebP and TIFF (and GIF, BMP, PPM to read), with depth, profile, orientation and resolution kept.

    read_picture(source)             PictureFile; PictureError when it can't
    write_picture(path, plane, like) writes a whole file or none; PictureError when it can't

16-bit PNG goes through libpng (imagecodecs) and TIFF through tifffile, because Pillow turns 16-bit RGB into 8 bits without a word. Both are imported when
first needed.
"""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path

from . import encoding, raster, tiff
from .errors import PictureError
from .formats import Plane
from .pictures import PictureFile

__all__ = ["PictureError", "PictureFile", "read_picture", "write_picture"]

TIFF_MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
WRITABLE = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF"}


def read_picture(source: Path | str | bytes, name: str | None = None) -> PictureFile:
    """The first picture of a file, given by path or by its bytes, upright. name: what to call it in sentences; default: the file's name.

    Palettes become RGB(A), CMYK becomes RGB by its profile, bits become gray. 16-bit and float pictures keep their depth.
    PictureError: missing, unreadable, empty, no picture, cut short, or too large (found out before anything is decoded).
    """
    name = name or ("The picture" if isinstance(source, bytes) else Path(source).name)
    data = source if isinstance(source, bytes) else _read(Path(source), name)
    if not data:
        raise PictureError(f"{name} is empty; choose a picture file with something in it.")
    reader = tiff.read if data[:4] in TIFF_MARKS else raster.read
    try:
        return reader(data, name)
    except MemoryError as error:
        raise PictureError(f"There is not enough memory to open {name}; close other programs or scale it down.") from error


def write_picture(path: Path | str, plane: Plane, like: PictureFile | None = None) -> tuple[str, ...]:
    """Writes the plane as the kind of file that the path's ending names, atomically. like: the file whose resolution and EXIF data go along.

    Returns warnings: sentences about what the kind of file can't hold (transparency in JPEG, 16 bits in JPEG and WebP, floats in PNG).
    PictureError: an unknown ending, or a place that can't be written.
    """
    path = Path(path)
    kind = WRITABLE.get(path.suffix.lower())
    if kind is None:
        raise PictureError(f'"{path.name}" ends in no kind of picture that can be written; use one of {", ".join(WRITABLE)}.')
    encoded = encoding.encode(plane, kind, like)
    _replace(path, encoded.data)
    return encoded.warnings


def _read(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise PictureError(f"There is no file {path}; check the path.") from error
    except IsADirectoryError as error:
        raise PictureError(f"{path} is a folder; give a picture file.") from error
    except OSError as error:
        raise PictureError(f"{name} can't be read ({_reason(error)}); check its permissions.") from error


def _replace(path: Path, data: bytes) -> None:
    """All of data at path, or nothing changed there."""
    temporary = path.with_name(f".{path.stem[:40]}.{secrets.token_hex(4)}{path.suffix}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
        if path.exists():
            temporary.chmod(path.stat().st_mode & 0o777)
        temporary.replace(path)
    except FileNotFoundError as error:
        raise PictureError(f"The folder {path.parent} does not exist; make it first, or write elsewhere.") from error
    except OSError as error:
        raise PictureError(f"{path} can't be written ({_reason(error)}); choose another place.") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
