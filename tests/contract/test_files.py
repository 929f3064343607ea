"""Owns the promises about replacing a file: whole or not at all, by however many writers, and nothing left behind for long by those that were killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
import restyle_contract
from restyle_contract.files import PART, atomic_write, replacing, sweep

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes and locks as POSIX has them")
SOURCE = Path(restyle_contract.__file__).parents[1]

WRITER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    sys.path.insert(0, sys.argv[1])
    from restyle_contract.files import replacing
    with replacing(Path(sys.argv[2])) as part:
        part.write_text("half")
        print(part.name, flush=True)
        sys.stdin.read()
    """
)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process in the middle of replacing tmp_path/a; it ends when its standard input does."""
    words = [sys.executable, "-c", WRITER, str(SOURCE), str(tmp_path / "a")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert PART.fullmatch(process.stdout.readline().strip())
        yield process
        process.kill()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_text_and_bytes_replace_what_was_there(tmp_path: Path) -> None:
    atomic_write(tmp_path / "a", "Æther\n")
    assert (tmp_path / "a").read_bytes() == "Æther\n".encode()
    atomic_write(tmp_path / "a", b"\0\r\n", lasting=False)
    assert (tmp_path / "a").read_bytes() == b"\0\r\n"
    assert names(tmp_path) == ["a"]


def test_a_failure_half_way_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "a") as part:
        part.write_text("half")
        1 / 0  # noqa: B018
    assert (tmp_path / "a").read_text() == "old"
    assert names(tmp_path) == ["a"]


def test_a_place_that_can_t_be_written_is_an_error_and_no_litter(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        atomic_write(tmp_path / "folder", "new")
    with pytest.raises(FileNotFoundError):
        atomic_write(tmp_path / "none" / "a", "new")
    assert names(tmp_path) == ["folder"]


def test_a_new_file_has_the_usual_permissions_and_a_replaced_one_keeps_its_own(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    atomic_write(tmp_path / "a", "")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "plain").stat().st_mode
    (tmp_path / "a").chmod(0o640)
    atomic_write(tmp_path / "a", "again")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_a_private_file_is_so_from_its_first_byte_and_whatever_was_there(tmp_path: Path) -> None:
    (tmp_path / "a").touch(0o644)
    with replacing(tmp_path / "a", private=True) as part:
        assert part.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("theirs")
    (tmp_path / "a").symlink_to("theirs")
    (tmp_path / "b").hardlink_to(tmp_path / "theirs")
    atomic_write(tmp_path / "a", "mine")
    atomic_write(tmp_path / "b", "mine")
    assert (tmp_path / "theirs").read_text() == "theirs"
    assert not (tmp_path / "a").is_symlink()


def test_what_a_killed_writer_left_goes_with_the_next_write(tmp_path: Path, writer: subprocess.Popen[str]) -> None:
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    (left,) = names(tmp_path)
    assert PART.fullmatch(left)
    atomic_write(tmp_path / "b", "new")
    assert names(tmp_path) == ["b"]


def test_a_living_writer_is_not_disturbed_and_the_last_one_wins(tmp_path: Path, writer: subprocess.Popen[str]) -> None:
    atomic_write(tmp_path / "a", "whole")
    sweep(tmp_path)
    assert (tmp_path / "a").read_text() == "whole"
    assert len(names(tmp_path)) == 2
    writer.communicate("")
    assert writer.returncode == 0
    assert (tmp_path / "a").read_text() == "half"
    assert names(tmp_path) == ["a"]


def test_only_files_of_the_very_name_are_taken_for_leftovers(tmp_path: Path) -> None:
    part = ".restyle-0123456789abcdef.part"
    others = [".restyle-0123.part", "restyle-0123456789abcdef.part", f"{part}.gz", ".restyle-0123456789abcdeg.part", "a.part"]
    for name in others:
        (tmp_path / name).write_text("somebody's")
    (tmp_path / part).mkdir()
    (tmp_path / part.replace("0123", "3210")).symlink_to("a.part")
    (tmp_path / part.replace("0123", "4444")).write_text("left")
    before = set(names(tmp_path)) - {part.replace("0123", "4444")}
    sweep(tmp_path)
    assert set(names(tmp_path)) == before
