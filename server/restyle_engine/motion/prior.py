"""Owns what a frame takes over from those before: their paintings brought to where its things are, and how far each place of that can be trusted.

Several frames back add where the nearer ones can't be trusted, c_long(j) = max(c_j − Σ nearer c_k, 0) (Ruder et al. 2016, section 5.2): what was hidden for a
moment comes back as it was painted. Several paintings that are named beside each other are blended by their weights, each where it can be trusted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ..parameters import Seamless
from ..resizing import resized, resized_map, tensor
from ..task import Frame, Pixels, Previous, Task
from .consistency import unchanged
from .temporal import Temporal
from .warp import warped
from .way import LEAST, way

ENOUGH = 0.998  # of the picture: nothing farther back is looked at for the rest
HALF = 0.5  # of the trust, where nobody knows the way but the photos show the same thing: a flat wall, the edge of what moves
SMALLEST = 1e-6  # trust below which there is none


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """painting: (1, 3, h, w), what was painted before, where it is now; trust: (1, 1, h, w) in 0–1; likely: (1, 1, h, w) in 0–1, where it is at least what a
    thing like this was painted as, and better to begin with than the photo; still: (1, 1, h, w), 1 where nothing has changed since it was painted, which is
    part of what is trusted. anchor: (1, 3, h, w), the content that each place was painted after; where it is still, an older one, so
    that slow changes add up. nearness: the style's loss that the scene began with, which is as near as it shall come; 0: not known."""

    painting: Tensor
    trust: Tensor
    likely: Tensor
    still: Tensor
    anchor: Tensor
    nearness: float = 0.0

    @property
    def complete(self) -> bool:
        """Whether there is nothing left to paint."""
        return bool((self.still == 1).all())

    def bordered(self, margins: tuple[int, int]) -> Prior:
        """With so many px more on the left and right, and above and below, mirrored as the task's are."""
        sides = zip(self.trust.shape[-2:], reversed(margins), strict=True)
        rows, columns = (torch.from_numpy(np.pad(np.arange(side), margin, mode="symmetric")).to(self.trust.device) for side, margin in sides)
        wider = {name: getattr(self, name)[..., rows, :][..., columns] for name in ("painting", "trust", "likely", "still", "anchor")}
        return replace(self, **wider)

    def begun(self, content: Tensor) -> Tensor:
        """Where a frame begins, (1, 3, h, w): with what was painted before where that is likely, else with its own content, in the colours that count."""
        return torch.lerp(content, self.painting, self.likely).clamp(0, 1)

    def at(self, width: int, height: int, seamless: Seamless = Seamless.NONE) -> Temporal:
        """What holds a painting to it at a size."""
        trust, moves = (resized_map(one, width, height, seamless) for one in (self.trust, 1 - self.still))
        # what does not move at all stays at 1, exactly: a sum of shares of 1 is rounded, of 0 it is not
        return Temporal(resized(self.painting, width, height, seamless), trust, 1 - moves, self.nearness)


@torch.no_grad()
def prior(task: Task, device: torch.device) -> Prior | None:
    """What a task's previous paintings say of it; None when it has none, or the scene has been cut. FlowMissing, UnusableFlow."""
    content = rounded(tensor(task.content, device).clamp(0, 1))
    seen = torch.ones_like(content[:, :1]) if task.weight is None else (tensor(task.weight, device) > 0).to(content)
    found = [(one.weight, led) for one in task.previous if (led := _led(content, seen, one, task)) is not None]
    if len(found) < 2:
        return found[0][1] if found else None
    total = torch.stack([weight * led.trust for weight, led in found]).sum(0)
    blend = torch.stack([weight * led.trust * led.painting for weight, led in found]).sum(0) / total.clamp(min=SMALLEST)
    trust = torch.stack([led.trust for _, led in found]).amax(0)
    return Prior(blend, trust, trust, torch.zeros_like(trust), content, found[0][1].nearness)  # a mixture is no painting yet: nothing of it stands still


def framed(task: Task, content: Pixels, painting: Pixels, *, anew: bool, nearness: float = 0.0) -> Frame | None:
    """What later frames need of a task's painting, when it is of a sequence."""
    if not task.sequence:
        return None
    seen = None if task.weight is None else (task.weight > 0).astype(np.float32)
    photo, painted = (np.clip(one, 0, 1).astype(np.float16) for one in (content, painting))
    return Frame(photo, painted, seen, task.settings, anew, nearness)


def rounded(values: Tensor) -> Tensor:
    """As exact as frames are kept, so that a painting from memory and one from disk are followed alike."""
    return values.half().float()


def _led(content: Tensor, seen: Tensor, previous: Previous, task: Task) -> Prior | None:
    """What a painting and those before it say; None when nothing that counts can be followed from the first of them."""
    painting, trust, still, anchor = torch.zeros_like(content), torch.zeros_like(seen), torch.zeros_like(seen), content
    first, likely, nearness = painting, trust, 0.0
    for number, read in enumerate(previous.frames):
        frame = read()
        if frame is None:
            if number == 0:
                return None
            break
        there, painted, visible = _placed(frame, content)
        found = way(content, there, task.flow)
        flow, here = found.flow, warped(painted, found.flow)
        shown = seen * (warped(visible, flow) > 0.999)
        sure = found.sound * shown
        if number == 0:
            first, likely, nearness = here, found.alike * shown, frame.nearness
            if float(sure.sum()) < LEAST * float(seen.sum()):
                return None
            if frame.settings == task.settings:
                still = unchanged(content, there, flow) * (seen == visible)
                anchor, here, sure = torch.where(still > 0, there, content), torch.where(still > 0, painted, here), torch.maximum(sure, still)
        share = (sure - trust).clamp(min=0)
        painting, trust = painting + share * here, trust + share
        if frame.anew or float((trust * seen).sum()) >= ENOUGH * float(seen.sum()):
            break
    painting = torch.where(trust > 0, painting / trust.clamp(min=SMALLEST), first)
    return Prior(painting, torch.maximum(trust, HALF * likely), torch.maximum(trust, likely), still, anchor, nearness)


def _placed(frame: Frame, like: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """A frame's content, painting and visible part, at a picture's size."""
    height, width = like.shape[-2:]
    content, painting = (resized(tensor(one, like.device), width, height).clamp(0, 1) for one in (frame.content, frame.painting))
    visible = torch.ones_like(like[:, :1]) if frame.seen is None else (resized_map(tensor(frame.seen, like.device), width, height) > 0.5).to(like)
    return content, painting, visible
