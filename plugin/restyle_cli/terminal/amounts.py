"""Owns how sizes and amounts of memory are read from the command line."""

from __future__ import annotations

import re

import typer
from restyle_contract.limits import LARGEST_SIDE, SMALLEST_SIDE
from restyle_contract.parameters import FULL_SIZE

NATIVE = "native"
UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:I?B)?", re.IGNORECASE)


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
