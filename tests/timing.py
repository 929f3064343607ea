"""Owns how tests take times: of one call, and of the same call on an idle server."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

IDLE_CALLS = 20


async def seconds_of(call: Awaitable[Any]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    await call
    return time.perf_counter() - began


async def idle_seconds(call: Callable[[], Awaitable[Any]]) -> float:
    """What the call usually takes, on a server that has nothing else to do."""
    await call()
    return statistics.median([await seconds_of(call()) for _ in range(IDLE_CALLS)])
