"""Owns the resizing of pictures inside the engine: tensors (1, c, h, w), antialiased; and the details that a painting takes along to the next scale."""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .parameters import Seamless
from .repeating import resized_repeating
from .task import Halves, Pixels

LARGEST_ENLARGEMENT = 2.0  # of a style's picture: beyond it there is nothing but blur to learn from
CUBIC, LINEAR = 2, 1  # px of the coarser picture that these look at on either side


def tensor(pixels: Pixels | Halves, device: torch.device) -> Tensor:
    """float32 (1, c, h, w) of pixels (h, w, c) or (h, w)."""
    array = pixels[..., None] if pixels.ndim == 2 else pixels
    return torch.from_numpy(np.ascontiguousarray(array.transpose(2, 0, 1), dtype=np.float32))[None].to(device)


def pixels(image: Tensor) -> Pixels:
    """float32 (h, w, c) of a tensor (1, c, h, w)."""
    return np.ascontiguousarray(image.detach()[0].permute(1, 2, 0).cpu().numpy())


def planes(image: Tensor) -> Pixels:
    """float32 (c, h, w) of a tensor (1, c, h, w)."""
    return np.asarray(image.detach()[0].cpu().numpy())


def resized(image: Tensor, width: int, height: int, seamless: Seamless = Seamless.NONE) -> Tensor:
    """The picture at another size, bicubic; equal sizes return it as it is. Overshoot at edges is possible."""
    if image.shape[-1] == width and image.shape[-2] == height:
        return image
    return resized_repeating(image, width, height, seamless, _reach(image, width, height, CUBIC), _bicubic)


def _bicubic(image: Tensor, width: int, height: int) -> Tensor:
    return F.interpolate(image, size=(height, width), mode="bicubic", align_corners=False, antialias=True)


def _bilinear(image: Tensor, width: int, height: int) -> Tensor:
    return F.interpolate(image, size=(height, width), mode="bilinear", align_corners=False, antialias=True)


def _reach(image: Tensor, width: int, height: int, looks: int) -> int:
    """px of the picture that are looked at on either side of a place, when it is brought to a size."""
    return math.ceil(looks * max(1.0, image.shape[-1] / width, image.shape[-2] / height)) + 1


def detail_transferred(state: Tensor, reference: Tensor, width: int, height: int, kept: Tensor | None, seamless: Seamless = Seamless.NONE) -> Tensor:
    """A state (1, 3, h, w) at another size, with the details that a reference has there. kept: how much of them, (1, 1, h', w') in 0–1; None: all."""
    enlarged = resized(state, width, height, seamless)
    if enlarged is state:
        return state.clamp(0, 1)
    if kept is not None and not bool(kept.any()):
        return enlarged.clamp_(0, 1)
    details = resized(resized(reference, state.shape[-1], state.shape[-2], seamless), width, height, seamless)
    details = details.neg_().add_(resized(reference, width, height, seamless))  # in place: of a large picture, each copy is a large part of the peak
    if kept is not None:
        details *= resized_map(kept.to(details), width, height)
    return enlarged.add_(details).clamp_(0, 1)


def resized_map(values: Tensor, width: int, height: int, seamless: Seamless = Seamless.NONE) -> Tensor:
    """A map of weights in 0–1 at another size, without overshoot."""
    if values.shape[-1] == width and values.shape[-2] == height:
        return values
    return resized_repeating(values, width, height, seamless, _reach(values, width, height, LINEAR), _bilinear).clamp(0, 1)


def resized_weighted(image: Tensor, weight: Tensor, width: int, height: int) -> tuple[Tensor, Tensor]:
    """A picture and its weights at another size; pixels of weight 0 bleed nowhere. Where no weight is near, the plain picture stands."""
    small = resized_map(weight, width, height)
    if image.shape[-1] == width and image.shape[-2] == height:
        return image, small
    colours, plain = _bilinear(image * weight, width, height), _bilinear(image, width, height)
    return torch.where(small > 1e-3, colours / small.clamp(min=1e-3), plain).clamp(0, 1), small
