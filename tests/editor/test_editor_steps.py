"""Owns the promises about work that is done in steps."""

from __future__ import annotations

import pytest
from restyle_editor.steps import Steps, at_once, in_turns


def counting(to: int, closed: list[str]) -> Steps[str]:
    try:
        for number in range(to):
            yield number / to
    finally:
        closed.append("closed")
    return f"{to} steps"


def test_turns_say_how_far_it_is_and_the_value_comes_back() -> None:
    shares: list[float | None] = []
    assert in_turns(counting(4, []), shares.append, seconds=0) == "4 steps"
    assert shares == [0, 0.25, 0.5, 0.75]
    assert at_once(counting(3, [])) == "3 steps"


def test_a_turn_takes_several_steps_as_long_as_there_is_time() -> None:
    shares: list[float | None] = []
    assert in_turns(counting(1000, []), shares.append, seconds=60) == "1000 steps"
    assert shares == []


def test_whoever_gives_up_between_two_turns_ends_the_steps() -> None:
    closed: list[str] = []

    def turned(_share: float | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        in_turns(counting(4, closed), turned, seconds=0)
    assert closed == ["closed"]
