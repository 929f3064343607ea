"""Promises about starting a server, and about one that dies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from calls import PATIENCE
from client.fake_servers import kill_server, server_pid, stop_server, write_launcher
from client.pictures import plane
from fake_engine import painted_bytes, write_script
from restyle_client import (
    Job,
    JobFailed,
    JobRequest,
    JobState,
    Lifetime,
    Parameters,
    Progress,
    RestyleError,
    ServerGone,
    ServerNotFound,
    ServerStartFailed,
    StyleUse,
    connect,
)
from restyle_client.starting import clean_environment

AT_ONCE = int(os.environ.get("RESTYLE_TEST_STARTS", "5"))  # a full run takes 20; a shared machine of two cores can't start 20 Pythons quickly


def order(seed: int = 1, **fields: Any) -> JobRequest:
    return JobRequest(plane(shift=seed), (StyleUse.plane(plane(16, 16)),), parameters=Parameters(seed=seed), **fields)


@pytest.fixture
def installed(folders: Path) -> Iterator[Path]:
    """A launcher where the installer puts it, and no server yet."""
    write_launcher(folders)
    yield folders
    stop_server(folders)


def test_a_client_starts_the_server_that_the_installer_named_and_the_next_one_finds_it(installed: Path) -> None:
    request = order(3)
    with connect() as session:
        first = session.info().pid
        assert session.restyle(request).plane.data == painted_bytes(bytes(request.content.data), 3)
    with connect(start=False) as session:
        assert session.info().pid == first
        session.stop(grace_seconds=0)


@pytest.mark.slow
def test_clients_that_start_a_server_at_once_end_at_one(installed: Path) -> None:
    """As processes of their own, because that is what editors are."""
    client = "from restyle_client import connect\nwith connect() as session: print(session.info().pid)"
    clients = [subprocess.Popen([sys.executable, "-c", client], stdout=subprocess.PIPE, text=True) for _ in range(AT_ONCE)]
    pids = [process.communicate(timeout=PATIENCE)[0].strip() for process in clients]
    assert pids == [str(server_pid(installed))] * AT_ONCE
    assert all(process.returncode == 0 for process in clients)
    command = [str(installed / "state")]
    fronts = [
        p for p in psutil.process_iter(["cmdline", "ppid"]) if "fake_server.py" in " ".join(p.info["cmdline"] or []) and command[0] in (p.info["cmdline"] or [])
    ]
    assert [process.pid for process in fronts] == [server_pid(installed)]


def test_threads_that_start_a_server_at_once_end_at_one(installed: Path) -> None:
    pids = []

    def start() -> None:
        with connect() as session:
            pids.append(session.info().pid)

    threads = [threading.Thread(target=start) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pids == [server_pid(installed)] * AT_ONCE


def test_a_stale_server_json_is_no_server(installed: Path) -> None:
    (installed / "state" / "server.json").write_text(json.dumps({"address": "127.0.0.1:9", "token": "old", "pid": 1, "version": "0.1.0", "api": "restyle.v1"}))
    with pytest.raises(ServerNotFound, match="restyle serve"):
        connect(start=False)
    with connect() as session:
        assert session.info().state == "serving"


def test_a_server_that_dies_in_the_middle_is_gone_and_its_successor_says_what_became_of_the_job(installed: Path) -> None:
    write_script(installed / "state", steps=5000, step_ms=20)
    jobs: list[Job] = []

    def kill(event: Any) -> None:
        if isinstance(event, Job):
            jobs.append(event)
        if isinstance(event, Progress):
            kill_server(installed)

    with connect(reconnect_seconds=0.5) as session, pytest.raises(ServerGone, match="Start it again"):
        session.restyle(order(lifetime=Lifetime.DETACHED), kill)
    with connect() as session:
        job = session.get(jobs[0].id)
    assert job.state is JobState.FAILED
    assert job.error is not None
    assert job.error.reason == "SERVER_RESTARTED"


def test_a_job_that_runs_when_its_server_is_stopped_is_told_why(installed: Path) -> None:
    write_script(installed / "state", steps=5000, step_ms=20)
    with connect(reconnect_seconds=1.0) as session, connect() as other, pytest.raises(JobFailed, match="was stopped"):
        session.restyle(order(), lambda event: other.stop(0) if isinstance(event, Progress) else None)


def test_a_watch_finds_the_successor_of_a_server_that_died(installed: Path) -> None:
    write_script(installed / "state", steps=5000, step_ms=20)

    def kill_and_start_again(event: Any) -> None:
        if isinstance(event, Progress):
            kill_server(installed)
            connect().close()

    with connect(reconnect_seconds=30) as session, pytest.raises(JobFailed) as caught:
        session.restyle(order(lifetime=Lifetime.DETACHED), kill_and_start_again)
    assert caught.value.reason == "SERVER_RESTARTED"


def test_without_a_server_and_a_way_to_start_one_the_sentence_says_what_to_do(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("restyle_client.discovery._has_server", lambda: False)
    with pytest.raises(ServerNotFound, match="run Restyle's installer"):
        connect()


def test_a_launcher_whose_program_is_gone_is_told_as_such(folders: Path) -> None:
    write_launcher(folders, "/no/such/python", "-m", "restyle_server")
    with pytest.raises(ServerStartFailed, match="installer"):
        connect()


def test_a_server_that_ends_while_it_starts_is_told_with_its_last_words(folders: Path) -> None:
    write_launcher(folders, sys.executable, "-c", "raise SystemExit('The port 5 is taken; choose another.')")
    with pytest.raises(ServerStartFailed, match="The port 5 is taken"):
        connect()


def test_a_server_that_never_answers_is_not_waited_for_for_ever(folders: Path) -> None:
    write_launcher(folders, sys.executable, "-c", "import sys; sys.stdin.read(); import time; time.sleep(5)")
    with pytest.raises(ServerStartFailed, match="did not answer within"):
        connect(timeout=0.3)


def test_a_state_folder_that_is_a_file_is_told_as_such(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_launcher(folders)
    (folders / "file").write_text("")
    monkeypatch.setenv("RESTYLE_STATE_DIR", str(folders / "file"))
    with pytest.raises(ServerStartFailed, match="RESTYLE_STATE_DIR"):
        connect()


def test_a_server_inherits_nothing_of_an_editors_python() -> None:
    inherited = {"PATH": "/bin", "PYTHONPATH": "/krita", "PYTHONHOME": "/krita", "LD_LIBRARY_PATH": "/usr/local/cuda/lib64", "HOME": "/root"}
    clean = clean_environment(inherited, Path("/state"))
    assert clean.pop("PYTHONSAFEPATH") == "1"
    assert clean == {"PATH": "/bin", "LD_LIBRARY_PATH": "/usr/local/cuda/lib64", "HOME": "/root", "RESTYLE_STATE_DIR": "/state"}
    assert "LD_LIBRARY_PATH" not in clean_environment({**inherited, "APPDIR": "/mnt/krita"}, Path("/state"))


def test_a_closed_session_says_so(installed: Path) -> None:
    session = connect()
    session.close()
    session.close()
    with pytest.raises(RestyleError, match="connect again"):
        session.info()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to one process")
def test_ctrl_c_in_a_script_cancels_its_job(installed: Path) -> None:
    write_script(installed / "state", steps=5000, step_ms=20)
    script = textwrap.dedent("""
        import os, signal, sys
        sys.path[:0] = sys.argv[1:]
        from client.pictures import plane
        from restyle_client import JobRequest, Progress, StyleUse, connect
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for what runs in the background
        def on_event(event):
            if isinstance(event, Progress):
                os.kill(os.getpid(), signal.SIGINT)
        with connect() as session:
            try:
                session.restyle(JobRequest(plane(), (StyleUse.plane(plane(16, 16)),), lifetime="detached"), on_event)
            except KeyboardInterrupt:
                print([job.state.value for job in session.list()])
    """)
    tests = Path(__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-c", script, str(tests)], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout.strip() == "['cancelled']"
