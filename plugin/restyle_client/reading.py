"""Owns reading a result: in pieces, from where the last connection broke, and checked; and reading how it was painted."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable

from .backoff import Backoff
from .contract import Plane, Preview, Progress, Report, ScaleReport
from .conversion import incoming, outgoing
from .errors import NotFound, ResultExpired, ServerError, ServerGone, ServerNotFound, Unauthenticated, Unimplemented
from .transport import Connection, ConnectionLost
from .watching import receive
from .wire import restyle_pb2 as pb

TRIES = 2  # of the whole result, when its bytes arrive damaged
SLOWEST_BYTES = 16 * 1024  # per second, on the whole: slower than any line that somebody paints over
LEAST_SECONDS = 300.0  # that the smallest result may take
TOO_OLD = "This server is too old to change a painting's strength; bring it to the client's version, or paint again at another strength."
REPORT_SECONDS = 600.0  # for a report, which has a few megabytes


class _Damaged(Exception):
    """A gap, an overlap, another result than before, or a checksum that does not fit."""


async def read(connection: Connection, job_id: str, report: Callable[[int, int], None], backoff: Backoff, strength: float | None = None) -> Plane:
    """The result's plane, its data as `bytes`. report(done, total). strength: None: its own. NotFound, ResultExpired, WrongState, ServerGone; ServerError when
    it arrives damaged; Unimplemented when the server is too old for strengths."""
    for _ in range(TRIES):
        try:
            return await _Reading(connection, job_id, report, backoff, strength).run()
        except _Damaged:
            continue
        except NotFound as error:
            await connection.unary("GetJob", outgoing.asking(pb.GetJobRequest, id=job_id))  # NotFound when it is the job that is unknown
            raise ResultExpired("The result of this job is no longer kept; paint it again.") from error
    raise ServerError("The result arrived damaged twice; paint it again, and have the machine's memory and disk checked if it stays so.")


async def read_report(connection: Connection, job_id: str, backoff: Backoff) -> Report:
    """How a job was painted. NotFound for one that was ordered without a report, ResultExpired, WrongState, ServerGone."""
    while True:
        scales: list[ScaleReport] = []
        steps: list[Progress] = []
        legible: Preview | None = None
        try:
            async with connection.stream("ReadReport", REPORT_SECONDS) as stream:
                await stream.send_message(outgoing.asking(pb.ReadReportRequest, id=job_id), end=True)
                while (message := await receive(stream)) is not None:
                    if message.HasField("scale"):
                        scales.append(incoming.scale_report(message.scale))
                    if message.HasField("legible"):
                        legible = incoming.preview(message.legible)
                    steps.extend(incoming.progress(step) for step in message.steps)
            return Report(tuple(scales), tuple(steps), legible)
        except ConnectionLost as error:
            await backoff.pause(error)


class _Reading:
    """One reading of a result, over as many connections as it takes."""

    def __init__(self, connection: Connection, job_id: str, report: Callable[[int, int], None], backoff: Backoff, strength: float | None) -> None:
        self._connection = connection
        self._job_id = job_id
        self._strength = strength
        self._report = report
        self._backoff = backoff
        self._began = time.monotonic()
        self._head: pb.ReadResultResponse | None = None
        self._pieces: list[bytes] = []
        self._done = self._crc = 0

    async def run(self) -> Plane:
        """As read. _Damaged."""
        while self._head is None or self._done < self._head.info.size:
            before = self._done
            try:
                await self._stream()
            except ConnectionLost as error:
                await self._backoff.pause(error)
            except (ServerNotFound, Unauthenticated) as error:
                if not self._backoff.trying:
                    raise
                await self._backoff.pause(error)
            else:
                if self._head is not None and before == self._done < self._head.info.size:
                    raise _Damaged  # the server has no more of it, and asking again would not change that
                if self._head is None or self._done < self._head.info.size:
                    await self._backoff.pause(ConnectionLost("The server ended the result before its end."))
        return self._plane(self._head)

    async def _stream(self) -> None:
        async with self._connection.stream("ReadResult") as stream:
            await stream.send_message(outgoing.asking(pb.ReadResultRequest, id=self._job_id, offset=self._done, strength=self._strength), end=True)
            while (message := await receive(stream)) is not None:
                self._take(message)

    def _take(self, message: pb.ReadResultResponse) -> None:
        if message.HasField("info"):
            if self._head is not None and self._head.info != message.info:
                raise _Damaged
            if self._strength is not None and not message.HasField("strength"):
                raise Unimplemented(TOO_OLD)
            self._head = self._head or message
        if self._head is None or message.offset != self._done or self._done + len(message.data) > self._head.info.size:
            raise _Damaged
        size = self._head.info.size
        if time.monotonic() - self._began > LEAST_SECONDS + size / SLOWEST_BYTES:
            raise ServerGone("The result arrives too slowly to come to an end; look at the network, then ask for the job's result again.")
        if message.data:
            self._backoff.reset()  # only what brings the end nearer is a success
            self._pieces.append(message.data)
            self._crc = zlib.crc32(message.data, self._crc)
            self._done += len(message.data)
            self._report(self._done, size)

    def _plane(self, head: pb.ReadResultResponse) -> Plane:
        info = incoming.result(head.info)
        plane = Plane(info.format, info.width, info.height, b"".join(self._pieces), head.icc_profile or None)
        if self._crc != info.crc32 or self._done != plane.size:
            raise _Damaged
        return plane
