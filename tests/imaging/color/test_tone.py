"""The shoulder that brings HDR into 0–1 and out again."""

from __future__ import annotations

import numpy as np
import pytest
from restyle_imaging.color.tone import Tone, tone_of


@pytest.mark.parametrize("tone", [Tone(), Tone(0, 1.05), Tone(-0.3, 1), Tone(-0.02, 7), Tone(0, 200)])
def test_the_shoulder_goes_both_ways(tone: Tone) -> None:
    values = np.linspace(tone.floor, tone.peak, 4001, dtype=np.float32)
    toned = tone.into(values)
    assert toned.min() >= 0
    assert toned.max() <= 1
    assert (np.diff(toned) > 0).all()
    assert np.allclose(tone.out_of(toned), values, rtol=2e-3, atol=1e-4)


def test_mid_tones_are_untouched() -> None:
    values = np.linspace(0.1, 0.5, 100, dtype=np.float32)
    assert np.array_equal(Tone(-1, 9).into(values), values)


def test_pictures_in_range_need_no_shoulder() -> None:
    assert tone_of(np.random.default_rng(0).random((8, 8, 3)).astype(np.float32), None).is_identity
    assert tone_of(np.full((8, 8, 3), 1.0001, np.float32), None).is_identity


def test_hidden_highlights_have_no_say() -> None:
    rgb = np.full((8, 8, 3), 0.5, np.float32)
    rgb[0] = 50
    alpha = np.ones((8, 8), np.float32)
    assert tone_of(rgb, alpha).peak > 10
    alpha[0] = 0
    assert tone_of(rgb, alpha).is_identity
    assert tone_of(rgb, np.zeros((8, 8), np.float32)).is_identity


def test_equal_strokes_change_highlights_by_equal_shares() -> None:
    tone = Tone(0, 10)
    bright = tone.out_of(np.array([0.8, 0.85, 0.9, 0.95], np.float32)) - 0.5
    ratios = bright[1:] / bright[:-1]
    assert np.ptp(ratios) < 0.25 * ratios.mean()
