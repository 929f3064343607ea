"""Owns the front end's way to the process that lowers paintings: starts it when it is wanted, gives it one order at a time, ends it when nobody needs it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import Iterator

from ..clock import Clock
from ..limits import LOWERING_SECONDS, MAX_LOWERINGS, RETRY_SECONDS, Limits
from ..records.lowering import LENGTH_BYTES, Lowered, LoweringOrder, packed, unpacked
from ..refusals import NotNow, QueueFull, Unavailable

log = logging.getLogger(__name__)

MODULE = "restyle_server.lowering.child"
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1"}  # imaging shares its work out by itself


class LoweringProcess:
    """Everything happens on the loop's thread."""

    def __init__(self, clock: Clock, limits: Limits) -> None:
        self._clock, self._limits = clock, limits
        self._turn = asyncio.Lock()
        self._wanted: Counter[str] = Counter()  # changes that are under way, by whose they are
        self._process: Process | None = None
        self._used = clock.monotonic()

    @contextlib.contextmanager
    def under_way(self, party: str) -> Iterator[None]:
        """A change of strength of theirs, from the order until nothing is left of it: what is read slowly lies on the disk as long. QueueFull."""
        if self._wanted[party] >= MAX_LOWERINGS:
            raise QueueFull(f"{MAX_LOWERINGS} changes of strength are under way for this caller; try again in a moment.", RETRY_SECONDS)
        self._wanted[party] += 1
        try:
            yield
        finally:
            self._wanted[party] -= 1
            if not self._wanted[party]:
                del self._wanted[party]

    async def do(self, order: LoweringOrder) -> Lowered:
        """What came of it; orders take turns. A call that is cancelled ends the process with it, for the next to begin anew. NotNow, Unavailable."""
        async with self._turn:
            lowered = await self._done(order)
        if lowered.refused:
            raise NotNow(lowered.refused, reason="STRENGTH_FIXED")
        return lowered

    def sweep(self) -> None:
        """Ends the process when nobody has needed it for a while."""
        if self._process is not None and not self._turn.locked() and self._clock.monotonic() - self._used >= self._limits.unload_seconds:
            self._kill()

    async def close(self) -> None:
        process = self._process
        self._kill()
        if process is not None:
            await process.wait()

    async def _done(self, order: LoweringOrder) -> Lowered:
        process = await self._started()
        try:
            async with asyncio.timeout(LOWERING_SECONDS):
                lowered = await _asked(process, order)
        except TimeoutError:
            self._kill()
            raise NotNow("This painting's strength takes too long to change; paint it again at another strength.", reason="STRENGTH_FIXED") from None
        except (EOFError, OSError):
            self._kill()
            log.error("the process that changes strengths ended unexpectedly")  # noqa: TRY400 - the cause is its own
            raise Unavailable(
                "The process that changes strengths ended unexpectedly, often for lack of memory; close other programs and try again.",
                reason="LOWERING_CRASHED",
                retry_after=RETRY_SECONDS,
            ) from None
        except BaseException:  # called off: what it is at is wanted no more
            self._kill()
            raise
        self._used = self._clock.monotonic()
        return lowered

    async def _started(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            piped, silent = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
            command, environment = (sys.executable, "-P", "-m", MODULE), {**os.environ, **ENVIRONMENT}
            try:
                self._process = await asyncio.create_subprocess_exec(*command, stdin=piped, stdout=piped, stderr=silent, env=environment)
            except OSError as error:
                raise Unavailable(
                    f"Restyle's Python could not be started ({error.strerror or error}) to change the strength; try again.",
                    reason="LOWERING_CRASHED",
                    retry_after=RETRY_SECONDS,
                ) from error
        return self._process

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()


async def _asked(process: Process, order: LoweringOrder) -> Lowered:
    """EOFError, OSError when the process has ended."""
    if process.stdin is None or process.stdout is None:
        raise EOFError
    process.stdin.write(packed(order))
    await process.stdin.drain()
    length = await process.stdout.readexactly(LENGTH_BYTES)
    return unpacked(await process.stdout.readexactly(int.from_bytes(length, "big")), Lowered)
