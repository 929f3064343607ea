"""Which precision a processor is given: the one that it is faster in."""

from __future__ import annotations

import pytest
from restyle_engine.device import quick_in_bf16


def cpuinfo(vendor: str, flags: str) -> list[str]:
    """Two cores of a processor, as Linux tells of them."""
    return ["processor\t: 0", f"vendor_id\t: {vendor}", f"flags\t\t: fpu {flags} avx2", ""] * 2


@pytest.mark.parametrize(
    ("vendor", "flags", "quick"),
    [
        ("AuthenticAMD", "avx512f avx512_bf16", True),
        ("GenuineIntel", "avx512_bf16 amx_bf16 amx_tile", True),
        ("GenuineIntel", "avx512f avx512_bf16", False),  # measured: 86 against 164 GFLOP/s on a core
        ("AuthenticAMD", "avx512f", False),
        ("GenuineIntel", "", False),
    ],
)
def test_bf16_is_taken_where_it_is_the_faster_one(vendor: str, flags: str, quick: bool) -> None:
    assert quick_in_bf16(cpuinfo(vendor, flags)) is quick


def test_a_machine_that_tells_nothing_gets_fp32() -> None:
    assert not quick_in_bf16([])
