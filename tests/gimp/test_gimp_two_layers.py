"""Owns the promises about an image that goes away, and a person who gives up, while a painting is parted in two layers."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest
from restyle_editor.recipes import Recipe


def parted(gi: MagicMock, monkeypatch: pytest.MonkeyPatch, *, image: bool, layer: bool) -> Any:
    """What becomes of a painting whose image and layer are there no more when it is parted, as said."""
    placing, there = importlib.import_module("restyle_gimp.host.placing"), {"image": True, "layer": True}
    source = SimpleNamespace(alive=lambda: there["image"], layer=SimpleNamespace(is_valid=lambda: there["layer"], get_tattoo=lambda: 7), image=MagicMock())
    source.box = source.sent = source.selected = None

    def separated(*_: Any) -> None:
        there.update(image=image, layer=layer)

    monkeypatch.setattr(placing, "_painted_layer", lambda *_: MagicMock(name="painted"))
    monkeypatch.setattr(placing, "separated", separated)
    monkeypatch.setattr(placing, "remember", lambda *_: None)
    monkeypatch.setattr(placing, "_add_mask", lambda *_: None)
    return placing.place(source, MagicMock(), False, Recipe(layers="two"), MagicMock(warnings=()))


def test_a_closed_image_is_told(gi: MagicMock, monkeypatch: pytest.MonkeyPatch) -> None:
    failures = importlib.import_module("restyle_editor.failures")
    with pytest.raises(failures.Failure, match="has no place to go"):
        parted(gi, monkeypatch, image=False, layer=False)


def test_without_its_layer_the_painting_is_placed_as_one(gi: MagicMock, monkeypatch: pytest.MonkeyPatch) -> None:
    placed = parted(gi, monkeypatch, image=True, layer=False)
    assert placed.notes == (importlib.import_module("restyle_gimp.strings").SOURCE_GONE,)


def test_who_gives_up_the_parting_leaves_no_layer_behind(gi: MagicMock, monkeypatch: pytest.MonkeyPatch) -> None:
    placing, cancelled = importlib.import_module("restyle_gimp.host.placing"), importlib.import_module("restyle_gimp.host.failures").Cancelled
    painted, source = MagicMock(), MagicMock(selected=False)
    monkeypatch.setattr(placing, "_painted_layer", lambda *_: painted)
    monkeypatch.setattr(placing, "separated", MagicMock(side_effect=cancelled))
    with pytest.raises(cancelled):
        placing.place(source, MagicMock(), False, Recipe(layers="two"), MagicMock(warnings=()))
    painted.delete.assert_called_once_with()
    source.image.insert_layer.assert_not_called()
