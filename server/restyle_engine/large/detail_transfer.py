"""Owns what a picture takes along from one scale of the painting to the next, larger one."""

from __future__ import annotations

from torch import Tensor

from ..resizing import resized, resized_map


def transferred(state: Tensor, reference: Tensor, width: int, height: int, kept: Tensor | None) -> Tensor:
    """A state (1, 3, h, w) at another size, with the details that a reference has there. kept: how much of them, (1, 1, h', w') in 0–1; None: all."""
    enlarged = resized(state, width, height)
    if enlarged is state:
        return state.clamp(0, 1)
    if kept is not None and not bool(kept.any()):
        return enlarged.clamp(0, 1)
    details = resized(reference, width, height) - resized(resized(reference, *state.shape[:1:-1]), width, height)
    return (enlarged + (details if kept is None else resized_map(kept.to(details), width, height) * details)).clamp(0, 1)
