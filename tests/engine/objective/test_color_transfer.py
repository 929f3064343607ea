"""The content counts in the styles' colours, where it may be painted, by the least change of any pixel."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from engine.scenes import photo, waves
from restyle_engine.objective.color_transfer import color_transferred
from restyle_engine.resizing import tensor
from restyle_engine.task import StylePicture

DEVICE = torch.device("cpu")
CONTENT = tensor(photo(48, 36), DEVICE)
WAVES = StylePicture(np.float32(0.2) + np.float32(0.6) * waves(48, 48))


def colors(image: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    pixels = image[0].flatten(1).numpy().T
    return pixels.mean(0), np.cov(pixels.T, bias=True)


def test_the_content_takes_the_styles_mean_and_covariance() -> None:
    wanted_mean, wanted = colors(tensor(WAVES.rgb, DEVICE))
    mean, covariance = colors(color_transferred(CONTENT, None, [(None, [WAVES])]))
    assert mean == pytest.approx(wanted_mean, abs=0.02)
    assert covariance == pytest.approx(wanted, abs=0.006)
    assert colors(CONTENT)[1] != pytest.approx(wanted, abs=0.03)


def test_a_content_that_has_the_styles_colours_already_keeps_them() -> None:
    rgb = np.float32(0.2) + np.float32(0.6) * photo(48, 36)
    again = color_transferred(tensor(rgb, DEVICE), None, [(None, [StylePicture(rgb)])])
    assert again[0].permute(1, 2, 0).numpy() == pytest.approx(rgb, abs=1e-5)


def test_a_flat_content_takes_the_mean_colour_and_no_noise_is_made_of_what_hardly_differs() -> None:
    flat = torch.full((1, 3, 32, 32), 0.5) + 1e-3 * torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    found = color_transferred(flat, None, [(None, [WAVES])])
    assert found.mean((0, 2, 3)).numpy() == pytest.approx(WAVES.rgb.mean((0, 1)), abs=1e-3)
    assert float(found.std((2, 3)).max()) < 0.01


def test_each_region_takes_the_colours_of_its_style_and_the_rest_stays() -> None:
    left, right = torch.zeros(1, 1, 36, 48), torch.zeros(1, 1, 36, 48)
    left[..., :16], right[..., 32:] = 1, 1
    red, blue = (StylePicture(np.full((8, 8, 3), color, np.float32)) for color in ((0.8, 0.2, 0.2), (0.2, 0.2, 0.8)))
    found = color_transferred(CONTENT, None, [(left, [red]), (right, [blue])])
    assert found[..., :16].mean((0, 2, 3)).numpy() == pytest.approx((0.8, 0.2, 0.2), abs=0.02)
    assert found[..., 32:].mean((0, 2, 3)).numpy() == pytest.approx((0.2, 0.2, 0.8), abs=0.02)
    assert torch.equal(found[..., 16:32], CONTENT[..., 16:32])


def test_what_does_not_count_has_no_say_and_stays() -> None:
    weight = torch.ones(1, 1, 36, 48)
    weight[..., 24:] = 0
    other = CONTENT.clone()
    other[..., 24:] = 0
    found = color_transferred(CONTENT, weight, [(None, [WAVES])])
    assert torch.equal(found[..., :24], color_transferred(other, weight, [(None, [WAVES])])[..., :24])
    assert torch.equal(found[..., 24:], CONTENT[..., 24:])


def test_a_styles_hidden_pixels_and_weights_count_in_its_colours() -> None:
    alpha = np.ones((8, 8), np.float32)
    rgb = np.full((8, 8, 3), 0.3, np.float32)
    alpha[4:], rgb[4:] = 0, 0.9
    hidden = StylePicture(rgb, alpha=alpha, weight=3.0)
    white = StylePicture(np.full((8, 8, 3), 0.7, np.float32), weight=1.0)
    assert color_transferred(CONTENT, None, [(None, [hidden])]).mean() == pytest.approx(0.3, abs=0.02)
    assert color_transferred(CONTENT, None, [(None, [hidden, white])]).mean() == pytest.approx(0.4, abs=0.02)


def test_nothing_to_learn_from_leaves_the_content() -> None:
    assert torch.equal(color_transferred(CONTENT, None, []), CONTENT)
    assert torch.equal(color_transferred(CONTENT, torch.zeros(1, 1, 36, 48), [(None, [WAVES])]), CONTENT)
