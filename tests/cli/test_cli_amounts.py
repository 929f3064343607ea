"""Sizes, amounts of memory, moments and rates are read as people write them."""

from __future__ import annotations

from fractions import Fraction

import pytest
import typer
from restyle_cli.runs.paint_options import PaintOptions
from restyle_cli.terminal import amounts
from restyle_cli.terminal.amounts import Moment
from restyle_contract.parameters import FULL_SIZE


@pytest.mark.parametrize(("text", "expected"), [("1024", 1024), ("16", 16), ("native", FULL_SIZE), ("NATIVE", FULL_SIZE)])
def test_sizes_are_pixels_or_native(text: str, expected: int) -> None:
    assert amounts.size(text) == expected


@pytest.mark.parametrize("text", ["8", "70000", "-1", "large", "", "3.5"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        amounts.size(text)


@pytest.mark.parametrize(("text", "expected"), [("4G", 2**32), ("4 GiB", 2**32), ("800m", 800 * 2**20), ("1.5GB", 3 * 2**29), ("123456", 123456)])
def test_memory_has_units(text: str, expected: int) -> None:
    assert amounts.memory(text) == expected


@pytest.mark.parametrize("text", ["0", "-4G", "much", "4X", "", "nan", "9999999T"])
def test_what_is_no_amount_of_memory_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        amounts.memory(text)


def test_native_and_memory_reach_the_job_s_parameters() -> None:
    found = PaintOptions((), size=amounts.size("native"), memory_limit=amounts.memory("4G")).parameters()
    assert (found.native_size, found.size, found.memory_limit) == (True, None, 2**32)
    assert "memory_limit" not in PaintOptions((), memory_limit=1).choices()  # paints the same picture


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12.5", Moment(Fraction(25, 2), None)),
        ("1:02.5", Moment(Fraction(125, 2), None)),
        ("1:00:03", Moment(Fraction(3603), None)),
        ("120f", Moment(None, 120)),
    ],
)
def test_moments_are_seconds_a_clocks_time_or_a_frame(text: str, expected: object) -> None:
    assert amounts.moment(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "f", "-3", "1:2:3:4", "1e3"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        amounts.moment(text)


@pytest.mark.parametrize(("text", "expected"), [("25", Fraction(25)), ("30000/1001", Fraction(30000, 1001)), ("23.976", Fraction(2997, 125))])
def test_rates_are_exact(text: str, expected: object) -> None:
    assert amounts.rate(text) == expected


@pytest.mark.parametrize("text", ["", "0", "fast", "1/0", "2000", "-25"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        amounts.rate(text)
