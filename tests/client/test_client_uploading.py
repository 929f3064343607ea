"""Promises about sending a job."""

from __future__ import annotations

from typing import Any

import pytest
from client.pictures import plane, request
from client.scripted_server import (
    ScriptedServer,
    answer,
    bad_request,
    drop,
    error_info,
    job,
    refuse,
    retry_info,
    swallow,
    then,
)
from restyle_client import (
    AsyncSession,
    Channels,
    Crop,
    Depth,
    InvalidRequest,
    JobRequest,
    Mask,
    MaskUse,
    PixelFormat,
    Plane,
    QueueFull,
    Refused,
    StyleUse,
    TooLarge,
    Upload,
    WeightsMissing,
)
from restyle_client._vendor.grpclib.const import Status

MIB = 1024 * 1024
GRAY8 = PixelFormat(Channels.GRAY, Depth.U8)


class Collector:
    """Takes an upload as it comes."""

    def __init__(self) -> None:
        self.header: Any = None
        self.payloads: dict[int, bytearray] = {}
        self.sizes: list[int] = []

    async def __call__(self, stream: Any) -> None:
        async for message in stream:
            if message.HasField("header"):
                self.header = message.header
            else:
                payload = self.payloads.setdefault(message.chunk.payload, bytearray())
                assert message.chunk.offset == len(payload)
                payload += message.chunk.data
                self.sizes.append(len(message.chunk.data))
        await stream.send_message(job())


