"""Owns what a caller may choose about a painting: the parameters, their defaults and ranges, and the presets. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

T = TypeVar("T")

SMALLEST_SIDE = 16  # px: relu5_1 sits behind four poolings, so that 16 px leave it one position
SEAMLESS_STEP = 16  # px: a side that repeats is a multiple of it, so that every pooling falls alike on both sides of the joint
LARGEST_SIDE = 65_535  # px: more than any editor's canvas; the server's limit on pixels is tighter
DEFAULT_SIZE: Mapping[str, int] = MappingProxyType({"cpu": 512, "mps": 768, "xpu": 1024, "cuda": 1024})  # px, longest side, by kind of device


class Preset(StrEnum):
    """A named plan with a budget of loss evaluations, counted at the final work size, all scales together."""

    DRAFT = "draft"
    STANDARD = "standard"
    FINE = "fine"

    @property
    def budget(self) -> int:
        """Loss evaluations at the final work size that the plan may cost."""
        return {"draft": 12, "standard": 60, "fine": 200}[self.value]

    @property
    def largest(self) -> int:
        """The longest side, in px, that it paints: beyond, details take longer than the preset's name promises."""
        return {"draft": 1024, "standard": 2048, "fine": LARGEST_SIDE}[self.value]


class Objective(StrEnum):
    GRAM = "gram"
    WASSERSTEIN = "wasserstein"


class Optimizer(StrEnum):
    LBFGS = "lbfgs"
    ADAM = "adam"


class Pooling(StrEnum):
    AVERAGE = "average"
    MAX = "max"


class Precision(StrEnum):
    FP32 = "fp32"
    BF16 = "bf16"


class Color(StrEnum):
    STYLE = "style"
    CONTENT = "content"
    MATCH = "match"


class Symmetry(StrEnum):
    NONE = "none"
    FLIPS = "flips"
    FLIPS_AND_ROTATIONS = "flips+rotations"


class Seamless(StrEnum):
    """Along which axes a picture repeats: x is from left to right."""

    NONE = "none"
    X = "x"
    Y = "y"
    BOTH = "both"

    @property
    def across(self) -> bool:
        return self in (Seamless.X, Seamless.BOTH)

    @property
    def down(self) -> bool:
        return self in (Seamless.Y, Seamless.BOTH)


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the caller asked for; None leaves the choice to the preset. Ranges as in restyle.proto; a size or native_size, not both."""

    preset: Preset = Preset.STANDARD
    size: int | None = None
    native_size: bool = False
    strength: float | None = None
    legibility: float | None = None
    evaluations: int | None = None
    seed: int | None = None
    color: Color | None = None
    color_mix: float | None = None
    objective: Objective | None = None
    optimizer: Optimizer | None = None
    style_layers: tuple[tuple[str, float], ...] = ()
    content_layers: tuple[tuple[str, float], ...] = ()
    tv: float | None = None
    pooling: Pooling | None = None
    precision: Precision | None = None
    memory_limit: int | None = None
    seamless: Seamless = Seamless.NONE


@dataclass(frozen=True, slots=True)
class Resolved:
    """Every choice made: what the engine runs, and what the result echoes."""

    preset: Preset
    size: int  # px, longest side of the work
    width: int  # px, of the work
    height: int
    strength: float  # 0–100
    evaluations: int  # budget of loss evaluations at the work size
    seed: int
    color: Color
    color_mix: float
    objective: Objective
    optimizer: Optimizer
    style_layers: tuple[tuple[str, float], ...]  # weights sum to 1
    content_layers: tuple[tuple[str, float], ...]
    tv: float
    pooling: Pooling
    precision: Precision
    memory_limit: int | None = None  # bytes that it may take; None: what is free. Says nothing of the picture
    seamless: Seamless = Seamless.NONE
    legibility: float = 0.0  # 0–100, how far faces and lettering keep their lines; records of paintings that are older than it don't have it


DEFAULT_STYLE_LAYERS = tuple((f"relu{block}_1", 1.0) for block in range(1, 6))  # relative errors need no weights
DEFAULT_LEGIBILITY = 85.0
DEFAULT_CONTENT_LAYERS = (("relu4_2", 1.0),)


def _or(value: T | None, default: T) -> T:
    return default if value is None else value


def work_size(width: int, height: int, longest: int, seamless: Seamless = Seamless.NONE) -> tuple[int, int]:
    """Size of the work for an image of width × height px: its longest side `longest`, never above the image's, no side under SMALLEST_SIDE; sides that repeat
    are a little shorter, where SEAMLESS_STEP asks for it."""
    factor = min(1.0, longest / max(width, height))
    return repeated(max(SMALLEST_SIDE, round(width * factor)), seamless.across), repeated(max(SMALLEST_SIDE, round(height * factor)), seamless.down)


def repeated(side: int, repeats: bool) -> int:
    """The longest side in px, up to `side`, that may repeat."""
    return max(SMALLEST_SIDE, side // SEAMLESS_STEP * SEAMLESS_STEP) if repeats else side


def resolve(asked: Parameters, width: int, height: int, device_kind: str, bf16: bool) -> Resolved:
    """Fills what was left open. width, height: px of the content. bf16: whether the device is faster with it."""
    longest = asked.size or (max(width, height) if asked.native_size else DEFAULT_SIZE[device_kind])
    longest = min(longest, asked.preset.largest)
    work_width, work_height = work_size(width, height, longest, asked.seamless)

    return Resolved(
        preset=asked.preset,
        size=max(work_width, work_height),
        width=work_width,
        height=work_height,
        strength=_or(asked.strength, 50.0),
        legibility=_or(asked.legibility, DEFAULT_LEGIBILITY),
        evaluations=_or(asked.evaluations, asked.preset.budget),
        seed=_or(asked.seed, 0),
        color=_or(asked.color, Color.STYLE),
        color_mix=_or(asked.color_mix, 1.0),
        objective=_or(asked.objective, Objective.GRAM),
        optimizer=_or(asked.optimizer, Optimizer.LBFGS),
        style_layers=normalised(asked.style_layers or DEFAULT_STYLE_LAYERS),
        content_layers=normalised(asked.content_layers or DEFAULT_CONTENT_LAYERS),
        tv=_or(asked.tv, 1.0),
        pooling=_or(asked.pooling, Pooling.AVERAGE),
        precision=_or(asked.precision, Precision.BF16 if bf16 else Precision.FP32),
        memory_limit=asked.memory_limit,
        seamless=asked.seamless,
    )


def normalised(layers: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
    """The same layers with weights that sum to 1. ValueError when they sum to 0."""
    total = sum(weight for _, weight in layers)
    if total <= 0:
        raise ValueError("the layers' weights sum to 0; give at least one layer a positive weight")
    return tuple((name, weight / total) for name, weight in layers)
