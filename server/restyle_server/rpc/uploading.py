"""Owns how long an upload may take in all: who sends a byte now and then would keep a place from others for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ..limits import UPLOAD_PACE, UPLOAD_SECONDS
from ..refusals import BrokenUpload


@asynccontextmanager
async def in_time(size: int) -> AsyncIterator[None]:
    """BrokenUpload when the block, which takes in `size` bytes, goes on for longer than a slow line needs."""
    try:
        async with asyncio.timeout(UPLOAD_SECONDS + size / UPLOAD_PACE):
            yield
    except TimeoutError:
        raise BrokenUpload("The upload takes too long; send it again over a faster line.") from None
