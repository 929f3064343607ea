"""One server per state folder, findable, ended cleanly, and never ended badly: lock, server.json, signals, restarts."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from calls import PATIENCE, Caller, calling, details, order, until
from grpc_health.v1 import health_pb2, health_pb2_grpc
from launched import last_words
from places import Serving
from restyle_server.admin.config import TLS_FILES, Config, ConfigError, load
from restyle_server.server import CannotServe, Server
from restyle_server.wire import restyle_pb2 as wire

LAUNCHER = Path(__file__).parents[1] / "fake_server.py"
SLOW = {"steps": 100_000, "step_ms": 2}


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    return ["--state-dir", str(tmp_path / "state"), "--data-dir", str(tmp_path / "data")]


@pytest.fixture
def launched(folders: list[str]) -> Iterator[list[subprocess.Popen[str]]]:
    """Servers that the test starts; none outlives it."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


def launch(folders: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, str(LAUNCHER), *folders], stderr=subprocess.PIPE, text=True)


async def found(state: Path) -> dict[str, str]:
    """What server.json says, when it is there."""
    await until((state / "server.json").exists)
    words: dict[str, str] = json.loads((state / "server.json").read_text())
    return words


@asynccontextmanager
async def reached(state: Path) -> AsyncIterator[Caller]:
    words = await found(state)
    async with calling(words["address"], words["token"]) as caller:
        yield caller


async def test_server_json_says_where_and_is_for_the_user_alone(serving: Serving, tmp_path: Path) -> None:
    path = tmp_path / "state" / "server.json"
    async with serving() as place:
        words = json.loads(path.read_text())
        assert words == {"address": place.server.address, "token": place.server.token, "pid": os.getpid(), "version": "0.1.0", "api": "restyle.v1"}
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()


async def test_a_second_server_says_that_one_runs_and_where(serving: Serving) -> None:
    async with serving() as place:
        with pytest.raises(CannotServe, match=place.server.address):
            async with Server(place.config):
                pass
        assert (await place.caller.call("GetServerInfo")).state == "serving"


async def test_a_dead_servers_file_is_cleared_away(serving: Serving, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "server.json").write_text('{"address": "127.0.0.1:1", "token": "old"}')
    (tmp_path / "state" / "server.lock").touch()
    async with serving() as place:
        assert json.loads((tmp_path / "state" / "server.json").read_text())["token"] == place.server.token


async def test_of_many_starts_at_once_one_serves_and_the_others_say_so(folders: list[str], launched: list[subprocess.Popen[str]], tmp_path: Path) -> None:
    launched += [launch(folders) for _ in range(4)]
    async with reached(tmp_path / "state") as caller:
        await until(lambda: sum(process.poll() is not None for process in launched) == 3)
        losers = [process for process in launched if process.poll() is not None]
        for process in losers:
            words = last_words(process)
            assert process.returncode == 1
            assert "server" in words
            assert words.count("\n") == 1
        assert (await caller.call("GetServerInfo")).state == "serving"


