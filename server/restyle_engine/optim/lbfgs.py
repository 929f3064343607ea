"""Owns limited-memory BFGS with a backtracking line search (Nocedal & Wright 2006, algorithms 3.1 and 7.5), made for evaluations that are dear and may fail."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

HISTORY = 12  # pairs: more gain little on so few iterations and cost two pictures each
ARMIJO = 1e-4  # share of the predicted decrease that a step must reach
SHRINK, LEAST_SHRINK = 0.5, 0.1  # of a step that was too long; of one whose loss is not finite
TRIES = 6  # evaluations in one line search before the history is dropped
CURVATURE = 1e-8  # s·y over |s|·|y|: a pair below says nothing and is left out
FIRST_STEP = 0.03  # root mean square change of a pixel in the first step, in parts of the range
LONGEST_STEP = 0.15  # same, of any step: a wilder one leaves the region where the quadratic model holds


@dataclass(frozen=True, slots=True)
class Value:
    """Loss and gradient at a point, the gradient in fp32 and of the point's shape."""

    loss: float
    gradient: Tensor

    @property
    def finite(self) -> bool:
        return math.isfinite(self.loss)


Evaluate = Callable[[Tensor], Value]


def minimise(
    evaluate: Evaluate,
    start: Tensor,
    evaluations: int,
    first: Value | None = None,
    accepted: Callable[[Tensor, Value], None] | None = None,
    share: float = 1.0,
) -> Tensor:
    """The best point found with at most that many evaluations; the start when none is better. Never a point whose loss was not finite: such a step is
    shortened, and after TRIES failures the history is dropped.

    first: the value at the start, if it is known already. accepted: told each accepted point. Evaluate's value has loss inf or nan where loss or gradient is
    not finite. share: of the pixels, those that may change, whose steps are measured.
    """
    point, left = start, evaluations
    value = first
    if value is None:
        if left == 0:
            return start
        value, left = evaluate(point), left - 1
    if not value.finite:
        return start
    pairs: deque[tuple[Tensor, Tensor, float]] = deque(maxlen=HISTORY)
    first_step = FIRST_STEP
    while left > 0:
        direction = _direction(value.gradient, pairs)
        slope, size = torch.stack((torch.dot(direction.flatten(), value.gradient.flatten()), direction.norm())).tolist()  # one wait for the device
        if not (math.isfinite(slope) and slope < 0):
            if not pairs:
                break  # the gradient is zero
            pairs.clear()
            continue
        rms = size / math.sqrt(direction.numel() * share)
        step = min(1.0, LONGEST_STEP / rms) if pairs else first_step / rms
        moved = None
        for _ in range(TRIES):
            if left == 0:
                break
            candidate = point + step * direction
            found, left = evaluate(candidate), left - 1
            if found.finite and found.loss <= value.loss + ARMIJO * step * slope:
                moved = candidate, found
                break
            step *= _shrink(value.loss, found.loss, slope * step)
        if moved is None:
            if not pairs:
                first_step *= LEAST_SHRINK**2
                if first_step < 1e-7:
                    break
            pairs.clear()
            continue
        _remember(pairs, moved[0] - point, moved[1].gradient - value.gradient)
        point, value = moved
        if accepted:
            accepted(point, value)
    return point


def _direction(gradient: Tensor, pairs: deque[tuple[Tensor, Tensor, float]]) -> Tensor:
    """Two-loop recursion: −H·g."""
    q = gradient.neg().flatten()
    used: list[Tensor] = []
    for s, y, curvature in reversed(pairs):
        share = torch.dot(s, q) / curvature
        q = q - share * y
        used.append(share)
    if pairs:
        _, y, curvature = pairs[-1]
        q = q * (curvature / torch.dot(y, y))
    for (s, y, curvature), share in zip(pairs, reversed(used), strict=True):
        q = q + s * (share - torch.dot(y, q) / curvature)
    return q.view_as(gradient)


def _remember(pairs: deque[tuple[Tensor, Tensor, float]], moved: Tensor, turned: Tensor) -> None:
    s, y = moved.flatten(), turned.flatten()
    curvature, moved_by, turned_by = torch.stack((torch.dot(s, y), s.norm(), y.norm())).tolist()
    if math.isfinite(curvature) and curvature > CURVATURE * moved_by * turned_by:
        pairs.append((s, y, curvature))


def _shrink(before: float, after: float, predicted: float) -> float:
    """Factor for the next try: the minimum of the parabola through loss, slope and the failed loss, within bounds."""
    if not math.isfinite(after):
        return LEAST_SHRINK
    curve = 2 * (after - before - predicted)
    return min(SHRINK, max(LEAST_SHRINK, -predicted / curve)) if curve > 0 else SHRINK
