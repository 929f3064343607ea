"""A look paints every rectangle as it is in the whole picture, holds still where the picture does, and goes as far as the strength says."""

from __future__ import annotations

import numpy as np
import pytest
from engine.feedforward.looks import look
from engine.scenes import photo
from restyle_engine.feedforward import live_painter
from restyle_engine.feedforward.canvas_noise import canvas_noise
from restyle_engine.feedforward.layout import LAYOUT
from restyle_engine.feedforward.live_painter import GRID, REACH, LivePainter
from restyle_engine.parameters import Precision
from restyle_engine.task import Pixels

EXACT = 1e-5  # of the range, in fp32: what rounding may differ by from one size to another
UNSEEN = 0.5 / 255  # in bf16, where other sizes add in another order: 0.001 was seen, at a few pixels
WIDE = photo(2 * REACH + 93, 61)  # room for a rectangle that sees neither side, and no multiple of GRID


@pytest.fixture(scope="module")
def painter() -> LivePainter:
    found = LivePainter(precision=Precision.FP32)
    found.place(look())
    return found


@pytest.mark.parametrize(("precision", "exact"), [(Precision.FP32, EXACT), (Precision.BF16, UNSEEN)])
def test_a_rectangle_is_as_in_the_whole_picture(precision: Precision, exact: float) -> None:
    painter = LivePainter(precision=precision)
    painter.place(look())
    whole = painter.paint(WIDE, 0, 0, 80)
    assert np.abs(whole - WIDE).mean() > 0.02
    for left, right in ((0, 2 * REACH), (24, 2 * REACH + 72), (64, WIDE.shape[1])):
        part = painter.paint(WIDE[:, left:right], left, 0, 80)
        kept = slice(left + (REACH if left else 0), right - (REACH if right < WIDE.shape[1] else 0))
        assert kept.stop > kept.start
        assert np.abs(part[:, kept.start - left : kept.stop - left] - whole[:, kept]).max() <= exact


def test_the_same_downwards(painter: LivePainter) -> None:
    tall = np.ascontiguousarray(WIDE.transpose(1, 0, 2))
    whole = painter.paint(tall, 0, 0, 80)
    part = painter.paint(tall[24:], 0, 24, 80)
    assert np.abs(part[REACH:] - whole[24 + REACH :]).max() <= EXACT


def test_a_change_is_seen_as_far_as_the_reach_and_no_further(painter: LivePainter) -> None:
    before = photo(2 * REACH + 48, 16)
    after = before.copy()
    at = before.shape[1] // 2
    after[:, at] = 1 - after[:, at]
    moved = (painter.paint(after, 0, 0, 80) != painter.paint(before, 0, 0, 80)).any((0, 2))
    far = np.abs(np.flatnonzero(moved) - at).max()
    assert REACH - 2 * GRID < far <= REACH


def test_without_the_surroundings_it_would_differ(painter: LivePainter) -> None:
    whole = painter.paint(WIDE, 0, 0, 80)
    assert np.abs(painter.paint(WIDE[:, 40:], 40, 0, 80)[:, :8] - whole[:, 40:48]).max() > 100 * EXACT


def test_a_still_picture_stays_still_byte_for_byte(painter: LivePainter) -> None:
    assert painter.paint(WIDE, 8, 16, 50).tobytes() == painter.paint(WIDE, 8, 16, 50).tobytes()


