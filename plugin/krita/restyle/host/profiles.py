"""Owns the bytes of Krita's color profiles, by name. No call gives them: a picture of one pixel is exported as PNG, once each, and its profile read from it."""

from __future__ import annotations

import struct
import tempfile
import zlib
from pathlib import Path

from .. import strings
from ..packages import Failure
from .api import krita
from .scratch import scratch

UNTAGGED = {  # Krita's defaults that say what no profile says: sRGB's primaries and curve
    ("RGBA", "sRGB-elle-V2-srgbtrc.icc"),
    ("GRAYA", "Gray-D50-elle-V2-srgbtrc.icc"),
}
LARGEST_BYTES = 4 << 20  # the service's limit
_PNG = b"\x89PNG\r\n\x1a\n"
_known: dict[tuple[str, str], bytes] = {}


def icc_of(model: str, depth: str, profile: str) -> bytes | None:
    """The profile's bytes; None for plain sRGB. Takes Krita some 130 ms the first time. Failure."""
    key = (model, profile)
    if key in UNTAGGED:
        return None
    if key not in _known:
        found = iccp(_exported(model, profile))
        if found is None:
            raise Failure(strings.PROFILE_UNREADABLE.format(name=profile))
        _known[key] = found
    return _known[key]


def iccp(png: bytes) -> bytes | None:
    """The profile in a PNG file; None when there is none, or it makes no sense."""
    if not png.startswith(_PNG):
        return None
    place = len(_PNG)
    while place + 8 <= len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        if kind == b"iCCP":
            content = png[place + 8 : place + 8 + length]
            _, _, packed = content.partition(b"\x00")
            try:
                return zlib.decompressobj().decompress(packed[1:], LARGEST_BYTES) or None
            except zlib.error:
                return None
        place += 12 + length
    return None


def _exported(model: str, profile: str) -> bytes:
    with scratch(1, 1, (model, "U16", profile)) as document:  # PNG holds 8 and 16 bits; the profile is the same for every depth
        if document is None:
            return b""
        options = krita.InfoObject()
        for name, value in (("forceSRGB", False), ("saveSRGBProfile", True), ("alpha", True), ("compression", 1), ("indexed", False)):
            options.setProperty(name, value)
        with tempfile.TemporaryDirectory(prefix="restyle-") as folder:
            path = Path(folder) / "profile.png"
            document.exportImage(str(path), options)
            return path.read_bytes() if path.exists() else b""
