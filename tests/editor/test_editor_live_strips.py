"""Promises about finding what has changed in a picture: all of it at first, then the parts that differ, within the time there is."""

from __future__ import annotations

import random

import pytest
from restyle_editor.boxes import Box
from restyle_editor.live_strips import PIECE, ROWS, WARM, Strips, changed, cut

WIDTH, HEIGHT, BYTES = 96, 3 * ROWS - 20, 4


class Picture:
    """A picture, and a clock that goes on with every strip that is read."""

    def __init__(self, width: int = WIDTH, height: int = HEIGHT, strip_seconds: float = 0.001) -> None:
        self.width, self.height, self.now, self._seconds = width, height, 0.0, strip_seconds
        self.data = bytearray(random.Random(1).randbytes(width * height * BYTES))
        self.read_tops: list[int] = []

    def read(self, box: Box) -> bytes:
        self.now += self._seconds
        self.read_tops.append(box.y)
        assert (box.x, box.width) == (0, self.width)
        return bytes(self.data[box.y * self.width * BYTES : (box.y + box.height) * self.width * BYTES])

    def draw(self, x: int, y: int) -> None:
        self.data[(y * self.width + x) * BYTES] ^= 255

    def strips(self) -> Strips:
        return Strips(self.width, self.height, BYTES, lambda: self.now)


def together(picture: Picture, copy: bytearray, strips: Strips, seconds: float = 1.0) -> int:
    """Puts what has changed into the copy; how many px that were."""
    count = 0
    for change in strips.look(picture.read, seconds):
        box, row = change.box, change.box.width * BYTES
        for line in range(box.height):
            place = ((box.y + line) * picture.width + box.x) * BYTES
            copy[place : place + row] = change.data[line * row : (line + 1) * row]
        count += box.width * box.height
    return count


def test_all_is_new_at_first_and_then_nothing() -> None:
    picture = Picture()
    strips, copy = picture.strips(), bytearray(len(picture.data))
    assert not strips.complete
    assert together(picture, copy, strips) == WIDTH * HEIGHT
    assert copy == picture.data
    assert strips.complete
    assert together(picture, copy, strips) == 0


def test_a_dot_is_one_piece_of_a_row() -> None:
    picture = Picture()
    strips = picture.strips()
    strips.look(picture.read, 1.0)
    picture.draw(PIECE + 3, ROWS + 5)
    (change,) = strips.look(picture.read, 1.0)
    assert change.box == Box(PIECE, ROWS + 5, PIECE, 1)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_drawn_a_copy_by_changes_is_the_picture(seed: int) -> None:
    hand = random.Random(seed)
    picture = Picture(hand.randrange(1, 200), hand.randrange(1, 200))
    strips, copy = picture.strips(), bytearray(len(picture.data))
    for _ in range(10):
        for _ in range(hand.randrange(5)):
            picture.draw(hand.randrange(picture.width), hand.randrange(picture.height))
        together(picture, copy, strips)
        assert copy == picture.data


def test_a_turn_ends_in_time_and_the_next_goes_on_where_it_ended() -> None:
    picture = Picture(height=20 * ROWS, strip_seconds=0.002)
    strips = picture.strips()
    for _ in range(3):
        strips.look(picture.read, 0.007)
    assert picture.read_tops[:9] == [ROWS * number for number in range(9)]
    assert len(picture.read_tops) <= 3 * 4


def test_where_somebody_draws_is_looked_at_first_and_the_rest_is_not_forgotten() -> None:
    picture = Picture(height=20 * ROWS, strip_seconds=0.002)
    strips = picture.strips()
    strips.look(picture.read, 1.0)
    picture.draw(4, 15 * ROWS)
    strips.look(picture.read, 1.0)
    picture.read_tops.clear()
    for _ in range(15):
        strips.look(picture.read, 0.007)
    assert picture.read_tops.count(15 * ROWS) >= 15
    assert set(picture.read_tops) == {ROWS * number for number in range(20)}
    for _ in range(WARM):
        strips.look(picture.read, 1.0)
    picture.read_tops.clear()
    strips.look(picture.read, 0.007)
    assert 15 * ROWS not in picture.read_tops[:1] or picture.read_tops[0] != picture.read_tops[-1]


def test_a_strip_is_read_even_where_there_is_no_time() -> None:
    picture = Picture()
    assert len(picture.strips().look(picture.read, 0.0)) == 1


def test_forgetting_and_another_size_make_all_new() -> None:
    picture = Picture()
    strips = picture.strips()
    strips.look(picture.read, 1.0)
    strips.forget()
    assert len(strips.look(picture.read, 1.0)) == 3
    strips.resize(WIDTH, ROWS)
    assert [change.box for change in strips.look(picture.read, 1.0)] == [Box(0, 0, WIDTH, ROWS)]


def test_the_box_around_two_far_dots_has_both() -> None:
    before = bytes(130 * 10 * BYTES)
    after = bytearray(before)
    after[(2 * 130 + 129) * BYTES], after[(7 * 130 + 40) * BYTES] = 1, 1
    box = changed(before, bytes(after), 130, 10, BYTES)
    assert box == Box(32, 2, 98, 6)
    assert len(cut(bytes(after), 130, box, BYTES)) == 98 * 6 * BYTES
