"""Owns the promises about everything that breaks between GIMP and the server: each ends in a sentence, and none leaves anything behind."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from editors import servers
from editors.rooms import end
from editors.servers import Served
from editors.studio import Studio
from restyle_client import Job, JobState, connect

pytestmark = [pytest.mark.editors, pytest.mark.slow, pytest.mark.timeout(1500)]

LONG = {"strength": 60.0, "preset": "fine", "size": 512, "seed": 1}  # minutes: longer than any of these tests
QUICK = {"strength": 0.0}
SECONDS = 180.0  # for what takes a few on an idle machine


def until(what: str, found: Callable[[], object]) -> object:
    """What `found` returns once it is true."""
    give_up = time.monotonic() + SECONDS
    while time.monotonic() < give_up:
        if value := found():
            return value
        threading.Event().wait(0.2)
    raise AssertionError(f"no {what} within {SECONDS:.0f} s")


def running_job(served: Served) -> Job:
    with served.session() as session:
        found = until("running job", lambda: session.list((JobState.RUNNING,)))
    assert isinstance(found, list)
    job: Job = found[0]
    return job


def plugin_process(process: subprocess.Popen[bytes]) -> psutil.Process:
    """The plug-in's own process among those of a GIMP."""

    def look() -> list[psutil.Process]:
        return [each for each in psutil.Process(process.pid).children(recursive=True) if any(part.endswith("/restyle/restyle.py") for part in each.cmdline())]

    found = until("plug-in process", look)
    assert isinstance(found, list)
    plugin: psutil.Process = found[0]
    return plugin


def test_a_killed_plugin_frees_the_server_and_leaves_no_layer(gimp: Studio, served: Served) -> None:
    process = gimp.start("gimp_calls", width=512, height=384, calls=[LONG, QUICK])
    try:
        job = running_job(served)
        plugin_process(process).kill()  # as GIMP's own Cancel does
        with served.session() as session:
            until("cancelled job", lambda: session.get(job.id).state is JobState.CANCELLED)
        assert process.wait(SECONDS) == 0, gimp.output()
    finally:
        end(process)
    killed, again = gimp.results()["outcomes"]
    assert not killed["ok"]
    assert killed["layers"] == ["photo"]
    assert again["ok"], again["sentence"]
    assert again["layers"] == ["woodcut · photo", "photo"]


def test_a_server_that_dies_is_started_again_and_the_painting_goes_on(new_studio: Callable[[Path], Studio], roomy: Path, tmp_path: Path) -> None:
    state = roomy / f"reviving-{tmp_path.name}" / "state"
    studio = new_studio(state)
    (studio.home / "ask.py").write_text(servers.LAUNCHER_INSIDE, encoding="utf-8")
    with servers.starting_on_demand(state, state.parent / "data") as port:
        launch(studio, ["/usr/bin/python3", "/home/painter/ask.py", str(port)])
        process = studio.start("gimp_calls", width=256, height=192, calls=[{**LONG, "size": 96, "preset": "standard"}])
        try:
            until("server", lambda: (state / "server.json").exists())
            words = servers.json_of(state / "server.json")
            with connect(start=False, address=words["address"], token=words["token"]) as session:
                until("running job", lambda: session.list((JobState.RUNNING,)))
            with socket.create_connection(("127.0.0.1", port), timeout=30) as asking:
                asking.sendall(b"kill")
                asking.recv(1)
            assert process.wait(SECONDS) == 0, studio.output()
        finally:
            end(process)
    (outcome,) = studio.results()["outcomes"]
    assert outcome["ok"], outcome["sentence"]
    assert outcome["layers"] == ["woodcut · photo", "photo"]


def test_a_server_that_dies_and_can_not_be_started_gives_a_sentence(new_studio: Callable[[Path], Studio], roomy: Path, tmp_path: Path) -> None:
    with servers.serving(roomy / f"dying-{tmp_path.name}") as served:
        studio = new_studio(served.state)
        process = studio.start("gimp_calls", width=512, height=384, calls=[LONG])
        try:
            running_job(served)
            served.kill()
            assert process.wait(SECONDS) == 0, studio.output()
        finally:
            end(process)
    (outcome,) = studio.results()["outcomes"]
    assert not outcome["ok"]
    assert outcome["layers"] == ["photo"]
    assert outcome["sentence"].startswith("The painter went away while it painted, and no other could be started."), outcome["sentence"]
    assert "restyle.log" in outcome["sentence"]
    assert "restyle serve" not in outcome["sentence"], "a painter has no terminal"
    assert "Traceback" not in outcome["sentence"]


