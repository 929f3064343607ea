"""Owns the measuring of what can go wrong with a painted picture, in numbers with bounds. Numpy alone, no network.

Each meter takes pictures as float32 (h, w, 3), sRGB-encoded, 0–1, at least 128 px per side, and gives one number; larger is worse except where said. The bounds
lie between what real photos and paintings give and what the mildest planted fault gives (test_meters.py).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]
Plane = NDArray[np.float64]

GRID_DB = 3.0  # dB above the surroundings
USUAL_GRID_DB = 1.3  # real pictures at 256 px: 0.7 to that; a part of an enlarged one or of a woodcut has 2 to 3 of its own
FRAME_DEVIATIONS = 3.0  # standard deviations; photos: 0.9 to 2.4
GRAIN_SHARE = (0.8, 1.25)  # of the style's fine energy
SHARPNESS = 0.75  # of the geometric mean of the style's and the photo's fine energy, for a painting at strength 50; at half the resolution: 0.44 to 0.71
MORE_SPECKS = 300.0  # per megapixel, beyond those of the style or the content, whichever has more
MORE_CLIPPING = 0.01  # of the pixels, beyond the style's
RESIDUE = 0.2  # correlation
EDGE_RECALL = 0.7  # of the content's edges, for a painting at strength 50; an unrelated picture's: 0.3 to 0.5
SEAM_RATIO = 1.05  # over the same lines of the content
JOINT_DEVIATIONS = 3.5  # standard deviations of the lines inside; pictures that are no tiles: 5 to 40
EMPTY_LEVELS = 0.25  # of the levels in use
LOUDEST_SHARE = 0.05  # of a layer's Gram energy

PERIODS = (2, 4, 8, 16)  # px: strides of VGG's poolings, where a grid would come from
SEGMENT = 64  # px: length of the pieces whose spectra are averaged
BANDS = (2, 4, 8)  # px: widths of a frame that padding leaves
BLOCK = 8  # px: small against objects, large against grain
SPECK = 0.2  # of the range: how far a speck stands out from the median of its neighbours
EDGES = 0.9  # quantile above which a gradient is an edge
NEAR = 3  # px: how far off an edge may be painted
CALM = 0.1  # of the range: how much the neighbours of a speck may differ among themselves


def luminance(picture: Picture) -> Plane:
    """(h, w), sRGB-encoded luma: what the eye judges texture by."""
    luma: Plane = np.asarray(picture, np.float64) @ np.array([0.2126, 0.7152, 0.0722])
    return luma


def pixel_grid(picture: Picture) -> float:
    """dB by which the strongest spectral line at a period of 2, 4, 8 or 16 px stands above its surroundings, rows and columns."""
    light = luminance(picture)
    return max(_line(light, period) for light in (light, light.T) for period in PERIODS)


def _line(light: Plane, period: int) -> float:
    spectrum = _spectrum(np.diff(light, axis=1))
    at = SEGMENT // period
    around = np.array([index for index in range(max(1, at - 6), min(len(spectrum), at + 7)) if abs(index - at) > 1])
    slope = np.polyfit(np.log(around), np.log(spectrum[around]), 1)
    return float(10 / np.log(10) * (np.log(spectrum[at]) - np.polyval(slope, np.log(at))))


def _spectrum(rows: Plane) -> Plane:
    """Power by frequency of pieces of SEGMENT px: the geometric mean over all rows, so that one object's edge has no more say than calm ground."""
    window = np.hanning(SEGMENT + 1)[:-1]
    starts = range(0, rows.shape[1] - SEGMENT + 1, SEGMENT // 2)
    pieces = np.stack([rows[:, start : start + SEGMENT] for start in starts])
    power = np.abs(np.fft.rfft(pieces * window, axis=-1)) ** 2 + 1e-9
    blocks = power.reshape(-1, SEGMENT // 2 + 1)
    return np.asarray(np.exp(np.log(blocks).mean(axis=0)))


def border_band(picture: Picture) -> float:
    """How much a band along all four sides differs from what lies just inside, in brightness or in texture: in standard deviations of the same step elsewhere.

    Steps are added with their sign over the sides: a frame has one on each, an object at the border only on its own.
    """
    light = luminance(picture)
    texture = _steps_around(light) + _steps_around(light.T).T
    return max(_frame(plane, width) for plane in (light, texture) for width in BANDS)


def _steps_around(light: Plane) -> Plane:
    """Mean absolute difference of each pixel to its neighbours in its row: of one, at the ends."""
    steps = np.pad(np.abs(np.diff(light, axis=1)), ((0, 0), (1, 1)), mode="edge")
    around: Plane = (steps[:, :-1] + steps[:, 1:]) / 2
    return around


def _frame(plane: Plane, width: int) -> float:
    sides = [_steps(side, width) for side in (plane, plane[::-1], plane.T, plane.T[::-1])]
    return float(abs(sum(steps[0] / (np.sqrt((steps**2).mean()) + 1e-3) for steps in sides)) / np.sqrt(len(sides)))


def _steps(plane: Plane, width: int) -> Plane:
    """Differences of the means of neighbouring strips of `width` rows, from the top."""
    strips = plane[: len(plane) // width * width].reshape(-1, width * plane.shape[1]).mean(axis=1)
    return np.diff(strips)


def fine_energy(picture: Picture) -> float:
    """Root mean square of the top octave of luminance, what is lost at half size, in the median of blocks of BLOCK² px: edges of objects have no say."""
    octave = _top_octave(luminance(picture))
    height, width = (side // BLOCK * BLOCK for side in octave.shape)
    blocks = (octave[:height, :width] ** 2).reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK).mean(axis=(1, 3))
    return float(np.sqrt(np.median(blocks)))


def grain(picture: Picture, like: Picture) -> float:
    """The picture's energy in the top octave over that of `like` (the style at the scale in which it was used). Above: grain. Below: blur."""
    return fine_energy(picture) / max(fine_energy(like), 1e-6)


def specks(picture: Picture) -> float:
    """Isolated extremes per megapixel: pixels far from the median of eight calm neighbours, in any channel."""
    height, width = picture.shape[:2]
    around = np.stack([picture[y : height - 2 + y, x : width - 2 + x] for y in range(3) for x in range(3) if (y, x) != (1, 1)])
    ranked = np.sort(around, axis=0)
    far = np.abs(picture[1:-1, 1:-1] - (ranked[3] + ranked[4]) / 2) > SPECK
    calm = ranked[6] - ranked[1] < CALM
    return float((far & calm).any(axis=-1).sum() / (height * width) * 1e6)


def clipping(picture: Picture) -> float:
    """Share of pixels, 0–1, with a channel at an end of the range (within half a step of 8 bits)."""
    return float(((picture <= 0.5 / 255) | (picture >= 1 - 0.5 / 255)).any(axis=-1).mean())


def photo_residue(picture: Picture, content: Picture) -> float:
    """Correlation of picture and content in the top octave, off the content's edges: photographic texture that stands under the paint."""
    painted, photo = _top_octave(luminance(picture)), _top_octave(luminance(content))
    edges = _edges(luminance(content))
    calm = edges < np.quantile(edges, 0.7)
    return float(np.corrcoef(painted[calm], photo[calm])[0, 1])


def edge_recall(picture: Picture, content: Picture, near: int = NEAR) -> float:
    """Share of the content's edges that the picture has as well, so many px off at most; here, more is better."""
    painted, photo = (edges > np.quantile(edges, EDGES) for edges in (_edges(luminance(picture)), _edges(luminance(content))))
    around = np.asarray(np.lib.stride_tricks.sliding_window_view(np.pad(painted, near), (2 * near + 1, 2 * near + 1)).any((-2, -1)))
    return float(around[photo].mean())


def seams(picture: Picture, tile: int) -> float:
    """Mean step across lines every `tile` px over the mean step just beside them, rows or columns, whichever is larger."""
    light = luminance(picture)
    return max(_seam(light, tile), _seam(light.T, tile))


def _seam(light: Plane, tile: int) -> float:
    steps = np.abs(np.diff(light, axis=1)).mean(axis=0)
    lines = np.arange(tile - 1, len(steps) - 4, tile)
    beside = np.stack([steps[lines + offset] for offset in (-4, -3, -2, 2, 3, 4)])
    return float(steps[lines].mean() / beside.mean())


def joints(picture: Picture) -> tuple[float, float]:
    """How strong the joints are, left to right and top to bottom, when the picture is laid beside itself: the root mean square of the step across the joint,
    in standard deviations of the steps between neighbouring lines inside, above their mean."""
    whole = np.asarray(picture, np.float64)
    return _joint(whole), _joint(whole.swapaxes(0, 1))


def _joint(whole: NDArray[np.float64]) -> float:
    steps = np.sqrt(np.square(whole - np.roll(whole, 1, axis=1)).mean(axis=(0, 2)))
    inside = steps[1:]
    return float((steps[0] - inside.mean()) / (inside.std() + 1e-6))


def posterising(picture: Picture) -> float:
    """Share of 8-bit levels between the darkest and the brightest percent that no pixel has, in the emptiest channel."""
    levels = np.rint(np.clip(picture, 0, 1) * 255).astype(int).reshape(-1, 3)
    return max(_empty(levels[:, channel]) for channel in range(3))


def _empty(levels: NDArray[np.int_]) -> float:
    low, high = np.percentile(levels, (1, 99)).astype(int)
    counts = np.bincount(levels, minlength=256)[low : high + 1]
    return float((counts == 0).mean())


def gram_share(activations: NDArray[np.floating]) -> float:
    """Share, 0–1, of a layer's Gram energy that involves its loudest channel. activations: (channels, positions)."""
    gram = np.asarray(activations, np.float64) @ np.asarray(activations, np.float64).T
    energy = gram**2
    return float(energy.sum(axis=1).max() / energy.sum())


def _top_octave(light: Plane) -> Plane:
    """light less its 1-2-1 smoothing along both axes."""
    padded = np.pad(light, 1, mode="reflect")
    rows = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
    return light - (rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 4


def _edges(light: Plane) -> Plane:
    """Gradient magnitude at the next coarser scale, so that texture itself isn't taken for an edge."""
    smooth = light - _top_octave(light)
    for _ in range(4):
        smooth = smooth - _top_octave(smooth)
    down, across = np.gradient(smooth)
    return np.asarray(np.hypot(down, across))
