"""Sizes and amounts of memory are read as people write them."""

from __future__ import annotations

import pytest
import typer
from restyle_cli.runs.paint_options import PaintOptions
from restyle_cli.terminal import amounts
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
