"""Owns JPEG XL: read by libjxl through imagecodecs, and its profile, as well as all of writing, through OpenImageIO, which is in the extra `formats`.

Source: ISO/IEC 18181-1, Annex D (the head of a codestream, whose bits are counted from the lowest one up), and 18181-2 (the boxes around it).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import extra
from ..arrays import Samples, threads
from ..color.primaries import BT709
from ..color.profiles import color_space
from ..errors import PictureError
from . import colors, raster, xmp
from .metadata import exif_of, holding
from .pictures import PictureFile, cut_short, full_range, plane_of, require_size, straight

BARE = b"\xff\x0a"
SIGNATURE = b"\0\0\0\x0cJXL \r\n\x87\n"
MARKS = (BARE, SIGNATURE[:8])  # of a codestream, and of one in boxes
TYPE = b"\0\0\0\x14ftypjxl \0\0\0\0jxl "
HEAD = 2048  # bytes of a codestream that hold all that is looked for: the longest name of a channel has 1,071
SHORTEST = 128  # bytes that OpenImageIO takes for a file
EXIF, XMP, LEVEL = b"Exif", b"xml ", b"jxll"  # boxes
LARGEST = 4 << 20  # bytes of either, unpacked
EXIF_STARTS = (b"MM\0*", b"II*\0")
NO_OFFSET = bytes(4)  # in front of the EXIF data in their box
EFFORT = 3  # as fast as a PNG; more saves few per cent
RATIOS = (None, (1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))  # of width to height, by number
CHANNELS = {1: ("Y",), 3: ("R", "G", "B"), 4: ("R", "G", "B", "A")}
TYPES = {"uint8": "uint8", "uint16": "uint16", "float16": "half", "float32": "float"}  # numpy's and OpenImageIO's


def read(data: bytes, name: str) -> PictureFile:
    """The picture, or the first frame of several: GRAY(_ALPHA) or RGB(A), as deep as the file, its integers over the whole range of 8 or 16 bits. PictureError
    as read_picture says, and for CMYK."""
    library = _library()
    notes: list[str] = []
    try:
        parts = _parts(data)
        head = _head_of(parts.codestream)
        require_size(name, head.width, head.height)
        if head.beside > 1:  # up to 4,096, each as large as the picture, in a few bytes
            raise PictureError(f"{name} holds more channels than colours and transparency, which can't be read; export it as {raster.KINDS}.")  # noqa: TRY301
        icc = _profile(library, parts.codestream)
        if icc and color_space(icc) == "CMYK":
            raise PictureError(f"{name} is a JPEG XL picture in CMYK, which isn't read; convert it to RGB.")  # noqa: TRY301
        samples = _decoded(parts.codestream, head)
    except PictureError:
        raise
    except Exception as error:  # libjxl's own words, by way of both packages
        raise cut_short(name) from error
    if head.beside and samples.shape[2:] in ((), (3,)):
        notes.append(f"{name} has a channel that isn't said to be transparency; it is left out.")
    if head.is_animated:
        notes.append(f"{name} holds several pictures; the first is used.")
    _, exif = exif_of(holding(parts.exif), name, notes)  # libjxl has turned it upright
    icc = colors.unless_srgb(colors.fitting(icc, samples, name, notes), samples)  # it makes a profile of whatever the file says
    return PictureFile(plane_of(samples, icc), "JXL", None, exif, tuple(notes), xmp.kept_of(parts.xmp, name, notes))


def write(samples: Samples, icc: bytes | None, exif: bytes | None, packet: bytes | None) -> bytes:
    """A JPEG XL file, without loss, of samples (h, w, 1, 3 or 4), straight alpha last: uint8, uint16, or floats that aren't negative. icc: None for sRGB."""
    library = _library()
    if samples.dtype.kind == "f":
        icc = icc or colors.made(BT709, None, colors.is_gray(samples))  # floats without one count as linear
    height, width, count = samples.shape
    spec = library.ImageSpec(width, height, count, TYPES[samples.dtype.name])
    spec.channelnames, spec.alpha_channel = CHANNELS[count], 3 if count == 4 else -1
    spec.attribute("oiio:UnassociatedAlpha", 1)
    spec.attribute("compression", "jpegxl:100")
    spec.attribute("jpegxl:effort", EFFORT)
    if icc:
        spec.attribute("ICCProfile", library.TypeDesc(f"uint8[{len(icc)}]"), np.frombuffer(icc, np.uint8))
    with tempfile.TemporaryDirectory(prefix="restyle-") as folder:  # it knows files only
        path = Path(folder) / "picture.jxl"
        out = library.ImageOutput.create(str(path))
        plain = np.ascontiguousarray(samples, samples.dtype.newbyteorder("="))
        if not (out and out.open(str(path), spec) and out.write_image(plain) and out.close()):
            raise PictureError("The picture can't be written as JPEG XL; use .png or .tif.")
        data = path.read_bytes()
    level = b"".join(_box(kind, content) for kind, content in _boxes(data) if kind == LEVEL)  # that it asks more of a reader than is usual
    beside = (_box(EXIF, NO_OFFSET + exif) if exif else b"") + (_box(XMP, packet) if packet else b"")
    return SIGNATURE + TYPE + level + beside + _box(b"jxlc", _parts(data).codestream)  # the library's own EXIF data, which say nothing, stay behind


