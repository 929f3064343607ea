"""Owns files of looks for tests: whole ones, and hostile ones."""

from __future__ import annotations

import pickle
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from restyle_engine.feedforward.layout import FINE, LAYOUT
from restyle_engine.feedforward.look_file import LookHeader, closed

HEADER = LookHeader("Night", "night", "us", 50.0, 96, 10)


@cache
def look_file(name: str = "Night", **words: Any) -> bytes:
    """A whole look's file, which paints nothing worth to be seen. words: of its header."""
    arrays = {each: np.zeros(shape, np.float16) for each, shape in LAYOUT.shapes.items()}
    return closed(replace(HEADER, name=name, **words), arrays)


HOSTILE = {
    "nothing": b"",
    "cut short": look_file()[:-1],
    "cut in its header": look_file()[:60],
    "of another version": look_file().replace(b"version = 1", b"version = 9"),
    "a pickle": pickle.dumps({"weights": [0.0] * 100}),
    "a header that claims everything": b"\xff" * 8 + look_file()[8:],
    "deep": (2**20).to_bytes(8, "little") + b"[" * 2**20,
    "too large": look_file() + bytes(2_000_000),
}


@cache
def opposite_look(style: str) -> bytes:
    """A whole look's file, which paints the opposite of every colour."""
    arrays = {each: np.zeros(shape, np.float16) for each, shape in LAYOUT.shapes.items()}
    arrays["fine.weight"][:, FINE:, 1, 1] = -np.eye(3)  # of a picture around grey, at its own size; exact in bf16 for 8 bits
    arrays["palette.bias"][:] = 0.5
    return closed(replace(HEADER, name="Opposite", style=style, strength=100.0), arrays)
