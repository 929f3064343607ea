"""Owns a look's file: safetensors whose metadata hold a TOML header. Imports no torch."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass

VERSION = "1"
HEADER = "restyle-look"


class UnusableLook(ValueError):
    """Bytes that are no look, or not whole; the text is one sentence."""


@dataclass(frozen=True, slots=True)
class LookHeader:
    """What a look says about itself."""

    name: str
    style: str
    credit: str
    strength: float
    side: int
    steps: int


def header_of(data: bytes) -> LookHeader:
    """UnusableLook."""
    try:
        size = int.from_bytes(data[:8], "little")
        words = json.loads(data[8 : 8 + size])
        end = max((value["data_offsets"][1] for key, value in words.items() if key != "__metadata__"), default=0)
        toml = tomllib.loads(words["__metadata__"][HEADER])
        if len(data) != 8 + size + end or toml.pop("version") != VERSION:
            raise UnusableLook("This look's file is cut short, or of another version; export it again.")
        return LookHeader(**toml)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnusableLook("This is no look's file; choose one that Restyle exported.") from error