def _library() -> Any:
    try:
        import OpenImageIO
    except ImportError as error:
        raise extra.missing("JPEG XL pictures", extra.FORMATS) from error
    OpenImageIO.attribute("threads", threads())
    return OpenImageIO


def _profile(library: Any, codestream: bytes) -> bytes | None:
    """What the pixels are in; libjxl makes one where the file says it in another way. ValueError."""
    with tempfile.TemporaryDirectory(prefix="restyle-") as folder:
        path = Path(folder) / "picture.jxl"
        path.write_bytes(SIGNATURE + TYPE + _box(b"skip", bytes(SHORTEST)) + _box(b"jxlc", codestream))
        file = library.ImageInput.open(str(path))
        if file is None:
            raise ValueError(library.geterror())
        found = file.spec().getattribute("ICCProfile")
        file.close()
    return None if found is None else np.asarray(found, np.uint8).tobytes()


def _decoded(codestream: bytes, head: _Head) -> Samples:
    """(h, w) or (h, w, 2–4), upright. ValueError."""
    import imagecodecs

    samples = np.asarray(imagecodecs.jpegxl_decode(codestream, index=0, numthreads=threads()))
    if samples.shape[:2] != (head.height, head.width):  # channels beside gray and alpha come as planes
        samples = samples[0]
    if samples.shape[:2] != (head.height, head.width) or (samples.ndim == 3 and samples.shape[2] > 4):
        raise ValueError("not the size that it says")
    if samples.dtype.kind == "u" and head.bits < 8 * samples.itemsize:
        samples = full_range(samples, head.bits)
    if head.is_multiplied and samples.ndim == 3 and samples.shape[2] in (2, 4):
        samples = np.concatenate((straight(samples[..., :-1], samples[..., -1:]), samples[..., -1:]), -1)
    return samples


@dataclass(frozen=True, slots=True)
class _Head:
    """width, height: upright. bits: of a sample. beside: channels that are no colours. is_multiplied: the colours are, by alpha."""

    width: int
    height: int
    bits: int = 8
    is_animated: bool = False
    beside: int = 0
    is_multiplied: bool = False


@dataclass(frozen=True, slots=True)
class _Parts:
    """What lies in the boxes of a file. codestream: the picture; exif, xmp: as they are written there, at most LARGEST bytes each."""

    codestream: bytes
    exif: bytes | None = None
    xmp: bytes | None = None


