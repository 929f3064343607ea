"""Owns how sizes, amounts of memory, moments, stretches and rates of a film are read from the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import typer
from restyle_contract.limits import LARGEST_SIDE, SMALLEST_SIDE, STYLE_SCALES
from restyle_contract.parameters import AUTOMATIC, FULL_SIZE

NATIVE = "native"
UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
_SIDES = re.compile(r"(\d+)(?:\s*[x×]\s*(\d+))?", re.IGNORECASE)
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:I?B)?", re.IGNORECASE)

_CLOCK = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)")
_STRETCH = re.compile(r"(\d+)(?:\s*[-–]\s*(\d+))?")
_RATE = re.compile(r"\d+(?:\.\d+)?(?:/\d+(?:\.\d+)?)?")
FASTEST = 1000  # frames per second


@dataclass(frozen=True, slots=True)
class Moment:
    """A place in a film: seconds from its beginning, or the number of a frame; the other is None."""

    seconds: Fraction | None
    frame: int | None


def size(text: str | int) -> int:
    """Pixels of the longest side, or FULL_SIZE for "native". typer.BadParameter."""
    if str(text).lower() == NATIVE or text == FULL_SIZE:
        return FULL_SIZE
    try:
        pixels = int(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no size; give pixels, such as 1024, or {NATIVE}") from None
    if not SMALLEST_SIDE <= pixels <= LARGEST_SIDE:
        raise typer.BadParameter(f"{pixels} is not in the range {SMALLEST_SIDE}<=x<={LARGEST_SIDE}")
    return pixels


def stroke_size(text: str | float) -> float | None:
    """A size of strokes; None for "auto", which is what is chosen where nothing is said. typer.BadParameter."""
    if str(text).lower() == AUTOMATIC:
        return None
    smallest, largest = STYLE_SCALES
    try:
        scale = float(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no size of strokes; give a number from {smallest:g} to {largest:g}, or {AUTOMATIC}") from None
    if not smallest <= scale <= largest:
        raise typer.BadParameter(f"{text} is not in the range {smallest:g}<=x<={largest:g}")
    return scale


def sides(text: str) -> tuple[int, int]:
    """Width and height in px of "640x480", or of "512" for a square. typer.BadParameter."""
    found = _SIDES.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter(f"{text!r} is no size; give width and height in pixels, such as 512x512", param_hint="--size")
    width, height = int(found[1]), int(found[2] or found[1])
    if not all(SMALLEST_SIDE <= side <= LARGEST_SIDE for side in (width, height)):
        raise typer.BadParameter(f"{width} × {height} px can't be painted; give {SMALLEST_SIDE} to {LARGEST_SIDE} px for each side", param_hint="--size")
    return width, height


def memory(text: str | int) -> int:
    """Bytes of "4G", "800M", "1.5GiB" or a bare number. typer.BadParameter."""
    found = _MEMORY.fullmatch(str(text).strip())
    amount = round(float(found[1]) * UNITS[found[2].upper()]) if found else 0
    if not 0 < amount < 2**63:
        raise typer.BadParameter(f"{text!r} is no amount of memory; give bytes, or a number with M or G, such as 4G")
    return amount


def moment(text: str | Moment) -> Moment:
    """ "12.5" or "1:02:03.5" in seconds, or frame "120f". typer.BadParameter."""
    if isinstance(text, Moment):
        return text
    if text.endswith("f") and text[:-1].isdecimal():
        return Moment(None, int(text[:-1]))
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter(f"{text!r} is no moment of a film; give seconds, such as 12.5 or 1:02.5, or a frame, such as 120f")
    return Moment(Fraction(found[3]) + 60 * int(found[2] or 0) + 3600 * int(found[1] or 0), None)


def stretch(text: str) -> tuple[int, int]:
    """The first and the last frame of "48-119"; "48" is one frame. typer.BadParameter."""
    found = _STRETCH.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter(f"{text!r} are no frames; give the first and the last one, such as 48-119", param_hint="--range")
    return int(found[1]), int(found[2] or found[1])


def frames(texts: Iterable[str]) -> tuple[int, ...]:
    """Numbers of frames, as in "48,120", from several texts. typer.BadParameter."""
    words = [word.strip() for text in texts for word in text.split(",")]
    for word in words:
        if not word.isdecimal():
            raise typer.BadParameter(f"{word!r} is no number of a frame; give such as 48,120", param_hint="--cut")
    return tuple(map(int, words))


def rate(text: str | Fraction) -> Fraction:
    """Frames per second of "25", "23.976" or "30000/1001". typer.BadParameter."""
    if isinstance(text, Fraction):
        return text
    above, _, below = text.strip().partition("/")
    value = Fraction(0)
    if _RATE.fullmatch(text.strip()) and Fraction(below or 1):
        value = Fraction(above) / Fraction(below or 1)
    if not 0 < value <= FASTEST:
        raise typer.BadParameter(f"{text!r} is no rate; give frames per second, such as 25 or 30000/1001")
    return value
