"""Owns what the options that `restyle image` and `restyle film` share ask for together."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer
from restyle_contract.limits import MAX_STYLES
from restyle_contract.parameters import Color, Settings
from restyle_contract.paths import at_home

from ..runs import style_specs
from ..runs.paint_options import PaintOptions
from . import presets

if TYPE_CHECKING:
    from restyle_imaging.io.ocio import Ocio


def paint_options(
    style: Sequence[str],
    *,
    style_scale: float | None,
    size: int | None,
    preset: str,
    strength: float | None,
    legibility: float | None = None,
    color: Color | None,
    steps: int | None,
    seed: int | None,
    weights: str | None,
    device: str | None,
    memory: int | None,
    seamless: str | None = None,
) -> PaintOptions:
    """typer.BadParameter for styles and presets that make no sense; Failure for a preset that isn't there."""
    specs = tuple(style_specs.parse(text) for text in style)
    if len(specs) > MAX_STYLES:
        raise typer.BadParameter(f"{len(specs)} styles are too many; give at most {MAX_STYLES}")
    plan = presets.find(preset)
    return PaintOptions(
        specs=specs,
        scale=style_scale,
        preset=plan.get("preset", Settings().preset),
        size=size,
        strength=strength,
        legibility=legibility,
        color=color.value if color else None,
        evaluations=steps,
        seed=seed,
        weights=weights or plan.get("weights", "auto"),
        device=device,
        memory_limit=memory,
        seamless=seamless,
        plan=plan,
    )


def ocio_of(config: str | None, space: str | None) -> Ocio | None:
    """None where neither a person nor $OCIO asks for it. PictureError for a config or a space that isn't there."""
    if not (config or space or os.environ.get("OCIO")):
        return None
    from restyle_imaging.io.ocio import Ocio

    return Ocio(str(at_home(config)) if config and not config.startswith("ocio:") else config, space)
