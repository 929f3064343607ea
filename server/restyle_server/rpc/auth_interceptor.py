"""Owns the door: every call but health needs the token or a certificate, and a compatible version, and leaves with a status that a person can read."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass
from typing import Any, NoReturn
from weakref import WeakValueDictionary

import grpc
from grpc import aio

from .. import __version__, heap
from ..jobs.journal import JournalFailure
from ..jobs.states import ImpossibleMove
from ..limits import BODY_SECONDS, CHUNK_BYTES
from ..refusals import FULL, DiskFull, Invalid, Refusal, Unauthenticated
from ..refusals import NotNow as Incompatible
from ..wire import restyle_pb2 as wire
from . import bodies, health
from .bodies import CALLS, Call
from .callers import check_caller, owner_of
from .shares import ANYBODY, Kind, Shares

log = logging.getLogger(__name__)

OPEN = f"/{health.SERVICE}"  # the only service without a token: it says nothing but SERVING or NOT_SERVING
FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
READINGS = 1  # first message of one caller on its way in, of small calls and of large ones: each may be 4 MiB, whatever the call wants
DETAILS = "grpc-status-details-bin"

Context = aio.ServicerContext[Any, Any]


@dataclass(frozen=True, slots=True)
class Admitted:
    """A call that was let in. hold(kind): takes another place for it, or raises QueueFull; reading: held while its first message comes in."""

    hold: Callable[[Kind], None]
    reading: asyncio.Semaphore


Admit = Callable[[Context], Admitted]


class AuthInterceptor(aio.ServerInterceptor):
    """Wraps every handler: checks who calls and holds a place for the call before a byte of its message is taken in, reads the message within the call's
    bounds, and turns what is raised into a status."""

    def __init__(self, token: str) -> None:
        self._token = token
        self.shares = Shares()
        self._readings: WeakValueDictionary[tuple[str, bool], asyncio.Semaphore] = WeakValueDictionary()  # for as long as a call needs it

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        handler = await continuation(handler_call_details)
        service, _, name = handler_call_details.method.rpartition("/")
        if handler is None or name not in CALLS:  # health's Watch among them: a stream that anybody could keep
            return None
        metadata = dict(handler_call_details.invocation_metadata or ())
        return _wrapped(handler, lambda context: self._admit(context, metadata, service == OPEN, CALLS[name].kind), name)

    def _admit(self, context: Context, metadata: dict[str, str | bytes], open_to_all: bool, kind: Kind) -> Admitted:
        """Lets the call in, for as long as it lasts. Unauthenticated, Incompatible, QueueFull."""
        try:
            check_caller(context, metadata, self._token)
        except Unauthenticated:
            if not open_to_all:
                raise
            caller = ANYBODY
        else:
            caller = owner_of(context)
        theirs = str(metadata.get("restyle-version", __version__))
        if theirs.partition(".")[0] != __version__.partition(".")[0]:
            raise Incompatible(f"The client is Restyle {theirs[:20]} and the server {__version__}; install the same on both sides.", reason="VERSION_MISMATCH")

        def hold(kind: Kind) -> None:
            give_back = self.shares.take(caller, context.peer(), kind)
            ended: Any = lambda _: give_back()  # noqa: E731 - the stubs know no function that fits
            context.add_done_callback(ended)  # when the answer is out, not when it is made: a caller need not take it

        hold(kind)
        reading = self._readings.setdefault((caller, kind is Kind.QUICK), asyncio.Semaphore(READINGS))  # a cancel waits for no upload
        return Admitted(hold, reading)


def _wrapped(handler: grpc.RpcMethodHandler[Any, Any], admit: Admit, name: str) -> grpc.RpcMethodHandler[Any, Any]:
    """A handler that gets its messages as bytes, and none before it asks: gRPC would take in and parse a single one before it is known who calls."""
    call = handler.stream_stream or handler.stream_unary or handler.unary_stream or handler.unary_unary
    make = grpc.stream_stream_rpc_method_handler if handler.response_streaming else grpc.stream_unary_rpc_method_handler
    guarded = _streaming if handler.response_streaming else _plain
    return make(guarded(call, admit, name, handler.request_streaming), response_serializer=handler.response_serializer)


def _plain(call: Any, admit: Admit, name: str, takes_stream: bool) -> Any:
    async def guarded(requests: AsyncIterator[bytes], context: Context) -> Any:
        try:
            admitted = admit(context)
            return await call(await _request(requests, name, takes_stream, admitted), context)
        except BaseException as error:
            await _abort(context, error, name)

    return guarded


def _streaming(call: Any, admit: Admit, name: str, takes_stream: bool) -> Any:
    async def guarded(requests: AsyncIterator[bytes], context: Context) -> AsyncIterator[Any]:
        try:
            admitted = admit(context)
            async for response in call(await _request(requests, name, takes_stream, admitted), context):
                yield response
        except GeneratorExit:
            raise
        except BaseException as error:
            await _abort(context, error, name)

    return guarded


async def _request(requests: AsyncIterator[bytes], name: str, takes_stream: bool, admitted: Admitted) -> Any:
    """What the call's method takes: the one message, or all of them as they come. Invalid."""
    known = CALLS[name]
    if takes_stream:
        return _messages(requests, known, admitted)
    if not known.most:
        return known.request()
    try:
        async with asyncio.timeout(BODY_SECONDS), _closing(requests) as stream:
            request = await _first(stream, known, admitted)
    except TimeoutError:
        request = None
    if request is None:
        raise Invalid("request", "the call came without its message; send it again.")
    if isinstance(request, wire.WatchJobRequest) and request.previews:
        admitted.hold(Kind.PREVIEWS)
    return request


