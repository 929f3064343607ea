"""Owns the size of the work: what was asked for, within what the preset paints and what the device does in two minutes. Imports no torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from ..optim.plan import work
from ..parameters import DEFAULT_SIZE, Parameters, Preset, Resolved, resolve, work_size

Throughput = Callable[[Resolved], float | None]
"""Seconds that a device takes to paint; None: it has not been seen painting."""

PATIENCE = 120.0  # s: how long "native" may take before it means a smaller size; a size in px is taken at its word
# per pixel and evaluation of all layers. CPU: measured with bf16 on one core of AVX-512; others: 1.5 MFLOP at a tenth of what such devices name, not measured
SECONDS: Mapping[str, float] = MappingProxyType({"cpu": 1e-5, "mps": 1e-6, "xpu": 1e-6, "cuda": 1e-7})


def unknown(_: Resolved) -> None:
    """The throughput of a device that has not painted yet."""


def seconds(resolved: Resolved, kind: str) -> float:
    """About how long a device of a kind paints, in seconds."""
    return work(resolved.width, resolved.height, resolved.preset, resolved.evaluations) * SECONDS[kind]


def resolved(asked: Parameters, width: int, height: int, kind: str, bf16: bool, throughput: Throughput = unknown) -> Resolved:
    """The parameters, all choices made, for a content of width × height px. The native size is halved until it is done in two minutes, though never below the
    device's default size. throughput: what is known of the device; its kind's usual seconds where that is nothing."""
    found = resolve(asked, width, height, kind, bf16)
    while asked.native_size and _takes(found, kind, throughput) > PATIENCE and found.size > DEFAULT_SIZE[kind]:
        size = max(DEFAULT_SIZE[kind], -(-found.size // 2))
        found = resolve(replace(asked, native_size=False, size=size), width, height, kind, bf16)
    return found


def _takes(found: Resolved, kind: str, throughput: Throughput) -> float:
    learned = throughput(found)
    return seconds(found, kind) if learned is None else learned


def said(asked: Parameters, found: Resolved, width: int, height: int) -> tuple[str, ...]:
    """Sentences about a size that is not the one that was asked for."""
    native = max(width, height)
    wanted = native if asked.native_size else min(asked.size or 0, native)
    wanted = max(work_size(width, height, wanted, asked.seamless)) if wanted else 0
    if found.size >= wanted:
        return ()
    if found.size == found.preset.largest:
        better = "standard or fine" if found.preset is Preset.DRAFT else "fine"
        return (f"Painted at {found.size} px, not {wanted}: the preset {found.preset} goes no further; choose {better} for more.",)
    return (f"Painted at {found.size} px, not {wanted}: more would take this device longer than two minutes; give the size in pixels to have it all the same.",)
