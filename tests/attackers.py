"""Owns hostile clients in a process of their own: many streams that are never closed, and many messages that cost more than they say.

`python tests/attackers.py KIND ADDRESS COUNT CONNECTIONS [TOKEN] [CA CERT KEY JOB]` attacks, says "done" with how many of its calls are still open, and keeps
them so until its input is closed.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import grpc

MIB = 2**20
BIG = 3_900_000  # bytes: below gRPC's own bound on a message
AT_ONCE = 64  # messages on their way, of one attacker
JOB_CALLS = "/restyle.v1.Restyle/"
HEALTH = "/grpc.health.v1.Health/"


def _field(number: int, data: bytes) -> bytes:
    """A field of so many bytes, as protobuf writes it."""
    size, length = len(data), b""
    while size > 0x7F:
        length, size = length + bytes([size & 0x7F | 0x80]), size >> 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + data


def messages() -> list[tuple[str, bytes]]:
    """Calls whose messages would cost far more than their bytes, or go on for megabytes where a few bytes are wanted."""
    crowd = _field(1, b"2\0" * (BIG // 2))  # spec.styles: two million of them, all empty
    return [
        (JOB_CALLS + "EstimateJob", crowd),
        (JOB_CALLS + "EstimateJob", _field(1, _field(1, b"a" * BIG))),  # spec.label
        (JOB_CALLS + "CreateJob", _field(1, _field(3, b"2\0" * (BIG // 2)))),
        (JOB_CALLS + "AddStyle", _field(1, b"\x1a\0" * (BIG // 2))),  # header.tags
        (JOB_CALLS + "ListJobs", _field(2, b"\1" * BIG)),  # states
        (JOB_CALLS + "GetJob", _field(1, b"a" * BIG)),
        (JOB_CALLS + "GetServerInfo", b"\xff" * BIG),
        (HEALTH + "Check", _field(1, b"a" * BIG)),
        (HEALTH + "Watch", _field(1, b"a" * BIG)),
    ]


STREAMS = [HEALTH + "Watch", HEALTH + "Check", *(JOB_CALLS + name for name in ("CreateJob", "AddStyle", "WatchJob", "GetJob", "ListJobs", "StopServer"))]


@contextmanager
def attacking(kind: str, address: str, count: int, connections: int, *more: str | Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that attacks. Its first line of output says when it is done and how many calls it holds open."""
    command = [sys.executable, __file__, kind, address, str(count), str(connections), *map(str, more)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


class _Attack:
    def __init__(self, address: str, connections: int, token: str, files: Sequence[str]) -> None:
        self._metadata = (("authorization", f"Bearer {token}"),)
        options = (("grpc.use_local_subchannel_pool", 1), ("grpc.max_send_message_length", -1))
        if files:
            ca, cert, key = (Path(file).read_bytes() for file in files)
            credentials = grpc.ssl_channel_credentials(ca, key, cert)
            self._channels = [grpc.aio.secure_channel(address, credentials, options) for _ in range(connections)]
        else:
            self._channels = [grpc.aio.insecure_channel(address, options) for _ in range(connections)]
        self._open: list[asyncio.Task[None]] = []

    async def stream(self, number: int, method: str, first: bytes | None) -> None:
        """Opens a call, sends what is given, and stays as long as the server lets it."""
        gone_on: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def requests() -> AsyncIterator[bytes]:
            if first is not None:
                yield first
            await gone_on

        opened: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = self._channels[number % len(self._channels)].stream_stream(method)
        call = opened(requests(), metadata=self._metadata)
        with suppress(grpc.aio.AioRpcError):
            while await call.read() is not grpc.aio.EOF:  # until the refusal, or the answer's end
                pass

    async def streams(self, count: int, calls: Sequence[tuple[str, bytes | None]]) -> int:
        """So many, of each call in turn; how many are open a while after the last."""
        for number in range(count):
            self._open.append(asyncio.create_task(self.stream(number, *calls[number % len(calls)])))
            if number % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0.005)
        await asyncio.wait(self._open, timeout=5.0)
        return sum(not task.done() for task in self._open)

    async def messages(self, count: int) -> int:
        calls, places = messages(), asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> None:
            method, message = calls[number % len(calls)]
            async with places:
                call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = self._channels[number % len(self._channels)].unary_unary(method)
                with suppress(grpc.aio.AioRpcError):
                    await call(message, metadata=self._metadata, timeout=60)

        for start in range(0, count, 1000):
            await asyncio.gather(*map(one, range(start, min(count, start + 1000))))
        return 0


async def _main(kind: str, address: str, count: str, connections: str, token: str = "", *more: str) -> None:
    attack = _Attack(address, int(connections), token, more[:3])
    match kind:
        case "streams":
            left = await attack.streams(int(count), [(method, None) for method in STREAMS])
        case "watchers":
            left = await attack.streams(int(count), [(JOB_CALLS + "WatchJob", _field(1, more[3].encode()) + b"\x10\1")])  # with previews
        case "messages":
            left = await attack.messages(int(count))
        case _:
            raise SystemExit(f"there is no attack {kind}")
    sys.stdout.write(f"done {left}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
