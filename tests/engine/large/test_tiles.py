"""A picture painted in tiles has the losses and the gradient of the whole picture, whatever the tiles, the picture's size and what counts in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from engine.scenes import photo, random_filters, task, waves
from restyle_engine.large.tiles import grid, halo
from restyle_engine.network.calibration import normalised
from restyle_engine.network.vgg import Filters, Vgg
from restyle_engine.objective import regions as regions_room
from restyle_engine.objective import strength as strength_room
from restyle_engine.objective import targets as targets_room
from restyle_engine.objective.moments import moments
from restyle_engine.objective.scale_objective import ScaleObjective, Weights, objective_of
from restyle_engine.objective.targets import Key, TargetCache, Targets
from restyle_engine.parameters import Objective, Pooling
from restyle_engine.resizing import tensor
from restyle_engine.task import StylePicture, Task

EXACT = 1e-9  # of the gradient's norm, in double precision, where rounding hides no error of geometry
SINGLE = 2e-5  # same, in single precision
WEIGHTS = Weights(content=0.05, variation=1.0, gamut=10.0)


@pytest.fixture(scope="module")
def single() -> Vgg:
    return normalised(random_filters(), Pooling.AVERAGE)


@pytest.fixture(scope="module")
def double(single: Vgg) -> Vgg:
    return replace(single, filters={name: Filters(f.weight.double(), f.bias.double()) for name, f in single.filters.items()})


@pytest.fixture
def exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every picture enters the engine in double precision."""
    for room in (regions_room, strength_room, targets_room):
        monkeypatch.setattr(room, "tensor", lambda pixels, device: tensor(pixels, device).double())


TO_RELU3: dict[str, Any] = {
    "style_layers": (("relu1_1", 2.0), ("relu2_1", 1.0), ("relu3_1", 1.0)),
    "content_layers": (("relu3_1", 1.0),),
}  # tiles of 32 px then have a middle


class OneTarget(TargetCache):
    """One and the same targets in tiles and without, of all styles that have a key: what is compared is the picture's side alone."""

    def get(self, key: Key, device: torch.device) -> Targets | None:
        return super().get(replace(key, side=None), device)

    def put(self, key: Key, targets: Targets, device: torch.device) -> None:
        super().put(replace(key, side=None), targets, device)


def of(vgg: Vgg, job: Task, side: int | None = None, cache: TargetCache | None = None) -> ScaleObjective:
    device = torch.device("cpu")
    base = tensor(job.content, device).to(vgg.filters["1_1"].weight.dtype)
    return objective_of(job, base, vgg, "random", device, cache or TargetCache(), side)


def painted(width: int, height: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    """Somewhere between photo and noise, beyond 0–1 in places: every term has something to say."""
    noise = torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(1))
    return (torch.from_numpy(photo(width, height)).permute(2, 0, 1)[None] + 0.2 * noise).to(dtype)


def assert_equal_in_tiles(vgg: Vgg, job: Task, side: int, bound: float = EXACT, weights: Weights = WEIGHTS) -> None:
    height, width = job.content.shape[:2]
    image = painted(width, height, vgg.filters["1_1"].weight.dtype)
    cache = OneTarget()
    terms, gradient = of(vgg, job, None, cache).gradient(image, weights)
    tiled = of(vgg, job, side, cache)
    parts, found = tiled.gradient(image, weights)
    for name in ("style", "content", "variation", "gamut"):
        assert float(getattr(parts, name)) == pytest.approx(float(getattr(terms, name)), rel=bound), name
    assert float((found - gradient).norm() / gradient.norm()) <= bound


