"""Owns what the plug-in remembers between sessions: the last recipe, in the user's data folder."""

from __future__ import annotations

from ..host.recipe import Recipe, RecipeError, plain, recipe_from
from ..packages import kept, log


def load_recipe() -> Recipe:
    """The last one; the default when there is none, or one that can't be read."""
    try:
        return recipe_from(kept.load(log.folder() / "settings.json").get("recipe", {}))
    except (RecipeError, TypeError, AttributeError):
        return Recipe()


def save_recipe(recipe: Recipe) -> None:
    kept.save(log.folder() / "settings.json", {"recipe": plain(recipe)})
