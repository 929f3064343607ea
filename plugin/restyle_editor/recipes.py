"""Owns the recipe of a painting: styles and settings as a person chose them. Editors edit it, scripts give it, layers and presets keep it.

What each setting may be stands in restyle_contract.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Protocol

from . import sentences
from .packages import client, limits, settings
from .packages import parameters as declared

RecipeError = settings.RecipeError


class LayerReference(Protocol):
    """A layer of an open image, in an editor's own words: a frozen dataclass of plain values."""

    @property
    def name(self) -> str: ...


ReadLayer = Callable[[Any], LayerReference]  # from plain values; any error means that they make no sense


@dataclass(frozen=True)
class StyleChoice:
    """One style: of the library, a picture file or an editor's layer; exactly one of them.

    weight: above 0, relative to the other styles. scale: size of the strokes, 0.25 to 4; None: automatic.
    crop: x, y, width, height in the style's own pixels. region: where it paints, in the editor's own words; "": everywhere.
    symmetry: "": as the recipe has it.
    """

    library: str = ""
    file: str = ""
    layer: Any | None = None  # a LayerReference
    title: str = ""
    weight: float = 1.0
    scale: float | None = None
    crop: tuple[int, int, int, int] | None = None
    region: str = ""
    symmetry: str = ""

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
            return self.layer.name or sentences.OF_A_LAYER
        return self.library or sentences.readable(self.file.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0])


@dataclass(frozen=True)
class Recipe(declared.Settings):
    """The styles, and how to paint: the settings, each as restyle_contract declares it."""

    styles: tuple[StyleChoice, ...] = ()

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


SETTINGS = settings.NAMES


# ---- to what is written down, and back ----


def plain(recipe: Recipe) -> dict[str, Any]:
    """JSON's own types. What has its default is left out, so that later defaults can improve."""
    return _sparse(recipe)


def recipe_from(content: Mapping[str, Any], base: Recipe | None = None, *, layer: ReadLayer | None = None) -> Recipe:
    """A recipe from plain values, over `base`. RecipeError. Unknown names are left out: an older plug-in reads a newer recipe."""
    known = {name: content[name] for name in SETTINGS if name in content}
    for name in declared.LAYERS:
        if name in known:
            known[name] = settings.layers_of(name, known[name])
    recipe = replace(base or Recipe(), **known)
    if "styles" in content:
        styles = content["styles"]
        if not isinstance(styles, (list, tuple)):
            raise RecipeError("the recipe's styles are no list")
        recipe = replace(recipe, styles=tuple(style_from(item, number, layer=layer) for number, item in enumerate(styles, 1)))
    check(recipe)
    return recipe


def styles_from_json(text: str, layer: ReadLayer | None = None) -> tuple[StyleChoice, ...]:
    """The styles of a JSON list, or of one object. RecipeError."""
    try:
        content = json.loads(text)
    except ValueError as error:
        example = '[{"library": "night", "weight": 2}, {"file": "/a/picture.jpg"}]'
        raise RecipeError(f'"styles" is not JSON ({error}); write a list such as {example}') from error
    return tuple(style_from(item, number, layer=layer) for number, item in enumerate(content if isinstance(content, list) else [content], 1))


def styles_to_json(styles: tuple[StyleChoice, ...]) -> str:
    return json.dumps([_sparse(style) for style in styles], ensure_ascii=False) if styles else ""


def style_from(item: Any, number: int = 1, *, layer: ReadLayer | None = None) -> StyleChoice:
    """A style of a name in the library, of plain values, or as it is. RecipeError names it by its number."""
    if isinstance(item, StyleChoice):
        return item
    if isinstance(item, str):
        return StyleChoice(library=item)
    if not isinstance(item, Mapping):
        raise RecipeError(f'style {number} is neither a name nor an object such as {{"library": "night"}}')
    values = {field.name: item[field.name] for field in fields(StyleChoice) if item.get(field.name) is not None}
    if "layer" in values:
        values["layer"] = _layer(values["layer"], number, layer)
    if "crop" in values:
        values["crop"] = _crop(values["crop"], number)
    choice = StyleChoice(**values)
    _check_style(choice, number)
    return choice


