"""Owns the promises about the words on the screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from restyle_gimp import strings

PLUGIN = Path(strings.__file__).parent


@pytest.mark.parametrize(("amount", "text"), [(0.2, "1 s"), (12.4, "12 s"), (99, "99 s"), (130, "2 min"), (3599, "1 h 0 min"), (4800, "1 h 20 min")])
def test_spans_of_time_are_short(amount: float, text: str) -> None:
    assert strings.seconds(amount) == text


@pytest.mark.parametrize(("amount", "text"), [(10, "1 MiB"), (574_673_361, "548 MiB"), (1_610_612_736, "1.5 GiB")])
def test_memory_is_short(amount: int, text: str) -> None:
    assert strings.bytes_(amount) == text


def test_every_word_that_is_used_exists_and_every_word_is_used() -> None:
    used = {name for path in PLUGIN.glob("*.py") for name in re.findall(r"strings\.([A-Za-z_]+)", path.read_text(encoding="utf-8"))}
    used |= set(re.findall(r"strings\.([A-Za-z_]+)", (PLUGIN.parent / "restyle.py").read_text(encoding="utf-8")))
    own = Path(strings.__file__).read_text(encoding="utf-8")
    inside = {name for name in re.findall(r"\b([A-Z][A-Z_]+)\b", own) if own.count(name) > 1}
    known = {name for name in vars(strings) if re.fullmatch(r"[A-Z][A-Z_]+", name) and name != "TYPE_CHECKING"}
    assert {name for name in used if name.isupper()} <= known
    assert known - used - inside == set()
