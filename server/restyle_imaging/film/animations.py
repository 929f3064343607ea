"""Owns what FFmpeg can't do with animations: read WebP, whose frames Pillow puts together, tell in WebP and APNG how long the last frame is shown and what its
colours are, and say where one breaks off.

Sources: RFC 9649, 2.7 (VP8X, ICCP, ANMF); W3C PNG, third edition, 11.3.2.3 (iCCP), 11.3.6 (acTL, fcTL)."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import numpy as np
from PIL import Image, WebPImagePlugin

from ..errors import FilmError
from ..io import colors, png
from ..io.pictures import plane_of, require_size
from ..planes.formats import Plane
from . import chunks
from .chunks import APNG, GIF, WEBP
from .tags import RGB, Tags

SUFFIXES = {".webp": WEBP, ".apng": APNG}
TIME_BASE = Fraction(1, 1000)  # s
TAGS = Tags(RGB, full=True)
SHORTEST, USUAL = 11, 100  # ms: browsers show a frame that has less for 100 ms
MOST_FRAMES = 10_000  # of WebP, seven minutes at 25 a second: libwebp looks for each from the first one on: 0.7 s for these, 3 minutes for 100,000
LONGEST = 0xFFFF  # numerator and denominator of an APNG frame's seconds
LONGEST_PROFILE = 16 << 20  # bytes: those of printers have 4 MB
IN_VP8X, WITH_PROFILE = 20, 0x20  # where an extended WebP has its flags, and the one of a profile


@dataclass(frozen=True, slots=True)
class Found:
    """Of a WebP. width, height: px. alpha: something is transparent. times: ms at which its frames begin; end: at which the last one ends. icc: of its colours.
    warnings: sentences for people."""

    width: int
    height: int
    alpha: bool
    times: tuple[int, ...]
    end: int
    icc: bytes | None
    warnings: tuple[str, ...]


def is_webp(path: Path) -> bool:
    """By its first bytes. False also for what can't be read, which others say."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        head = file.read(12)
        return head[:4] == b"RIFF" and head[8:] == b"WEBP"
    return False


def look(path: Path) -> Found:
    """Looks a WebP through. FilmError."""
    times, time, alpha = [], 0, False
    with _opened(path) as image:
        for _ in _frames(image):
            times.append(time)
            lasts = int(image.info.get("duration", 0))
            time += lasts if lasts >= SHORTEST else USUAL
            alpha = alpha or (image.mode == "RGBA" and bool((np.asarray(image.getchannel("A")) < 255).any()))
        icc, notes = fitting(path.name, image.info.get("icc_profile"))
        return Found(*image.size, alpha, tuple(times), time, icc, (*notes, *broken_off(path, WEBP, len(times))))


def planes(path: Path, alpha: bool, icc: bytes | None, positions: Sequence[int]) -> Iterator[tuple[int, Plane]]:
    """A WebP's frames at some positions, which rise, from 0: RGB or RGBA, U8, in the colours of `icc`. FilmError."""
    left = deque(positions)
    with _opened(path) as image:
        for position in _frames(image):
            if not left:
                return
            if position == left[0]:
                yield left.popleft(), plane_of(np.asarray(image.convert("RGBA" if alpha else "RGB")), icc)
    if left:
        raise FilmError(f"{path.name} has lost frames since it was opened; run this again when it is whole.")


def broken_off(path: Path, kind: str, frames: int) -> tuple[str, ...]:
    """A sentence when the end of an animation is missing, of which so many frames are there. kind: as FFmpeg calls it; any but these has no such sentence.
    OSError."""
    if kind not in (WEBP, APNG, GIF):
        return ()
    with path.open("rb") as file:
        if not chunks.is_cut(file, kind):
            return ()
        told = int.from_bytes(chunks.content(file, kind, b"acTL", 8)[:4], "big") if kind == APNG else 0
    if told and frames >= told:
        return ()
    there = f"{frames} of {told} frames" if told else f"{frames} frame{'s' * (frames != 1)}"
    return (f"{path.name} breaks off after {there}: it is damaged or cut short; what is there is painted.",)


def profile_of_png(path: Path) -> bytes | None:
    """What a PNG, animated or not, says of its colours by a profile; None: nothing that can be read, or the file is none. OSError."""
    with path.open("rb") as file:
        said = b"" if file.read(len(png.MARK)) != png.MARK else chunks.content(file, APNG, b"iCCP", LONGEST_PROFILE)
    name, _, packed = said.partition(b"\0")
    with contextlib.suppress(zlib.error):
        return zlib.decompressobj().decompress(packed[1:], LONGEST_PROFILE) or None if name else None
    return None


