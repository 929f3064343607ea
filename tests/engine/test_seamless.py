"""A seamless picture has no border: network, objectives, resizing and finish treat it alike wherever it is cut, and textures can be laid side by side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from engine.feedforward.looks import look
from engine.scenes import noting, photo, random_filters, task, waves
from pictures.meters import JOINT_DEVIATIONS, joints
from PIL import Image
from restyle_engine.feedforward.canvas_noise import canvas_noise
from restyle_engine.feedforward.layout import REACH
from restyle_engine.feedforward.live_painter import LivePainter
from restyle_engine.large.memory import estimate_bytes
from restyle_engine.large.tiles import grid, halo, whole
from restyle_engine.network.calibration import normalised
from restyle_engine.network.vgg import Filters, Vgg
from restyle_engine.objective.content_loss import FeatureMatch
from restyle_engine.objective.finish import WHOLE, Finish, Source, joined, level_shapes, spread
from restyle_engine.objective.neighbours import keys
from restyle_engine.objective.scale_objective import ScaleObjective, Weights, objective_of
from restyle_engine.objective.targets import TargetCache
from restyle_engine.optim.plan import plan
from restyle_engine.parameters import SEAMLESS_STEP, Pooling, Precision, Preset, Seamless, work_size
from restyle_engine.repeating import given, taken
from restyle_engine.resizing import resized, resized_map, tensor
from restyle_engine.stylizer import Stylizer
from restyle_engine.task import StylePicture, Task
from restyle_server import styles
from torch import Tensor

CPU = torch.device("cpu")
EXACT = 1e-9  # of the norm, in double precision
SINGLE = 2e-5  # same, in single precision, by Winograd's way
AXES = [Seamless.X, Seamless.Y, Seamless.BOTH]
WEIGHTS = Weights(content=0.05, variation=1.0, gamut=10.0)
LAYERS = ("relu1_1", "relu1_2", "relu2_1", "relu3_1")
WIDTH, HEIGHT = 96, 64


@pytest.fixture(scope="module")
def single() -> Vgg:
    return normalised(random_filters(), Pooling.AVERAGE)


@pytest.fixture(scope="module")
def double(single: Vgg) -> Vgg:
    return replace(single, filters={name: Filters(f.weight.double(), f.bias.double()) for name, f in single.filters.items()})


def picture(seed: int = 1, width: int = WIDTH, height: int = HEIGHT) -> Tensor:
    """Somewhere between a photo and noise, beyond 0–1 in places."""
    noise = torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(seed))
    return (tensor(photo(width, height), CPU) + 0.2 * noise).double()


def by(seamless: Seamless, step: int) -> tuple[int, int]:
    """Rows and columns that a picture is rolled by."""
    return 3 * step * seamless.down, 2 * step * seamless.across


def rolled(values: Tensor, seamless: Seamless, step: int) -> Tensor:
    return values.roll(by(seamless, step), (-2, -1))


def apart(found: Tensor, wanted: Tensor) -> float:
    return float((found - wanted).norm() / wanted.norm())


@pytest.mark.parametrize("seamless", AXES)
@pytest.mark.parametrize(("kind", "bound"), [(torch.float64, EXACT), (torch.float32, SINGLE), (torch.bfloat16, 2e-2)], ids=["double", "single", "bf16"])
def test_the_features_of_a_rolled_picture_are_rolled_features(single: Vgg, seamless: Seamless, kind: torch.dtype, bound: float) -> None:
    vgg = single.placed(CPU, kind)
    image = picture().float().to(torch.float64 if kind is torch.float64 else torch.float32)
    for layer, stride in (("relu2_1", 2), ("relu4_1", 8), ("relu5_1", 16)):
        found = vgg.features(rolled(image, seamless, stride), [layer], seamless)[layer].double()
        wanted = rolled(vgg.features(image, [layer], seamless)[layer].double(), seamless, 1)
        assert apart(found, wanted) < bound


@pytest.mark.parametrize("seamless", AXES)
@pytest.mark.parametrize("bound", [EXACT, SINGLE], ids=["double", "single"])
def test_the_gradient_of_a_rolled_picture_is_the_rolled_gradient(single: Vgg, double: Vgg, seamless: Seamless, bound: float) -> None:
    vgg = double if bound == EXACT else single.placed(CPU, torch.float32)
    pull = torch.randn(1, 512, HEIGHT // 16, WIDTH // 16, generator=torch.Generator().manual_seed(2)).double()

    def gradient(image: Tensor, towards: Tensor) -> Tensor:
        leaf = (image if bound == EXACT else image.float()).requires_grad_(True)
        features = vgg.features(leaf, ["relu5_1"], seamless)["relu5_1"]
        return torch.autograd.grad((features * towards.to(features)).sum(), leaf)[0].double()

    found = gradient(rolled(picture(), seamless, 16), rolled(pull, seamless, 1))
    assert apart(found, rolled(gradient(picture(), pull), seamless, 16)) < bound


def test_without_it_a_rolled_picture_has_other_features(double: Vgg) -> None:
    found, wanted = (double.features(image, ["relu5_1"])["relu5_1"] for image in (rolled(picture(), Seamless.BOTH, 16), picture()))
    assert apart(found, rolled(wanted, Seamless.BOTH, 1)) > 0.1


def library(name: str) -> np.ndarray:
    """A style's picture, at 96 px."""
    with Image.open(Path(styles.__file__).parent / name / "picture.webp") as found:
        return np.asarray(found.convert("RGB").resize((96, 96), Image.Resampling.LANCZOS), np.float32) / 255


