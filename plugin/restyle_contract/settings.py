"""Owns what each setting of a painting may be, by its name: the words there are, and the ranges of numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from .limits import LARGEST_SIDE, MAX_STYLE_WEIGHT, MAX_TEXTURE, SMALLEST_SIDE
from .parameters import AUTOMATIC, FULL_SIZE, LAYERS, NUMBERS, PLACED_AS, START_NOISE, STARTS, SYMMETRIES, WORDS, Layers, Settings

NAMES = tuple(field.name for field in fields(Settings))
CHOICES: Mapping[str, tuple[str, ...]] = {
    **{name: words if getattr(Settings(), name) in words else (AUTOMATIC, *words) for name, words in WORDS.items()},
    "start": STARTS,
    "symmetry": SYMMETRIES,
    "layers": PLACED_AS,
}
RANGES: Mapping[str, tuple[float, float]] = {
    **{name: (each.lowest, each.highest) for name, each in NUMBERS.items()},
    "size": (FULL_SIZE, LARGEST_SIDE),
    "start_noise": START_NOISE,
}
NETWORK_LAYERS = tuple(f"relu{block}_{number}" for block, count in ((1, 2), (2, 2), (3, 4), (4, 4), (5, 4)) for number in range(1, count + 1))


class RecipeError(ValueError):
    """A recipe that can't be read; the sentence says which part."""


def check_setting(name: str, value: Any) -> None:
    """A setting by its name. RecipeError: one sentence, without a full stop, that names what is wrong and what is allowed."""
    if name in CHOICES and value not in CHOICES[name]:
        raise RecipeError(f'{name} "{value}" is not known; choose one of {", ".join(CHOICES[name])}')
    if name in RANGES and not (value is None and getattr(Settings(), name, 0) is None):
        within(name, value, *RANGES[name], whole=name in NUMBERS and NUMBERS[name].whole)
    if name == "size" and 0 < value < SMALLEST_SIDE:
        raise RecipeError(f"size is {value}; it must be {SMALLEST_SIDE} px or more, or 0 for an automatic one, or -1 for the layer's own")
    if name == "device" and not isinstance(value, str):
        raise RecipeError(f'device is {value}; it must be a name such as "cpu" or "cuda:0"')
    if name in LAYERS:
        layers_of(name, value)


def layers_of(name: str, value: Any) -> Layers:
    """Pairs of a mapping, or of a list of pairs. RecipeError."""
    pairs = tuple(value.items()) if isinstance(value, Mapping) else value
    if not isinstance(pairs, (list, tuple)) or not all(isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in pairs):
        raise RecipeError(f"{name} makes no sense; give layers with their weights, such as {{ relu1_1 = 1, relu2_1 = 0.5 }}")
    for layer, weight in pairs:
        if layer not in NETWORK_LAYERS:
            raise RecipeError(f'{name} names the layer "{layer}", which the network lacks; choose of {NETWORK_LAYERS[0]} to {NETWORK_LAYERS[-1]}')
        within(f"{name}'s {layer}", weight, 0, MAX_STYLE_WEIGHT)
    if pairs and not sum(weight for _, weight in pairs) > 0:
        raise RecipeError(f"{name} weighs nothing; give at least one layer a weight above 0")
    return tuple((layer, float(weight)) for layer, weight in pairs)


def within(name: str, value: Any, lowest: float, highest: float, whole: bool = False) -> None:
    """RecipeError."""
    if not is_number(value) or not lowest <= value <= highest or (whole and not isinstance(value, int)):
        raise RecipeError(f"{name} is {value}; it must be a {'whole ' if whole else ''}number from {lowest:.12g} to {highest:.12g}")


def check_texture(width: int, height: int) -> None:
    """Of a texture's width and height in px, before anybody makes its plane. RecipeError."""
    if min(width, height) < SMALLEST_SIDE:
        raise RecipeError(f"{width} × {height} px are less than a texture has; give at least {SMALLEST_SIDE} px per side")
    if width * height > MAX_TEXTURE:
        factor = math.sqrt(MAX_TEXTURE / (width * height))
        most = f"{MAX_TEXTURE / 1e6:g} megapixels"
        largest = f"{math.floor(width * factor)} × {math.floor(height * factor)} px"
        raise RecipeError(f"{width} × {height} px are more than a texture may have ({most}); scale it down, to {largest} or less")


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
