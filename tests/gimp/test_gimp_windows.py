"""Owns the promises about what the plug-in's windows do with an answer: the plug-in's own modules, with nothing of GTK behind them."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest
from restyle_editor import log
from restyle_editor.recipes import Recipe, StyleChoice

RECIPE = Recipe(styles=(StyleChoice(library="woodcut", title="Woodcut"),))


@pytest.fixture
def ui(gi: MagicMock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Imports a module of the windows."""
    monkeypatch.setattr(log, "_place", [lambda: tmp_path])
    return lambda name: importlib.import_module(f"restyle_gimp.ui.{name}")


@pytest.mark.parametrize("paints", [True, False])
def test_how_a_texture_is_laid_beside_itself_stays_a_textures(ui: Any, monkeypatch: pytest.MonkeyPatch, paints: bool) -> None:
    interactive = ui("interactive")
    saved: list[Recipe] = []
    monkeypatch.setattr(interactive, "settings", SimpleNamespace(load=lambda: replace(RECIPE, seamless="x"), save=saved.append))
    monkeypatch.setattr(interactive.arguments, "read", lambda _config: replace(RECIPE, seamless="y"))
    monkeypatch.setattr(interactive.arguments, "write", lambda _config, recipe: saved.append(recipe))
    monkeypatch.setattr(interactive, "_paint_texture", lambda _blank, recipe: recipe)
    asked = MagicMock(return_value=SimpleNamespace(painted=MagicMock() if paints else None, recipe=replace(RECIPE, strength=70.0, seamless="both")))
    monkeypatch.setattr(interactive.dialog, "ask", asked)
    if paints:
        painted = interactive.texture_with_windows(MagicMock(), MagicMock(), ask=True)
        assert painted.seamless == saved[1].seamless == "both"
    else:
        with pytest.raises(interactive.Cancelled):
            interactive.texture_with_windows(MagicMock(), MagicMock(), ask=True)
    assert asked.call_args.args[2].seamless == "y"
    assert (saved[0].seamless, saved[0].strength) == ("x", 70.0)


