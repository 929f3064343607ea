"""Disks that are full or read-only: the state folder is a small one of its own, which the test fills and locks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import pytest
import restyle_server
from calls import Caller, calling, details, order, pixels, until
from fake_engine import painted_bytes
from launched import Launchpad, last_words
from promise_table import Promised, Sized
from restyle_server.wire import restyle_pb2 as wire

DISK = 16 << 20  # bytes
SIDE = 1024  # px: a gray picture of 1 MiB
MIB = 1 << 20
STYLE = sum(path.stat().st_size for path in (Path(restyle_server.__file__).parent / "styles" / "night").glob("picture.*"))  # bytes, copied for every job


def _can_mount() -> bool:
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("nsenter"):
        return False
    return subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(not _can_mount(), reason="needs root and a mount namespace")


class Disk:
    """The state folder of a launched server, seen from outside its mount namespace."""

    def __init__(self, launchpad: Launchpad) -> None:
        self._state = launchpad.state
        jobs = f'mkdir "{self._state}/jobs" && mount --bind "{self._state}/jobs" "{self._state}/jobs"'  # a mount of its own, so that it can be locked
        script = f'mount -t tmpfs -o size={DISK} tmpfs "{self._state}" && {jobs} && exec "$@"'
        self.server = launchpad.start("unshare", "-m", "sh", "-c", script, "sh")

    @property
    def folder(self) -> Path:
        return Path(f"/proc/{self.server.pid}/root{self._state}")

    def lock(self, how: str) -> None:
        """Makes the jobs' folder "ro" or "rw"."""
        subprocess.run(["nsenter", "-t", str(self.server.pid), "-m", "mount", "-o", f"remount,bind,{how}", f"{self._state}/jobs"], check=True)

    def fill(self, leave: int = 0) -> Path:
        """Writes a file as large as the disk has room for, but `leave` bytes."""
        room = os.statvfs(self.folder)
        ballast = self.folder / "ballast"
        ballast.write_bytes(bytes(max(0, room.f_bavail * room.f_frsize - leave)))
        return ballast


@asynccontextmanager
async def reached(disk: Disk) -> AsyncIterator[Caller]:
    await until((disk.folder / "server.json").exists)
    words = json.loads((disk.folder / "server.json").read_text())
    async with calling(words["address"], words["token"]) as caller:
        yield caller


def large(seed: int) -> wire.JobSpec:
    spec = order(seed=seed)
    spec.content.width = spec.content.height = SIDE
    return spec


DATA = [(0, 0, bytes(SIDE * SIDE))]


async def _ends_without_a_trace(disk: Disk) -> None:
    """What could not be logged for lack of room is lost; nobody gets Python's own account of that."""
    disk.server.terminate()
    await until(lambda: disk.server.poll() is not None)
    assert "Traceback" not in last_words(disk.server)


async def _survives(caller: Caller) -> None:
    assert (await caller.call("GetServerInfo")).state == "serving"
    job = await caller.create(order(seed=1))
    assert (await caller.end(job.id)).state == wire.SUCCEEDED
    assert await caller.read(job.id) == painted_bytes(pixels(1), 1)


async def test_a_full_disk_refuses_or_fails_the_job_with_its_reason_and_the_server_survives(launchpad: Launchpad, sized: Sized, promised: Promised) -> None:
    rounds = sized(10, 1)
    disk = Disk(launchpad)
    async with reached(disk) as caller:
        await _survives(caller)
        for _ in range(rounds):
            ballast = disk.fill(leave=STYLE + MIB // 2)  # no room for the upload
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await caller.create(large(2), DATA)
            assert (refused.value.code(), details(refused.value)["ErrorInfo"].reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "DISK_FULL")
            ballast.unlink()
            ballast = disk.fill(leave=STYLE + MIB + MIB // 2)  # for the upload, but not for the result
            failed = await caller.end((await caller.create(large(3), DATA)).id)
            assert (failed.state, failed.error.reason) == (wire.FAILED, "DISK_FULL")
            ballast.unlink()
            await _survives(caller)
    await _ends_without_a_trace(disk)
    promised("P19", "disk full while uploading or writing the result: DISK_FULL, the server goes on", "all of {}", 2 * rounds)


async def test_a_read_only_state_folder_is_one_sentence_when_the_server_starts(launchpad: Launchpad) -> None:
    server = launchpad.start("unshare", "-m", "sh", "-c", f'mount -t tmpfs -o ro tmpfs "{launchpad.state}" && exec "$@"', "sh")
    await until(lambda: server.poll() is not None)
    words = last_words(server)
    assert server.returncode == 1
    assert words.count("\n") == 1
    assert str(launchpad.state) in words
    assert "Read-only file system" in words
    assert "--state-dir" in words


async def test_a_folder_that_becomes_read_only_refuses_or_fails_the_job_and_the_server_survives(launchpad: Launchpad, sized: Sized, promised: Promised) -> None:
    rounds = sized(10, 1)
    disk = Disk(launchpad)
    async with reached(disk) as caller:
        await _survives(caller)
        for _ in range(rounds):
            (disk.folder / "fake-engine.json").write_text('{"steps": 100000, "step_ms": 2}')
            running = await caller.create(order(seed=4))
            await caller.begun(running.id)
            disk.lock("ro")
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await caller.create(order(seed=5))
            assert (refused.value.code(), details(refused.value)["ErrorInfo"].reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "DISK_FULL")
            await caller.call("FinishJob", id=running.id)
            failed = await caller.end(running.id)
            assert (failed.state, failed.error.reason) == (wire.FAILED, "DISK_FULL")
            assert "writable" in failed.error.message
            disk.lock("rw")
            (disk.folder / "fake-engine.json").unlink()
            await _survives(caller)
    await _ends_without_a_trace(disk)
    promised("P19", "read-only: new jobs refused, the running one fails with a reason, the server goes on", "all of {}", 2 * rounds)
