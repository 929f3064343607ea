"""Owns the blocking session: the asynchronous one on a thread of its own, for callers that have no event loop."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from typing import Any, List, TypeVar  # `list` is a method here

from .cancellation import Cancellation
from .contract import PixelFormat, Plane, Preview, Report
from .errors import RestyleError
from .events import Event, InstallProgress
from .filming import IN_FLIGHT
from .jobs import Estimate, Job, JobState, Result
from .live import AsyncLive, LiveFrame, LivePainting
from .looks import Look
from .requests import JobRequest, LearnRequest
from .servers import ServerInfo
from .session import PREVIEW_SIZE, QUEUE_PATIENCE_SECONDS, AsyncSession
from .styles import Style

T = TypeVar("T")

WAITING_EVENTS = 1000  # that a slow `on_event` may leave behind before some are dropped: a minute and a half of progress
LEAVE_SECONDS = 8.0  # for a call that is broken off to cancel its job on the server
CLOSE_SECONDS = 5.0  # for the loop's thread to end
GLANCE_SECONDS = 0.2  # between looks at Ctrl-C, which Windows does not deliver into a wait


class Session:
    """The calls of AsyncSession, blocking. Threads may share it. Use it as a context manager, or call close().

    `on_event` is called on the calling thread, between the call's start and its return. An exception in it cancels the job and
    reaches the caller; so does Ctrl-C.
    """

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="restyle-client", daemon=True)
        self._thread.start()
        try:
            self._call(session.open())
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def client_id(self) -> str:
        return self._session.client_id

    def close(self) -> None:
        """Ends the connection and the thread. Further calls raise RestyleError."""
        if self._loop.is_closed() or not self._thread.is_alive():
            return
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result(CLOSE_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CLOSE_SECONDS)
        if not self._thread.is_alive():
            self._loop.close()

    def info(self) -> ServerInfo:
        return self._call(self._session.info())

    def estimate(self, request: JobRequest) -> Estimate:
        return self._call(self._session.estimate(request))

    def create(self, request: JobRequest | LearnRequest, on_event: Callable[[Event], None] | None = None) -> Job:
        return self._call_telling(lambda tell: self._session.create(request, tell), on_event)

    def watch(self, job_id: str, previews: bool = True, preview_size: int = PREVIEW_SIZE) -> Iterator[Event]:
        """The job's events until it ends. Leaving the loop early ends the watch; an attached job that nobody watches is cancelled after the server's lease."""
        events = self._session.watch(job_id, previews, preview_size)
        try:
            while True:
                try:
                    event = self._call(_next(events))
                except StopAsyncIteration:
                    return
                yield event
        finally:
            if not self._loop.is_closed():
                self._call(events.aclose())  # type: ignore[attr-defined]

    def read(self, job_id: str, on_event: Callable[[Event], None] | None = None, *, strength: float | None = None) -> Result:
        return self._call_telling(lambda tell: self._session.read(job_id, tell, strength=strength), on_event)

    def preview(self, job_id: str, strength: float | None = None, size: int = PREVIEW_SIZE) -> Preview:
        return self._call(self._session.preview(job_id, strength, size))

    def report(self, job_id: str) -> Report:
        return self._call(self._session.report(job_id))

    def restyle(
        self,
        request: JobRequest,
        on_event: Callable[[Event], None] | None = None,
        cancel: Cancellation | None = None,
        *,
        patience: float = QUEUE_PATIENCE_SECONDS,
        previews: bool = True,
        preview_size: int = PREVIEW_SIZE,
    ) -> Result:
        """Paints: create, watch, read. See AsyncSession.restyle."""
        return self._call_telling(
            lambda tell: self._session.restyle(request, tell, cancel, patience=patience, previews=previews, preview_size=preview_size), on_event
        )

    def film(
        self,
        frames: Iterable[Plane],
        request: JobRequest,
        on_event: Callable[[int, Event], None] | None = None,
        cancel: Cancellation | None = None,
        *,
        keys: Mapping[int, Plane | bytes] | None = None,
        in_flight: int = IN_FLIGHT,
        patience: float = QUEUE_PATIENCE_SECONDS,
    ) -> Iterator[Result]:
        """The paintings of a sequence's frames, in order. See AsyncSession.film. Frames are read on the session's thread, and `on_event` is called on this one,
        while it waits for a painting."""
        heard: list[Callable[[int, Event], None]] = []

        def hear(number: int, event: Event) -> None:
            for tell in heard:
                tell(number, event)

        paintings = self._session.film(frames, request, hear if on_event is not None else None, cancel, keys=keys, in_flight=in_flight, patience=patience)

        async def following(tell: Callable[[Any], None] | None) -> Result:
            heard[:] = [] if tell is None else [lambda number, event: tell((number, event))]
            result: Result = await _next(paintings)
            return result

        try:
            while True:
                try:
                    result = self._call_telling(following, None if on_event is None else lambda told: on_event(*told))
                except StopAsyncIteration:
                    return
                yield result
        finally:
            if not self._loop.is_closed():
                self._call(paintings.aclose())  # type: ignore[attr-defined]

    def finish(self, job_id: str) -> Job:
        return self._call(self._session.finish(job_id))

    def cancel(self, job_id: str) -> Job:
        return self._call(self._session.cancel(job_id))

    def get(self, job_id: str) -> Job:
        return self._call(self._session.get(job_id))

    def list(self, states: tuple[JobState | str, ...] = (), all_clients: bool = True) -> List[Job]:
        return self._call(self._session.list(states, all_clients))

    def delete(self, job_id: str) -> None:
        self._call(self._session.delete(job_id))

    def install_weights(self, weights_id: str = "vgg19", on_event: Callable[[InstallProgress], None] | None = None) -> InstallProgress:
        return self._call_telling(lambda tell: self._session.install_weights(weights_id, tell), on_event)

    def styles(self, thumbnails: bool = False) -> List[Style]:
        return self._call(self._session.styles(thumbnails))

    def style(self, style_id: str, picture: bool = False) -> Style:
        return self._call(self._session.style(style_id, picture))

    def add_style(
        self,
        file: bytes,
        *,
        title: str,
        description: str = "",
        tags: tuple[str, ...] = (),
        credit: str = "",
        license: str = "",
        wanted_id: str = "",
        suggested_scale: float | None = None,
        suggested_strength: float | None = None,
        suggested_color: str | None = None,
    ) -> Style:
        return self._call(
            self._session.add_style(
                file,
                title=title,
                description=description,
                tags=tags,
                credit=credit,
                license=license,
                wanted_id=wanted_id,
                suggested_scale=suggested_scale,
                suggested_strength=suggested_strength,
                suggested_color=suggested_color,
            )
        )

    def delete_style(self, style_id: str) -> None:
        self._call(self._session.delete_style(style_id))

    def looks(self) -> List[Look]:
        return self._call(self._session.looks())

    def look(self, look_id: str, file: bool = False) -> Look:
        return self._call(self._session.look(look_id, file))

    def add_look(self, file: bytes, *, wanted_id: str = "") -> Look:
        return self._call(self._session.add_look(file, wanted_id=wanted_id))

    def delete_look(self, look_id: str) -> None:
        self._call(self._session.delete_look(look_id))

    def learn(self, request: LearnRequest, on_event: Callable[[Event], None] | None = None) -> Job:
        """Has a look learned; returns when it is queued. See AsyncSession.learn."""
        return self._call_telling(lambda tell: self._session.learn(request, tell), on_event)

    def live(
        self,
        pixel_format: PixelFormat,
        width: int,
        height: int,
        look: str,
        *,
        strength: float | None = None,
        icc: bytes | None = None,
        moving: bool = False,
        seamless: str = "none",
    ) -> Live:
        """A canvas that is painted while it changes: `with session.live(...) as canvas`. See AsyncSession.live."""
        return Live(self, self._session.live(pixel_format, width, height, look, strength=strength, icc=icc, moving=moving, seamless=seamless))

    def paint_live(self, plane: Plane, look: str, *, strength: float | None = None, seamless: str = "none") -> Plane:
        return self._call(self._session.paint_live(plane, look, strength=strength, seamless=seamless))

    def stop(self, grace_seconds: float = 30.0) -> None:
        self._call(self._session.stop(grace_seconds))

    # ---- ways ----

    @property
    def closed(self) -> bool:
        return self._loop.is_closed()

    def _do(self, work: Callable[[], T]) -> T:
        """Does something that waits for nothing, on the loop's thread."""

        async def doing() -> T:
            return work()

        return self._call(doing())

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        if self._loop.is_closed():
            work.close()
        return self._call_telling(lambda _: work, None)

    def _call_telling(self, begin: Callable[[Callable[[Any], None] | None], Coroutine[Any, Any, T]], on_event: Callable[[Any], None] | None) -> T:
        """Runs a coroutine on the loop's thread, and `on_event` on this one."""
        if self._loop.is_closed():
            raise RestyleError("This session is closed; connect again.")
        if threading.current_thread() is self._thread:
            raise RestyleError("A blocking call was made on the session's own thread, which would wait for itself; use the asynchronous session there.")
        waiting: queue.Queue[Any] = queue.Queue(WAITING_EVENTS)
        done = threading.Event()

        def tell(event: Any) -> None:
            if not waiting.full():
                waiting.put_nowait(event)

        async def work() -> T:
            try:
                return await begin(tell if on_event is not None else None)
            finally:
                done.set()
                if not waiting.full():
                    waiting.put_nowait(None)

        future = asyncio.run_coroutine_threadsafe(work(), self._loop)
        try:
            while not done.is_set() or not waiting.empty():
                try:
                    event = waiting.get(timeout=GLANCE_SECONDS)
                except queue.Empty:
                    continue
                if event is not None and on_event is not None:
                    on_event(event)
            return future.result()
        except BaseException:
            if not future.done():
                future.cancel()
                done.wait(LEAVE_SECONDS)
            raise

    async def _shut(self) -> None:
        own = asyncio.current_task()
        rest = [task for task in asyncio.all_tasks() if task is not own]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        self._session.close()
        await self._loop.shutdown_asyncgens()


