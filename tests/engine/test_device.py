"""Which precision a processor is given: the one that it is faster in."""

from __future__ import annotations

import pytest
import torch
from restyle_engine.device import device_ids, device_kind, device_name, has_fp64, memory, prefers_bf16, quick_in_bf16
from restyle_engine.large.memory import DETAIL_SIDE
from restyle_engine.large.sizing import SECONDS
from restyle_engine.parameters import DEFAULT_SIZE


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


class Intel:
    """torch.xpu of a machine with two cards."""

    is_available = staticmethod(lambda: True)
    device_count = staticmethod(lambda: 2)
    get_device_name = staticmethod(lambda device: f"Arc {device.index}")
    mem_get_info = staticmethod(lambda device: (3 + device.index, 16))


def test_intels_cards_have_names_and_memory_and_are_chosen_before_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "xpu", Intel)
    assert device_ids()[-3:] == ("xpu:0", "xpu:1", "cpu")
    assert (device_kind("xpu:1"), device_name("xpu:1"), memory("xpu:1"), prefers_bf16("xpu:1")) == ("xpu", "Arc 1", (16, 4), False)


def test_every_kind_has_its_defaults() -> None:
    kinds = {"cpu", "cuda", "xpu", "mps"}
    assert set(DEFAULT_SIZE) == set(SECONDS) == set(DETAIL_SIDE) == kinds
    assert {kind for kind in kinds if has_fp64(kind)} == {"cpu", "cuda"}
