"""Owns a photo that is sharp at any size: packaged photos are small, and enlarged ones would hide photographic edges and texture that show through paint.

An enlarged photo gets its edges back by a shock filter (Osher & Rudin 1990), texture from photos of gravel and grass at their own size, and photos at their own
size along its foot.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from restyle_imaging.resample.resize import resize

Picture = NDArray[np.float32]
ROUNDS, PACE = 6, 0.9  # of the shock filter
BLUR, STEEP = 2.0, 3e7  # px, under which no edge is sought; how soon the filter takes sides
TEXTURE = 0.5  # share of the gravel's and the grass' own contrast
BRIGHT = 0.55  # from here on ground is gravel, below it is grass
FOOT, MARGIN, GAP = 560, 37, 23  # px: off any tile's border


def crisp(side: int) -> Picture:
    """(side, side, 3) float32 in 0–1, side ≥ 1024. Takes about 40 bytes per pixel."""
    picture = _shocked(resize(_sample("astronaut"), side, side))
    gravel, grass = (_tiled(_texture(_sample(name)), side) for name in ("gravel", "grass"))
    picture += (TEXTURE * np.where(picture.mean(axis=2) > BRIGHT, gravel, grass))[..., None]
    left = MARGIN
    rows = [_sample(name) for name in ("astronaut", "coffee", "chelsea", "immunohistochemistry", "rocket")]
    for photo in (*rows, rows[1][:, ::-1]):
        part = photo[: FOOT - MARGIN]
        if left + part.shape[1] > side:
            break
        picture[side - FOOT : side - FOOT + part.shape[0], left : left + part.shape[1]] = part
        left += part.shape[1] + GAP
    return np.asarray(np.clip(picture, 0, 1), np.float32)


def _sample(name: str) -> Picture:
    """One of scikit-image's pictures, in 0–1."""
    from skimage import data

    picture: Picture = getattr(data, name)().astype(np.float32) / 255
    return picture


def _shocked(picture: Picture) -> Picture:
    """Colours flow from the middle of a slope to its ends, until it is an edge."""
    from scipy.ndimage import gaussian_filter

    for _ in range(ROUNDS):
        light = gaussian_filter(picture.mean(axis=2), BLUR)
        down, across = np.gradient(light)
        (down_down, down_across), across_across = np.gradient(down), np.gradient(across, axis=1)
        bend = across**2 * across_across + 2 * across * down * down_across + down**2 * down_down
        side = -np.tanh(bend * STEEP).astype(np.float32)
        for channel in range(3):
            slopes = np.gradient(picture[..., channel])
            picture[..., channel] += PACE * side * np.hypot(*slopes)
        np.clip(picture, 0, 1, out=picture)
    return picture


def _texture(photo: Picture) -> Picture:
    from scipy.ndimage import gaussian_filter

    return np.asarray(photo - gaussian_filter(photo, 6), np.float32)


def _tiled(plane: Picture, side: int) -> Picture:
    turned = np.block([[plane, plane[:, ::-1]], [plane[::-1], plane[::-1, ::-1]]])
    count = -(-side // turned.shape[0])
    return np.tile(turned, (count, count))[:side, :side]
