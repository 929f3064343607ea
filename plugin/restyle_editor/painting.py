"""Owns one painting from the press of a button to its layer: where it stands, in words and numbers, and how its end is wished for. Knows no editor."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from . import sentences
from .packages import client
from .progress import SENDING, Phase, standing
from .recipes import Recipe
from .revival import Restarting

_numbers = itertools.count(1)


@dataclass(eq=False)
class Painting:
    """document, layer: unique ids of what is painted; origin: what the new layer is called after. fraction: 0 to 1 of the whole.

    text: a line for people. preview: the latest. result: unique id of the new layer, at the end. notes: sentences about what else happened.
    draft: one of six on a page of their own, and never a layer.
    """

    document: str
    layer: str
    origin: str
    recipe: Recipe
    cancellation: client.Cancellation = field(default_factory=lambda: client.Cancellation())
    number: int = field(default_factory=lambda: next(_numbers))
    phase: Phase = Phase.CONNECTING
    text: str = sentences.CONNECTING
    fraction: float = 0.0
    preview: client.Preview | None = None
    job: client.Job | None = None
    result: str = ""
    notes: tuple[str, ...] = ()
    draft: bool = False

    @property
    def title(self) -> str:
        """The new layer's name."""
        return sentences.layer_name(self.origin, self.recipe.title)

    @property
    def over(self) -> bool:
        return self.phase in (Phase.DONE, Phase.FAILED, Phase.CANCELLED)

    @property
    def can_finish(self) -> bool:
        """Whether there is something to keep."""
        return self.phase is Phase.RUNNING and not self.cancellation.finished and not self.cancellation.cancelled

    def cancel(self) -> None:
        if not self.over:
            self.cancellation.cancel()
            self.text = sentences.CANCELLING

    def finish(self) -> None:
        """Stop, and keep what there is."""
        if not self.over:
            self.cancellation.finish()
            self.text = sentences.FINISHING

    def hear(self, event: Any) -> None:
        """Takes in what the session tells: an event of the client's, or revival's Restarting."""
        if isinstance(event, client.Preview):
            self.preview = event
        elif isinstance(event, client.Job):
            self.job = event
        elif isinstance(event, Restarting):
            self.preview, self.job, self.fraction = None, None, 0.0
        if (now := standing(event)) is not None:
            self._stand(now.phase, SENDING if now.fraction is None else now.fraction, now.text)

    def end(self, phase: Phase, text: str, notes: tuple[str, ...] = ()) -> None:
        self.phase, self.text, self.notes = phase, text, notes
        self.fraction = 1.0 if phase is Phase.DONE else 0.0

    def _stand(self, phase: Phase, fraction: float, text: str) -> None:
        self.phase, self.fraction = phase, max(self.fraction, min(1.0, fraction))
        if not self.cancellation.cancelled and not (self.cancellation.finished and phase is Phase.RUNNING):
            self.text = text
