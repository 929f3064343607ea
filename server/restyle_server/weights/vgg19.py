"""Owns the shape of VGG19's convolutions (Simonyan & Zisserman 2014, configuration E): names, sizes, and torchvision's numbers for them. No torch."""

from __future__ import annotations

from dataclasses import dataclass

_BLOCKS = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4))  # channels and convolutions of each block; a pooling follows every block


@dataclass(frozen=True, slots=True)
class Convolution:
    """One 3×3 convolution. feature: its index in torchvision's `features`, which counts ReLUs and poolings too."""

    block: int
    index: int
    inputs: int
    outputs: int
    feature: int

    @property
    def name(self) -> str:
        return f"conv{self.block}_{self.index}"

    @property
    def layer(self) -> str:
        """The activation after it, as parameters name it: relu1_1 … relu5_4."""
        return f"relu{self.block}_{self.index}"

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes by tensor name in a safetensors file."""
        return {f"{self.name}.weight": (self.outputs, self.inputs, 3, 3), f"{self.name}.bias": (self.outputs,)}


def _convolutions() -> tuple[Convolution, ...]:
    made: list[Convolution] = []
    inputs, feature = 3, 0
    for block, (outputs, count) in enumerate(_BLOCKS, 1):
        for index in range(1, count + 1):
            made.append(Convolution(block, index, inputs, outputs, feature))
            inputs, feature = outputs, feature + 2  # a ReLU follows
        feature += 1  # the pooling
    return tuple(made)


CONVOLUTIONS = _convolutions()
"""All sixteen, shallow to deep."""

LAYERS = tuple(convolution.layer for convolution in CONVOLUTIONS)
"""relu1_1 … relu5_4."""

PARAMETERS = sum(convolution.outputs * (convolution.inputs * 9 + 1) for convolution in CONVOLUTIONS)
"""Numbers in all sixteen convolutions: 20,024,384."""
