"""Owns the margin around a painting: what lies beyond its border is made up by mirroring, painted along, and cut off in the end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..task import Pixels, Task

Margins = tuple[int, int]  # px on the left and right, px above and below


def bordered(task: Task, margins: Margins) -> Task:
    """The task with so many px more on its sides."""
    if not any(margins):
        return task
    start = task.start
    return replace(
        task,
        content=_widened(task.content, margins),
        styles=tuple(style if style.region is None else replace(style, region=_widened(style.region, margins)) for style in task.styles),
        weight=None if task.weight is None else _widened(task.weight, margins),
        strength_map=None if task.strength_map is None else _widened(task.strength_map, margins),
        kept=None if task.kept is None else _widened(task.kept, margins),
        start=start if start is None or isinstance(start, str) else _widened(start, margins),
    )


def cropped(values: Pixels, margins: Margins) -> Pixels:
    """Pixels (h, w, …) without so many px of their sides."""
    across, down = margins
    return np.ascontiguousarray(values[down : values.shape[0] - down, across : values.shape[1] - across])


def _widened(values: Pixels, margins: Margins) -> Pixels:
    """Pixels (h, w, …), mirrored at the border."""
    across, down = margins
    return np.pad(values, [(down, down), (across, across), *[(0, 0)] * (values.ndim - 2)], mode="symmetric")
