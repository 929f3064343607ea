"""Promises about a finished painting's strength: the places of its slider, the last of several wishes, and an update that keeps to it."""

from __future__ import annotations

import queue
import threading
from typing import Any

import pytest
import restyle_client as client
from restyle_editor import revival
from restyle_editor.background import Background
from restyle_editor.lowering import Lowering, lowered, paint_at, place_of, places, wanted

PLANE = client.Plane(client.PixelFormat(client.Channels.RGBA, client.Depth.U8), 1, 1, bytes(4))


@pytest.mark.parametrize(
    ("strength", "painted", "place"),
    [(0, 50, 0), (2.4, 50, 0), (2.6, 50, 5), (47.4, 50, 45), (49, 50, 50), (50, 50, 50), (52, 53, 53), (51, 53, 50), (60, 53, 53), (0.9, 2, 0), (1.5, 2, 2)],
)
def test_a_slider_has_steps_of_five_and_the_paintings_own_strength(strength: float, painted: float, place: float) -> None:
    assert place_of(strength, painted) == place
    assert place in places(painted)
    assert wanted(place, painted) == (place if place < painted else None)


class Session:
    """Answers when it is let to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, float | None, int]] = []
        self.go = threading.Semaphore(0)

    def preview(self, job: str, strength: float | None, side: int) -> client.Preview:
        self.asked.append((job, strength, side))
        self.go.acquire(timeout=20)
        return client.Preview(1, 1, bytes([round(strength or 0)] * 4))

    def close(self) -> None: ...


def test_the_last_of_several_wishes_wins_and_a_stop_makes_all_of_them_late() -> None:
    calls: queue.Queue[Any] = queue.Queue()
    session, shown = Session(), []  # type: Session, list[int]
    wishes = Lowering(Background(calls.put, lambda: session), lambda preview: shown.append(preview.rgba[0]), pytest.fail)  # type: ignore[arg-type, return-value]
    for strength in (45.0, 40.0, 35.0):
        wishes.show("job", strength, 64)
    for _ in range(2):
        session.go.release()
        calls.get(timeout=20)()
    assert (session.asked, shown) == ([("job", 45.0, 64), ("job", 35.0, 64)], [45, 35])
    wishes.show("job", 5.0, 64)
    wishes.stop()
    session.go.release()
    calls.get(timeout=20)()
    assert shown == [45, 35]


@pytest.mark.parametrize(("strength", "read"), [(30.0, [("update", 30.0)]), (50.0, []), (60.0, [])])
def test_an_update_of_a_lowered_painting_is_lowered_too(monkeypatch: pytest.MonkeyPatch, strength: float, read: list[Any]) -> None:
    asked: list[Any] = []

    class Sessions:
        def session(self) -> Any:
            return self

        def read(self, job: str, *, strength: float) -> client.Result:
            asked.append((job, strength))
            return client.Result(PLANE, client.Job("update", client.JobState.SUCCEEDED))

        def forget(self, lost: Any = None) -> None: ...

    job = client.Job("update", client.JobState.SUCCEEDED, resolved=client.Parameters(strength=50.0), warnings=("Most has changed.",))
    monkeypatch.setattr(revival, "paint", lambda *_, **__: client.Result(PLANE, job))
    result = paint_at(strength)(Sessions(), client.JobRequest(PLANE, update="first"), print, client.Cancellation())
    assert (asked, result.job) == (read, job)
    assert lowered(strength, job) == (strength if read else None)
