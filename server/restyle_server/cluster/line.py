"""Owns the line to one worker on another machine: has a painter placed there, tells it commands in order, asks it for what it says, and gives it up in time."""

from __future__ import annotations

import asyncio
import time
import traceback
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from .. import __version__
from ..devices.ends import KILLED
from ..devices.slots import Gone
from ..worker import messages as say
from ..worker.process import DISK_FULL, INTERNAL
from . import goods
from .messages import ENDS, FILED, LOST, Alive, Heard, Kept, Letter, Post, Settings, StartWorker

MARGIN_SECONDS = 1.0  # beyond the lease, before a worker is taken for lost: its machine looks at the lease now and then
AGAIN_SECONDS = 5.0  # after which a question without an answer is asked anew: a connection that broke takes its answers along
LOOK_SECONDS = 1.0  # between two questions to a worker whose files are on their way
PAUSE_SECONDS = 0.3  # before a try that follows one which failed
WAY_SECONDS = 600.0  # that a command and its files, or a painting, may be under way: 256 MiB at 4 Mbit/s
OPEN_SECONDS = 300.0  # for a machine to start a painter; a busy one imports for a minute
OTHERS = "This machine has Restyle {there} and the server {here}; install the same version on both."
UNFIT = "This machine has no Restyle that a painter could start with; install the same there as here: {said}."
NO_ROOM = "A machine of the cluster can't keep what it was sent ({reason}); make room in the state folder there, and send the job again."


class Broken(Exception):
    """A call did not come through; or it did, and its answer was lost."""


class Unfit(Exception):
    """What answers is no painter that can be used."""


class Lost(Exception):
    """Nobody can reach the worker, and it has stopped by itself."""


class Painting(Protocol):
    """A painter, as painter.Painter has it, from far away: each call may raise Broken, and Unfit."""

    async def open(self, node: str, device: str, factory: str, lost_seconds: float) -> str: ...
    async def tell(self, number: int, command: Any, files: Mapping[str, Any]) -> None: ...
    async def hear(self, seen: int, stamp: float | None) -> Post: ...
    async def fetch(self, number: int) -> Mapping[str, Any]: ...
    def kill(self) -> None: ...


class Ways(Protocol):
    """To other machines. placed: Broken when there is no cluster any more. offered: a file as `tell` takes it, OSError."""

    def placed(self, start: StartWorker) -> Painting: ...
    def offered(self, digest: str, source: Path) -> Any: ...


