"""Owns the one process of a server that knows Ray: it finds the cluster's machines, places painters on them, and passes on what is said, both ways.

It is a process of its own because Ray ends the process of a driver that loses its head: here that costs the jobs on other machines their way, which is found
again, and the front end nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any

from . import goods
from .line import Line
from .messages import Apart, Kill, Node, Nodes, Settings, StartWorker, Tell, Word
from .places import MISSING
from .rays import Rays

NODE_SECONDS = 1.0  # between two looks at which machines there are
HEAD_SECONDS = 15.0  # that the head may take to answer, on a busy machine
EXIT_ORPHANED, EXIT_APART = 3, 4
NOT_LET_IN = "InvalidAuthToken"  # in Ray's own words on stderr; the error itself only says that there is no connection

NOBODY = "Nobody answers at {address}; start the head there with `restyle serve --ray start`, or correct the address."
NO_RAY = "What answers at {address} is no Ray that this machine belongs to; make it a part of it first, with: restyle work --join {address}."
NOT_OURS = "The cluster at {address} knows another token; copy its file cluster.token again, and name it with --token-file."
OTHER_VERSION = "The cluster runs another version ({said}); install the same versions of Restyle, Ray and Python on all its machines."
LOST_HEAD = "The cluster's head at {address} does not answer any more; jobs go on when it is back."


def main(pipe: Connection, settings: Settings) -> None:
    """Runs until the front end closes its end of the pipe, or the cluster is gone."""
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, signal.SIG_IGN)  # only the front end decides when it ends
    os.environ.update(settings.variables)
    log = os.open(settings.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for number in (1, 2):
        os.dup2(log, number)  # Ray's own words, which are no sentences
    asyncio.run(Bridge(pipe, settings).run())


class Bridge:
    """One connection to one cluster."""

    def __init__(self, pipe: Connection, settings: Settings) -> None:
        self._pipe = pipe
        self._settings = settings
        self._lines: dict[int, Line] = {}
        self._digests = goods.Digests()

    async def run(self) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            self._rays = await asyncio.to_thread(Rays, self._settings)
        except ImportError:
            self._leave(MISSING)
        except Exception as error:
            self._leave(why(error, self._settings))
        shutil.rmtree(self._settings.folder, ignore_errors=True)
        self._settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        Thread(target=self._read, daemon=True, name="read").start()
        known: tuple[Node, ...] | None = None
        while True:
            try:
                async with asyncio.timeout(HEAD_SECONDS):
                    found = await asyncio.to_thread(self._rays.nodes)
            except Exception:
                self._leave(LOST_HEAD.format(address=self._settings.address))
            if found != known:
                known = found
                self.say(Nodes(found))
            await asyncio.sleep(NODE_SECONDS)

    def say(self, word: Any) -> None:
        """To the front end."""
        try:
            self._pipe.send(word)
        except OSError:
            os._exit(EXIT_ORPHANED)

    def _leave(self, sentence: str) -> None:
        self.say(Apart(sentence))
        os._exit(EXIT_APART)

    def _read(self) -> None:
        while True:
            try:
                word: Word = self._pipe.recv()
            except (EOFError, OSError):
                os._exit(EXIT_ORPHANED)
            self._loop.call_soon_threadsafe(self._obey, word)

    def _obey(self, word: Word) -> None:
        match word:
            case StartWorker():
                self._lines = {number: line for number, line in self._lines.items() if not line.over}
                self._lines[word.worker] = Line(word, self._settings, self._rays, self._digests, self.say)
            case Tell():
                if (line := self._lines.get(word.worker)) is not None:
                    line.tell(word.command)
            case Kill():
                if (line := self._lines.pop(word.worker, None)) is not None:
                    line.kill()


def why(error: Exception, settings: Settings) -> str:
    """Why there is no connection, for people."""
    if (isinstance(error, OSError) and not isinstance(error, ConnectionError)) or isinstance(error, ConnectionRefusedError):
        return NOBODY.format(address=settings.address)
    if "ersion mismatch" in str(error):
        return OTHER_VERSION.format(said=" ".join(str(error).split())[:200])
    with contextlib.suppress(OSError):
        if NOT_LET_IN in settings.log.read_text(errors="replace"):
            return NOT_OURS.format(address=settings.address)
    return NO_RAY.format(address=settings.address)
