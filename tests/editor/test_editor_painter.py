"""What a plug-in that came alone promises of its button: a painter made, told of, stopped and taken away again, by the real installer. Once by real pip,
from an index on loopback; else by a program called uv that unpacks wheels."""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import small_wheels
from restyle_client import discovery
from restyle_editor import painter, pythons, sentences
from restyle_editor.painter import Installation, Stage
from restyle_install import krita

PATIENCE = 800.0  # s for an environment by pip, which takes 10, on a machine that has better things to do
pytestmark = [pytest.mark.skipif(sys.platform == "win32", reason="paths of POSIX"), pytest.mark.timeout(1800)]


@dataclass
class Editor:
    """Its loop: calls from threads wait in a queue. told: all that was to be read, by stage."""

    place: Path
    calls: queue.Queue[tuple[Callable[[Any], None], Any]] = field(default_factory=queue.Queue)
    told: list[tuple[Stage, str, str]] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)

    def open(self) -> Installation:
        made = Installation(lambda listener, news: self.calls.put((listener, news)), lambda: self.note(made), self.place)
        return made

    def note(self, made: Installation) -> None:
        self.told.append((made.stage, made.words, made.line))
        if made.share is not None:
            self.shares.append(made.share)

    def turn(self, until: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not until():
            assert time.monotonic() < end, self.told[-3:]
            try:
                listener, news = self.calls.get(timeout=0.1)
            except queue.Empty:
                continue
            listener(news)

    def settled(self, made: Installation) -> Stage:
        self.turn(lambda: made.stage not in (Stage.LOOKING, Stage.WORKING, Stage.CANCELLING, Stage.REMOVING))
        return made.stage

    def offered(self) -> Installation:
        made = self.open()
        made.look()
        assert self.settled(made) is Stage.OFFERED, made.words
        return made


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    """With a plug-in as the zip has it, and folders of somebody whose name has a space and an umlaut."""
    home = tmp_path / "Jörg Müller"
    for name in [each for each in os.environ if each.startswith(("PIP_", "UV_", "RESTYLE_", "XDG_"))]:
        monkeypatch.delenv(name)
    for kind in ("DATA", "STATE", "CONFIG"):
        monkeypatch.setenv(f"RESTYLE_{kind}_DIR", str(home / kind.lower()))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(discovery, "_has_server", lambda: False)
    krita.package(tmp_path / "plugin.zip", small_wheels.painter(tmp_path / "release"))
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(tmp_path / "plugin.zip"), str(home / "pykrita")], check=True)
    return Editor(home / "pykrita/restyle")


