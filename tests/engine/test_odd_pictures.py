"""Pictures that nobody would choose are painted all the same: finite, and of the right size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from engine.scenes import photo, task, waves
from numpy.typing import NDArray
from restyle_engine.parameters import Precision
from restyle_engine.stylizer import Stylizer
from restyle_engine.task import StylePicture
from restyle_engine.verdict import Verdict


def flat(width: int, height: int, *color: float) -> np.ndarray:
    return np.broadcast_to(np.array(color, np.float32), (height, width, 3)).copy()


def halved(height: int, width: int) -> np.ndarray:
    """A map of which the upper half is empty."""
    found = np.ones((height, width), np.float32)
    found[: height // 2] = 0
    return found


def painted(content: np.ndarray, *styles: StylePicture, evaluations: int = 8, **changes: Any) -> np.ndarray:
    """By few evaluations, the finish among them; asserts what is promised of every picture."""
    found = Stylizer().paint(task(content, *styles, evaluations=evaluations, **changes), lambda _: Verdict.GO_ON).rgb
    assert found.shape == content.shape
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    return found


STYLES = {
    "one flat colour": StylePicture(flat(48, 48, 0.8, 0.2, 0.1)),
    "black": StylePicture(flat(48, 48, 0, 0, 0)),
    "16 px": StylePicture(waves(16, 16)),
    "a strip": StylePicture(waves(16, 400)),
    "half transparent": StylePicture(waves(48, 48), alpha=halved(48, 48)),
    "all transparent": StylePicture(waves(48, 48), alpha=np.zeros((48, 48), np.float32)),
    "one visible pixel": StylePicture(waves(48, 48), alpha=np.eye(1, 48 * 48, 700, dtype=np.float32).reshape(48, 48)),
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("precision", list(Precision))
def test_any_style(style: str, precision: Precision) -> None:
    painted(photo(48, 36), STYLES[style], precision=precision)


CONTENTS = {
    "black": flat(48, 36, 0, 0, 0),
    "white": flat(48, 36, 1, 1, 1),
    "beyond the range": photo(48, 36) * 5 - 2,
    "16 px": photo(16, 16),
    "an odd size": photo(17, 31),
}


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("precision", list(Precision))
def test_any_photo(content: str, precision: Precision) -> None:
    painted(CONTENTS[content], precision=precision)


@pytest.mark.parametrize("content", ["black", "white"])
@pytest.mark.parametrize("style", ["one flat colour", "black", "16 px"])
def test_a_photo_without_contrast_in_any_style(content: str, style: str) -> None:
    painted(CONTENTS[content], STYLES[style])


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1600, 16), (16, 1600)])
def test_a_shape_of_one_to_a_hundred_with_details(size: tuple[int, int]) -> None:
    painted(photo(*size), StylePicture(waves(64, 64)))


def test_a_mask_with_nothing_in_it_leaves_the_photo() -> None:
    content, nothing = photo(48, 36), np.zeros((36, 48), np.float32)
    assert np.array_equal(painted(content, strength_map=nothing), content)
    assert painted(content, weight=nothing) == pytest.approx(content, abs=1e-5)
    assert painted(content, StylePicture(waves(48, 48), region=nothing)) == pytest.approx(content, abs=1e-5)


def test_an_empty_region_beside_a_full_one_paints_nothing() -> None:
    nothing = np.zeros((36, 48), np.float32)
    painted(photo(48, 36), StylePicture(waves(48, 48), region=nothing), StylePicture(waves(48, 48, 9.0), region=1 - nothing))


def test_masks_of_a_single_pixel() -> None:
    dot = np.eye(1, 48 * 36, 48 * 18 + 24, dtype=np.float32).reshape(36, 48)
    painted(photo(48, 36), weight=dot)
    painted(photo(48, 36), strength_map=dot)
    painted(photo(48, 36), StylePicture(waves(48, 48), region=dot), StylePicture(waves(48, 48, 9.0), region=1 - dot))


@pytest.mark.parametrize("strength", [0.001, 24.999, 100.0])
@pytest.mark.parametrize("evaluations", [1, 2, 3])
def test_the_least_of_everything(strength: float, evaluations: int) -> None:
    painted(photo(48, 36), strength=strength, evaluations=evaluations)


@pytest.mark.parametrize("start", ["noise", flat(48, 36, 0, 0, 0), flat(48, 36, 1, 1, 1)], ids=["noise", "black", "white"])
def test_any_start(start: NDArray[np.float32] | str) -> None:
    painted(photo(48, 36), start=start)
