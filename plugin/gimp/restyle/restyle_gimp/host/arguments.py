"""Owns the procedure's arguments: what scripts may give, and their way to a recipe and back. GIMP remembers them from the last interactive run."""

from __future__ import annotations

import json
from typing import Any

from gi.repository import Gimp, GObject
from restyle_contract import parameters
from restyle_contract.limits import LARGEST_SIDE, SMALLEST_SIDE, STYLE_SCALES
from restyle_contract.parameters import Settings
from restyle_contract.settings import RANGES, RecipeError
from restyle_editor import presets, recipes
from restyle_editor.recipes import Recipe, StyleChoice

from .recipe import LayerReference, recipe_from, styles_from_json

FLAGS = GObject.ParamFlags.READWRITE

SIDES = {"width": "_Width", "height": "_Height"}
USUAL_SIDE = 512  # px of a new image
LARGEST_INT = 2**31 - 1  # GIMP's; a larger seed travels in "settings"

_CHOICES = {  # argument → (values, title, text)
    "preset": (parameters.PRESETS, "_Quality", "draft, standard or fine: how long to paint"),
    "color": (parameters.COLORS, "_Colors", "the style's colors, the content's, or the style's matched to the content's"),
    "objective": (parameters.OBJECTIVES, "_Objective", "what makes two textures alike"),
    "start": (parameters.STARTS, "S_tart from", "the layer itself, or noise"),
    "seamless": (parameters.SEAMLESS, "Seam_less", "which sides go on at the opposite ones: none, x (left and right), y (top and bottom) or both"),
    "symmetry": (parameters.SYMMETRIES, "Mirr_oring", "which mirror images of a style count too"),
    "layers": (parameters.PLACED_AS, "La_yers", "one: the painting; two: its colors and its strokes, in a group"),
    "weights": (parameters.WEIGHTS, "_Weights", "which network sees the pictures; auto takes vgg19 when it is installed, else vgg16"),
}
_NUMBERS = {  # argument → (title, text)
    "strength": ("St_rength", "0 leaves the layer as it is, 50 balances, 100 lets the style win"),
    "legibility": ("_Legibility", "how far faces and lettering keep their lines; 0 is off"),
    "color-mix": ("Color _mix", "how much of the choice of colors is applied"),
    "smoothness": ("S_moothness", "in parts of the usual"),
    "start-noise": ("Start _noise", "noise added to the layer before painting"),
}
_OTHERS = ("size", "seed", "device")
_RECIPE_NAMES = {"color-mix": "color_mix", "smoothness": "tv", "start-noise": "start_noise"}


def declare(procedure: Any) -> None:
    """Adds every argument to the procedure."""
    procedure.add_string_argument("style", "_Style", "A style of the library, by its id, such as night", "", FLAGS)
    procedure.add_file_argument("style-file", "Style _file", "A picture file to paint like", Gimp.FileChooserAction.OPEN, True, None, FLAGS)
    procedure.add_drawable_argument("style-layer", "Style _layer", "A layer of any open image to paint like", True, FLAGS)
    procedure.add_string_argument(
        "styles", "Styles", 'Several styles as JSON: [{"library": "night", "weight": 2, "region": "a channel"}, {"file": "/a.jpg", "scale": 0.5}]', "", FLAGS
    )
    procedure.add_double_argument("stroke-size", "Stroke si_ze", "Size of the strokes, 0.25 to 4; 0: automatic", 0.0, STYLE_SCALES[1], 0.0, FLAGS)
    procedure.add_int_argument(
        "size",
        "_Work size",
        "Longest side of the work in px; 0 chooses by the device, -1 is the layer's own size",
        parameters.FULL_SIZE,
        LARGEST_SIDE,
        0,
        FLAGS,
    )
    procedure.add_int_argument("seed", "See_d", "Another seed gives another painting", 0, LARGEST_INT, 0, FLAGS)
    usual = Settings()
    for name, (title, text) in _NUMBERS.items():
        setting = _RECIPE_NAMES.get(name, name)
        lowest, highest = RANGES[setting]
        procedure.add_double_argument(name, title, text, lowest, highest, getattr(usual, setting), FLAGS)
    for name, (values, title, text) in _CHOICES.items():
        choice = Gimp.Choice.new()
        for position, value in enumerate(values):
            choice.add(value, position, value, "")
        procedure.add_choice_argument(name, title, text, choice, getattr(usual, name), FLAGS)
    procedure.add_string_argument("device", "De_vice", 'Where to paint, such as "cpu" or "cuda:0"; empty: whichever is free first', "", FLAGS)
    procedure.add_string_argument("user-preset", "_Your preset", "A preset that you saved, by its name, or a TOML file; what it names wins", "", FLAGS)
    procedure.add_string_argument("settings", "More settin_gs", 'Further settings as JSON, which win, such as {"evaluations": 300}', "", FLAGS)


