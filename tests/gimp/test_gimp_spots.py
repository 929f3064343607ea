"""Owns the promises about where GIMP's history puts a painting once more: by what the image and the layer are, whatever they are called."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest
from restyle_client import Channels, Depth, Job, JobState, PixelFormat, Plane, Result
from restyle_editor.boxes import Box
from restyle_editor.history import History, Recent
from restyle_editor.recipes import Recipe, StyleChoice, recipe_from

RECIPE = Recipe(styles=(StyleChoice(library="woodcut", title="Woodcut"),))
GRAY, RGB = PixelFormat(Channels.GRAY, Depth.U8), PixelFormat(Channels.RGB, Depth.U8)


class Layer:
    def __init__(self, tattoo: int, width: int, height: int, offsets: tuple[int, int]) -> None:
        self.tattoo, self.width, self.height, self.offsets = tattoo, width, height, offsets

    def get_tattoo(self) -> int:
        return self.tattoo

    def get_width(self) -> int:
        return self.width

    def get_height(self) -> int:
        return self.height

    def get_offsets(self) -> tuple[bool, int, int]:
        return True, *self.offsets

    def is_valid(self) -> bool:
        return True


class Image:
    """Keeps parasites, as a file does."""

    def __init__(self, *layers: Layer) -> None:
        self.layers = layers
        self.parasites: dict[str, Any] = {}

    def attach_parasite(self, parasite: Any) -> None:
        self.parasites[parasite.name] = parasite

    def get_parasite(self, name: str) -> Any:
        return self.parasites.get(name)

    def get_layer_by_tattoo(self, tattoo: int) -> Layer | None:
        return next((layer for layer in self.layers if layer.get_tattoo() == tattoo), None)


@pytest.fixture
def spots(gi: MagicMock, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module, with nothing of GIMP behind it. placed: what was asked of those that place."""
    gi.repository.Gimp.Parasite.new = lambda name, _flags, data: SimpleNamespace(name=name, get_data=lambda: data)
    module = importlib.import_module("restyle_gimp.host.spots")
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(module, "place", lambda *words: asked.append(("place", *words)))
    monkeypatch.setattr(module, "place_alone", lambda *words: asked.append(("place_alone", *words)))
    return SimpleNamespace(module=module, asked=asked)


@pytest.fixture
def kept(tmp_path: Path) -> History:
    return History(lambda: tmp_path, recipe_from)


def painted(spots: Any, kept: History, image: Image, layer: Layer, *, selected: bool = False, translucent: bool = False) -> Recent:
    box, sent = (Box(10, 4, 8, 6), Box(2, 0, 24, 20)) if selected else (Box(0, 0, 40, 30), Box(0, 0, 40, 30))
    source = spots.module.Source(image, layer, box, sent, selected)
    mask = Plane(GRAY, box.width, box.height, bytes(range(box.width * box.height))) if selected and not translucent else None
    spot = spots.module.written(kept, source, SimpleNamespace(translucent=translucent, mask=mask), "job-1")
    kept.add(Recent("job-1", "Woodcut · photo", RECIPE, 1.0, spot=spot))
    return History(lambda: kept.new_file("x", "").parent, recipe_from).recents[0]  # as the next GIMP reads it


def result(width: int = 40, height: int = 30) -> Result:
    return Result(Plane(RGB, width, height, bytes(3 * width * height)), Job("job-1", JobState.SUCCEEDED))


def test_it_goes_above_the_layer_that_it_was_painted_from(spots: Any, kept: History) -> None:
    layer = Layer(7, 40, 30, (5, 6))
    image = Image(layer)
    recent = painted(spots, kept, image, layer)
    spots.module.place_again(kept, image, recent, result())
    [(how, source, _plane, translucent, recipe, _job, mask)] = spots.asked
    assert (how, source.layer, source.box, translucent, recipe, mask) == ("place", layer, Box(0, 0, 40, 30), False, RECIPE, None)


def test_what_was_selected_then_is_what_shows_now(spots: Any, kept: History) -> None:
    layer = Layer(7, 40, 30, (5, 6))
    image = Image(layer)
    recent = painted(spots, kept, image, layer, selected=True)
    spots.module.place_again(kept, image, recent, result(24, 20))
    [(how, source, *_, mask)] = spots.asked
    assert (how, source.selected, source.box) == ("place", True, Box(10, 4, 8, 6))
    assert bytes(mask.data) == bytes(range(48))


@pytest.mark.parametrize("changed", ["another image", "layer deleted", "layer cropped"])
def test_without_its_layer_it_goes_on_top_where_it_was(spots: Any, kept: History, changed: str) -> None:
    layer = Layer(7, 40, 30, (5, 6))
    image = Image(layer)
    recent = painted(spots, kept, image, layer, selected=True)
    if changed == "another image":
        image = Image(layer)  # with a layer of the same number
    elif changed == "layer deleted":
        image.layers = ()
    else:
        layer.width = 12
    spots.module.place_again(kept, image, recent, result(24, 20))
    [(how, where, plane, _recipe, _job, name, offsets)] = spots.asked
    assert (how, where, plane.width, name, offsets) == ("place_alone", image, 24, "Woodcut · photo", (7, 6))


def test_an_image_keeps_its_own_name_however_often_it_is_painted(spots: Any, kept: History) -> None:
    layer = Layer(7, 40, 30, (0, 0))
    image = Image(layer)
    first = painted(spots, kept, image, layer)
    second = painted(spots, kept, image, layer)
    assert first.spot is not None
    assert second.spot is not None
    assert first.spot["image"] == second.spot["image"] != ""


@pytest.mark.parametrize("spot", [None, {}, {"image": "x", "layer": "y", "box": 3}])
def test_a_place_that_makes_no_sense_is_the_top(spots: Any, kept: History, spot: Any) -> None:
    spots.module.place_again(kept, Image(), Recent("job-1", "Woodcut · photo", RECIPE, 1.0, spot=spot), result())
    assert [(words[0], words[-1]) for words in spots.asked] == [("place_alone", (0, 0))]
