"""Owns what of a flow can be trusted (Ruder et al. 2016, section 5.1), and what of a picture has not changed at all."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from .warp import warped

ALIKE = 0.12  # of the range: contents that differ by more where one is said to have gone are not one thing, whatever the flow says of its way back
NEAR = 5  # px, side of the window in which that is looked at
UNMOVED = 0.25  # px
UNCHANGED = 1 / 255  # of the range, mean difference in a window, by channel: a camera's noise has none
NOISE = 4 / 255  # of the range, mean size of the differences there
WINDOW = 7  # px
REACH = 9  # px, side of the window that must all be unchanged: strokes end beyond the edges of what they paint
TEXTURE = 32 / 255  # of the range between the darkest and the brightest pixel of a window: less looks alike wherever it goes
STANDING = 0.3  # of what has texture: where so much is unchanged, the camera stands; where it turns or passes by, less is


def sound(flow: Tensor, back: Tensor) -> Tensor:
    """Where the flow w (1, 2, h, w) of a picture can be trusted, (1, 1, h, w) of 1 and 0: not where it is hidden in the other one, whose flow ŵ leads
    elsewhere than back, |w + ŵ|² ≥ 0.01 (|w|² + |ŵ|²) + 0.5; nor at the edge of what moves, |∇u|² + |∇v|² > 0.01 |w|² + 0.002; nor where it leads out of it."""
    returned = warped(back, flow)
    size, home = flow.square().sum(1, keepdim=True), returned.square().sum(1, keepdim=True)
    hidden = (flow + returned).square().sum(1, keepdim=True) >= 0.01 * (size + home) + 0.5
    across = F.pad(flow[..., 1:] - flow[..., :-1], (0, 1)).square().sum(1, keepdim=True)
    down = F.pad(flow[..., 1:, :] - flow[..., :-1, :], (0, 0, 0, 1)).square().sum(1, keepdim=True)
    edge = across + down > 0.01 * size + 0.002
    return (~(hidden | edge)).to(flow.dtype) * inside(flow)


def alike(here: Tensor, there: Tensor) -> Tensor:
    """Where two pictures (1, 3, h, w) show the same thing, (1, 1, h, w) of 1 and 0."""
    return (_mean((here - there).abs(), NEAR).amax(1, keepdim=True) < ALIKE).to(here.dtype)


def unchanged(here: Tensor, there: Tensor, flow: Tensor) -> Tensor:
    """Where nothing has moved, nor changed but for noise, (1, 1, h, w) of 1 and 0."""
    return _inner(_same(here, there) & (flow.square().sum(1, keepdim=True) < UNMOVED**2))


def standing(here: Tensor, there: Tensor) -> Tensor:
    """Where a camera that stands sees what it saw, (1, 1, h, w) of 1 and 0: there a flow tells only of what moves nearby, as a search for the way of a flat
    wall takes that of its neighbours. All 0 where the camera moves."""
    same = _same(here, there)
    textured = (F.max_pool2d(here, WINDOW, 1, WINDOW // 2) + F.max_pool2d(-here, WINDOW, 1, WINDOW // 2)).amax(1, keepdim=True) > TEXTURE
    if float((same & textured).sum()) <= STANDING * float(textured.sum()):
        return torch.zeros_like(here[:, :1])
    return _inner(same)


def _same(here: Tensor, there: Tensor) -> Tensor:
    difference = here - there
    return (_mean(difference, WINDOW).abs().amax(1, keepdim=True) < UNCHANGED) & (_mean(difference.abs(), WINDOW).amax(1, keepdim=True) < NOISE)


def _inner(mask: Tensor) -> Tensor:
    """1 where all of a window is so, else 0, as float32."""
    return -F.max_pool2d(-mask.float(), REACH, 1, REACH // 2)


def inside(flow: Tensor) -> Tensor:
    """Where a flow leads to a pixel of the other picture, (1, 1, h, w) of 1 and 0: beyond its border a warp finds the border's own, drawn out to lines."""
    height, width = flow.shape[-2:]
    rows = torch.arange(height, dtype=flow.dtype, device=flow.device).view(1, 1, -1, 1) + flow[:, 1:]
    columns = torch.arange(width, dtype=flow.dtype, device=flow.device).view(1, 1, 1, -1) + flow[:, :1]
    return ((rows >= -0.5) & (rows <= height - 0.5) & (columns >= -0.5) & (columns <= width - 0.5)).to(flow.dtype)


def _mean(values: Tensor, side: int) -> Tensor:
    return F.avg_pool2d(values, side, 1, side // 2, count_include_pad=False)
