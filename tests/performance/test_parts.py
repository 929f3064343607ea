"""What the parts of an evaluation promise: whatever the engine does most of is found, and the page has a place for the table."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

from performance.parts import BACK, BEGIN, BORDER, COSINES, END, FORWARD, GRAMS, INKS, OPTIMISER, PAGE, POOLING, SEARCH, Case, measured, plot, table, written


@pytest.mark.slow
@pytest.mark.parametrize(
    ("finishing", "wanted", "missing"),
    [
        (False, {FORWARD, BACK, BORDER, POOLING, GRAMS, OPTIMISER}, {SEARCH, COSINES}),
        (True, {FORWARD, BACK, BORDER, POOLING, SEARCH, COSINES, OPTIMISER}, {GRAMS}),
    ],
)
def test_every_part_that_is_there_is_seen(finishing: bool, wanted: set[str], missing: set[str]) -> None:
    found = measured(Case(32, "fp32", finishing), rounds=1)

    assert {part for part, value in found.items() if value > 0} >= wanted
    assert not any(found[part] for part in missing)
    assert found[FORWARD] + found[BACK] > found[OPTIMISER]


def test_the_table_and_the_plot_show_each_case() -> None:
    cases = {Case(256, "fp32", finishing): dict.fromkeys(INKS, 2.0) for finishing in (False, True)}

    assert f"| **all** | **{2 * len(INKS)}** | **{2 * len(INKS)}** |" in table(cases)
    assert plot(cases).count("256 px, fp32") == 2


def test_the_table_has_its_place_on_the_page() -> None:
    page = written(PAGE.read_text(encoding="utf-8"), "the rows\n")

    assert f"{BEGIN}the rows\n{END}" in page
