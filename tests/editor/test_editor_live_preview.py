"""Promises about the preview: which look it is painted with and how large, and that the latest wins."""

from __future__ import annotations

import queue
import threading
import time
from typing import Any

import pytest
import restyle_client as client
from restyle_editor.background import Background
from restyle_editor.live_preview import LARGEST_SIDE, SIDE, SMALLEST_SIDE, Aim, LivePreview, aim_of, look_of
from restyle_editor.recipes import Recipe, StyleChoice

LOOKS = (client.Look("night", "Night"), client.Look("mine", "Mine", "wave"), client.Look("later", "Later", "wave"), client.Look("wood", "Wood", "night"))
PLANE = client.Plane(client.PixelFormat(client.Channels.RGBA, client.Depth.U8), 2, 2, bytes(16))


def recipe(*styles: StyleChoice) -> Recipe:
    return Recipe(styles=styles, strength=40.0)


def test_a_styles_look_is_the_one_of_its_name_or_the_last_that_was_learned_from_it() -> None:
    found = [look_of(LOOKS, style) for style in ("night", "wave", "glass", "")]
    assert [look.id if look else None for look in found] == ["night", "later", None, None]


def test_one_style_of_the_library_has_a_preview_and_nothing_else() -> None:
    night = StyleChoice(library="night")
    assert aim_of(recipe(night), LOOKS) == Aim("night", 40.0, SIDE)
    for styles in ((), (night, StyleChoice(library="wave")), (StyleChoice(library="glass"),), (StyleChoice(file="/a.png"),)):
        assert aim_of(recipe(*styles), LOOKS) is None


@pytest.mark.parametrize(
    ("scale", "suggested", "side"), [(None, 0.75, SIDE), (0.75, 0.75, SIDE), (2.0, None, SIDE // 2), (4.0, None, SMALLEST_SIDE), (0.25, 1.0, LARGEST_SIDE)]
)
def test_larger_strokes_are_those_of_a_smaller_picture(scale: float | None, suggested: float | None, side: int) -> None:
    aim = aim_of(recipe(StyleChoice(library="night", scale=scale)), LOOKS, suggested)
    assert aim is not None
    assert aim.side == side


class Session:
    """Paints when it is let to."""

    def __init__(self) -> None:
        self.strengths: list[float | None] = []
        self.go = threading.Semaphore(0)
        self.error: Exception | None = None

    def paint_live(self, plane: client.Plane, _look: str, *, strength: float | None = None) -> client.Plane:
        self.strengths.append(strength)
        self.go.acquire(timeout=20)
        if self.error is not None:
            raise self.error
        return plane

    def close(self) -> None: ...


class Desk:
    """An editor's own thread, which the test is."""

    def __init__(self) -> None:
        self.calls: queue.Queue[Any] = queue.Queue()
        self.session = Session()
        self.background = Background(self.calls.put, lambda: self.session)  # type: ignore[arg-type, return-value]
        self.painted: list[client.Plane] = []
        self.failures = 0
        self.preview = LivePreview(self.background, self.painted.append, self._failed)

    def _failed(self) -> None:
        self.failures += 1

    def show(self, strength: float) -> None:
        self.preview.show(PLANE, Aim("night", strength, SIDE))

    def turn(self) -> None:
        self.session.go.release()
        self.calls.get(timeout=20)()

    def asked(self, count: int) -> None:
        give_up = time.monotonic() + 20
        while len(self.session.strengths) < count:
            assert time.monotonic() < give_up
            time.sleep(0.002)


def test_of_what_is_asked_while_one_is_painted_the_last_is_next() -> None:
    desk = Desk()
    for strength in range(50):
        desk.show(strength)
    desk.turn()
    desk.turn()
    assert desk.session.strengths == [0, 49]
    assert len(desk.painted) == 2


def test_what_comes_after_a_stop_is_not_told() -> None:
    desk = Desk()
    desk.show(1.0)
    desk.asked(1)
    desk.preview.stop()
    desk.turn()
    assert desk.painted == []
    desk.show(2.0)
    desk.turn()
    assert len(desk.painted) == 1


def test_a_failure_leaves_it_ready_for_the_next() -> None:
    desk = Desk()
    desk.session.error = client.ServerGone("The server went away.")
    desk.show(1.0)
    desk.turn()
    assert desk.failures == 1
    desk.session.error = None
    desk.show(2.0)
    desk.turn()
    assert len(desk.painted) == 1
