"""Owns the promises about the order of a film's frames: each after those that it follows, from painted frames both ways, and to both of two."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from restyle_cli.runs.film_order import Name, Step, legs, steps


def words(made: Sequence[Step]) -> str:
    """ "1<0" is frame 1 following frame 0; K a person's; a' the run backwards."""

    def name(of: Name) -> str:
        return f"{of.position}{chr(39) * of.aside}"

    return " ".join(f"{'K' * step.key}{name(step.name)}{'<' * bool(step.previous)}{'+'.join(name(each) for each, _ in step.previous)}" for step in made)


@pytest.mark.parametrize(
    ("frames", "keys", "order"),
    [
        (3, [], "0 1<0 2<1"),
        (1, [], "0"),
        (4, [0], "K0 1<0 2<1 3<2"),
        (4, [3], "K3 2<3 1<2 0<1"),
        (4, [1], "K1 0<1 2<1 3<2"),
        (5, [0, 3], "K0 K3 2'<3 1'<2' 1<0+1' 2<1+2' 4<3"),
        (3, [0, 1], "K0 K1 2<1"),
        (3, [0, 1, 2], "K0 K1 K2"),
    ],
)
def test_frames_follow_in_this_order(frames: int, keys: list[int], order: str) -> None:
    assert words(steps(range(frames), keys)) == order


def test_between_two_painted_frames_the_nearer_one_weighs_more() -> None:
    weights = {step.name.position: [weight for _, weight in step.previous] for step in steps(range(5), [0, 4]) if len(step.previous) == 2}
    assert weights == {1: [0.75, 0.25], 2: [0.5, 0.5], 3: [0.25, 0.75]}


@given(st.integers(1, 30), st.sets(st.integers(0, 29), max_size=5))
def test_every_frame_is_painted_once_and_after_what_it_follows(frames: int, keys: set[int]) -> None:
    made = steps(range(frames), {key for key in keys if key < frames})
    names = [step.name for step in made]
    assert sorted(name.position for name in names if not name.aside) == list(range(frames))
    assert len(set(names)) == len(names)
    for at, step in enumerate(made):
        assert {name for name, _ in step.previous} <= set(names[:at])
        assert sum(weight for _, weight in step.previous) == pytest.approx(1.0 if step.previous else 0.0)


@given(st.integers(1, 30), st.sets(st.integers(0, 29), max_size=5))
def test_legs_go_one_way_and_leave_nothing_out(frames: int, keys: set[int]) -> None:
    made = steps(range(frames), {key for key in keys if key < frames})
    cut = legs(made)
    assert [step for leg in cut for step in leg] == list(made)
    for leg in cut:
        at = [step.name.position for step in leg]
        assert at in (sorted(set(at)), sorted(set(at), reverse=True))
