"""Owns the connection: one HTTP/2 channel to where the server is now, and calls whose every failure is one of the client's errors.

grpclib reports a refusal only when the stream's context is left, and a broken connection as several exceptions; both are put right here. ConnectionLost tells
watching, reading and uploading when to try again.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from . import refusals
from ._vendor.grpclib.client import Channel
from ._vendor.grpclib.config import Configuration
from ._vendor.grpclib.exceptions import GRPCError, ProtocolError, StreamTerminatedError
from ._vendor.h2.exceptions import H2Error
from .backoff import within
from .discovery import Endpoint
from .errors import ServerGone, ServerNotFound
from .tls import refused_certificate, secure
from .version import VERSION
from .wire.restyle_grpc import RestyleStub

WINDOW = 16 * 1024 * 1024  # bytes in flight: 4 MiB windows leave the connection idle between updates
CALL_SECONDS = 30.0  # for calls that only look something up; the server answers in milliseconds
KEEPALIVE = {"TCP_KEEPIDLE": 4, "TCP_KEEPINTVL": 1, "TCP_KEEPCNT": 4}  # s, s, tries: 8 s, which is within the server's lease on a job without watchers
CONNECT_SECONDS = 5.0  # to open a connection; loopback takes under one millisecond


class ConnectionLost(ServerGone):
    """The connection broke or could not be made; nothing is known about the call."""


class Leave(Exception):
    """Raised inside a stream's context to end the call without hearing the server out."""


class Connection:
    """locate: says where the server is now; asked again after every loss, because a server that was restarted has another port and token."""

    def __init__(self, locate: Callable[[], Endpoint | None]) -> None:
        self._locate = locate
        self._endpoint: Endpoint | None = None
        self._channel: Channel | None = None

    @property
    def address(self) -> str:
        return self._endpoint.address if self._endpoint else ""

    async def unary(self, method: str, request: Any, timeout: float | None = CALL_SECONDS) -> Any:
        """One request, one answer."""
        async with self.stream(method, timeout) as stream:
            await stream.send_message(request, end=True)
            reply = await stream.recv_message()
            if reply is None:
                await stream.recv_trailing_metadata()
                raise StreamTerminatedError("no answer")
        return reply

    @asynccontextmanager
    async def stream(self, method: str, timeout: float | None = None) -> AsyncIterator[Any]:
        """A grpclib stream of the method. Raises the client's errors on leaving; Leave ends it early and quietly."""
        channel, endpoint = await self._open()
        metadata = {"authorization": f"Bearer {endpoint.token}", "restyle-version": VERSION}
        try:
            async with getattr(RestyleStub(channel), method).open(timeout=timeout, metadata=metadata) as stream:
                yield stream
        except Leave:
            return
        except GRPCError as refusal:
            raise refusals.error_of(refusal) from refusal
        except asyncio.TimeoutError as error:
            raise ServerGone(f"The server at {endpoint.address} did not answer within {timeout or 0:.0f} s; see its log, or restart it.") from error
        except (StreamTerminatedError, ProtocolError, H2Error, OSError, EOFError) as error:
            self._drop(channel)
            raise ConnectionLost(
                f"The connection to the server at {endpoint.address} broke; start the server again if it ended, then ask for the job again."
            ) from error

    def close(self) -> None:
        """Ends the connection; the next call would open another."""
        self._drop()

    async def _open(self) -> tuple[Channel, Endpoint]:
        endpoint = self._locate()
        if endpoint is None:
            self._drop()
            raise ServerNotFound("No server has left its address; start one with `restyle serve`.")
        if self._channel is None or endpoint != self._endpoint:
            self._drop()
            config = Configuration(http2_connection_window_size=WINDOW, http2_stream_window_size=WINDOW)
            secured = secure(endpoint.certificates) if endpoint.certificates else None
            self._channel, self._endpoint = Channel(endpoint.host, endpoint.port, config=config, ssl=secured), endpoint
        channel = self._channel
        try:
            protocol = await within(CONNECT_SECONDS, channel.__connect__())
        except (OSError, asyncio.TimeoutError) as error:
            self._drop(channel)
            if endpoint.certificates and (problem := refused_certificate(error, endpoint.address)):
                raise problem from error
            raise ConnectionLost(f"No server answers at {endpoint.address}; start it with `restyle serve`, then try again.") from error
        if endpoint.certificates:
            _watch_over(protocol.connection)
        return channel, endpoint

    def _drop(self, broken: Channel | None = None) -> None:
        """Closes the channel; with `broken`, only that one: another call may have opened the next already."""
        channel = broken or self._channel
        if channel is self._channel:
            self._channel = None
        if channel is not None:
            channel.close()


def _watch_over(connection: Any) -> None:
    """Has the system notice when another machine, or the way to it, is gone; where it can't, a silent watch waits for a minute."""
    transport = getattr(connection, "_transport", None)
    line = transport.get_extra_info("socket") if transport is not None else None
    if line is None:  # it ended as soon as it was made; the first call says why
        return
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE.items():
        if hasattr(socket, name):
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
