"""Owns the promises of `restyle live` and `restyle look apply`."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
from cli.pictures import picture
from cli.running import Restyle, wait_for
from live_calls import Bytes, close, painted
from look_files import look_file
from PIL import Image


@pytest.fixture
def look(restyle: Restyle) -> str:
    with restyle.session() as session:
        return session.add_look(look_file("Test look")).id


def rgba(path: Path) -> Bytes:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGBA"))


def test_a_picture_is_painted_at_once(restyle: Restyle, look: str, photo: Path, tmp_path: Path) -> None:
    done = restyle("look", "apply", look.upper(), photo, "-o", tmp_path / "out.png", "--strength", 100, "--json")
    told = json.loads(done.stdout)
    assert (told["output"], told["look"], told["width"], told["height"]) == (str(tmp_path / "out.png"), look, 64, 48)
    assert close(rgba(tmp_path / "out.png"), painted(rgba(photo)))
    assert "painted with" in restyle("look", "apply", look, photo, "-o", tmp_path / "out.png").stdout
    assert close(rgba(tmp_path / "out.png"), painted(rgba(photo), 50.0)), "the look's own strength"


def test_what_cannot_be_painted_is_told_in_one_sentence(restyle: Restyle, look: str, photo: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"no picture")
    for arguments in (("nothing-like-it", photo), (look, tmp_path / "bad.png"), (look, tmp_path / "missing.png")):
        done = restyle("look", "apply", *arguments, "-o", tmp_path / "out.png")
        assert done.exit_code == 1
        assert len(done.stderr.splitlines()) == 1
    assert restyle("look", "apply", look, photo, "-o", photo).exit_code == 2


def test_a_folder_is_painted_as_it_changes(restyle: Restyle, look: str, tmp_path: Path) -> None:
    folder = tmp_path / "drawings"
    first = picture(folder / "first.png", 20, 10)
    (folder / "bad.png").write_bytes(b"no picture")
    results = {name: folder / f"{name}-{look}.png" for name in ("first", "second")}
    with restyle.start("live", look, "--watch", folder, "--strength", 100) as running:
        wait_for(results["first"].exists)
        picture(folder / "second.png", 12, 12, seed=1)
        wait_for(results["second"].exists)
        picture(first, 24, 8, seed=2)
        wait_for(lambda: rgba(results["first"]).shape == (8, 24, 4))
        running.send_signal(signal.SIGINT)
        out, said = running.communicate(timeout=60)
    assert running.returncode == 0, said
    assert "bad.png" in said and "Traceback" not in said
    assert out.splitlines()[0].startswith("watching ") and out.splitlines()[-1] == "done"
    assert close(rgba(results["first"]), painted(rgba(first)))
    assert not list(folder.glob(f"*-{look}-{look}.png")), "what was painted is not painted again"


def test_a_look_that_is_not_there_is_told_before_anything_is_watched(restyle: Restyle, tmp_path: Path) -> None:
    done = restyle("live", "nothing-like-it", "--watch", tmp_path)
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [(), ("--watch", ".", "--camera", 0), ("--camera", 0, "-o", "out"), ("--watch", "no such folder"), ("--camera", -1)])
def test_wrong_usage_is_told(restyle: Restyle, arguments: tuple[object, ...]) -> None:
    assert restyle("live", "night", *arguments).exit_code == 2


def test_who_has_opencv_without_windows_is_told_which_package_has_them(restyle: Restyle, monkeypatch: pytest.MonkeyPatch) -> None:
    cv2 = pytest.importorskip("cv2")

    def no_window(*_: object) -> None:
        raise cv2.error("The function is not implemented.")

    monkeypatch.setattr(cv2, "namedWindow", no_window)
    done = restyle("live", "night", "--camera", 0)
    assert done.exit_code == 1
    assert "opencv-python, in its place" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_who_has_no_opencv_is_told_how_to_get_it(restyle: Restyle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    done = restyle("live", "night", "--camera", 0)
    assert done.exit_code == 1
    assert "install them with" in done.stderr
