"""An update: what changed is painted after the style, what lies far from it stays, and no border is seen between the two."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from engine.scenes import photo, task
from numpy.typing import NDArray
from pictures.meters import JOINT_DEVIATIONS, joints
from restyle_engine.motion.update import FADE, GROWTH, taken_over, touched
from restyle_engine.parameters import Seamless
from restyle_engine.step import Step
from restyle_engine.stylizer import Stylizer
from restyle_engine.task import Basis, Task
from restyle_engine.verdict import Verdict

SIDE = 96
EDIT = slice(40, 52)


@pytest.fixture(scope="module")
def painter() -> Stylizer:
    return Stylizer("cpu")


def go_on(_: Step) -> Verdict:
    return Verdict.GO_ON


def marks() -> NDArray[np.float32]:
    found = np.zeros((SIDE, SIDE), np.float32)
    found[EDIT, EDIT] = 1
    return found


def updated(painter: Stylizer, **changes: Any) -> tuple[Task, NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """The task of an edited photo, the painting before, the one that an update makes, and how far each place might move."""
    first = task(photo(SIDE, SIDE), evaluations=16, **changes)
    before = np.clip(painter.paint(first, go_on).rgb, 0, 1)
    content = first.content.copy()
    content[EDIT, EDIT] = (0.9, 0.2, 0.1)
    moves = touched(marks(), first)
    second = replace(first, content=content, basis=Basis(before, moves))
    painting = painter.paint(second, go_on)
    assert painting.evaluations > 0
    return second, before, painting.rgb, moves


def test_what_may_move_is_what_changed_and_fades_out_around_it() -> None:
    job = task(photo(SIDE, SIDE))
    moves = touched(marks(), job)
    assert (moves[EDIT, EDIT] == 1).all()
    assert moves[46, EDIT.start - GROWTH] == 1
    assert 0 < moves[46, EDIT.start - GROWTH - FADE] < 0.05
    assert moves[46, EDIT.start - GROWTH - FADE - 1] == 0
    steps = np.diff(moves[46])
    assert np.abs(steps).max() < 0.15  # no border
    large = touched(marks(), replace(job, styles=tuple(replace(style, scale=4.0) for style in job.styles)))
    assert (large > 0).sum() > 1.5 * (moves > 0).sum()  # larger strokes reach farther


@pytest.mark.parametrize("size", [(96, 64), (95, 63), (97, 64), (128, 85)])
def test_nothing_moves_far_from_an_edit_at_any_size(size: tuple[int, int]) -> None:
    """Also where a size halves to no whole one: what were moved by a rounding would be looked at."""
    width, height = size
    changed = np.zeros((height, width), np.float32)
    changed[:4, :4] = 1
    job = task(photo(width, height))
    shown = torch.ones(1, 1, 1, 1)
    prior = taken_over(job.content, Basis(job.content, touched(changed, job)), shown, torch.device("cpu"))
    for half in ((width, height), (round(width / 2), round(height / 2)), (round(width / 3), round(height / 3))):
        moves = prior.at(*half).moves
        reach = 4 + GROWTH + FADE + 4
        assert (moves[..., reach:] == 0).all()
        assert (moves[..., reach:, :] == 0).all()
        assert (moves > 0).any()


def test_what_may_move_goes_on_round_a_border_without_a_seam() -> None:
    job = task(photo(SIDE, SIDE), seamless=Seamless.X)
    by = (0, -EDIT.start)  # to the left border
    assert np.array_equal(touched(np.roll(marks(), by, (0, 1)), job), np.roll(touched(marks(), job), by, (0, 1)))


def test_an_update_across_the_border_of_a_seamless_painting_leaves_no_seam(painter: Stylizer) -> None:
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32) * (2 * np.pi / SIDE)
    content = np.stack([0.5 + 0.3 * np.sin(x), 0.5 + 0.3 * np.cos(y), 0.4 + 0.2 * np.sin(2 * x + y)], 2).astype(np.float32)
    first = task(content, evaluations=16, seamless=Seamless.BOTH)
    before = np.clip(painter.paint(first, go_on).rgb, 0, 1)
    changed = np.roll(marks(), -46, 1)  # half on either side
    edited = np.where(changed[..., None] > 0, np.array([0.9, 0.2, 0.1], np.float32), content)
    moves = touched(changed, first)
    after = painter.paint(replace(first, content=edited, basis=Basis(before, moves)), go_on).rgb
    away = np.abs(after - before).max(2)
    assert away[moves == 0].max() < 0.01
    assert min(away[EDIT, :4].mean(), away[EDIT, -4:].mean()) > 0.05
    assert max(joints(before + moves[..., None] * (after - before))) < JOINT_DEVIATIONS


@pytest.mark.parametrize("strength", [50.0, 15.0])
def test_the_edit_is_painted_and_the_rest_stays(painter: Stylizer, strength: float) -> None:
    job, before, after, moves = updated(painter, strength=strength)
    away = np.abs(after - before).max(2)
    assert away[moves == 0].max() < 0.01  # what fading takes away and brings back; the bytes are kept where they are put together
    assert away[EDIT, EDIT].mean() > 0.05
    assert np.abs(after - job.content).max(2)[EDIT, EDIT].mean() > 0.02  # painted, not pasted


def test_no_border_is_seen_around_what_was_painted(painter: Stylizer) -> None:
    """Steps across the line where paint may move, beside those next to it on both sides."""
    _, before, after, moves = updated(painter)
    mixed = (before + moves[..., None] * (after - before)).mean(2)
    steps, line = np.abs(np.diff(mixed, axis=1)), np.diff((moves > 0).astype(int), axis=1) != 0
    beside = np.roll(line, 2, axis=1) | np.roll(line, -2, axis=1)
    assert steps[line].mean() < 1.5 * steps[beside & ~line].mean()
