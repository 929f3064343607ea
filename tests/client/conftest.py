"""Owns the fixtures of the client's tests: folders of their own, a scripted server, and sessions with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from client.scripted_server import TOKEN, ScriptedServer
from restyle_client import AsyncSession, connect_async

RECONNECT_SECONDS = 2.0  # enough for a loopback connection on a busy machine


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """State and data folders of this test alone."""
    monkeypatch.setenv("RESTYLE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("RESTYLE_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "state").mkdir()
    (tmp_path / "data").mkdir()
    return tmp_path


@pytest_asyncio.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    scripted = ScriptedServer()
    await scripted.start()
    yield scripted
    await scripted.stop()


@pytest_asyncio.fixture
async def session(server: ScriptedServer) -> AsyncIterator[AsyncSession]:
    async with connect_async(address=server.address, token=TOKEN, reconnect_seconds=RECONNECT_SECONDS) as connected:
        yield connected
