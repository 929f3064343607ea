"""Owns the warp: a picture as it looks from where its things have gone."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def warped(picture: Tensor, flow: Tensor) -> Tensor:
    """What a picture (1, c, h, w) has at each pixel plus its flow (1, 2, h, w), in px, x first: bicubic, which keeps an edge through many warps, and exactly
    the picture where the flow is 0. Beyond the border the border is repeated."""
    height, width = picture.shape[-2:]
    rows = torch.arange(height, dtype=flow.dtype, device=flow.device).view(1, -1, 1)
    columns = torch.arange(width, dtype=flow.dtype, device=flow.device).view(1, 1, -1)
    x = (columns + flow[:, 0]) * 2 / max(1, width - 1) - 1
    y = (rows + flow[:, 1]) * 2 / max(1, height - 1) - 1
    found = F.grid_sample(picture, torch.stack((x, y), 3), mode="bicubic", padding_mode="border", align_corners=True)
    return torch.where((flow == 0).all(1, keepdim=True), picture, found)
