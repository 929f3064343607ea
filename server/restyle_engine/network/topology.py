"""Owns the shapes of VGG16 and VGG19 (Simonyan & Zisserman 2015, table 1, D and E): their convolutions, and which of the two a file holds. Imports no torch."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

CHANNELS = (64, 128, 256, 512, 512)  # of each block; a pooling follows every block


@dataclass(frozen=True, slots=True)
class Convolution:
    """One 3×3 convolution. block: from 1; index: within its block, from 1; inputs, outputs: channels."""

    block: int
    index: int
    inputs: int
    outputs: int

    @property
    def name(self) -> str:
        """ "1_1" … "5_4"."""
        return f"{self.block}_{self.index}"

    @property
    def layer(self) -> str:
        """The activation after it, as parameters name it: relu1_1 … relu5_4."""
        return f"relu{self.name}"

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes by tensor name in a safetensors file."""
        return {f"conv{self.name}.weight": (self.outputs, self.inputs, 3, 3), f"conv{self.name}.bias": (self.outputs,)}


@dataclass(frozen=True)
class Topology:
    """convolutions: all of them, shallow to deep."""

    name: str
    convolutions: tuple[Convolution, ...]

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """relu1_1 … relu5_3 or relu5_4."""
        return tuple(convolution.layer for convolution in self.convolutions)

    @property
    def parameters(self) -> int:
        """Numbers in all convolutions."""
        return sum(convolution.outputs * (convolution.inputs * 9 + 1) for convolution in self.convolutions)


def _topology(name: str, counts: tuple[int, ...]) -> Topology:
    """counts: convolutions of each block."""
    made: list[Convolution] = []
    inputs = 3
    for block, (outputs, count) in enumerate(zip(CHANNELS, counts, strict=True), 1):
        for index in range(1, count + 1):
            made.append(Convolution(block, index, inputs, outputs))
            inputs = outputs
    return Topology(name, tuple(made))


VGG16 = _topology("VGG16", (2, 2, 3, 3, 3))
VGG19 = _topology("VGG19", (2, 2, 4, 4, 4))
_MORE = frozenset(VGG19.layers) - frozenset(VGG16.layers)


def topology_of(tensors: Collection[str]) -> Topology:
    """VGG19 when one of these names of tensors is a convolution that VGG16 lacks, else VGG16. Cut before conv3_4, both are the same."""
    return VGG19 if any(name in tensors for convolution in VGG19.convolutions if convolution.layer in _MORE for name in convolution.shapes) else VGG16