def _parts(data: bytes) -> _Parts:
    """Unpacked here and handed on bare, as few bytes of side matter may swell without end. ValueError."""
    if data.startswith(MARKS[0]):
        return _Parts(data)
    pieces, beside = list[bytes](), dict[bytes, bytes]()
    for kind, content in _boxes(data):
        if kind in (b"jxlc", b"jxlp"):
            pieces.append(content[4:] if kind == b"jxlp" else content)  # a number comes first
        elif kind == b"brob" and content[:4] in (EXIF, XMP):
            if content[:4] not in beside:
                beside[content[:4]] = _unpacked(content[4:])
        elif kind in (EXIF, XMP):
            beside.setdefault(kind, content)
    exif = beside.get(EXIF)
    if exif and not exif.startswith(EXIF_STARTS):
        exif = exif[4 + int.from_bytes(exif[:4], "big") :]  # where they begin comes first
    return _Parts(b"".join(pieces), exif, beside.get(XMP))


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of each; none of a bare codestream. ValueError."""
    at = len(data) if data.startswith(BARE) else 0
    while at + 8 <= len(data):
        size, kind, start = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], at + 8
        if size == 1:
            size, start = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
        end = len(data) if size == 0 else at + size
        if end < start:
            raise ValueError("a box without size")
        yield kind, data[start:end]
        at = end


def _box(kind: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + kind + content


def _unpacked(content: bytes) -> bytes:
    """As it is where it is broken, or larger than any that makes sense: who reads it can't understand that."""
    import imagecodecs

    try:
        return bytes(imagecodecs.brotli_decode(content, out=LARGEST))
    except Exception:  # the codec's own kinds
        return content


class _Bits:
    def __init__(self, data: bytes) -> None:
        self.rest = int.from_bytes(data, "little")

    def take(self, count: int) -> int:
        value = self.rest & ((1 << count) - 1)
        self.rest >>= count
        return value

    def pick(self, *choices: int | tuple[int, int]) -> int:
        """U32(): one of four, each a number or one that is read, (how much more it is, how many bits)."""
        choice = choices[self.take(2)]
        return choice if isinstance(choice, int) else choice[0] + self.take(choice[1])


def _head_of(codestream: bytes) -> _Head:
    """What SizeHeader and ImageMetadata say, up to the first channel that is no colour. ValueError."""
    if not codestream.startswith(BARE):
        raise ValueError("no codestream")
    bits = _Bits(codestream[2:HEAD])
    width, height = _size(bits)
    if bits.take(1):  # all as usual
        return _Head(width, height)
    animated = False
    if bits.take(1):
        if bits.take(3) >= 4:  # orientations 5 to 8
            width, height = height, width
        if bits.take(1):
            _size(bits)
        if bits.take(1):
            _pass_preview(bits)
        animated = bool(bits.take(1))
        if animated:
            bits.pick(100, 1000, (1, 10), (1, 30)), bits.pick(1, 1001, (1, 8), (1, 10)), bits.pick(0, (0, 3), (0, 16), (0, 32)), bits.take(1)
    depth = _depth(bits)
    bits.take(1)  # whether 16 bits are enough for whoever reads it
    beside = bits.pick(0, 1, (2, 4), (1, 12))
    return _Head(width, height, depth, animated, beside, bool(beside) and _is_multiplied(bits))


def _depth(bits: _Bits) -> int:
    """BitDepth."""
    if bits.take(1):
        found = bits.pick(32, 16, 24, (1, 6))
        bits.take(4)  # of the exponent
        return found
    return bits.pick(8, 10, 12, (1, 6))


def _is_multiplied(bits: _Bits) -> bool:
    """ExtraChannelInfo: whether it is alpha by which the colours are multiplied."""
    if bits.take(1):  # straight alpha of 8 bits
        return False
    kind = bits.pick(0, 1, (2, 4), (18, 6))
    _depth(bits), bits.pick(0, 3, 4, (1, 3))
    bits.take(8 * bits.pick(0, (0, 4), (16, 5), (48, 10)))  # its name
    return kind == 0 and bool(bits.take(1))


def _size(bits: _Bits) -> tuple[int, int]:
    small = bits.take(1)

    def side() -> int:
        return 8 * (1 + bits.take(5)) if small else bits.pick((1, 9), (1, 13), (1, 18), (1, 30))

    height = side()
    ratio = RATIOS[bits.take(3)]
    return (height * ratio[0] // ratio[1] if ratio else side()), height


def _pass_preview(bits: _Bits) -> None:
    eighths = bits.take(1)

    def side() -> None:
        if eighths:
            bits.pick(16, 32, (1, 5), (33, 9))
        else:
            bits.pick((1, 6), (65, 8), (321, 10), (1345, 12))

    side()
    if bits.take(3) == 0:
        side()
