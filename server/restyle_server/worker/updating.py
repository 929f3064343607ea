"""Owns how a painting is updated: where the content is another than it was, and how what is painted anew comes into the painting, whose other bytes stay."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from restyle_engine.motion.update import MOST, touched
from restyle_engine.task import Basis, Pixels, Task
from restyle_imaging.planes.canvas import Canvas, close_plane, open_plane
from restyle_imaging.planes.formats import Plane
from restyle_imaging.planes.samples import samples_of
from restyle_imaging.resample.guided import boxed
from restyle_imaging.resample.resize import resize, resize_visible

from ..records.order import BasisOrder
from .materials import plane_of

LOSSY = 4  # px: windows of twice that and one, over which what a lossy file adds to every pixel averages out
NOISE = 6 / 255  # that is left of it there
SHIFT = 1.5 / 255  # there in most places: no file's loss, but another light
SPECK = 2  # px: what is nowhere twice that and one wide is left of a lossy file, too
WHOLE = 0.999  # of a window
NOTHING = "Nothing has changed since the painting; it is as it was."
ALL = "Most of the picture has changed, so all of it was painted anew."

Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """painting: as it was. moves: float32 (H, W) in 0–1 at the content's size, how much of what is painted anew shows; 0: the old bytes. task: what is to be
    painted; None: nothing."""

    painting: Plane
    moves: Pixels
    task: Task | None

    def placed(self, canvas: Canvas, painted: Plane) -> Plane:
        """The painting with what was painted anew: the old bytes where nothing moved, the new ones where all did, and between them a mixture."""
        before = open_plane(self.painting, canvas.tone)
        mixed = before.rgb + self.moves[..., None] * (open_plane(painted, canvas.tone).rgb - before.rgb)
        between = samples_of(close_plane(before, mixed))
        moves = self.moves[..., None]
        found = np.where(moves <= 0, samples_of(self.painting), np.where(moves >= 1, samples_of(painted), between))
        return replace(painted, data=np.ascontiguousarray(found).data.cast("B"))


def updated(basis: BasisOrder, canvas: Canvas, task: Task) -> Update | None:
    """What an update paints of a task. canvas: the content as it is now. None: so much has changed that all is painted."""
    marks = changed(open_plane(plane_of(basis.content), canvas.tone), canvas)
    painting = plane_of(basis.painting)
    if not marks.any():
        return Update(painting, np.zeros(marks.shape, np.float32), None)
    height, width = task.content.shape[:2]
    moves = touched(resize(marks.astype(np.float32), width, height, "area"), task)
    if float(np.mean(moves > 0)) > MOST:
        return None
    old = open_plane(painting, canvas.tone)
    known = Basis(resize_visible(old.rgb, old.alpha, width, height)[0], moves)
    shown = np.maximum(resize(moves, canvas.width, canvas.height, "bilinear"), marks)  # what changed is new, whatever rounding says
    return Update(painting, shown, replace(task, basis=known))


def changed(before: Canvas, now: Canvas) -> Marks:
    """Where the content is another, (H, W). A lossy file changes every pixel a little, which is nobody's edit."""
    error = now.rgb - before.rgb
    away = np.abs(error).max(2)
    if float(np.median(away)) > 0:
        away = np.abs(boxed(error, LOSSY)).max(2)
        if float(np.median(away)) > SHIFT:
            return np.ones(away.shape, np.bool_)
        core = boxed((away > NOISE).astype(np.float32), SPECK) > WHOLE
        found = boxed(core.astype(np.float32), SPECK) > 0
    else:
        found = away > 0
    if now.alpha is not None and before.alpha is not None:
        found |= now.alpha != before.alpha
    return np.asarray(found)
