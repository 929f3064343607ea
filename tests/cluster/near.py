"""Owns a cluster without a network: painters on the test's own loop, around real worker processes, and a network between that the test cuts."""

from __future__ import annotations

import asyncio
import itertools
import pickle
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
from calls import calling
from fake_engine import write_script
from places import Place
from restyle_server.admin.config import Config
from restyle_server.cluster import cluster, goods
from restyle_server.cluster.line import Broken, Line
from restyle_server.cluster.messages import Kill, Node, Nodes, Post, Settings, StartWorker, Tell
from restyle_server.cluster.painter import Painter
from restyle_server.limits import Limits
from restyle_server.server import running

LOST_SECONDS = 3.0


class Machine:
    """One machine of the cluster. delay: seconds that an answer is under way."""

    def __init__(self, name: str, folder: Path) -> None:
        self.node = Node(f"{name}-{next(_numbers)}", name, "127.0.0.1", 1.0, 0)
        self.folder = folder / self.node.id
        self.alive = True
        self.cut = False
        self.delay = 0.0
        self.way = 0.0  # seconds that a file is under way
        self.painters: list[NearPainter] = []
        self.brought: list[str] = []  # digests of files that came

    def kill(self) -> None:
        """As when its plug is drawn."""
        self.alive = False
        for painter in self.painters:
            painter.kill()


class NearPainter:
    """A painter that is called through a network."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.painter = Painter()
        machine.painters.append(self)

    async def open(self, node: str, device: str, factory: str, lost_seconds: float) -> str:
        version: str = await self._through(lambda: self.painter.open(node, device, factory, lost_seconds, self._machine.folder))
        return version

    async def tell(self, number: int, command: Any, files: Mapping[str, Any]) -> None:
        fetched = {digest: self._fetched(digest, path) for digest, path in files.items()}
        await self._through(lambda: self.painter.tell(number, pickle.loads(pickle.dumps(command)), fetched))  # noqa: S301 - our own
        for one in fetched.values():
            one.close()

    async def _fetched(self, digest: str, path: Path) -> Any:
        self._machine.brought.append(digest)
        await asyncio.sleep(self._machine.way)
        return np.fromfile(path, np.uint8)

    async def hear(self, seen: int, stamp: float | None) -> Post:
        post: Post = await self._through(lambda: self.painter.hear(seen, stamp))
        return post

    async def fetch(self, number: int) -> Mapping[str, Any]:
        await asyncio.sleep(self._machine.way)
        files: Mapping[str, Any] = await self._through(lambda: self.painter.fetch(number))
        return files

    def kill(self) -> None:
        if not self._machine.cut:
            self.painter.close()

    async def _through(self, call: Callable[[], Any]) -> Any:
        if not self._machine.alive:
            raise Broken("dead")
        await self._open()
        answer = await call()
        if self._machine.delay:
            await asyncio.sleep(self._machine.delay)
        await self._open()
        if not self._machine.alive:
            raise Broken("dead")
        return answer

    async def _open(self) -> None:
        """What is under way when the network is cut arrives when it is mended."""
        while self._machine.cut:  # noqa: ASYNC110 - as a network is
            await asyncio.sleep(0.02)


class NearWays:
    def __init__(self, machines: dict[str, Machine]) -> None:
        self._machines = machines

    def placed(self, start: StartWorker) -> NearPainter:
        return NearPainter(self._machines[start.node])

    def offered(self, digest: str, source: Path) -> Any:
        return source


class NearBridge:
    """In the place of the bridge's process."""

    def __init__(self, settings: Settings, hear: Callable[[Any, Any], None], machines: dict[str, Machine]) -> None:
        settings.folder.mkdir(exist_ok=True)
        self._settings, self._hear, self._machines = settings, hear, machines
        self._lines: dict[int, Line] = {}
        self._digests = goods.Digests()
        asyncio.get_running_loop().call_soon(self.look)

    def look(self) -> None:
        """At which machines there are."""
        self._say(Nodes(tuple(machine.node for machine in self._machines.values() if machine.alive)))

    def tell(self, word: Any) -> None:
        match word:
            case StartWorker():
                self._lines[word.worker] = Line(word, self._settings, NearWays(self._machines), self._digests, self._say)
            case Tell():
                if (line := self._lines.get(word.worker)) is not None:
                    line.tell(word.command)
            case Kill():
                if (line := self._lines.pop(word.worker, None)) is not None:
                    line.kill()

    def end(self) -> None:
        for machine in self._machines.values():
            machine.cut = False
            machine.kill()

    def part(self) -> None:
        """As when its process dies: its lines fall silent, and nothing of them is heard."""
        for line in self._lines.values():
            line.drop()
        self._hear(self, None)

    def _say(self, word: Any) -> None:
        asyncio.get_running_loop().call_soon(self._hear, self, word)


class Studio(Place):
    """A server and its machines."""

    machines: dict[str, Machine]
    bridges: list[NearBridge]
    folder: Path
    words: dict[str, Any]

    def join(self, name: str) -> Machine:
        """Another machine."""
        machine = Machine(name, self.folder)
        self.machines[machine.node.id] = machine
        write_script(machine.folder / machine.node.id, **self.words)
        if self.bridges:
            self.bridges[-1].look()
        return machine

    def script_all(self, **words: Any) -> None:
        """The fake engine's script from now on, everywhere."""
        for machine in self.machines.values():
            write_script(machine.folder / machine.node.id, **words)

    def kill(self, machine: Machine) -> None:
        machine.kill()
        self.bridges[-1].look()


_numbers = itertools.count()


@asynccontextmanager
async def studio(tmp_path: Path, monkeypatch: Any, names: tuple[str, ...] = ("one", "two"), hang_seconds: float = 30.0, **words: Any) -> AsyncIterator[Any]:
    """A server with machines of these names. words: the fake engine's script on all of them."""
    machines: dict[str, Machine] = {}
    bridges: list[NearBridge] = []

    def bridge(settings: Settings, hear: Callable[[Any, Any], None]) -> NearBridge:
        bridges.append(NearBridge(settings, hear, machines))
        return bridges[-1]

    monkeypatch.setattr(cluster, "Bridge", bridge)
    monkeypatch.setattr(cluster, "ray_is_there", lambda: True)
    config = Config(
        tmp_path / "state",
        tmp_path / "data",
        engine_factory="fake_engine:engine",
        ray="127.0.0.1",
        limits=Limits(lost_seconds=LOST_SECONDS, hang_seconds=hang_seconds),
    )
    config.state_dir.mkdir(parents=True)
    (config.state_dir / cluster.KEY_FILE).write_text("no secret")
    async with running(config) as server, calling(server.address, server.token) as caller:
        place = Studio(server, caller, config)
        for name, value in {"machines": machines, "bridges": bridges, "folder": tmp_path, "words": words}.items():
            object.__setattr__(place, name, value)
        for name in names:
            place.join(name)
        yield place
