"""No input breaks the server: wrong messages in any order, raw bytes, broken HTTP/2, and small messages that unpack into huge ones."""

from __future__ import annotations

import gzip
import json
import random
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest
from calls import PATIENCE, order, pixels
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from grpc_health.v1 import health_pb2, health_pb2_grpc
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from launched import Launchpad
from promise_table import Promised, Sized
from restyle_client._vendor.h2.config import H2Configuration
from restyle_client._vendor.h2.connection import H2Connection
from restyle_server.wire import restyle_pb2 as wire
from restyle_server.wire.restyle_pb2_grpc import RestyleStub

SERVICE = wire.DESCRIPTOR.services_by_name["Restyle"]
METHODS = [method for method in SERVICE.methods if method.name != "StopServer"]  # which works
FORBIDDEN = (grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL)  # what the server says of its own mistakes
BATCH = 250  # raw inputs between two looks at the server
MIB = 2**20
BOMB = 64 * MIB  # bytes, unpacked
ROOM = 100 * MIB  # that the server may grow by, all told


@contextmanager
def server(launchpad: Launchpad) -> Iterator[tuple[psutil.Process, str, str]]:
    """Process, address and token of a server of its own."""
    launchpad.limits(upload_idle_seconds=0.5)
    launchpad.script(steps=1)
    process = launchpad.start()
    _wait(launchpad.server_file.exists)
    words = json.loads(launchpad.server_file.read_text())
    yield psutil.Process(process.pid), words["address"], words["token"]
    assert process.poll() is None


def _wait(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def healthy(address: str) -> None:
    with grpc.insecure_channel(address) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=PATIENCE)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def peak(process: psutil.Process) -> int:
    """Bytes, the most that the process ever held."""
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


# ---- Messages in any order

NUMBERS = st.sampled_from([0, 1, 2, 15, 16, 17, 512, 65_535, 65_536, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1]) | st.integers(0, 40)
FLOATS = st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, 100.0, 1e308, -1e308, float("inf"), float("-inf"), float("nan"), 5e-324])
WORDS = st.sampled_from(["", "night", "a" * 128, "a" * 129, "../../etc/passwd", "\x00", "\n\r", "💥" * 50, "cpu", "relu1_1", "vgg19 ", "-1"]) | st.text(
    max_size=20
)
BYTES = st.sampled_from([b"", b"\x00", bytes(256), b"\x89PNG\r\n\x1a\n" + bytes(40), b"\xff" * 2000]) | st.binary(max_size=300)
KINDS = {
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_BYTES: BYTES,
    FieldDescriptor.TYPE_DOUBLE: FLOATS,
    FieldDescriptor.TYPE_FLOAT: FLOATS,
    FieldDescriptor.TYPE_STRING: WORDS,
    FieldDescriptor.TYPE_ENUM: st.integers(-1, 12),
    FieldDescriptor.TYPE_UINT32: NUMBERS.map(lambda value: value % 2**32),
    FieldDescriptor.TYPE_UINT64: NUMBERS,
    FieldDescriptor.TYPE_INT32: NUMBERS.map(lambda value: value % 2**31),
    FieldDescriptor.TYPE_INT64: NUMBERS,
    FieldDescriptor.TYPE_FIXED32: NUMBERS.map(lambda value: value % 2**32),
}


@st.composite
def filled(draw: Any, kind: Descriptor, depth: int = 0) -> Any:
    """A message with some of its fields set to something."""
    message = getattr(wire, kind.name)()
    for field in kind.fields:
        if not draw(st.booleans()):
            continue
        for _ in range(draw(st.integers(1, 3)) if field.is_repeated else 1):
            if field.type == FieldDescriptor.TYPE_MESSAGE:
                if depth < 4:
                    assert field.message_type is not None
                    part = draw(filled(field.message_type, depth + 1))
                    getattr(message, field.name).append(part) if field.is_repeated else getattr(message, field.name).CopyFrom(part)
            elif field.is_repeated:
                getattr(message, field.name).append(draw(KINDS[field.type]))
            else:
                setattr(message, field.name, draw(KINDS[field.type]))
    return message


