"""Owns how much memory a painting needs, before it is begun, and how it is cut into tiles to fit. Constants measured, tests compare them with the peak.
Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from ..optim.plan import LARGEST_WHOLE, Stage, plan
from ..parameters import SMALLEST_SIDE, Optimizer, Precision, Resolved, work_size

# bytes per pixel that goes through the network: activations, the gradient on its way back, statistics in fp32
PER_PIXEL: Mapping[Precision, float] = MappingProxyType({Precision.BF16: 1500.0, Precision.FP32: 2170.0})
FINISH_SHARE: Mapping[Precision, float] = MappingProxyType({Precision.BF16: 1.3, Precision.FP32: 1.0})  # of it, in the finish
DETAIL_SHARE = 0.85  # of that, to relu3_1: the shallow layers are the large ones
OPTIMIZER_PER_PIXEL: Mapping[Optimizer, float] = MappingProxyType({Optimizer.LBFGS: 450.0, Optimizer.ADAM: 150.0})
FINISH_STATE = 110.0  # bytes per pixel of the finish beside its tile: picture, pyramid, moments, gradient, neighbours
FULL_PER_PIXEL = 80.0  # bytes per pixel of the full layer: canvas, its samples, the painting, the upsampled change
FOLLOWED_PER_PIXEL = 110.0  # bytes per pixel of the work, in a frame that follows others: what was painted before, flow, what of it is trusted
FIXED: Mapping[Precision, float] = MappingProxyType({Precision.BF16: 150e6, Precision.FP32: 325e6})  # network, styles' moments, buffers
POSITIONS = 22e6  # bytes of what is kept of a style, and of the keys made of it, for each size that has a finish
QUICK = 210e6  # bytes of the network's quick filters (convolutions.py), in fp32 on a processor
SIDES: tuple[int, ...] = (2048, 1024, 512, 256, 128)  # px, of tiles, the largest first: it looks at the fewest pixels twice
DETAIL_SIDE: Mapping[str, int] = MappingProxyType({"cpu": 512, "mps": 1024, "xpu": 1024, "cuda": 2048})  # px, at most: cancel is obeyed within a tile
HALO = 80  # px around a tile, for all layers; 16 for details
DETAIL_HALO = 16


@dataclass(frozen=True, slots=True)
class Cut:
    """How a painting is done. whole: side of the tiles of the scales with all layers, None: each in one piece; detail: of the detail scales; memory: bytes."""

    whole: int | None
    detail: int
    memory: int


def estimate_bytes(resolved: Resolved, width: int, height: int, available: int | None = None, kind: str = "cpu") -> int:
    """Peak memory in bytes, over that of an idle worker, to paint a layer of width × height px; the least that works where nothing fits."""
    return cut(resolved, width, height, available, kind).memory


def cut(resolved: Resolved, width: int, height: int, available: int | None = None, kind: str = "cpu") -> Cut:
    """The fastest way that fits into that many bytes; the one that takes least when none does."""
    sides = [side for side in SIDES if side <= DETAIL_SIDE[kind]]
    ways = [Cut(whole, detail, _bytes(resolved, width, height, whole, detail, kind)) for whole in (None, *SIDES) for detail in sides]
    fitting = (way for way in ways if available is None or way.memory <= available)
    return next(fitting, min(ways, key=lambda way: way.memory))


def _bytes(resolved: Resolved, width: int, height: int, whole: int | None, detail: int, kind: str) -> int:
    per_pixel = PER_PIXEL[resolved.precision]
    peak = 0.0
    scales = plan(resolved.width, resolved.height, resolved.preset, max(1, resolved.evaluations), resolved.seamless)
    for scale in scales:
        pixels = scale.width * scale.height
        tile, halo = (detail, DETAIL_HALO) if scale.stage is Stage.DETAIL else (whole, HALO)
        side = max(scale.width, scale.height) if tile is None else tile + 2 * halo
        repeats = (False, False) if tile is None else (resolved.seamless.across, resolved.seamless.down)  # what a tile sees of it goes on round the border
        across, down = (side if on else min(side, length) for length, on in zip((scale.width, scale.height), repeats, strict=True))
        seen = across * down * per_pixel
        if scale.stage is Stage.MOMENTS:
            peak = max(peak, pixels * OPTIMIZER_PER_PIXEL[resolved.optimizer] + seen)
        else:
            share = FINISH_SHARE[resolved.precision] * (DETAIL_SHARE if scale.stage is Stage.DETAIL else 1.0)
            peak = max(peak, pixels * FINISH_STATE + seen * share)
    fixed = FIXED[resolved.precision] + (QUICK if kind == "cpu" and resolved.precision is Precision.FP32 else 0.0)
    fixed += POSITIONS * sum(scale.stage is Stage.FINISH for scale in scales)
    return round(fixed + peak + width * height * FULL_PER_PIXEL)


def largest_size(resolved: Resolved, width: int, height: int, available: int, kind: str = "cpu") -> int:
    """The longest side of the work, in px, up to what the preset paints, at which a layer of width × height px fits into that many bytes; 0 when none does."""

    def fits(longest: int) -> bool:
        work = work_size(width, height, longest, resolved.seamless)
        tried = replace(resolved, size=max(work), width=work[0], height=work[1])
        return estimate_bytes(tried, width, height, 0, kind) <= available

    most = min(max(width, height), resolved.preset.largest)
    low, high = SMALLEST_SIDE - 1, min(LARGEST_WHOLE, most)
    while high < most and fits(high):  # each doubling has one more detail scale; within it, memory grows with the size
        low, high = high, min(2 * high, most)
    while low < high:
        middle = -(-(low + high) // 2)
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low if low >= SMALLEST_SIDE else 0
