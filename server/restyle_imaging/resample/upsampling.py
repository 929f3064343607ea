"""Owns how a change painted at work size is carried to the full size of the content, without halos and without blocks.

The change is split in two at work size. What the content's colours explain locally (a guided filter's linear model, Chen et al. 2016, "Bilateral Guided
Upsampling") is applied to the full content, so that it turns at the content's own edges: where paint flattened an edge, the slope is negative and the edge
goes at full size as well. Off the edges, the slope falls back to minus the share that paint covers, so that the photo's fine texture doesn't show through the
paint. The rest, the strokes, is resampled smoothly and added. At work size the sum is the painting itself.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Floats, each, strips
from .guided import boxed, guidance
from .hidden import fill_hidden
from .resize import Enlargement, resize

RADIUS = 2  # px of the work: windows of 5 × 5 see an edge and both its sides, and little else
EPSILON = 2e-3  # variance (sRGB-encoded): contrasts under about 0.045 aren't edges to follow

STRIP_PIXELS = 1 << 16  # px enlarged at a time: fifteen planes of them stay in the cache
UNCOVERED = 1e-4  # variance of the change, 0.01²: paint fainter than this leaves flat ground as it is
MOSTLY_HIDDEN = 0.25  # alpha at work size: below it a pixel borders on nothing visible, or was painted for what is hidden


def upsampled(content_full: Floats, content_work: Floats, result_work: Floats, alpha: Floats | None = None) -> Floats:
    """The painting at full size: content_full (H, W, 3) plus the change result_work − content_work, both (h, w, 3), carried up along the content's edges.

    All float32, sRGB-encoded, 0–1. alpha: (H, W) in 0–1 or None; what changed where nothing is visible stays there. Not clipped: strokes may overshoot a
    little.
    A change of 0 gives the content exactly; equal sizes give result_work.
    """
    height, width = content_full.shape[:2]
    if result_work.shape[:2] == (height, width):
        return result_work.copy()
    change = result_work - content_work
    if alpha is not None:
        seen = resize(alpha, change.shape[1], change.shape[0], "area")
        change = fill_hidden(change, np.where(seen < MOSTLY_HIDDEN, np.float32(0), seen))
    model = guidance(content_work, change, RADIUS, EPSILON, -_covered(content_work, change))
    rest = change - model.applied(content_work)
    # of each colour: what it takes from the content's three, and what is added
    linear = np.concatenate((model.slope.reshape(*change.shape[:2], 9), model.offset), axis=-1)
    models = Enlargement(linear, width, height, "bilinear")
    rests = Enlargement(rest, width, height, "bicubic")
    out = np.empty_like(content_full)

    def enlarge(rows: slice) -> None:
        model, content = models.planes(rows), content_full[rows]
        planes = [np.ascontiguousarray(content[..., channel]) for channel in range(3)]
        painted = rests.planes(rows)
        painted += model[:, 9:]
        for channel in range(3):
            plane = painted[:, channel]
            for guide in range(3):
                slope = model[:, 3 * guide + channel]
                slope *= planes[guide]
                plane += slope
            np.add(plane, planes[channel], out=out[rows, :, channel])

    each(enlarge, strips(height, width, STRIP_PIXELS))
    return out


def _covered(content: Floats, change: Floats) -> Floats:
    """How much of the content's own texture the paint covers, (h, w) in 0–1: the change's share in the local variance. An even shift of colour covers
    nothing."""
    painted, own = _variance(change), _variance(content)
    return painted / (painted + own + np.float32(UNCOVERED))


def _variance(picture: Floats) -> Floats:
    """Mean over the channels of the variance in windows, (h, w)."""
    spread = boxed(picture**2, RADIUS) - boxed(picture, RADIUS) ** 2
    return np.asarray(np.maximum(spread, 0).mean(axis=-1), np.float32)