@pytest.mark.parametrize("wanted", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_server_cleanly_with_its_worker(
    folders: list[str], launched: list[subprocess.Popen[str]], tmp_path: Path, wanted: signal.Signals
) -> None:
    launched.append(launch(folders))
    async with reached(tmp_path / "state") as caller:
        await until(lambda: _ready(tmp_path / "state"))
        job = await caller.create(order(seed=1))
        await caller.end(job.id)
    worker = _worker_pid(tmp_path / "state")
    launched[0].send_signal(wanted)
    await until(lambda: launched[0].poll() is not None)
    assert (launched[0].returncode, last_words(launched[0])) == (0, "")
    assert not (tmp_path / "state" / "server.json").exists()
    await until(lambda: not Path(f"/proc/{worker}").exists())


def _ready(state: Path) -> bool:
    return "ready" in (state / "logs" / "server.log").read_text()


def _worker_pid(state: Path) -> str:
    return (state / "logs" / "server.log").read_text().rpartition("ready (fake), process ")[2].split()[0]


async def test_stopping_lets_the_running_job_end_and_takes_no_more(serving: Serving) -> None:
    async with serving(script={**SLOW, "seeds": {"2": {"steps": 1}}}) as place:
        job = await place.caller.create(order(seed=1))
        await place.caller.begun(job.id)
        waiting = await place.caller.create(order(seed=2))
        await place.caller.call("StopServer", grace_seconds=20)
        ended = asyncio.create_task(place.server.ended())
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await place.caller.create(order())
        assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
        assert "RetryInfo" in details(refused.value)
        async with grpc.aio.insecure_channel(place.server.address) as channel:
            stub: Any = health_pb2_grpc.HealthStub(channel)
            answer = await stub.Check(health_pb2.HealthCheckRequest())
        assert answer.status == health_pb2.HealthCheckResponse.NOT_SERVING
        assert (await place.caller.call("GetServerInfo")).state == "draining"
        assert not ended.done()
        await place.caller.call("FinishJob", id=job.id)
        await ended
        assert (await place.caller.end(job.id)).state == wire.SUCCEEDED
    async with serving(script={"steps": 1}) as place:
        assert (await place.caller.end(waiting.id)).state == wire.SUCCEEDED  # nothing that waited is lost


async def test_a_job_that_outlasts_the_grace_fails_and_says_so(serving: Serving) -> None:
    async with serving(script=SLOW) as place:
        job = await place.caller.create(order())
        await place.caller.begun(job.id)
        place.server.stop(0.0)
        await place.server.ended()
    async with serving() as place:
        assert (await place.caller.call("GetJob", id=job.id)).error.reason == "SERVER_STOPPED"


async def test_the_second_signal_ends_the_server_at_once(serving: Serving) -> None:
    async with serving(script=SLOW) as place:
        await place.caller.begun((await place.caller.create(order())).id)
        place.server.signalled()
        ended = asyncio.create_task(place.server.ended())
        await until(lambda: not place.server.dispatcher.accepting)
        assert not ended.done()
        place.server.signalled()
        await ended


async def test_a_watch_that_outlives_its_server_says_so(serving: Serving) -> None:
    async with serving(script=SLOW) as place:
        await place.caller.begun((await place.caller.create(order())).id)
        waiting = await place.caller.create(order())
        stream = place.caller.watch(waiting.id)
        await stream.read()
        place.server.store.end_watching()
        with pytest.raises(grpc.aio.AioRpcError) as ended:
            while await stream.read():
                pass
        assert ended.value.code() == grpc.StatusCode.UNAVAILABLE


async def test_a_taken_port_is_one_sentence(folders: list[str], tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = await asyncio.to_thread(_run, [*folders, "--port", str(port)])
    assert ended.returncode == 1
    assert ended.stderr == f"The port {port} on 127.0.0.1 is taken or not allowed; choose another, or leave --port out to take a free one.\n"
    assert not (tmp_path / "state" / "server.json").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--host", "0.0.0.0"], "127.0.0.1"),  # noqa: S104 - refused
        (["--host", "example.org"], "127.0.0.1"),
        (["--port", "70000"], "65535"),
        (["--device", ","], "device"),
        (["--weights-file", "/nowhere/at/all"], "does not exist"),
        (["--flow-weights", "/nowhere/at/all"], "The flow weights /nowhere/at/all do not exist"),
        (["--flow-weights", __file__], "holds no weights of RAFT; give torchvision's raft_large or raft_small"),
        (["--config", "/nowhere/at/all"], "does not exist"),
        (["--log-level", "loud"], "DEBUG"),
    ],
)
def test_a_wrong_setting_is_one_sentence(folders: list[str], arguments: list[str], words: str) -> None:
    ended = _run([*folders, *arguments])
    assert ended.returncode == 1
    assert words in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["state", "state/jobs", "state/server.json/x", "state/logs"])
