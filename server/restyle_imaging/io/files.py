"""Owns reading and writing picture files: PNG, JPEG, JPEG XL, WebP, AVIF, TIFF and OpenEXR (and others to read, patterns to write), with depth, profile,
orientation and resolution kept.

    read_bytes(path)                 a file's bytes; PictureError when it can't
    read_picture(source)             PictureFile; PictureError when it can't
    encode_picture(plane, suffix)    a file's bytes; who owns the place writes them

16-bit RGB and TIFF are read around Pillow, which turns them into 8 bits without a word. What that needs is imported when first needed.
"""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from ..errors import PictureError
from ..planes.formats import Plane
from ..planes.samples import is_usable, samples_of
from . import archives, encoding, exr, heif, jxl, kinds, netpbm, psd, raster, tiff, xcf
from .encoding import Encoded
from .ocio import LEFT, Ocio
from .pictures import PictureFile

__all__ = ["PictureError", "PictureFile", "encode_picture", "read_bytes", "read_picture"]

TIFF_MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
WRITABLE = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WEBP",
    ".avif": "AVIF",
    ".jxl": "JXL",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".exr": "EXR",
    ".ora": "ORA",
    ".pat": "PAT",
}
LARGEST_FILE = 4 << 30  # bytes: 150 megapixels of float RGBA are under 3 GB; a pipe may never end
SLICE = 1 << 20  # bytes read at a time


def read_bytes(path: Path | str) -> bytes:
    """All of a file, or of a pipe, which can be read only once. PictureError: missing, a folder or a device, too large, unreadable."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            kind = path.stat().st_mode
            if stat.S_ISCHR(kind) or stat.S_ISBLK(kind):
                raise PictureError(f"{path} is a device; give a picture file.")
            return _all_of(file, path.name)
    except FileNotFoundError as error:
        raise PictureError(f"There is no file {path}; check the path.") from error
    except IsADirectoryError as error:
        raise PictureError(f"{path} is a folder; give a picture file.") from error
    except OSError as error:
        raise PictureError(f"{path.name} can't be read ({_reason(error)}); check its permissions.") from error
    except ValueError as error:  # a null character
        raise PictureError(f"There is no file {str(path)!r}; check the path.") from error


def read_picture(source: Path | str | bytes, name: str | None = None, ocio: Ocio | None = None) -> PictureFile:
    """The first picture of a file, given by path or by its bytes, upright. name: what to call it in sentences; default: the file's name. ocio: what
    says in which colour space of a studio's it is; None: nothing but the file itself.

    Palettes become RGB(A), CMYK and Lab become RGB, bits become gray. 16-bit and float pictures keep their depth.
    PictureError: missing, unreadable, empty, no picture, a kind that isn't read, cut short, NaN or infinite in it, or too large (found out before anything is
    decoded).
    """
    if ocio is not None and not isinstance(source, bytes):
        ocio = ocio.at(Path(source))
    name = name or ("The picture" if isinstance(source, bytes) else Path(source).name)
    data = source if isinstance(source, bytes) else read_bytes(source)
    if not data:
        raise PictureError(f"{name} is empty; choose a picture file with something in it.")
    if words := kinds.unreadable(data[: kinds.HEAD]):
        raise PictureError(f"{name} is {words}, which can't be read; export it as {raster.KINDS}.")
    try:
        reader = _reader(data)
        picture = reader(data, name) if ocio is None or reader not in (exr.read, tiff.read) else reader(data, name, ocio)
        if ocio is not None and ocio.space is not None and picture.space is None:
            picture = replace(picture, warnings=(*picture.warnings, LEFT.format(name=name)))
        if not is_usable(samples_of(picture.plane)):
            raise PictureError(f"{name} holds NaN, infinite or enormous values, which often mark places without data; fill them in the program that made it.")
    except MemoryError as error:
        raise PictureError(f"There is not enough memory to open {name}; close other programs or scale it down.") from error
    else:
        return picture


def encode_picture(plane: Plane, suffix: str, like: PictureFile | None = None, name: str = "") -> Encoded:
    """The plane as a file's bytes, of the kind that a name's ending (".png") stands for, and warnings. like: the file whose resolution, EXIF data and colour
    space go along. name: what programs call a pattern.

    Warnings are sentences about what the kind of file can't hold (transparency in JPEG, 16 bits in JPEG, WebP and AVIF, floats in PNG, EXIF data in TIFF).
    PictureError: an unknown ending, a size that it can't hold, or NaN or infinity in the plane.
    """
    kind = WRITABLE.get(suffix.lower())
    if kind is None:
        raise PictureError(f'"{suffix}" ends in no kind of picture that can be written; use one of {", ".join(WRITABLE)}.')
    return encoding.encode(plane, kind, like, name)


def _reader(data: bytes) -> Callable[..., PictureFile]:
    head = data[: kinds.HEAD]
    if head[:4] in TIFF_MARKS:
        return tiff.read
    if head[:4] in (exr.MARK, psd.MARK):
        return exr.read if head[:4] == exr.MARK else psd.read
    if head.startswith((*jxl.MARKS, xcf.MARK)):
        return xcf.read if head.startswith(xcf.MARK) else jxl.read
    if archives.kind_of(head) is not None:
        return archives.read
    if kinds.is_heic(head):
        return heif.read
    return netpbm.read if netpbm.is_one(data) else raster.read


def check_size(suffix: str, width: int, height: int) -> None:
    """What `encode_picture` would say of a picture's width and height in px, before anybody paints it. PictureError."""
    encoding.check_size(WRITABLE.get(suffix.lower(), ""), width, height)


def _all_of(file: BinaryIO, name: str) -> bytes:
    parts, size = [], 0
    while part := file.read(SLICE):
        parts.append(part)
        size += len(part)
        if size > LARGEST_FILE:
            raise PictureError(f"{name} has more than {LARGEST_FILE >> 30} GiB, more than can be handled; scale it down, or cut it into parts.")
    return b"".join(parts)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
