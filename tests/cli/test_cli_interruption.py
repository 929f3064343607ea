"""Owns the promises about Ctrl-C, with real signals to this process."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest
from restyle_cli.terminal import interruption
from restyle_cli.terminal.failures import Interrupted
from restyle_cli.terminal.interruption import Interruption

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals to oneself are a Unix thing")


@pytest.fixture(autouse=True)
def handler() -> Iterator[None]:
    """An interrupted command keeps Ctrl-C to itself until its process ends; this one goes on."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_without_ctrl_c_the_result_comes_back() -> None:
    with Interruption() as pressed:
        assert pressed.run(lambda: 42, lambda: False) == 42


def test_an_error_comes_back_from_the_thread() -> None:
    with Interruption() as pressed, pytest.raises(ZeroDivisionError):
        pressed.run(lambda: 1 // 0, lambda: False)


def test_the_first_ctrl_c_cancels_and_waits_for_the_end() -> None:
    cancelled, ended = threading.Event(), threading.Event()

    def work() -> None:
        press()
        assert cancelled.wait(30)
        ended.set()

    def cancel() -> bool:
        cancelled.set()
        return True

    with Interruption() as pressed, pytest.raises(Interrupted):
        pressed.run(work, cancel)
    assert ended.is_set()


def test_nothing_to_cancel_is_nothing_to_wait_for() -> None:
    never = threading.Event()

    def work() -> None:
        press()
        never.wait(30)

    with Interruption() as pressed, pytest.raises(Interrupted):
        pressed.run(work, lambda: False)
    never.set()


def test_the_second_ctrl_c_leaves_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    left = threading.Event()
    monkeypatch.setattr(interruption, "leave", left.set)

    def work() -> None:
        press()
        assert left.wait(30)

    def cancel() -> bool:
        press()
        return True

    with Interruption() as pressed, pytest.raises(Interrupted):
        pressed.run(work, cancel)
    assert left.is_set()


def test_where_the_first_only_stops_its_result_comes_back() -> None:
    told: list[str] = []
    stopped = threading.Event()

    def stop() -> bool:
        told.append("stop")
        stopped.set()
        return True

    def work() -> str:
        press()
        stopped.wait(60)
        return "kept"

    with Interruption() as pressed:
        assert pressed.run(work, lambda: False, stop) == "kept"
    assert told == ["stop"]


def test_where_the_first_only_stops_the_second_cancels() -> None:
    told: list[str] = []
    ended = threading.Event()

    def stop() -> bool:
        told.append("stop")
        press()
        return True

    def cancel() -> bool:
        told.append("cancel")
        ended.set()
        return True

    def work() -> None:
        press()
        ended.wait(60)

    with Interruption() as pressed, pytest.raises(Interrupted):
        pressed.run(work, cancel, stop)
    assert told == ["stop", "cancel"]


def test_a_late_ctrl_c_leaves_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    left = threading.Event()
    monkeypatch.setattr(interruption, "leave", left.set)
    with Interruption() as pressed, pytest.raises(Interrupted):
        pressed.run(press, lambda: True)
    press()
    assert left.wait(30)


def test_the_old_handler_comes_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interruption():
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before
