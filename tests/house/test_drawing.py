"""The drawing of the house is the house."""

from __future__ import annotations

from house import drawing


def test_the_drawing_is_of_these_imports() -> None:
    assert drawing.PAGE.read_text("utf-8") == drawing.drawn(), "run `python tests/house/drawing.py --write`"


def test_an_arrow_that_others_imply_is_left_out() -> None:
    assert drawing.direct({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == {"a": {"b"}, "b": {"c"}, "c": set()}


def test_what_knows_more_lies_above() -> None:
    assert drawing.rows({"a": {"b", "c"}, "b": {"c"}, "c": set(), "d": {"c"}}) == [["a"], ["b", "d"], ["c"]]
