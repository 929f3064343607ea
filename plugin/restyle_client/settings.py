"""Owns what each setting of a painting may be, by its name: the words there are, and the ranges of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LARGEST_SEED = 2**31 - 1  # editors' integers are signed
LARGEST_SIZE = 65_535  # px
SMALLEST_SIZE = 16  # px
MAX_STYLES = 8  # the service's limit
AUTOMATIC_SIZE = 0
FULL_SIZE = -1  # work at the layer's own size
AUTOMATIC = "auto"  # the server's choice

PRESETS = ("draft", "standard", "fine")
COLORS = ("style", "content", "match")
OBJECTIVES = (AUTOMATIC, "gram", "wasserstein")
WEIGHTS = (AUTOMATIC, "vgg19", "vgg16", "file")
STARTS = ("content", "noise")
SYMMETRIES = ("none", "flips", "flips+rotations")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "preset": PRESETS,
    "color": COLORS,
    "objective": OBJECTIVES,
    "start": STARTS,
    "symmetry": SYMMETRIES,
    "weights": WEIGHTS,
    "optimizer": (AUTOMATIC, "lbfgs", "adam"),
    "pooling": (AUTOMATIC, "average", "max"),
    "precision": (AUTOMATIC, "fp32", "bf16"),
}
RANGES: Mapping[str, tuple[float, float]] = {
    "strength": (0, 100),
    "color_mix": (0, 1),
    "tv": (0, 1000),
    "start_noise": (0, 1),
    "seed": (0, LARGEST_SEED),
    "size": (FULL_SIZE, LARGEST_SIZE),
    "evaluations": (0, 10_000),
}
WHOLE = ("seed", "size", "evaluations")
SCALES = (0.25, 4.0)  # size of a style's strokes
NETWORK_LAYERS = tuple(f"relu{block}_{number}" for block, count in ((1, 2), (2, 2), (3, 4), (4, 4), (5, 4)) for number in range(1, count + 1))
LAYERS = ("style_layers", "content_layers")

Layers = tuple[tuple[str, float], ...]


class RecipeError(ValueError):
    """A recipe that can't be read; the sentence says which part."""


def check_setting(name: str, value: Any) -> None:
    """A setting by its name. RecipeError: one sentence, without a full stop, that names what is wrong and what is allowed."""
    if name in CHOICES and value not in CHOICES[name]:
        raise RecipeError(f'{name} "{value}" is not known; choose one of {", ".join(CHOICES[name])}')
    if name in RANGES and not (name == "evaluations" and value is None):
        within(name, value, *RANGES[name], whole=name in WHOLE)
    if name == "size" and 0 < value < SMALLEST_SIZE:
        raise RecipeError(f"size is {value}; it must be {SMALLEST_SIZE} px or more, or 0 for an automatic one, or -1 for the layer's own")
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
        within(f"{name}'s {layer}", weight, 0, 1e6)
    if pairs and not sum(weight for _, weight in pairs) > 0:
        raise RecipeError(f"{name} weighs nothing; give at least one layer a weight above 0")
    return tuple((layer, float(weight)) for layer, weight in pairs)


def within(name: str, value: Any, lowest: float, highest: float, whole: bool = False) -> None:
    """RecipeError."""
    if not is_number(value) or not lowest <= value <= highest or (whole and not isinstance(value, int)):
        raise RecipeError(f"{name} is {value}; it must be a {'whole ' if whole else ''}number from {lowest:.12g} to {highest:.12g}")


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