def fitting(name: str, icc: bytes | None) -> tuple[bytes | None, tuple[str, ...]]:
    """The profile, if it can be used for frames in RGB; else None, and a sentence. name: of the file."""
    notes: list[str] = []
    return colors.fitting(icc, np.zeros((1, 1, 3), np.uint8), name, notes), tuple(notes)


def put_profile(path: Path, suffix: str, icc: bytes, width: int, height: int) -> None:
    """Says in the animation's file what its colours are, in place. width, height: px. OSError."""
    if SUFFIXES[suffix] == APNG:
        chunk = b"iCCP" + b"ICC profile\0\0" + zlib.compress(icc)
        chunks.put(path, chunks.PNG_HEAD + 25, (len(chunk) - 4).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big"))  # after IHDR
        return
    with path.open("rb") as file:
        extended = next(chunks.chunks(file, WEBP), (b"",))[0] == b"VP8X"
    chunk = b"ICCP" + len(icc).to_bytes(4, "little") + icc + bytes(len(icc) % 2)
    if extended:
        chunks.put(path, chunks.RIFF_HEAD + 18, chunk)
    else:  # of one frame without alpha
        sides = b"".join((side - 1).to_bytes(3, "little") for side in (width, height))
        chunks.put(path, chunks.RIFF_HEAD, b"VP8X" + (10).to_bytes(4, "little") + bytes(4) + sides + chunk)
    with path.open("r+b") as file:
        flags = file.seek(IN_VP8X) and file.read(1)[0]
        file.seek(IN_VP8X)
        file.write(bytes([flags | WITH_PROFILE]))
        file.seek(4)
        file.write((path.stat().st_size - 8).to_bytes(4, "little"))


def hold_last(path: Path, suffix: str, seconds: Fraction) -> None:
    """How long the last frame of the animation in a file is shown, in place; nothing where there is but one. OSError."""
    kind = SUFFIXES[suffix]
    with path.open("r+b") as file:
        wanted = b"ANMF" if kind == WEBP else b"fcTL"
        found = [(start, size) for name, start, size in chunks.chunks(file, kind) if name == wanted]
        if not found:
            return
        start, size = found[-1]
        if kind == WEBP:
            file.seek(start + 12)
            file.write(min(round(seconds * 1000), 0xFFFFFF).to_bytes(3, "little"))
            return
        delay = min(seconds, Fraction(LONGEST))
        delay = delay.limit_denominator(min(1000, int(LONGEST / max(delay, Fraction(1)))))  # so that the numerator has room, too
        file.seek(start)
        chunk = bytearray(file.read(size))
        struct.pack_into(">HH", chunk, 20, delay.numerator, delay.denominator)
        file.seek(start)
        file.write(chunk + zlib.crc32(b"fcTL" + chunk).to_bytes(4, "big"))


def _frames(image: WebPImagePlugin.WebPImageFile) -> Iterator[int]:
    for position in range(image.n_frames):
        image.seek(position)
        image.load()
        yield position


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[WebPImagePlugin.WebPImageFile]:
    try:
        with Image.open(_whole(path), formats=["WEBP"]) as image:
            require_size(path.name, *image.size)
            animation = cast("WebPImagePlugin.WebPImageFile", image)
            if animation.n_frames > MOST_FRAMES:
                raise FilmError(f"{path.name} has more than {MOST_FRAMES:,} frames; cut it into parts.")
            yield animation
    except Image.DecompressionBombError as error:
        raise FilmError(f"{path.name} has more pixels than can be handled; scale it down, or cut it into parts.") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise FilmError(f"{path.name} can't be read to its end: it is damaged or cut short; export or download it again.") from error


def _whole(path: Path) -> Path | io.BytesIO:
    """The file, or what is there of one that is cut short, as if it were all. OSError."""
    with path.open("rb") as file:
        if not chunks.is_cut(file, WEBP):
            return path
        ends = [start + size + size % 2 for name, start, size in chunks.chunks(file, WEBP) if name == b"ANMF"]
        if not ends:
            return path
        file.seek(0)
        data = bytearray(file.read(ends[-1]))
    data[4:8] = (len(data) - 8).to_bytes(4, "little")
    return io.BytesIO(data)
