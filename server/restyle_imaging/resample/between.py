"""Owns what lies between a content and its painting: the painting's colours and strokes, and the more of the content's lines the nearer to the content.

Both are taken apart into octaves (bands.py). In each octave, at each place, the content's band takes the painting's place as far as it is the stronger of the
two there: where the content has lines they come back whole, and where it is calm the strokes stay. Mixing the two evenly, as by an opacity, would show both at
once. The content's bands come in the painting's colours: each is moved to the painting's covariance in that octave by the least change of any value (Pitié &
Kokaram 2007, "The linear Monge-Kantorovitch linear colour mapping"), and where the content has more contrast, half-way to that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, each
from .bands import doubled, octaves, soft

LINES = 25.0  # strength at which all of the content's lines are there; below it the picture fades into the content, as a painting does
OCTAVES = 4  # that are mixed: what is coarser is tone
STROKES = 2.0  # times that the painting's energy in an octave counts against the content's
TONE = 0.3  # of the content's light and shade that comes back, at LINES: paintings of that strength keep some of it, in the style's colours
FAINT = 1e-5  # energy of what nobody sees: (0.003)²
RIDGE = 1e-4  # variance added to both covariances, (0.01)²: what hardly differs in the content is not stretched into noise
STRIP_PIXELS = 1 << 19  # px mixed at a time: some 60 MB
HALO = 160  # px on either side that a place depends on; a multiple of the coarsest octave's pixels
TILE = 128  # px, side of the parts by which a large picture's octaves are measured
GRID = 4  # of them down and across
LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)

Doubles = NDArray[np.float64]


def between(content: Floats, painting: Floats, painted: float, wanted: float, seamless: tuple[bool, bool] = (False, False)) -> Floats:
    """A content (h, w, 3) painted at a strength, about as it would have been at a lower one; float32, sRGB-encoded, 0–1. painted, wanted: strengths,
    0 < wanted < painted ≤ 100. seamless: whether it goes on at the opposite side, from top to bottom and from left to right."""
    if painted <= LINES:
        return content + np.float32(wanted / painted) * (painting - content)
    down, across = (min(HALO, side) * repeats for side, repeats in zip(content.shape[:2], seamless, strict=True))
    old, new = (np.pad(one, [(down, down), (across, across), (0, 0)], mode="wrap") if down or across else one for one in (content, painting))
    height, width = content.shape[:2]
    mixed = _mixed(old, new, (max(wanted, LINES) - LINES) / (painted - LINES))[down : down + height, across : across + width]
    if wanted < LINES:
        mixed = content + np.float32(wanted / LINES) * (mixed - content)
    return np.clip(mixed, 0, 1)


def _mixed(content: Floats, painting: Floats, away: float) -> Floats:
    """away: 0 with all of the content's lines, 1 with none."""
    height, width = content.shape[:2]
    moves, out = _moves(content, painting), np.empty_like(content)
    rows = max(HALO, STRIP_PIXELS // width // (1 << OCTAVES) * (1 << OCTAVES))

    def mix(top: int) -> None:
        first, last = max(0, top - HALO), min(height, top + rows + HALO)
        mixed = _lines_in(_planes(content[first:last]), _planes(painting[first:last]), moves, np.float32(1 - away))
        out[top : top + rows] = mixed[:, top - first : top - first + rows].transpose(1, 2, 0)

    each(mix, range(0, height, rows), height * width)
    return out


def _lines_in(content: Floats, painting: Floats, moves: Sequence[Floats], most: np.float32) -> Floats:
    """The content's lines in a painting, both (3, h, w). moves: of each octave's colours, finest first. most: of the content, where it alone has lines."""
    lines, tone = octaves(content, OCTAVES)
    strokes, out = octaves(painting, OCTAVES)
    tone -= out
    out += np.float32(TONE) * most * np.tensordot(LUMA, tone, axes=1)
    for move, line, stroke in zip(reversed(moves), reversed(lines), reversed(strokes), strict=True):
        moved = np.tensordot(move, line, axes=1)
        share = _energy(moved)
        share *= most / (share + np.float32(STROKES) * _energy(stroke) + np.float32(FAINT))
        out = doubled(out, stroke.shape[-2], stroke.shape[-1])
        out += stroke
        moved -= stroke
        moved *= share
        out += moved
    return out


def _energy(band: Floats) -> Floats:
    """Of its lightness around each place, (h, w)."""
    light = np.tensordot(LUMA, band, axes=1)
    return soft(soft(np.square(light, out=light)))


def _moves(content: Floats, painting: Floats) -> list[Floats]:
    """What gives each octave of the content the painting's colours, (3, 3) each, finest first: x → T·x with T = Σ_c^−½·(Σ_c^½·Σ_p·Σ_c^½)^½·Σ_c^−½."""
    found = []
    for start, covariance in zip(_covariances(content), _covariances(painting), strict=True):
        aim = covariance * max(1.0, (np.trace(start) / np.trace(covariance) + 1) / 2)
        root, back = _power(start, 0.5), _power(start, -0.5)
        found.append((back @ _power(root @ aim @ root, 0.5) @ back).astype(np.float32))
    return found


def _covariances(picture: Floats) -> list[Doubles]:
    """Of the colours in each octave, (3, 3) each, finest first."""
    sums, counts = [np.zeros((3, 3)) for _ in range(OCTAVES)], [0] * OCTAVES
    for tile in _tiles(picture):
        for index, band in enumerate(octaves(_planes(tile), OCTAVES)[0]):
            values = band.reshape(3, -1).astype(np.float64)
            sums[index] += values @ values.T
            counts[index] += values.shape[1]
    return [total / count + RIDGE * np.eye(3) for total, count in zip(sums, counts, strict=True)]


def _tiles(picture: Floats) -> Iterator[Floats]:
    """Parts that tell as much of a picture's octaves as all of it; a small one whole."""
    height, width = picture.shape[:2]
    if height * width <= (GRID * TILE) ** 2:
        yield picture
        return
    for top in np.linspace(0, max(0, height - TILE), GRID).astype(int):
        for left in np.linspace(0, max(0, width - TILE), GRID).astype(int):
            yield picture[top : top + TILE, left : left + TILE]


def _planes(picture: Floats) -> Floats:
    return np.ascontiguousarray(picture.transpose(2, 0, 1))


def _power(matrix: Doubles, exponent: float) -> Doubles:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.maximum(values, 1e-12) ** exponent) @ vectors.T)
