"""How far a camera has gone: found in pans, nothing where it stands, whatever passes, and nothing to follow where there is a cut."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch
from restyle_engine.motion.camera import gone
from restyle_engine.motion.flow import FlowMissing
from restyle_engine.resizing import resized, tensor
from restyle_engine.task import Pixels

WIDTH, HEIGHT = 96, 60  # px
EXACT = 0.25  # px: of the search


def world(seed: int = 0) -> Pixels:
    """Larger than what a camera sees of it, and textured everywhere."""
    rough = np.random.default_rng(seed).random((40, 72, 3)).astype(np.float32)
    found = resized(tensor(rough, torch.device("cpu")), 288, 160).clamp(0, 1)
    return np.ascontiguousarray(found[0].permute(1, 2, 0).numpy())


def seen(x: int, y: int = 40, seed: int = 0) -> Pixels:
    """What a camera sees."""
    return np.ascontiguousarray(world(seed)[y : y + HEIGHT, x : x + WIDTH])


@pytest.mark.parametrize(("x", "y"), [(3, 0), (-1, 2), (8, -5), (1, 0)])
def test_a_pan_is_found(x: int, y: int) -> None:
    assert gone(seen(100 + x, 40 + y), seen(100)) == pytest.approx((x, y), abs=EXACT)


def test_a_camera_that_stands_has_not_gone_whatever_passes() -> None:
    def frame(x: int) -> Pixels:
        picture = seen(100)
        picture[16:44, x : x + 28] = world(1)[:28, :28]
        return picture

    assert gone(frame(8), frame(4)) == (0, 0)


def test_noise_of_a_camera_is_no_way() -> None:
    grain = np.random.default_rng(0)
    one, other = ((seen(100) + grain.standard_normal((HEIGHT, WIDTH, 3)) / 255).clip(0, 1).astype(np.float32) for _ in range(2))
    assert gone(one, other) == (0, 0)


def test_drawing_nearer_goes_nowhere() -> None:
    near = resized(tensor(seen(100)[2:-2, 3:-3], torch.device("cpu")), WIDTH, HEIGHT).clamp(0, 1)[0].permute(1, 2, 0).numpy()
    assert gone(np.ascontiguousarray(near), seen(100)) == pytest.approx((0, 0), abs=EXACT)


def test_a_cut_is_none() -> None:
    assert gone(seen(100, seed=5), seen(100)) is None


@pytest.mark.parametrize(("width", "height"), [(1, 1), (17, 2), (9, 40)])
def test_small_frames_are_followed_too(width: int, height: int) -> None:
    one, other = (np.ascontiguousarray(world()[40 : 40 + height, x : x + width]) for x in (100, 101))
    found = gone(other, one)
    assert found is None or np.isfinite(found).all()


def test_frames_that_are_searched_smaller_are_followed_as_far() -> None:
    one, other = (np.ascontiguousarray(np.tile(world(), (1, 5, 1))[:32, x : x + 1200]) for x in (0, 8))
    assert gone(other, one) == pytest.approx((8, 0), abs=EXACT)


def test_without_opencv_it_is_said_unless_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    assert gone(seen(100), seen(100)) == (0, 0)
    with pytest.raises(FlowMissing):
        gone(seen(101), seen(100))
