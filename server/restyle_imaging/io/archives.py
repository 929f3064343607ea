"""Owns OpenRaster and Krita files: zips that hold, beside the layers, all of them merged in a PNG.

Source: OpenRaster's specification, 0.0.5.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from xml.etree import ElementTree

from ..errors import PictureError
from . import raster
from .pictures import PictureFile, cut_short

MARK = b"PK\3\4"
KINDS = {b"mimetypeimage/openraster": "ORA", b"mimetypeapplication/x-krita": "KRA"}  # from byte 30 on, as both rules have it
MERGED = "mergedimage.png"  # of both
THUMBNAIL = 256  # px, longest side
LARGEST = 1 << 30  # bytes of the PNG: 150 megapixels of 16-bit RGBA that hardly shrink


def kind_of(head: bytes) -> str | None:
    """ "ORA", "KRA" or None. head: a file's first bytes."""
    return next((kind for mark, kind in KINDS.items() if head.startswith(MARK) and head[30:].startswith(mark)), None)


def read(data: bytes, name: str) -> PictureFile:
    """The merged picture. PictureError as read_picture says, or where the program has kept none."""
    kind = kind_of(data[:128]) or ""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(MERGED) as file:
            png = file.read(LARGEST + 1)
    except KeyError as error:
        raise PictureError(f"{name} holds no merged picture; save it once more, or export it as {raster.KINDS}.") from error
    except Exception as error:  # zipfile raises what zlib, struct and its own parts raise
        raise cut_short(name) from error
    if len(png) > LARGEST:
        raise PictureError(f"The merged picture of {name} is larger than can be handled; scale it down, or export it as {raster.KINDS}.")
    return replace(raster.read(png, name), format=kind)


def write(layers: Sequence[tuple[str, bytes]], thumbnail: bytes, width: int, height: int) -> bytes:
    """An OpenRaster file. layers: name and PNG of each, all of width × height px, the uppermost first; only that one is shown. thumbnail: PNG."""
    image = ElementTree.Element("image", {"version": "0.0.5", "w": str(width), "h": str(height)})
    stack = ElementTree.SubElement(image, "stack")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:  # stored: a PNG shrinks no more, and the mark has to be plain
        archive.writestr("mimetype", "image/openraster")
        for number, (name, png) in enumerate(layers):
            place = f"data/layer{number}.png"
            shown = "hidden" if number else "visible"
            title = "".join(letter if letter.isprintable() else " " for letter in name)  # what XML can't hold among them
            ElementTree.SubElement(stack, "layer", {"name": title, "src": place, "x": "0", "y": "0", "visibility": shown})
            archive.writestr(place, png)
        archive.writestr("stack.xml", ElementTree.tostring(image, encoding="utf-8", xml_declaration=True))
        archive.writestr(MERGED, layers[0][1])
        archive.writestr("Thumbnails/thumbnail.png", thumbnail)
    return out.getvalue()
