"""Owns files of looks for tests: whole ones, and hostile ones."""

from __future__ import annotations

import json
import pickle
from typing import Any


def look_file(name: str = "Night", **words: Any) -> bytes:
    """A whole look's file. words: of its header."""
    told = {"name": name, "style": "night", "credit": "us", "strength": 50.0, "side": 96, "steps": 10, "version": "1", **words}
    toml = "\n".join(f"{key} = {json.dumps(value)}" for key, value in told.items())
    head = json.dumps({"__metadata__": {"restyle-look": toml}, "a": {"dtype": "F16", "shape": [2], "data_offsets": [0, 4]}}).encode()
    return len(head).to_bytes(8, "little") + head + bytes(4)


HOSTILE = {
    "nothing": b"",
    "cut short": look_file()[:-1],
    "cut in its header": look_file()[:60],
    "of another version": look_file(version="99"),
    "a pickle": pickle.dumps({"weights": [0.0] * 100}),
    "a header that claims everything": b"\xff" * 8 + look_file()[8:],
    "deep": (2**20).to_bytes(8, "little") + b"[" * 2**20,
    "too large": look_file() + bytes(2_000_000),
}
