"""Owns the margin around a painting: what lies beyond its border is made up by mirroring, painted along, and cut off in the end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..task import Pixels, Task


def bordered(task: Task, margin: int) -> Task:
    """The task with so many px more on each side."""
    if margin == 0:
        return task
    start = task.start
    return replace(
        task,
        content=_widened(task.content, margin),
        styles=tuple(style if style.region is None else replace(style, region=_widened(style.region, margin)) for style in task.styles),
        weight=None if task.weight is None else _widened(task.weight, margin),
        strength_map=None if task.strength_map is None else _widened(task.strength_map, margin),
        start=start if start is None or isinstance(start, str) else _widened(start, margin),
    )


def cropped(values: Pixels, margin: int) -> Pixels:
    """Pixels (h, w, …) without so many px of each side."""
    return np.ascontiguousarray(values[margin : values.shape[0] - margin, margin : values.shape[1] - margin])


def _widened(values: Pixels, margin: int) -> Pixels:
    """Pixels (h, w, …), mirrored at the border."""
    return np.pad(values, [(margin, margin), (margin, margin), *[(0, 0)] * (values.ndim - 2)], mode="symmetric")
