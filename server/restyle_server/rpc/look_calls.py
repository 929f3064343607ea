"""Owns the calls about looks: list, get, add, delete."""

from __future__ import annotations

import asyncio

from .. import naming
from ..looks.library import Look, LookLibrary
from ..wire import restyle_pb2 as wire

PAGE = 50
MAX_PAGE = 200


class Looks:
    """What a caller can do with the store of looks. Everything that touches its files runs in a thread."""

    def __init__(self, library: LookLibrary) -> None:
        self._library = library

    async def list(self, request: wire.ListLooksRequest) -> wire.ListLooksResponse:
        """A page; the token is the last id shown."""
        looks = await asyncio.to_thread(self._library.list)
        start = naming.place(request.page_token, [look.id for look in looks])
        page = looks[start : start + min(request.page_size or PAGE, MAX_PAGE)]
        more = page[-1].id if start + len(page) < len(looks) else ""
        return wire.ListLooksResponse(looks=map(_message, page), next_page_token=more)

    async def get(self, request: wire.GetLookRequest) -> wire.GetLookResponse:
        """The look, and its file when that was asked for. NotFound."""
        look = await self.find(request.id)
        return wire.GetLookResponse(look=_message(look), data=await asyncio.to_thread(self._library.data, look) if request.whole else b"")

    async def add(self, request: wire.AddLookRequest) -> wire.Look:
        """Takes a look's file into the store. Invalid, NotNow, DiskFull."""
        return _message(await asyncio.to_thread(self._library.add, request.data, request.wanted_id))

    async def delete(self, look_id: str) -> None:
        """Removes one of the user's own. NotFound, NotNow."""
        await asyncio.to_thread(self._library.delete, look_id)

    async def find(self, look_id: str) -> Look:
        """NotFound."""
        return await asyncio.to_thread(self._library.get, look_id)


def _message(look: Look) -> wire.Look:
    header = look.header
    return wire.Look(
        id=look.id,
        name=header.name,
        style=header.style,
        credit=header.credit,
        strength=header.strength,
        side=header.side,
        steps=header.steps,
        builtin=look.builtin,
        size=look.size,
        sha256=look.sha256,
    )
