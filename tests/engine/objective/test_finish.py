"""The finish makes each position like one of the style's own, whole or in tiles, and leaves tones, masks and what is not finite alone."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch
from engine.scenes import noting, photo, random_filters, task, waves
from numpy.typing import NDArray
from restyle_engine.large.tiles import grid, halo, whole
from restyle_engine.network.calibration import normalised
from restyle_engine.network.vgg import Filters, Vgg
from restyle_engine.objective import finish as room
from restyle_engine.objective.content_loss import FeatureMatch
from restyle_engine.objective.finish import BLOCK, GAMUT_WEIGHT, WHOLE, Finish, Source, Terms, finish, joined, level_shapes, spread
from restyle_engine.objective.moments import levels
from restyle_engine.objective.neighbours import keys
from restyle_engine.objective.outlines import Outlines
from restyle_engine.objective.targets import POSITIONS, TargetCache, style_positions
from restyle_engine.optim.plan import MARGIN
from restyle_engine.parameters import Pooling, Preset, Symmetry
from restyle_engine.resizing import tensor
from restyle_engine.step import Step
from restyle_engine.store import Store
from restyle_engine.stylizer import Stylizer
from restyle_engine.task import State, StylePicture
from restyle_engine.verdict import Cancelled, Verdict
from torch import Tensor

CPU = torch.device("cpu")
EXACT = 1e-9  # of the gradient's norm, in double precision
LAYERS = ("relu1_1", "relu1_2", "relu2_1", "relu3_1")
HELD = "relu2_2"
SEEN = 32  # px beyond a tile: outlines need 17
OUTLINED = 0.2  # weight of the outlines
SIZES = [(16, 16), (17, 31), (100, 67), (300, 20), (64, 64)]


@pytest.fixture(scope="module")
def single() -> Vgg:
    return normalised(random_filters(until="3_1"), Pooling.AVERAGE)


@pytest.fixture(scope="module")
def double(single: Vgg) -> Vgg:
    return replace(single, filters={name: Filters(f.weight.double(), f.bias.double()) for name, f in single.filters.items()})


def kind(vgg: Vgg) -> torch.dtype:
    return vgg.filters["1_1"].weight.dtype


def picture(vgg: Vgg, width: int, height: int, seed: int = 1, noise: float = 0.05) -> Tensor:
    """A photo with noise, away from the ends of the range."""
    grain = torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(seed))
    return (0.2 + 0.6 * tensor(photo(width, height), CPU) + noise * grain).clamp(0.05, 0.95).to(kind(vgg))


def region(vgg: Vgg, style: np.ndarray, say: Tensor | None = None) -> Source:
    """Keys of every position of a style's picture. say: (1, 1, h, w) of the whole picture."""
    with torch.no_grad():
        found = vgg.features(tensor(style, CPU).to(kind(vgg)), LAYERS)
    known = {layer: keys([values.flatten(2)[0].t()], [1.0], kind(vgg)) for layer, values in found.items()}
    return Source(known, None if say is None else [one / one.sum() for one in levels(say.to(kind(vgg)), 2)])


def objective(vgg: Vgg, start: Tensor, regions: Sequence[Source], side: int | None = None, more: Tensor | None = None) -> Finish:
    height, width = start.shape[-2:]
    tiles = whole(width, height) if side is None else grid(width, height, side, max(SEEN, halo([*LAYERS, HELD])))
    base = tensor(photo(width, height), CPU).to(start)
    hold = FeatureMatch(vgg, base, {HELD: 1.0}, more, tiles)
    return Finish(vgg, start, regions, hold, tiles, replace(WHOLE, layers=LAYERS), None, Outlines(base, more, OUTLINED))


def values(terms: Terms) -> list[float]:
    return [float(one) for one in (terms.neighbours, terms.tone, terms.content, terms.outlines, terms.gamut)]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_pyramid_halves_until_a_side_is_small(width: int, height: int) -> None:
    shapes = level_shapes(torch.zeros(1, 3, height, width))
    assert shapes[0] == (height, width)
    assert all(2 * below[side] - above[side] in (0, 1) for above, below in itertools.pairwise(shapes) for side in (0, 1))
    assert min(shapes[-1]) < room.SMALLEST or len(shapes) == room.LEVELS + 1
    assert min(shapes[-2]) >= room.SMALLEST


