"""Everybody wants the server at once: one starts, and all get it."""

from __future__ import annotations

import asyncio
import json
import sys
import time

import psutil
from crowd import crowd
from launched import LAUNCHER, Launchpad
from promise_table import Promised, Sized


async def test_of_many_clients_that_start_it_at_once_one_server_comes_and_all_connect(launchpad: Launchpad, sized: Sized, promised: Promised) -> None:
    clients, rounds = sized(20, 5), sized(3, 1)
    state, data = launchpad.state, launchpad.folder / "data"
    for folder in (state, data):
        folder.mkdir()
    command = [sys.executable, str(LAUNCHER), "--state-dir", str(state), "--data-dir", str(data)]
    (data / "launcher.json").write_text(json.dumps({"command": command, "state_dir": str(state), "version": "0.1.0"}))
    environment = {"RESTYLE_STATE_DIR": str(state), "RESTYLE_DATA_DIR": str(data)}
    slowest, idle = 0.0, 0.0
    async with crowd() as people:
        for number in range(-1, rounds):  # the first round is one client alone
            names = [f"{number} {each}" for each in range(clients if number >= 0 else 1)]
            began = time.monotonic()
            await asyncio.gather(*(people.send(name, task="start", environment=environment) for name in names))
            said = [await people.hear(name) for name in names]
            assert not [words for words in said if "failed" in words]
            assert len({words["server"] for words in said}) == 1
            server = psutil.Process(said[0]["server"])
            launcher = [process for process in psutil.process_iter(["cmdline"]) if (process.info["cmdline"] or [])[: len(command)] == command]
            assert [process.pid for process in launcher] == [server.pid]  # the others have not even been started, or have ended
            if number < 0:
                idle = time.monotonic() - began
            else:
                slowest = max(slowest, *(words["seconds"] for words in said))
            server.terminate()
            await asyncio.to_thread(psutil.wait_procs, [server], 30)
    promised("P15", f"{clients} auto-starts at once: one server, all connect within 5 s", "{:.2f} s at most", rounds, figure=slowest, limit=5, idle=idle)