@st.composite
def uploads(draw: Any) -> list[wire.CreateJobRequest]:
    """A job's upload that is nearly right: a good order with one part replaced, chunks that fit or don't."""
    spec = order(seed=draw(st.integers(0, 5)))
    field = draw(st.sampled_from(list(wire.JobSpec.DESCRIPTOR.fields)))
    spec.MergeFrom(wire.JobSpec(**{field.name: getattr(draw(filled(wire.JobSpec.DESCRIPTOR)), field.name)}))
    header = wire.CreateJobHeader(request_id=draw(WORDS), client_id=draw(st.sampled_from(["a", "b", "", "x" * 200])), spec=spec)
    data = pixels(1)
    pieces = draw(st.sampled_from([[data], [data[:100], data[100:]], [data, data], [b""], [], [data[:-1]]]))
    offsets = [sum(map(len, pieces[:index])) for index in range(len(pieces))]
    requests = [wire.CreateJobRequest(header=header)]
    requests += [
        wire.CreateJobRequest(chunk=wire.Chunk(payload=draw(st.integers(0, 1)), offset=at, data=piece)) for at, piece in zip(offsets, pieces, strict=True)
    ]
    return draw(st.permutations(requests)) if draw(st.integers(0, 9)) == 0 else requests


@st.composite
def calls(draw: Any) -> tuple[Any, list[Any]]:
    """A method and the messages of one call of it."""
    method = draw(st.sampled_from(METHODS))
    if method.name == "CreateJob" and draw(st.booleans()):
        return method, draw(uploads())
    count = draw(st.integers(0, 3)) if method.client_streaming else 1
    return method, [draw(filled(method.input_type)) for _ in range(count)]


