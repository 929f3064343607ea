"""Owns the real pictures that meters and engine are tried on: photos from scikit-image's packaged data, and the library's own paintings."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import restyle_server
from numpy.typing import NDArray
from restyle_imaging.io.files import read_picture
from restyle_imaging.planes.canvas import open_plane
from restyle_imaging.resample.resize import resize

PHOTOS = ("astronaut", "chelsea", "coffee", "rocket")
PAINTINGS = ("night", "stained-glass", "woodcut")


@functools.cache
def photo(name: str, side: int = 256) -> NDArray[np.float32]:
    """The middle square of a photo, (side, side, 3) float32, 0–1."""
    from skimage import data

    return _square(getattr(data, name)().astype(np.float32) / 255, side)


def motorcycle(side: int) -> NDArray[np.float32]:
    """A photo that no look has learned from, likewise."""
    import skimage

    return _square(open_plane(read_picture(Path(skimage.__file__).parent / "data" / "motorcycle_left.png").plane).rgb, side)


@functools.cache
def painting(style: str, side: int = 256) -> NDArray[np.float32]:
    """The middle square of a style's picture."""
    folder = Path(restyle_server.__file__).parent / "styles" / style
    return _square(open_plane(read_picture(next(folder.glob("picture.*"))).plane).rgb, side)


def _square(picture: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    height, width = picture.shape[:2]
    size = min(height, width)
    top, left = (height - size) // 2, (width - size) // 2
    return resize(picture[top : top + size, left : left + size], side, side)
