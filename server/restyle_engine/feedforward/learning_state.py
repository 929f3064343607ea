"""Owns what a learning has come to: the paintings it learns from, the network's tensors, their mean over the steps, and the running gradient; and the bytes
from which it goes on."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from .layout import LAYOUT
from .look_file import VERSION

PAINTING = "painting"
PARTS = ("now", "kept", "mean", "square")
LARGEST_BYTES = 32 << 20  # of a state; it has 8.1 MB
MEMORY = 0.995  # of the mean over the steps, at most: 200 of them
PALETTE = "palette.weight"
YOUNG = 10.0  # steps, over which that mean forgets the beginning


@dataclass(slots=True)
class LearningState:
    """step: steps done. now: tensors, float32; kept: their mean over the steps, which is what is shown; mean: the running gradient; square: that of its
    squares, where it is wanted; all empty before the first step. paintings: (1, 3, h, w) uint8 on the CPU, of the first pieces."""

    step: int = 0
    now: dict[str, Tensor] = field(default_factory=dict)
    kept: dict[str, Tensor] = field(default_factory=dict)
    mean: dict[str, Tensor] = field(default_factory=dict)
    square: dict[str, Tensor] = field(default_factory=dict)
    paintings: list[Tensor] = field(default_factory=list)

    def begin(self, tensors: Mapping[str, Tensor], device: torch.device) -> None:
        """Before the first step."""
        self.now = {name: values.to(device, torch.float32).clone() for name, values in tensors.items()}
        self.kept, self.mean = ({name: make(values) for name, values in self.now.items()} for make in (torch.clone, torch.zeros_like))
        self.square = {name: torch.zeros_like(values) for name, values in self.now.items() if not orthogonal(name)}

    @torch.no_grad()
    def keep(self) -> None:
        """Takes what is now into the mean over the steps. After a step."""
        share = 1 - min(MEMORY, self.step / (self.step + YOUNG))
        for name, values in self.now.items():
            self.kept[name].lerp_(values, share)


def orthogonal(name: str) -> bool:
    """Whether a tensor is a bank of filters, whose directions move alike; the colours' matrix is none, as its three channels are no choice."""
    return name.endswith(".weight") and name != PALETTE


def state_bytes(state: LearningState, lesson: str) -> bytes:
    """lesson: what it learns, as `taken_up` will be asked for."""
    tensors = {f"{part}.{name}": values.detach().cpu().contiguous() for part in PARTS for name, values in getattr(state, part).items()}
    tensors |= {f"{PAINTING}.{number}": values for number, values in enumerate(state.paintings)}
    return save(tensors, {"learning": json.dumps({"version": VERSION, "lesson": lesson, "step": state.step})})


def taken_up(data: bytes, lesson: str, device: torch.device) -> LearningState | None:
    """The state of a learning of that lesson; None when the bytes are damaged, another version's, or of another lesson: then it begins anew."""
    try:
        words = _words(data)
        tensors = load(data)
    except (SafetensorError, ValueError, KeyError, TypeError, struct.error, RecursionError):
        return None
    step = words.get("step")
    if len(data) > LARGEST_BYTES or words.get("version") != VERSION or words.get("lesson") != lesson or not isinstance(step, int) or step < 0:
        return None
    paintings = [tensors.pop(name) for number in range(len(tensors)) if (name := f"{PAINTING}.{number}") in tensors]
    if any(one.dtype != torch.uint8 or one.dim() != 4 or one.shape[:2] != (1, 3) for one in paintings):
        return None
    if not tensors and step == 0:
        return LearningState(paintings=paintings)
    shapes = {f"{part}.{name}": shape for part in PARTS for name, shape in LAYOUT.shapes.items() if part != "square" or not orthogonal(name)}
    if tensors.keys() != shapes.keys() or any(tensors[name].shape != shape or not bool(tensors[name].isfinite().all()) for name, shape in shapes.items()):
        return None
    placed = {name: values.to(device, torch.float32) for name, values in tensors.items()}
    now, kept, mean, square = ({name: placed[f"{part}.{name}"] for name in LAYOUT.shapes if f"{part}.{name}" in shapes} for part in PARTS)
    return LearningState(step, now, kept, mean, square, paintings)


def _words(data: bytes) -> dict[str, Any]:
    """What is said about the tensors."""
    (length,) = struct.unpack("<Q", data[:8])
    words = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["learning"])
    return dict(words)
