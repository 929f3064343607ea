"""Owns how far a camera has gone from one frame to the next, as the flow between them says.

What a look paints goes along with its grid and with the noise that lies on it. Whole, both follow the camera: then every stroke of a pan is as before. Noise
that was carried place by place along the flow held less still than noise that stays, as its cells jump where things move by less than they are large, each at
another time; mixed from its neighbours it was between the two (tests/performance/look_film_figures.py tells the figures)."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from ..resizing import resized_map, tensor
from ..task import Pixels
from .flow import LARGEST_SIDE
from .way import LEAST, way


@torch.no_grad()
def gone(here: Pixels, before: Pixels, weights: Path | None = None) -> tuple[float, float] | None:
    """px to the right and down, from a frame to the next, as the most of the picture tells; None: the scene has been cut. here, before: of one size, (h, w, 3)
    in 0–1. weights: of RAFT. FlowMissing, UnusableFlow."""
    height, width = here.shape[:2]
    near, far = (_searched(picture) for picture in (here, before))
    found = way(near, far, weights)
    if float(found.sound.mean()) < LEAST:
        return None
    across, down = found.flow[0, :, found.sound[0, 0] > 0].median(1).values.tolist()
    return across * width / near.shape[-1], down * height / near.shape[-2]


def _searched(picture: Pixels) -> Tensor:
    """As large as flow is looked for."""
    whole = tensor(picture, torch.device("cpu")).clamp(0, 1)
    height, width = whole.shape[-2:]
    factor = min(1.0, LARGEST_SIDE / max(height, width))
    return resized_map(whole, max(1, round(width * factor)), max(1, round(height * factor)))
