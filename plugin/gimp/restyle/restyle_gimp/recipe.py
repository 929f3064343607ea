"""Owns the recipe of a painting: styles and settings as a person chose them. It is what the dialog edits, the procedure takes and a painted layer remembers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

LARGEST_SEED = 2**31 - 1  # GIMP's integer arguments are signed
MAX_STYLES = 8  # the service's limit
FULL_SIZE = -1  # work at the layer's own size
AUTOMATIC_SIZE = 0
EVERYWHERE = ""
LAYER_MASK = "mask:"  # beside channels' names; one that ends so would have to be meant

PRESETS = ("draft", "standard", "fine")
COLORS = ("style", "content", "match")
OBJECTIVES = ("auto", "gram", "gram+moments", "wasserstein")
WEIGHTS = ("auto", "imagenet", "compact", "file")
STARTS = ("content", "noise")
SYMMETRIES = ("none", "flips", "flips+rotations")


class RecipeError(ValueError):
    """A recipe that can't be read; the sentence says which part."""


@dataclass(frozen=True)
class LayerReference:
    """A layer of an open image. id: within this session; tattoo, image, name: to find it again after the file was reopened."""

    id: int
    tattoo: int = 0
    image: str = ""
    name: str = ""


@dataclass(frozen=True)
class StyleChoice:
    """One style: of the library, a picture file or a layer; exactly one of them.

    weight: above 0, relative to the other styles. scale: size of the strokes, 0.25 to 4; None: as the style suggests.
    crop: x, y, width, height in the style's own pixels. region: EVERYWHERE, LAYER_MASK or a channel's name.
    """

    library: str = ""
    file: str = ""
    layer: LayerReference | None = None
    title: str = ""
    weight: float = 1.0
    scale: float | None = None
    crop: tuple[int, int, int, int] | None = None
    region: str = EVERYWHERE
    symmetry: str = "none"

    @property
    def name(self) -> str:
        """For people, and for the new layer's name."""
        if self.title:
            return self.title
        if self.layer is not None:
            return self.layer.name or "a layer"
        return self.library or self.file.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]


@dataclass(frozen=True)
class Recipe:
    """strength: 0 to 100. size: px, longest side of the work, AUTOMATIC_SIZE or FULL_SIZE. color_mix, start_noise: 0 to 1.

    tv: smoothness in parts of the default.
    """

    styles: tuple[StyleChoice, ...] = ()
    strength: float = 50.0
    preset: str = "standard"
    size: int = AUTOMATIC_SIZE
    color: str = "style"
    color_mix: float = 1.0
    seed: int = 0
    objective: str = "auto"
    tv: float = 1.0
    start: str = "content"
    start_noise: float = 0.0
    weights: str = "auto"
    device: str = ""

    @property
    def title(self) -> str:
        """What the new layer is called after."""
        return " + ".join(style.name for style in self.styles)

    def settings(self) -> Recipe:
        """The same without its styles."""
        return replace(self, styles=())


def to_json(recipe: Recipe) -> str:
    """Leaves out what has its default, so that later defaults can improve."""
    return json.dumps(_sparse(recipe), ensure_ascii=False)


def from_json(text: str) -> Recipe:
    """RecipeError with a sentence. Unknown names are left out: an older plug-in reads a newer recipe."""
    return recipe_from(_object(text, "the recipe"))


def styles_from_json(text: str) -> tuple[StyleChoice, ...]:
    """The styles of a JSON list, or of one object. RecipeError."""
    try:
        content = json.loads(text)
    except ValueError as error:
        raise RecipeError(
            f'"styles" is not JSON ({error}); write a list such as [{{"library": "night", "weight": 2}}, {{"file": "/a/picture.jpg"}}]'
        ) from error
    return tuple(_style(item, number) for number, item in enumerate(content if isinstance(content, list) else [content], 1))


def styles_to_json(styles: tuple[StyleChoice, ...]) -> str:
    return json.dumps([_sparse(style) for style in styles], ensure_ascii=False) if styles else ""


def recipe_from(content: Mapping[str, Any]) -> Recipe:
    """A recipe from plain values. RecipeError."""
    known = {field.name: content[field.name] for field in fields(Recipe) if field.name in content and field.name != "styles"}
    styles = content.get("styles", ())
    if not isinstance(styles, (list, tuple)):
        raise RecipeError("the recipe's styles are no list")
    recipe = Recipe(styles=tuple(_style(item, number) for number, item in enumerate(styles, 1)), **known)
    check(recipe)
    return recipe


