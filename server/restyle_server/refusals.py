"""Owns what the server says when it refuses a call: the errors, their gRPC codes, and their google.rpc details.

    Refusal                  any of them; raised anywhere below a call, turned into a status by rpc/auth_interceptor.py
    ├── Invalid              INVALID_ARGUMENT + BadRequest: a field's path and what would be right
    ├── QueueFull            RESOURCE_EXHAUSTED + RetryInfo: wait and send again
    ├── TooLarge             RESOURCE_EXHAUSTED, IMAGE_TOO_LARGE: ask for the size that it names
    ├── DiskFull             RESOURCE_EXHAUSTED, DISK_FULL: make room where it says
    ├── NotFound             NOT_FOUND: list what there is
    ├── DataLoss             DATA_LOSS with a reason: what was kept is not what was painted; paint it again
    ├── NotNow               FAILED_PRECONDITION with a reason: the thing is in the wrong state for the call
    ├── BrokenUpload         ABORTED: send the job again from its start
    ├── Unavailable          UNAVAILABLE + RetryInfo: the server drains, or its engine is down
    ├── Denied               PERMISSION_DENIED
    └── Unauthenticated      UNAUTHENTICATED: read the token from server.json

Every message is one sentence or two for people, ends with what to do, and carries no internal names.
"""

from __future__ import annotations

import errno

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

DOMAIN = "restyle"
FULL = (errno.ENOSPC, errno.EDQUOT)  # what DiskFull tells of


class Refusal(Exception):
    """A call that the server won't do. message: sentences for people; reason: an upper-case word for programs, or empty."""

    code = grpc.StatusCode.INTERNAL

    def __init__(self, message: str, *, reason: str = "", field: str = "", retry_after: float | None = None, metadata: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason
        self.field = field
        self.retry_after = retry_after
        self.metadata = metadata or {}

    def details(self) -> bytes:
        """A serialised google.rpc.Status, for the trailer grpc-status-details-bin."""
        status = status_pb2.Status(code=self.code.value[0], message=self.message)
        status.details.extend(_packed(detail) for detail in self._details())
        return bytes(status.SerializeToString())

    def _details(self) -> list[Message]:
        found: list[Message] = []
        if self.field:
            violation = error_details_pb2.BadRequest.FieldViolation(field=self.field, description=self.message)
            found.append(error_details_pb2.BadRequest(field_violations=[violation]))
        if self.reason:
            found.append(error_details_pb2.ErrorInfo(reason=self.reason, domain=DOMAIN, metadata=self.metadata))
        if self.retry_after is not None:
            delay = Duration()
            delay.FromNanoseconds(round(self.retry_after * 1e9))
            found.append(error_details_pb2.RetryInfo(retry_delay=delay))
        return found


class Invalid(Refusal):
    code = grpc.StatusCode.INVALID_ARGUMENT

    def __init__(self, field: str, message: str, *, reason: str = "") -> None:
        super().__init__(f"{field}: {message}", field=field, reason=reason)


class QueueFull(Refusal):
    code = grpc.StatusCode.RESOURCE_EXHAUSTED

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message, reason="QUEUE_FULL", retry_after=retry_after)


class TooLarge(Refusal):
    code = grpc.StatusCode.RESOURCE_EXHAUSTED

    def __init__(self, message: str, largest_size: int) -> None:
        super().__init__(message, reason="IMAGE_TOO_LARGE", metadata={"largest_size": str(largest_size)})


class DiskFull(Refusal):
    code = grpc.StatusCode.RESOURCE_EXHAUSTED

    def __init__(self, message: str) -> None:
        super().__init__(message, reason="DISK_FULL")


class NotFound(Refusal):
    code = grpc.StatusCode.NOT_FOUND


class DataLoss(Refusal):
    code = grpc.StatusCode.DATA_LOSS


class NotNow(Refusal):
    code = grpc.StatusCode.FAILED_PRECONDITION


class BrokenUpload(Refusal):
    code = grpc.StatusCode.ABORTED


class Unavailable(Refusal):
    code = grpc.StatusCode.UNAVAILABLE


class Denied(Refusal):
    code = grpc.StatusCode.PERMISSION_DENIED


class Unauthenticated(Refusal):
    code = grpc.StatusCode.UNAUTHENTICATED


def _packed(message: Message) -> Any:
    packed = Any()
    packed.Pack(message)
    return packed