def job(seamless: Seamless, content: np.ndarray | None = None, **changes: Any) -> Task:
    return task(photo(WIDTH, HEIGHT) if content is None else content, StylePicture(waves(48, 48), key="waves"), seamless=seamless, **changes)


def scale_objective(vgg: Vgg, seamless: Seamless, base: Tensor, side: int | None = None) -> ScaleObjective:
    return objective_of(job(seamless), base, vgg, "random", CPU, TargetCache(), side)


@pytest.mark.parametrize("seamless", AXES)
def test_a_rolled_painting_of_a_rolled_content_has_the_same_terms_and_the_rolled_gradient(single: Vgg, seamless: Seamless) -> None:
    base, image = tensor(photo(WIDTH, HEIGHT), CPU), picture().float()
    terms, gradient = scale_objective(single, seamless, base).gradient(image, WEIGHTS)
    moved, other = scale_objective(single, seamless, rolled(base, seamless, 16)).gradient(rolled(image, seamless, 16), WEIGHTS)
    for name in ("style", "content", "variation", "gamut"):
        assert float(getattr(moved, name)) == pytest.approx(float(getattr(terms, name)), rel=1e-4), name
    assert apart(other, rolled(gradient, seamless, 16)) < 10 * SINGLE


@pytest.mark.parametrize("seamless", AXES)
@pytest.mark.parametrize("side", [32, 128])
def test_tiles_see_round_the_border(single: Vgg, seamless: Seamless, side: int) -> None:
    base, image = tensor(photo(WIDTH, HEIGHT), CPU), picture().float()
    terms, gradient = scale_objective(single, seamless, base).gradient(image, WEIGHTS)
    tiled, found = scale_objective(single, seamless, base, side).gradient(image, WEIGHTS)
    for name in ("style", "content", "variation", "gamut"):
        assert float(getattr(tiled, name)) == pytest.approx(float(getattr(terms, name)), rel=1e-4), name
    assert apart(found, gradient) < 10 * SINGLE


def finish(vgg: Vgg, seamless: Seamless, start: Tensor, base: Tensor, side: int | None = None) -> Finish:
    tiles = whole(WIDTH, HEIGHT, seamless) if side is None else grid(WIDTH, HEIGHT, side, halo(LAYERS), seamless)
    with torch.no_grad():
        known = vgg.features(tensor(waves(40, 40), CPU).double(), LAYERS)
    source = Source({layer: keys([values.flatten(2)[0].t()], [1.0], torch.float64) for layer, values in known.items()}, None)
    return Finish(vgg, start, [source], FeatureMatch(vgg, base, {"relu2_2": 1.0}, None, tiles), tiles, replace(WHOLE, layers=LAYERS))


