"""The guided filter."""

from __future__ import annotations

import numpy as np
from restyle_imaging.resample.guided import _solved, boxed, guidance, smoothed


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).random(shape).astype(np.float32)


def test_box_means_are_means_of_boxes() -> None:
    picture = noise(13, 9, 2)
    means = boxed(picture, 2)
    assert np.allclose(means[6, 4], picture[4:9, 2:7].mean((0, 1)), atol=1e-6)
    assert np.allclose(means[0, 0], picture[:3, :3].mean((0, 1)), atol=1e-6)
    assert np.allclose(boxed(picture, 50), picture.mean((0, 1)), atol=1e-6)


def test_a_linear_function_of_the_guide_is_found() -> None:
    guide = noise(32, 32, 3)
    values = guide @ np.array([[1, 0], [-2, 0.5], [0, 3]], np.float32) + np.float32(0.25)
    assert np.allclose(guidance(guide, values, 3, 1e-7).applied(guide), values, atol=1e-3)


def test_elimination_agrees_with_lapack() -> None:
    half = noise(8, 8, 3, 3)
    matrix = half @ half.swapaxes(-1, -2) + 0.01 * np.eye(3, dtype=np.float32)
    right = noise(8, 8, 3, 4)
    assert np.allclose(_solved(matrix, right), np.linalg.solve(matrix.astype(np.float64), right), rtol=2e-2, atol=2e-3)


def test_nothing_to_explain_gives_exactly_nothing() -> None:
    model = guidance(noise(16, 16, 3), np.zeros((16, 16, 3), np.float32), 2, 1e-3)
    assert not model.slope.any()
    assert not model.offset.any()


def test_smoothing_keeps_the_guides_edges_and_drops_noise() -> None:
    guide = np.zeros((64, 64, 3), np.float32)
    guide[:, 32:] = 1
    noisy = guide[..., :2] + np.float32(0.1) * (noise(64, 64, 2) - np.float32(0.5))
    smooth = smoothed(guide, noisy, 8, 1e-3)
    assert np.abs(smooth - guide[..., :2]).max() < 0.05
    assert smooth[:, :28].std() < 0.3 * noisy[:, :28].std()
