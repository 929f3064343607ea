"""Owns the promises about the way of an order in GIMP, with windows or without, and about when an update is offered."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest
from restyle_editor import log
from restyle_editor.failures import Failure
from restyle_editor.job_thread import Outcome
from restyle_editor.recipes import Recipe

LAYER = SimpleNamespace(get_name=lambda: "photo")
SOURCE = SimpleNamespace(sent=SimpleNamespace(width=30, height=20), layer=LAYER, image="the image")


class Screen:
    """result: what comes of a request. done: what was shown and done, in its order."""

    ending = False

    def __init__(self, result: Any) -> None:
        self.result, self.done = result, []  # type: ignore[var-annotated]

    def paint(self, request: Any, *_: Any) -> Any:
        self.done.append(request.label)
        return self.result

    def walk(self, steps: Any) -> Any:
        raise AssertionError(steps)

    def say(self, text: str) -> None:
        self.done.append(text)

    def show_notes(self, notes: tuple[str, ...]) -> None:
        self.done.append(notes)


@pytest.fixture
def module(gi: MagicMock, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Any:
    monkeypatch.setattr(log, "_place", [lambda: tmp_path])
    return importlib.import_module("restyle_gimp.host.painting")


def order(update: str = "") -> Any:
    return SimpleNamespace(request=SimpleNamespace(label="Woodcut · photo", update=update), translucent=False, mask=None)


def result(painted: bool = True) -> Any:
    return SimpleNamespace(plane="pixels", job=SimpleNamespace(progress="some" if painted else None, warnings=("a warning",)))


def test_what_is_painted_is_remembered_before_it_is_placed(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(result())

    def place(*words: Any) -> Any:
        screen.done.append("placed")
        return SimpleNamespace(layer=words[-1], notes=("a note",))

    monkeypatch.setattr(module, "place", place)
    placed = module.paint_layer(screen, order(), SOURCE, Recipe(), painted=lambda _result: screen.done.append("remembered"))
    assert placed.layer == screen.walk  # two layers are parted in this screen's turns
    assert screen.done == ["Woodcut · photo", module.strings.PLACING, "remembered", "placed", ("a note",)]


def test_an_update_of_what_has_not_changed_places_nothing(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(result(painted=False))
    monkeypatch.setattr(module, "place", lambda *_: pytest.fail("something is placed"))
    assert module.paint_layer(screen, order(update="job-1"), SOURCE, Recipe()) is None
    assert screen.done[-1] == (module.strings.UPDATE_UNCHANGED.format(name="photo"),)


def test_what_was_cancelled_leaves_nothing_behind(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "place", lambda *_: pytest.fail("something is placed"))
    with pytest.raises(module.Cancelled):
        module.paint_layer(Screen(None), order(), SOURCE, Recipe())
    with pytest.raises(module.Failure, match=r"It broke\."):
        module.ended(Outcome(failure="It broke."))


def test_a_texture_is_shown_before_anything_is_said_of_it(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(result())
    monkeypatch.setattr(module, "texture", SimpleNamespace(order_of=lambda *_: order(), kept=lambda *_: "a new image"))
    found = module.paint_texture(screen, SOURCE, Recipe(), batch=False, painted=screen.done.append)
    assert found == "a new image"
    assert screen.done == ["Woodcut · photo", "a new image", ("a warning",)]


@pytest.mark.parametrize("presses", ["cancel", "stop and keep", "nothing"])
def test_the_window_lives_while_layers_are_parted_and_cancel_ends_it(gi: MagicMock, monkeypatch: pytest.MonkeyPatch, presses: str) -> None:
    running = importlib.import_module("restyle_gimp.ui.running")
    window = running.Running.__new__(running.Running)
    window._walking, window._over, window._moving, window._painting = False, True, False, None
    window._stop = window._bar = window._status = window._text = MagicMock()
    running.Gtk.events_pending.side_effect = [True, False] * 50
    answer = {"cancel": running.Gtk.ResponseType.CANCEL, "stop and keep": running.STOP, "nothing": None}[presses]
    running.Gtk.main_iteration.side_effect = lambda: window._on_response(None, answer) if answer is not None else None
    shares, closed = [0.25, 0.5, 0.75], []

    def steps() -> Any:
        try:
            yield from shares
            return "two layers"
        finally:
            closed.append(True)

    original = running.in_turns
    monkeypatch.setattr(running, "in_turns", lambda work, turned: original(work, turned, seconds=0))
    if presses == "cancel":
        with pytest.raises(running.Cancelled):
            window.walk(steps())
    else:
        assert window.walk(steps()) == "two layers"
        assert [each.args[0] for each in window._bar.set_fraction.call_args_list] == shares
    assert closed == [True]
    assert not window._walking


@pytest.mark.parametrize(("asks", "earlier", "offered"), [(True, "a painting", True), (True, None, False), (False, "a painting", False)])
def test_an_update_is_offered_where_the_selection_leaves_nothing_to_paint(
    gi: MagicMock, monkeypatch: pytest.MonkeyPatch, asks: bool, earlier: Any, offered: bool
) -> None:
    run = importlib.import_module("restyle_gimp.run")

    def find(_image: Any, _drawables: Any, *, whole: bool = False) -> Any:
        if not whole:
            raise Failure("The selection does not touch the layer.")
        return SOURCE

    monkeypatch.setattr(run.source, "find", find)
    monkeypatch.setattr(run.updating, "earlier", lambda *_: earlier)
    if offered:
        assert run._found("the image", [LAYER], asks) is SOURCE
    else:
        with pytest.raises(Failure, match="does not touch"):
            run._found("the image", [LAYER], asks)


def test_a_dialog_that_offers_an_update_alone_says_why_nothing_else(gi: MagicMock, monkeypatch: pytest.MonkeyPatch) -> None:
    dialog = importlib.import_module("restyle_gimp.ui.dialog")
    window = dialog._Dialog.__new__(dialog._Dialog)
    said: list[str] = []
    window._given, window._original, window._again, window._blank, window._frames = SOURCE, None, False, False, 1
    window._note = SimpleNamespace(set_text=said.append, set_visible=lambda _on: None, get_text=lambda: said[-1])
    window._preview, window._on_change = MagicMock(), lambda: None
    monkeypatch.setattr(dialog, "of_layer", MagicMock(side_effect=dialog.Failure("The selection does not touch the layer.")))
    window._aim()
    assert window._painted is None
    assert said == ["The selection does not touch the layer."]
