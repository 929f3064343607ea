"""Oklab, the content's colours, and the style recoloured."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from restyle_imaging.color import srgb
from restyle_imaging.color.oklab import from_oklab, into_gamut, matched, mixed, to_oklab, with_content_color


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(shape).astype(np.float32)


def test_oklab_goes_both_ways() -> None:
    rgb = noise(20, 20, 3)
    assert np.allclose(from_oklab(to_oklab(rgb)), rgb, atol=2e-5)


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [((1, 1, 1), (1, 0, 0)), ((0, 0, 0), (0, 0, 0)), ((1, 0, 0), (0.62796, 0.22486, 0.12585)), ((0, 0, 1), (0.45201, -0.03246, -0.31153))],
)
def test_oklab_has_the_published_values(rgb: tuple[int, int, int], lab: tuple[float, float, float]) -> None:
    assert np.allclose(to_oklab(np.array([rgb], np.float32)), [lab], atol=2e-4)


def test_srgb_goes_both_ways_beyond_its_bounds() -> None:
    values = np.linspace(-3, 8, 1001, dtype=np.float32)
    assert np.allclose(srgb.encode(srgb.decode(values)), values, rtol=1e-5, atol=1e-6)
    assert np.isclose(srgb.decode(np.array([0.5], np.float32))[0], 0.21404114)


def test_colours_beyond_the_gamut_keep_luminance_and_hue() -> None:
    lab = np.array([[0.6, 0.3, 0.2], [0.9, -0.3, 0.1], [0.3, 0.05, -0.3]], np.float32)
    back = to_oklab(into_gamut(lab))
    assert np.allclose(back[:, 0], lab[:, 0], atol=3e-3)
    assert np.allclose(np.arctan2(back[:, 2], back[:, 1]), np.arctan2(lab[:, 2], lab[:, 1]), atol=0.02)


def test_content_colour_keeps_the_paintings_luminance_and_the_contents_chroma() -> None:
    content = np.broadcast_to(np.array([0.6, 0.5, 0.4], np.float32), (64, 64, 3))
    result = np.clip(0.5 + 0.15 * (noise(64, 64, 1) - 0.5) + np.array([-0.1, 0.0, 0.15], np.float32), 0, 1).astype(np.float32)
    lab, wanted = to_oklab(with_content_color(result, content)), to_oklab(result)
    assert np.allclose(lab[..., 0], wanted[..., 0], atol=3e-3)
    assert np.allclose(lab[..., 1:].mean((0, 1)), to_oklab(content)[0, 0, 1:], atol=5e-3)


def test_content_colour_does_not_run_over_edges() -> None:
    content = np.zeros((64, 64, 3), np.float32)
    content[:, :32], content[:, 32:] = (0.8, 0.3, 0.3), (0.3, 0.4, 0.8)
    lab = to_oklab(with_content_color(np.full((64, 64, 3), 0.5, np.float32), content))
    red, blue = lab[:, 28:31, 1].mean(), lab[:, 33:36, 1].mean()
    assert red > 0.08
    assert blue < 0.02


def test_mix_goes_from_the_painting_to_the_full_effect() -> None:
    content, result = noise(32, 32, 3) * np.float32(0.3) + np.float32(0.4), noise(32, 32, 3, seed=1) * np.float32(0.3) + np.float32(0.3)
    full = to_oklab(with_content_color(result, content, 1.0))
    half = to_oklab(with_content_color(result, content, 0.5))
    assert with_content_color(result, content, 0.0) is result
    assert np.allclose(half[..., 1:], (full[..., 1:] + to_oklab(result)[..., 1:]) / 2, atol=5e-3)


def test_a_matched_style_has_the_contents_mean_and_covariance() -> None:
    random = np.random.default_rng(0)
    style = (0.5 + random.normal(0, 0.05, (64, 64, 3)) @ np.array([[1, 0.5, 0], [0, 1, 0.3], [0, 0, 1]])).astype(np.float32)
    content = (0.4 + random.normal(0, 0.08, (50, 30, 3)) @ np.array([[1, 0, 0], [0.8, 0.5, 0], [0.2, 0, 0.4]])).astype(np.float32)
    recoloured = matched(style, content)
    assert np.allclose(recoloured.mean((0, 1)), content.mean((0, 1)), atol=2e-3)
    assert np.allclose(np.cov(recoloured.reshape(-1, 3).T), np.cov(content.reshape(-1, 3).T), atol=2e-4)


def test_a_style_that_matches_already_stays() -> None:
    style = noise(40, 40, 3) * np.float32(0.5) + np.float32(0.25)
    assert np.allclose(matched(style, style), style, atol=1e-4)


@pytest.mark.parametrize("style", [np.full((16, 16, 3), 0.3, np.float32), np.zeros((16, 16, 3), np.float32)])
def test_a_style_of_one_colour_becomes_the_contents_mean(style: NDArray[np.float32]) -> None:
    content = noise(16, 16, 3)
    assert np.allclose(matched(style, content), content.mean((0, 1)), atol=1e-3)


def test_a_gray_style_gains_no_noise() -> None:
    style = np.repeat(np.linspace(0, 1, 256, dtype=np.float32).reshape(16, 16, 1), 3, -1)
    out = matched(style, noise(32, 32, 3))
    assert np.isfinite(out).all()
    assert np.ptp(np.diff(out.reshape(-1, 3), axis=0)[50:200]) < 0.01


def test_hidden_pixels_have_no_say_in_a_match() -> None:
    content, alpha = noise(32, 32, 3), np.ones((32, 32), np.float32)
    alpha[:10] = 0
    first = matched(noise(16, 16, 3, seed=2), content, None, alpha)
    content[:10] = 1
    assert np.array_equal(first, matched(noise(16, 16, 3, seed=2), content, None, alpha))


def test_mixed_ends_are_exact() -> None:
    a, b = noise(4, 4, 3), noise(4, 4, 3, seed=1)
    assert mixed(a, b, 0) is a
    assert mixed(a, b, 1) is b
    assert np.allclose(mixed(a, b, 0.25), 0.75 * a + 0.25 * b)
