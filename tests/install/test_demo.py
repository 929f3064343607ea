"""What install/demo.py promises about its arguments, its own server, and the sheet."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from PIL import Image
from restyle_imaging.sheets import PAPER, Panel, row
from restyle_install import demonstration
from restyle_install.demonstration import HEIGHT, WIDEST

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "install" / "demo.py"


def arguments(*words: str) -> SimpleNamespace:
    spec = importlib.util.spec_from_file_location("restyle_demo_script", DEMO)
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return SimpleNamespace(**vars(script.arguments(list(words))))


def test_both_arguments_are_optional() -> None:
    given = arguments()
    assert (given.photo, given.style, given.preset, given.size) == (None, None, "standard", None)
    given = arguments("photo.jpg", "woodcut", "--size", "256", "--preset", "draft")
    assert (given.photo, given.style, given.preset, given.size) == ("photo.jpg", "woodcut", "draft", 256)


@pytest.mark.parametrize("words", [["--size", "big"], ["--preset", "slow"], ["a", "b", "c"]])
def test_wrong_usage_ends_before_anything_is_installed(words: list[str], tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, DEMO, *words, "--environment", tmp_path / "venv"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "error:" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_the_photo_that_comes_along_is_found_without_importing_its_package() -> None:
    assert demonstration.packaged_photo().is_file()


def test_the_demos_server_is_its_own_and_uses_the_users_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESTYLE_DATA_DIR", str(tmp_path))
    with demonstration.own_server() as variables:
        launcher = json.loads((Path(variables["RESTYLE_DATA_DIR"]) / "launcher.json").read_text())
        assert launcher["state_dir"] == variables["RESTYLE_STATE_DIR"]
        assert str(tmp_path) in launcher["command"]
        assert variables["RESTYLE_STATE_DIR"] != str(tmp_path)
    assert not Path(variables["RESTYLE_STATE_DIR"]).exists()


def test_the_demo_leaves_no_server_running_even_when_it_is_cancelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESTYLE_DATA_DIR", str(tmp_path))
    servers: list[psutil.Process] = []
    with pytest.raises(KeyboardInterrupt), demonstration.own_server() as variables:
        subprocess.run([*demonstration.RESTYLE, "styles", "list"], env=variables, capture_output=True, check=True)
        servers.append(psutil.Process(json.loads((Path(variables["RESTYLE_STATE_DIR"]) / "server.json").read_text())["pid"]))
        raise KeyboardInterrupt
    assert not servers[0].is_running()
    assert not Path(variables["RESTYLE_STATE_DIR"]).parent.exists()


def test_a_failed_demo_leaves_the_servers_log_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    state = tmp_path / "state"
    (state / "logs").mkdir(parents=True)
    (state / "logs" / "server.log").write_text("now INFO server: listens")
    demonstration.keep_log(state)
    assert not Path(demonstration.LOG).exists(), "a photo that is missing is not the server's fault"
    (state / "start.log").write_text("began")
    (state / "logs" / "server.log").write_text("now ERROR job failed")
    demonstration.keep_log(state)
    assert Path(demonstration.LOG).read_text() == "began\nnow ERROR job failed"


def attended(monkeypatch: pytest.MonkeyPatch, status: int) -> list[list[str]]:
    """The commands that the demo runs, which all end with this status."""
    asked: list[list[str]] = []

    def attend(command: Sequence[str], _variables: dict[str, str]) -> int:
        asked.append(list(command))
        return status

    monkeypatch.setattr(demonstration, "attend", attend)
    return asked


@pytest.mark.parametrize(
    ("words", "sizes"),
    [([], ["192", None]), (["--size", "512"], ["192", "512"]), (["--size", "128"], ["128"]), (["--preset", "draft"], [None])],
)
def test_a_small_preview_comes_before_what_takes_its_time(words: list[str], sizes: list[str | None], monkeypatch: pytest.MonkeyPatch) -> None:
    asked = attended(monkeypatch, 0)
    monkeypatch.setattr(demonstration, "_sheet", lambda photo, style: 0)
    monkeypatch.setattr(sys, "argv", ["demo.py", *words, "--", "photo.jpg"])
    assert demonstration.main() == 0
    assert [command[command.index("--size") + 1] if "--size" in command else None for command in asked] == sizes
    assert all(command[-1] == "photo.jpg" and demonstration.PICTURE in command for command in asked)


def test_a_photo_that_cant_be_read_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = attended(monkeypatch, 1)
    monkeypatch.setattr(sys, "argv", ["demo.py", "--", "none.jpg"])
    assert demonstration.main() == 1
    assert len(asked) == 1


def picture(path: Path, size: tuple[int, int], mode: str = "RGB") -> Path:
    Image.new(mode, size, 255 if mode == "L" else None or 0).save(path)
    return path


def test_the_sheet_lays_the_three_pictures_side_by_side(tmp_path: Path) -> None:
    panels = [
        Panel("Photo", "a photo with a name that is far too long to fit below it.jpg", picture(tmp_path / "a.png", (40, 60))),
        Panel("Style", "Night", picture(tmp_path / "b.png", (300, 20), "L")),
        Panel("Result", "", picture(tmp_path / "c.png", (40, 60), "RGBA")),
    ]
    made = row(panels, HEIGHT, WIDEST)
    assert made.height > HEIGHT
    assert made.width > 2 * HEIGHT * 40 // 60 + WIDEST
    assert made.getpixel((0, 0)) == PAPER
    assert made.getpixel((60, HEIGHT // 2)) == (0, 0, 0)


def test_a_caption_tells_weights_and_work_size() -> None:
    job = SimpleNamespace(weights=SimpleNamespace(id="vgg16"), result=SimpleNamespace(work_width=512, work_height=300, width=4000, height=2344))
    assert demonstration.described(job) == "vgg16 weights, painted at 512 of 4000 px"
    assert demonstration.described(SimpleNamespace()) == ""
