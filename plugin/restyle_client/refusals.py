"""Owns how a refusal on the wire becomes one of the client's errors."""

from __future__ import annotations

from typing import Any

from ._vendor.google.rpc import error_details_pb2 as _details_pb2
from ._vendor.grpclib.const import Status
from ._vendor.grpclib.exceptions import GRPCError
from .errors import (
    InvalidRequest,
    NotAllowed,
    NotFound,
    QueueFull,
    Refused,
    RestyleError,
    ResultExpired,
    ServerError,
    ServerGone,
    TooLarge,
    Unauthenticated,
    Unimplemented,
    VersionMismatch,
    WeightsMissing,
    WrongState,
)

error_details: Any = _details_pb2  # made at run time by protobuf: no type checker sees its messages

_BY_REASON: dict[str, type[RestyleError]] = {"WEIGHTS_MISSING": WeightsMissing, "VERSION_MISMATCH": VersionMismatch, "RESULT_EXPIRED": ResultExpired}
_PLAIN: dict[Any, type[RestyleError]] = {
    Status.NOT_FOUND: NotFound,
    Status.DATA_LOSS: ResultExpired,
    Status.FAILED_PRECONDITION: WrongState,
    Status.PERMISSION_DENIED: NotAllowed,
    Status.UNAVAILABLE: ServerGone,
    Status.DEADLINE_EXCEEDED: ServerGone,
    Status.UNAUTHENTICATED: Unauthenticated,
    Status.UNIMPLEMENTED: Unimplemented,
}
_USUAL_SENTENCE: dict[Any, str] = {
    Status.NOT_FOUND: "The server knows no such job or style; list them to see what there is.",
    Status.UNAVAILABLE: "The server is ending or not ready; try again in a moment.",
    Status.DEADLINE_EXCEEDED: "The server took too long to answer; try again.",
    Status.UNAUTHENTICATED: "The server knows another token; restart the server, or give the token that it was started with.",
    Status.UNIMPLEMENTED: "This server can't do that yet; bring it to the client's version.",
    Status.RESOURCE_EXHAUSTED: "The server has no room for this now; try again in a moment.",
}


class BrokenUpload(ServerError):
    """The server misses a part of an upload; sending it again from the start helps."""


def error_of(refusal: GRPCError) -> RestyleError:
    """The client's error for a status with google.rpc details."""
    message = refusal.message or _USUAL_SENTENCE.get(refusal.status) or f"The server answered {refusal.status.name} without a reason; its log says more."
    details = refusal.details or ()
    info = next((each for each in details if isinstance(each, error_details.ErrorInfo)), None)
    reason = info.reason if info is not None else ""
    if reason == "IMAGE_TOO_LARGE":
        largest = str(info.metadata.get("largest_size", "")) if info is not None else ""
        return TooLarge(message, int(largest) if largest.isascii() and largest.isdigit() else None)
    if reason in _BY_REASON:
        return _BY_REASON[reason](message)
    if refusal.status is Status.INVALID_ARGUMENT:
        return _invalid(message, details)
    if refusal.status is Status.RESOURCE_EXHAUSTED:
        delay = _retry_after(details)
        return Refused(message) if delay is None else QueueFull(message, delay)
    if refusal.status is Status.ABORTED:
        return BrokenUpload(message)
    return _PLAIN.get(refusal.status, ServerError)(message)


def _invalid(message: str, details: Any) -> InvalidRequest:
    for detail in details:
        if isinstance(detail, error_details.BadRequest) and detail.field_violations:
            return InvalidRequest(message, detail.field_violations[0].field)
    return InvalidRequest(message)


def _retry_after(details: Any) -> float | None:
    for detail in details:
        if isinstance(detail, error_details.RetryInfo):
            return float(detail.retry_delay.seconds + detail.retry_delay.nanos / 1e9)
    return None
