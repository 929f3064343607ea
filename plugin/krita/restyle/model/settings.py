"""Owns what the plug-in remembers between sessions: the last recipe and the recent paintings with their thumbnails, in the user's data folder."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..host.recipe import Recipe, RecipeError, plain, recipe_from
from ..packages import kept, log

MOST_RECENT = 24  # paintings in the list: three screens of the docker


@dataclass(frozen=True)
class Recent:
    """A painting that was finished. id: the server's job. thumbnail: name of a PNG beside the list, may be empty. ended: Unix time in seconds.

    spot: where it belongs, in plain values; None: nobody knows.
    """

    id: str
    title: str
    recipe: Recipe
    ended: float
    thumbnail: str = ""
    spot: dict[str, Any] | None = None

    @property
    def picture(self) -> Path | None:
        return log.folder() / self.thumbnail if self.thumbnail else None


def load_recipe() -> Recipe:
    """The last one; the default when there is none, or one that can't be read."""
    try:
        return recipe_from(kept.load(log.folder() / "settings.json").get("recipe", {}))
    except (RecipeError, TypeError, AttributeError):
        return Recipe()


def save_recipe(recipe: Recipe) -> None:
    kept.save(log.folder() / "settings.json", {"recipe": plain(recipe)})


def load_recent() -> list[Recent]:
    """Newest first; entries that can't be read are left out."""
    found = (_recent(item) for item in kept.load(log.folder() / "recent.json").get("paintings", []))
    return [each for each in found if each is not None]


def save_recent(recents: list[Recent]) -> list[Recent]:
    """Keeps the newest ones; the pictures of the others go. Returns what is kept."""
    newest = recents[:MOST_RECENT]
    items = [
        {"id": each.id, "title": each.title, "recipe": plain(each.recipe), "ended": each.ended, "thumbnail": each.thumbnail, "spot": each.spot}
        for each in newest
    ]
    kept.save(log.folder() / "recent.json", {"paintings": items})
    wanted = {each.thumbnail for each in newest} | {each.spot.get("mask") for each in newest if each.spot}
    for picture in log.folder().glob("painting-*"):
        if picture.name not in wanted:
            with contextlib.suppress(OSError):
                picture.unlink()
    return newest


def _recent(item: Any) -> Recent | None:
    try:
        spot = item.get("spot")
        thumbnail = Path(item.get("thumbnail", "")).name
        recipe = recipe_from(item["recipe"])
        return Recent(str(item["id"]), str(item["title"]), recipe, float(item["ended"]), thumbnail, spot if isinstance(spot, dict) else None)
    except (RecipeError, KeyError, TypeError, ValueError, AttributeError):
        return None
