"""Owns the cluster as the front end sees it: a head here, when one is wanted, the bridge, and a slot for each device of each machine, which come and go.

The bridge and the head are processes, which are started again when they end: meanwhile jobs wait, and those that ran go on when there are machines again.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import itertools
import logging
import multiprocessing
import secrets
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from restyle_contract.files import atomic_write

from ..admin.config import Config
from ..clock import Clock
from ..devices.dispatch import Dispatcher
from ..devices.slots import DeviceSlot, Hear, without_main
from .bridge import main as bridge_main
from .line import MARGIN_SECONDS
from .messages import LOST, Alive, Apart, Heard, Node, Nodes, Settings, StartWorker
from .places import MISSING, address, head_command, variables
from .remote import RemoteWorker

log = logging.getLogger(__name__)

AGAIN = (0.0, 2.0, 5.0, 10.0)  # s before the bridge or the head is started again, by ends in a row
KEY_FILE = "cluster.token"


ALONE = "only this machine can join the cluster; for others, name the address by which they reach it: --ray start@ADDRESS"
JOIN = "other machines join with: restyle work --join {address} --token-file cluster.token (a copy of {file})"
NOT_LET_IN = "The cluster's token {file} does not exist; copy cluster.token from the state folder of the machine with its head, and name it with --ray-token."


def ray_is_there() -> bool:
    return importlib.util.find_spec("ray") is not None


class Unusable(Exception):
    """No cluster can be used; the text is a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a slot holds of a machine. name: for people; device: as the worker finds it, which sees no GPU but its own; cpus, gpus: as Ray counts them."""

    name: str
    device: str
    cpus: float
    gpus: int


class Cluster:
    """Everything happens on the loop's thread. The config's devices are meant for each machine."""

    def __init__(self, config: Config, dispatcher: Dispatcher, clock: Clock) -> None:
        """Unusable."""
        if not ray_is_there():
            raise Unusable(MISSING)
        try:
            self._address = address(config.ray)
        except ValueError as error:
            raise Unusable(str(error)) from error
        self._devices, self._factory = config.devices, config.engine_factory
        self._folder = config.state_dir / "cluster"
        self.token_file = config.ray_token or config.state_dir / KEY_FILE
        if not self._address.start and not self.token_file.is_file():
            raise Unusable(NOT_LET_IN.format(file=self.token_file))
        self._dispatcher, self._clock, self._limits = dispatcher, clock, config.limits
        self._numbers = itertools.count(1)
        self._workers: dict[int, RemoteWorker] = {}
        self._slots: dict[str, list[DeviceSlot]] = {}  # by node
        self._bridge: Bridge | None = None
        self._head: subprocess.Popen[str] | None = None
        self._bridges, self._heads = Tries(clock), Tries(clock)
        self._told = ""
        self._closing = False

    @property
    def joining(self) -> str:
        """How other machines come."""
        if self._address.loopback:
            return ALONE
        return JOIN.format(address=self._address.text, file=self.token_file)

    def open(self) -> None:
        """Starts what is to be started. OSError when the state folder can't be written."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        if self._address.start and not self.token_file.exists():
            atomic_write(self.token_file, secrets.token_hex(32), private=True)
        self.sweep()

    def sweep(self) -> None:
        """Starts again what has ended. Called every SWEEP_SECONDS."""
        if self._address.start and (self._head is None or self._head.poll() is not None) and self._heads.due():
            self._start_head()
        if self._bridge is None and self._bridges.due():
            self._start_bridge()

    async def close(self) -> None:
        """Ends what was started."""
        self._closing = True
        await asyncio.to_thread(self._end)

    def _end(self) -> None:
        if self._bridge is not None:
            self._bridge.end()
        if self._head is not None:
            if self._head.stdin is not None:
                self._head.stdin.close()  # by which it knows
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._head.wait(HEAD_SECONDS)
            self._head.kill()
            self._head.wait()

    # ---- Inside

    def _start_head(self) -> None:
        if self._head is not None and self._head.stdin is not None:
            self._head.stdin.close()
        command = head_command(self._address, self.token_file)
        try:
            self._head = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True)
        except OSError as error:
            log.error("cluster: its head can't be started (%s)", error.strerror)  # noqa: TRY400 - the cause is all there is to say
            return
        threading.Thread(target=_log_lines, args=(self._head,), daemon=True, name="cluster head").start()

    def _start_bridge(self) -> None:
        settings = Settings(
            self._address.text,
            self._folder / "arriving",
            self._folder / "bridge.log",
            self._factory,
            self._limits.lost_seconds,
            variables(self._address.host, self.token_file),
        )
        try:
            self._bridge = Bridge(settings, self._hear)
        except OSError as error:
            log.error("cluster: the system refused another process (%s)", error.strerror)  # noqa: TRY400 - same

    def _hear(self, bridge: Bridge, word: Any) -> None:
        if bridge is not self._bridge:
            return
        match word:
            case Heard() | Alive() if (worker := self._workers.get(word.worker)) is not None:
                worker.heard(word) if isinstance(word, Heard) else worker.alive(word)
            case Nodes():
                self._bridges.went()
                self._told = ""
                self._changed(word.nodes)
            case Apart():
                if word.message != self._told and not (self._head is not None and self._head.poll() is None):  # that of a head here is in its own words
                    self._told = word.message
                    log.warning("cluster: %s", word.message)
            case None:
                self._parted()

    def _parted(self) -> None:
        """The bridge has ended. Its workers end by themselves when nobody asks them; until then nobody may take their places."""
        self._bridge = None
        if self._closing:
            return
        self._changed(())
        loop = asyncio.get_running_loop()
        for worker in self._workers.values():
            loop.call_later(self._limits.lost_seconds + MARGIN_SECONDS, worker.end, LOST)
        self._workers.clear()

    def _changed(self, nodes: tuple[Node, ...]) -> None:
        there = {node.id: node for node in nodes}
        for node_id in [known for known in self._slots if known not in there]:
            for slot in self._slots.pop(node_id):
                log.warning("device %s: its machine is gone", slot.id)
                self._dispatcher.leave(slot)
        for node in nodes:
            if node.id not in self._slots:
                self._slots[node.id] = list(self._joined(node))

    def _joined(self, node: Node) -> Iterator[DeviceSlot]:
        """The slots of a machine that has come."""
        for held in _devices(self._devices, node):
            name = f"{node.name}/{held.name}"
            slot = DeviceSlot(name, partial(self._start, name, node, held), self._clock, self._limits)
            log.info("device %s: its machine has come, at %s", slot.id, node.address)
            self._dispatcher.add(slot)
            yield slot

    def _start(self, name: str, node: Node, held: Held, hear: Hear) -> RemoteWorker:
        worker = RemoteWorker(next(self._numbers), name, self._speak, hear)
        if self._bridge is None:
            asyncio.get_running_loop().call_soon(worker.end, LOST)
        else:
            self._workers = {number: known for number, known in self._workers.items() if not known.over}
            self._workers[worker.number] = worker
            self._speak(StartWorker(worker.number, node.id, held.device, held.cpus, held.gpus))
        return worker

    def _speak(self, word: Any) -> None:
        if self._bridge is not None:
            self._bridge.tell(word)


