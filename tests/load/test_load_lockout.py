"""Beside hostile streams and messages, however many, the owner's calls are answered and the server does not grow."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import grpc
import psutil
import pytest
from attackers import attacking
from calls import Caller, order
from certificates import Authority
from launched import Launchpad
from promise_table import Promised, Sized
from restyle_server.rpc.shares import GUEST
from restyle_server.wire import restyle_pb2 as wire
from timing import idle_seconds

MIB = 2**20
ENDLESS = {"steps": 100_000, "step_ms": 2, "preview_side": 512}
CONNECTIONS = 40
PAUSE = 0.02  # s between two rounds of the owner's calls


async def owners_calls(caller: Caller, job_id: str, front: psutil.Process, until: asyncio.Future[str]) -> tuple[float, int]:
    """What an owner needs, again and again: the longest time that a call took, s, and the most bytes that the server held."""
    longest, most = 0.0, 0
    while not until.done():
        for call in (caller.call("GetServerInfo"), caller.call("GetJob", id=job_id), caller.call("ListJobs"), caller.create(order(seed=1))):
            began = time.perf_counter()
            answer = await call
            longest = max(longest, time.perf_counter() - began)
        began = time.perf_counter()
        await caller.call("CancelJob", id=answer.id)
        longest = max(longest, time.perf_counter() - began)
        most = max(most, front.memory_info().rss)
        await asyncio.sleep(PAUSE)
    return longest, most


async def measured(launchpad: Launchpad, promised: Promised, kind: str, said: str, count: int, files: tuple[Path, ...] = ()) -> int:
    """Attacks and measures; how many calls the attacker held open at the end."""
    server = launchpad.start()
    async with launchpad.reached() as caller:
        await launchpad.ready()
        words = json.loads(launchpad.server_file.read_text())
        front = psutil.Process(server.pid)
        job = await caller.create(order())
        await caller.begun(job.id)
        idle = await idle_seconds(lambda: caller.call("ListJobs"))
        more: tuple[str | Path, ...] = ("", *files, await _job_of(words["remote"], *files)) if files else ()
        before = front.memory_info().rss
        with attacking(kind, words["remote"] if files else words["address"], count, CONNECTIONS, *more) as attacker:
            assert attacker.stdout is not None
            done = asyncio.ensure_future(asyncio.to_thread(attacker.stdout.readline))
            longest, most = await owners_calls(caller, job.id, front, done)
            word, left = (await done).split()
            assert word == "done"
            assert (await caller.call("CancelJob", id=job.id)).state == wire.CANCELLED  # while they are still there
        assert (await caller.call("GetServerInfo")).state == "serving"
        await caller.call("StopServer", grace_seconds=0)
    server.wait()
    assert "Traceback" not in launchpad.log
    promised("lockout", f"beside {said}: each of the owner's calls within 1 s", "{:.2f} s at most", count, figure=longest, limit=1.0, idle=idle)
    bound = f"beside {said}: the server grows by less than 64 MiB"
    promised("lockout", bound, "{:.1f} MiB at most", count, figure=(most - before) / MIB, limit=64, exact=True)
    return int(left)


async def _job_of(address: str, ca: Path, cert: Path, key: Path) -> str:
    """The id of a job of the certificate's holder."""
    async with grpc.aio.secure_channel(address, grpc.ssl_channel_credentials(*(file.read_bytes() for file in (ca, key, cert)))) as channel:
        return (await Caller(channel, "").create(order(seed=2))).id


async def test_streams_without_a_token_lock_nobody_out(launchpad: Launchpad, sized: Sized, promised: Promised) -> None:
    count = sized(10_000, 800)
    launchpad.script(**ENDLESS)
    assert await measured(launchpad, promised, "streams", f"{count:,} streams without a token", count) == 0


async def test_streams_of_one_certificate_lock_nobody_out(launchpad: Launchpad, sized: Sized, promised: Promised) -> None:
    count = sized(10_000, 800)
    launchpad.script(**ENDLESS)
    files = shared(launchpad)
    left = await measured(launchpad, promised, "watchers", f"{count:,} watchers of one certificate", count, files)
    assert left == GUEST.previews


@pytest.mark.parametrize("who", ["nobody", "guest"])
async def test_costly_messages_lock_nobody_out(launchpad: Launchpad, sized: Sized, promised: Promised, who: str) -> None:
    count = sized(20_000, 400) // 2
    launchpad.script(**ENDLESS)
    files = shared(launchpad) if who == "guest" else ()
    said = f"{count:,} messages of 4 MB {'of one certificate' if files else 'without a token'}"
    await measured(launchpad, promised, "messages", said, count, files)


def shared(launchpad: Launchpad) -> tuple[Path, Path, Path]:
    """Has the next server serve other machines too; the files of one who may call it."""
    authority = Authority(launchpad.folder)
    server, anna = authority.sign("server"), authority.sign("anna")
    (launchpad.folder / "data").mkdir()
    words = f'port = 0\n[tls]\ncert = "{server.cert}"\nkey = "{server.key}"\nclient_ca = "{authority.file}"\n'
    (launchpad.folder / "data" / "server.toml").write_text(words)
    return authority.file, anna.cert, anna.key
