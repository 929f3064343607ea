"""Owns what FFmpeg can't do with animations: read WebP, whose frames Pillow puts together, and tell in WebP and APNG how long the last frame is shown.

Sources: RFC 9649, 2.7.1.1 (ANMF); W3C PNG, third edition, 11.3.6.2 (fcTL)."""

from __future__ import annotations

import contextlib
import struct
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from PIL import Image, WebPImagePlugin

from ..errors import FilmError
from ..io.pictures import plane_of, require_size
from ..planes.formats import Plane
from .tags import RGB, Tags

SUFFIXES = (".webp", ".apng")
TIME_BASE = Fraction(1, 1000)  # s
TAGS = Tags(RGB, full=True)
SHORTEST, USUAL = 11, 100  # ms: browsers show a frame that has less for 100 ms
MOST_FRAMES = 10_000  # of WebP, seven minutes at 25 a second: libwebp looks for each from the first one on: 0.7 s for these, 3 minutes for 100,000
LONGEST = 0xFFFF  # numerator and denominator of an APNG frame's seconds


def is_webp(path: Path) -> bool:
    """By its first bytes. False also for what can't be read, which others say."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        head = file.read(12)
        return head[:4] == b"RIFF" and head[8:] == b"WEBP"
    return False


def look(path: Path) -> tuple[int, int, bool, tuple[int, ...], int]:
    """Width and height in px, whether anything is transparent, ms at which its frames begin, and at which the last one ends. FilmError."""
    times, time, alpha = [], 0, False
    with _opened(path) as image:
        for _ in _frames(image):
            times.append(time)
            lasts = int(image.info.get("duration", 0))
            time += lasts if lasts >= SHORTEST else USUAL
            alpha = alpha or (image.mode == "RGBA" and bool((np.asarray(image.getchannel("A")) < 255).any()))
        return (*image.size, alpha, tuple(times), time)


def planes(path: Path, alpha: bool, positions: Sequence[int]) -> Iterator[tuple[int, Plane]]:
    """The frames at some positions, which rise, from 0: RGB or RGBA, U8. FilmError."""
    left = deque(positions)
    with _opened(path) as image:
        for position in _frames(image):
            if not left:
                return
            if position == left[0]:
                yield left.popleft(), plane_of(np.asarray(image.convert("RGBA" if alpha else "RGB")), None)
    if left:
        raise FilmError(f"{path.name} has lost frames since it was opened; run this again when it is whole.")


def hold_last(path: Path, suffix: str, seconds: Fraction) -> None:
    """How long the last frame of the animation in a file is shown, in place; nothing where there is but one. OSError."""
    with path.open("r+b") as file:
        found = _last(file, b"ANMF" if suffix == ".webp" else b"fcTL", webp=suffix == ".webp")
        if found is None:
            return
        start, size = found
        if suffix == ".webp":
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


def _last(file: BinaryIO, name: bytes, *, webp: bool) -> tuple[int, int] | None:
    """Where the last chunk of a name has its content, and how many bytes that is; None for a file without one."""
    found, at = None, 12 if webp else 8
    while file.seek(at) == at and len(head := file.read(8)) == 8:
        size = int.from_bytes(head[4:], "little") if webp else int.from_bytes(head[:4], "big")
        if name == (head[:4] if webp else head[4:]):
            found = at + 8, size
        at += 8 + (size + size % 2 if webp else size + 4)
    return found


def _frames(image: WebPImagePlugin.WebPImageFile) -> Iterator[int]:
    for position in range(image.n_frames):
        image.seek(position)
        image.load()
        yield position


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[WebPImagePlugin.WebPImageFile]:
    try:
        with Image.open(path, formats=["WEBP"]) as image:
            require_size(path.name, *image.size)
            animation = cast("WebPImagePlugin.WebPImageFile", image)
            if animation.n_frames > MOST_FRAMES:
                raise FilmError(f"{path.name} has more than {MOST_FRAMES:,} frames; cut it into parts.")
            yield animation
    except Image.DecompressionBombError as error:
        raise FilmError(f"{path.name} has more pixels than can be handled; scale it down, or cut it into parts.") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise FilmError(f"{path.name} can't be read to its end: it is damaged or cut short; export or download it again.") from error
