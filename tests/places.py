"""Owns a place to test in: a real server on the loopback, with the fake engine in a real worker process, and a caller of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from calls import Caller, calling
from fake_engine import write_script
from restyle_server.admin.config import Config
from restyle_server.clock import Clock
from restyle_server.devices.slots import DeviceSlot
from restyle_server.limits import Limits
from restyle_server.server import Server, running


@dataclass(frozen=True)
class Place:
    """A running server and a caller of it."""

    server: Server
    caller: Caller
    config: Config

    def script(self, **words: Any) -> None:
        """The fake engine's script from now on."""
        write_script(self.config.state_dir, **words)

    def job_folders(self) -> list[str]:
        return sorted(path.name for path in (self.config.state_dir / "jobs").iterdir())


Serving = Callable[..., AbstractAsyncContextManager[Place]]


def pid_of(slot: DeviceSlot) -> int:
    """The process that owns the device now."""
    assert slot.process is not None and slot.process.pid is not None
    return slot.process.pid


@pytest.fixture
def serving(tmp_path: Path) -> Serving:
    """`async with serving(clock=…, limits=…, script=…) as place`; several times in one test it is the same state folder."""

    @asynccontextmanager
    async def start(
        clock: Clock | None = None, limits: Limits | None = None, script: dict[str, Any] | None = None, engine: str = "fake_engine:engine", **words: Any
    ) -> AsyncIterator[Place]:
        config = Config(tmp_path / "state", tmp_path / "data", engine_factory=engine, limits=limits or Limits(), **words)
        write_script(config.state_dir, **(script or {}))
        async with running(config, clock) as server, calling(server.address, server.token) as caller:
            yield Place(server, caller, config)

    return start
