"""Owns what a result is at another strength than it was painted at: whether there is such a thing, and having it made."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

from ..jobs.folders import JobFolders
from ..jobs.job import Job
from ..jobs.results import Damaged
from ..lowering.process import LoweringProcess
from ..records.lowering import Lowered, LoweringOrder
from ..records.order import PlaneFile
from ..records.progress import Preview
from ..records.result import Result
from ..refusals import NotNow
from .conversion import number_in

FIXED = "The strength of a texture, of a frame of a film, and of what an earlier version painted can't be changed; paint it again at another strength."


class Strengths:
    """Results at other strengths."""

    def __init__(self, folders: JobFolders, process: LoweringProcess) -> None:
        self._folders, self._process = folders, process

    @contextlib.asynccontextmanager
    async def result(self, job: Job, result: Result, wanted: float) -> AsyncIterator[Result]:
        """The job's result at this strength, for as long as the block lasts. Invalid, NotNow, QueueFull, Unavailable; Damaged
        when its own is not what was painted."""
        order = _order(job, result, wanted)
        if wanted == order.painted:
            yield result
            return
        out = self._folders.lowered(job.id)
        with self._process.under_way(job.party):
            try:
                lowered = await self._done(replace(order, out=out))
                yield replace(result, path=out, crc32=lowered.crc32)
            finally:
                with contextlib.suppress(OSError):
                    out.unlink(missing_ok=True)

    async def preview(self, job: Job, result: Result, wanted: float | None, size: int) -> Preview:
        """The same as a small picture, size px on its longest side. None: at its own strength."""
        order = replace(_order(job, result, wanted), preview_size=size)
        with self._process.under_way(job.party):
            lowered = await self._done(order)
        if lowered.preview is None:
            raise ValueError("a preview was asked for, and none came")
        return lowered.preview

    async def _done(self, order: LoweringOrder) -> Lowered:
        lowered = await self._process.do(order)
        if lowered.damaged:
            raise Damaged
        return lowered


def _order(job: Job, result: Result, wanted: float | None) -> LoweringOrder:
    """Invalid for a strength that can't be had, NotNow where none but its own can."""
    if job.order is None or not job.updatable or job.resolved is None:
        raise NotNow(FIXED, reason="STRENGTH_FIXED")
    order, resolved = job.order, job.resolved
    wanted = resolved.strength if wanted is None else number_in(wanted, "strength", 0.0, resolved.strength)
    seamless = resolved.seamless
    painting = PlaneFile(result.path, result.format, result.width, result.height, result.icc)
    size = result.work_width, result.work_height
    return LoweringOrder(order.content, painting, result.crc32, *size, resolved.strength, wanted, seamless.across, seamless.down)
