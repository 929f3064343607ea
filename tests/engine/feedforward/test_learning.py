"""A look is learned step by step: whatever interrupts it, the look is the same; what it learns is the style, at every strength."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from engine.feedforward.looks import learned, lesson
from engine.scenes import photo, waves
from restyle_engine.feedforward import learning
from restyle_engine.feedforward.aims import HALVINGS, LAYERS, style_aims
from restyle_engine.feedforward.crops import Pair, calm, covered, crop, light
from restyle_engine.feedforward.learning import Learner, Lesson
from restyle_engine.feedforward.live_painter import LivePainter
from restyle_engine.feedforward.look import look_bytes, read_look
from restyle_engine.network.calibration import network
from restyle_engine.objective.moments import Measured
from restyle_engine.objective.targets import TargetCache, style_targets
from restyle_engine.parameters import Pooling, Precision, Symmetry
from restyle_engine.task import Pixels, StylePicture
from restyle_server.weights.catalogue import SHIPPED

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def small_crops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "CROP", 32)


@pytest.mark.parametrize(("at", "precision"), [(1, Precision.FP32), (4, Precision.BF16)])
def test_an_interrupted_learning_goes_on_to_the_very_same_look(at: int, precision: Precision) -> None:
    whole = learned(Learner(lesson(precision=precision)))
    first = learned(Learner(lesson(precision=precision)), at)
    second = Learner(lesson(precision=precision), state=first.state())
    assert look_bytes(second.look()) == look_bytes(first.look())
    assert look_bytes(learned(second).look()) == look_bytes(whole.look())
    assert second.state() == whole.state()


def test_equal_lessons_give_equal_looks_and_other_seeds_others() -> None:
    one, same, other = (look_bytes(learned(Learner(lesson(seed=seed)), 2).look()) for seed in (3, 3, 4))
    assert one == same != other


@pytest.fixture(scope="module")
def state() -> bytes:
    return learned(Learner(lesson(steps=1, photographs=())), 1).state()


def test_a_state_that_is_no_use_begins_anew(state: bytes) -> None:
    begun = lesson(steps=1, photographs=())
    assert Learner(begun, state=state).done
    for other in (b"", b"no state", b"\xff" * 100, state[:-100], state[: len(state) // 2], state + b"\0", b"\0" * 8 + state[8:]):
        assert not Learner(begun, state=other).done
    for another in (lesson(steps=1, photographs=(), seed=9), lesson(steps=2, photographs=()), lesson(steps=1)):
        assert Learner(another, state=state).look().steps == 0


def test_progress_runs_from_nothing_to_all() -> None:
    learner, told = Learner(lesson()), []
    while not learner.done:
        told.append(learner.step())
    numbers = [step.step for step in told if step.step]
    assert numbers == [1, 2, 3, 4, 5, 6]
    assert told[0].step == 0
    assert [step.fraction for step in told] == sorted(step.fraction for step in told)
    assert told[-1].fraction == 1
    assert all(np.isfinite([step.loss, step.style_loss, step.content_loss]).all() for step in told)
    assert learner.step() == told[-1]
    assert learner.look().steps == 6


def test_a_look_can_be_had_at_any_time_and_paints() -> None:
    learner = Learner(lesson())
    for _ in range(8):
        look = read_look(look_bytes(learner.look()))
        painter = LivePainter(precision=Precision.FP32)
        painter.place(look)
        assert np.isfinite(painter.paint(photo(24, 24), 0, 0, 50)).all()
        learner.step()
    assert (look.name, look.style, look.credit, look.strength, look.side) == ("Waves", "waves", "Nobody", 50.0, 48)


def distance(picture: Pixels, aims: Measured) -> float:
    """Of a picture's statistics to the style's, as the stylizer has it."""
    from restyle_engine.feedforward.practice import _style
    from restyle_engine.resizing import tensor

    vgg = network(SHIPPED, Pooling.AVERAGE)
    return float(_style([vgg.features(tensor(picture, CPU), LAYERS)], aims)[0])


@pytest.mark.parametrize("made", [lesson(steps=10), lesson(steps=10, styles=(), photographs=(), painting=(photo(72, 56), waves(72, 56)))])
def test_what_is_learned_is_the_style(made: Lesson) -> None:
    learner = learned(Learner(made))
    painter = LivePainter(precision=Precision.FP32)
    painter.place(learner.look())
    content = photo(64, 64)[:, ::-1].copy()
    aim = learner._aims[0]
    assert distance(painter.paint(content, 0, 0, 50), aim) < 0.8 * distance(content, aim)


def test_even_before_the_first_step_the_colours_are_the_styles() -> None:
    learner = learned(Learner(lesson()), 1)
    painter = LivePainter(precision=Precision.FP32)
    painter.place(learner.look())
    content, wanted = photo(64, 64), waves(64, 64).mean((0, 1))
    assert np.abs(painter.paint(content, 0, 0, 50).mean((0, 1)) - wanted).max() < np.abs(content.mean((0, 1)) - wanted).max()


def test_without_photographs_it_practises_on_pictures_made_by_code() -> None:
    assert learned(Learner(lesson(photographs=())), 2).look().steps == 2


def test_there_must_be_something_to_learn_from() -> None:
    with pytest.raises(ValueError, match="styles or from a painting"):
        Learner(lesson(styles=()))
    with pytest.raises(ValueError, match="one size"):
        Learner(lesson(painting=(photo(48, 48), photo(48, 40))))


def test_a_step_that_is_not_finite_moves_nothing() -> None:
    learner = learned(Learner(lesson()), 1)
    before = look_bytes(learner.look())
    learner._aims = [{name: type(one)(one.second * float("nan"), one.mean) for name, one in aim.items()} for aim in learner._aims]
    assert learner.step().step == 2
    after = read_look(look_bytes(learner.look()))
    assert all(torch.equal(values, after.tensors[name]) for name, values in read_look(before).tensors.items())


@pytest.mark.parametrize("symmetry", [Symmetry.NONE, Symmetry.FLIPS])
def test_what_is_measured_in_parts_is_what_the_stylizer_measures(symmetry: Symmetry, monkeypatch: pytest.MonkeyPatch) -> None:
    vgg = network(SHIPPED, Pooling.AVERAGE)
    style = StylePicture(waves(96, 64), symmetry=symmetry)
    monkeypatch.setattr("restyle_engine.feedforward.aims.TILE", 48)
    found: list[Measured] = []
    parts = sum(1 for _ in style_aims(vgg, [style], 64, CPU, found))
    assert parts > len(HALVINGS)
    for halving, aims in enumerate(found):
        side = 64 >> halving
        for name, one in style_targets(vgg, "", style, side, side, LAYERS, CPU, TargetCache()).items():
            assert torch.allclose(aims[name].second, one.second, rtol=1e-4, atol=1e-5)


def test_crops_lie_anywhere_and_are_mirrored_where_a_picture_is_small() -> None:
    rng = np.random.default_rng(0)
    picture = torch.from_numpy(photo(40, 24)).permute(2, 0, 1)[None]
    found = [crop(Pair(picture, picture + 1), 32, rng, turned=True) for _ in range(8)]
    assert {tuple(one.content.shape) for one in found} == {(1, 3, 32, 32)}
    assert all(torch.equal(one.content + 1, one.model) for one in found)
    assert len({one.content.numpy().tobytes() for one in found}) > 4
    assert torch.equal(found[0].content[:, :, 24:], found[0].content[:, :, 16:24].flip(2))


def test_what_it_practises_on_are_pictures() -> None:
    rng = np.random.default_rng(0)
    picture = torch.from_numpy(photo(32, 32)).permute(2, 0, 1)[None]
    for made in (calm(32, rng), light(rng)(picture), covered(picture, calm(32, rng), rng)):
        assert made.shape == (1, 3, 32, 32)
        assert made.dtype == torch.float32
        assert 0 <= float(made.min()) <= float(made.max()) <= 1
    kept = (covered(picture, torch.zeros_like(picture), rng) == picture).all(1).float().mean()
    assert 0.25 < float(kept) < 0.75
