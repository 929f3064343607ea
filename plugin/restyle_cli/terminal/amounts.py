"""Owns how sizes, amounts of memory, moments and rates of a film are read from the command line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

import typer
from restyle_contract.limits import LARGEST_SIDE, SMALLEST_SIDE
from restyle_contract.parameters import FULL_SIZE

NATIVE = "native"
UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:I?B)?", re.IGNORECASE)

_CLOCK = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)")
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