def test_without_a_server_the_launcher_starts_one(new_studio: Callable[[Path], Studio], roomy: Path, tmp_path: Path) -> None:
    state = roomy / f"starting-{tmp_path.name}" / "state"
    studio = new_studio(state)
    (studio.home / "ask.py").write_text(servers.LAUNCHER_INSIDE, encoding="utf-8")
    with servers.starting_on_demand(state, state.parent / "data") as port:
        launch(studio, ["/usr/bin/python3", "/home/painter/ask.py", str(port)])
        (outcome,) = studio.run("gimp_calls", calls=[QUICK])["outcomes"]
    assert outcome["ok"], outcome["sentence"]
    assert outcome["layers"] == ["woodcut · photo", "photo"]


def test_a_launcher_that_is_gone_says_to_install_again(new_studio: Callable[[Path], Studio], roomy: Path, tmp_path: Path) -> None:
    studio = new_studio(roomy / f"none-{tmp_path.name}" / "state")
    launch(studio, ["/nowhere/python", "-m", "restyle_server"])
    (outcome,) = studio.run("gimp_calls", calls=[QUICK])["outcomes"]
    assert not outcome["ok"]
    assert "/nowhere/python" in outcome["sentence"]
    assert "install" in outcome["sentence"]
    assert "/nowhere/python" in studio.log


def test_a_server_that_refuses_gives_a_sentence(new_studio: Callable[[Path], Studio], served: Served, roomy: Path, tmp_path: Path) -> None:
    state = roomy / f"refused-{tmp_path.name}" / "state"
    state.mkdir(parents=True)
    words = json.loads((served.state / "server.json").read_text(encoding="utf-8"))
    (state / "server.json").write_text(json.dumps({**words, "token": "another"}), encoding="utf-8")
    studio = new_studio(state)
    launch(studio, ["/bin/false"])
    (outcome,) = studio.run("gimp_calls", calls=[QUICK])["outcomes"]
    assert not outcome["ok"]
    assert "server" in outcome["sentence"].lower()


def test_a_server_of_another_version_is_named(new_studio: Callable[[Path], Studio], roomy: Path, tmp_path: Path) -> None:
    state = roomy / f"version-{tmp_path.name}" / "state"
    with servers.of_another_version(state):
        (outcome,) = new_studio(state).run("gimp_calls", calls=[QUICK])["outcomes"]
    assert not outcome["ok"]
    assert "restyle.v9" in outcome["sentence"]
    assert "version" in outcome["sentence"]


def test_the_log_that_the_page_names_is_there_after_the_first_painting(gimp: Studio) -> None:
    (outcome,) = gimp.run("gimp_calls", calls=[QUICK])["outcomes"]
    assert outcome["ok"], outcome["sentence"]
    assert "“woodcut · photo” is painted." in gimp.log


def launch(studio: Studio, command: list[str]) -> None:
    """Another launcher in the installed plug-in."""
    path = studio.plugin / "launcher.json"
    words = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**words, "command": command}), encoding="utf-8")


def test_what_nobody_foresaw_is_a_sentence_and_its_traceback_is_in_the_log(new_studio: Callable[[Path], Studio], roomy: Path, tmp_path: Path) -> None:
    studio = new_studio(roomy / f"planted-{tmp_path.name}" / "state")
    with (studio.plugin / "restyle_gimp" / "host" / "order.py").open("a", encoding="utf-8") as room:
        room.write("\n\ndef order(*_, **__):\n    raise KeyError('planted')\n")
    (outcome,) = studio.run("gimp_calls", calls=[QUICK])["outcomes"]
    assert not outcome["ok"]
    assert "unforeseen" in outcome["sentence"]
    assert "restyle.log" in outcome["sentence"]
    assert "planted" not in outcome["sentence"]
    assert "Traceback" in studio.log
    assert "KeyError: 'planted'" in studio.log
