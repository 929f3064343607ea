"""A large picture is painted and finished whole at a size that fits, and gets its details tile by tile, up to its own size."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest
from engine.scenes import noting, photo, task, waves
from restyle_engine import telling
from restyle_engine.large import memory
from restyle_engine.optim import plan
from restyle_engine.step import Step
from restyle_engine.stylizer import Stylizer
from restyle_engine.task import Painting, State, StylePicture, Task
from restyle_engine.verdict import Cancelled, Verdict

SIZES = [(19, 16), (38, 25), (75, 50), (150, 100)]


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> Task:
    """150 × 100 px, where everything above 24 px is large, in tiles of 32 px."""
    monkeypatch.setattr(plan, "LARGEST_WHOLE", 24)
    monkeypatch.setattr(memory, "DETAIL_SIDE", {"cpu": 32})
    monkeypatch.setattr(memory, "SIDES", (32,))
    return task(photo(150, 100), StylePicture(waves(150, 100), key="waves"), evaluations=8, strength=60.0)


def go_on(_: Step) -> Verdict:
    return Verdict.GO_ON


def fine(picture: np.ndarray) -> float:
    """Energy between neighbours."""
    return float(np.abs(np.diff(picture, axis=1)).mean())


def stopped(job: Task, at: tuple[int, int], verdict: Verdict = Verdict.FINISH) -> tuple[Painting, list[tuple[int, int]]]:
    """A painting that ends when a scale of that size is on its way, and the sizes that were seen."""
    sizes: list[tuple[int, int]] = []

    def observe(step: Step) -> Verdict:
        sizes.append((step.width, step.height))
        return verdict if sizes[-1] == at else Verdict.GO_ON

    return Stylizer().paint(job, observe), sizes


def test_details_are_added_scale_by_scale_up_to_the_picture_s_own_size(large: Task) -> None:
    seen: list[Step] = []
    found = Stylizer().paint(large, noting(seen.append))
    assert found.rgb.shape == (100, 150, 3)
    assert np.isfinite(found.rgb).all()
    assert list(dict.fromkeys((step.width, step.height) for step in found.trace)) == SIZES
    assert [step.fraction for step in seen] == sorted(step.fraction for step in seen)
    assert len(seen) > len(found.trace)  # tiles are told as well
    assert found.trace[-1].style_loss < next(step for step in found.trace if step.width == 150).style_loss


def test_what_an_observer_sees_of_a_large_painting_is_small(large: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "LARGEST_SHOWN", 64)
    shapes: set[tuple[int, ...]] = set()
    Stylizer().paint(large, noting(lambda step: shapes.add(step.picture().shape)))
    assert max(max(shape) for shape in shapes) <= 64
    assert len(shapes) > 2


def test_details_make_the_painting_sharper(large: Task) -> None:
    detailed = Stylizer().paint(large, go_on).rgb
    plain, _ = stopped(large, (38, 25))
    assert fine(detailed) > 1.1 * fine(plain.rgb)


def test_equal_inputs_give_identical_large_pictures(large: Task) -> None:
    assert Stylizer().paint(large, go_on).rgb.tobytes() == Stylizer().paint(large, go_on).rgb.tobytes()


@pytest.mark.parametrize("at", SIZES)
def test_finish_within_any_scale_keeps_what_there_is_at_full_size(large: Task, at: tuple[int, int]) -> None:
    found, sizes = stopped(large, at)
    assert sizes[-1] == at
    assert sizes.count(at) == 1
    assert found.finished_early
    assert found.rgb.shape == (100, 150, 3)
    assert np.isfinite(found.rgb).all()


def test_cancel_is_obeyed_within_a_tile(large: Task) -> None:
    told = 0

    def observe(step: Step) -> Verdict:
        nonlocal told
        told += step.width == 150
        return Verdict.CANCEL if told == 2 else Verdict.GO_ON  # the second tile of twenty

    with pytest.raises(Cancelled):
        Stylizer().paint(large, observe)


def test_finish_is_obeyed_within_a_tile(large: Task) -> None:
    told: list[int] = []

    def observe(step: Step) -> Verdict:
        told.append(step.width)
        return Verdict.FINISH if told.count(150) == 2 else Verdict.GO_ON  # the first tile after the first evaluation

    found = Stylizer().paint(large, observe)
    assert told.count(150) == 2
    assert found.finished_early
    assert found.trace[-1].width == 150
    assert fine(found.rgb) > fine(stopped(large, (38, 25))[0].rgb)  # the evaluation before has already left its details


def test_where_the_strength_map_is_0_a_large_picture_keeps_every_bit(large: Task) -> None:
    protect = np.ones((100, 150), np.float32)
    protect[:, :50] = 0
    found = Stylizer().paint(replace(large, strength_map=protect), go_on).rgb
    assert np.array_equal(found[:, :50], large.content[:, :50])
    assert np.abs(found - large.content)[:, 60:].mean() > 0.01


def test_a_weak_large_painting_keeps_the_photo_s_own_details(large: Task) -> None:
    gravel = large.content + 0.1 * np.random.default_rng(0).standard_normal(large.content.shape).astype(np.float32)
    weak, strong = (
        Stylizer().paint(replace(large, content=gravel, parameters=replace(large.parameters, strength=strength)), go_on).rgb for strength in (5.0, 60.0)
    )
    own = gravel - large.content
    assert (weak * own).mean() / (own * own).mean() > 0.7
    assert (strong * own).mean() / (own * own).mean() < 0.3


def test_weights_regions_and_objectives_go_into_details(large: Task) -> None:
    left = np.zeros((100, 150), np.float32)
    left[:, :75] = 1
    styles = (StylePicture(waves(100, 100, 5), region=left), StylePicture(waves(100, 100, 9), region=1 - left))
    weight = np.ones((100, 150), np.float32)
    weight[:30] = 0
    assert np.isfinite(Stylizer().paint(replace(large, styles=styles, weight=weight), go_on).rgb).all()
    nobody = replace(large, weight=np.zeros((100, 150), np.float32))
    assert np.abs(Stylizer().paint(nobody, go_on).rgb - large.content).max() < 1e-5


@pytest.mark.parametrize("after", [1, 2, 4])
def test_a_painting_that_was_broken_off_goes_on_to_the_very_same_picture(large: Task, after: int) -> None:
    states: list[State] = []
    whole = Stylizer().paint(large, go_on, keep=lambda state: states.append(copy.deepcopy(state)))
    assert [state.done for state in states] == [1, 2, 3, 4]
    seen: list[Step] = []
    found = Stylizer().paint(replace(large, state=states[after - 1]), noting(seen.append))
    assert found.rgb.tobytes() == whole.rgb.tobytes()
    assert found.evaluations == whole.evaluations - sum(step.scale <= after for step in whole.trace)
    before = whole.evaluations - found.evaluations
    assert next(step.step for step in seen if step.step > before) == before + 1
    assert {step.scale for step in seen if step.step <= before} == ({after} if after > 1 else set())  # between the tiles of the first evaluation
    assert seen[-1].fraction == pytest.approx(1)


def test_a_state_of_another_painting_is_not_gone_on_from(large: Task) -> None:
    strange = State(1, np.zeros((3, 20, 20), np.float32), 20, 20)
    assert Stylizer().paint(replace(large, state=strange), go_on).rgb.tobytes() == Stylizer().paint(large, go_on).rgb.tobytes()
