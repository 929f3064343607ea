"""Owns the promises about the memory of what has been painted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from restyle_cli.runs import record
from restyle_cli.runs.record import Entry, Record, recipe

STYLE = {"picture": "ab", "weight": None, "scale": None}


def test_what_was_put_is_there_in_the_next_run(tmp_path: Path) -> None:
    entry = Entry("recipe", "job", {"painted": "painted at 512 of 4000 px"})
    first = Record(tmp_path)
    first.put(tmp_path / "a.png", Entry("older", "job", None))
    first.put(tmp_path / "a.png", entry)
    first.close()
    assert Record(tmp_path).get(tmp_path / "a.png") == entry
    assert Record(tmp_path).get(tmp_path / "b.png") is None


def test_a_broken_record_costs_a_painting_never_a_failure(tmp_path: Path) -> None:
    (tmp_path / record.FILE).write_bytes(b"no database" * 1000)
    broken = Record(tmp_path)
    broken.put(tmp_path / "a.png", Entry("recipe", "job", {}))
    assert broken.get(tmp_path / "a.png") is None


def test_the_oldest_records_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "KEEP", 3)
    book = Record(tmp_path)
    for number in range(5):
        book.put(tmp_path / f"{number}.png", Entry("recipe", "job", {}))
    assert [book.get(tmp_path / f"{number}.png") is not None for number in range(5)] == [False, False, True, True, True]


def test_many_threads_may_write(tmp_path: Path) -> None:
    book = Record(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: book.put(tmp_path / f"{number}.png", Entry(str(number), "job", {})), range(64)))
    assert [book.get(tmp_path / f"{number}.png") for number in range(64)] == [Entry(str(number), "job", {}) for number in range(64)]


def test_everything_that_decides_the_picture_is_in_the_recipe() -> None:
    same = recipe(b"photo", [STYLE], {"strength": 50}, "weights")
    assert same == recipe(b"photo", [dict(STYLE)], {"strength": 50}, "weights")
    others = [
        recipe(b"Photo", [STYLE], {"strength": 50}, "weights"),
        recipe(b"photo", [{**STYLE, "weight": 2.0}], {"strength": 50}, "weights"),
        recipe(b"photo", [STYLE, STYLE], {"strength": 50}, "weights"),
        recipe(b"photo", [STYLE], {"strength": 51}, "weights"),
        recipe(b"photo", [STYLE], {"strength": 50}, "better weights"),
    ]
    assert len({same, *others}) == 6
