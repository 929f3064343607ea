"""Canvases that change by rectangles: bytes keep their places, what waits is bounded, and nothing that changed is forgotten."""

from __future__ import annotations

import random

import pytest
from restyle_contract.rectangles import MOST_WAITING, Canvas, Rect, Waiting

SIDE = 64  # px


def covered(rects: list[Rect]) -> set[tuple[int, int]]:
    return {(x, y) for rect in rects for y in range(rect.y, rect.bottom) for x in range(rect.x, rect.right)}


def anywhere(chance: random.Random) -> Rect:
    x, y = chance.randrange(SIDE), chance.randrange(SIDE)
    return Rect(x, y, chance.randint(1, SIDE - x), chance.randint(1, SIDE - y))


@pytest.mark.parametrize("seed", range(20))
def test_what_was_added_is_taken_and_never_more_pieces_wait_than_may(seed: int) -> None:
    chance, waiting, added = random.Random(seed), Waiting(), []
    for _ in range(chance.randint(1, 40)):
        added.append(anywhere(chance))
        waiting.add(added[-1])
        assert len(list(waiting)) <= MOST_WAITING
    taken = []
    while waiting:
        taken.append(waiting.take(200, 8))
        assert taken[-1].area <= 200
    assert covered(taken) >= covered(added)


def test_the_newest_goes_first_and_a_stroke_before_the_rest_of_a_canvas() -> None:
    waiting = Waiting()
    waiting.add(Rect(0, 0, SIDE, SIDE))
    waiting.add(Rect(40, 40, 4, 4))
    assert waiting.take(100) == Rect(40, 40, 4, 4)
    waiting.add(Rect(0, 0, SIDE, SIDE))
    assert list(waiting) == [Rect(0, 0, SIDE, SIDE)], "what is covered is not painted twice"


def test_a_stroke_that_goes_on_is_one_rectangle() -> None:
    waiting = Waiting()
    for step in range(20):
        waiting.add(Rect(step, 0, 8, 8))
    assert list(waiting) == [Rect(0, 0, 27, 8)]


def test_pieces_begin_on_the_grid_however_small_they_must_be() -> None:
    waiting = Waiting()
    waiting.add(Rect(8, 16, 50, 41))
    pieces = []
    while waiting:
        pieces.append(waiting.take(1, 8))
    assert all(piece.x % 8 == piece.y % 8 == 0 and piece.width <= 8 and piece.height <= 8 for piece in pieces)
    assert sum(piece.area for piece in pieces) == 50 * 41


def test_rectangles_grow_to_the_grid_and_stay_on_the_canvas() -> None:
    assert Rect(9, 9, 1, 1).grown(8, 8) == Rect(0, 0, 24, 24)
    assert Rect(9, 9, 1, 1).grown(8, 8).within(20, 10) == Rect(0, 0, 20, 10)
    assert Rect(20, 0, 5, 5).within(20, 10) is None


@pytest.mark.parametrize("seed", range(5))
def test_a_canvas_gives_back_what_was_put_there(seed: int) -> None:
    chance, canvas = random.Random(seed), Canvas(3, SIDE, SIDE)
    known = {(x, y): b"\0\0\0" for x in range(SIDE) for y in range(SIDE)}
    for _ in range(20):
        rect = anywhere(chance)
        data = chance.randbytes(rect.area * 3)
        canvas.put(rect, data)
        known |= {(rect.x + n % rect.width, rect.y + n // rect.width): data[3 * n : 3 * n + 3] for n in range(rect.area)}
    rect = anywhere(chance)
    assert canvas.take(rect) == b"".join(known[rect.x + n % rect.width, rect.y + n // rect.width] for n in range(rect.area))
    canvas.resize(SIDE + 7, SIDE - 9)
    assert canvas.size == 3 * (SIDE + 7) * (SIDE - 9)
    assert canvas.take(Rect(3, 4, 5, 6)) == b"".join(known[x, y] for y in range(4, 10) for x in range(3, 8))
    assert canvas.take(Rect(SIDE, 0, 7, 3)) == bytes(3 * 7 * 3)


def test_a_canvas_that_repeats_gives_its_other_side_beyond_its_border() -> None:
    canvas = Canvas(2, 5, 3)
    canvas.put(canvas.all, bytes(range(30)))
    rows = [bytes(range(10 * y, 10 * y + 10)) for y in range(3)]
    assert canvas.take_round(Rect(-1, -2, 8, 6)) == b"".join((row[8:] + row + row[:4]) for row in (rows[1], rows[2], *rows, rows[0]))
    assert canvas.take_round(Rect(1, 1, 3, 2)) == canvas.take(Rect(1, 1, 3, 2))