@pytest.mark.parametrize("seamless", AXES)
def test_the_finish_treats_a_picture_alike_wherever_it_is_cut(double: Vgg, seamless: Seamless) -> None:
    start, base = picture(), tensor(photo(WIDTH, HEIGHT), CPU).double()
    wanted, gradient = finish(double, seamless, start, base).gradient(start, 0.3, True)
    for other, side, step in ((rolled(start, seamless, 16), None, 16), (start, 32, 0)):
        terms, found = finish(double, seamless, other, rolled(base, seamless, step), side).gradient(other, 0.3, True)
        assert torch.allclose(terms.parts(), wanted.parts(), rtol=1e-9)
        assert apart(found, rolled(gradient, seamless, step)) < EXACT


@pytest.mark.parametrize("seamless", [Seamless.NONE, *AXES])
@pytest.mark.parametrize("size", [(96, 64), (48, 208), (464, 32)])
def test_gradients_are_spread_by_the_adjoint_of_joining_round_the_border_too(seamless: Seamless, size: tuple[int, int]) -> None:
    generator = torch.Generator().manual_seed(0)
    gradient = torch.randn(1, 3, *size, dtype=torch.float64, generator=generator)
    levels = [torch.randn(1, 3, *shape, dtype=torch.float64, generator=generator) for shape in level_shapes(gradient)]
    wanted = sum(float((a * b).sum()) for a, b in zip(levels, spread(gradient, level_shapes(gradient), seamless), strict=True))
    assert float((joined(levels, seamless) * gradient).sum()) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("seamless", AXES)
