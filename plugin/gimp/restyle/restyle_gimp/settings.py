"""Owns the settings that the next dialog opens with. GIMP itself remembers arguments only of runs that succeed, and whoever cancels has chosen, too."""

from __future__ import annotations

import contextlib
from pathlib import Path

from gi.repository import Gimp
from restyle_client import recipes
from restyle_client.recipes import Recipe
from restyle_contract.settings import RecipeError

from . import log
from .recipe import layer_from

FILE = "restyle-settings.json"  # in GIMP's profile, which is writable in a sandbox too


def load() -> Recipe | None:
    """None when there are none, or another version wrote them."""
    try:
        return recipes.from_json(_path().read_text(encoding="utf-8"), layer_from)
    except (OSError, ValueError, TypeError, AttributeError, RecipeError):
        return None


def save(recipe: Recipe) -> None:
    """Whole or not at all; settings that can't be written must not stop a painting."""
    partial = _path().with_name(f"{FILE}.partial")
    try:
        partial.write_text(recipes.to_json(recipe), encoding="utf-8")
        partial.replace(_path())
    except OSError as error:
        log.write(f"{FILE} can't be written: {error}")
        with contextlib.suppress(OSError):
            partial.unlink()


def _path() -> Path:
    return Path(Gimp.directory()) / FILE
