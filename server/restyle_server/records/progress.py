"""Owns how far a painting is: the one record of it, and the small picture that shows it."""

from __future__ import annotations

from dataclasses import dataclass

from restyle_engine.step import Step


@dataclass(frozen=True, slots=True)
class Preview:
    """A small RGBA8 picture, straight alpha, sRGB."""

    width: int
    height: int
    rgba: bytes


@dataclass(frozen=True, slots=True)
class Progress(Step):
    """A step with its seconds, which are the worker's, not the engine's. eta_seconds: None while unknown."""

    elapsed_seconds: float = 0.0
    eta_seconds: float | None = None
