"""Owns live painting as callers see it: every message checked, canvases counted, answers one at a time, and one sentence at the end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from restyle_contract.limits import MAX_TEXT
from restyle_contract.rectangles import Rect
from restyle_engine.parameters import Seamless

from ..devices.live import LivePainters
from ..jobs.store import JobStore
from ..limits import RETRY_SECONDS, Limits
from ..looks.library import Look
from ..records.live import LiveMotion, LookFile
from ..refusals import Invalid, NotNow, QueueFull, Unavailable
from ..wire import restyle_pb2 as wire
from . import conversion, replies
from .live_frames import COPIES
from .live_session import Change, LiveSession
from .look_calls import Looks

AGAIN = "open the canvas again when you need it."
ENDING = "The server is ending; open the canvas again in a moment."
UNREAD = f"An answer was not read for too long, and the canvas was let go; {AGAIN}"
STRENGTHS = (0.0, 100.0)


class Live:
    """The live canvases of all callers."""

    def __init__(self, looks: Looks, painters: LivePainters, store: JobStore, limits: Limits) -> None:
        self._looks = looks
        self._painters = painters
        self._store = store
        self._limits = limits
        self._sessions: set[LiveSession] = set()
        self.accepting = True

    @property
    def open(self) -> int:
        """How many canvases there are."""
        return len(self._sessions)

    def end(self) -> None:
        """Ends all of them, and takes no more: the server drains."""
        self.accepting = False
        for session in list(self._sessions):
            self._let_go(session, Unavailable(ENDING, reason="DRAINING", retry_after=RETRY_SECONDS))

    async def paint(self, requests: AsyncIterator[wire.LiveRequest], owner: str) -> AsyncIterator[wire.LiveResponse]:
        """Answers as they are painted, until the requests end and all is painted. Refusal."""
        stream = aiter(requests)
        first = await anext(stream, None)
        if first is None or not first.HasField("open"):
            raise Invalid("open", "the first message opens the canvas.")
        session = await self._opened(first, owner)
        reader = asyncio.create_task(self._read(session, first, stream))
        try:
            async for answer in self._answers(session):
                yield answer
        finally:
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reader
            self._let_go(session)

    async def _answers(self, session: LiveSession) -> AsyncIterator[wire.LiveResponse]:
        while (order := await session.next()) is not None:
            if isinstance(order, LiveMotion):
                session.followed(await self._painters.do(order))
                continue
            change, rect = session.change, order.wanted
            piece = await self._painters.do(order)
            session.check()
            message = wire.LiveRect(x=rect.x, y=rect.y, width=rect.width, height=rect.height, data=piece.data)
            number = session.sending(asyncio.get_running_loop().call_later(self._limits.live_unread_seconds, self._expire, session))
            answer = wire.LiveResponse(number=number, rect=message, change=change, settled=session.settled, seconds=piece.seconds)
            answer.anew = session.anew
            answer.warnings.extend(session.told())
            yield answer

    def _expire(self, session: LiveSession) -> None:
        """Also where the answer can't even be handed to the connection, which may last for ever."""
        self._let_go(session, NotNow(UNREAD, reason="LIVE_UNREAD"))

    def _let_go(self, session: LiveSession, error: Exception | None = None) -> None:
        """Its place and its canvas, though its call may go on for as long as its client reads nothing."""
        self._sessions.discard(session)
        if error is None:
            session.close()
        else:
            session.fail(error)

    async def _read(self, session: LiveSession, first: wire.LiveRequest, stream: AsyncIterator[wire.LiveRequest]) -> None:
        """Takes in what comes, and never waits for anything that is painted. What is wrong ends the session."""
        try:
            session.take(await self._change(first, session))
            async for message in stream:
                if not session.open:
                    return
                session.saw(message.seen)
                session.take(await self._change(message, session))
            session.end()
        except Exception as error:  # whatever it is: the call ends with it
            self._let_go(session, error)

    async def _opened(self, message: wire.LiveRequest, owner: str) -> LiveSession:
        given = message.open
        party = owner or conversion.text(given.client_id, "open.client_id", MAX_TEXT, required=True)
        plane = wire.Plane(format=given.format, width=given.width, height=given.height, icc_profile=given.icc_profile)
        spec = conversion.plane_of(plane, "open", self._limits)
        if not given.look_id:
            raise Invalid("open.look_id", "name the look to paint with; `restyle look list` shows them.")
        strength = _strength(given.strength, "open.strength") if given.HasField("strength") else None
        seamless = conversion.known(conversion.SEAMLESS, given.seamless, "open.seamless")
        if given.moving and seamless is not Seamless.NONE:
            raise Invalid("open.seamless", "a canvas that moves is not seamless; leave one of them out.")
        look = await self._looks.find(given.look_id)
        self._check_place(party)
        held = spec.size * (COPIES if given.moving else 1)
        self._check_room(party, held)
        shape = await self._painters.shape()
        self._check_place(party)  # once more: a worker may have had to start first
        self._check_room(party, held)
        own = look.header.strength if strength is None else strength
        size = spec.width, spec.height
        session = LiveSession(party, spec.format, size, spec.icc, _file(look), own, shape, moving=given.moving, seamless=seamless)
        self._sessions.add(session)
        return session

    def _check_place(self, party: str) -> None:
        if not self.accepting:
            raise Unavailable(ENDING, reason="DRAINING", retry_after=RETRY_SECONDS)
        own = sum(session.party == party for session in self._sessions)
        if own >= self._limits.max_live_per_client:
            raise QueueFull(f"You have {own} live canvases open, which is as many as one may have; close one of them, or try again in a moment.", RETRY_SECONDS)
        if len(self._sessions) >= self._limits.max_live:
            raise QueueFull(f"The server has {len(self._sessions)} live canvases open, which is all that it takes; try again in a moment.", RETRY_SECONDS)

    def _check_room(self, party: str, size: int, without: LiveSession | None = None) -> None:
        """size: bytes of the canvas that would be there."""
        others = [session for session in self._sessions if session is not without]
        own = sum(session.bytes for session in others if session.party == party) + self._store.bytes_in_flight(party)
        everyones = sum(session.bytes for session in others)
        if size + max(own, everyones) > self._limits.max_bytes_in_flight:
            raise QueueFull(f"The server has no room for a live canvas of {size / 1e6:.0f} MB now; close another, or take a smaller one.", RETRY_SECONDS)

    async def _change(self, message: wire.LiveRequest, session: LiveSession) -> Change:
        if session.begun and message.HasField("open"):
            raise Invalid("open", "the canvas is open already; open another with another call.")
        size = None
        if message.HasField("size"):
            plane = wire.Plane(format=replies.format_message(session.format), width=message.size.width, height=message.size.height)
            spec = conversion.plane_of(plane, "size", self._limits)
            self._check_room(session.party, spec.size * session.copies, session)
            size = spec.width, spec.height
        width, height = size or session.size
        rects = tuple(_rect(rect, f"rects[{index}]", width, height, session.format.pixel_bytes) for index, rect in enumerate(message.rects))
        look = _file(await self._looks.find(message.look_id)) if message.look_id else None
        strength = _strength(message.strength, "strength") if message.HasField("strength") else None
        heard = not (rects or size or look or message.change or message.HasField("strength"))  # only that an answer was read, which may come within a change
        return Change(rects, size, look, strength, message.change, not (message.more or heard))


def _rect(message: wire.LiveRect, field: str, width: int, height: int, pixel_bytes: int) -> tuple[Rect, bytes]:
    rect = Rect(message.x, message.y, message.width, message.height)
    if not (rect.width and rect.height):
        raise Invalid(field, f"a rectangle has at least 1 × 1 px, and this one {rect.width} × {rect.height}.")
    if rect.right > width or rect.bottom > height:
        raise Invalid(field, f"{rect.width} × {rect.height} px at {rect.x}, {rect.y} leave the canvas of {width} × {height} px; send its new size first.")
    if len(message.data) != rect.area * pixel_bytes:
        raise Invalid(
            field, f"{rect.width} × {rect.height} px in the canvas's format have {rect.area * pixel_bytes} bytes, and {len(message.data)} came; a canvas that "
            "changes its format is opened anew."
        )  # fmt: skip
    return rect, message.data


def _strength(value: float, field: str) -> float:
    return conversion.number_in(value, field, *STRENGTHS)


def _file(look: Look) -> LookFile:
    return LookFile(look.file, look.sha256)
