"""Owns the reading of all meters on a painting, beside its content and its style: what is out of bounds, in words."""

from __future__ import annotations

import math

import numpy as np
from pictures import meters
from pictures.meters import Picture


def readings(painting: Picture, content: Picture, style: Picture) -> dict[str, float]:
    """Every meter's number, by name. All three pictures of one size; style: at the scale in which it was used.

    grain: fine energy over the style's or the content's, whichever is grainier. sharpness: over their geometric mean, as a painting at strength 50 is to lie
    between the two: a smooth photo's calm grounds do not become the style's all over."""
    return {
        "grid": meters.pixel_grid(painting) - max(0.0, max(meters.pixel_grid(content), meters.pixel_grid(style)) - meters.USUAL_GRID_DB),
        "frame": meters.border_band(painting) - max(0.0, meters.border_band(content) - meters.FRAME_DEVIATIONS),
        "grain": min(meters.grain(painting, style), meters.grain(painting, content)),
        "sharpness": math.sqrt(meters.grain(painting, style) * meters.grain(painting, content)),
        "specks": meters.specks(painting) - max(meters.specks(style), meters.specks(content)),
        "clipping": meters.clipping(painting) - max(meters.clipping(style), meters.clipping(content)),
        "residue": meters.photo_residue(painting, content),
        "edges": meters.edge_recall(painting, content),
        "posterising": meters.posterising(np.rint(painting * 255).astype(np.float32) / np.float32(255)),
    }


def defects(painting: Picture, content: Picture, style: Picture) -> list[str]:
    """What is out of bounds, such as "grid 4.1, at most 3.0"; nothing when the painting is sound."""
    most = {
        "grid": meters.GRID_DB,
        "frame": meters.FRAME_DEVIATIONS,
        "grain": meters.GRAIN_SHARE[1],
        "specks": meters.MORE_SPECKS,
        "clipping": meters.MORE_CLIPPING,
        "residue": meters.RESIDUE,
        "posterising": meters.EMPTY_LEVELS,
    }
    found = readings(painting, content, style)
    wrong = [f"{name} {found[name]:.3g}, at most {bound:.3g}" for name, bound in most.items() if found[name] > bound]
    least = {"sharpness": meters.SHARPNESS, "edges": meters.EDGE_RECALL}
    return wrong + [f"{name} {found[name]:.3g}, at least {bound:.3g}" for name, bound in least.items() if found[name] < bound]
