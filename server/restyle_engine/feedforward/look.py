"""Owns a look: what a small network has learned of one style, and its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from .look_file import LookHeader, UnusableLook, closed, header_of, opened

__all__ = ["Look", "LookHeader", "UnusableLook", "header_of", "look_bytes", "read_look"]


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """name: of the look. style: what it was learned from. credit: whose that is. strength: 0–100, that it was learned at. side: px of the pictures it was
    learned from, as a square of their area. steps: of learning. tensors: float16 on the CPU, by name, as LAYOUT has them."""

    name: str
    style: str
    credit: str
    strength: float
    side: int
    steps: int
    tensors: Mapping[str, Tensor]

    @property
    def header(self) -> LookHeader:
        """All but the tensors."""
        return LookHeader(self.name, self.style, self.credit, self.strength, self.side, self.steps)


def read_look(data: bytes) -> Look:
    """A look from its file. UnusableLook."""
    header, arrays = opened(data)
    tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
    return Look(header.name, header.style, header.credit, header.strength, header.side, header.steps, tensors)


def look_bytes(look: Look) -> bytes:
    """The file of a look; equal looks give equal bytes. UnusableLook when no file may say or hold what it does."""
    return closed(look.header, {name: tensor.detach().cpu().half().numpy() for name, tensor in look.tensors.items()})
