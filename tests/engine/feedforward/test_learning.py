"""A look is learned step by step: whatever interrupts it, the look is the same; what it learns is the style, at every strength."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from engine.feedforward.looks import learned, lesson, look
from engine.scenes import photo, waves
from restyle_engine.feedforward import learning, teacher
from restyle_engine.feedforward.crops import calm, covered, crop, light
from restyle_engine.feedforward.learning import Learner, Lesson
from restyle_engine.feedforward.live_painter import LivePainter
from restyle_engine.feedforward.look import look_bytes, read_look
from restyle_engine.feedforward.practice import terms
from restyle_engine.network.calibration import network
from restyle_engine.parameters import Pooling, Precision, Preset
from restyle_engine.resizing import tensor
from restyle_server.weights.catalogue import SHIPPED

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def small_crops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "CROP", 32)
    monkeypatch.setattr(learning, "PIECES", 3)
    monkeypatch.setattr(teacher, "PRESET", Preset.DRAFT)
    monkeypatch.setattr(learning, "FIRST_PIECES", 2)


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
    numbers = [step.step for step in told]
    assert numbers == sorted(numbers)
    assert set(numbers) == {0, 1, 2, 3, 4, 5, 6}
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


@pytest.mark.parametrize("made", [lesson(steps=40), lesson(steps=40, styles=(), photographs=(), painting=(photo(72, 56), waves(72, 56)))])
def test_what_is_learned_is_the_painting(made: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "WEAKER", 0.0)
    monkeypatch.setattr(learning, "COARSE_EVERY", 10**6)  # all steps alike, so that the first can be compared with the last
    learner, told = Learner(made), []
    while not learner.done:
        told.append(learner.step())
    losses = [one.loss for one in told if one.step]
    assert np.mean(losses[-10:]) < np.mean(losses[:10]) - 0.02
    assert bool(learner._state.paintings) == bool(made.styles)


def test_a_piece_is_given_up_at_once_and_painted_later_as_if_nothing_had_been() -> None:
    asked: list[int] = []

    def until(count: int) -> Callable[[], bool]:
        asked.clear()
        return lambda: asked.append(1) or len(asked) < count  # type: ignore[func-returns-value]

    learner = Learner(lesson())
    learner.step()
    for count in (1, 4, 9):
        told = learner.step(until(count))
        assert (told.step, learner.state(), len(asked)) == (0, b"", count)
    assert look_bytes(learned(learner).look()) == look_bytes(learned(Learner(lesson())).look())


def test_pieces_are_painted_as_they_are_wanted() -> None:
    learner, found = Learner(lesson()), []
    while not learner.done:
        told = learner.step()
        found.append((told.step, len(learner._state.paintings)))
    assert found == [(0, 0), (0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (3, 3), (4, 3), (5, 3), (6, 3)]


def test_a_look_that_is_begun_with_is_gone_on_from() -> None:
    known = look()
    first = learned(Learner(lesson(), beginning=known), 1).look()
    assert torch.allclose(first.tensors["quarter.weight"].float(), known.tensors["quarter.weight"].float(), atol=0.01)
    state = learned(Learner(lesson(), beginning=known), 2).state()
    assert Learner(lesson(), state=state, beginning=known).look().steps == 2
    assert Learner(lesson(), state=state).look().steps == 0


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_on_the_way_to_a_painting_all_is_between(share: float) -> None:
    vgg = network(SHIPPED, Pooling.AVERAGE)
    content, painting = (tensor(one, CPU) for one in (photo(32, 32), waves(32, 32)))
    losses = [float(terms(vgg, one, content, painting, [share]).content) for one in (content, painting)]
    assert losses[0] < losses[1]
    assert losses[0] == pytest.approx(0, abs=1e-6) if share == 0 else losses[0] > 0


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
    learner = learned(Learner(lesson()), 2)
    before, pairs = look_bytes(learner.look()), learner._pairs
    learner._pairs = [replace(pair, painting=pair.painting * float("nan")) for pair in pairs]
    assert learner.step().step == 3
    learner._pairs = pairs
    after = read_look(look_bytes(learner.look()))
    assert all(torch.equal(values, after.tensors[name]) for name, values in read_look(before).tensors.items())


def test_crops_lie_anywhere_and_are_mirrored_where_a_picture_is_small() -> None:
    rng = np.random.default_rng(0)
    picture = torch.from_numpy(photo(40, 24)).permute(2, 0, 1)[None]
    found = [crop(picture, 32, rng) for _ in range(8)]
    assert {tuple(one.shape) for one in found} == {(1, 3, 32, 32)}
    assert len({one.numpy().tobytes() for one in found}) > 4
    assert torch.equal(found[0][:, :, 24:], found[0][:, :, 16:24].flip(2))


def test_what_it_practises_on_are_pictures() -> None:
    rng = np.random.default_rng(0)
    picture = torch.from_numpy(photo(32, 32)).permute(2, 0, 1)[None]
    for made in (calm(32, rng), light(rng)(picture), covered(picture, calm(32, rng), rng)):
        assert made.shape == (1, 3, 32, 32)
        assert made.dtype == torch.float32
        assert 0 <= float(made.min()) <= float(made.max()) <= 1
    kept = (covered(picture, torch.zeros_like(picture), rng) == picture).all(1).float().mean()
    assert 0.25 < float(kept) < 0.75
