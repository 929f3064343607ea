"""Looks as callers see them."""

from __future__ import annotations

import grpc
import pytest
from calls import details
from look_files import HOSTILE, look_file
from places import Serving


async def test_a_look_is_added_listed_fetched_and_removed(serving: Serving) -> None:
    data = look_file("Mine", credit="Anna", strength=70.0, side=64, steps=12)
    async with serving() as place:
        added = await place.caller.call("AddLook", data=data)
        assert (added.id, added.name, added.credit, added.strength, added.side, added.steps, added.builtin) == ("mine", "Mine", "Anna", 70.0, 64, 12, False)
        assert await place.caller.call("AddLook", data=data, wanted_id="other") == added
        assert added in (await place.caller.call("ListLooks")).looks
        assert (await place.caller.call("GetLook", id="mine")).data == b""
        assert (await place.caller.call("GetLook", id="mine", whole=True)).data == data
        await place.caller.call("DeleteLook", id="mine")
        with pytest.raises(grpc.aio.AioRpcError) as gone:
            await place.caller.call("GetLook", id="mine")
        assert gone.value.code() is grpc.StatusCode.NOT_FOUND
        assert details(gone.value)["ErrorInfo"].reason == "LOOK_NOT_FOUND"


async def test_looks_are_listed_in_pages(serving: Serving) -> None:
    async with serving() as place:
        for name in ("one", "three", "two"):
            await place.caller.call("AddLook", data=look_file(name), wanted_id=f"zz-{name}")
        everything = [look.id for look in (await place.caller.call("ListLooks", page_size=200)).looks]
        found, token = [], ""
        while True:
            page = await place.caller.call("ListLooks", page_size=2, page_token=token)
            found += [look.id for look in page.looks]
            token = page.next_page_token
            if not token:
                break
        assert found == everything
        assert found[-3:] == ["zz-one", "zz-three", "zz-two"]


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_hostile_file_is_refused_in_a_sentence_and_the_server_lives(serving: Serving, kind: str) -> None:
    async with serving() as place:
        before = await place.caller.call("ListLooks")
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await place.caller.call("AddLook", data=HOSTILE[kind])
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert "Traceback" not in (refused.value.details() or "")
        assert await place.caller.call("ListLooks") == before