def check(recipe: Recipe) -> None:
    """RecipeError with one sentence when a value is out of its range."""
    _within("strength", recipe.strength, 0, 100)
    _within("color-mix", recipe.color_mix, 0, 1)
    _within("smoothness", recipe.tv, 0, 1000)
    _within("start-noise", recipe.start_noise, 0, 1)
    _within("seed", recipe.seed, 0, LARGEST_SEED)
    _within("size", recipe.size, FULL_SIZE, 65535)
    if 0 < recipe.size < 16:
        raise RecipeError("size must be 16 px or more; 0 chooses by itself, -1 is the layer's own size")
    for name, value, known in (
        ("preset", recipe.preset, PRESETS), ("color", recipe.color, COLORS), ("objective", recipe.objective, OBJECTIVES),
        ("weights", recipe.weights, WEIGHTS), ("start", recipe.start, STARTS),
    ):  # fmt: skip
        if value not in known:
            raise RecipeError(f'{name} "{value}" is not known; choose one of {", ".join(known)}')
    if len(recipe.styles) > MAX_STYLES:
        raise RecipeError(f"{len(recipe.styles)} styles are too many; choose at most {MAX_STYLES}")


def _style(item: Any, number: int) -> StyleChoice:
    if isinstance(item, StyleChoice):
        return item
    if isinstance(item, str):
        return StyleChoice(library=item)
    if not isinstance(item, Mapping):
        raise RecipeError(f'style {number} is neither a name nor an object such as {{"library": "night"}}')
    values = {field.name: item[field.name] for field in fields(StyleChoice) if item.get(field.name) is not None}
    layer = values.get("layer")
    if isinstance(layer, Mapping):
        values["layer"] = LayerReference(**{field.name: layer[field.name] for field in fields(LayerReference) if field.name in layer})
    elif isinstance(layer, int):
        values["layer"] = LayerReference(layer)
    if "crop" in values:
        values["crop"] = _crop(values["crop"], number)
    choice = StyleChoice(**values)
    if sum((bool(choice.library), bool(choice.file), choice.layer is not None)) != 1:
        raise RecipeError(
            f'style {number} names {"more than one source" if choice.library or choice.file else "no source"}; give one of "library", "file" and "layer"'
        )
    if not isinstance(choice.weight, (int, float)) or choice.weight <= 0:
        raise RecipeError(f"style {number} has the weight {choice.weight}; weights are above 0")
    if choice.scale is not None:
        _within(f"style {number}'s scale", choice.scale, 0.25, 4)
    if choice.symmetry not in SYMMETRIES:
        raise RecipeError(f'style {number} has the symmetry "{choice.symmetry}"; choose one of {", ".join(SYMMETRIES)}')
    return choice


def _crop(value: Any, number: int) -> tuple[int, int, int, int]:
    if not isinstance(value, (list, tuple)) or len(value) != 4 or not all(isinstance(part, int) for part in value):
        raise RecipeError(f"style {number}'s crop is not [x, y, width, height] in whole pixels")
    x, y, width, height = value
    if min(x, y) < 0 or min(width, height) < 16:
        raise RecipeError(f"style {number}'s crop starts outside or is under 16 px; choose a larger part")
    return x, y, width, height


def _within(name: str, value: Any, lowest: float, highest: float) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not lowest <= value <= highest:
        raise RecipeError(f"{name} is {value}; it must be a number from {lowest:g} to {highest:g}")


def _sparse(thing: Recipe | StyleChoice) -> dict[str, Any]:
    default = type(thing)()
    content = {field.name: getattr(thing, field.name) for field in fields(thing) if getattr(thing, field.name) != getattr(default, field.name)}
    if "styles" in content:
        content["styles"] = [_sparse(style) for style in content["styles"]]
    if "layer" in content:
        content["layer"] = asdict(content["layer"])
    return content


def _object(text: str, what: str) -> Mapping[str, Any]:
    try:
        content = json.loads(text)
    except ValueError as error:
        raise RecipeError(f"{what} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise RecipeError(f"{what} is no JSON object")
    return content
