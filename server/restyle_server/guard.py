"""Owns the door: every call but health needs the token or a certificate, and a compatible version, and leaves with a status that a person can read."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NoReturn

import grpc
from google.protobuf.message import DecodeError
from grpc import aio

from . import __version__
from .callers import check_caller
from .jobs.journal import JournalFailure
from .jobs.states import ImpossibleMove
from .jobs.uploads import FULL
from .refusals import DiskFull, Invalid, Refusal
from .refusals import NotNow as Incompatible

log = logging.getLogger(__name__)

OPEN = "/grpc.health.v1.Health/"  # the only service without a token: it says nothing but SERVING or NOT_SERVING
FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
DETAILS = "grpc-status-details-bin"

Context = aio.ServicerContext[Any, Any]
Check = Callable[[Context], None]


class Guard(aio.ServerInterceptor):
    """Wraps every handler: checks first, and turns what it raises into a status."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        handler = await continuation(handler_call_details)
        if handler is None or handler_call_details.method.startswith(OPEN):
            return handler
        metadata = dict(handler_call_details.invocation_metadata or ())
        return _wrapped(handler, lambda context: self._check(context, metadata), handler_call_details.method.rpartition("/")[2])

    def _check(self, context: Context, metadata: dict[str, str | bytes]) -> None:
        check_caller(context, metadata, self._token)
        theirs = str(metadata.get("restyle-version", __version__))
        if theirs.partition(".")[0] != __version__.partition(".")[0]:
            raise Incompatible(f"The client is Restyle {theirs[:20]} and the server {__version__}; install the same on both sides.", reason="VERSION_MISMATCH")


def _wrapped(handler: grpc.RpcMethodHandler[Any, Any], check: Check, name: str) -> grpc.RpcMethodHandler[Any, Any]:
    codecs = {"request_deserializer": handler.request_deserializer, "response_serializer": handler.response_serializer}
    if handler.request_streaming and handler.response_streaming:
        return grpc.stream_stream_rpc_method_handler(_streaming(handler.stream_stream, check, name), **codecs)
    if handler.response_streaming:
        return grpc.unary_stream_rpc_method_handler(_streaming(handler.unary_stream, check, name), **codecs)
    if handler.request_streaming:
        return grpc.stream_unary_rpc_method_handler(_plain(handler.stream_unary, check, name), **codecs)
    return grpc.unary_unary_rpc_method_handler(_plain(handler.unary_unary, check, name), **codecs)


def _plain(call: Any, check: Check, name: str) -> Any:
    async def guarded(request: Any, context: Context) -> Any:
        try:
            check(context)
            return await call(request, context)
        except BaseException as error:
            await _abort(context, error, name)

    return guarded


def _streaming(call: Any, check: Check, name: str) -> Any:
    async def guarded(request: Any, context: Context) -> AsyncIterator[Any]:
        try:
            check(context)
            async for response in call(request, context):
                yield response
        except GeneratorExit:
            raise
        except BaseException as error:
            await _abort(context, error, name)

    return guarded


async def _abort(context: Context, error: BaseException, name: str) -> NoReturn:
    if isinstance(error, asyncio.CancelledError):
        task = asyncio.current_task()
        if task is not None and task.cancelling():  # the client is gone, or the server ends
            raise error
        await context.abort(grpc.StatusCode.CANCELLED, "The call was cancelled.")
    if isinstance(error, aio.AbortError):
        raise error
    refusal = error if isinstance(error, Refusal) else _unforeseen(error, name)
    await context.abort(refusal.code, refusal.message, trailing_metadata=((DETAILS, refusal.details()),))


def _unforeseen(error: BaseException, name: str) -> Refusal:
    if isinstance(error, JournalFailure) or (isinstance(error, OSError) and error.errno in (*FULL, *FORBIDDEN)):
        log.error("%s: the state folder can't be written: %s", name, error)
        return DiskFull("The server can't write to its state folder; make room on its disk, see that the folder is writable, and try again.")
    if isinstance(error, DecodeError):  # in the middle of a stream; of single messages gRPC itself sees to it
        return Invalid("request", "it can't be read as a message of restyle.v1; install the same version of Restyle on both sides.")
    if isinstance(error, ImpossibleMove):
        log.info("%s: %s", name, error)
    else:
        log.error("%s failed", name, exc_info=error)
    return Refusal("Something went wrong inside the server; its log says more.", reason="INTERNAL")