HEAD_SECONDS = 10.0  # for a head to end


def _devices(wanted: tuple[str, ...], node: Node) -> Iterator[Held]:
    """What a machine paints with. "auto" is every GPU, or all cores of a machine without one; "cpu:N" is one core."""
    for device in wanted:
        kind, _, number = device.partition(":")
        if device == "auto" and node.gpus:
            yield from (Held(f"cuda:{gpu}", "cuda:0", 0.0, 1) for gpu in range(node.gpus))
        elif kind in ("auto", "cpu") and not number and node.cpus:
            yield Held("cpu", "cpu", node.cpus, 0)
        elif kind == "cpu" and number.isdecimal() and int(number) < node.cpus:
            yield Held(device, device, min(1.0, node.cpus), 0)
        elif kind == "cuda" and int(number or 0) < node.gpus:
            yield Held(device, "cuda:0", 0.0, 1)


class Tries:
    """When something that ends again and again is started next."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._count = 0
        self._last = float("-inf")

    def due(self) -> bool:
        """Whether now; which is then noted."""
        now = self._clock.monotonic()
        if now - self._last < AGAIN[min(self._count, len(AGAIN) - 1)]:
            return False
        self._last, self._count = now, self._count + 1
        return True

    def went(self) -> None:
        """It has done its work."""
        self._count = 1


class Bridge:
    """The bridge's process. hear: called on the loop's thread, at last with None."""

    def __init__(self, settings: Settings, hear: Callable[[Bridge, Any], None]) -> None:
        """OSError."""
        self._loop = asyncio.get_running_loop()
        self._hear = hear
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=bridge_main, args=(theirs, settings), name="restyle bridge", daemon=True)
        with without_main():
            self._process.start()
        theirs.close()
        threading.Thread(target=self._read, daemon=True, name="bridge read").start()

    def tell(self, word: Any) -> None:
        """Lost when the bridge has ended."""
        with contextlib.suppress(OSError, ValueError):  # its reader hears of the end
            self._pipe.send(word)

    def end(self) -> None:
        self._process.kill()
        self._process.join()

    def _read(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                self._pass(self._pipe.recv())
        self._process.join()
        self._pass(None)

    def _pass(self, word: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._hear, self, word)


def _log_lines(head: subprocess.Popen[str]) -> None:
    if head.stdout is None:
        return
    with head.stdout:
        for line in head.stdout:
            log.log(logging.INFO if line.startswith("ready") else logging.WARNING, "cluster head: %s", line.strip())
