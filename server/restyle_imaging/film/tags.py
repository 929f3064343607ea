"""Owns what a film says about its colours, and the way from its RGB to sRGB-encoded RGB and back.

Code points are those of ITU-T H.273, as FFmpeg has them. Matrix and range are undone by the decoder's library. What is left is R'G'B' with the film's own
primaries and transfer function:

- **plain**: an SDR film with the primaries of BT.709 or BT.601. Its values are taken as sRGB-encoded, untouched, as browsers and editors take them.
- **wide**: BT.2020 or P3 primaries, PQ, HLG or linear light. Its values become sRGB-encoded floats without bounds, and go back the same way.

Sources: SMPTE ST 2084 (PQ); ITU-R BT.2100 (HLG) and BT.2408 (reference white: 203 cd/m² in PQ, 75 % in HLG); primaries: H.273, table 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Floats
from ..color import primaries, srgb

RGB, BT709, UNSPECIFIED, BT470BG, SMPTE170M, BT2020 = 0, 1, 2, 5, 6, 9  # matrices; RGB: none
PRIMARIES_BT709, PRIMARIES_BT2020, PRIMARIES_DCI_P3, PRIMARIES_P3 = 1, 9, 11, 12
GAMMA22, GAMMA28, LINEAR, SRGB, PQ, HLG = 4, 5, 8, 13, 16, 18  # transfer functions that are not BT.709's or its kin
HD_HEIGHT = 720  # px from which a film that doesn't say is BT.709: players' rule
CHROMATICITIES = {
    PRIMARIES_BT709: primaries.BT709,
    PRIMARIES_BT2020: primaries.BT2020,
    PRIMARIES_DCI_P3: primaries.P3,  # shown with the white of D65, as on screens
    PRIMARIES_P3: primaries.P3,
}
WIDE = frozenset(CHROMATICITIES) - {PRIMARIES_BT709}
PQ_WHITE = 203.0 / 10_000.0  # of full scale
HLG_CURVE = (0.17883277, 0.28466892, 0.55991073)  # a, b, c of BT.2100, table 5
HLG_WHITE = 0.2650  # scene light at a signal of 75 %


@dataclass(frozen=True, slots=True)
class Tags:
    """matrix, primaries, transfer: code points, of which the matrix is known. full: every code value is used, not 16–235."""

    matrix: int
    primaries: int = UNSPECIFIED
    transfer: int = UNSPECIFIED
    full: bool = False

    @property
    def plain(self) -> bool:
        """Values are taken as sRGB-encoded."""
        return self.primaries not in WIDE and self.transfer not in (LINEAR, PQ, HLG)


def known(matrix: int, primaries: int, transfer: int, full: bool, height: int) -> Tags:
    """Tags as a frame has them; a matrix that is not said is what players take it for. height: px."""
    return Tags(matrix if matrix != UNSPECIFIED else BT709 if height >= HD_HEIGHT else SMPTE170M, primaries, transfer, full)


def to_srgb(rgb: Floats, tags: Tags) -> Floats:
    """R'G'B' (…, 3) of a wide film, 0–1, as sRGB-encoded values; white is 1, brighter is more."""
    return srgb.encode(primaries.turned(_light(rgb, tags.transfer), _primaries(tags), primaries.BT709))


def from_srgb(rgb: Floats, tags: Tags) -> Floats:
    """The way back, clipped to 0–1."""
    light = primaries.turned(srgb.decode(rgb), primaries.BT709, _primaries(tags))
    return np.clip(_signal(light, tags.transfer), 0, 1).astype(np.float32, copy=False)


def _primaries(tags: Tags) -> primaries.Chromaticities:
    return CHROMATICITIES.get(tags.primaries, primaries.BT709)


def _light(signal: Floats, transfer: int) -> Floats:
    """Linear light, white 1."""
    if transfer == LINEAR:
        return signal
    if transfer == PQ:
        root = np.clip(signal, 0, 1) ** (32 / 2523)
        return np.asarray((np.maximum(root - 107 / 128, 0) / (2413 / 128 - 2392 / 128 * root)) ** (8192 / 1305) / PQ_WHITE, np.float32)
    if transfer == HLG:
        a, b, c = HLG_CURVE
        clipped = np.clip(signal, 0, 1)
        return np.asarray(np.where(clipped <= 0.5, clipped**2 / 3, (np.exp((clipped - c) / a) + b) / 12) / HLG_WHITE, np.float32)
    return srgb.decode(signal)


def _signal(light: Floats, transfer: int) -> Floats:
    if transfer == LINEAR:
        return light
    if transfer == PQ:
        root = np.clip(light * PQ_WHITE, 0, 1) ** (1305 / 8192)
        return np.asarray(((107 / 128 + 2413 / 128 * root) / (1 + 2392 / 128 * root)) ** (2523 / 32), np.float32)
    if transfer == HLG:
        a, b, c = HLG_CURVE
        scene = np.clip(light * HLG_WHITE, 0, 1)
        return np.asarray(np.where(scene <= 1 / 12, np.sqrt(3 * scene), a * np.log(np.maximum(12 * scene - b, 1e-6)) + c), np.float32)
    return srgb.encode(light)
