"""Owns the flow between two pictures: where each pixel of one is in the other. Dense inverse search (Kroeger et al. 2016), of OpenCV, or RAFT where there are
weights of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from . import raft

LARGEST_SIDE = 1024  # px, of what is searched: more takes seconds a frame, and strokes are wider than what it would find
STILL = 0.05  # px: less is what the search makes up where nothing moves; a warp by it would blur, frame after frame
LUMA = (0.299, 0.587, 0.114)  # of R, G, B (ITU-R BT.601): what DIS compares


class FlowMissing(Exception):
    """OpenCV isn't installed."""


def flows(here: Tensor, there: Tensor, weights: Path | None = None) -> tuple[Tensor, Tensor]:
    """The flow from one picture (1, 3, h, w), in 0–1, to another of its size, and the flow back: (1, 2, h, w) each, float32, in px, x first; 0 below STILL.
    weights: of RAFT; None: the search. FlowMissing, UnusableFlow."""
    found, back = _searched(here, there) if weights is None else _learned(here, there, weights)
    return _flow(found, here), _flow(back, here)


def _searched(here: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
    size = _size(here, LARGEST_SIDE)
    near, far = (_gray(picture, size) for picture in (here, there))
    search = _search()
    found, back = (np.ascontiguousarray(search.calc(a, b, None).transpose(2, 0, 1)) for a, b in ((near, far), (far, near)))
    return torch.from_numpy(found)[None].to(here), torch.from_numpy(back)[None].to(here)


def _learned(here: Tensor, there: Tensor, weights: Path) -> tuple[Tensor, Tensor]:
    near, far = (_sized(picture, _size(picture, raft.LARGEST_SIDE)) for picture in (here, there))
    return raft.flows(weights, near, far)


def _size(picture: Tensor, largest: int) -> tuple[int, int]:
    """Height and width at which it is looked at."""
    height, width = picture.shape[-2:]
    factor = min(1.0, largest / max(height, width))
    return max(16, round(height * factor)), max(16, round(width * factor))


def _sized(picture: Tensor, size: tuple[int, int]) -> Tensor:
    return picture if picture.shape[-2:] == size else F.interpolate(picture, size=size, mode="bilinear", align_corners=False, antialias=True)


def _gray(picture: Tensor, size: tuple[int, int]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """As bytes, at a height and width."""
    gray = (picture * picture.new_tensor(LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True).clamp(0, 1)
    return np.ascontiguousarray((_sized(gray, size)[0, 0] * 255).round().cpu().numpy().astype(np.uint8))


def _flow(flow: Tensor, like: Tensor) -> Tensor:
    """At a picture's size, and 0 where there is next to none."""
    height, width = like.shape[-2:]
    if flow.shape[-2:] != (height, width):
        ratio = flow.new_tensor((width / flow.shape[-1], height / flow.shape[-2])).view(1, 2, 1, 1)
        flow = F.interpolate(flow, size=(height, width), mode="bilinear", align_corners=False) * ratio
    return torch.where(flow.square().sum(1, keepdim=True) < STILL**2, torch.zeros_like(flow), flow)


def _search() -> Any:
    try:
        import cv2
    except ImportError as error:
        raise FlowMissing from error
    cv2.setNumThreads(1)  # the search is cut into as many stripes as there are threads: equal frames would differ from machine to machine
    return cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
