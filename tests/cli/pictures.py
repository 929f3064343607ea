"""Owns small pictures for the command line's tests, and what the fake engine makes of them."""

from __future__ import annotations

from pathlib import Path

from fake_engine import painted_bytes
from PIL import Image


def picture(path: Path, width: int, height: int, mode: str = "RGB", seed: int = 0) -> Path:
    """A file of noise, different for every seed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    size = width * height * len(Image.new(mode, (1, 1)).tobytes())
    data = bytes((number * 131 + number // 7 + seed * 89) % 256 for number in range(size))
    Image.frombytes(mode, (width, height), data).save(path)
    return path


def pixels(path: Path) -> bytes:
    with Image.open(path) as image:
        return image.tobytes()


def fake_painting(content: Path, seed: int = 0) -> bytes:
    """What the fake engine makes of a lossless file."""
    return painted_bytes(pixels(content), seed)
