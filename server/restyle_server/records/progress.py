"""Owns how far a painting is: the one record of it, and the small picture that shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Picture:
    """A small RGBA8 picture, straight alpha, sRGB."""

    width: int
    height: int
    rgba: bytes


@dataclass(frozen=True, slots=True)
class Progress:
    """After one loss evaluation, in the finish one step. Counts and losses as in restyle.proto's Progress; the seconds are the worker's, not the engine's.
    eta_seconds: None while unknown."""

    scale: int
    scales: int
    width: int
    height: int
    step: int
    steps: int
    fraction: float
    loss: float
    content_loss: float
    style_loss: float
    elapsed_seconds: float = 0.0
    eta_seconds: float | None = None
    content_weight: float = 0.0
    smoothing_loss: float = 0.0
    gamut_loss: float = 0.0
