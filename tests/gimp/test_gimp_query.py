"""Owns the promise that GIMP is not kept waiting: it starts every plug-in once only to ask what it offers, so that the client is loaded when it is used."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PLUGIN = Path(__file__).resolve().parents[2] / "plugin" / "gimp" / "restyle"


def imported_at_once(path: Path) -> set[str]:
    """Modules that a file imports when it is loaded itself: not inside functions, not for type checkers alone."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{'.' * node.level}{node.module or ''}"} | {
                f"{'.' * node.level}{name.name}" for name in node.names if not node.module or node.level == 0
            }
    return found


@pytest.mark.parametrize("name", ["restyle.py", "restyle_gimp/__init__.py", "restyle_gimp/arguments.py", "restyle_gimp/recipe.py", "restyle_gimp/strings.py"])
def test_what_gimp_asks_needs_no_client(name: str) -> None:
    heavy = {module for module in imported_at_once(PLUGIN / name) if module.split(".")[0] in ("restyle_client", "asyncio", "json.decoder")}
    assert heavy == set()


def test_the_first_modules_import_only_each_other() -> None:
    allowed = {".", ".recipe", ".strings", "recipe", "strings"}
    own = {
        module for name in ("arguments", "recipe", "strings") for module in imported_at_once(PLUGIN / "restyle_gimp" / f"{name}.py") if module.startswith(".")
    }
    assert own <= allowed
