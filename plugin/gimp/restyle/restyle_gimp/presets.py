"""Owns a person's own presets: settings with a name, as TOML files that every client of Restyle can read.

A file's keys are the names of restyle_client.Parameters; what a preset leaves out has its default, and what this plug-in does not know stays in the file.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

try:
    import tomllib
except ImportError:  # Python 3.10
    tomllib = None  # type: ignore[assignment]

from . import recipe as recipes
from .recipe import AUTOMATIC_SIZE, FULL_SIZE, Recipe, RecipeError

FOLDER = "presets"
LONGEST_NAME = 60  # characters: it is a file's name
_FIELDS = ("strength", "preset", "color", "color_mix", "seed", "objective", "tv", "weights")
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]|^\.|[. ]$')


def names(folder: Path) -> list[str]:
    """The presets that are there, by name."""
    if tomllib is None:
        return []
    try:
        return sorted((path.stem for path in folder.glob("*.toml")), key=str.casefold)
    except OSError:
        return []


def load(folder: Path, name: str, styles: tuple[recipes.StyleChoice, ...] = ()) -> Recipe:
    """The settings of a preset, with these styles. RecipeError."""
    try:
        content = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RecipeError(f'the preset "{name}" can\'t be read: {error}') from error
    values: dict[str, Any] = {field: content[field] for field in _FIELDS if field in content}
    values["size"] = FULL_SIZE if content.get("native_size") else content.get("size", AUTOMATIC_SIZE)
    return replace(recipes.recipe_from(values), styles=styles)


def save(folder: Path, name: str, recipe: Recipe) -> None:
    """Writes a preset, in place of an earlier one of that name, whole or not at all. RecipeError when the name can't be a file's; OSError."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or _NOT_IN_NAMES.search(name):
        raise RecipeError(f"\"{name}\" can't be a preset's name; use up to {LONGEST_NAME} letters, digits, spaces and dashes")
    values: dict[str, Any] = {field: getattr(recipe, field) for field in _FIELDS}
    if recipe.objective == "auto":
        del values["objective"]
    if recipe.size == FULL_SIZE:
        values["native_size"] = True
    elif recipe.size != AUTOMATIC_SIZE:
        values["size"] = recipe.size
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = folder / f".{name}.partial"
    partial.write_text("".join(f"{field} = {_toml(value)}\n" for field, value in values.items()), encoding="utf-8")
    partial.replace(folder / f"{name}.toml")


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else repr(value)