async def test_every_payload_arrives_whole_in_messages_of_one_mib(server: ScriptedServer, session: AsyncSession) -> None:
    collector = Collector()
    server.scripts["CreateJob"] = collector
    content = plane(1024, 600)
    mask = Plane(GRAY8, 1024, 600, bytearray(range(256)) * (1024 * 600 // 256))
    styles = (StyleUse.library("woodcut", weight=2.0), StyleUse.picture(b"a file", crop=Crop(1, 2, 30, 40)), StyleUse.plane(plane(16, 16), symmetry="flips"))
    events: list[Any] = []

    created = await session.create(JobRequest(content, styles, masks=(Mask(mask, MaskUse.STATISTICS),), label="drawing"), events.append)

    assert created.id == "j1"
    spec = collector.header.spec
    assert collector.header.client_id == session.client_id
    assert bytes(collector.payloads[spec.content.payload]) == content.data
    assert collector.payloads[spec.masks[0].plane.payload] == mask.data
    assert bytes(collector.payloads[spec.styles[1].image.payload]) == b"a file"
    assert spec.styles[1].image.size == 6
    assert len(collector.payloads) == 4
    assert max(collector.sizes) == MIB
    assert [event.done for event in events] == sorted(event.done for event in events)
    assert events[-1] == Upload(events[-1].total, sum(collector.sizes))


async def test_an_early_refusal_ends_the_upload_although_the_server_reads_nothing(server: ScriptedServer, session: AsyncSession) -> None:
    server.scripts["CreateJob"] = refuse(Status.INVALID_ARGUMENT, "styles: no style is called woodcut; list them.", bad_request("spec.styles[0].style_id"))
    events: list[Any] = []
    with pytest.raises(InvalidRequest, match="no style is called woodcut") as caught:
        await session.create(request(plane(4096, 4096)), events.append)
    assert caught.value.field == "spec.styles[0].style_id"
    assert server.count("CreateJob") == 1
    assert all(event.done < event.total for event in events)


async def test_an_early_refusal_after_some_messages_is_told_as_what_it_is(server: ScriptedServer, session: AsyncSession) -> None:
    async def two_messages(stream: Any) -> None:
        await stream.recv_message()
        await stream.recv_message()

    server.scripts["CreateJob"] = then(two_messages, refuse(Status.RESOURCE_EXHAUSTED, "Too big.", error_info("IMAGE_TOO_LARGE", largest_size="2048")))
    with pytest.raises(TooLarge) as caught:
        await session.create(request(plane(4096, 4096)))
    assert caught.value.largest_size == 2048


async def test_an_upload_that_the_server_knows_already_is_not_sent_to_its_end(server: ScriptedServer, session: AsyncSession) -> None:
    async def at_once(stream: Any) -> None:
        await stream.recv_message()
        await stream.send_message(job(job_id="the first"))

    server.scripts["CreateJob"] = at_once
    assert (await session.create(request(plane(4096, 4096)))).id == "the first"


async def test_a_broken_upload_is_sent_again_under_the_same_request_id(server: ScriptedServer, session: AsyncSession) -> None:
    first, second = Collector(), Collector()

    async def half(stream: Any) -> None:
        first.header = (await stream.recv_message()).header

    server.scripts["CreateJob"] = [then(half, drop), second]
    content = plane(64, 64)
    await session.create(request(content))
    assert first.header.request_id == second.header.request_id
    assert bytes(second.payloads[0]) == content.data


async def test_a_gap_that_the_server_found_is_mended_by_sending_again(server: ScriptedServer, session: AsyncSession) -> None:
    server.scripts["CreateJob"] = [refuse(Status.ABORTED, "A chunk is missing; send the job again."), then(swallow, answer(job()))]
    assert (await session.create(request())).id == "j1"
    assert server.count("CreateJob") == 2


@pytest.mark.parametrize(
    ("status", "details", "error"),
    [
        (Status.RESOURCE_EXHAUSTED, [error_info("QUEUE_FULL"), retry_info(2.5)], QueueFull),
        (Status.RESOURCE_EXHAUSTED, [error_info("DISK_FULL")], Refused),
        (Status.FAILED_PRECONDITION, [error_info("WEIGHTS_MISSING")], WeightsMissing),
    ],
)
async def test_a_refusal_keeps_its_sentence_and_its_kind(
    server: ScriptedServer, session: AsyncSession, status: Status, details: list[Any], error: type[Exception]
) -> None:
    server.scripts["CreateJob"] = refuse(status, "It is so; do this.", *details)
    with pytest.raises(error, match="It is so; do this") as caught:
        await session.create(request())
    assert type(caught.value) is error
    if isinstance(caught.value, QueueFull):
        assert caught.value.retry_after == 2.5


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (JobRequest(Plane(PixelFormat(Channels.RGBA, Depth.U8), 4, 4, b"123"), ()), "spec.content.data"),
        (JobRequest(Plane(PixelFormat(Channels.RGBA, Depth.U8), -4, 4, b""), ()), "spec.content.width"),
        (JobRequest(Plane(("RGBA", "U8"), 4, 4, bytes(64)), ()), "spec.content.format"),  # type: ignore[arg-type]
        (JobRequest(Plane(PixelFormat(Channels.RGBA, Depth.U8), 4, 4, "text"), ()), "spec.content.data"),  # type: ignore[arg-type]
        (JobRequest(b"bytes", ()), "spec.content"),  # type: ignore[arg-type]
        (request(lifetime="for ever"), "spec.lifetime"),
        (JobRequest(plane(), (StyleUse.library("a", symmetry="round"),)), "spec.styles[0].symmetry"),
        (JobRequest(plane(), (StyleUse.library("a", scale="big"),)), "spec.styles[0].scale"),  # type: ignore[arg-type]
        (JobRequest(plane(), ("woodcut",)), "spec.styles[0]"),  # type: ignore[arg-type]
        (JobRequest(plane(), (StyleUse(7),)), "spec.styles[0]"),  # type: ignore[arg-type]
    ],
)
async def test_what_can_be_seen_to_be_wrong_is_told_before_anything_is_sent(
    server: ScriptedServer, session: AsyncSession, wrong: JobRequest, field: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        await session.create(wrong)
    assert caught.value.field == field
    assert str(caught.value).startswith(field.removesuffix(".data"))
    assert server.count("CreateJob") == 0
