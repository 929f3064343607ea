"""Owns the presets that a person saves: one flat TOML file each, in the user's data folder, where every client of Restyle can find them.

Python 3.10, which some Kritas bring, has no tomllib; these files hold one `name = value` a line: strings, numbers and booleans.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from .client import discovery
from .recipe import Recipe, RecipeError, recipe_from

_LINE = re.compile(r"([A-Za-z0-9_-]+)\s*=\s*(.+?)\s*\Z")
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')  # characters that a file's name can't have somewhere


def folder() -> Path:
    return discovery.data_dir() / "presets"


def names() -> list[str]:
    """Sorted; empty when there is no such folder."""
    return sorted(path.stem for path in folder().glob("*.toml")) if folder().is_dir() else []


def save(name: str, recipe: Recipe) -> str:
    """Writes the settings, without the styles; returns the name it got. OSError; RecipeError for a name without letters."""
    safe = _UNSAFE.sub(" ", name).strip(" .")[:64]
    if not safe:
        raise RecipeError("a preset needs a name")
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in recipe.settings().items()]
    partial = folder() / f"{safe}.toml.partial"
    partial.write_text("\n".join(["# A preset of Restyle; what is not named has its default.", *lines, ""]), encoding="utf-8")
    partial.replace(folder() / f"{safe}.toml")
    return safe


def load(name: str, over: Recipe) -> Recipe:
    """The preset's settings with the styles of `over`. RecipeError, OSError."""
    content = parse((folder() / f"{name}.toml").read_text(encoding="utf-8"))
    return recipe_from({key: value for key, value in content.items() if key != "styles"}, Recipe(styles=over.styles))


def delete(name: str) -> None:
    (folder() / f"{name}.toml").unlink(missing_ok=True)


def parse(text: str) -> dict[str, Any]:
    """The values of flat TOML. RecipeError names the line that makes no sense."""
    content: dict[str, Any] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.strip().startswith("#"):
            continue
        found = _LINE.match(line.strip())
        try:
            content[found.group(1)] = _value(found.group(2))  # type: ignore[union-attr]
        except (AttributeError, ValueError) as error:
            raise RecipeError(f"line {number} of the preset makes no sense: {line.strip()}") from error
    return content


def _value(text: str) -> Any:
    if text.startswith("'") and text.endswith("'") and len(text) > 1:
        return text[1:-1]
    text = text if text.startswith('"') else text.split("#")[0].strip()
    return json.loads(text)
