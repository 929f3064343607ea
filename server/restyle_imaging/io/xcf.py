"""Owns GIMP's files (.xcf): what their visible layers look like merged, as far as nothing but the mode Normal, opacities, masks, offsets and groups take part;
whatever else does is refused, never guessed.

Source: GIMP's devel-docs/xcf.txt; how layers are mixed: app/operations/layer-modes. All numbers are big-endian; every place in the file is checked before it is
read, and what is unpacked has the size that it is said to have. Places may overlap: so properties and packed bytes are counted, and work ends with what a file
of that size can hold.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field

import numpy as np

from ..arrays import Floats, Samples
from ..color import srgb
from ..color.curves import Curve, SrgbCurve
from ..color.profiles import GrayProfile, MatrixProfile, SrgbProfile, profile_of
from ..errors import PictureError
from . import colors, raster
from .merging import IN_LINEAR, IN_OWN, IN_PERCEPTUAL, Canvas, Mixing, moved
from .metadata import dpi_of
from .pictures import LARGEST_PIXELS, PictureFile, cut_short, plane_of, require_size

MARK = b"gimp xcf "
NEWEST = 25  # versions of the format; GIMP 3.2 writes up to it
WIDE, BIG_ENDIAN, EFFECTS = 11, 12, 20  # versions since when pointers have 64 bits, deep samples a byte order, and layers effects
GRAY, PALETTE = 1, 2  # the image's kinds of colour, beside RGB
SAMPLES = {0: 3, 1: 4, 2: 1, 3: 2, 4: 1, 5: 2}  # per pixel, by a layer's kind; the odd ones have alpha
KINDS = {1: "u1", 2: "u2", 3: "u4", 5: "f2", 6: "f4", 7: "f8"}  # hundreds of the precision
LINEAR, NON_LINEAR = 0, 50  # its rest; 75 is perceptual
END, COLORMAP, FLOATING, OPACITY, MODE, VISIBLE, APPLY_MASK, SHOW_MASK, OFFSETS = 0, 1, 5, 6, 7, 8, 11, 13, 15
COMPRESSION, RESOLUTION, PARASITES, GROUP, PATH, FLOAT_OPACITY, COMPOSITE, SPACE = 17, 19, 21, 29, 30, 33, 35, 36
STORED, RLE, ZLIB = 0, 1, 2
NORMAL_LEGACY, NORMAL, PASS_THROUGH = 0, 28, 61
UNION = 1
TILE = 64  # px
MOST_ITEMS = 10_000
MOST_PROPERTIES = 500_000  # of all items together
MOST_PIXELS = 4 * LARGEST_PIXELS  # of all layers together
DEEPEST = 30  # groups in groups
Properties = dict[int, memoryview]


@dataclass(frozen=True, slots=True)
class _Item:
    """A layer or a mask. hierarchy: where its pixels lie. mask: where that lies, or 0."""

    width: int
    height: int
    samples: int
    properties: Properties
    hierarchy: int
    mask: int = 0
    effects: bool = False
    children: list[_Item] = field(default_factory=list)

    def number(self, key: int, default: int) -> int:
        return struct.unpack(">i", self.properties[key][:4])[0] if key in self.properties else default

    @property
    def opacity(self) -> float:
        if FLOAT_OPACITY in self.properties:
            return float(np.clip(struct.unpack(">f", self.properties[FLOAT_OPACITY][:4])[0], 0, 1))
        return min(255, max(0, self.number(OPACITY, 255))) / 255

    @property
    def offsets(self) -> tuple[int, int]:
        """Across and down, px."""
        across, down = struct.unpack(">2i", self.properties[OFFSETS][:8]) if OFFSETS in self.properties else (0, 0)
        return across, down

    @property
    def is_group(self) -> bool:
        return GROUP in self.properties


def read(data: bytes, name: str) -> PictureFile:
    """The visible layers merged: GRAY(_ALPHA) or RGB(A), as deep as the file; 32-bit integers and 8 bits of linear light come as 16 bits. PictureError as
    read_picture says, or for what can't be merged."""
    try:
        with np.errstate(all="ignore"):  # NaN and infinity are found out by who asked
            return _File(data, name).picture()
    except PictureError:
        raise
    except (struct.error, zlib.error, ValueError, LookupError, ArithmeticError) as error:
        raise cut_short(name) from error


