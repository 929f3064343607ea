"""Owns the term of a picture's own unrest: the 9-point total variation, and that of its chroma."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from ..parameters import Seamless

CHROMA = 8.0  # weight of the chroma's variation beside the whole image's


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a picture: rows and columns that are its own, from the top left, of an image that shows one more of each where the picture goes on; height
    and width of the picture, and along which axes it repeats. The terms of all pieces add up to the whole picture's."""

    rows: int
    columns: int
    height: int
    width: int
    seamless: Seamless = Seamless.NONE

    @property
    def pairs(self) -> tuple[int, int]:
        """Neighbours in a column and in a row of the picture."""
        return self.height - (not self.seamless.down), self.width - (not self.seamless.across)


def total_variation(image: Tensor, part: Part | None = None) -> Tensor:
    """Mean squared difference of each pixel to its eight neighbours, diagonal ones at half weight as they lie √2 away. image: (1, 3, h, w)."""
    part = part or Part(image.shape[-2], image.shape[-1], image.shape[-2], image.shape[-1])
    rows, columns = part.rows, part.columns
    height, width = part.height, part.width
    down_pairs, across_pairs = part.pairs
    channels = image.shape[0] * image.shape[1]
    across = (image[..., :rows, 1:] - image[..., :rows, :-1]).square().sum() / (channels * height * across_pairs)
    down = (image[..., 1:, :columns] - image[..., :-1, :columns]).square().sum() / (channels * down_pairs * width)
    falling = (image[..., 1:, 1:] - image[..., :-1, :-1]).square().sum()
    rising = (image[..., 1:, :-1] - image[..., :-1, 1:]).square().sum()
    return (across + down) / 3 + (falling + rising) / (6 * channels * down_pairs * across_pairs)


def variation(image: Tensor, part: Part | None = None) -> Tensor:
    """Total variation of the image and, CHROMA times, of its chroma (each channel less their mean): hues that change from pixel to pixel are never paint."""
    return total_variation(image, part) + CHROMA * total_variation(image - image.mean(1, keepdim=True), part)
