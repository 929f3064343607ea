"""Owns the promises about where results go."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from restyle_cli.runs import destinations
from restyle_cli.terminal.failures import Failure


def test_a_name_without_a_suffix_becomes_a_png(tmp_path: Path) -> None:
    assert destinations.single(tmp_path / "out", None, overwrite=False) == tmp_path / "out.png"


def test_a_suffix_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter, match=r"\.gif"):
        destinations.single(tmp_path / "out.gif", None, overwrite=False)


def test_the_content_is_never_overwritten_without_saying_so(tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    photo.touch()
    (tmp_path / "link.png").symlink_to(photo)
    with pytest.raises(typer.BadParameter, match="--overwrite"):
        destinations.single(tmp_path / "link.png", photo, overwrite=False)
    assert destinations.single(photo, photo, overwrite=True) == photo


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="does not exist"):
        destinations.single(tmp_path / "nowhere" / "out.png", None, overwrite=False)


def test_a_folder_that_cannot_be_written_is_found_by_trying() -> None:
    with pytest.raises(Failure, match="can't be written to"):
        destinations.check_writable(Path("/proc"))


def test_a_folder_for_results_is_made(tmp_path: Path) -> None:
    assert destinations.folder(tmp_path / "a" / "b").is_dir()


def test_a_file_is_no_folder_for_results(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name in ("file", "new.png"):
        with pytest.raises(typer.BadParameter, match="need a folder"):
            destinations.folder(tmp_path / name)


def test_equal_stems_never_share_an_output(tmp_path: Path) -> None:
    contents = [tmp_path / name for name in ("a.jpg", "a.tif", "B.png", "x/b.png", "c.webp")]
    outputs = destinations.names(contents, tmp_path / "out", ".png")
    assert [output.name for output in outputs] == ["a-jpg.png", "a-tif.png", "B-png.png", "b-png-2.png", "c.png"]


def test_an_output_never_has_a_contents_name(tmp_path: Path) -> None:
    contents = [tmp_path / "a.png", tmp_path / "b.jpg"]
    outputs = destinations.names(contents, tmp_path, ".png")
    assert [output.name for output in outputs] == ["a-2.png", "b.png"]
    assert not set(outputs) & set(contents)


def test_every_suffix_is_one_that_can_be_written() -> None:
    from restyle_imaging.io.files import WRITABLE

    assert set(destinations.SUFFIXES) == set(WRITABLE)
