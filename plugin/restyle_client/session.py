"""Owns the asynchronous session: every call of the service, in the client's own types."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, List  # `list` is a method here

from . import discovery, filming, opening, painting, reading, remote, uploading, watching
from .backoff import Backoff
from .cancellation import Cancellation
from .contract import PixelFormat, Plane, Preview, Report
from .conversion import incoming, outgoing
from .discovery import Endpoint
from .errors import NotFound, ServerError, ServerGone, ServerNotFound, Unauthenticated, VersionMismatch
from .events import Download, Event, InstallProgress, Upload
from .jobs import Estimate, Job, JobState, Result
from .listening import OnEvent, listening, tell
from .live import AsyncLive
from .looks import Look
from .refusals import BrokenUpload
from .requests import JobRequest, LearnRequest
from .servers import ServerInfo
from .starting import POLL_SECONDS, start_and_wait
from .styles import Style
from .transport import Connection, ConnectionLost
from .version import API, RECONNECT_SECONDS, START_SECONDS, VERSION
from .wire import restyle_pb2 as pb

ALIVE_SECONDS = 5.0  # for GetServerInfo, which the server answers in milliseconds
PREVIEW_SECONDS = 120.0  # for a picture of a result at another strength: a large one on a busy machine
INSTALL_SILENCE_SECONDS = 300.0  # between two signs of life of a download
QUEUE_PATIENCE_SECONDS = 3600.0  # that `restyle` waits for a place in the queue: an evening's batch before it
PREVIEW_SIZE = 512  # px, longest side; the most that the server sends
PAGE = 200  # jobs or styles per call
PAGES = 500  # far more than a server keeps
INSTALL_SECONDS = 24 * 3600.0  # for weights to arrive: half a gigabyte over the slowest line
STYLE_SECONDS = 3600.0  # for a style's picture, which has 64 MiB at most


class AsyncSession:
    """A client's connection to the server. Use it as an async context manager, on one event loop.

    start: start a server when none answers. address, token: a certain server's, instead of the user's own; never started.
    ca, cert, key: PEM files for a server on another machine (address): its authority, this client's certificate and its key; they take the token's place.
    client_id: what the server counts for fairness and limits; default: random. timeout: seconds that a server may take to start.
    reconnect_seconds: how long a broken connection is tried again.
    """

    def __init__(
        self,
        *,
        start: bool = True,
        address: str | None = None,
        token: str | None = None,
        ca: str | Path | None = None,
        cert: str | Path | None = None,
        key: str | Path | None = None,
        client_id: str | None = None,
        timeout: float = START_SECONDS,
        reconnect_seconds: float = RECONNECT_SECONDS,
    ) -> None:
        self.client_id = client_id or str(uuid.uuid4())
        self._start = start and address is None
        self._timeout, self._reconnect_seconds = timeout, reconnect_seconds
        self._fixed = opening.fixed_endpoint(address, token, opening.certificates_of(address, ca, cert, key))
        self._connection = Connection(self._locate)
        self._notes: tuple[str, ...] = ()

    async def __aenter__(self) -> AsyncSession:
        try:
            await self.open()
        except BaseException:
            self.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    async def open(self) -> None:
        """Finds the server, or starts it. ServerNotFound, ServerStartFailed, Unauthenticated, VersionMismatch."""
        info = await self._serving()
        if info is None:
            await self._start_server()
            info = await self.info()
        if info.api != API:
            raise VersionMismatch(f"The server ({info.version}) speaks {info.api}, this client ({VERSION}) {API}; bring both to the same version.")
        self._notes = opening.version_notes(info.version)

    def close(self) -> None:
        """Ends the connection. Attached jobs that nobody watches are cancelled by the server after its lease."""
        self._connection.close()

    async def info(self) -> ServerInfo:
        return incoming.server_info(await self._connection.unary("GetServerInfo", pb.GetServerInfoRequest()), self._connection.address)

    # ---- jobs ----

    async def estimate(self, request: JobRequest) -> Estimate:
        """Memory and time of a job, without sending its pixels."""
        spec, _ = outgoing.spec(request)
        return incoming.estimate(await self._connection.unary("EstimateJob", pb.EstimateJobRequest(spec=spec)))

    async def create(self, request: JobRequest | LearnRequest, on_event: OnEvent | None = None) -> Job:
        """Uploads a job; returns when it is queued. InvalidRequest, QueueFull, TooLarge, WeightsMissing. A broken upload is sent again, to the same job."""
        first, payloads = outgoing.header(request, self.client_id)
        backoff = self._backoff()
        while True:
            try:
                with listening():
                    return incoming.job(await uploading.send_job(self._connection, first, payloads, lambda done, total: tell(on_event, Upload(done, total))))
            except (ConnectionLost, BrokenUpload) as error:
                await backoff.pause(error)
            except (ServerNotFound, Unauthenticated) as error:
                if not backoff.trying:
                    raise
                await backoff.pause(error)

    async def watch(self, job_id: str, previews: bool = True, preview_size: int = PREVIEW_SIZE) -> AsyncIterator[Event]:
        """The job's events until it ends: a snapshot first, and again after every reconnect. Close the iterator (contextlib.aclosing) to leave early."""
        events = watching.watch(self._connection, job_id, previews=previews, preview_size=preview_size, backoff=self._backoff())
        try:
            async for event in events:
                yield event
        finally:
            await events.aclose()  # type: ignore[attr-defined]

    async def read(self, job_id: str, on_event: OnEvent | None = None, *, strength: float | None = None) -> Result:
        """The pixels of a job that succeeded. strength: 0 to the job's own: the painting as it would be about at that, without painting it again; 0 is the
        content. NotFound, ResultExpired, WrongState, also for a painting whose strength can't be changed; InvalidRequest for a strength beyond its own."""
        with listening():
            plane = await reading.read(self._connection, job_id, lambda done, total: tell(on_event, Download(done, total)), self._backoff(), strength)
        job = await self.get(job_id)
        return Result(plane, replace(job, warnings=(*job.warnings, *self._notes)))

    async def preview(self, job_id: str, strength: float | None = None, size: int = PREVIEW_SIZE) -> Preview:
        """A small picture of a job's result, size px on its longest side, at its own strength or a lower one. Errors as of `read`."""
        request = outgoing.asking(pb.PreviewResultRequest, id=job_id, strength=strength, preview_size=size)
        return incoming.preview(await self._connection.unary("PreviewResult", request, PREVIEW_SECONDS))

    async def report(self, job_id: str) -> Report:
        """How a job that was ordered with `report` was painted. NotFound for any other, ResultExpired, WrongState."""
        return await reading.read_report(self._connection, job_id, self._backoff())

    async def restyle(
        self,
        request: JobRequest,
        on_event: OnEvent | None = None,
        cancel: Cancellation | None = None,
        *,
        patience: float = QUEUE_PATIENCE_SECONDS,
        previews: bool = True,
        preview_size: int = PREVIEW_SIZE,
    ) -> Result:
        """Paints: create, watch, read. JobFailed, JobCancelled, and whatever create and read raise.

        on_event: called on the event loop with every event. patience: seconds to wait for a place in a full queue.
        A call that ends early, by `cancel`, by an exception or because its task is cancelled, cancels the job.
        """
        flow = painting.Painting(self, request, on_event, patience=patience, previews=previews, preview_size=preview_size)
        return await flow.run(cancel or Cancellation())

    async def film(
        self,
        frames: filming.Frames,
        request: JobRequest,
        on_event: filming.OnFrame | None = None,
        cancel: Cancellation | None = None,
        *,
        keys: Mapping[int, Plane | bytes] | None = None,
        in_flight: int = filming.IN_FLIGHT,
        patience: float = QUEUE_PATIENCE_SECONDS,
    ) -> AsyncIterator[Result]:
        """The paintings of a sequence's frames, in order, each holding still with the one before. Whatever `restyle` raises, for the frame at hand.

        frames: an iterable or an async iterator of planes, read as there is room; request: styles, parameters and all else of every frame, its content unused.
        To go on with a film, give the frames that are left and a request whose `previous` names the last frame's job. keys: by a frame's number, from 0, that
        frame as a person has painted it. on_event: called with a frame's number and each of its events. in_flight: frames on their way at a time.
        cancel: ends the call with JobCancelled, and what is in flight.
        A frame is painted again, to the same bytes, where a worker or the server ended meanwhile. Close the iterator (contextlib.aclosing) to leave early:
        what is in flight is cancelled, and what was given out stays.
        """
        paintings = filming.Filming(self, request, keys or {}, on_event, cancel, in_flight, patience).run(frames)
        try:
            async for result in paintings:
                yield result
        finally:
            await paintings.aclose()  # type: ignore[attr-defined]

    async def finish(self, job_id: str) -> Job:
        """Stop now and keep what there is. WrongState while the job has not begun."""
        return incoming.job(await self._connection.unary("FinishJob", outgoing.asking(pb.FinishJobRequest, id=job_id)))

    async def cancel(self, job_id: str) -> Job:
        return incoming.job(await self._connection.unary("CancelJob", outgoing.asking(pb.CancelJobRequest, id=job_id)))

    async def get(self, job_id: str) -> Job:
        return incoming.job(await self._connection.unary("GetJob", outgoing.asking(pb.GetJobRequest, id=job_id)))

    async def list(self, states: tuple[JobState | str, ...] = (), all_clients: bool = True) -> List[Job]:
        """Newest first; of every client that the server lets this one see, or only this session's."""
        request = pb.ListJobsRequest(client_id="" if all_clients else self.client_id, states=outgoing.job_states(states), page_size=PAGE)
        return [incoming.job(message) async for message in self._pages("ListJobs", request, "jobs")]

    async def delete(self, job_id: str) -> None:
        """Cancels the job if need be, and removes it and its pixels."""
        await self._connection.unary("DeleteJob", outgoing.asking(pb.DeleteJobRequest, id=job_id))

    # ---- weights, styles, the server itself ----

    async def install_weights(self, weights_id: str = "vgg19", on_event: Callable[[InstallProgress], None] | None = None) -> InstallProgress:
        """Has the server download weights. Returns the last progress, with the weights' info."""
        last: InstallProgress | None = None
        async with self._connection.stream("InstallWeights", INSTALL_SECONDS) as stream:
            await stream.send_message(outgoing.asking(pb.InstallWeightsRequest, id=weights_id), end=True)
            while (message := await watching.receive(stream, INSTALL_SILENCE_SECONDS)) is not None:
                last = incoming.install_progress(message)
                if on_event is not None:
                    on_event(last)
        if last is None:
            raise ServerError("The server ended the installation without a word; see its log.")
        return last

    async def styles(self, thumbnails: bool = False) -> List[Style]:
        request = pb.ListStylesRequest(thumbnails=thumbnails, page_size=PAGE)
        return [incoming.style(message) async for message in self._pages("ListStyles", request, "styles")]

    async def style(self, style_id: str, picture: bool = False) -> Style:
        """One style; with the bytes of its picture's file when asked for. NotFound."""
        first: pb.GetStyleResponse | None = None
        pieces = []
        async with self._connection.stream("GetStyle", STYLE_SECONDS) as stream:
            await stream.send_message(outgoing.asking(pb.GetStyleRequest, id=style_id, picture=picture), end=True)
            while (message := await watching.receive(stream)) is not None:
                first = first or message
                pieces.append(message.chunk)
        if first is None:
            raise NotFound(f"The server knows no style {style_id!r}; list the styles to see what there is.")
        return incoming.style(first.style, b"".join(pieces) if picture else None)

    async def add_style(
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
        """Adds a picture file (PNG, JPEG, TIFF or WebP) to the library. The same picture twice gives the first style. wanted_id: unless it is taken."""
        view = memoryview(file).cast("B")
        texts = {"title": title, "description": description, "credit": credit, "license": license, "wanted_id": wanted_id}
        first = outgoing.add_style(view.nbytes, texts, tags, suggested_scale, suggested_strength, suggested_color)
        return incoming.style(await uploading.send_style(self._connection, first, view))

    async def delete_style(self, style_id: str) -> None:
        """WrongState for a style that came with Restyle."""
        await self._connection.unary("DeleteStyle", outgoing.asking(pb.DeleteStyleRequest, id=style_id))

    # ---- looks ----

    async def looks(self) -> List[Look]:
        """The looks that live painting can paint with: Restyle's, then the user's own."""
        return [incoming.look(message) async for message in self._pages("ListLooks", pb.ListLooksRequest(page_size=PAGE), "looks")]

    async def look(self, look_id: str, file: bool = False) -> Look:
        """One look; with the bytes of its file when asked for. NotFound."""
        reply = await self._connection.unary("GetLook", outgoing.asking(pb.GetLookRequest, id=look_id, whole=file))
        return incoming.look(reply.look, reply.data if file else None)

    async def add_look(self, file: bytes, *, wanted_id: str = "") -> Look:
        """Adds a look's file to the store. The same file twice gives the first look. InvalidRequest for what is no look."""
        return incoming.look(await self._connection.unary("AddLook", outgoing.add_look(file, wanted_id)))

    async def delete_look(self, look_id: str) -> None:
        """WrongState for a look that came with Restyle."""
        await self._connection.unary("DeleteLook", outgoing.asking(pb.DeleteLookRequest, id=look_id))

    async def learn(self, request: LearnRequest, on_event: OnEvent | None = None) -> Job:
        """Has a look learned, on a device that nothing else wants; returns when it is queued, as `create` does. Watch it as any job: `finish` keeps what is
        learned so far, and the last snapshot's `look_id` names the look."""
        return await self.create(request, on_event)

    # ---- live ----

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
    ) -> AsyncLive:
        """A canvas that is painted while it changes: `async with session.live(...) as canvas`. look: an id of `looks`. strength: 0 to 100; default: the look's
        own. icc: as a plane's. moving: it is a film, each change its next frame, and strokes go along with what moves. seamless: as a painting's; not
        of a film. InvalidRequest; what the server refuses is raised by its frames."""
        return AsyncLive(self._connection, self.client_id, pixel_format, width, height, look, strength, icc, self._backoff(), moving=moving, seamless=seamless)

    async def paint_live(self, plane: Plane, look: str, *, strength: float | None = None, seamless: str = "none") -> Plane:
        """The whole plane painted with a look: seconds at most, where a painting takes a minute. See `live`."""
        async with self.live(plane.format, plane.width, plane.height, look, strength=strength, icc=plane.icc, seamless=seamless) as canvas:
            return (await canvas.paint(plane)).plane

    # ---- the server's end ----

    async def stop(self, grace_seconds: float = 30.0) -> None:
        """Ends the server; running jobs get `grace_seconds` (0 to 300). NotAllowed on a server for several machines."""
        try:
            await self._connection.unary("StopServer", pb.StopServerRequest(grace_seconds=grace_seconds))
        except ConnectionLost:  # a server without jobs can be quicker to end than to answer
            if await self._alive():
                raise

    # ---- ways ----

    def _backoff(self) -> Backoff:
        return Backoff(self._reconnect_seconds)

    def _locate(self) -> Endpoint | None:
        return self._certain() or discovery.find_endpoint(discovery.state_dir())

    def _certain(self) -> Endpoint | None:
        """A server that was named, now or once for all; it is never started from here."""
        return self._fixed or remote.find(discovery.state_dir())

    async def _pages(self, method: str, request: Any, field: str) -> AsyncIterator[Any]:
        for _ in range(PAGES):
            page = await self._connection.unary(method, request)
            for message in getattr(page, field):
                yield message
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token
        raise ServerError("The server's list has no end; start the server again, and bring it to the client's version.")

    async def _serving(self) -> ServerInfo | None:
        """What the server says about itself; None when there is none, after waiting for one that is ending."""
        give_up = time.monotonic() + self._timeout
        while True:
            try:
                reply = await self._connection.unary("GetServerInfo", pb.GetServerInfoRequest(), ALIVE_SECONDS)
            except (ServerGone, ServerNotFound) as error:
                if self._fixed:
                    raise ServerNotFound(f"No server answers at {self._fixed.address}; start it there, or leave the address out to use your own.") from error
                if certain := self._certain():
                    raise ServerNotFound(
                        f"No server answers at {certain.address}; have it started there, or go back to one on this machine with: restyle disconnect."
                    ) from error
                return None
            except Unauthenticated:
                if not self._start or self._certain():
                    raise
                return None  # another user's server, or a stale file; the own one gets another port
            info = incoming.server_info(reply, self._connection.address)
            if info.state != "draining" or not self._start or time.monotonic() > give_up:
                return info
            await asyncio.sleep(POLL_SECONDS)

    async def _start_server(self) -> None:
        folder = discovery.state_dir()
        if not self._start:
            raise ServerNotFound("No server answers; start one with `restyle serve`.")
        launcher = discovery.find_launcher(folder)
        if launcher is None:
            raise ServerNotFound(
                "No server answers and none is installed here; run Restyle's installer, or in a terminal: pipx install the wheel of a release, then "
                "`restyle install` (`restyle connect` for a server on another machine)."
            )

        await start_and_wait(launcher, self._alive, self._timeout)

    async def _alive(self) -> bool:
        try:
            await self._connection.unary("GetServerInfo", pb.GetServerInfoRequest(), ALIVE_SECONDS)
        except (ServerGone, ServerNotFound, Unauthenticated):
            return False
        return True
