"""What has happened to servers like this one, and can't happen here."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from calls import order, until
from fake_engine import write_script
from launched import Launchpad
from places import Serving
from restyle_server.admin import logs
from restyle_server.wire import restyle_pb2 as wire

OpenLog = Callable[[str], Path]  # a level, the file

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = wire.DESCRIPTOR.message_types_by_name.values()


def test_no_call_takes_an_address_or_a_path() -> None:
    named = {(message.name, field.name) for message in MESSAGES for field in message.fields}
    assert not [(message, name) for message, name in named if {"url", "uri", "path", "file", "host", "address", "command", "module"} & set(name.split("_"))]


def test_torch_is_one_that_reads_weights_safely() -> None:
    words = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (wanted,) = (name for name in words["project"]["dependencies"] if re.match(r"torch\b(?!vision)", name))
    assert wanted == "torch>=2.10"


def test_pickles_are_read_in_one_place_only_and_only_their_tensors() -> None:
    sources = [path for path in (ROOT / "server").rglob("*.py") if "wire" not in path.parts]
    loads = [(path.name, call) for path in sources for call in re.findall(r"(?:torch|pickle|joblib|numpy|np)\.load\([^\n]*", path.read_text(encoding="utf-8"))]
    assert [name for name, _ in loads] == ["convert.py"]
    assert all("weights_only=True" in call for _, call in loads)


@pytest.mark.parametrize("origin", ["http://example.org", "null"])
@pytest.mark.parametrize("method", ["StopServer", "GetServerInfo"])
async def test_a_web_page_gets_nothing_from_the_port(serving: Serving, origin: str, method: str) -> None:
    async with serving() as place:
        host, _, port = place.server.address.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        head = f"POST /restyle.v1.Restyle/{method} HTTP/1.1\r\nHost: attacker.example\r\nOrigin: {origin}\r\n"
        head += f"Authorization: Bearer {place.server.token}\r\nContent-Type: application/grpc-web+proto\r\nContent-Length: 5\r\n\r\n"
        writer.write(head.encode() + bytes(5))
        answer = await asyncio.wait_for(reader.read(), 60)
        writer.close()
        assert b"HTTP/1" not in answer or b" 400 " in answer
        assert place.server.token.encode() not in answer
        assert place.server.dispatcher.accepting  # even with the token nobody stops it this way
        assert (await place.caller.call("GetServerInfo")).state == "serving"


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[OpenLog]:
    root = logging.getLogger("restyle_server")
    before, level, propagate = list(root.handlers), root.level, root.propagate
    yield lambda level: logs.open_log(tmp_path / "logs", level)
    for handler in [handler for handler in root.handlers if handler not in before]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    root.propagate = propagate


async def test_the_log_has_one_line_per_event_with_the_jobs_id_and_no_secrets(serving: Serving, log_file: OpenLog) -> None:
    path = log_file("INFO")
    async with serving(script={"seeds": {"1": {"fail_at": 1}}}) as place:
        good = await place.caller.create(order(seed=2, label="My secret layer\nFAKE job 1234: SUCCEEDED"))
        bad = await place.caller.create(order(seed=1))
        for job in (good, bad):
            await place.caller.end(job.id)
        token = place.server.token
    lines = path.read_text().splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (DEBUG|INFO|WARNING|ERROR) \w+ ?[\w:]*:? ", line) for line in lines), lines
    for job, state in ((good, "SUCCEEDED"), (bad, "FAILED")):
        assert sum(f"job {job.id}: {state}" in line for line in lines) == 1
    (trace,) = (line for line in lines if "Traceback" in line)
    assert "a fault inside the engine" in trace
    assert not [line for line in lines if "secret" in line or "FAKE" in line or token in line]


async def test_layer_names_are_for_debugging_only_and_cannot_forge_a_line(serving: Serving, log_file: OpenLog) -> None:
    path = log_file("DEBUG")
    async with serving() as place:
        await place.caller.end((await place.caller.create(order(label="My layer\nFAKE"))).id)
    (line,) = (line for line in path.read_text().splitlines() if "My layer" in line)
    assert "\\nFAKE" in line


def test_logs_rotate_and_stay_the_users_own(tmp_path: Path, log_file: OpenLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "FILE_BYTES", 2000)
    path = log_file("INFO")
    log = logging.getLogger("restyle_server.test")
    for number in range(500):
        log.info("job %d: an event", number)
    files = sorted(file.name for file in path.parent.iterdir())
    assert files == ["server.log", *(f"server.log.{number}" for number in range(1, logs.FILES + 1))]
    assert all(file.stat().st_size <= 2100 for file in path.parent.iterdir())
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_log_without_room_loses_lines_and_says_nothing_else(log_file: OpenLog, capfd: pytest.CaptureFixture[str]) -> None:
    log_file("INFO")
    handler = logging.getLogger("restyle_server").handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    room, handler.stream = handler.stream, Path("/dev/full").open("w")  # noqa: SIM115 - closed below, where closing fails too
    logging.getLogger("restyle_server.test").info("job 1: an event")
    handler.stream, full = room, handler.stream
    with contextlib.suppress(OSError):
        full.close()
    assert capfd.readouterr().err == ""


@pytest.mark.skipif(os.name != "posix", reason="elsewhere the user's folder is private by itself")
async def test_what_the_server_writes_is_the_users_own_even_in_a_folder_that_all_can_open(launchpad: Launchpad) -> None:
    launchpad.state.mkdir(mode=0o755)
    launchpad.start()
    async with launchpad.reached() as caller:
        job = await caller.create(order(label="My secret layer"))
        assert (await caller.end(job.id)).state == wire.SUCCEEDED
        written = [path for path in launchpad.state.rglob("*") if not path.name.startswith("fake-engine")]
        assert {"server.json", "jobs.sqlite", "jobs.sqlite-wal", "server.log", "result"} <= {path.name for path in written}
        assert not [path for path in written if path.stat().st_mode & 0o077]


async def test_a_client_that_names_itself_oddly_is_refused_or_escaped(serving: Serving, log_file: OpenLog) -> None:
    path = log_file("DEBUG")
    async with serving() as place:
        write_script(place.config.state_dir, steps=1)
        job = await place.caller.named("odd\x1b[31m\nFAKE").create(order(label="\x1b[2J\x07\x00"))
        await place.caller.end(job.id)
        await until(lambda: place.server.store.watchers() == 0)
    assert not re.search(r"[\x00-\x08\x0b-\x1f]", path.read_text())
