"""Owns RAFT (Teed & Deng 2020), torchvision's, with an administrator's weights: the flow of a network, where a processor's search isn't good enough."""

from __future__ import annotations

import functools
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

LARGEST_SIDE = 640  # px, of what is looked at: all pairs of places are compared, 220 MB of them at 640²
MULTIPLE = 8  # px, of which it wants its sides to be multiples
SMALLEST_SIDE = 128  # px: its coarsest level, a 64th, has two places then


class UnusableFlow(Exception):
    """The file holds no weights of RAFT; the sentence says so."""


def flows(weights: Path, near: Tensor, far: Tensor) -> tuple[Tensor, Tensor]:
    """The flow from one picture (1, 3, h, w), in 0–1, to another of its size, and the flow back: (1, 2, h, w) each, float32, in px, x first. UnusableFlow."""
    return both(placed(weights, near.device), near, far)


def both(network: torch.nn.Module, near: Tensor, far: Tensor) -> tuple[Tensor, Tensor]:
    """The same by a network of RAFT's kind: it is given pictures in −1–1, and tells the flow again and again, better each time."""
    height, width = near.shape[-2:]
    down, across = (max(SMALLEST_SIDE, -(-side // MULTIPLE) * MULTIPLE) - side for side in (height, width))
    margins = (across // 2, across - across // 2, down // 2, down - down // 2)
    pictures = [F.pad(picture.float() * 2 - 1, margins, mode="replicate") for picture in (near, far)]
    with torch.no_grad():
        there, back = network(torch.cat(pictures), torch.cat(pictures[::-1]))[-1].split(1)
    inside = slice(margins[2], margins[2] + height), slice(margins[0], margins[0] + width)
    return there[..., inside[0], inside[1]], back[..., inside[0], inside[1]]


def placed(weights: Path, device: torch.device) -> torch.nn.Module:
    """The network on a device; the last one is kept. UnusableFlow."""
    try:
        changed = weights.stat().st_mtime_ns
    except OSError as error:
        raise _unread(weights, error) from error
    return _placed(weights, changed, device)


@functools.lru_cache(maxsize=1)
def _placed(weights: Path, _changed: int, device: torch.device) -> torch.nn.Module:
    return load(weights).to(device)


def load(weights: Path) -> torch.nn.Module:
    """RAFT, large or small, from a safetensors file of torchvision's own names. UnusableFlow."""
    from torchvision.models.optical_flow import raft_large, raft_small

    tensors = _tensors(weights)
    for made in (raft_large, raft_small):
        with torch.device("meta"):
            network: torch.nn.Module = made(weights=None)
        wanted = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
        if wanted == {name: tuple(tensor.shape) for name, tensor in tensors.items()}:
            network.load_state_dict({name: _exact(tensor) for name, tensor in tensors.items()}, assign=True)
            return network.eval().requires_grad_(False)
    raise _none(weights)


def _exact(tensor: Tensor) -> Tensor:
    return tensor.float() if tensor.is_floating_point() else tensor


def _tensors(weights: Path) -> dict[str, Tensor]:
    try:
        return load_file(weights)
    except OSError as error:
        raise _unread(weights, error) from error
    except (SafetensorError, ValueError) as error:
        raise _none(weights) from error


def _unread(weights: Path, error: OSError) -> UnusableFlow:
    return UnusableFlow(f"The flow weights {weights} can't be read ({error.strerror or error}); check the path and its permissions.")


def _none(weights: Path) -> UnusableFlow:
    return UnusableFlow(f"{weights} holds no weights of RAFT; give torchvision's raft_large or raft_small as a safetensors file of the same names.")
