"""Live painting as callers see it: what is painted, and in which order; what is wrong ends one canvas with one sentence, and nothing else."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import numpy as np
import pytest
from calls import details, order, until
from live_calls import RGBA8, LiveCall, close, drawing, live, painted, rect, solid, with_look
from places import Place, Serving, pid_of
from restyle_server.limits import Limits
from restyle_server.wire import restyle_pb2 as wire

WIDTH, HEIGHT = 90, 61  # px, no multiples of the grid
CODES = grpc.StatusCode


def sentence(error: grpc.aio.AioRpcError) -> str:
    told = error.details() or ""
    assert told and "\n" not in told and told.endswith("."), told
    return told


async def test_a_canvas_is_painted_part_by_part_as_it_would_be_whole(serving: Serving) -> None:
    before, after = solid(WIDTH, HEIGHT), solid(WIDTH, HEIGHT)
    after[20:29, 40:52, :3] = solid(12, 9, seed=1)[..., :3]
    async with serving() as place:
        look = await with_look(place.caller)
        async with live(place.caller, WIDTH, HEIGHT, look) as call:
            await call.send(rects=[rect(before, 0, 0, WIDTH, HEIGHT)], change=1)
            assert close(await call.settled(1), painted(before))
            answers = len(call.answers)
            await call.send(rects=[rect(after, 40, 20, 12, 9)], change=2)
            assert close(await call.settled(2), painted(after)), "what lies around a change is seen, and repainted"
            repainted = sum(answer.rect.width * answer.rect.height for answer in call.answers[answers:])
            assert repainted < WIDTH * HEIGHT / 2, "and nothing else"
            assert [answer.number for answer in call.answers] == list(range(1, len(call.answers) + 1))


async def test_alpha_and_what_is_hidden_stay_as_they_were_sent(serving: Serving) -> None:
    pixels = drawing(32, 32)
    pixels[:, :16, 3] = 0
    async with serving() as place:
        look = await with_look(place.caller)
        async with live(place.caller, 32, 32, look) as call:
            await call.send(rects=[rect(pixels, 0, 0, 32, 32)])
            result = await call.settled()
            assert np.array_equal(result[..., 3], pixels[..., 3])
            assert np.array_equal(result[:, :16], pixels[:, :16])
            assert not np.array_equal(result[:, 16:], pixels[:, 16:])


@pytest.mark.parametrize("channels", [wire.GRAY, wire.GRAY_ALPHA, wire.RGB, wire.BGRA])
@pytest.mark.parametrize("depth", [wire.U8, wire.U16, wire.F16, wire.F32])
async def test_every_format_comes_back_as_itself(serving: Serving, channels: Any, depth: Any) -> None:
    samples = {wire.GRAY: 1, wire.GRAY_ALPHA: 2, wire.RGB: 3, wire.BGRA: 4}[channels]
    kind = {wire.U8: "u1", wire.U16: "<u2", wire.F16: "<f2", wire.F32: "<f4"}[depth]
    data = np.full((8, 8, samples), 0.25 if kind[1] == "f" else 50, kind).tobytes()
    async with serving() as place:
        look = await with_look(place.caller)
        async with live(place.caller, 8, 8, look, format=wire.PixelFormat(channels=channels, depth=depth)) as call:
            await call.send(rects=[wire.LiveRect(width=8, height=8, data=data)])
            answer = await call.call.read()
            assert len(answer.rect.data) == len(data)
            assert answer.rect.data != data


async def test_strength_and_look_change_while_it_is_open(serving: Serving) -> None:
    pixels = solid(24, 24)
    async with serving() as place:
        look, other = await with_look(place.caller), await with_look(place.caller, "Other")
        async with live(place.caller, 24, 24, look) as call:
            await call.send(rects=[rect(pixels, 0, 0, 24, 24)], change=1)
            await call.settled(1)
            await call.send(strength=0.0, change=2)
            assert np.array_equal(await call.settled(2), pixels)
            await call.send(look_id=other, strength=50.0, change=3)
            assert close(await call.settled(3), painted(pixels, 50.0))


async def test_without_a_strength_it_is_the_looks_own(serving: Serving) -> None:
    pixels = solid(16, 16)
    async with serving() as place:
        look = await with_look(place.caller)
        async with live(place.caller, 16, 16, look, None) as call:
            await call.send(rects=[rect(pixels, 0, 0, 16, 16)])
            assert close(await call.settled(), painted(pixels, 50.0))


async def test_a_canvas_grows_and_shrinks(serving: Serving) -> None:
    whole = solid(64, 48)
    async with serving() as place:
        look = await with_look(place.caller)
        async with live(place.caller, 40, 40, look) as call:
            await call.send(rects=[rect(whole, 0, 0, 40, 40)], change=1)
            await call.settled(1)
            call.canvas = np.pad(call.canvas, ((0, 8), (0, 24), (0, 0)))
            await call.send(size=wire.LiveSize(width=64, height=48), rects=[rect(whole, 40, 0, 24, 48), rect(whole, 0, 40, 40, 8)], change=2)
            assert close(await call.settled(2), painted(whole))
            call.canvas = call.canvas[:33, :35].copy()
            await call.send(size=wire.LiveSize(width=35, height=33), change=3)
            assert close(await call.settled(3), painted(whole[:33, :35]))


async def test_the_smallest_canvas_is_painted(serving: Serving) -> None:
    async with serving() as place:
        look = await with_look(place.caller)
        async with live(place.caller, 1, 1, look) as call:
            await call.send(rects=[rect(solid(1, 1), 0, 0, 1, 1)])
            assert close(await call.settled(), painted(solid(1, 1)))


async def test_nothing_piles_up_and_the_latest_wins(serving: Serving) -> None:
    """However often it changes while an answer is not read, there is one more answer for all of it."""
    async with serving() as place:
        look = await with_look(place.caller)
        async with live(place.caller, 32, 32, look) as call:
            await call.send(rects=[rect(solid(32, 32), 0, 0, 32, 32)], change=1)
            first = await call.read(seen=False)
            for number in range(2, 200):
                await call.send(rects=[rect(solid(32, 32, number), 0, 0, 32, 32)], change=number)
            await asyncio.sleep(0.2)
            await call.send(seen=first.number)
            second = await call.read()
            assert (second.number, second.change, second.settled) == (2, 199, True)
            assert close(call.canvas, painted(solid(32, 32, 199)))


async def test_a_change_of_several_messages_is_painted_when_it_is_whole(serving: Serving) -> None:
    pixels = solid(32, 32)
    async with serving() as place:
        look = await with_look(place.caller)
        async with live(place.caller, 32, 32, look) as call:
            await call.send(rects=[rect(pixels, 0, 0, 32, 16)], more=True, change=1)
            await call.send(rects=[rect(pixels, 0, 16, 32, 16)], change=1)
            answer = await call.read()
            assert (answer.rect.height, answer.change, answer.settled) == (32, 1, True)
            assert close(call.canvas, painted(pixels))


async def test_a_stroke_is_painted_before_the_rest_of_a_large_canvas(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("restyle_server.rpc.live_session.LIVE_PIECE", 1024)
    pixels = solid(96, 96)
    async with serving() as place:
        look = await with_look(place.caller)
        async with live(place.caller, 96, 96, look) as call:
            await call.send(rects=[rect(pixels, 0, 0, 96, 96)], change=1)
            await call.read(seen=False)
            pixels[80:84, 80:84, :3] = 0
            await call.send(rects=[rect(pixels, 80, 80, 4, 4)], change=2)
            await call.send(seen=1)
            stroke = (await call.read()).rect
            assert stroke.x <= 80 and stroke.y <= 80 and stroke.x + stroke.width >= 84 and stroke.y + stroke.height >= 84
            assert close(await call.settled(2), painted(pixels))
            assert all(answer.rect.width * answer.rect.height <= 1024 for answer in call.answers)


async def test_requests_that_end_leave_a_canvas_that_is_painted_to_its_end(serving: Serving) -> None:
    async with serving() as place:
        look = await with_look(place.caller)
        async with live(place.caller, 16, 16, look) as call:
            await call.send(rects=[rect(solid(16, 16), 0, 0, 16, 16)])
            await call.call.done_writing()
            assert (await call.read(seen=False)).settled
            assert await call.call.read() is grpc.aio.EOF
            assert await call.call.code() is CODES.OK
        await until(lambda: not place.server.live.open)


# ---- beside paintings


async def test_a_painting_lets_live_canvases_in_between_two_evaluations(serving: Serving) -> None:
    async with serving(script={"steps": 100_000, "step_ms": 5}) as place:
        look = await with_look(place.caller)
        job = await place.caller.create(order(seed=1))
        await place.caller.begun(job.id)
        async with live(place.caller, 32, 32, look) as call:
            for number in range(1, 6):
                await call.send(rects=[rect(solid(32, 32, number), 0, 0, 32, 32)], change=number)
                assert close(await call.settled(number), painted(solid(32, 32, number)))
        assert (await place.caller.get(job.id)).state == wire.RUNNING
        await place.caller.call("CancelJob", id=job.id)


async def test_a_painting_is_the_same_with_and_without_live_canvases_beside_it(serving: Serving) -> None:
    async with serving(script={"steps": 60, "step_ms": 5}) as place:
        look = await with_look(place.caller)
        alone = await place.caller.create(order(seed=1))
        await place.caller.end(alone.id)
        beside = await place.caller.create(order(seed=1))
        async with live(place.caller, 32, 32, look) as call:
            for number in range(1, 10):
                await call.send(rects=[rect(solid(32, 32, number), 0, 0, 32, 32)], change=number)
                await call.settled(number)
        assert (await place.caller.end(beside.id)).state == wire.SUCCEEDED
        assert await place.caller.read(beside.id) == await place.caller.read(alone.id)


async def test_a_worker_that_ends_over_a_canvas_ends_it_with_a_sentence_and_the_next_is_painted(serving: Serving) -> None:
    async with serving() as place:
        look = await with_look(place.caller, fault="crash")
        async with live(place.caller, 16, 16, look) as call:
            await call.send(rects=[rect(solid(16, 16), 0, 0, 16, 16)])
            ended = await call.refused()
            assert (ended.code(), details(ended)["ErrorInfo"].reason) == (CODES.UNAVAILABLE, "WORKER_CRASHED")
            assert "open the canvas again" in sentence(ended)
        async with live(place.caller, 16, 16, await with_look(place.caller, "Whole")) as call:
            await call.send(rects=[rect(solid(16, 16), 0, 0, 16, 16)])
            assert close(await call.settled(), painted(solid(16, 16)))


async def test_a_canvas_that_rests_survives_its_worker(serving: Serving) -> None:
    pixels = solid(16, 16)
    async with serving() as place:
        look = await with_look(place.caller)
        async with live(place.caller, 16, 16, look) as call:
            await call.send(rects=[rect(pixels, 0, 0, 16, 16)], change=1)
            await call.settled(1)
            (slot,) = place.server.dispatcher.slots
            process, pid = slot.process, pid_of(slot)
            assert process is not None and pid
            process.kill()
            await until(lambda: slot.process is not process)
            await call.send(strength=30.0, change=2)
            assert close(await call.settled(2), painted(pixels, 30.0))


async def test_a_worker_that_hangs_over_a_canvas_is_replaced(serving: Serving) -> None:
    async with serving(limits=Limits(hang_seconds=2.0)) as place:
        look = await with_look(place.caller, fault="hang")
        async with live(place.caller, 16, 16, look) as call:
            await call.send(rects=[rect(solid(16, 16), 0, 0, 16, 16)])
            assert (await call.refused()).code() is CODES.UNAVAILABLE


# ---- what is wrong

WRONG: dict[str, tuple[dict[str, Any], dict[str, Any], grpc.StatusCode, str]] = {
    "a canvas without a width": ({"width": 0}, {}, CODES.INVALID_ARGUMENT, "open.width"),
    "a canvas that is too large": ({"width": 65_535, "height": 65_535}, {}, CODES.INVALID_ARGUMENT, "open"),
    "no format": ({"format": wire.PixelFormat()}, {}, CODES.INVALID_ARGUMENT, "open.format.channels"),
    "no client": ({"client_id": ""}, {}, CODES.INVALID_ARGUMENT, "open.client_id"),
    "no look": ({"look": ""}, {}, CODES.INVALID_ARGUMENT, "open.look_id"),
    "an unknown look": ({"look": "nothing"}, {}, CODES.NOT_FOUND, ""),
    "a strength of more than all": ({"strength": 101.0}, {}, CODES.INVALID_ARGUMENT, "open.strength"),
    "a profile that is none": ({"icc_profile": b"no profile"}, {}, CODES.INVALID_ARGUMENT, "open.icc_profile"),
    "a rectangle to the right of the canvas": ({}, {"rects": [rect(solid(40, 40), 1, 0, 16, 16)]}, CODES.INVALID_ARGUMENT, "rects[0]"),
    "a rectangle below it": ({}, {"rects": [rect(solid(40, 40), 0, 16, 1, 1)]}, CODES.INVALID_ARGUMENT, "rects[0]"),
    "a rectangle at the end of all numbers": ({}, {"rects": [wire.LiveRect(x=2**32 - 1, width=2**32 - 1, height=1)]}, CODES.INVALID_ARGUMENT, "rects[0]"),
    "an empty rectangle": ({}, {"rects": [wire.LiveRect(width=0, height=5)]}, CODES.INVALID_ARGUMENT, "rects[0]"),
    "too few bytes": ({}, {"rects": [wire.LiveRect(width=2, height=2, data=bytes(15))]}, CODES.INVALID_ARGUMENT, "rects[0]"),
    "bytes of another format": ({}, {"rects": [wire.LiveRect(width=2, height=2, data=bytes(64))]}, CODES.INVALID_ARGUMENT, "rects[0]"),
    "opened twice": ({}, {"open": wire.LiveOpen()}, CODES.INVALID_ARGUMENT, "open"),
    "a size without a height": ({}, {"size": wire.LiveSize(width=5)}, CODES.INVALID_ARGUMENT, "size.height"),
    "a strength that is no number": ({}, {"strength": float("nan")}, CODES.INVALID_ARGUMENT, "strength"),
    "another look that is not there": ({}, {"look_id": "nothing"}, CODES.NOT_FOUND, ""),
}


@pytest.mark.parametrize("kind", WRONG)
async def test_what_is_wrong_ends_the_canvas_with_one_sentence(serving: Serving, kind: str) -> None:
    opening, message, code, field = WRONG[kind]
    async with serving() as place:
        look = await with_look(place.caller)
        async with live(place.caller, **{"width": 16, "height": 16, "look": look, **opening}) as call:
            if message:
                await call.send(**message)
            error = await call.refused()
        assert error.code() is code, error.details()
        assert sentence(error)
        if field:
            assert details(error)["BadRequest"].field_violations[0].field == field
        assert not place.server.live.open
        assert (await place.caller.call("GetServerInfo")).state == "serving"


async def test_nothing_but_a_canvas_opens_a_call(serving: Serving) -> None:
    async with serving() as place:
        for requests in ([], [wire.LiveRequest(strength=5.0)]):
            call = place.caller.stub.Live(iter(requests), metadata=place.caller.metadata)
            error = await LiveCall(call, 1, 1).refused()
            assert error.code() is CODES.INVALID_ARGUMENT
            assert "opens the canvas" in sentence(error)


async def test_numbers_that_are_none_are_refused(serving: Serving) -> None:
    async with serving() as place:
        look = await with_look(place.caller)
        async with live(place.caller, 2, 1, look, format=wire.PixelFormat(channels=wire.GRAY, depth=wire.F32)) as call:
            await call.send(rects=[wire.LiveRect(width=2, height=1, data=np.array([0.5, np.nan], "<f4").tobytes())])
            error = await call.refused()
            assert error.code() is CODES.INVALID_ARGUMENT
            assert sentence(error)


async def test_a_look_that_is_removed_meanwhile_ends_the_canvas(serving: Serving) -> None:
    async with serving() as place:
        look = await with_look(place.caller)
        async with live(place.caller, 16, 16, look) as call:
            await call.send(strength=80.0)
            await place.caller.call("DeleteLook", id=look)
            await call.send(rects=[rect(solid(16, 16), 0, 0, 16, 16)])
            assert "removed meanwhile" in sentence(await call.refused())


# ---- how much


async def opened(place: Place, look: str, **words: Any) -> LiveCall:
    """A canvas that stays open, with its first answer read."""
    given = {"client_id": "one", "format": RGBA8, "width": 16, "height": 16, "look_id": look, **words}
    call = LiveCall(place.caller.stub.Live(metadata=place.caller.metadata), given["width"], given["height"])
    await call.send(open=wire.LiveOpen(**given), rects=[rect(solid(16, 16), 0, 0, 16, 16)])
    return call


async def test_one_caller_has_ten_and_the_eleventh_is_told_so(serving: Serving) -> None:
    async with serving() as place:
        look = await with_look(place.caller)
        calls = [await opened(place, look) for _ in range(10)]
        for call in calls:
            assert close(await call.settled(), painted(solid(16, 16), 50.0))
        error = await (await opened(place, look)).refused()
        assert (error.code(), details(error)["ErrorInfo"].reason) == (CODES.RESOURCE_EXHAUSTED, "QUEUE_FULL")
        assert "close one of them" in sentence(error)
        await (await opened(place, look, client_id="another")).settled()
        calls[0].call.cancel()
        await until(lambda: place.server.live.open == 10)
        await (await opened(place, look)).settled()


async def test_all_callers_together_have_as_many_as_the_server_takes(serving: Serving) -> None:
    async with serving(limits=Limits(max_live=2)) as place:
        look = await with_look(place.caller)
        for number in range(2):
            await (await opened(place, look, client_id=f"client {number}")).settled()
        error = await (await opened(place, look, client_id="client 3")).refused()
        assert error.code() is CODES.RESOURCE_EXHAUSTED
        assert sentence(error)


async def test_canvases_are_counted_in_bytes(serving: Serving) -> None:
    async with serving(limits=Limits(max_bytes_in_flight=5000)) as place:
        look = await with_look(place.caller)
        first = await opened(place, look, width=32, height=32)
        await first.settled()
        error = await (await opened(place, look, width=32, height=32)).refused()
        assert error.code() is CODES.RESOURCE_EXHAUSTED
        await first.send(size=wire.LiveSize(width=64, height=32))
        assert "smaller one" in sentence(await first.refused())
        await until(lambda: not place.server.live.open)
        await (await opened(place, look, width=32, height=32)).settled()


async def test_who_sends_and_never_reads_is_ended_and_takes_no_room(serving: Serving) -> None:
    async with serving(limits=Limits(live_unread_seconds=1.0)) as place:
        look = await with_look(place.caller)
        async with live(place.caller, 96, 96, look, format=wire.PixelFormat(channels=wire.RGBA, depth=wire.F32)) as call:
            for number in range(1, 6):  # an answer has more bytes than a connection takes that nobody reads
                await call.send(rects=[wire.LiveRect(width=96, height=96, data=bytes(96 * 96 * 16))], change=number)
            await until(lambda: place.server.live.open == 0)
            error = await call.refused()
            assert (error.code(), details(error)["ErrorInfo"].reason) == (CODES.FAILED_PRECONDITION, "LIVE_UNREAD")
            assert sentence(error)


async def test_a_server_that_ends_says_so_to_its_canvases(serving: Serving) -> None:
    async with serving() as place:
        look = await with_look(place.caller)
        call = await opened(place, look)
        await call.settled()
        await place.caller.call("StopServer", grace_seconds=0)
        error = await (await opened(place, look)).refused()
        assert error.code() is CODES.UNAVAILABLE
        place.server.live.end()
        assert (await call.refused()).code() is CODES.UNAVAILABLE


async def test_a_canvas_keeps_the_server_from_ending_for_lack_of_work(serving: Serving) -> None:
    async with serving() as place:
        look = await with_look(place.caller)
        call = await opened(place, look)
        await call.settled()
        assert place.server.live.open == 1
        call.call.cancel()
        await until(lambda: not place.server.live.open)
