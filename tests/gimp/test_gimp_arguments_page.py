"""Owns the promise that docs/gimp-automation.md names every argument of the procedure, and no other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_names_every_argument() -> None:
    code = (ROOT / "plugin" / "gimp" / "restyle" / "restyle_gimp" / "host" / "arguments.py").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "gimp-automation.md").read_text(encoding="utf-8")
    declared = set(re.findall(r'add_\w+_argument\(\s*"([\w-]+)"', code)) | set(re.findall(r'^    "([\w-]+)": \(', code, re.MULTILINE))
    assert len(declared) > 10
    assert set(re.findall(r"^\| `([\w-]+)`", page, re.MULTILINE)) == declared