def test_levels_add_up_to_a_picture() -> None:
    levels_ = [torch.full((1, 1, side, side), value) for side, value in ((8, 1.0), (4, 2.0), (2, 4.0))]
    assert torch.equal(joined(levels_), torch.full((1, 1, 8, 8), 7.0))


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_gradients_are_spread_by_the_adjoint_of_joining(width: int, height: int) -> None:
    generator = torch.Generator().manual_seed(0)
    gradient = torch.randn(1, 3, height, width, dtype=torch.float64, generator=generator)
    shapes = level_shapes(gradient)
    levels_ = [torch.randn(1, 3, *shape, dtype=torch.float64, generator=generator) for shape in shapes]
    wanted = sum(float((a * b).sum()) for a, b in zip(levels_, spread(gradient, shapes), strict=True))
    assert float((joined(levels_) * gradient).sum()) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("masked", [False, True], ids=["everywhere", "masked"])
@pytest.mark.parametrize(("size", "side"), [((64, 48), 32), ((75, 51), 32), ((33, 100), 64)])
def test_tiles_have_the_terms_and_the_gradient_of_the_whole_picture(double: Vgg, size: tuple[int, int], side: int, masked: bool) -> None:
    width, height = size
    start, style, regions, more = picture(double, *size), waves(40, 40), [], None
    if masked:
        left, alpha = torch.linspace(2, -1, width).clamp(0, 1).expand(1, 1, height, width), torch.ones(1, 1, height, width)
        alpha[..., : height // 2, :] = 0
        more = torch.rand(1, 1, height, width, generator=torch.Generator().manual_seed(3)).double()
        regions = [region(double, style, left * alpha), region(double, waves(40, 40, 9.0), (1 - left) * alpha)]
    one, many = (objective(double, start, regions or [region(double, style)], cut, more) for cut in (None, side))
    for number, search in enumerate((True, False, True, True)):  # several offsets of the shallow layers, and a step between two searches
        image = start + 0.3 * (picture(double, *size, seed=number + 5, noise=0.2) - start)
        (terms, gradient), (parts, found) = (made.gradient(image, 0.3, search) for made in (one, many))
        assert values(parts) == pytest.approx(values(terms), rel=1e-9)
        assert float((found - gradient).norm() / gradient.norm()) <= EXACT


def test_the_gradient_is_that_of_the_loss(double: Vgg) -> None:
    start = picture(double, 24, 20)
    made = objective(double, start, [region(double, waves(20, 20))])
    image = picture(double, 24, 20, seed=2)
    _, gradient = made.gradient(image, 0.3, search=True)
    way = torch.randn(image.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(4))

    def loss(at: Tensor) -> float:
        neighbours, tone, content, outlines, gamut = values(made.gradient(at, 0.3, search=False)[0])
        return neighbours + tone + 0.3 * content + outlines + GAMUT_WEIGHT * gamut

    assert (loss(image + 1e-6 * way) - loss(image - 1e-6 * way)) / 2e-6 == pytest.approx(float((gradient * way).sum()), rel=1e-4)


def test_positions_without_a_say_ask_for_nothing_and_are_asked_by_nobody(double: Vgg) -> None:
    say = torch.ones(1, 1, 64, 96)
    say[..., 48:] = 0
    start = picture(double, 96, 64)
    nowhere = torch.zeros(1, 1, 64, 96).double()  # outlines are held everywhere else
    made = objective(double, start, [region(double, waves(40, 40), say)], more=nowhere)
    terms, gradient = made.gradient(start, 0.0, search=True)  # at the start the tones ask for nothing either
    assert not gradient[..., 64:].any()  # 16 px is as far as relu3_1 sees
    assert gradient[..., :48].any()
    other = start.clone()
    other[..., 64:] = 0.5
    changed, elsewhere = objective(double, other, [region(double, waves(40, 40), say)], more=nowhere).gradient(other, 0.0, search=True)
    assert float(changed.neighbours) == pytest.approx(float(terms.neighbours), rel=1e-12)
    assert torch.allclose(elsewhere[..., :64], gradient[..., :64], rtol=0, atol=1e-15)


def test_each_region_draws_from_its_own_style(double: Vgg) -> None:
    left = torch.zeros(1, 1, 64, 96)
    left[..., :48] = 1
    start, first = picture(double, 96, 64), region(double, waves(40, 40), left)
    gradients = [
        objective(double, start, [first, region(double, waves(40, 40, period), 1 - left)]).gradient(start, 0.0, search=True)[1] for period in (6.0, 15.0)
    ]
    assert torch.equal(gradients[0][..., :32], gradients[1][..., :32])
    assert not torch.allclose(gradients[0][..., 64:], gradients[1][..., 64:])


def test_equal_steps_give_equal_bytes(single: Vgg) -> None:
    start = picture(single, 64, 48)
    ends = [
        finish(objective(single, start, [region(single, waves(40, 40))], side), start.clone(), 7, WHOLE, lambda content: 0.1 * content, None, lambda *_: None)
        for side in (None, None, 32, 32)
    ]
    assert ends[0].numpy().tobytes() == ends[1].numpy().tobytes() != start.numpy().tobytes()
    assert ends[2].numpy().tobytes() == ends[3].numpy().tobytes()
    assert float((ends[0] - ends[2]).abs().mean()) < 1e-3


def test_steps_bring_the_picture_nearer_to_the_style(single: Vgg) -> None:
    start, seen = picture(single, 64, 48), []
    finish(
        objective(single, start, [region(single, waves(40, 40))]),
        start.clone(),
        20,
        WHOLE,
        lambda _: 0.0,
        None,
        lambda terms, *_: seen.append(float(terms.neighbours)),
    )
    assert len(seen) == 20
    assert seen[-1] < 0.92 * seen[0]


class Slope:
    """In the place of a Finish: pulls each pixel down; notes what it is asked for. broken: steps whose gradient is not finite."""

    def __init__(self, broken: tuple[int, ...] = (), loss: float = 1.0) -> None:
        self.broken, self.loss = broken, loss
        self.searches: list[bool] = []
        self.weights: list[float] = []

    def gradient(self, image: Tensor, content: float, search: bool, _beat: object) -> tuple[Terms, Tensor]:
        self.searches.append(search)
        self.weights.append(content)
        broken = len(self.searches) - 1 in self.broken
        terms = Terms(*(torch.tensor(one) for one in (self.loss, 0.0, float(len(self.searches)), 0.0, 0.0, 0.0)))
        return terms, torch.full_like(image, torch.nan) if broken else torch.ones_like(image)


def taken(slope: Slope, steps: int, free: Tensor | None = None) -> list[Tensor]:
    """The picture after each step."""
    seen: list[Tensor] = []
    finish(cast("Finish", slope), torch.full((1, 3, 32, 32), 0.5), steps, WHOLE, lambda content: 10 * content, free, lambda *told: seen.append(told[2].clone()))
    return seen


@pytest.mark.parametrize("broken", [(0,), (2,), (1, 2, 3), tuple(range(9))])
def test_a_step_that_is_not_finite_is_left_out_told_and_gone_on_from(broken: tuple[int, ...]) -> None:
    seen = [torch.full((1, 3, 32, 32), 0.5), *taken(Slope(broken), 9)]
    assert len(seen) == 10
    for number, (before, after) in enumerate(itertools.pairwise(seen)):
        assert bool(after.isfinite().all())
        assert torch.equal(before, after) == (number in broken)


def test_a_loss_that_is_not_finite_moves_nothing() -> None:
    assert all(torch.equal(one, torch.full_like(one, 0.5)) for one in taken(Slope(loss=math.inf), 4))


def test_neighbours_are_searched_anew_every_few_steps_and_the_content_pulls_by_the_loss_before() -> None:
    slope = Slope()
    taken(slope, 12)
    assert [number for number, search in enumerate(slope.searches) if search] == [0, room.SEARCHED, 2 * room.SEARCHED]
    assert slope.weights == [0.0, *(10.0 * number for number in range(1, 12))]


def test_where_nothing_may_change_every_bit_stays() -> None:
    free = torch.ones(1, 1, 32, 32)
    free[..., :10] = 0
    last = taken(Slope(), 5, free)[-1]
    assert torch.equal(last[..., :10], torch.full((1, 3, 32, 10), 0.5))
    assert bool((last[..., 10:] < 0.5).all())


def test_what_is_told_may_end_it_after_any_step() -> None:
    class Ended(Exception):
        pass

    slope = Slope()

    def tell(*_: object) -> None:
        if len(slope.searches) == 3:
            raise Ended

    with pytest.raises(Ended):
        finish(cast("Finish", slope), torch.zeros(1, 3, 16, 16), 9, WHOLE, lambda _: 0.0, None, tell)
    assert len(slope.searches) == 3


@pytest.mark.parametrize("verdict", [Verdict.CANCEL, Verdict.FINISH])
def test_the_finish_of_a_painting_ends_within_one_step(verdict: Verdict) -> None:
    told: list[int] = []

    def observe(step: Step) -> Verdict:
        told.append(step.scale)
        return verdict if told.count(2) == 2 else Verdict.GO_ON

    job = task(evaluations=16)
    if verdict is Verdict.CANCEL:
        with pytest.raises(Cancelled):
            Stylizer().paint(job, observe)
    else:
        found = Stylizer().paint(job, observe)
        assert (found.finished_early, found.evaluations) == (True, len(told))
        assert np.isfinite(found.rgb).all()
    assert told.count(2) == 2


def test_a_painting_has_as_many_steps_as_planned() -> None:
    seen: list[Step] = []
    found = Stylizer().paint(task(evaluations=16), noting(seen.append))
    assert [step.step for step in seen] == list(range(1, found.evaluations + 1))
    assert {step.steps for step in seen} == {found.evaluations}
    assert seen[-1].fraction == pytest.approx(1)


@pytest.mark.slow
@pytest.mark.parametrize("style", [waves(96, 96), 0.25 + 0.5 * waves(96, 96, 11.0, (0.1, 0.4, 0.9))], ids=["loud", "calm"])
def test_the_finish_keeps_the_tones_of_what_it_began_with(style: NDArray[np.float32]) -> None:
    states: list[State] = []
    job = task(photo(96, 96), StylePicture(style, key=str(style.mean())), preset=Preset.STANDARD, evaluations=40)
    found = Stylizer().paint(job, lambda _: Verdict.GO_ON, keep=lambda state: states.append(replace(state, best=state.best.copy())))
    begun, ended = states[-1].best[:, BLOCK:-BLOCK, BLOCK:-BLOCK], found.rgb.transpose(2, 0, 1)[:, BLOCK - MARGIN :, BLOCK - MARGIN :]
    before, after = (torch.nn.functional.avg_pool2d(torch.from_numpy(one.copy()), BLOCK).flatten(1) for one in (begun, ended[:, :80, :80]))
    assert float((before - after).mean(1).abs().max()) < 0.03
    for channel in range(3):
        assert float(torch.corrcoef(torch.stack((before[channel], after[channel])))[0, 1]) >= 0.95


def test_a_styles_positions_are_found_once_and_then_read(single: Vgg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    style = StylePicture(waves(60, 50), key="waves")
    cache = TargetCache(store=Store(tmp_path))
    first = style_positions(single, "net", style, 64, 64, LAYERS, CPU, cache)
    monkeypatch.setattr(Vgg, "features", lambda *_: pytest.fail("the network ran again"))
    for again in (cache, TargetCache(store=Store(tmp_path))):
        found = style_positions(single, "net", style, 64, 64, LAYERS, CPU, again)
        assert found.keys() == first.keys()
        assert all(torch.equal(found[layer], first[layer]) for layer in LAYERS)


def test_positions_without_a_key_are_never_kept(single: Vgg) -> None:
    cache = TargetCache()
    a, b = (style_positions(single, "net", StylePicture(waves(40, 40, period)), 32, 32, LAYERS, CPU, cache) for period in (5.0, 12.0))
    assert not torch.equal(a["relu1_1"], b["relu1_1"])


@pytest.mark.parametrize(("symmetry", "ways"), [(Symmetry.NONE, 4), (Symmetry.FLIPS_AND_ROTATIONS, 8)])
def test_positions_come_from_all_turns_of_the_style_and_are_no_more_than_are_searched(single: Vgg, symmetry: Symmetry, ways: int) -> None:
    small, large = (StylePicture(waves(side, side), symmetry=symmetry) for side in (16, 300))
    found = style_positions(single, "net", small, 16, 16, LAYERS, CPU, TargetCache())
    assert len(found["relu3_1"]) == ways * 4 * 4
    turned = style_positions(single, "net", replace(small, rgb=np.rot90(small.rgb).copy()), 16, 16, LAYERS, CPU, TargetCache())
    # the same positions in another order
    ours, theirs = (one["relu3_1"].sum(1).sort().values for one in (found, turned))
    assert torch.allclose(ours, theirs, rtol=1e-3, atol=1e-3)
    many = style_positions(single, "net", large, 300, 300, LAYERS, CPU, TargetCache())
    assert {layer: len(one) for layer, one in many.items()} == {layer: POSITIONS[level] for layer, level in zip(LAYERS, (0, 0, 1, 2), strict=True)}


def test_what_is_hidden_in_a_style_is_no_key(single: Vgg) -> None:
    alpha = np.ones((48, 48), np.float32)
    alpha[24:] = 0
    red, blue = waves(48, 48), waves(48, 48)
    red[24:], blue[24:] = (1, 0, 0), (0, 0, 1)
    a, b = (style_positions(single, "net", StylePicture(rgb, alpha), 48, 48, LAYERS, CPU, TargetCache()) for rgb in (red, blue))
    assert all(torch.allclose(a[layer], b[layer], atol=1e-5) for layer in LAYERS)
    assert len(a["relu3_1"]) == 4 * 6 * 12