class Live:
    """The calls of AsyncLive for callers without an event loop; made by Session.live. Threads may share it.

    `change`, `resize` and `restyle` take well under a millisecond beside the copy of the pixels; `frame(0)` never waits.
    """

    def __init__(self, session: Session, live: AsyncLive) -> None:
        self._session = session
        self._live = live

    def __enter__(self) -> Live:
        self._session._call(self._live.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def width(self) -> int:
        return self._live.width

    @property
    def height(self) -> int:
        return self._live.height

    def close(self) -> None:
        if not self._session.closed:
            self._session._call(self._live.close())

    def change(self, x: int, y: int, width: int, height: int, data: bytes | bytearray | memoryview) -> int:
        """These pixels are new. See AsyncLive.change."""
        return self._session._do(lambda: self._live.change(x, y, width, height, data))

    def resize(self, width: int, height: int) -> int:
        return self._session._do(lambda: self._live.resize(width, height))

    def restyle(self, look: str | None = None, strength: float | None = None) -> int:
        return self._session._do(lambda: self._live.restyle(look, strength))

    def frame(self, timeout: float | None = None) -> LiveFrame | None:
        """The next part that was painted; None after `timeout` seconds without one (0: at once), or once it is closed."""
        return self._session._call(self._live.frame(timeout))

    def paint(self, plane: Plane) -> LivePainting:
        """The whole plane; of a moving canvas, its next frame. See AsyncLive.paint."""
        return self._session._call(self._live.paint(plane))

    def settled(self, change: int = 0) -> Iterator[LiveFrame]:
        """Frames until everything up to this change is painted."""
        while (found := self.frame()) is not None:
            yield found
            if found.settled and found.change >= change:
                return


async def _next(events: Any) -> Any:
    return await events.__anext__()