def declare_size(procedure: Any) -> None:
    """Adds those of a new image."""
    for name, title in SIDES.items():
        procedure.add_int_argument(name, title, f"{name.capitalize()} of the new image in px", SMALLEST_SIDE, LARGEST_SIDE, USUAL_SIDE, FLAGS)


def read(config: Any) -> Recipe:
    """The recipe that the arguments name. RecipeError."""
    scale = config.get_property("stroke-size") or None
    if scale is not None and scale < STYLE_SCALES[0]:
        raise RecipeError(f"stroke-size is {scale:g}; it must be from 0.25 to 4, or 0 for automatic")
    values = {_RECIPE_NAMES.get(name, name): config.get_property(name) for name in (*_NUMBERS, *_CHOICES, *_OTHERS)}
    values["device"] = values["device"] or ""
    return recipe_from({**values, **_more(config), "styles": _styles(config, scale)})


def write(config: Any, recipe: Recipe) -> None:
    """Leaves the recipe in the arguments, so that GIMP remembers it for the next run."""
    said = [name for name in (*_NUMBERS, *_CHOICES, *_OTHERS) if name != "seed" or recipe.seed <= LARGEST_INT]
    for name in said:
        config.set_property(name, getattr(recipe, _RECIPE_NAMES.get(name, name)))
    config.set_property("style", "")
    config.set_property("style-file", None)
    config.set_property("style-layer", None)
    config.set_property("stroke-size", 0.0)
    config.set_property("styles", recipes.styles_to_json(recipe.styles))
    written = {_RECIPE_NAMES.get(name, name) for name in said}
    more = {name: value for name, value in recipe.settings().items() if name not in written}
    config.set_property("settings", json.dumps(more) if more else "")
    config.set_property("user-preset", "")


def _more(config: Any) -> dict[str, Any]:
    """What "settings" and "user-preset" say. RecipeError."""
    found: dict[str, Any] = {}
    if text := _text(config, "settings"):
        found.update(presets.checked(recipes.json_object(text, '"settings"')))
    if name := _text(config, "user-preset"):
        found.update(presets.of_user().find(name))
    return found


def _styles(config: Any, scale: float | None) -> tuple[StyleChoice, ...]:
    found = list(styles_from_json(_text(config, "styles"))) if _text(config, "styles") else []
    if _text(config, "style"):
        found.append(StyleChoice(library=_text(config, "style"), scale=scale))
    if (file := config.get_property("style-file")) is not None:
        found.append(StyleChoice(file=file.get_path() or file.get_uri(), scale=scale))
    if (layer := config.get_property("style-layer")) is not None:
        found.append(StyleChoice(layer=LayerReference(layer.get_id(), name=layer.get_name()), scale=scale))
    return tuple(found)


def _text(config: Any, name: str) -> str:
    """A string argument; GIMP gives None for an empty one that it remembered."""
    return (config.get_property(name) or "").strip()