class _File:
    def __init__(self, data: bytes, name: str) -> None:
        self.data, self.view, self.name = data, memoryview(data), name
        said = data[9:13]
        self.version = 0 if said == b"file" else int(said[1:])
        self.width, self.height, self.base = struct.unpack_from(">3I", data, 14)
        require_size(name, self.width, self.height)
        (precision,) = struct.unpack_from(">I", data, 26) if self.version >= 4 else (150,)
        if self.version > NEWEST or 4 <= self.version <= 6 or precision // 100 not in KINDS or self.base > PALETTE:
            raise PictureError(f"{name} was saved by a GIMP whose files can't be read; export it there as {raster.KINDS}.")
        self.curve = precision % 100
        self.kind = np.dtype(KINDS[precision // 100]).newbyteorder(">" if self.version >= BIG_ENDIAN else "<")
        self.said = self.packed = self.unpacked = 0  # properties, bytes of tiles, and pixels, so far
        self.properties, at = self._properties(30 if self.version >= 4 else 26)
        self.compression = self.properties.get(COMPRESSION, b"\0")[0]
        self.palette = np.frombuffer(self.properties.get(COLORMAP, b"")[4:], "u1")
        self.icc = None if self.base == PALETTE else self._parasite(b"icc-profile")
        self.layers, self.top = at, list[_Item]()

    def picture(self) -> PictureFile:
        notes: list[str] = []
        pixel = np.empty((1, 1, 1 if self.base == GRAY else 3), np.uint8)
        icc = colors.fitting(self.icc, pixel, self.name, notes)
        self.curves = self._curves(icc)
        canvas = Canvas(self.height, self.width, pixel.shape[2], self._mixing(icc))
        for item in reversed(self._tree()):
            self._lay(canvas, item)
        if not canvas.alpha.any():
            raise PictureError(f"{self.name} shows nothing; make a layer visible, or export it as {raster.KINDS}.")
        merged = canvas.colors
        deep: type = {"u1": np.uint8, "f2": np.float16, "f4": np.float32, "f8": np.float32}.get(self.kind.str[1:], np.uint16)
        if self.curve == LINEAR:
            merged = srgb.encode(merged) if icc is None else merged
            deep = np.uint16 if deep is np.uint8 else deep
        if not (canvas.alpha == 1).all():
            merged = np.concatenate((merged, canvas.alpha[..., None]), -1)
        if deep in (np.uint8, np.uint16):
            merged = np.rint(np.clip(merged, 0, 1) * np.iinfo(deep).max)
        dots = struct.unpack(">2f", self.properties[RESOLUTION][:8]) if RESOLUTION in self.properties else (0, 0)
        return PictureFile(plane_of(merged.astype(deep), icc), "XCF", dpi_of(*dots), None, tuple(notes))

    # ---- what the file says

    def _properties(self, at: int) -> tuple[Properties, int]:
        """What stands from there on, and where it ends."""
        found: Properties = {}
        while True:
            kind, length = struct.unpack_from(">2I", self.data, at)
            at += 8
            if kind == END:
                return found, at
            self.said += 1
            if self.said > MOST_PROPERTIES:
                raise ValueError("properties without end")
            if kind == COLORMAP:  # of which old files tell a wrong length
                length = 4 + 3 * struct.unpack_from(">I", self.data, at)[0]
            found[kind] = self._bytes(at, length)
            at += length

    def _bytes(self, at: int, length: int) -> memoryview:
        if at + length > len(self.data):
            raise ValueError("cut short")
        return self.view[at : at + length]

    def _pointer(self, at: int) -> tuple[int, int]:
        """A place in the file, and where the next one is written."""
        size = 8 if self.version >= WIDE else 4
        place = int.from_bytes(self._bytes(at, size), "big")
        if place >= len(self.data):
            raise ValueError("cut short")
        return place, at + size

    def _parasite(self, wanted: bytes) -> bytes | None:
        said, at = bytes(self.properties.get(PARASITES, b"")), 0
        while at < len(said):
            (length,) = struct.unpack_from(">I", said, at)
            name = said[at + 4 : at + 4 + length].rstrip(b"\0")
            (size,) = struct.unpack_from(">I", said, at + 8 + length)
            at += 12 + length + size
            if name == wanted:
                return said[at - size : at]
        return None

    def _item(self, at: int, *, mask: bool = False) -> _Item:
        width, height = struct.unpack_from(">2I", self.data, at)
        samples = 1 if mask else SAMPLES[struct.unpack_from(">I", self.data, at + 8)[0]]
        at += 8 if mask else 12
        properties, at = self._properties(at + 4 + struct.unpack_from(">I", self.data, at)[0])
        hierarchy, at = self._pointer(at)
        if mask:
            return _Item(width, height, samples, properties, hierarchy)
        place, at = self._pointer(at)
        effects = self.version >= EFFECTS and self._pointer(at)[0] != 0
        return _Item(width, height, samples, properties, hierarchy, place, effects)

    def _tree(self) -> list[_Item]:
        """The layers that lie in no group, the uppermost first, and in them those that do."""
        at, seen = self.layers, set[int]()
        while True:
            place, at = self._pointer(at)
            if place == 0:
                return self.top
            if place in seen or len(seen) == MOST_ITEMS:
                raise ValueError("layers without end")
            seen.add(place)
            item = self._item(place)
            path = item.properties.get(PATH, b"\0\0\0\0")
            if len(path) > 4 * (DEEPEST + 1):
                raise ValueError("groups without end")
            siblings = self.top
            for step in struct.unpack(f">{len(path) // 4}I", path[: len(path) // 4 * 4])[:-1]:
                siblings = siblings[step].children
            siblings.append(item)

    # ---- merging

    def _lay(self, canvas: Canvas, item: _Item) -> None:
        """A layer or a group, with what is in it, onto what lies below."""
        if not item.number(VISIBLE, 1):
            return
        mode, masked = item.number(MODE, NORMAL_LEGACY), bool(item.mask) and bool(item.number(APPLY_MASK, 1))
        whole = item.opacity == 1 and not masked
        self._require_merging(item, mode, whole)
        if item.is_group:
            group = canvas if mode == PASS_THROUGH else Canvas(self.height, self.width, canvas.colors.shape[2], canvas.mixing)
            for child in reversed(item.children):
                self._lay(group, child)
            if mode == PASS_THROUGH:
                return
            shown, alpha, left, top = group.laid()
        else:
            left, top = item.offsets
            shown, alpha = self._shown(item)
        if masked:
            mask = self._unit(self._pixels(self._item(item.mask, mask=True)))[..., 0]
            if item.is_group:
                mask = moved(mask, item.offsets[0] - left, item.offsets[1] - top, alpha.shape)
            alpha = alpha * mask  # ValueError where their sizes differ
        space = abs(item.number(SPACE, 0)) or (IN_LINEAR if mode == NORMAL else IN_PERCEPTUAL)
        if space == IN_OWN and self.curve == LINEAR and not self.curves:
            space = IN_PERCEPTUAL  # without a profile, sRGB's curve is the image's own
        canvas.lay(shown, alpha * np.float32(item.opacity), left, top, space)

    def _require_merging(self, item: _Item, mode: int, whole: bool) -> None:
        words = None
        if FLOATING in item.properties:
            words = "a floating selection"
        elif item.effects:
            words = "layer effects"
        elif item.number(SHOW_MASK, 0):
            words = "a mask that is shown in place of its layer"
        elif (mode not in (NORMAL, NORMAL_LEGACY) and not (mode == PASS_THROUGH and item.is_group and whole)) or abs(item.number(COMPOSITE, UNION)) > UNION:
            words = "layers in other modes than Normal"
        elif abs(item.number(SPACE, 0)) not in (0, IN_LINEAR, IN_OWN, IN_PERCEPTUAL):
            words = "layers that are mixed in a rare way"
        if words:
            raise PictureError(f"{self.name} holds {words}, which only GIMP can merge; export it there as {raster.KINDS}.")

    def _shown(self, layer: _Item) -> tuple[Floats, Floats]:
        """Its colours (h, w, 1 or 3) and its alpha (h, w)."""
        pixels = self._pixels(layer)
        has_alpha = layer.samples in (2, 4)
        alpha = self._unit(pixels[..., -1]) if has_alpha else np.ones(pixels.shape[:2], np.float32)
        shown = pixels[..., :-1] if has_alpha else pixels
        if self.base == PALETTE:
            shown = self.palette[: len(self.palette) // 3 * 3].reshape(-1, 3)[shown[..., 0]]
        own = self._unit(shown)
        if self.curves:
            light = own if self.curve == LINEAR else srgb.decode(own)
            own = np.stack([curve.encoded(light[..., at]) for at, curve in enumerate(self.curves)], -1)
        return own, alpha

    def _curves(self, icc: bytes | None) -> tuple[Curve, ...]:
        """Of a profile that says nothing but the primaries of what is stored, as the precision says its curve; none where it says both."""
        if icc is None or self.curve == NON_LINEAR:
            return ()
        profile = profile_of(icc, self.base == GRAY)
        if isinstance(profile, GrayProfile):
            return (profile.curve,)
        if isinstance(profile, (MatrixProfile, SrgbProfile)):
            return profile.curves if isinstance(profile, MatrixProfile) else (SrgbCurve(),) * 3
        raise PictureError(f"{self.name} holds light and a profile of tables, which only GIMP can join; export it there as {raster.KINDS}.")

    def _unit(self, samples: Samples) -> Floats:
        """As floats, of which 1 is full."""
        values = samples.astype(np.float32)
        if samples.dtype.kind == "u":
            values /= np.float32(np.iinfo(samples.dtype).max)
        return values

    def _mixing(self, icc: bytes | None) -> Mixing:
        if icc is not None:
            profile = profile_of(icc, self.base == GRAY)
            return Mixing(lambda own: profile.to_srgb(own[None])[0], lambda shown: profile.from_srgb(shown[None])[0])
        if self.curve == LINEAR:
            return Mixing(srgb.encode, srgb.decode)
        return Mixing(lambda own: own, lambda shown: shown)

    # ---- pixels

    def _pixels(self, item: _Item) -> Samples:
        """(h, w, samples), as they are stored."""
        pixels = item.width * item.height
        if not pixels:
            raise ValueError("no pixels")
        self.unpacked += pixels
        if pixels > LARGEST_PIXELS or self.unpacked > MOST_PIXELS:
            raise PictureError(f"{self.name} holds more layers, or larger ones, than can be merged; export it as {raster.KINDS}.")
        bytes_each = item.samples * self.kind.itemsize
        if struct.unpack_from(">3I", self.data, item.hierarchy) != (item.width, item.height, bytes_each):
            raise ValueError("not the size that it says")
        level, _ = self._pointer(item.hierarchy + 12)
        if level == 0 or struct.unpack_from(">2I", self.data, level) != (item.width, item.height):
            raise ValueError("not the size that it says")
        out, at = np.zeros((item.height, item.width, bytes_each), np.uint8), level + 8
        for top in range(0, item.height, TILE):
            for left in range(0, item.width, TILE):
                place, at = self._pointer(at)
                part = out[top : top + TILE, left : left + TILE]
                part[...] = self._tile(place, part.shape[0] * part.shape[1], bytes_each).reshape(part.shape)
        return out.view(self.kind).reshape(item.height, item.width, item.samples)

    def _tile(self, at: int, pixels: int, bytes_each: int) -> Samples:
        """(pixels, bytes_each)."""
        size = pixels * bytes_each
        if at == 0:
            raise ValueError("a tile is missing")
        if self.compression == RLE:
            tile, end = _unrolled(self.data, at, pixels, bytes_each)
        elif self.compression == ZLIB:
            packed, inflating = self.view[at : at + 2 * size + 256], zlib.decompressobj()
            tile = np.frombuffer(inflating.decompress(packed, size), np.uint8).reshape(pixels, bytes_each)
            end = at + len(packed) - len(inflating.unconsumed_tail) - len(inflating.unused_data)
        elif self.compression == STORED:
            tile, end = np.frombuffer(self._bytes(at, size), np.uint8).reshape(pixels, bytes_each), at + size
        else:
            raise ValueError("no such compression")
        self.packed += end - at
        if self.packed > len(self.data):
            raise ValueError("tiles that lie upon each other")
        return tile


def _unrolled(data: bytes, at: int, size: int, planes: int) -> tuple[Samples, int]:
    """GIMP's run lengths, each plane of bytes for itself: (size, planes), and where they end."""
    out = bytearray()
    for plane in range(planes):
        while len(out) < size * (plane + 1):
            code = data[at]
            at += 1
            length = code + 1 if code < 127 else 256 - code
            if code in (127, 128):
                length = data[at] << 8 | data[at + 1]
                at += 2
                if length == 0:
                    raise ValueError("nothing, without end")
            if code < 128:
                out += data[at : at + 1] * length
                at += 1
            else:
                out += data[at : at + length]
                at += length
            if at > len(data):
                raise ValueError("cut short")
        if len(out) != size * (plane + 1):
            raise ValueError("a run beyond its tile")
    return np.frombuffer(bytes(out), np.uint8).reshape(planes, size).T, at
