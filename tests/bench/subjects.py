"""Owns the pictures that measurements paint: square, float32 (side, side, 3) in 0–1. Imports no torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from restyle_engine.task import Pixels
from restyle_imaging.io.files import read_picture
from restyle_imaging.planes.canvas import open_plane
from restyle_imaging.resample.resize import resize
from restyle_server.admin.folders import data_dir
from restyle_server.styles.library import Library

STYLE = "night"
GRAIN = 0.03  # of the range: the texture that a photo has everywhere


def photo(path: Path | None, side: int) -> Pixels:
    """The middle square of a picture file; without one, a drawn landscape. PictureError when it can't be read."""
    return _drawn(side) if path is None else _square(_read(path), side)


def style(name: str, side: int) -> Pixels:
    """The middle square of a picture file, or of a style of the library. PictureError, StyleError."""
    path = Path(name).expanduser()
    return _square(_read(path if path.is_file() else Library(data_dir()).get(name).picture), side)


def painting(path: Path, side: int) -> Pixels:
    """All of what somebody painted. PictureError when it can't be read."""
    return resize(_read(path), side, side)


def _read(path: Path) -> Pixels:
    return np.clip(open_plane(read_picture(path).plane).rgb, 0, 1)


def _square(picture: Pixels, side: int) -> Pixels:
    height, width = picture.shape[:2]
    size = min(height, width)
    top, left = (height - size) // 2, (width - size) // 2
    return resize(picture[top : top + size, left : left + size], side, side)


def _drawn(side: int) -> Pixels:
    """A sky with a sun, hills, a house with windows, and grain: flats, slopes, edges and texture."""
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side
    picture = np.stack([0.5 + 0.3 * y, 0.62 + 0.2 * y, 0.92 - 0.25 * y], -1)
    picture[np.hypot(x - 0.75, y - 0.2) < 0.09] = (1.0, 0.92, 0.6)
    for height, wave, ink in ((0.55, 5.0, (0.36, 0.5, 0.42)), (0.66, 9.0, (0.24, 0.42, 0.2)), (0.8, 14.0, (0.42, 0.36, 0.2))):
        picture[y > height + 0.06 * np.sin(wave * x) + 0.02 * np.sin(37 * x)] = ink
    picture[(abs(x - 0.35) < 0.13) & (abs(y - 0.62) < 0.12)] = (0.75, 0.36, 0.28)
    picture[(abs(x - 0.35) < 0.17 * (y - 0.4) / 0.1) & (abs(y - 0.45) < 0.06)] = (0.3, 0.2, 0.2)
    picture[(abs(x % 0.08 - 0.04) < 0.018) & (abs(x - 0.35) < 0.11) & (abs(y - 0.6) < 0.03)] = (0.96, 0.9, 0.62)
    grain = np.random.default_rng(0).standard_normal((side, side, 1))
    return np.clip(picture + GRAIN * grain, 0, 1).astype(np.float32)