async def _messages(requests: AsyncIterator[bytes], known: Call, admitted: Admitted) -> AsyncIterator[Any]:
    async with _closing(requests) as stream:
        message = await _first(stream, known, admitted)
        while message is not None:
            yield message
            del message
            raw = await anext(stream, None)
            message = None if raw is None else bodies.read(raw, known)


async def _first(stream: AsyncIterator[bytes], known: Call, admitted: Admitted) -> Any:
    """The first message; None when there is none. Of one caller's calls one at a time: gRPC keeps up to 4 MiB of each that has begun. Invalid."""
    async with admitted.reading:
        raw = await anext(stream, None)
        if raw is None:
            return None
        large = len(raw) > CHUNK_BYTES
        try:
            return bodies.read(raw, known)
        finally:
            del raw
            if large:
                heap.give_back()


def _closing(requests: AsyncIterator[bytes]) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
    """The call's messages. gRPC's iterator is a cycle that holds the last of them until Python looks for cycles, unless it is closed."""
    stream: Any = aiter(requests)
    return aclosing(stream)


async def _abort(context: Context, error: BaseException, name: str) -> NoReturn:
    if isinstance(error, asyncio.CancelledError):
        task = asyncio.current_task()
        if task is not None and task.cancelling():  # the client is gone, or the server ends
            raise error
        await context.abort(grpc.StatusCode.CANCELLED, "The call was cancelled.")
    if isinstance(error, aio.AbortError):
        raise error
    refusal = error if isinstance(error, Refusal) else _unforeseen(error, name)
    _let_go(error)
    await context.abort(refusal.code, refusal.message, trailing_metadata=((DETAILS, refusal.details()),))


def _let_go(error: BaseException | None) -> None:
    """Of the frames that the exception has passed: they hold whole messages, and would until Python next looks for cycles."""
    while error is not None:
        error.__traceback__ = None
        error = error.__context__


def _unforeseen(error: BaseException, name: str) -> Refusal:
    if isinstance(error, JournalFailure) or (isinstance(error, OSError) and error.errno in (*FULL, *FORBIDDEN)):
        log.error("%s: the state folder can't be written: %s", name, error)
        return DiskFull("The server can't write to its state folder; make room on its disk, see that the folder is writable, and try again.")
    if isinstance(error, ImpossibleMove):
        log.info("%s: %s", name, error)
    else:
        log.error("%s failed", name, exc_info=error)
    return Refusal("Something went wrong inside the server; its log says more.", reason="INTERNAL")
