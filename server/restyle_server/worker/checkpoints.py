"""Owns how an order's painting is kept scale by scale, and gone on with: between the stylizer's state and the file of records/checkpoints.py."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import numpy as np
from restyle_engine.step import Step
from restyle_engine.task import State

from ..records import checkpoints
from ..records.checkpoints import Head
from ..records.order import Order


class Checkpoint:
    """One order's file; does nothing for an order without one."""

    def __init__(self, order: Order, device: str) -> None:
        self._order = order
        self._engine = f"{device} {replace(order.parameters, memory_limit=None)}"
        self._fingerprint = ""

    def found(self) -> State | None:
        """What an earlier job of the same order had completed; None: nothing, or by other means."""
        kept = None if self._order.kept is None else checkpoints.read(self._order.kept)
        if kept is None or kept[0].engine != self._engine:
            return None
        head, planes = kept
        (best,) = (np.frombuffer(plane, np.float32).reshape(shape) for plane, shape in zip(planes, head.shapes, strict=True))
        return State(head.done, best, head.width, head.height, head.nearness, None if head.last is None else Step(**head.last))

    def keep(self, state: State) -> None:
        """Writes a state in the place of the one before. A disk that can't take it costs only the going on."""
        if self._order.kept is None:
            return
        planes = [state.best]
        with contextlib.suppress(OSError):
            self._fingerprint = self._fingerprint or checkpoints.fingerprint(self._order)
            shapes = tuple((int(plane.shape[0]), int(plane.shape[1]), int(plane.shape[2])) for plane in planes)
            head = Head(
                self._fingerprint,
                self._engine,
                state.done,
                state.width,
                state.height,
                shapes,
                state.nearness,
                None if state.last is None else state.last.counts(),
            )
            checkpoints.write(self._order.kept, head, [np.ascontiguousarray(plane, np.float32).data.cast("B") for plane in planes])