def test_going_on_from_a_painting_where_the_layer_can_not_be_painted_says_why(ui: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    dialog = ui("dialog")
    monkeypatch.setattr(dialog.recent, "ask", lambda *_: SimpleNamespace(resume=True, recent=SimpleNamespace(id="job-1", recipe=RECIPE)))
    window = dialog._Dialog.__new__(dialog._Dialog)
    window._window = window._given = window._background = window._controls = MagicMock()
    window._selected, window._server, window._painted = SimpleNamespace(styles=()), MagicMock(), None
    window._note = SimpleNamespace(get_text=lambda: "The layer “photo” is locked.")
    assert window._recalled() is None
    window._server.tell.assert_called_once_with("The layer “photo” is locked.")


class Slider:
    """The slider that lowers a painting's strength, as the test moves it."""

    def __init__(self, placing: Placing) -> None:
        self._placing = placing
        self.aims: list[float] = []
        self.set_sensitive, self.grab_focus = MagicMock(), MagicMock()

    @property
    def wanted(self) -> float | None:
        return self._placing.strength

    def aim(self, painted: float) -> None:
        self.aims.append(painted)


class Placing:
    """The window of recent paintings with two of them. answers: what the person presses, and what comes of it at that moment."""

    def __init__(self, module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.module = module
        self.said: list[str] = []
        self.sensitive: dict[Any, bool] = {}
        self.recent = SimpleNamespace(
            id="job-1", title="Woodcut · photo", recipe=RECIPE, before="", picture="", lowered=None, facts=("Woodcut · photo", "Strength 70")
        )
        self.under_way: list[tuple[Any, Any]] = []
        monkeypatch.setattr(module.spots, "place_again", lambda *_: SimpleNamespace(layer=SimpleNamespace(get_name=lambda: "Woodcut · photo"), notes=()))
        window = module._Window.__new__(module._Window)
        window._open, window._placing, window._image, window._history = True, False, MagicMock(), MagicMock()
        window._comparison = window._title = window._facts = MagicMock()
        window._status = SimpleNamespace(set_text=self.said.append)
        window._keeping = SimpleNamespace(gone=lambda _recent: False, words=lambda _recent: "", ask=lambda: None)
        self.questions: list[Any] = []
        self.asked_for: list[tuple[str, float]] = []
        self.strength: float | None = None
        window._background = SimpleNamespace(ask=self.ask)
        window._strength, window._aimed, window._opened_with = Slider(self), "job-1", ""
        window._lowering = SimpleNamespace(show=lambda job, strength, _side: self.asked_for.append((job, strength)), stop=lambda: None)
        window._chosen = lambda: self.recent
        self.window = window

    def ask(self, question: Any, answer: Any, failed: Any) -> None:
        self.questions.append(question)
        self.under_way.append((answer, failed))

    def run(self, *answers: Any) -> Any:
        pressed = iter(answers)

        def press() -> Any:
            answer = next(pressed)
            return answer() if callable(answer) else answer

        dialog = SimpleNamespace(run=press, show_all=lambda: None, set_response_sensitive=self.sensitive.__setitem__)
        self.window._dialog = dialog
        return self.window.run()


@pytest.mark.parametrize("ends", ["it is placed", "the painter has it no more"])
def test_a_painting_that_is_being_placed_holds_the_window_until_it_is_told_how_it_went(ui: Any, monkeypatch: pytest.MonkeyPatch, ends: str) -> None:
    recent = ui("recent")
    placing = Placing(recent, monkeypatch)
    close = recent.Gtk.ResponseType.CLOSE

    def another_row() -> Any:
        placing.window._show_chosen()
        assert set(placing.sensitive.values()) == {False}
        assert placing.said[-1] == recent.strings.PLACING
        return close

    def over() -> Any:
        [(answer, failed)] = placing.under_way
        if ends == "it is placed":
            answer(MagicMock())
        else:
            failed("", recent.NotFound("There is no such job."))
        assert set(placing.sensitive.values()) == {True}
        return close

    assert placing.run(recent.PLACE, recent.PLACE, recent.TAKE, another_row, over) is None
    assert placing.said[-1] == (recent.strings.PLACED.format(name="Woodcut · photo") if ends == "it is placed" else recent.strings.PLACE_GONE)


def test_a_painting_that_the_image_does_not_take_can_be_placed_once_more(ui: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    recent = ui("recent")
    placing = Placing(recent, monkeypatch)
    monkeypatch.setattr(recent.spots, "place_again", MagicMock(side_effect=recent.Failure("The image was closed.")))

    def refused() -> Any:
        placing.under_way[0][0](MagicMock())
        return recent.Gtk.ResponseType.CLOSE

    placing.run(recent.PLACE, refused)
    assert (placing.said[-1], placing.sensitive[recent.PLACE]) == ("The image was closed.", True)


def test_a_painting_is_placed_at_the_strength_that_is_shown(ui: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    recent = ui("recent")
    placing = Placing(recent, monkeypatch)
    placed = MagicMock(return_value=SimpleNamespace(layer=SimpleNamespace(get_name=lambda: "Woodcut · photo"), notes=()))
    monkeypatch.setattr(recent.spots, "place_again", placed)
    placing.strength = 25.0
    placing.window._moved()
    assert placing.asked_for == [("job-1", 25.0)]

    def over() -> Any:
        session = MagicMock()
        placing.questions[0](session)
        session.read.assert_called_once_with("job-1", strength=25.0)
        placing.under_way[0][0](MagicMock())
        return recent.Gtk.ResponseType.CLOSE

    monkeypatch.setattr(recent, "replace", lambda one, **words: SimpleNamespace(**{**vars(one), **words}))
    placing.run(recent.PLACE, over)
    assert placed.call_args.args[2].recipe.strength == 25.0


@pytest.mark.parametrize("opened_with", ["job-1", ""])
def test_whoever_comes_from_a_painting_has_its_slider_under_the_keyboard(ui: Any, monkeypatch: pytest.MonkeyPatch, opened_with: str) -> None:
    placing = Placing(ui("recent"), monkeypatch)
    placing.window._opened_with = opened_with
    placing.run(placing.module.Gtk.ResponseType.CLOSE)
    assert placing.window._strength.grab_focus.called == bool(opened_with)


@pytest.mark.parametrize(("job", "row"), [("job-2", 1), ("job-9", 0), ("", 0)])
def test_the_list_opens_with_the_painting_that_the_layer_is_else_with_the_newest(ui: Any, job: str, row: int) -> None:
    recent = ui("recent")
    window = recent._Window.__new__(recent._Window)
    window._history = SimpleNamespace(recents=[SimpleNamespace(id=f"job-{number}", facts=("a", "b")) for number in (1, 2, 3)])
    window._view = window._store = window._stack = MagicMock()
    window._fill(job)
    recent.Gtk.TreePath.new_from_indices.assert_called_once_with([row])


def test_a_strength_that_can_not_be_changed_says_why_and_the_slider_rests(ui: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    recent = ui("recent")
    placing = Placing(recent, monkeypatch)
    placing.recent.before = "before.jpg"
    placing.window._not_lowered("An earlier version painted this.", recent.WrongState("An earlier version painted this."))
    assert (placing.said[-1], placing.window._strength.aims) == ("An earlier version painted this.", [50.0, 0.0])


def test_a_picture_that_does_not_come_leaves_the_painting_at_its_own_strength(ui: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    placing = Placing(ui("recent"), monkeypatch)
    placing.recent.before = "before.jpg"
    placing.window._not_lowered("The painter's queue is full.", ValueError())
    assert (placing.said[-1], placing.window._strength.aims) == ("The painter's queue is full.", [50.0])
    assert placing.window._comparison.show_pictures.called


def test_an_update_of_a_lowered_painting_is_placed_as_it_was_painted(ui: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    recent = ui("recent")
    placing = Placing(recent, monkeypatch)
    placing.recent.lowered = 30.0

    def over() -> Any:
        session = MagicMock()
        placing.questions[0](session)
        session.read.assert_called_once_with("job-1", strength=30.0)
        placing.under_way[0][0](MagicMock())
        return recent.Gtk.ResponseType.CLOSE

    placing.run(recent.PLACE, over)


def test_a_painting_that_can_not_be_listed_is_not_lost(ui: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    interactive = ui("interactive")
    monkeypatch.setattr(interactive.spots, "history", MagicMock(side_effect=ZeroDivisionError("no list")))
    interactive._remember(MagicMock(), RECIPE, MagicMock(), MagicMock(), None)
    assert "no list" in (tmp_path / "restyle.log").read_text("utf-8")