def test_wrong_messages_in_any_order_are_refused_and_never_the_servers_mistake(launchpad: Launchpad, sized: Sized, promised: Promised) -> None:
    sequences, count = sized(2000, 40), 0
    with server(launchpad) as (process, address, token), grpc.insecure_channel(address) as channel:
        stub, metadata = RestyleStub(channel), (("authorization", f"Bearer {token}"),)

        @settings(max_examples=sequences, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(st.lists(calls(), min_size=1, max_size=6))
        def play(sequence: list[tuple[Any, list[Any]]]) -> None:
            nonlocal count
            for method, messages in sequence:
                count += max(1, len(messages))
                call = getattr(stub, method.name)
                request = iter(messages) if method.client_streaming else messages[0]
                try:
                    if method.server_streaming:
                        for _ in zip(range(3), call(request, metadata=metadata, timeout=PATIENCE), strict=False):
                            pass
                    else:
                        call(request, metadata=metadata, timeout=PATIENCE)
                except grpc.RpcError as error:
                    assert error.code() not in FORBIDDEN, (method.name, messages, error.details())
                    assert error.details()

        before = peak(process)
        play()
        healthy(address)
        assert peak(process) - before < ROOM
        log = launchpad.log
        assert "Traceback" not in log
        assert token not in log
    promised("fuzz", "messages in any order (hypothesis): a status and a sentence each, none INTERNAL, server healthy", "all of {}", count)


# ---- Bytes at the port

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def conversation(token: str, path: str, body: bytes, **headers: str) -> bytes:
    """What a client sends for one call, from its first byte to its last."""
    connection = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
    connection.initiate_connection()
    names = {":method": "POST", ":scheme": "http", ":path": path, ":authority": "localhost", "te": "trailers", "content-type": "application/grpc"}
    names["authorization"] = f"Bearer {token}"
    connection.send_headers(1, [*names.items(), *((name.replace("_", "-"), value) for name, value in headers.items())])
    for start in range(0, len(body), 16_384):
        piece = body[start : start + 16_384]
        if connection.local_flow_control_window(1) < len(piece):
            break
        connection.send_data(1, piece, end_stream=start + 16_384 >= len(body))
    data: bytes = connection.data_to_send()
    return data


def framed(message: bytes, compressed: int = 0, length: int | None = None) -> bytes:
    return bytes([compressed]) + (len(message) if length is None else length).to_bytes(4, "big") + message


def frame(kind: int, flags: int, stream: int, payload: bytes, length: int | None = None) -> bytes:
    size = len(payload) if length is None else length
    return size.to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def inputs(chance: random.Random, token: str) -> Iterator[bytes]:
    """Everything that is not what a client sends."""
    info = conversation(token, "/restyle.v1.Restyle/GetServerInfo", framed(b""))
    job = wire.CreateJobRequest(header=wire.CreateJobHeader(request_id="raw", client_id="raw", spec=order())).SerializeToString()
    upload = conversation(token, "/restyle.v1.Restyle/CreateJob", framed(job))
    http1 = b"POST /restyle.v1.Restyle/StopServer HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/grpc\r\nContent-Length: 5\r\n\r\n" + framed(b"")
    while True:
        match chance.randrange(9):
            case 0:
                yield chance.randbytes(chance.randrange(1, 400))
            case 1:
                yield PREFACE + chance.randbytes(chance.randrange(0, 400))
            case 2:  # truncated
                whole = chance.choice([info, upload])
                yield whole[: chance.randrange(len(whole))]
            case 3:  # some bytes changed
                data = bytearray(chance.choice([info, upload]))
                for _ in range(chance.randrange(1, 8)):
                    data[chance.randrange(len(data))] = chance.randrange(256)
                yield bytes(data)
            case 4:  # frames of any kind in any order
                frames = [
                    frame(chance.randrange(12), chance.randrange(256), chance.choice([0, 1, 2, 3, 2**31 - 1]), chance.randbytes(chance.randrange(40)))
                    for _ in range(6)
                ]
                yield PREFACE + frame(4, 0, 0, b"") + b"".join(frames)
            case 5:  # lengths that lie
                yield (
                    PREFACE + frame(4, 0, 0, b"") + frame(chance.randrange(10), 0, 1, chance.randbytes(30), length=chance.choice([0, 1, 2**14 + 1, 2**24 - 1]))
                )
            case 6:
                yield conversation(
                    token, "/restyle.v1.Restyle/GetJob", framed(chance.randbytes(50), chance.randrange(256), chance.choice([0, 5, 2**22 + 1, 2**32 - 1]))
                )
            case 7:  # no protobuf, no such call
                path = chance.choice(
                    ["/restyle.v1.Restyle/CreateJob", "/restyle.v1.Restyle/Open", "/", "/grpc.health.v1.Health/Check", "*", "/../..", "/" + "a" * 8000]
                )
                yield conversation(token, path, framed(chance.randbytes(chance.randrange(100))))
            case 8:
                yield http1[: chance.randrange(len(http1)) + 1]


def send(address: str, data: bytes, listen: bool) -> None:
    """Sends the bytes and leaves; the server may slam the door meanwhile."""
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        try:
            connection.sendall(data)
            if listen:
                connection.settimeout(0.2)
                connection.recv(1000)
        except OSError:
            pass


def test_raw_bytes_and_broken_http2_leave_the_server_as_it_was(launchpad: Launchpad, sized: Sized, promised: Promised) -> None:
    count, chance = sized(14_000, 400), random.Random(4)
    with server(launchpad) as (process, address, token):
        healthy(address)
        given_inputs, before, files = inputs(chance, token), peak(process), process.num_fds()
        for number in range(count):
            send(address, next(given_inputs), listen=number % 50 == 0)
            if number % BATCH == BATCH - 1:
                healthy(address)
        healthy(address)
        _wait(lambda: process.num_fds() <= files + 2)  # no connection is kept
        assert peak(process) - before < ROOM
        assert "Traceback" not in launchpad.log
        assert token not in launchpad.log
    promised("fuzz", "raw bytes, truncated and broken HTTP/2 at the port: server healthy after each batch, no connection kept", "all of {}", count)


def test_a_small_message_that_unpacks_into_a_huge_one_is_refused(launchpad: Launchpad, sized: Sized, promised: Promised) -> None:
    rounds = sized(200, 6)
    packed = gzip.compress(wire.GetJobRequest(id="a" * BOMB).SerializeToString(), 6)
    assert len(packed) < MIB
    with server(launchpad) as (process, address, token), grpc.insecure_channel(address) as channel:
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary("/restyle.v1.Restyle/GetJob")  # bytes as they are
        healthy(address)
        before = peak(process)
        with pytest.raises(grpc.RpcError) as refused:
            call(bytes(3 * MIB), metadata=(("authorization", f"Bearer {token}"),), compression=grpc.Compression.Gzip, timeout=PATIENCE)
        assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
        for _ in range(rounds):
            send(address, conversation(token, "/restyle.v1.Restyle/GetJob", framed(packed, 1), grpc_encoding="gzip"), listen=True)
        grown = peak(process) - before
        healthy(address)
    bound = f"gzip bombs of {BOMB // MIB} MiB in less than 1 MiB: refused before they are unpacked"
    promised("fuzz", bound, "the server's peak rose by {:.1f} MiB", rounds, figure=grown / MIB, limit=16, exact=True)
