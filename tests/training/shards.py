"""Owns shards of made-up pictures, in the form that the training reads."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

CLASSES = 3


def pictures(count: int, side: int = 64) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Noise, (count, side, side, 3), brighter in the channel that is its label's: what there is to learn."""
    random = np.random.default_rng(7)
    labels = np.arange(count) % CLASSES
    noise = random.integers(0, 128, (count, side, side, 3))
    noise[np.arange(count), ..., labels] += 96
    return noise.astype(np.uint8), labels.astype(np.int64)


def write(path: Path, count: int, side: int = 64) -> Path:
    """A shard of as many pictures."""
    made, labels = pictures(count, side)
    encoded = []
    for picture in made:
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "PNG")
        encoded.append(file.getvalue())
    offsets = np.cumsum([0, *map(len, encoded)])
    np.savez(path, data=np.frombuffer(b"".join(encoded), np.uint8), offsets=offsets, labels=labels)
    return path
