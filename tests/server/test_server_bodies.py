"""What a message may be before anything parses it: so many bytes, so many parts, and a message at all."""

from __future__ import annotations

import time
from itertools import product
from typing import Any

import pytest
from calls import gray, order
from restyle_contract.limits import MAX_LOOK_BYTES
from restyle_server.limits import MAX_MASKS, MAX_STYLES, MESSAGE_BYTES
from restyle_server.refusals import Invalid
from restyle_server.rpc import bodies
from restyle_server.rpc.bodies import CALLS, MAX_PARTS, SMALL
from restyle_server.wire import restyle_pb2 as wire

LAYERS = [f"relu{block}_{number}" for block, number in product(range(1, 6), range(1, 5))]


def fullest() -> wire.JobSpec:
    """A job with everything that one can have."""
    weights = [wire.LayerWeight(layer=layer, weight=1) for layer in LAYERS]
    style = wire.StyleUse(plane=gray(), weight=1, scale=1, crop=wire.Rect(x=1, y=1, width=16, height=16), mask=gray(), symmetry=wire.FLIPS)
    words: dict[str, Any] = {field.name: 1 for field in wire.Parameters.DESCRIPTOR.fields if not field.is_repeated and field.type != field.TYPE_STRING}
    spec = order(masks=[wire.Mask(plane=gray(), use=wire.BLEND)] * MAX_MASKS, styles=[style] * MAX_STYLES, strength_map=gray(), label="x" * 128)
    spec.parameters.CopyFrom(wire.Parameters(**words, style_layers=weights, content_layers=weights, weights="auto", device="cpu"))
    spec.content.icc_profile = bytes(MESSAGE_BYTES - 100_000)
    return spec


def test_every_call_of_the_service_has_its_bounds() -> None:
    methods = {method.name: method for method in wire.DESCRIPTOR.services_by_name["Restyle"].methods}
    assert set(CALLS) == {*methods, "Check"}
    for name, method in methods.items():
        assert CALLS[name].request.DESCRIPTOR is method.input_type
        most = MESSAGE_BYTES if method.client_streaming or name == "EstimateJob" else SMALL
        assert CALLS[name].most == (MAX_LOOK_BYTES + SMALL if name == "AddLook" else most)


def test_the_fullest_job_passes_with_room_to_spare() -> None:
    message = wire.EstimateJobRequest(spec=fullest())
    raw = message.SerializeToString()
    assert bodies.read(raw, CALLS["EstimateJob"]) == message
    assert bodies._counted(raw, 0, len(raw), message.DESCRIPTOR, MAX_PARTS) > MAX_PARTS / 2


def field(number: int, data: bytes) -> bytes:
    size, length = len(data), b""
    while size > 0x7F:
        length, size = length + bytes([size & 0x7F | 0x80]), size >> 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + data


COSTLY = {
    "empty styles": ("EstimateJob", field(1, b"2\0" * 1_900_000)),
    "empty masks": ("CreateJob", field(1, field(3, b"*\0" * 1_900_000))),
    "layers, deep": ("EstimateJob", field(1, field(9, b"Z\0" * 1_900_000))),
    "numbers one by one": ("EstimateJob", field(1, b"\x10\1" * 1_900_000)),
    "unknown numbers": ("EstimateJob", b"\xf8\x07\1" * 1_300_000),
    "tags": ("AddStyle", field(1, b"\x1a\0" * 1_900_000)),
    "a label again and again": ("CreateJob", field(1, field(3, b"\x0a\0" * 1_900_000))),
}


@pytest.mark.parametrize(("name", "raw"), COSTLY.values(), ids=COSTLY.keys())
def test_a_message_of_many_parts_is_refused_before_it_costs_anything(name: str, raw: bytes) -> None:
    began = time.process_time()
    with pytest.raises(Invalid, match="parts"):
        bodies.read(raw, CALLS[name])
    assert time.process_time() - began < 0.1  # parsing any of them takes several times as long


def test_packed_numbers_count_one_each() -> None:
    raw = wire.ListJobsRequest(states=[wire.RUNNING] * (MAX_PARTS + 1)).SerializeToString()
    with pytest.raises(Invalid, match="parts"):
        bodies.read(raw, bodies.Call(wire.ListJobsRequest, most=MESSAGE_BYTES))
    with pytest.raises(Invalid, match="bytes"):
        bodies.read(raw + bytes(SMALL), CALLS["ListJobs"])


JUNK = [b"\xff" * 20, b"\x0a\xff\xff\xff\xff\x0f", b"\x0b", b"\x0a\x05ab", b"\x0d\1", b"\x09\1", b"\x0a\x02\xff\xfe", b"\x00\x00"]


@pytest.mark.parametrize("raw", JUNK)
def test_what_is_no_message_is_said_in_our_own_words(raw: bytes) -> None:
    with pytest.raises(Invalid, match=r"restyle\.v1; install the same version"):
        bodies.read(raw, CALLS["GetJob"])