def test_the_noise_lies_on_the_canvas_and_differs_from_place_to_place(painter: LivePainter) -> None:
    flat = np.full((48, 48, 3), 0.5, np.float32)
    assert np.abs(painter.paint(flat, 0, 0, 50) - painter.paint(flat, 8, 0, 50)).max() > 1e-3
    for level, whole, part in zip((2, 4, 8), canvas_noise(0, 0, 64, 48), canvas_noise(16, 8, 48, 40), strict=True):
        assert np.array_equal(part, whole[:, 8 // level :, 16 // level :])


def test_noise_is_even_and_its_neighbours_know_nothing_of_each_other() -> None:
    for one in canvas_noise(-64, 1 << 40, 512, 512):
        assert abs(one.mean()) < 0.05
        assert one.var() == pytest.approx(1 / 3, rel=0.1)
        for a, b in ((one[0], one[1]), (one[0, 1:], one[0, :-1]), (one[0, :, 1:], one[0, :, :-1])):
            assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 0.06


def test_strength_0_is_the_content_itself(painter: LivePainter) -> None:
    assert painter.paint(WIDE, 0, 0, 0).tobytes() == WIDE.tobytes()


def test_strength_fades_in_without_a_jump_and_then_is_the_networks_own(painter: LivePainter) -> None:
    def changed(strength: float) -> Pixels:
        return painter.paint(WIDE, 0, 0, strength) - WIDE

    assert np.abs(changed(0.01)).max() < 1e-3
    sizes = [np.abs(changed(strength)).mean() for strength in (0.01, 5, 12, 25)]
    assert sizes == sorted(sizes)
    half, full = changed(50), changed(100)
    share = float((half * full).sum() / np.square(full).sum())
    assert np.abs(half - share * full).mean() > 0.05 * np.abs(half).mean()  # no mere opacity


@pytest.mark.parametrize("size", [(1, 1), (1, 20), (7, 3), (8, 8), (33, 17)])
def test_every_size_comes_back_as_it_was(painter: LivePainter, size: tuple[int, int]) -> None:
    content = photo(40, 40)[: size[0], : size[1]]
    found = painter.paint(content, 0, 0, 50)
    assert found.shape == content.shape
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    assert found.min() >= 0
    assert found.max() <= 1


def test_what_lies_beyond_the_range_is_added_back(painter: LivePainter) -> None:
    bright = photo(24, 24).copy()
    bright[4:8, 4:8] = 3.5
    clipped = bright.clip(0, 1)
    assert painter.paint(bright, 0, 0, 50) - bright == pytest.approx(painter.paint(clipped, 0, 0, 50) - clipped, abs=1e-6)


def test_large_rectangles_are_painted_in_tiles_that_nobody_sees(painter: LivePainter, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = painter.paint(WIDE, 0, 0, 80)
    monkeypatch.setattr(live_painter, "TILE", 48)
    assert np.abs(painter.paint(WIDE, 0, 0, 80) - whole).max() <= EXACT


def test_bf16_paints_the_same_picture() -> None:
    quick, exact = LivePainter(precision=Precision.BF16), LivePainter(precision=Precision.FP32)
    for one in (quick, exact):
        one.place(look())
    assert np.abs(quick.paint(WIDE, 0, 0, 80) - exact.paint(WIDE, 0, 0, 80)).max() < 4 / 255


def test_another_look_paints_otherwise(painter: LivePainter) -> None:
    other = LivePainter(precision=Precision.FP32)
    other.place(look(1))
    assert np.abs(other.paint(WIDE, 0, 0, 80) - painter.paint(WIDE, 0, 0, 80)).max() > 0.01


@pytest.mark.parametrize(("x", "y"), [(3, 0), (0, 5), (-13, 7)])
def test_what_has_gone_by_any_px_keeps_its_strokes(painter: LivePainter, x: int, y: int) -> None:
    """The canvas goes along with a camera: what is seen before and after is painted alike, but near the edges."""
    world = photo(2 * REACH + 120, 2 * REACH + 100)
    before, after = world[20:-20, 20:-20], world[20 + y : world.shape[0] - 20 + y, 20 + x : world.shape[1] - 20 + x]
    first, second = painter.paint(before, 0, 0, 80), painter.paint(np.ascontiguousarray(after), x, y, 80)
    inner = slice(REACH + 8, -REACH - 8)
    there = first[REACH + 8 + y : first.shape[0] - REACH - 8 + y, REACH + 8 + x : first.shape[1] - REACH - 8 + x]
    assert there.size > 0
    assert np.abs(second[inner, inner] - there).max() <= EXACT


def test_a_canvas_that_has_gone_is_the_same_in_parts_and_tiles(painter: LivePainter, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = painter.paint(WIDE, 5, -3, 80)
    part = painter.paint(WIDE[:, 40:], 45, -3, 80)
    assert np.abs(part[:, REACH:] - whole[:, 40 + REACH :]).max() <= EXACT
    monkeypatch.setattr(live_painter, "TILE", 48)
    assert np.abs(painter.paint(WIDE, 5, -3, 80) - whole).max() <= EXACT


def test_nothing_is_painted_without_a_look() -> None:
    with pytest.raises(ValueError, match="no look"):
        LivePainter().paint(WIDE, 0, 0, 50)


def test_the_cost_is_what_was_chosen() -> None:
    assert REACH % GRID == 0
    assert 20_000 < LAYOUT.multiplications < 60_000
