"""Owns the promises about an editor's history of paintings: what is kept of them, how many, and what is said of those that the server no longer has."""

from __future__ import annotations

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
import restyle_client as client
from restyle_client import Channels, Depth, PixelFormat, Plane
from restyle_editor import sentences
from restyle_editor.boxes import Box
from restyle_editor.failures import START, sentence
from restyle_editor.history import FILE, MOST, History, Keeping, Recent
from restyle_editor.recipes import Recipe, StyleChoice, recipe_from

RECIPE = Recipe(styles=(StyleChoice(library="woodcut", title="Woodcut"),), strength=70.0, preset="fine")


def made(folder: Path) -> History:
    return History(lambda: folder, recipe_from)


def recent(number: int, **values: Any) -> Recent:
    return replace(Recent(f"job-{number}", f"Woodcut · photo {number}", RECIPE, 1000.0 + number, spot={"layer": "one"}), **values)


def test_what_was_painted_is_there_after_a_restart_newest_first(tmp_path: Path) -> None:
    history = made(tmp_path)
    for number in range(3):
        history.add(recent(number))
    assert made(tmp_path).recents == [recent(2), recent(1), recent(0)]


def test_the_strokes_that_were_chosen_the_last_time_are_known_by_style(tmp_path: Path) -> None:
    mine, woodcut = StyleChoice(file="/a.png"), RECIPE.styles[0]
    history = made(tmp_path)
    history.add(recent(1, strokes=(0.5,)))
    history.add(recent(2, strokes=(0.7, 1.1), recipe=replace(RECIPE, styles=(mine, woodcut))))
    history.add(recent(3, strokes=(2.0,), recipe=replace(RECIPE, styles=(replace(woodcut, scale=2.0),))))  # which somebody asked for
    history.add(recent(4))  # an earlier server told nothing
    found = made(tmp_path)
    assert [found.strokes_of(replace(style, weight=3.0)) for style in (woodcut, mine, StyleChoice(library="night"))] == [1.1, 0.7, None]


def test_the_strength_of_an_update_that_was_lowered_is_kept(tmp_path: Path) -> None:
    made(tmp_path).add(recent(1, lowered=30.0))
    assert made(tmp_path).recents == [recent(1, lowered=30.0)]


def test_two_at_once_lose_nothing_of_each_others(tmp_path: Path) -> None:
    one, other = made(tmp_path), made(tmp_path)
    one.add(recent(1))
    other.add(recent(2))
    assert made(tmp_path).recents == [recent(2), recent(1)]


