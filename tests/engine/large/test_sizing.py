"""A size in pixels is taken at its word up to what the preset paints; the native size is what the device does in two minutes."""

from __future__ import annotations

from typing import Any

import pytest
from restyle_engine.large.memory import FINISH_STATE, QUICK, cut, estimate_bytes, largest_size
from restyle_engine.large.sizing import PATIENCE, resolved, said, seconds
from restyle_engine.optim.plan import LARGEST_WHOLE, Stage, plan, work
from restyle_engine.parameters import Parameters, Precision, Preset, Resolved

LAYER = (4000, 3000)


def on(kind: str, **asked: Any) -> Resolved:
    return resolved(Parameters(**asked), *LAYER, kind, bf16=True)


@pytest.mark.parametrize(("preset", "largest"), [(Preset.DRAFT, 1024), (Preset.STANDARD, 2048), (Preset.FINE, 4000)])
def test_a_preset_paints_up_to_its_own_size_and_says_so(preset: Preset, largest: int) -> None:
    asked = Parameters(preset=preset, size=4000)
    found = on("cpu", preset=preset, size=4000)
    assert found.size == largest
    sentences = said(asked, found, *LAYER)
    assert len(sentences) == (largest < 4000)
    assert all(f"Painted at {largest} px, not 4000" in one and "choose" in one for one in sentences)


def test_native_is_halved_until_it_takes_two_minutes_and_says_so() -> None:
    asked = Parameters(preset=Preset.FINE, native_size=True)
    found = resolved(asked, *LAYER, "cpu", bf16=True)
    assert found.size == 512  # the default, though it takes longer: it never gets smaller
    assert "two minutes" in said(asked, found, *LAYER)[0]
    quick = resolved(Parameters(preset=Preset.STANDARD, native_size=True, evaluations=14), *LAYER, "cpu", bf16=True)
    assert quick.size == 1024
    assert seconds(quick, "cpu") <= PATIENCE
    assert on("cuda", preset=Preset.FINE, native_size=True).size == 4000


@pytest.mark.parametrize(("each", "size"), [(1e-9, 2048), (5e-6, 1024), (1.0, 512)])
def test_a_device_that_has_painted_is_believed_about_its_own_throughput(each: float, size: int) -> None:
    def learned(one: Resolved) -> float:
        return each * work(one.width, one.height, one.preset, one.evaluations)

    asked = Parameters(preset=Preset.STANDARD, native_size=True, evaluations=30)
    found = resolved(asked, *LAYER, "cpu", True, learned)
    assert found.size == size
    assert len(said(asked, found, *LAYER)) == 1


def test_small_layers_are_painted_at_their_own_size_without_a_word() -> None:
    asked = Parameters(preset=Preset.DRAFT, native_size=True)
    assert said(asked, resolved(asked, 500, 400, "cpu", bf16=True), 500, 400) == ()
    assert said(Parameters(), on("cpu"), *LAYER) == ()
    assert said(Parameters(size=9000), resolved(Parameters(size=9000), 800, 600, "cpu", bf16=True), 800, 600) == ()


def test_large_plans_end_at_the_work_s_size_in_steps_of_two() -> None:
    scales = plan(4096, 3000, Preset.FINE, 200)
    details = [scale for scale in scales if scale.stage is Stage.DETAIL]
    assert [(scale.width, scale.height) for scale in details] == [(2048, 1500), (4096, 3000)]
    assert max(scale.width for scale in scales if scale not in details) <= LARGEST_WHOLE
    assert [scale.evaluations for scale in details] == [8, 8]
    assert work(4096, 3000, Preset.FINE, 200) < 200 * 4096 * 3000 / 8


def test_less_memory_means_smaller_tiles_and_memory_grows_by_what_is_counted_per_pixel() -> None:
    large = on("cpu", preset=Preset.FINE, size=4000)
    ways = [cut(large, *LAYER, available) for available in (64 * 2**30, 3 * 2**30, 2 * 2**30)]
    assert ways[0].whole is None
    assert ways[0].detail == 512
    memory = [way.memory for way in ways]
    assert memory == sorted(memory, reverse=True)
    vast = resolved(Parameters(preset=Preset.FINE, size=8000), 8000, 6000, "cpu", bf16=True)
    more = estimate_bytes(vast, 0, 0, 0) - estimate_bytes(large, 0, 0, 0)
    assert more <= FINISH_STATE * (8000 * 6000 - 4000 * 3000)


def test_quick_filters_are_counted_where_there_are_any() -> None:
    for precision, quick in ((Precision.FP32, QUICK), (Precision.BF16, 0)):
        asked = on("cpu", preset=Preset.FINE, size=512, precision=precision)
        assert estimate_bytes(asked, *LAYER, kind="cpu") - estimate_bytes(asked, *LAYER, kind="cuda") == pytest.approx(quick, abs=1)


@pytest.mark.parametrize("kind", ["cpu", "cuda"])
@pytest.mark.parametrize("available", [10**8, 3 * 10**8, 10**9, 2 * 10**9, 10**11])
def test_every_size_up_to_the_largest_fits(available: int, kind: str) -> None:
    fine = on("cpu", preset=Preset.FINE)
    largest = largest_size(fine, *LAYER, available, kind)
    for size in (64, 700, 1024, 1025, 1500, 2048, 2049, 4000):
        needed = estimate_bytes(on("cpu", preset=Preset.FINE, size=size), *LAYER, 0, kind)
        assert size > largest or needed <= available
    assert largest == 4000 or estimate_bytes(on("cpu", preset=Preset.FINE, size=largest + 2), *LAYER, 0, kind) > available
