"""Owns the promises about where a painting goes among a layer's earlier ones, and which of those it hides: the plug-in's own modules, made-up layers."""

from __future__ import annotations

import importlib
import itertools
import json
import sys
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest
from restyle_editor.recipes import Recipe, StyleChoice, plain

RECIPE = Recipe(styles=(StyleChoice(library="woodcut", title="Woodcut"),))
NUMBERS = itertools.count(1)


@dataclass(eq=False)
class Layer:
    """source: the layer that it was painted from."""

    name: str
    source: Layer | None = None
    box: tuple[int, int, int, int] = (0, 0, 100, 80)
    children: list[Layer] | None = None
    parent: Layer | None = None
    visible: bool = True
    locked: bool = False
    id: int = field(default_factory=lambda: next(NUMBERS))

    def __post_init__(self) -> None:
        for child in self.children or []:
            child.parent = self

    get_id = get_tattoo = property(lambda self: lambda: self.id)
    get_name = property(lambda self: lambda: self.name)
    get_parent = property(lambda self: lambda: self.parent)
    get_children = property(lambda self: lambda: list(self.children or []))
    get_visible = property(lambda self: lambda: self.visible)
    get_lock_visibility = property(lambda self: lambda: self.locked)
    get_offsets = property(lambda self: lambda: (True, *self.box[:2]))
    get_width, get_height = property(lambda self: lambda: self.box[2]), property(lambda self: lambda: self.box[3])

    def is_group(self) -> bool:
        return self.children is not None

    def is_valid(self) -> bool:
        return True

    def set_visible(self, visible: bool) -> bool:
        self.visible = visible
        return True

    def get_parasite(self, _name: str) -> Any:
        content = json.dumps({"recipe": plain(RECIPE), "source": self.source.id}) if self.source is not None else None
        return SimpleNamespace(get_data=lambda: content.encode()) if content is not None else None


@dataclass
class Image:
    """layers: the topmost first."""

    layers: list[Layer]

    def get_layers(self) -> list[Layer]:
        return self.layers

    def get_item_position(self, layer: Layer) -> int:
        return (layer.parent.children or [] if layer.parent else self.layers).index(layer)

    def get_layer_by_tattoo(self, tattoo: int) -> Layer | None:
        return next((each for each in self.layers if each.id == tattoo), None)


@pytest.fixture
def placing(gi: MagicMock) -> Any:
    """The module, with nothing of GIMP behind it."""
    return importlib.import_module("restyle_gimp.host.placing")


def place(placing: Any, image: Image, layer: Layer, *, translucent: bool = False, part: tuple[int, int, int, int] | None = None) -> tuple[Any, list[str]]:
    """(group, place in it) of a new painting, and what is said of what it hides."""
    source = SimpleNamespace(image=image, layer=layer, selected=part is not None)
    earlier = placing.paintings_of(image, layer)
    return placing._position(source, earlier), placing._hide(source, translucent, Layer("new", layer, part or layer.box), earlier)


def test_the_first_painting_lies_just_above_its_source(placing: Any) -> None:
    photo = Layer("photo")
    image = Image([Layer("text"), photo, Layer("paper")])
    assert place(placing, image, photo) == ((None, 1), [])


@pytest.mark.parametrize("translucent", [False, True])
def test_the_next_one_lies_on_the_earlier_ones_and_hides_them(placing: Any, translucent: bool) -> None:
    photo = Layer("photo")
    first, second = Layer("Woodcut · photo", photo), Layer("Woodcut · photo #1", photo, visible=False)
    image = Image([Layer("text"), second, Layer("between"), first, photo])
    where, said = place(placing, image, photo, translucent=translucent)
    assert where == (None, 1)
    assert (first.visible, second.visible, photo.visible) == (False, False, not translucent)
    assert [each.partition("“photo”")[2] for each in said if each.startswith("Earlier")] == [" are hidden."]


def test_paintings_of_paintings_and_those_in_groups_count(placing: Any) -> None:
    photo = Layer("photo")
    first = Layer("first", photo)
    again = Layer("again", first)
    image = Image([Layer("tries", children=[again]), first, photo])
    where, _ = place(placing, image, photo)
    assert where == (None, 0)
    assert (first.visible, again.visible) == (False, False)
    assert place(placing, image, first)[0] == (None, 0)


def test_in_a_group_the_place_is_counted_in_the_group(placing: Any) -> None:
    photo = Layer("photo")
    first = Layer("first", photo)
    group = Layer("group", children=[Layer("frame"), first, photo])
    assert place(placing, Image([Layer("text"), group]), photo)[0] == (group, 1)


def test_another_part_stays_and_a_locked_one_too(placing: Any) -> None:
    photo = Layer("photo")
    left, right = Layer("left", photo, (0, 0, 20, 20)), Layer("right", photo, (60, 0, 20, 20))
    locked = Layer("locked", photo, (2, 2, 4, 4), locked=True)
    image = Image([locked, right, left, photo])
    place(placing, image, photo, part=(0, 0, 30, 30))
    assert (left.visible, right.visible, locked.visible) == (False, True, True)
    place(placing, image, photo)
    assert (right.visible, locked.visible) == (False, True)


def test_names_come_from_the_layer_that_all_began_with(placing: Any) -> None:
    memory = sys.modules["restyle_gimp.host.memory"]
    photo = Layer("photo")
    first = Layer("Woodcut · photo", photo)
    again = Layer("Woodcut · photo #1", first)
    image = Image([again, first, photo])
    assert memory.name_of_origin(image, again) == "photo"
    assert memory.name_of_origin(Image([again]), again) == "photo"
    assert memory.name_of_origin(Image([photo]), photo) == "photo"
    again.source = again  # a damaged file
    assert memory.name_of_origin(image, again) == "photo"
