"""Owns the promise that docs/krita-automation.md names every setting of `paint`, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from restyle_editor.recipes import SETTINGS

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_names_every_setting() -> None:
    page = (ROOT / "docs" / "krita-automation.md").read_text(encoding="utf-8")
    named = {name for line in page.splitlines() if line.startswith("| `") for name in re.findall(r"`(\w+)`", line.split("|")[1])}
    assert named == {"node", "document", "style", "styles", *SETTINGS}