def test_many_at_once_lose_nothing_of_each_others(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    with ThreadPoolExecutor(8) as painters:
        list(painters.map(lambda number: made(tmp_path).add(recent(number)), range(8)))
    assert {each.id for each in made(tmp_path).recents} == {f"job-{number}" for number in range(8)}


def test_a_list_that_can_not_be_read_for_a_moment_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history = made(tmp_path)
    history.add(recent(1))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_text", MagicMock(side_effect=PermissionError("held by another program")))
        fresh = made(tmp_path)
        for number in (2, 3):
            history.add(recent(number))
            fresh.add(recent(number + 2))
        assert history.recents == [recent(3), recent(2), recent(1)]
    assert made(tmp_path).recents == [recent(1)]
    history.add(recent(6))
    fresh.add(recent(7))
    assert [each.id for each in made(tmp_path).recents] == [f"job-{number}" for number in (7, 5, 4, 6, 3, 2, 1)]


def test_a_list_that_is_damaged_meanwhile_is_written_anew(tmp_path: Path) -> None:
    history = made(tmp_path)
    history.add(recent(1))
    (tmp_path / FILE).write_text('{"paintings": [', encoding="utf-8")
    history.add(recent(2))
    assert made(tmp_path).recents == [recent(2), recent(1)]


def test_what_another_version_wrote_stays_as_it_is_and_where_it_is(tmp_path: Path) -> None:
    others = {"id": "new", "title": "t", "recipe": {"tv": -1}, "ended": 1001.5, "picture": "painting-new.jpg"}
    history = made(tmp_path)
    for number in (1, 2):
        history.add(recent(number))
    listed = json.loads((tmp_path / FILE).read_text(encoding="utf-8"))["paintings"]
    (tmp_path / FILE).write_text(json.dumps({"paintings": [listed[0], others, listed[1]]}), encoding="utf-8")
    history.add(recent(3))
    history.forget("job-2")
    assert [each.id for each in history.recents] == ["job-3", "job-1"]
    listed = json.loads((tmp_path / FILE).read_text(encoding="utf-8"))["paintings"]
    assert (listed[1], [item["id"] for item in listed]) == (others, ["job-3", "new", "job-1"])


def test_files_of_no_painting_go_and_those_of_one_that_may_be_about_to_be_listed_stay(tmp_path: Path) -> None:
    others = {"id": "new", "recipe": {"tv": -1}, "picture": "painting-new.jpg"}
    (tmp_path / FILE).write_text(json.dumps({"paintings": [others]}), encoding="utf-8")
    stay = {"painting-job-1.jpg", "painting-new.jpg", "painting-new-of-another-kind.jpg", "notes.txt"}
    for name in (*stay, "painting-lost.jpg", "painting-lost.mask", "painting-fresh.jpg"):
        (tmp_path / name).write_bytes(b"a picture")
        if name != "painting-fresh.jpg":
            os.utime(tmp_path / name, (1000.0, 1000.0))
    made(tmp_path).add(recent(1, picture="painting-job-1.jpg"))
    assert {path.name for path in tmp_path.iterdir()} == {FILE, "painting-fresh.jpg", *stay}


def test_no_more_is_kept_than_a_person_looks_through_and_the_pictures_of_the_oldest_go(tmp_path: Path) -> None:
    items = [{**vars(recent(number, picture=f"painting-{number}.jpg")), "recipe": {"styles": [{"library": "woodcut"}]}} for number in range(MOST, 0, -1)]
    (tmp_path / FILE).write_text(json.dumps({"paintings": items}), encoding="utf-8")
    for number in (1, 2):
        (tmp_path / f"painting-{number}.jpg").write_bytes(b"a picture")
    history = made(tmp_path)
    assert len(history.recents) == MOST
    history.add(recent(MOST + 1))
    assert [len(history.recents), len(made(tmp_path).recents)] == [MOST, MOST]
    assert history.recents[-1].id == "job-2"
    assert (history.read("painting-1.jpg"), history.read("painting-2.jpg")) == (None, (tmp_path / "painting-2.jpg").read_bytes())


def test_what_is_forgotten_leaves_no_file(tmp_path: Path) -> None:
    history = made(tmp_path)
    files = [history.new_file("job-1", ending) for ending in (".jpg", "-before.jpg")]
    for file in files:
        file.write_bytes(b"a picture")
    mask = history.keep_mask("job-1", Plane(PixelFormat(Channels.GRAY, Depth.U8), 2, 1, b"\x00\xff"))
    history.add(recent(1, picture=files[0].name, before=files[1].name, spot={"mask": mask}))
    assert bytes(history.mask(mask, Box(0, 0, 2, 1)).data) == b"\x00\xff"  # type: ignore[union-attr]
    assert history.mask(mask, Box(0, 0, 3, 1)) is None
    history.forget("job-1")
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize("content", ["", "[]", '{"paintings": 3}', '{"paintings": [3, {}, {"id": "a", "title": "t", "recipe": {"tv": -1}, "ended": 1}]}'])
def test_a_list_that_makes_no_sense_is_an_empty_one(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content, encoding="utf-8")
    assert made(tmp_path).recents == []


@pytest.mark.parametrize("ended", ["1e300", "Infinity", "NaN"])
def test_a_time_that_no_clock_shows_costs_that_painting_alone(tmp_path: Path, ended: str) -> None:
    history = made(tmp_path)
    for number in (1, 2):
        history.add(recent(number))
    (tmp_path / FILE).write_text((tmp_path / FILE).read_text("utf-8").replace("1001.0", ended), "utf-8")
    assert [each.facts[0] for each in made(tmp_path).recents] == [recent(2).title]


def test_a_picture_that_can_not_be_read_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history = made(tmp_path)
    history.new_file("1", ".jpg").write_bytes(b"a picture")

    def fails(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", fails)
    assert history.read(history.new_file("1", ".jpg").name) is None


def test_a_list_reaches_no_file_outside_of_its_folder(tmp_path: Path) -> None:
    outside = tmp_path / "outside.jpg"
    outside.write_bytes(b"a picture")
    folder = tmp_path / "history"
    history = made(folder)
    history.add(recent(1, picture="../outside.jpg", spot={"mask": "../outside.jpg"}))
    again = made(folder)
    assert again.read(again.recents[0].picture) is None
    again.forget("job-1")
    assert outside.exists()


class Answering:
    """A background whose server tells these jobs at once; None: there is no server."""

    def __init__(self, jobs: list[client.Job] | None) -> None:
        self.jobs = jobs

    def ask(self, _question: Any, answer: Any, failed: Any) -> None:
        if self.jobs is None:
            failed("gone", client.ServerGone("gone"))
        else:
            answer(self.jobs)


def keeping(jobs: list[client.Job] | None) -> Keeping:
    found = Keeping(Answering(jobs), lambda: None)  # type: ignore[arg-type]
    found.ask()
    return found


def test_of_a_thousand_those_that_have_expired_say_so() -> None:
    jobs = [client.Job(f"job-{number}", client.JobState.SUCCEEDED, expires=time.time() + 60) for number in range(0, MOST, 2)]
    found = keeping(jobs)
    words = [found.words(recent(number)) for number in range(MOST)]
    assert words[1::2] == [sentences.RECENT_GONE] * (MOST // 2)
    assert all(each.startswith("The painter keeps it until ") for each in words[::2])
    assert [found.gone(recent(number)) for number in range(4)] == [False, True, False, True]


def test_what_was_painted_since_the_painter_was_asked_is_not_said_to_be_gone() -> None:
    found = keeping([])
    new = recent(1, ended=time.time() + 1)
    assert (found.gone(new), found.words(new), found.gone(recent(2))) == (False, "", True)


def test_without_a_server_nothing_is_said_to_be_gone() -> None:
    found = keeping(None)
    assert (found.gone(recent(1)), found.words(recent(1))) == (False, "")


def test_going_on_from_what_is_gone_is_said_in_a_painters_words() -> None:
    assert sentence(client.InvalidRequest(f"{START}: there is no such job here.", START)) == sentences.CONTINUE_GONE


def test_the_facts_are_style_strength_quality_and_time() -> None:
    now = time.time()
    assert recent(1, ended=now).facts == ("Woodcut · photo 1", "Strength 70 · Fine", f"today, {time.strftime('%H:%M', time.localtime(now))}")
    assert "today" not in recent(1, ended=0.0).facts[2]
