"""Owns the promises about the words on the screen."""

from __future__ import annotations

import re
from pathlib import Path

from restyle_editor import sentences
from restyle_gimp import strings

PLUGIN = Path(strings.__file__).parent


def test_every_word_that_is_used_exists_and_every_word_is_used() -> None:
    used = {name for path in PLUGIN.rglob("*.py") for name in re.findall(r"strings\.([A-Za-z_]+)", path.read_text(encoding="utf-8"))}
    used |= set(re.findall(r"strings\.([A-Za-z_]+)", (PLUGIN.parent / "restyle.py").read_text(encoding="utf-8")))
    own = Path(strings.__file__).read_text(encoding="utf-8")
    inside = {name for name in re.findall(r"\b([A-Z][A-Z_]+)\b", own) if own.count(name) > 1}
    known = {name for name in vars(strings) if re.fullmatch(r"[A-Z][A-Z_]+", name) and name != "TYPE_CHECKING"}
    assert {name for name in used if name.isupper()} <= known
    assert known - set(vars(sentences)) - used - inside == set()
