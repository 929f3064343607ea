"""Owns the recipe of a painting: styles and settings as a person chose them. The docker edits it, scripts give it, and a painted layer remembers it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

LARGEST_SEED = 2**31 - 1  # Qt's spin boxes are signed
MAX_STYLES = 8  # the service's limit
AUTOMATIC_SIZE = 0
FULL_SIZE = -1  # work at the layer's own size

PRESETS = ("draft", "standard", "fine")
COLORS = ("style", "content", "match")
OBJECTIVES = ("auto", "gram", "gram+moments", "wasserstein")
STARTS = ("content", "noise")
SYMMETRIES = ("none", "flips", "flips+rotations")
SIZES = (AUTOMATIC_SIZE, 256, 384, 512, 768, 1024, 1536, 2048, FULL_SIZE)  # px
CHOICES = {"preset": PRESETS, "color": COLORS, "objective": OBJECTIVES, "start": STARTS, "symmetry": SYMMETRIES}
RANGES = {"strength": (0, 100), "color_mix": (0, 1), "tv": (0, 1000), "seed": (0, LARGEST_SEED), "size": (FULL_SIZE, 65535)}


class RecipeError(ValueError):
    """A recipe that can't be read; the sentence says which part."""


@dataclass(frozen=True)
class LayerReference:
    """A layer of an open image. document, layer: Krita's unique ids of the image's root and of the layer; the latter is kept in .kra files."""

    document: str
    layer: str
    name: str = ""


@dataclass(frozen=True)
class StyleChoice:
    """One style: of the library, a picture file, or a layer; exactly one of them.

    weight: above 0, relative to the other styles. scale: size of the strokes, 0.25 to 4; None: as the style suggests.
    crop: x, y, width, height on the canvas, layers only. region: "" everywhere, "layer:UNIQUE ID" or "label:NUMBER".
    """

    library: str = ""
    file: str = ""
    layer: LayerReference | None = None
    title: str = ""
    weight: float = 1.0
    scale: float | None = None
    crop: tuple[int, int, int, int] | None = None
    region: str = ""

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes it this style and no other, whatever its settings."""
        return (self.library, self.file, self.layer, self.crop)

    @property
    def name(self) -> str:
        """For people, and for the new layer's name."""
        if self.title:
            return self.title
        if self.layer is not None:
            return self.layer.name
        return self.library or self.file.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]


@dataclass(frozen=True)
class Recipe:
    """strength: 0 to 100. size: px, longest side of the work, AUTOMATIC_SIZE or FULL_SIZE. color_mix: 0 to 1. tv: smoothness in parts of the default."""

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
    symmetry: str = "none"

    @property
    def title(self) -> str:
        """What the new layer is called after."""
        return " + ".join(style.name for style in self.styles)

    def with_style(self, choice: StyleChoice) -> Recipe:
        """The same with the settings of one of its styles replaced."""
        return replace(self, styles=tuple(choice if each.key == choice.key else each for each in self.styles))

    def settings(self) -> dict[str, Any]:
        """The plain values that differ from their defaults, styles left out."""
        return {name: value for name, value in plain(self).items() if name != "styles"}


def plain(recipe: Recipe) -> dict[str, Any]:
    """JSON's own types. What has its default is left out, so that later defaults can improve."""
    return _sparse(recipe)


def recipe_from(content: Mapping[str, Any], base: Recipe | None = None) -> Recipe:
    """A recipe from plain values, over `base`. RecipeError. Unknown names are left out: an older plug-in reads a newer recipe."""
    known = {field.name: content[field.name] for field in fields(Recipe) if field.name in content and field.name != "styles"}
    recipe = replace(base or Recipe(), **known)
    if "styles" in content:
        styles = content["styles"]
        if not isinstance(styles, (list, tuple)):
            raise RecipeError("the styles are no list")
        recipe = replace(recipe, styles=tuple(style_from(item) for item in styles))
    check(recipe)
    return recipe


def recipe_of_json(text: str) -> Recipe:
    """RecipeError when it is none."""
    try:
        content = json.loads(text)
    except ValueError as error:
        raise RecipeError(f"not JSON: {error}") from error
    if not isinstance(content, dict):
        raise RecipeError("no JSON object")
    return recipe_from(content)


def style_from(item: Any) -> StyleChoice:
    """A style of a name in the library, of plain values, or as it is. RecipeError."""
    if isinstance(item, StyleChoice):
        return item
    if isinstance(item, str):
        return StyleChoice(library=item)
    if not isinstance(item, Mapping):
        raise RecipeError('a style is neither a name nor an object such as {"library": "night"}')
    values = {field.name: item[field.name] for field in fields(StyleChoice) if item.get(field.name) is not None}
    try:
        if isinstance(values.get("layer"), Mapping):
            values["layer"] = LayerReference(**values["layer"])
        if "crop" in values:
            x, y, width, height = (int(value) for value in values["crop"])
            values["crop"] = (x, y, width, height)
    except (TypeError, ValueError) as error:
        raise RecipeError(f"a style's layer or crop makes no sense: {error}") from error
    choice = StyleChoice(**values)
    if sum((bool(choice.library), bool(choice.file), choice.layer is not None)) != 1:
        raise RecipeError('a style names one of "library", "file" and "layer"')
    if not _number(choice.weight) or choice.weight <= 0:
        raise RecipeError(f"the style “{choice.name}” has the share {choice.weight}; shares are above 0")
    if choice.scale is not None and not (_number(choice.scale) and 0.25 <= choice.scale <= 4):
        raise RecipeError(f"the style “{choice.name}” has strokes × {choice.scale}; they go from 0.25 to 4")
    return choice


def check(recipe: Recipe) -> None:
    """RecipeError with one sentence when a value is out of its range."""
    for name, (lowest, highest) in RANGES.items():
        value = getattr(recipe, name)
        if not _number(value) or not lowest <= value <= highest:
            raise RecipeError(f"{name} is {value}; it must be a number from {lowest} to {highest}")
    if 0 < recipe.size < 16:
        raise RecipeError("size must be 16 px or more; 0 chooses by itself, -1 is the layer's own size")
    for name, known in CHOICES.items():
        if getattr(recipe, name) not in known:
            raise RecipeError(f"{name} “{getattr(recipe, name)}” is not known; choose one of {', '.join(known)}")
    if len(recipe.styles) > MAX_STYLES:
        raise RecipeError(f"{len(recipe.styles)} styles are too many; choose at most {MAX_STYLES}")


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _sparse(thing: Recipe | StyleChoice) -> dict[str, Any]:
    default = type(thing)()
    content = {field.name: getattr(thing, field.name) for field in fields(thing) if getattr(thing, field.name) != getattr(default, field.name)}
    if "styles" in content:
        content["styles"] = [_sparse(style) for style in content["styles"]]
    if "layer" in content:
        content["layer"] = asdict(content["layer"])
    if "crop" in content:
        content["crop"] = list(content["crop"])
    return content
