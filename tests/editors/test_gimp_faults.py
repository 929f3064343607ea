"""Owns the promises about everything that breaks between GIMP and the server: each ends in a sentence, and none leaves anything behind."""

from __future__ import annotations

import json
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
from restyle_client import Job, JobState

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
    assert again["layers"] == ["photo — woodcut", "photo"]


def test_a_server_that_dies_gives_a_sentence(new_studio: Callable[[Path], Studio], roomy: Path, tmp_path: Path) -> None:
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
    assert "server" in outcome["sentence"].lower()
    assert "restyle.log" in outcome["sentence"]
    assert "Traceback" not in outcome["sentence"]


def test_without_a_server_the_launcher_starts_one(new_studio: Callable[[Path], Studio], roomy: Path, tmp_path: Path) -> None:
    state = roomy / f"starting-{tmp_path.name}" / "state"
    studio = new_studio(state)
    (studio.home / "ask.py").write_text(servers.LAUNCHER_INSIDE, encoding="utf-8")
    with servers.starting_on_demand(state, state.parent / "data") as port:
        launch(studio, ["/usr/bin/python3", "/home/painter/ask.py", str(port)])
        (outcome,) = studio.run("gimp_calls", calls=[QUICK])["outcomes"]
    assert outcome["ok"], outcome["sentence"]
    assert outcome["layers"] == ["photo — woodcut", "photo"]


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


def launch(studio: Studio, command: list[str]) -> None:
    """Another launcher in the installed plug-in."""
    path = studio.plugin / "launcher.json"
    words = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**words, "command": command}), encoding="utf-8")


def test_what_nobody_foresaw_is_a_sentence_and_its_traceback_is_in_the_log(new_studio: Callable[[Path], Studio], roomy: Path, tmp_path: Path) -> None:
    studio = new_studio(roomy / f"planted-{tmp_path.name}" / "state")
    (studio.plugin / "restyle_gimp" / "order.py").write_text("def order(*_, **__):\n    raise KeyError('planted')\n", encoding="utf-8")
    (outcome,) = studio.run("gimp_calls", calls=[QUICK])["outcomes"]
    assert not outcome["ok"]
    assert "unforeseen" in outcome["sentence"]
    assert "restyle.log" in outcome["sentence"]
    assert "planted" not in outcome["sentence"]
    assert "Traceback" in studio.log
    assert "KeyError: 'planted'" in studio.log
