"""What the ratios of speed promise: a drop of more than a fifth is said, nothing less is, and the figures that are kept can be read."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

from performance.ratios import FIGURES, elsewhere, figures, processor, told


@pytest.mark.parametrize(
    ("now", "closing"), [(1.61, "no ratio has fallen by more than 20%"), (1.5, "speed has fallen: way by 25%"), (9.0, "no ratio has fallen by more than 20%")]
)
def test_a_drop_of_more_than_a_fifth_is_said(now: float, closing: str) -> None:
    assert told({"way": now}, {"way": 2.0})[-1] == closing


def test_a_ratio_without_a_figure_is_shown_alone() -> None:
    lines = told({"new": 1.5}, {"way": 2.0})
    assert lines[1].split() == ["new", "1.50", "–"]
    assert lines[-1].startswith("no ratio")


def test_on_another_processor_no_fall_is_said() -> None:
    assert "another processor (a slow one)" in told({"way": 1.0}, {"way": 2.0}, "a slow one")[-1]


def test_every_kept_figure_is_a_ratio() -> None:
    assert FIGURES.exists()
    assert {"evaluation in fp32", "way of a layer"} <= figures().keys()
    assert all(ratio > 0 for ratio in figures().values())
    assert elsewhere() != processor()
