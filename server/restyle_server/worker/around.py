"""Owns what imaging sees of a seamless painting: beyond its border the other side, so that it is recoloured and brought to full size without a seam."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from restyle_engine.parameters import Seamless
from restyle_engine.repeating import border
from restyle_engine.task import Pixels
from restyle_imaging.resample.upsampling import upsampled

REACH = 16  # px of the work that bringing it to full size looks at on either side
SHARE = 1 / 16  # of a picture's longer side, same for recolouring

Borders = tuple[int, int]  # px above and below, px on the left and right


def same(change: Callable[[Pixels, Pixels], Pixels], seamless: Seamless, result: Pixels, content: Pixels) -> Pixels:
    """What a change makes of two pictures (h, w, 3)."""
    height, width = result.shape[:2]
    reach = max(REACH, round(SHARE * max(height, width)))
    borders = reach * seamless.down, reach * seamless.across
    return _inside(change(_wider(result, borders), _wider(content, borders)), borders, height, width)


def enlarged(seamless: Seamless, content_full: Pixels, content_work: Pixels, result_work: Pixels, alpha: Pixels | None) -> Pixels:
    """As upsampled of restyle_imaging has it."""
    (height, width), (rows, columns) = content_full.shape[:2], result_work.shape[:2]
    if seamless is Seamless.NONE or (height, width) == (rows, columns):
        return upsampled(content_full, content_work, result_work, alpha)
    (down, full_down), (across, full_across) = border(rows, height, REACH, seamless.down), border(columns, width, REACH, seamless.across)
    work, full = (down, across), (full_down, full_across)
    shown = None if alpha is None else _wider(alpha, full)
    return _inside(upsampled(_wider(content_full, full), _wider(content_work, work), _wider(result_work, work), shown), full, height, width)


def _wider(values: Pixels, borders: Borders) -> Pixels:
    (down, across), more = borders, [(0, 0)] * (values.ndim - 2)
    return np.pad(values, [(down, down), (across, across), *more], mode="wrap") if down or across else values


def _inside(values: Pixels, borders: Borders, height: int, width: int) -> Pixels:
    down, across = borders
    return np.ascontiguousarray(values[down : down + height, across : across + width])
