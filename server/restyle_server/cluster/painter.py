"""Owns a worker on another machine, from that machine's side: Ray's actor there, around the very process that would paint here. Imports no ray.

It is heard by being asked: each answer stays until the next question says that it came. Each answer bears the time of this machine's clock, which the next
question brings back; `lost_seconds` after the last that came back the worker is killed, and no earlier does who asks take it for lost. So no job is painted
twice at once, however the network is cut.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import Awaitable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .. import __version__
from ..admin.folders import state_dir
from ..devices.slots import Gone, Worker, WorkerProcess
from ..worker import messages as say
from . import goods
from .messages import ENDS, LOST, Kept, Letter, Post
from .stock import Stock

THREADS = "OMP_NUM_THREADS"
FOLDER = "painter"  # of the state folder of its machine
ANSWER_SECONDS = 1.0  # that a question waits for something to say
LOOK_SECONDS = 0.25  # between two looks at the lease
LATEST = (say.Beat, say.Advanced, say.Previewed, Kept)  # of which only the last one counts
NAMES: dict[type, tuple[str, ...]] = {say.Paint: (goods.RESULT, goods.REPORT, goods.FRAME, goods.SCALE), say.Learn: (goods.LEARNED,)}


class Painter:
    """All of it runs on the actor's loop."""

    async def open(self, node: str, device: str, factory: str, lost_seconds: float, folder: Path | None = None) -> str:
        """Starts the worker; returns the version of Restyle here. folder: for its files, else in the state folder. OSError."""
        self._stock = Stock(folder or state_dir() / FOLDER, node)
        self._lost_seconds = lost_seconds
        self._granted = time.monotonic()
        self._letters: deque[tuple[int, say.Message | Gone | Kept]] = deque()
        self._written = self._told = 0
        self._filled = asyncio.Event()
        self._telling = asyncio.Lock()
        self._files: dict[str, dict[str, Path]] = {}  # of the jobs at hand, by name
        self._seen: dict[Path, tuple[int, int]] = {}
        self._done: dict[int, str] = {}  # jobs that ended, by the letter that says so
        if not os.environ.get(THREADS):
            os.environ.pop(THREADS, None)  # empty against Ray's own choice
        self.child: Worker = WorkerProcess(device, factory, self._hear)
        self.working = True
        self._watch = asyncio.create_task(self._lease())
        return __version__

    async def tell(self, number: int, command: Any, files: Mapping[str, Awaitable[Any]]) -> None:
        """Passes a packed command on, once, however often it comes. files: all that it needs, by digest; what is here already is not fetched. OSError."""
        async with self._telling:
            if number <= self._told:
                return
            for digest, blob in goods.blobs(command).items():
                if self._stock.lacks(blob):
                    await asyncio.to_thread(self._stock.keep, blob, await files[digest])
            job_id = getattr(command, "job_id", "")
            self._pass(job_id, await asyncio.to_thread(goods.unpacked, command, lambda what: self._stock.lay(what, job_id)))
            self._told = number

    def _pass(self, job_id: str, found: say.Command) -> None:
        if isinstance(found, say.Paint | say.Learn):
            self._files[job_id] = {name: self._stock.folder(job_id) / name for name in NAMES[type(found)]}
            self._done = {end: ended for end, ended in self._done.items() if ended != job_id}  # it has come back: its folder stays
            for path in self._files[job_id].values():
                self._anew(path)
        self.child.tell(found)

    async def hear(self, seen: int, stamp: float | None) -> Post:
        """What there is to say after the letter of this number. stamp: of the last answer that came; None: none has."""
        if stamp is not None and self.working:
            self._granted = max(self._granted, stamp)
        while self._letters and self._letters[0][0] <= seen:
            number, _ = self._letters.popleft()
            if (job_id := self._done.pop(number, None)) is not None:
                for path in self._files.pop(job_id, {}).values():
                    self._seen.pop(path, None)
                self._stock.drop(job_id)
        if not self._letters:
            self._filled.clear()
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._filled.wait()
            except TimeoutError:
                pass
        letters = tuple(Letter(number, message) for number, message in self._letters)
        return Post(letters, time.monotonic(), self.child.pid, self.child.vitals())

    async def fetch(self, number: int) -> dict[str, Any]:
        """The files that go with the letter of this number, by name, as arrays of uint8; none of one that a later letter has replaced. OSError."""
        found = next((message for letter, message in self._letters if letter == number), None)
        return await asyncio.to_thread(self._with, found)

    # ---- Inside

    def _hear(self, child: Worker, message: say.Message | Gone) -> None:
        for job_id, files in self._files.items():
            if any(self._anew(files[name]) for name in goods.LASTING if name in files):
                self._write(Kept(job_id))
        self._write(message if self.working or not isinstance(message, Gone) else Gone(message.code, LOST))  # ended here for want of questions
        if isinstance(message, ENDS):
            self._done[self._written] = message.job_id

    def _write(self, message: say.Message | Gone | Kept) -> None:
        if isinstance(message, LATEST):
            self._letters = deque(one for one in self._letters if _about(one[1]) != _about(message))
        self._written += 1
        self._letters.append((self._written, message))
        self._filled.set()

    def _anew(self, path: Path) -> bool:
        try:
            about = path.stat()
        except OSError:
            return False
        mark = about.st_mtime_ns, about.st_ino
        before = self._seen.get(path)
        self._seen[path] = mark
        return before != mark

    def _with(self, message: say.Message | Gone | Kept | None) -> dict[str, Any]:
        match message:
            case Kept():
                names: tuple[str, ...] = goods.LASTING
            case say.Done():
                names = (goods.RESULT, goods.REPORT, goods.FRAME)
            case _:
                return {}
        files = self._files.get(message.job_id, {})
        return {name: np.fromfile(files[name], np.uint8) for name in names if name in files and files[name].exists()}

    async def _lease(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if time.monotonic() - self._granted > self._lost_seconds:
                self.close()
                return

    def close(self) -> None:
        """Ends the worker: who comes back finds none."""
        self._granted = float("-inf")
        self.working = False
        self.child.kill()


def _about(message: say.Message | Gone | Kept) -> tuple[type, str]:
    return type(message), getattr(message, "job_id", "")
