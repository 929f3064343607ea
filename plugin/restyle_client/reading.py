"""Owns reading a result: in pieces, from where the last connection broke, and checked; and reading how it was painted."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from .conversion import incoming
from .errors import NotFound, ResultExpired, ServerError, ServerNotFound, Unauthenticated
from .formats import Plane
from .jobs import Progress
from .patience import Patience
from .reports import Report, ScaleReport
from .transport import Connection, ConnectionLost
from .watching import receive
from .wire import restyle_pb2 as pb

TRIES = 2  # of the whole result, when its bytes arrive damaged


class _Damaged(Exception):
    """A gap, an overlap, another result than before, or a checksum that does not fit."""


async def read(connection: Connection, job_id: str, report: Callable[[int, int], None], patience: Patience) -> Plane:
    """The result's plane, its data as `bytes`. report(done, total). NotFound, ResultExpired, WrongState, ServerGone; ServerError when it arrives damaged."""
    for _ in range(TRIES):
        try:
            return await _read_once(connection, job_id, report, patience)
        except _Damaged:
            continue
        except NotFound as error:
            await connection.unary("GetJob", pb.GetJobRequest(id=job_id))  # NotFound when it is the job that is unknown
            raise ResultExpired("The result of this job is no longer kept; paint it again.") from error
    raise ServerError("The result arrived damaged twice; paint it again, and have the machine's memory and disk checked if it stays so.")


async def read_report(connection: Connection, job_id: str, patience: Patience) -> Report:
    """How a job was painted. NotFound for one that was ordered without a report, ResultExpired, WrongState, ServerGone."""
    while True:
        scales: list[ScaleReport] = []
        steps: list[Progress] = []
        try:
            async with connection.stream("ReadReport") as stream:
                await stream.send_message(pb.ReadReportRequest(id=job_id), end=True)
                while (message := await receive(stream)) is not None:
                    if message.HasField("scale"):
                        scales.append(incoming.scale_report(message.scale))
                    steps.extend(incoming.progress(step) for step in message.steps)
            return Report(tuple(scales), tuple(steps))
        except ConnectionLost as error:
            await patience.pause(error)


async def _read_once(connection: Connection, job_id: str, report: Callable[[int, int], None], patience: Patience) -> Plane:
    pieces: list[bytes] = []
    done = crc = 0
    head: pb.ReadResultResponse | None = None
    while head is None or done < head.info.size:
        try:
            async with connection.stream("ReadResult") as stream:
                await stream.send_message(pb.ReadResultRequest(id=job_id, offset=done), end=True)
                while (message := await receive(stream)) is not None:
                    patience.reset()
                    if message.HasField("info"):
                        if head is not None and head.info != message.info:
                            raise _Damaged
                        head = head or message
                    if head is None or message.offset != done or done + len(message.data) > head.info.size:
                        raise _Damaged
                    if message.data:
                        pieces.append(message.data)
                        crc = zlib.crc32(message.data, crc)
                        done += len(message.data)
                        report(done, head.info.size)
            if head is None or done < head.info.size:
                await patience.pause(ConnectionLost("The server ended the result before its end."))
        except ConnectionLost as error:
            await patience.pause(error)
        except (ServerNotFound, Unauthenticated) as error:
            if not patience.trying:
                raise
            await patience.pause(error)
    info = incoming.result(head.info)
    plane = Plane(info.format, info.width, info.height, b"".join(pieces), head.icc_profile or None)
    if crc != info.crc32 or done != plane.size:
        raise _Damaged
    return plane
