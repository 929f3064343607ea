"""Owns how much of the server one caller may hold at a time, so that nobody's calls, however many, keep out another's, or a cancel of one's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from ..limits import RETRY_SECONDS
from ..refusals import QueueFull
from .callers import LOCAL


class Kind(Enum):
    """What a call holds while it is open."""

    QUICK = auto()  # a few hundred bytes: cancel, stop, status. Counted apart, so that all the others together leave room for these
    STREAM = auto()  # a connection's stream, for as long as the caller likes
    BULK = auto()  # a stream, and up to a message of 4 MiB on its way in or out
    PREVIEWS = auto()  # a stream that pictures of 1 MiB go out by


ANYBODY = "anybody"  # the caller of what needs no token; never an owner of jobs: those are LOCAL or a digest
QUICK_MORE = 2  # connections beyond a caller's share that may still bring a cancel or a look
CONNECTION_STREAMS = 160  # that one connection may hold of its caller's share: one program gone wild leaves the user's others some


@dataclass(frozen=True, slots=True)
class Share:
    """How many calls of each kind one caller may have open. The kinds but QUICK all count as streams too. connections: by which these calls may
    come; quick ones by QUICK_MORE more."""

    quick: int
    streams: int
    bulk: int
    previews: int
    connections: int

    def of(self, kind: Kind) -> int:
        return {Kind.QUICK: self.quick, Kind.STREAM: self.streams, Kind.BULK: self.bulk, Kind.PREVIEWS: self.previews}[kind]


OWN = Share(quick=512, streams=640, bulk=640, previews=640, connections=640)  # the user's own programs: bounded against accidents alone
GUEST = Share(quick=64, streams=64, bulk=10, previews=16, connections=8)
"""The holder of a certificate: eight jobs in flight, and an editor beside them. 40 MiB of messages; and gRPC keeps up to 0.8 MiB for each connection that has
brought a large message."""
OPEN = Share(quick=128, streams=0, bulk=0, previews=0, connections=128)  # everybody without a token together: an answer is 2 bytes


class Shares:
    """Counts the calls that are open."""

    def __init__(self) -> None:
        self._held: Counter[tuple[str, Kind]] = Counter()  # by caller
        self._streams: Counter[str] = Counter()  # by connection
        self._calls: dict[str, Counter[str]] = {}  # by caller and connection

    def take(self, caller: str, connection: str, kind: Kind) -> Callable[[], None]:
        """Holds a place until the function that it returns is called. QueueFull when the caller's share is taken."""
        share = {LOCAL: OWN, ANYBODY: OPEN}.get(caller, GUEST)
        kinds = (kind,) if kind in (Kind.QUICK, Kind.STREAM) else (kind, Kind.STREAM)
        connections = self._calls.get(caller, Counter[str]())
        if connection not in connections and len(connections) >= share.connections + (QUICK_MORE if kind is Kind.QUICK else 0):
            raise QueueFull(f"This caller has calls open on {share.connections} connections; end some of them, or try again in a moment.", RETRY_SECONDS)
        if any(self._held[caller, each] >= share.of(each) for each in kinds):
            raise QueueFull("This caller has as many calls open as the server takes; end some of them, or try again in a moment.", RETRY_SECONDS)
        if kind is not Kind.QUICK and self._streams[connection] >= CONNECTION_STREAMS:
            raise QueueFull(f"This connection has {CONNECTION_STREAMS} calls open; end some of them, or try again in a moment.", RETRY_SECONDS)
        self._count(caller, connection, kinds, 1)
        return lambda: self._count(caller, connection, kinds, -1)

    @property
    def empty(self) -> bool:
        """Whether no call is open."""
        return not self._held and not self._streams and not self._calls

    def _count(self, caller: str, connection: str, kinds: tuple[Kind, ...], by: int) -> None:
        connections = self._calls.setdefault(caller, Counter())
        _add(connections, connection, by)
        if not connections:
            del self._calls[caller]
        for kind in kinds:
            _add(self._held, (caller, kind), by)
            if kind is Kind.STREAM:
                _add(self._streams, connection, by)


def _add(counter: Counter[Any], key: Any, by: int) -> None:
    """Forgets what has come to nothing: callers and connections are without number."""
    counter[key] += by
    if not counter[key]:
        del counter[key]