class Line:
    """Lives on the bridge's loop. speak: to the front end."""

    def __init__(self, start: StartWorker, settings: Settings, ways: Ways, digests: goods.Digests, speak: Callable[[Any], None]) -> None:
        self._start, self._settings, self._ways, self._digests, self._speak = start, settings, ways, digests, speak
        self._commands: asyncio.Queue[say.Command] = asyncio.Queue()
        self._on_way = 0  # commands that have not arrived yet
        self._places: dict[str, dict[str, Path]] = {}
        self._seen = 0
        self._stamp: float | None = None
        self._answered = time.monotonic()
        self._painter: Painting | None = None
        self._task = asyncio.create_task(self._run())

    def tell(self, command: say.Command) -> None:
        self._on_way += 1
        self._commands.put_nowait(command)

    def kill(self) -> None:
        """Ends the worker; its end is heard."""
        self._task.cancel()
        self._end(Gone(KILLED))

    @property
    def over(self) -> bool:
        return self._task.done()

    def drop(self) -> None:
        """Asks no more; the worker ends by itself."""
        self._task.cancel()

    # ---- Inside

    async def _run(self) -> None:
        try:
            self._end(await self._heard_out())
        except (Lost, Broken):
            self._end(Gone(None, LOST))
        except Exception:
            self._heard(say.Unusable(INTERNAL[1], traceback.format_exc()))
            self._end(Gone(None, LOST))

    def _end(self, end: Gone) -> None:
        if self._painter is not None:
            self._painter.kill()
        self._heard(end)

    async def _heard_out(self) -> Gone:
        """Until the worker has ended. Lost."""
        self._painter = painter = self._ways.placed(self._start)
        if (complaint := await self._complaint(painter)) is not None:
            self._heard(say.Unusable(complaint, ""))
            return Gone(1)
        self._answered = time.monotonic()
        sending = asyncio.create_task(self._send(painter))
        try:
            while True:
                post = await self._asked(painter)
                for letter in post.letters:
                    if letter.number > self._seen:
                        await self._deliver(painter, letter)
                        self._seen = letter.number
                        if isinstance(letter.message, Gone):
                            return letter.message
                if sending.done():
                    await self._give_up()
        finally:
            sending.cancel()

    async def _complaint(self, painter: Painting) -> str | None:
        """Starts the worker; what is wrong with its machine, or None. Lost."""
        start, settings = self._start, self._settings
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                version = await painter.open(start.node, start.device, settings.factory, settings.lost_seconds)
        except (TimeoutError, Broken):
            await asyncio.sleep(settings.lost_seconds)  # if it was opened after all, it ends by itself
            raise Lost from None
        except OSError as error:
            return NO_ROOM.format(reason=error.strerror or error)
        except Unfit as error:
            return UNFIT.format(said=error)
        return None if version == __version__ else OTHERS.format(there=version, here=__version__)

    async def _asked(self, painter: Painting) -> Post:
        """The next answer. Lost."""
        while True:
            left = self._answered + self._settings.lost_seconds + MARGIN_SECONDS - time.monotonic()
            if left <= 0:
                raise Lost
            asked = asyncio.ensure_future(painter.hear(self._seen, self._stamp))
            asked.add_done_callback(_forgotten)
            await asyncio.wait({asked}, timeout=min(left, AGAIN_SECONDS))
            if not asked.done():
                continue
            try:
                post = asked.result()
            except Broken:  # also of one that died: whether it has is only known when its lease is over
                await asyncio.sleep(min(left, PAUSE_SECONDS))
                continue
            self._answered, self._stamp = time.monotonic(), post.stamp
            self._speak(Alive(self._start.worker, post.pid, post.vitals, self._on_way == 0))
            return post

    async def _send(self, painter: Painting) -> None:
        """Until a command takes too long."""
        number = 1
        while True:
            command = await self._commands.get()
            try:
                parcel = await asyncio.to_thread(goods.packed, command, self._digests)
                if parcel.places:
                    self._places[getattr(command, "job_id", "")] = dict(parcel.places)
                async with asyncio.timeout(WAY_SECONDS):
                    await self._sent(painter, number, parcel)
                number += 1
            except TimeoutError:
                return
            except OSError as error:
                self._failed(command, "DISK_FULL", NO_ROOM.format(reason=error.strerror or error), "")
            except Exception:
                self._failed(command, *INTERNAL, traceback.format_exc())
            self._on_way -= 1

    def _failed(self, command: say.Command, reason: str, sentence: str, trace: str) -> None:
        """What could not be told ends a job; any other command is only missed."""
        if isinstance(command, say.Paint | say.Learn):
            self._heard(say.Failed(command.job_id, reason, sentence, trace))

    async def _sent(self, painter: Painting, number: int, parcel: goods.Packed) -> None:
        """Until it has arrived. OSError when its files find no room there."""
        while True:
            files = {digest: await asyncio.to_thread(self._ways.offered, digest, path) for digest, path in parcel.sources.items()}
            try:
                await painter.tell(number, parcel.command, files)
            except Broken:
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return

    async def _give_up(self) -> None:
        """Lost, as soon as it has ended by itself."""
        await asyncio.sleep(self._settings.lost_seconds + MARGIN_SECONDS)
        raise Lost

    async def _fetched(self, painter: Painting, number: int) -> Mapping[str, Any]:
        """A letter's files. Meanwhile the worker is asked on, so that nobody takes it for lost, itself neither. Lost; OSError."""
        end = time.monotonic() + WAY_SECONDS
        while time.monotonic() < end:
            fetching = asyncio.ensure_future(painter.fetch(number))
            fetching.add_done_callback(_forgotten)
            try:
                while not fetching.done() and time.monotonic() < end:
                    await asyncio.wait({fetching}, timeout=LOOK_SECONDS)
                    if not fetching.done():
                        await self._asked(painter)
                if fetching.done():
                    return fetching.result()
            except Broken:
                await asyncio.sleep(PAUSE_SECONDS)
            finally:
                fetching.cancel()
        await self._give_up()
        return {}

    async def _deliver(self, painter: Painting, letter: Letter) -> None:
        """Passes a message on, with its files beside their places: the front end puts them there, if they are still wanted. Lost."""
        message, files = letter.message, []
        job_id = getattr(message, "job_id", "")
        places = self._places.get(job_id, {})
        if isinstance(message, ENDS):
            self._places.pop(job_id, None)
        try:
            for name, data in (await self._fetched(painter, letter.number) if isinstance(message, FILED) else {}).items():
                if name in places:
                    waiting = self._settings.folder / uuid.uuid4().hex
                    files.append((waiting, places[name]))
                    await asyncio.to_thread(_write, waiting, data)
        except OSError:
            for waiting, _ in files:
                waiting.unlink(missing_ok=True)
            if not isinstance(message, say.Done):  # what was kept matters to those alone who go on from it
                return
            message, files = say.Failed(job_id, *DISK_FULL, ""), []
        if isinstance(message, say.Done):
            message = replace(message, result=replace(message.result, path=places[goods.RESULT]))
        self._speak(Heard(self._start.worker, message, tuple(files)))

    def _heard(self, message: say.Message | Gone | Kept) -> None:
        self._speak(Heard(self._start.worker, message))


def _forgotten(asked: asyncio.Future[Any]) -> None:
    """An answer that came too late: another question was asked meanwhile."""
    if not asked.cancelled():
        asked.exception()


def _write(path: Path, data: Any) -> None:
    path.touch(mode=0o600)
    path.write_bytes(data)