def test_a_state_folder_that_cannot_be_used_is_one_sentence(folders: list[str], tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    ended = _run(folders)
    assert ended.returncode == 1
    assert str(tmp_path / "state") in ended.stderr
    assert ended.stderr.count("\n") == 1


def _run(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(LAUNCHER), *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_settings_come_from_the_file_and_flags_win(tmp_path: Path) -> None:
    (tmp_path / "server.toml").write_text('port = 5000\nlog_level = "DEBUG"\ndevices = ["cuda:0", "cuda:1"]\n[limits]\nmax_jobs = 3\nlease_seconds = 5\n')
    config = load(state_dir=tmp_path / "state", data_dir=tmp_path, port=6000)
    assert (config.port, config.log_level, config.devices) == (6000, "DEBUG", ("cuda:0", "cuda:1"))
    assert (config.limits.max_jobs, config.limits.lease_seconds, config.limits.max_jobs_per_client) == (3, 5, 16)


def test_the_shared_styles_are_named_absolutely_or_from_the_settings_file(tmp_path: Path) -> None:
    for words, folder in (("studio", tmp_path / "studio"), (str(tmp_path / "else"), tmp_path / "else")):
        (tmp_path / "server.toml").write_text(f"shared_styles = '{words}'\n")
        assert load(state_dir=tmp_path / "state", data_dir=tmp_path).shared_styles == folder


def test_a_home_of_somebody_who_is_not_there_is_said_as_any_other_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lost = "~nobody-has-this-name"
    assert load(state_dir=Path(lost, "state"), data_dir=tmp_path).state_dir == tmp_path / lost / "state"
    (tmp_path / "server.toml").write_text(f"shared_styles = '{lost}'\n")
    assert load(state_dir=tmp_path / "state", data_dir=tmp_path).shared_styles == tmp_path / lost
    for words in (f"weights_file = '{lost}'", f"flow_weights = '{lost}'", "[tls]\n" + "\n".join(f"{name} = '{lost}'" for name in TLS_FILES)):
        (tmp_path / "server.toml").write_text(words)
        with pytest.raises(ConfigError, match=f"{lost} .*do(es)? not exist"):
            load(state_dir=tmp_path / "state", data_dir=tmp_path)


WRONG_SETTINGS = {
    "port = 'x'": "port is a whole number; correct it, or take it out.",
    "prot = 5": "there is no setting 'prot'; there are host, port, devices, ",
    "port = true": "port is a whole number; ",
    "devices = 'cpu'": "devices is a list of texts in quotes; ",
    "devices = [0]": "devices[0] is a text in quotes; ",
    "shared_styles = 5": "shared_styles is a text in quotes; ",
    "[limits]\nmax_job = 3": "there is no setting 'max_job' in the table [limits]; there are max_pixels, ",
    "[limits]\nmax_jobs = -1": "limits.max_jobs is a whole number, 0 or more; ",
    "[limits]\nmax_jobs = 1.5": "limits.max_jobs is a whole number; ",
    "[limits]\nlease_seconds = nan": "limits.lease_seconds is a number, 0 or more; ",
    "nonsense": "can't be read: ",
    "limits = 3": "limits is a table, begun by its name in [ ]; ",
    "[tls]\npassword = 'x'": "there is no setting 'password' in the table [tls]; there are cert, key, client_ca.",
    "[tls]\ncert = 1": "tls.cert is a text in quotes; ",
}


@pytest.mark.parametrize(("words", "said"), WRONG_SETTINGS.items())
def test_a_wrong_settings_file_is_one_sentence_that_names_the_setting_and_what_it_has_to_be(tmp_path: Path, words: str, said: str) -> None:
    (tmp_path / "server.toml").write_text(words)
    with pytest.raises(ConfigError) as refused:
        load(state_dir=tmp_path / "state", data_dir=tmp_path)
    assert str(tmp_path / "server.toml") in str(refused.value)
    assert said in str(refused.value)


def test_the_front_end_never_imports_torch() -> None:
    words = "import sys, restyle_server.__main__; print([name for name in sys.modules if name.partition('.')[0] in ('torch', 'torchvision')])"
    ended = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert ended.stdout.strip() == "[]"


def test_a_config_needs_no_more_than_its_folders(tmp_path: Path) -> None:
    assert Config(tmp_path, tmp_path).host == "127.0.0.1"
