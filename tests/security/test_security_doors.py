"""Who may come in: the token on every call, versions that fit, and nothing about the inside on the way out."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import grpc
import pytest
from calls import PATIENCE, details, order
from grpc_health.v1 import health_pb2, health_pb2_grpc
from places import Serving
from restyle_server.wire import restyle_pb2 as wire
from restyle_server.wire.restyle_pb2_grpc import RestyleStub

Metadata = tuple[tuple[str, str], ...]

METHODS = [method.name for method in wire.DESCRIPTOR.services_by_name["Restyle"].methods]


async def attempt(stub: Any, method: str, metadata: Metadata) -> grpc.aio.AioRpcError:
    """The error of one call, whatever its shape."""
    described = wire.DESCRIPTOR.services_by_name["Restyle"].methods_by_name[method]
    request = getattr(wire, described.input_type.name)()
    call = getattr(stub, method)(iter([request]) if described.client_streaming else request, metadata=metadata, timeout=PATIENCE)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        if described.server_streaming:
            await call.read()
        else:
            await call
    return refused.value


async def test_every_call_wants_the_token(serving: Serving) -> None:
    async with serving() as place:
        for method in METHODS:
            for metadata in ((), (("authorization", "Bearer wrong"),), (("authorization", place.server.token),), (("authorization", "Bearer "),)):
                error = await attempt(place.caller.stub, method, metadata)
                assert error.code() == grpc.StatusCode.UNAUTHENTICATED
        assert not (await place.caller.call("ListJobs")).jobs


async def test_every_call_that_the_proto_names_is_there(serving: Serving) -> None:
    async with serving() as place:
        for method in METHODS:
            if method not in ("GetServerInfo", "ListJobs", "ListLooks", "ListStyles", "StopServer"):
                error = await attempt(place.caller.stub, method, place.caller.metadata)
                assert error.code() in (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND), method


async def test_health_needs_no_token_and_can_be_asked_alone(serving: Serving) -> None:
    async with serving() as place, grpc.aio.insecure_channel(place.server.address) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        for name in ("", "restyle.v1.Restyle"):
            assert (await stub.Check(health_pb2.HealthCheckRequest(service=name))).status == health_pb2.HealthCheckResponse.SERVING
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.Watch(health_pb2.HealthCheckRequest()).read()
        assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize(("version", "welcome"), [("0.1.0", True), ("0.2.0", True), ("0.0.9", True), ("1.0.0", False), ("nonsense", False)])
async def test_another_major_version_is_refused_naming_both(serving: Serving, version: str, welcome: bool) -> None:
    async with serving() as place:
        metadata = (*place.caller.metadata, ("restyle-version", version))
        call = place.caller.stub.GetServerInfo(wire.GetServerInfoRequest(), metadata=metadata)
        if welcome:
            assert (await call).version == "0.1.0"
            return
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call
        assert refused.value.code() == grpc.StatusCode.FAILED_PRECONDITION
        assert version in (refused.value.details() or "")
        assert "0.1.0" in (refused.value.details() or "")


async def test_a_wrong_field_travels_with_its_path(serving: Serving) -> None:
    async with serving() as place:
        spec = order()
        spec.parameters.strength = 101
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await place.caller.create(spec)
        assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert details(refused.value)["BadRequest"].field_violations[0].field == "spec.parameters.strength"


async def test_the_log_has_no_token_no_label_and_no_pixels(serving: Serving, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with serving() as place:
        job = await place.caller.create(order(label="My secret layer\nFAKE LINE"))
        await place.caller.end(job.id)
        for secret in (place.server.token, "secret", "FAKE"):
            assert secret not in caplog.text
        assert job.id in caplog.text


async def test_two_servers_never_share_a_port(serving: Serving, tmp_path: Path) -> None:
    async with serving() as place:
        port = int(place.server.address.rpartition(":")[2])
        from dataclasses import replace

        from restyle_server.server import CannotServe, Server

        with pytest.raises(CannotServe, match=str(port)):
            async with Server(replace(place.config, state_dir=tmp_path / "another", port=port)):
                pass


async def test_unknown_calls_and_other_protocols_get_nowhere(serving: Serving) -> None:
    async with serving() as place, grpc.aio.insecure_channel(place.server.address) as channel:
        unknown: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary("/restyle.v1.Restyle/OpenDoor")
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await unknown(b"")
        assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED
        assert (await RestyleStub(channel).GetServerInfo(wire.GetServerInfoRequest(), metadata=place.caller.metadata)).state == "serving"