@pytest.fixture
def uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home in which its file "uv-waits" would be."""
    small_wheels.uv(tmp_path / "bin", sys.executable)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")} if folder.exists() else set()


def started() -> str:
    """What the painter says that the launcher starts."""
    command = json.loads((discovery.data_dir() / "launcher.json").read_text())["command"]
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}  # which may lead to the checkout
    return subprocess.run(command, capture_output=True, text=True, check=True, env=own).stdout


@pytest.mark.slow
def test_from_the_offer_to_a_painter_that_starts_and_back_to_nothing(editor: Editor, uv: Path) -> None:
    home = editor.place.parents[1]
    before = files(home)
    made = editor.offered()
    assert str(discovery.data_dir() / "environment") in made.words
    assert " GB" in made.words
    assert files(home) == before, "to look changes nothing"
    made.install()
    assert editor.settled(made) is Stage.DONE, made.words
    assert started() == "painting\n"
    assert any("Downloading torch" in line for _, _, line in editor.told), "the last line of the log is told"
    assert "Downloading torch" in made.log.read_text()
    assert not painter.missing(editor.place)
    assert editor.open().stage is Stage.ABSENT, "every editor finds it now"
    (discovery.data_dir() / "styles").mkdir()
    (discovery.data_dir() / "styles/mine.webp").write_text("mine")
    made.undo()
    assert editor.settled(made) is Stage.OFFERED
    assert made.words.startswith(sentences.PAINTER_REMOVED)
    assert files(home) - before == {"data", "data/styles", "data/styles/mine.webp"}, "nobody else's work is taken away"
    assert not made.can_undo


@pytest.mark.slow
def test_two_editors_at_once_make_one_painter(editor: Editor, uv: Path) -> None:
    (uv / "uv-waits").touch()
    one, other = editor.offered(), editor.offered()
    one.install()
    other.install()
    editor.turn(lambda: any("waiting for it" in line for _, _, line in editor.told))
    (uv / "uv-waits").unlink()
    assert (editor.settled(one), editor.settled(other)) == (Stage.DONE, Stage.DONE), (one.words, other.words)
    one.finish()
    assert not one.offered


@pytest.mark.slow
def test_undo_leaves_a_painter_that_was_there_before(editor: Editor, uv: Path) -> None:
    made = editor.offered()
    made.install()
    assert editor.settled(made) is Stage.DONE, made.words
    (made.environment / painter.MADE).unlink()  # as another installer leaves it
    stamp = json.loads((made.environment / painter.STAMP).read_text())
    (made.environment / painter.STAMP).write_text(json.dumps({**stamp, "source": "of another version"}))
    (discovery.data_dir() / "launcher.json").unlink()
    made = editor.offered()
    made.install()
    assert editor.settled(made) is Stage.DONE, made.words
    assert json.loads((made.environment / painter.STAMP).read_text()) == stamp, "it was brought to this version"
    made.undo()
    assert editor.settled(made) is Stage.FAILED
    assert "uninstall" in made.words
    assert started() == "painting\n"


@pytest.mark.slow
def test_undo_leaves_a_launcher_of_another_painter(editor: Editor, uv: Path) -> None:
    made = editor.offered()
    made.install()
    assert editor.settled(made) is Stage.DONE, made.words
    words = json.dumps({"command": [sys.executable], "state_dir": str(discovery.state_dir())})
    (discovery.data_dir() / "launcher.json").write_text(words)
    made.undo()
    assert editor.settled(made) is Stage.OFFERED, made.words
    assert not made.environment.exists()
    assert (discovery.data_dir() / "launcher.json").read_text() == words


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[small_wheels.Index]]:
    """Serves; pip is set up to ask it, once."""

    class Own(small_wheels.Index):
        wheel = small_wheels.needed(tmp_path / "index", 400_000).read_bytes()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Own)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, value in {"INDEX_URL": f"http://127.0.0.1:{server.server_port}/simple", "RETRIES": "0", "NO_CACHE_DIR": "1", "CONFIG_FILE": os.devnull}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    yield Own
    server.shutdown()
    server.server_close()


@pytest.mark.slow
def test_a_download_that_is_cut_is_told_and_installing_goes_on_from_there(editor: Editor, index: type[small_wheels.Index]) -> None:
    index.cut = 100_000
    made = editor.offered()
    made.install()
    assert editor.settled(made) is Stage.FAILED
    assert made.words == sentences.PAINTER_PROBLEMS["Unfetched"].format(again=sentences.PAINTER_INSTALL)
    assert not (discovery.data_dir() / "launcher.json").exists(), "a half is no painter"
    assert painter.missing(editor.place)
    index.cut = None
    made.install()
    assert editor.settled(made) is Stage.DONE, made.words
    assert started() == "painting\n"
    assert "small-need" in made.log.read_text() or "small_need" in made.log.read_text()


@pytest.mark.slow
def test_cancel_leaves_no_half_environment(editor: Editor, uv: Path) -> None:
    (uv / "uv-waits").touch()
    made = editor.offered()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as in an editor that a script has started in the background
    try:
        made.install()
        editor.turn(lambda: "Downloading" in made.line)
    finally:
        signal.signal(signal.SIGINT, before)
    made.cancel()
    assert editor.settled(made) is Stage.OFFERED
    assert made.words.startswith(sentences.PAINTER_CANCELLED)
    assert files(discovery.data_dir()) == {painter.LOG_FILE}
    assert made.can_undo
    made.undo()
    editor.settled(made)
    assert not discovery.data_dir().exists()


def test_cancel_counts_before_the_program_is_started(editor: Editor, uv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pressed, find = threading.Event(), pythons.find
    made = editor.offered()
    monkeypatch.setattr(pythons, "find", lambda environment: find(environment) if pressed.wait(PATIENCE) else [])
    made.install()
    made.cancel()
    pressed.set()
    assert editor.settled(made) is Stage.OFFERED, made.words
    assert made.words.startswith(sentences.PAINTER_CANCELLED)
    assert not made.environment.exists()


def test_looking_is_cancelled_and_begun_again(editor: Editor, uv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pressed, find = threading.Event(), pythons.find
    made = editor.open()
    monkeypatch.setattr(pythons, "find", lambda environment: find(environment) if pressed.wait(PATIENCE) else [])
    made.look()
    assert made.can_cancel
    made.cancel()
    assert not made.can_cancel
    pressed.set()
    assert editor.settled(made) is Stage.FAILED
    assert made.words == sentences.PAINTER_NOT_LOOKED.format(again=sentences.RETRY)
    assert made.can_retry
    made.retry()
    assert editor.settled(made) is Stage.OFFERED, made.words


@pytest.mark.slow
def test_a_program_that_is_killed_is_told_and_leaves_no_painter(editor: Editor, uv: Path) -> None:
    (uv / "uv-waits").touch()
    made = editor.offered()
    made.install()
    editor.turn(lambda: "Downloading" in made.line)
    assert made._process is not None
    made._process.kill()
    assert editor.settled(made) is Stage.FAILED
    (uv / "uv-waits").unlink()
    assert made.words == sentences.PAINTER_BROKE_OFF.format(reason=-signal.SIGKILL.value)
    assert made.can_undo
    made.install()
    assert editor.settled(made) is Stage.DONE, "what was left is made anew"


def test_whatever_goes_wrong_is_said(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(pythons, "searched", lambda environment: environment["nothing"])
        made = editor.open()
        made.look()
        assert editor.settled(made) is Stage.FAILED
    assert made.can_retry
    monkeypatch.setenv("RESTYLE_DATA_DIR", str(editor.place / ("long" * 99)))  # a name that none can have
    made.retry()
    assert editor.settled(made) is Stage.FAILED
    assert "long can't be written" in made.words.replace("/environment", "")
    assert not made.can_undo


def test_undo_is_there_where_nobody_knows_what_it_takes(editor: Editor) -> None:
    made = editor.open()
    made.environment.mkdir(parents=True)
    (made.environment / "mine.txt").write_text("mine")
    made.log.write_text("of the last time")
    made.look()
    assert editor.settled(made) is Stage.FAILED
    assert made.can_undo
    made.undo()
    assert editor.settled(made) is Stage.FAILED, "it looks anew"
    assert not made.can_undo
    assert files(discovery.data_dir()) == {"environment", "environment/mine.txt"}


def test_the_wheel_of_the_same_release_is_taken(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESTYLE_PACKAGES", "~nobody-has-this-name")
    (editor.place / "restyle-0.0.9-py3-none-any.whl").touch()  # the youngest file
    assert editor.open()._source()[1] == str(editor.place / small_wheels.PAINTER)


@pytest.mark.slow
def test_a_disk_that_is_full_is_told_as_such(editor: Editor, uv: Path) -> None:
    import resource

    small_wheels.painter(editor.place, size=12_000_000)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    made = editor.offered()
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_000_000, before[1]))
    try:
        made.install()
        assert editor.settled(made) is Stage.FAILED
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert made.words == sentences.PAINTER_PROBLEMS["NoRoom"].format(folder=made.environment, again=sentences.PAINTER_INSTALL)
    made.install()
    assert editor.settled(made) is Stage.DONE, made.words


def program(folder: Path, name: str, version: str, venv: int) -> None:
    """A Python that says that it is of this version."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\necho {version} {venv} linux-x86_64\necho {folder / name}\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize(
    ("pythons", "expected"),
    [
        ({}, sentences.PYTHON_NONE.partition("{")[0]),
        ({"python3": ("3 9", 1)}, "this computer has 3.9"),
        ({"python3": ("3 9", 1), "python3.11": ("3 11", 0)}, "lacks its module venv"),
    ],
)
def test_a_computer_without_a_fit_python_is_told_what_to_get(
    editor: Editor, pythons: dict[str, tuple[str, int]], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, (version, venv) in pythons.items():
        program(tmp_path / "programs", name, version, venv)
    monkeypatch.setenv("PATH", str(tmp_path / "programs"))
    monkeypatch.setattr("restyle_editor.pythons.BESIDE", ())
    made = editor.open()
    made.look()
    assert editor.settled(made) is Stage.FAILED
    assert expected in made.words
    assert "https://docs.astral.sh/uv" in made.words
    assert not made.can_install
    if "python3.11" in pythons:  # which uv would make do
        return
    uv = tmp_path / "programs/uv"  # which runs a Python of its own
    uv.parent.mkdir(exist_ok=True)
    uv.write_text(f'#!/bin/sh\nwhile [ "$1" != python ]; do shift; done\nshift\nexec {sys.executable} "$@"\n')
    uv.chmod(0o755)
    made.retry()
    assert editor.settled(made) is Stage.OFFERED, made.words


def test_a_plugin_without_its_wheel_says_which_file_to_put_where(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    (editor.place / small_wheels.PAINTER).unlink()
    made = editor.offered()
    made.install()
    assert made.stage is Stage.FAILED
    assert str(editor.place) in made.words
    assert made.can_install, "and can be pressed again"


def test_nothing_is_offered_where_there_is_a_painter_or_none_is_wanted(editor: Editor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def launcher(*command: str) -> None:
        discovery.data_dir().mkdir(parents=True, exist_ok=True)
        (discovery.data_dir() / "launcher.json").write_text(json.dumps({"command": command, "state_dir": str(discovery.state_dir())}))

    assert painter.missing(editor.place)
    launcher("/nowhere/python", "-m", "restyle_server")
    assert painter.missing(editor.place), "its environment was removed by hand"
    launcher(sys.executable)
    assert not painter.missing(editor.place)
    launcher()
    assert not painter.missing(editor.place), "a client of a painter elsewhere"
    (discovery.data_dir() / "launcher.json").unlink()
    discovery.state_dir().mkdir(parents=True)
    (discovery.state_dir() / "remote.json").write_text('{"address": "painter.studio:50051", "certificates": "0123"}')
    assert not painter.missing(editor.place)
    (discovery.state_dir() / "remote.json").unlink()
    with socket.create_server(("127.0.0.1", 0)) as server:
        (discovery.state_dir() / "server.json").write_text(json.dumps({"address": f"127.0.0.1:{server.getsockname()[1]}", "token": ""}))
        assert not painter.missing(editor.place), "somebody has started one by hand"
    assert painter.missing(editor.place), "a server that was killed leaves its file behind"
    own = discovery.data_dir() / "environment/bin/python"
    own.parent.mkdir(parents=True)
    own.touch()
    launcher(str(own))
    assert painter.missing(editor.place), "a half is no painter"
    (discovery.data_dir() / "environment" / painter.STAMP).write_text("{}")
    assert not painter.missing(editor.place)
    (discovery.data_dir() / "launcher.json").unlink()
    assert not painter.missing(tmp_path), "this plug-in can't install any"
