"""What is set aside is kept for people to look at, but does not fill the disk: the oldest goes, and the log says so."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import pytest
from restyle_server.jobs.aside import FOLDER, WHY, Aside, places

HUNDRED = b"x" * 100
ROOMY = 1 << 20  # bytes


def servers(state: Path, count: int, kept: int = 3, kept_bytes: int = ROOMY) -> None:
    """Each sets a hundred bytes aside."""
    for _ in range(count):
        Aside(state / FOLDER, kept, kept_bytes).write("record", HUNDRED, "it is damaged")


def left(state: Path) -> list[str]:
    return [place.name for place, _ in places(state)]


def test_the_oldest_folders_of_earlier_servers_go_when_there_are_too_many(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    servers(tmp_path, 4)
    assert left(tmp_path) == ["1", "2", "3", "4"]
    assert not caplog.records
    servers(tmp_path, 2)
    assert left(tmp_path) == ["3", "4", "5", "6"]
    deleted = [record.getMessage() for record in caplog.records]
    assert len(deleted) == 2
    assert all(f"{tmp_path / FOLDER / name} is deleted" in told for name, told in zip("12", deleted, strict=True))


def test_the_oldest_go_when_they_take_too_much(tmp_path: Path) -> None:
    servers(tmp_path, 3)
    taken = sum(path.stat().st_size for path in (tmp_path / FOLDER / "1").iterdir())
    servers(tmp_path, 1, kept_bytes=2 * taken)
    assert left(tmp_path) == ["2", "3", "4"]


def test_the_newest_earlier_one_and_all_that_this_server_sets_aside_stay_whatever_they_take(tmp_path: Path) -> None:
    servers(tmp_path, 2)
    aside = Aside(tmp_path / FOLDER, kept=1, kept_bytes=0)
    for number in range(5):
        aside.write("record", HUNDRED, f"it is damaged, {number}")  # of one name, so that each is in a folder of its own
    assert left(tmp_path) == ["2", "3", "4", "5", "6", "7"]


def test_numbers_are_never_used_again_so_that_the_lowest_is_the_oldest(tmp_path: Path) -> None:
    servers(tmp_path, 12, kept=30)
    shutil.rmtree(tmp_path / FOLDER / "1")  # as doctor says
    servers(tmp_path, 1, kept=30)
    assert left(tmp_path) == [str(number) for number in range(2, 14)]


def test_what_is_somebody_elses_is_neither_counted_nor_deleted_nor_what_a_link_leads_to(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "file").write_bytes(HUNDRED)
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "notes").mkdir()
    (tmp_path / FOLDER / "notes" / "file").write_bytes(HUNDRED)
    (tmp_path / FOLDER / "0").symlink_to(elsewhere)
    inside = tmp_path / "link"
    inside.symlink_to(elsewhere)
    Aside(tmp_path / FOLDER).move(inside, "it is a link")
    servers(tmp_path, 3, kept=1, kept_bytes=0)
    assert left(tmp_path) == ["3", "4"]
    assert (elsewhere / "file").read_bytes() == (tmp_path / FOLDER / "notes" / "file").read_bytes() == HUNDRED


def test_what_cannot_be_deleted_stays_and_the_server_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    servers(tmp_path, 3)

    def refused(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(shutil, "rmtree", refused)
    servers(tmp_path, 1, kept=1)
    assert left(tmp_path) == ["1", "2", "3", "4"]
    told = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.getMessage().rpartition(": ")[2] for record in told] == ["Permission denied"] * 2
    assert all((tmp_path / FOLDER / name / WHY).exists() for name in left(tmp_path))
