"""Owns what a caller's bytes may be before anything parses them: what each call may carry, and how many parts a message may have.

Parsing costs per part, not per byte: four million packed numbers, or two million empty messages in one of 4 MiB, would take a server seconds and hundreds of
MiB. So each call has a bound in bytes, and the parts are counted on the wire, which stops at the bound whatever the bytes claim.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message
from grpc_health.v1 import health_pb2
from restyle_contract.limits import MAX_LOOK_BYTES

from ..limits import KIB, MESSAGE_BYTES
from ..refusals import Invalid
from ..wire import restyle_pb2 as wire
from .shares import Kind

SMALL = 2 * KIB  # bytes: an id or two of 128 characters, and some numbers
MAX_PARTS = 2000  # fields and list elements in one message: a job with everything that it may have takes some 500

_VARINT_BYTES = 10  # the longest
_TEXTS = (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES)


@dataclass(frozen=True, slots=True)
class Call:
    """What one call may carry. request: its message; most: bytes of each, 0: never read; kind: what it holds."""

    request: type[Message]
    kind: Kind = Kind.QUICK
    most: int = SMALL


CALLS: Mapping[str, Call] = {
    "CreateJob": Call(wire.CreateJobRequest, Kind.BULK, MESSAGE_BYTES),
    "EstimateJob": Call(wire.EstimateJobRequest, Kind.BULK, MESSAGE_BYTES),  # its planes' profiles are in it
    "GetJob": Call(wire.GetJobRequest),
    "ListJobs": Call(wire.ListJobsRequest, Kind.BULK),
    "WatchJob": Call(wire.WatchJobRequest, Kind.STREAM),
    "FinishJob": Call(wire.FinishJobRequest),
    "CancelJob": Call(wire.CancelJobRequest),
    "ReadResult": Call(wire.ReadResultRequest, Kind.BULK),
    "PreviewResult": Call(wire.PreviewResultRequest, Kind.PREVIEWS),
    "ReadReport": Call(wire.ReadReportRequest, Kind.BULK),
    "DeleteJob": Call(wire.DeleteJobRequest),
    "GetServerInfo": Call(wire.GetServerInfoRequest),
    "InstallWeights": Call(wire.InstallWeightsRequest, Kind.STREAM),
    "StopServer": Call(wire.StopServerRequest),
    "ListStyles": Call(wire.ListStylesRequest, Kind.BULK),
    "GetStyle": Call(wire.GetStyleRequest, Kind.BULK),
    "AddStyle": Call(wire.AddStyleRequest, Kind.BULK, MESSAGE_BYTES),
    "DeleteStyle": Call(wire.DeleteStyleRequest),
    "ListLooks": Call(wire.ListLooksRequest, Kind.BULK),
    "GetLook": Call(wire.GetLookRequest, Kind.BULK),
    "AddLook": Call(wire.AddLookRequest, Kind.BULK, MAX_LOOK_BYTES + SMALL),
    "DeleteLook": Call(wire.DeleteLookRequest),
    "Live": Call(wire.LiveRequest, Kind.BULK, MESSAGE_BYTES),
    "Check": Call(health_pb2.HealthCheckRequest, most=0),
}
"""By the method's name."""


def read(raw: bytes, call: Call) -> Message:
    """The message. Invalid when it is longer, or has more parts, than the call can want, or is none."""
    if len(raw) > call.most:
        raise Invalid("request", f"it has {len(raw):,} bytes, and this call takes {call.most:,}; leave out what the call doesn't need.")
    try:
        _counted(raw, 0, len(raw), call.request.DESCRIPTOR, MAX_PARTS)
        return call.request.FromString(raw)
    except DecodeError:
        raise Invalid("request", "it can't be read as a message of restyle.v1; install the same version of Restyle on both sides.") from None


def _counted(raw: bytes, at: int, end: int, kind: Any, left: int) -> int:
    """How many of the `left` parts remain after the message that lies from `at` to `end`. kind: its descriptor, which has two types. Invalid, DecodeError."""
    while at < end:
        tag, at = _varint(raw, at, end)
        left -= 1
        match tag & 7:
            case 0:  # a number
                _, at = _varint(raw, at, end)
            case 1:  # eight bytes
                at += 8
            case 5:  # four bytes
                at += 4
            case 2:  # so many bytes
                size, at = _varint(raw, at, end)
                if size > end - at:
                    raise DecodeError
                field = kind.fields_by_number.get(tag >> 3)
                if field is not None and field.message_type is not None:
                    left = _counted(raw, at, at + size, field.message_type, left)
                elif field is not None and field.is_repeated and field.type not in _TEXTS:
                    left -= size  # packed numbers: one a byte, at most
                at += size
            case _:  # groups, which are older than this service
                raise DecodeError
        if left < 0:
            raise Invalid("request", f"it has more than {MAX_PARTS:,} parts, which no job needs; give fewer.")
    if at > end:
        raise DecodeError
    return left


def _varint(raw: bytes, at: int, end: int) -> tuple[int, int]:
    """The number at `at`, and where it ends. DecodeError."""
    value = 0
    for place in range(_VARINT_BYTES):
        if at >= end:
            break
        byte = raw[at]
        value |= (byte & 0x7F) << (7 * place)
        at += 1
        if byte < 0x80:
            return value, at
    raise DecodeError
