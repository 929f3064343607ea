"""Owns what is done at one scale of a painting: the styles' statistics matched, or the finish, until the scale's evaluations are spent."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from .large.memory import cut
from .large.parts import owned, parts
from .motion.temporal import Temporal
from .network.vgg import Vgg
from .objective import finish
from .objective.regions import regions_of
from .objective.scale_objective import objective_of, weights_of
from .objective.targets import TargetCache
from .optim import adam, lbfgs
from .optim.lbfgs import Value
from .optim.plan import Scale, Stage
from .parameters import Optimizer
from .resizing import resized
from .task import Task
from .telling import Losses, Telling

LEAST_SHARE = 1e-3  # of the pixels, that are taken to be new in a frame that follows: steps are measured by them


class Stages:
    """The stages of one painting."""

    def __init__(self, task: Task, vgg: Vgg, network: str, device: torch.device, targets: TargetCache) -> None:
        """network: the name of vgg, by which targets are kept."""
        self._task, self._vgg, self._network, self._device, self._targets = task, vgg, network, device, targets
        self._seamless = task.parameters.seamless
        self._cut = cut(task.parameters, 0, 0, task.memory, device.type)

    def paint(self, scale: Scale, finer: int, content: Tensor, telling: Telling, temporal: Temporal | None) -> None:
        """Goes on from telling's best state, which has the scale's size, and tells. finer: scales of statistics that follow. content: what is held to, of any
        size. temporal: the frame before at this size, for one that follows."""
        if scale.stage is Stage.MOMENTS:
            self._match_moments(scale, finer, content, telling, temporal)
        else:
            self._finish(scale, content, telling, temporal)

    def _match_moments(self, scale: Scale, finer: int, content: Tensor, telling: Telling, temporal: Temporal | None) -> None:
        base = resized(content, *scale.canvas, self._seamless).clamp(0, 1)
        objective = objective_of(self._task, base, self._vgg, self._network, self._device, self._targets, self._cut.whole, self._moves(temporal))
        if objective.free is not None:
            telling.accept(torch.where(objective.free > 0, telling.best, base))
        if not objective.painted:
            return
        weights = weights_of(self._task.parameters, finer)

        def evaluate(image: Tensor) -> Value:
            terms, gradient = objective.gradient(image, weights, telling.beat)
            away = image.new_zeros(())
            if temporal is not None:
                away, pull = temporal.gradient(image)
                gradient += pull
                gradient *= temporal.fresh
            if objective.free is not None:
                gradient *= objective.free
            found = torch.cat((weights.parts(terms), torch.stack((away, gradient.abs().sum()))))  # all in one wait for the device
            loss, style, held_to, held, smoothing, beyond, moved, size = found.tolist()
            telling.tell(Losses(loss + moved, style, held_to, held, smoothing + moved, beyond))
            return Value(loss + moved if math.isfinite(size) else math.inf, gradient)

        share = 1.0 if temporal is None else max(LEAST_SHARE, float(temporal.fresh.mean()))
        minimise = adam.minimise if self._task.parameters.optimizer is Optimizer.ADAM else partial(lbfgs.minimise, share=share)
        telling.accept(minimise(evaluate, telling.best, scale.evaluations, accepted=lambda image, _: telling.accept(image)))

    def _finish(self, scale: Scale, content: Tensor, telling: Telling, temporal: Temporal | None) -> None:
        """The finish at a size, in tiles where it is large."""
        mode, side = (finish.DETAIL, self._cut.detail) if scale.stage is Stage.DETAIL else (finish.WHOLE, self._cut.whole)
        moves = self._moves(temporal)
        tiles = finish.tiles_of(self._task, *scale.canvas, mode, side) if moves is None else parts(moves, side, self._seamless)
        regions = regions_of(self._task, *scale.canvas, self._device, None if moves is None else owned(tiles, telling.best))
        if not regions.counted:
            return
        objective = finish.finish_of(self._task, telling.best, content, regions, self._vgg, self._network, self._targets, mode, tiles, temporal)
        pull, free = replace(regions.strength, map=None, kept=None).pull, regions.strength.free(telling.best)
        del regions  # its maps are let go
        telling.accept(telling.best.clone())  # a large picture is kept once: the one before is let go here

        def tell(terms: finish.Terms, weight: float, picture: Tensor) -> None:
            telling.accept(picture)
            style, tone, content, outlines, gamut = terms.parts().tolist()
            held = weight * content + outlines
            telling.tell(Losses(style + tone + held + gamut, style, content, held, tone, gamut))

        calmed = None if temporal is None else partial(temporal.pace, shallow=mode is finish.DETAIL)
        finish.finish(objective, telling.best, scale.evaluations, mode, pull, free, tell, telling.beat, calmed, self._seamless)

    def _moves(self, temporal: Temporal | None) -> Tensor | None:
        """Where an update may change anything, and only what is near is looked at; None: this is none."""
        return temporal.moves if temporal is not None and self._task.basis is not None else None
