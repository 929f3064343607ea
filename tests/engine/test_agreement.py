"""Owns the promises of the comparison with the processor: a sound device passes, and whatever of the network is wrong on one is found and named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from restyle_engine import agreement as room
from restyle_engine.agreement import Agreement, agreement, waves
from restyle_engine.network import calibration, convolutions
from restyle_engine.network.vgg import Filters, Vgg
from restyle_server.weights.catalogue import choose
from torch import Tensor

WEIGHTS = choose("vgg16", Path()).path


@pytest.fixture
def agreeing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paintings that agree, so that what a test is not about costs nothing."""
    monkeypatch.setattr(room, "Stylizer", lambda _: SimpleNamespace(paint=lambda *_: SimpleNamespace(rgb=waves(1))))


def test_a_sound_device_agrees() -> None:
    found = agreement("cpu", WEIGHTS)
    assert found.sound
    assert max(found.features, found.gradient, found.painting) < 0.15


@pytest.mark.usefixtures("agreeing")
@pytest.mark.parametrize("spoilt", ["3_1", "5_1"])
def test_a_layer_that_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch, spoilt: str) -> None:
    class Wrong(Vgg):
        def placed(self, device: torch.device, dtype: torch.dtype) -> Vgg:
            placed = super().placed(device, dtype)
            if next(turns):
                return placed
            f = placed.filters[spoilt]
            weight = f.weight.clone()
            weight[-8:] = 0
            return replace(placed, filters={**placed.filters, spoilt: Filters(weight, f.bias)})

    def network(*words: object) -> Vgg:
        vgg = calibration.network(*words)  # type: ignore[arg-type]
        return Wrong(vgg.filters, vgg.pooling, vgg.pool_gain)

    turns: Iterator[bool] = iter([True, False])  # the processor's is sound
    monkeypatch.setattr(room, "network", network)
    found = agreement("cpu", WEIGHTS)
    assert not found.sound
    assert found.features > room.FEATURES
    assert found.layer >= f"relu{spoilt}"


@pytest.mark.usefixtures("agreeing")
def test_a_gradient_that_is_wrong_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    passes: list[int] = []

    def spoil(name: str, filters: int) -> None:
        """From its second call on, the way back from the first convolution is wrong. filters: which argument those are."""
        sound = getattr(convolutions, name)

        def spoilt(*arguments: Any) -> Tensor:
            found: Tensor = sound(*arguments)
            passes.extend([1] * (arguments[filters].shape[1] == 3))
            return 1.2 * found if len(passes) > 1 and arguments[filters].shape[1] == 3 else found

        monkeypatch.setattr(convolutions, name, spoilt)

    spoil("_to_picture", 2)
    spoil("_direct", 1)  # in bf16
    found = agreement("cpu", WEIGHTS)
    assert found.features <= room.FEATURES
    assert found.gradient > room.GRADIENT
    assert not found.sound


@pytest.mark.parametrize(
    "found",
    [
        Agreement("relu1_1", float("inf"), 0, 0),
        Agreement("relu1_1", 0, float("nan"), 0),
        Agreement("relu1_1", 0, 0, 0.011),
        Agreement("relu1_1", 0.031, 0, 0),
    ],
)
def test_what_is_not_finite_or_too_far_apart_is_not_sound(found: Agreement) -> None:
    assert not found.sound
