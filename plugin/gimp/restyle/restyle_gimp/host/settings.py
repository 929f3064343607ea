"""Owns the settings that the next dialog opens with. GIMP itself remembers arguments only of runs that succeed, and whoever cancels has chosen, too."""

from __future__ import annotations

from pathlib import Path

from gi.repository import Gimp
from restyle_editor import memory
from restyle_editor.recipes import Recipe, RecipeError, plain

from .recipe import recipe_from

FILE = "restyle-settings.json"  # in GIMP's profile, which is writable in a sandbox too


def load() -> Recipe | None:
    """None when there are none, or another version wrote them."""
    content = memory.load(_path())
    try:
        return recipe_from(content) if content else None
    except (ValueError, TypeError, AttributeError, RecipeError):
        return None


def save(recipe: Recipe) -> None:
    """Whole or not at all; settings that can't be written must not stop a painting."""
    memory.save(_path(), plain(recipe))


def _path() -> Path:
    return Path(Gimp.directory()) / FILE