def masked(width: int, height: int, objective: Objective) -> Task:
    """Three regions, two of them the same, alpha with whole tiles without a say, and a strength map."""
    generator = np.random.default_rng(0)
    alpha = np.ones((height, width), np.float32)
    alpha[:, : width * 2 // 5] = 0
    alpha[40:60] = generator.random((20, width), np.float32)
    left = np.clip(np.linspace(2, -1, width, dtype=np.float32), 0, 1) * np.ones((height, 1), np.float32)
    regions = (left, 1 - left, left)
    styles = tuple(StylePicture(waves(60, 50, 5 + i), region=region, key=str(i)) for i, region in enumerate(regions))
    strength = np.linspace(0, 1, height, dtype=np.float32)[:, None] * np.ones((1, width), np.float32)
    return task(photo(width, height), *styles, objective=objective, weight=alpha, strength_map=strength, **TO_RELU3)


@pytest.mark.usefixtures("exactly")
@pytest.mark.parametrize("side", [32, 64])
@pytest.mark.parametrize("size", [(67, 83), (20, 150)])
@pytest.mark.parametrize("pooling", list(Pooling))
def test_tiles_of_any_side_give_the_gradient_of_the_whole_picture(double: Vgg, size: tuple[int, int], side: int, pooling: Pooling) -> None:
    assert_equal_in_tiles(replace(double, pooling=pooling), task(photo(*size), **TO_RELU3), side)


@pytest.mark.parametrize("objective", list(Objective))
@pytest.mark.parametrize(("size", "side"), [((99, 77), 48), ((211, 173), 32), ((211, 173), 96)])
def test_every_objective_is_exact_in_tiles_in_single_precision(single: Vgg, objective: Objective, size: tuple[int, int], side: int) -> None:
    assert_equal_in_tiles(single, task(photo(*size), objective=objective, **TO_RELU3), side, SINGLE)


@pytest.mark.parametrize("objective", list(Objective))
def test_masks_and_regions_are_exact_in_tiles_in_single_precision(single: Vgg, objective: Objective) -> None:
    assert_equal_in_tiles(single, masked(151, 133, objective), 64, SINGLE)


@pytest.mark.slow
def test_sums_over_many_positions_do_not_depend_on_how_they_are_cut() -> None:
    """1024² positions of relu1_1, whole and in 16 parts, in single precision."""
    features = torch.rand(1, 64, 1024, 1024, generator=torch.Generator().manual_seed(0))
    whole_ = moments(features)
    parts = [moments(features[..., y : y + 256, x : x + 256]) for y in range(0, 1024, 256) for x in range(0, 1024, 256)]
    second = torch.stack([part.second for part in parts]).double().mean(0)
    assert float((second - whole_.second).norm() / second.norm()) < 1e-7


@pytest.mark.usefixtures("exactly")
def test_all_layers_are_exact_in_tiles_that_see_less_than_the_picture(double: Vgg) -> None:
    assert_equal_in_tiles(double, task(photo(20, 240)), 112)


@pytest.mark.usefixtures("exactly")
def test_weights_maps_and_regions_are_exact_in_tiles(double: Vgg) -> None:
    assert_equal_in_tiles(double, masked(113, 91, Objective.WASSERSTEIN), 64)


@pytest.mark.usefixtures("exactly")
def test_a_content_that_holds_by_distance_is_exact_in_tiles(double: Vgg) -> None:
    assert_equal_in_tiles(double, masked(113, 91, Objective.GRAM), 64, weights=replace(WEIGHTS, reach=0.1))


@pytest.mark.usefixtures("exactly")
@pytest.mark.parametrize("layers", [(("relu1_2", 1.0), ("relu3_2", 0.5)), (("relu4_2", 1.0),)], ids=["computed anew", "kept"])
def test_the_content_s_layers_are_exact_in_tiles_kept_or_not(double: Vgg, layers: tuple[tuple[str, float], ...]) -> None:
    assert_equal_in_tiles(double, task(photo(71, 83), content_layers=layers, style_layers=(("relu2_1", 1.0),)), 32)


@pytest.mark.usefixtures("exactly")
@pytest.mark.parametrize("weights", [Weights(0.0, 0.0, 0.0), Weights(1e3, 0.0, 0.0), Weights(0.0, 1e3, 0.0), Weights(0.0, 0.0, 1e3)], ids=str)
def test_each_term_is_exact_in_tiles_by_itself(double: Vgg, weights: Weights) -> None:
    assert_equal_in_tiles(double, task(photo(100, 70), **TO_RELU3), 48, weights=weights)


@pytest.mark.usefixtures("exactly")
def test_styles_measured_in_tiles_have_the_statistics_of_the_whole_picture(double: Vgg) -> None:
    alpha = np.ones((90, 100), np.float32)
    alpha[:30] = 0
    colourful = np.clip(waves(100, 90) + 0.2 * np.random.default_rng(0).standard_normal((90, 100, 3)), 0, 1).astype(np.float32)
    job = task(photo(90, 90), StylePicture(colourful, alpha), **TO_RELU3)
    image = painted(90, 90)
    a, b = (float(of(double, job, side).gradient(image, WEIGHTS)[0].style) for side in (None, 48))
    assert b == pytest.approx(a, rel=EXACT)


@pytest.mark.usefixtures("exactly")
def test_every_tile_is_told_and_may_end_the_evaluation(double: Vgg) -> None:
    told: list[float] = []
    job = task(photo(50, 90), **TO_RELU3)
    of(double, job, 32).gradient(painted(50, 90), WEIGHTS, told.append)
    assert len(told) == 2 * 6
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1)

    def ended(_: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        of(double, job, 32).gradient(painted(50, 90), WEIGHTS, ended)


def test_a_tile_sees_as_far_as_the_layers_do() -> None:
    assert halo(["relu5_1"]) == halo(["relu1_1", "relu5_1"]) == 80
    assert halo(["relu1_1", "relu2_1", "relu3_1"]) == 16
    assert halo(["relu4_2"]) == 48


@pytest.mark.parametrize("size", [(16, 16), (17, 4000), (1023, 777), (2048, 2048)])
def test_tiles_own_each_pixel_once_and_are_of_nearly_one_size(size: tuple[int, int]) -> None:
    width, height = size
    owners = np.zeros((height, width), int)
    tiles = grid(width, height, 256, 80)
    for tile in tiles:
        owners[tile.rows.own(0), tile.columns.own(0)] += 1
        assert tile.rows.start % 16 == tile.columns.start % 16 == 0
        assert tile.pixels <= 272 * 272
    assert (owners == 1).all()


def test_large_tiles_look_at_few_pixels_twice() -> None:
    tiles = grid(8192, 8192, 2048, halo(["relu5_1"]))
    seen = [(tile.rows.seen_stop - tile.rows.seen_start) * (tile.columns.seen_stop - tile.columns.seen_start) for tile in tiles]
    assert sum(seen) / 8192**2 <= 1.35