@pytest.mark.parametrize(
    ("resize", "size"), [(resized, (48, 32)), (resized, (192, 128)), (resized, (144, 96)), (resized_map, (48, 32)), (resized_map, (192, 160))]
)
def test_a_picture_is_resized_alike_wherever_it_is_cut(seamless: Seamless, resize: Any, size: tuple[int, int]) -> None:
    image = torch.rand(1, 3, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    down, across = by(seamless, 16)
    wanted = resize(image, *size, seamless).roll((down * size[1] // HEIGHT, across * size[0] // WIDTH), (-2, -1))
    assert apart(resize(rolled(image, seamless, 16), *size, seamless), wanted) < EXACT


def test_what_is_given_back_is_the_adjoint_of_what_is_taken() -> None:
    generator = torch.Generator().manual_seed(0)
    for start, stop in ((0, 7), (-3, 9), (-20, 21), (2, 5)):
        values, back = torch.randn(2, 7, generator=generator).double(), torch.randn(2, stop - start, generator=generator).double()
        assert float((taken(values, -1, start, stop) * back).sum()) == pytest.approx(float((values * given(values, -1, start, back)).sum()), rel=1e-12)


@pytest.mark.parametrize("size", [(100, 70), (1, 4000), (1500, 1030), (16, 16)])
@pytest.mark.parametrize("seamless", AXES)
def test_sides_that_repeat_are_multiples_at_every_scale_and_have_no_margin(seamless: Seamless, size: tuple[int, int]) -> None:
    width, height = work_size(*size, 4096, seamless)
    for scale in plan(width, height, Preset.STANDARD, 60, seamless):
        for repeats, side, margin in ((seamless.across, scale.width, scale.margins[0]), (seamless.down, scale.height, scale.margins[1])):
            assert (side % SEAMLESS_STEP, margin) == (0, 0) if repeats else margin > 0


def test_what_tiles_see_round_the_border_is_counted_as_memory() -> None:
    plain, seamless = (task(np.zeros((128, 1024, 3), np.float32), seamless=one).parameters for one in (Seamless.NONE, Seamless.BOTH))
    assert estimate_bytes(seamless, 1024, 128, 0) > estimate_bytes(plain, 1024, 128, 0)


def texture(seed: int = 0, style: np.ndarray | None = None, preset: Preset = Preset.DRAFT, seamless: Seamless = Seamless.NONE) -> np.ndarray:
    shown = StylePicture(waves(64, 64) if style is None else style)
    order = task(np.zeros((64, 80, 3), np.float32), shown, start="texture", strength=100.0, seed=seed, preset=preset, seamless=seamless)
    return Stylizer().paint(order, noting(lambda _: None)).rgb


@pytest.mark.parametrize("seamless", AXES)
def test_textures_can_be_laid_side_by_side(seamless: Seamless) -> None:
    across, down = joints(texture(style=library("night"), preset=Preset.STANDARD, seamless=seamless))
    assert across < JOINT_DEVIATIONS or not seamless.across
    assert down < JOINT_DEVIATIONS or not seamless.down


def test_others_can_not() -> None:
    assert max(joints(texture(style=library("night"), preset=Preset.STANDARD))) > JOINT_DEVIATIONS


def test_a_texture_has_the_colours_of_its_style_and_nothing_of_a_content() -> None:
    grey, style = texture(), waves(64, 64)
    assert abs(grey.mean((0, 1)) - style.mean((0, 1))).max() < 0.05
    assert grey.std((0, 1)).min() > 0.5 * style.std((0, 1)).min()
    order = task(photo(80, 64), StylePicture(style, key="stripes"), start="texture", strength=100.0)
    assert np.allclose(Stylizer().paint(order, noting(lambda _: None)).rgb, grey, atol=1e-5)


def test_equal_seeds_give_equal_textures_and_others_others() -> None:
    assert np.array_equal(texture(3), texture(3))
    assert abs(texture(3) - texture(4)).mean() > 0.02


def test_a_content_without_a_seam_is_painted_without_one() -> None:
    y, x = np.mgrid[0:64, 0:96].astype(np.float32)
    hills = np.stack([0.5 + 0.3 * np.sin(2 * np.pi * x / 96), 0.5 + 0.3 * np.cos(2 * np.pi * y / 64), 0.4 + 0.2 * np.sin(2 * np.pi * (x / 48 + y / 32))], -1)
    painted, plain = (
        Stylizer().paint(job(one, hills.astype(np.float32), precision=Precision.FP32), noting(lambda _: None)).rgb for one in (Seamless.BOTH, Seamless.NONE)
    )
    assert max(joints(painted)) < JOINT_DEVIATIONS < max(joints(plain))


def test_noise_that_repeats_is_that_of_the_canvas() -> None:
    plain, round_ = canvas_noise(0, 0, 96, 64), canvas_noise(-32, 56, 96, 64, (96, 64))
    for level, one, other in zip((2, 4, 8), plain, round_, strict=True):
        assert np.array_equal(other, np.roll(one, (-56 // level, 32 // level), (1, 2)))


@pytest.mark.parametrize("seamless", AXES)
def test_a_look_paints_round_the_border(seamless: Seamless) -> None:
    painter, content = LivePainter(precision=Precision.FP32), np.random.default_rng(0).random((HEIGHT, WIDTH, 3)).astype(np.float32)
    painter.place(look())
    period, borders = (WIDTH * seamless.across, HEIGHT * seamless.down), (REACH * seamless.down, REACH * seamless.across)

    def painted(picture: np.ndarray, x: int, y: int) -> np.ndarray:
        down, across = borders
        wider = np.pad(picture, [(down, down), (across, across), (0, 0)], mode="wrap")
        found = painter.paint(np.ascontiguousarray(wider), x - across, y - down, 100.0, period)
        return found[down : down + HEIGHT, across : across + WIDTH]

    down, across = 24 * seamless.down, 40 * seamless.across
    moved = painted(np.roll(content, (down, across), (0, 1)), -across, -down)
    assert abs(moved - np.roll(painted(content, 0, 0), (down, across), (0, 1))).max() < 1e-4
