"""Owns the promise that docs/krita-automation.md names every setting of `paint`, and no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_names_every_setting() -> None:
    code = ast.parse((ROOT / "plugin" / "krita" / "restyle" / "automation.py").read_text(encoding="utf-8"))
    (settings,) = (ast.literal_eval(node.value) for node in code.body if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "SETTINGS")
    page = (ROOT / "docs" / "krita-automation.md").read_text(encoding="utf-8")
    named = {name for line in page.splitlines() if line.startswith("| `") for name in re.findall(r"`(\w+)`", line.split("|")[1])}
    assert named == {"node", "document", "style", "styles", *settings}