def json_object(text: str, what: str) -> dict[str, Any]:
    """RecipeError, which calls the text `what`."""
    try:
        content = json.loads(text)
    except ValueError as error:
        raise RecipeError(f"{what} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise RecipeError(f"{what} is no JSON object")
    return content


# ---- to what is sent ----


def parameters(recipe: Recipe) -> client.Parameters:
    """The recipe's settings in the request's words; what is automatic is left to the server."""
    return parameters_of({name: getattr(recipe, name) for name in SETTINGS})


def parameters_of(given: Mapping[str, Any]) -> client.Parameters:
    """The same of some settings by name; those that are missing are left to the server."""
    size = given.get("size", declared.AUTOMATIC_SIZE)
    told = {name: value for name, value in given.items() if value not in (None, "", declared.AUTOMATIC) and name in declared.DECLARED and name != "size"}
    for name, number in declared.NUMBERS.items():
        if name in told and not number.whole:
            told[name] = float(told[name])
    return client.Parameters(**told, size=size if size > 0 else None, native_size=True if size == declared.FULL_SIZE else None)


def start(given: Mapping[str, Any]) -> client.Start | None:
    """What to start from; None: the server's default."""
    if given.get("start") == "noise":
        return client.Start.noise()
    return client.Start.content(float(given["start_noise"])) if given.get("start_noise") else None


def for_texture(recipe: Recipe, width: int, height: int) -> Recipe:
    """The same for a texture of so many px: painted at its own size, each style everywhere."""
    return replace(recipe, size=max(width, height), styles=tuple(replace(style, region="") for style in recipe.styles))


def symmetry(recipe: Recipe, choice: StyleChoice) -> str | None:
    """Which mirror images of a style count; None: the server's default."""
    chosen = choice.symmetry or recipe.symmetry
    return None if chosen == "none" else chosen


# ---- what is allowed ----


def check(recipe: Recipe) -> None:
    """RecipeError with one sentence when a value is out of its range."""
    for name in SETTINGS:
        settings.check_setting(name, getattr(recipe, name))
    if len(recipe.styles) > limits.MAX_STYLES:
        raise RecipeError(f"{len(recipe.styles)} styles are too many; choose at most {limits.MAX_STYLES}")


def _check_style(choice: StyleChoice, number: int) -> None:
    sources = sum((bool(choice.library), bool(choice.file), choice.layer is not None))
    if sources != 1:
        raise RecipeError(f'style {number} names {"more than one source" if sources else "no source"}; give one of "library", "file" and "layer"')
    if not settings.is_number(choice.weight) or not choice.weight > 0:
        raise RecipeError(f"style {number} has the weight {choice.weight}; weights are above 0")
    if choice.scale is not None:
        settings.within(f"style {number}'s scale", choice.scale, *limits.STYLE_SCALES)
    if choice.symmetry and choice.symmetry not in declared.SYMMETRIES:
        raise RecipeError(f'style {number} has the symmetry "{choice.symmetry}"; choose one of {", ".join(declared.SYMMETRIES)}')


def _layer(value: Any, number: int, read: ReadLayer | None) -> LayerReference:
    if read is None:
        raise RecipeError(f"style {number} is a layer, which only an editor knows")
    try:
        return read(value)
    except Exception as error:
        raise RecipeError(f"style {number}'s layer makes no sense: {error}") from error


def _crop(value: Any, number: int) -> tuple[int, int, int, int]:
    if not isinstance(value, (list, tuple)) or len(value) != 4 or not all(isinstance(part, int) for part in value):
        raise RecipeError(f"style {number}'s crop is not [x, y, width, height] in whole pixels")
    x, y, width, height = value
    if min(x, y) < 0 or min(width, height) < limits.SMALLEST_SIDE:
        raise RecipeError(f"style {number}'s crop starts outside or is under {limits.SMALLEST_SIDE} px; choose a larger part")
    return x, y, width, height


def _sparse(thing: Recipe | StyleChoice) -> dict[str, Any]:
    default = type(thing)()
    content = {name: getattr(thing, name) for name in _order(thing) if getattr(thing, name) != getattr(default, name)}
    if "styles" in content:
        content["styles"] = [_sparse(style) for style in content["styles"]]
    if "layer" in content:
        content["layer"] = asdict(content["layer"])
    if "crop" in content:
        content["crop"] = list(content["crop"])
    for name in declared.LAYERS:
        if name in content:
            content[name] = dict(content[name])
    return content


def _order(thing: Recipe | StyleChoice) -> list[str]:
    """Names of the fields; the styles first, for people who read it."""
    return sorted((field.name for field in fields(thing)), key=lambda name: name != "styles")
