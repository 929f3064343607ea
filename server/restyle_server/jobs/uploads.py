"""Owns how a job's payloads come in: chunk by chunk into files, each exactly as long as announced, each contiguous."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from ..limits import MAX_CHUNK_BYTES
from ..refusals import FULL, BrokenUpload, DiskFull, Invalid

LOOP_BYTES = 256 * 1024  # a write up to this size is quicker done on the loop than handed to a thread


@dataclass(frozen=True, slots=True)
class Piece:
    """A chunk of one payload."""

    payload: int
    offset: int
    data: bytes


Receive = Callable[[], Awaitable[Piece | None]]
"""The next chunk, or None at the stream's end."""


def payload_path(folder: Path, payload: int) -> Path:
    return folder / f"payload-{payload}"


class Payloads:
    """The files of an upload that goes on."""

    def __init__(self, folder: Path, sizes: Mapping[int, int]) -> None:
        """sizes: bytes by payload. OSError."""
        self._sizes = dict(sizes)
        self._arrived = dict.fromkeys(sizes, 0)
        self._files: dict[int, BinaryIO] = {}
        for payload in sizes:
            self._files[payload] = payload_path(folder, payload).open("wb", buffering=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for file in self._files.values():
            file.close()

    async def receive(self, receive: Receive, idle_seconds: float) -> None:
        """Takes chunks until the stream's end. BrokenUpload, Invalid, DiskFull."""
        while True:
            try:
                piece = await asyncio.wait_for(receive(), idle_seconds)
            except TimeoutError:
                raise BrokenUpload(f"Nothing arrived for {idle_seconds:g} seconds, so the upload was dropped; send the job again.") from None
            if piece is None:
                break
            await self._add(piece)
        missing = sum(self._sizes.values()) - sum(self._arrived.values())
        if missing:
            raise BrokenUpload(f"The upload ended {missing} bytes early; send the job again.")

    async def _add(self, piece: Piece) -> None:
        if piece.payload not in self._sizes:
            raise Invalid("chunk.payload", f"no plane and no picture of the job has the payload {piece.payload}.")
        if len(piece.data) > MAX_CHUNK_BYTES:
            raise Invalid("chunk.data", f"a chunk has at most {MAX_CHUNK_BYTES} bytes.")
        arrived = self._arrived[piece.payload]
        if piece.offset != arrived:
            raise BrokenUpload(f"Payload {piece.payload} goes on at byte {arrived}, not at {piece.offset}; send the job again.")
        if arrived + len(piece.data) > self._sizes[piece.payload]:
            raise Invalid("chunk.data", f"payload {piece.payload} was announced with {self._sizes[piece.payload]} bytes, and more arrived.")
        await self._write(self._files[piece.payload], piece.data)
        self._arrived[piece.payload] = arrived + len(piece.data)

    async def _write(self, file: BinaryIO, data: bytes) -> None:
        try:
            if len(data) <= LOOP_BYTES:
                _write_all(file, data)
            else:
                await asyncio.to_thread(_write_all, file, data)
        except OSError as error:
            if error.errno in FULL:
                raise DiskFull("The server's disk is full; make room on it and send the job again.") from error
            raise


def _write_all(file: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) or 0 :]
