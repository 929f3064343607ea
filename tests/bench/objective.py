"""Owns the engine's way to the textbook's goal: its own objective, pyramid, optimiser and precision, on the common unit J in place of its usual objective."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from bench.textbook import CONTENT, STYLE
from restyle_engine.large.tiles import whole
from restyle_engine.network.vgg import Vgg, channels, depth
from restyle_engine.objective.content_loss import FeatureMatch
from restyle_engine.objective.moments import guides, moments
from restyle_engine.objective.scale_objective import Aim, ScaleObjective, Weights
from restyle_engine.objective.style_loss import gram
from restyle_engine.optim import lbfgs
from restyle_engine.optim.lbfgs import Value
from restyle_engine.optim.plan import COARSEST, Scale
from restyle_engine.resizing import detail_transferred, resized
from torch import Tensor

LAYERS = tuple(f"relu{name}" for name in STYLE)
HELD = f"relu{CONTENT}"
DEEPEST = max(depth(layer) for layer in LAYERS)
GRAM_SHARES = {layer: 4000 / channels(layer) ** 2 for layer in LAYERS}  # of gram, Σ(ΔA)²/(4C²), that make 1000·C⁻⁴·Σ(ΔA)²
J = Weights(content=1.0, variation=0.0, gamut=0.0)
COARSE_SHARE = 0.1  # of the budget, at half the size: more gains nothing in J, nearly all of which is fine detail


def objective_of(vgg: Vgg, content: Tensor, style: Tensor, width: int, height: int) -> ScaleObjective:
    """J at a size: what it paints over is the content there, and the style as large as it."""
    base, shown = (resized(picture, width, height).clamp(0, 1) for picture in (content, style))
    with torch.no_grad():
        found = vgg.features(shown, LAYERS)
        targets = {layer: moments(values) for layer, values in found.items()}
    region = Aim(guides(None, None, DEEPEST), targets, GRAM_SHARES, 1.0)
    tiles = whole(width, height)
    return ScaleObjective(vgg, base, (region,), gram, FeatureMatch(vgg, base, {HELD: 1.0}, None, tiles, relative=False), tiles, None)


@dataclass(frozen=True, slots=True)
class Meter:
    """J in fp32 for pictures of one size, without gradient."""

    objective: ScaleObjective

    @torch.no_grad()
    def __call__(self, image: Tensor) -> float:
        return float(J.total(self.objective.terms(image)))


def painted(vgg: Vgg, content: Tensor, style: Tensor, evaluations: int, told: Callable[[Tensor], None]) -> Tensor:
    """A picture that minimises J, at the cost of that many evaluations at the content's size. content, style: float32 (1, 3, h, w) of one size. told: the best
    picture after each evaluation, at its scale's size."""
    height, width = content.shape[-2:]
    best = content
    for scale in scales(width, height, evaluations):
        objective = objective_of(vgg, content, style, scale.width, scale.height)
        start = detail_transferred(best, content, scale.width, scale.height, None) if best is not content else objective.base
        best = _minimised(objective, start, scale.evaluations, told)
    return best


def scales(width: int, height: int, evaluations: int) -> tuple[Scale, ...]:
    """Half the size, where the engine would begin there too, and the size itself."""
    if min(width, height) < 2 * COARSEST:
        return (Scale(width, height, evaluations, 1.0),)
    half = -(-width // 2), -(-height // 2)
    cost = half[0] * half[1] / (width * height)
    coarse = Scale(*half, max(1, int(COARSE_SHARE * evaluations / cost)), cost)
    return coarse, Scale(width, height, max(1, int(evaluations - coarse.evaluations * cost)), 1.0)


def _minimised(objective: ScaleObjective, start: Tensor, evaluations: int, told: Callable[[Tensor], None]) -> Tensor:
    best = start

    def evaluate(image: Tensor) -> Value:
        value = value_at(objective, image, J)
        told(best)
        return value

    def accepted(image: Tensor, _: Value) -> None:
        nonlocal best
        best = image

    return lbfgs.minimise(evaluate, start, evaluations, accepted=accepted)


def value_at(objective: ScaleObjective, image: Tensor, weights: Weights) -> Value:
    """Loss and gradient, as the painter takes them: one look at the device for both."""
    terms, gradient = objective.gradient(image, weights)
    value, size = torch.stack((weights.total(terms), gradient.abs().sum())).tolist()
    return Value(value if math.isfinite(size) else math.inf, gradient)
