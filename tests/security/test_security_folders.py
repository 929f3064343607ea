"""The state folder is the user's alone, whatever it was before, and nothing that was put into it is followed, written through or run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from calls import order, until
from launched import Launchpad, last_words
from restyle_client.discovery import Launcher
from restyle_client.starting import start_and_wait
from restyle_server.admin import folders, logs
from restyle_server.admin.config import Config, ConfigError, load
from restyle_server.server import CannotServe, Server
from restyle_server.wire import restyle_pb2 as wire

pytestmark = pytest.mark.skipif(os.name != "posix", reason="elsewhere the user's folder is private by itself")
PLANTED = "import pathlib; pathlib.Path(__file__).with_name('ran').touch(); raise SystemExit(7)"


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A file that is none of the server's."""
    path = tmp_path / "theirs"
    path.write_text("theirs")
    path.chmod(0o644)
    return path


def untouched(theirs: Path) -> bool:
    return theirs.read_text() == "theirs" and theirs.stat().st_mode & 0o777 == 0o644


async def test_a_folder_that_everybody_could_write_to_is_closed(launchpad: Launchpad) -> None:
    launchpad.state.mkdir()
    launchpad.state.chmod(0o777)
    (launchpad.state / "logs").mkdir()
    (launchpad.state / "logs").chmod(0o777)
    launchpad.start()
    async with launchpad.reached() as caller:
        assert (await caller.call("GetServerInfo")).state == "serving"
        for folder in (launchpad.state, launchpad.state / "logs"):
            assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("plant", [Path.symlink_to, Path.hardlink_to], ids=["symlink", "hard link"])
async def test_nothing_is_written_through_a_planted_link(launchpad: Launchpad, theirs: Path, plant: Callable[[Path, Path], None]) -> None:
    (launchpad.state / "logs").mkdir(parents=True)
    for name in ("logs/server.log", "logs/server.log.1", "server.lock", "ages.json", "jobs.sqlite", "jobs.sqlite-wal", "throughput.json"):
        plant(launchpad.state / name, theirs)
    launchpad.start()
    async with launchpad.reached() as caller:
        assert (await caller.end((await caller.create(order())).id)).state == wire.SUCCEEDED
    assert untouched(theirs)


@pytest.mark.parametrize("name", ["logs", "jobs", "kept"])
async def test_a_folder_that_is_a_link_is_refused_with_a_sentence_and_not_entered(launchpad: Launchpad, tmp_path: Path, name: str) -> None:
    (tmp_path / "precious" / "work").mkdir(parents=True)
    launchpad.state.mkdir()
    (launchpad.state / name).symlink_to(tmp_path / "precious")
    server = launchpad.start()
    await until(lambda: server.poll() is not None)
    said = last_words(server)
    assert (server.returncode, said.count("\n")) == (1, 1)
    assert name in said and str(launchpad.state) in said
    assert [path.name for path in (tmp_path / "precious").iterdir()] == ["work"]


def test_the_log_never_opens_a_link_that_comes_later(tmp_path: Path, theirs: Path) -> None:
    handler = logs.OwnFile(tmp_path / "server.log", encoding="utf-8")
    handler.close()
    (tmp_path / "server.log").unlink()
    (tmp_path / "server.log").symlink_to(theirs)
    with pytest.raises(OSError, match=r"server\.log"):
        handler._open()
    assert untouched(theirs)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs another user")
async def test_another_users_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    os.chown(tmp_path / "state", 12345, 12345)
    with pytest.raises(ConfigError, match="another user"):
        load(state_dir=tmp_path / "state", data_dir=tmp_path / "data")
    with pytest.raises(CannotServe, match="another user"):
        async with Server(Config(tmp_path / "state", tmp_path / "data", engine_factory="fake_engine:engine")):
            pass


def test_a_data_folder_may_be_read_and_not_written_by_others(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data").chmod(0o777)
    load(state_dir=tmp_path / "state", data_dir=tmp_path / "data")
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o755
    folders.made_private(tmp_path / "data")
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


# ---- What a client does before there is a server

LIVES = 'import json, os, sys; json.dump([sys.path[0], dict(os.environ).get("PYTHONSAFEPATH")], open("said", "w")); print("a word")'


async def started(state: Path, *command: str) -> None:
    """A server is started as a client does; it has said its word when this returns."""

    async def alive() -> bool:
        return (state / "said").exists()

    await start_and_wait(Launcher(command, state), alive, 60.0)


@pytest.mark.parametrize("name", ["start.log", "start.lock"])
async def test_a_client_starts_a_server_without_writing_through_links_and_for_the_users_eyes_only(tmp_path: Path, theirs: Path, name: str) -> None:
    state = tmp_path / "state"
    state.mkdir()
    state.chmod(0o777)
    if name == "start.log":
        (state / name).symlink_to(theirs)
    await started(state, sys.executable, "-c", LIVES)
    await until(lambda: (state / "start.log").read_text() == "a word\n")
    assert untouched(theirs)
    assert state.stat().st_mode & 0o777 == 0o700
    assert (state / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["filelock", "pickle", "restyle_server"])
async def test_no_module_of_the_folder_that_a_server_is_started_in_runs(launchpad: Launchpad, name: str) -> None:
    """As an old launcher.json has it: without -P."""
    launchpad.state.mkdir(parents=True)
    (launchpad.state / f"{name}.py").write_text(PLANTED)
    command = (sys.executable, "-c", f"import {name}; open('said', 'w')")
    await started(launchpad.state, *command)
    assert not (launchpad.state / "ran").exists()


@pytest.mark.parametrize("name", ["filelock", "grpc"])
def test_python_m_runs_none_either_even_without_p(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.py").write_text(PLANTED)
    done = subprocess.run([sys.executable, "-m", "restyle_server", "--version"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "ran").exists()


async def test_workers_run_none_of_the_folder_that_the_server_was_started_in(launchpad: Launchpad, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "pickle.py").write_text(PLANTED)
    monkeypatch.chdir(tmp_path)
    launchpad.start()
    async with launchpad.reached():
        await launchpad.ready()
    assert not (tmp_path / "ran").exists()
    assert json.loads(launchpad.server_file.read_text())["address"]
