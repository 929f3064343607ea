"""Owns the promises about several paintings of one layer: which lies on top, which are hidden, what undo shows again, and what they are called."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import fake_krita
from painted import OPAQUE, SOFT, Until, paint
from restyle import strings
from restyle.host import hidden_sources, layers
from restyle.host.recipe import StyleChoice
from restyle.packages import Phase


def test_a_second_painting_lies_on_the_first_which_is_hidden_until_it_is_undone(shop: Any, image: Any, until: Until) -> None:
    document = image()
    below = document.layer("photo", OPAQUE)
    for _ in range(3):
        document.active = below
        painting = paint(shop, document, until)
    names = [node.name() for node in document.root.children]
    assert names == ["photo", *["Woodcut · photo"] * 3]
    first, second, third = document.root.children[1:]
    assert painting.result == layers.layer_id(third)
    assert [node.visible() for node in (below, first, second, third)] == [True, False, False, True]
    assert strings.EARLIER_HIDDEN.format(name="photo") in painting.notes
    third.remove()  # what undo does
    until(second.visible)
    assert not first.visible()
    second.remove()
    until(first.visible)
    document.root.addChildNode(second, first)  # what redo does
    until(lambda: not first.visible())


def test_soft_paintings_do_not_shine_through_each_other(shop: Any, image: Any, until: Until) -> None:
    document = image()
    below = document.layer("veil", SOFT)
    paint(shop, document, until)
    document.active = below
    paint(shop, document, until)
    first, second = document.root.children[1:]
    assert [node.visible() for node in (below, first, second)] == [False, False, True]
    first.remove()  # by hand: the second still stands for what lies below
    hidden_sources.follow()
    assert not below.visible()
    second.remove()
    until(below.visible)


def test_a_painting_goes_over_earlier_ones_wherever_they_were_put(shop: Any, image: Any, until: Until) -> None:
    document = image()
    below = document.layer("photo", OPAQUE)
    paint(shop, document, until)
    first = document.root.children[1]
    first.remove()
    text = document.layer("text", SOFT)
    group = document.layer("tries", kind="grouplayer")
    group.addChildNode(first, None)
    document.layer("frame", SOFT)
    document.active = below
    paint(shop, document, until)
    assert [node.name() for node in document.root.children] == ["photo", "text", "tries", "Woodcut · photo", "frame"]
    assert (first.visible(), text.visible(), group.visible()) == (False, True, True)


def test_what_a_person_hid_or_what_shows_another_part_is_left_alone(shop: Any, image: Any, until: Until) -> None:
    document = image(300, 20)
    below = document.layer("photo", OPAQUE)

    def part(*rect: int) -> Any:
        document.selected = fake_krita.Selection()
        document.selected.setPixelData(bytes([255]) * (rect[2] * rect[3]), *rect)
        document.active = below
        paint(shop, document, until)
        return document.root.children[-1]

    left, right = part(10, 2, 20, 10), part(200, 2, 20, 10)
    assert (left.visible(), right.visible()) == (True, True)
    over = part(5, 2, 40, 10)
    assert (left.visible(), right.visible(), over.visible()) == (False, True, True)
    over.setVisible(False)
    document.selected = None
    document.active = below
    painting = paint(shop, document, until)
    assert (right.visible(), document.root.children[-1].visible()) == (False, True)
    painted = document.root.children[-1]
    painted.remove()
    until(right.visible)
    assert not over.visible()  # it was not the painting that hid it
    assert painting.phase is Phase.DONE


def test_a_painting_of_a_painting_is_called_after_the_layer_that_all_began_with(shop: Any, image: Any, until: Until) -> None:
    document = image()
    below = document.layer("Background", OPAQUE)
    first = paint(shop, document, until)
    document.active = document.root.children[1]
    paint(shop, document, until)
    assert [node.name() for node in document.root.children] == ["Background", "Woodcut · Background", "Woodcut · Background"]
    document.active = below
    paint(shop, document, until)
    assert [node.visible() for node in document.root.children] == [True, False, False, True]
    assert first.title == "Woodcut · Background"
    below.remove()
    document.active = document.root.children[0]
    assert paint(shop, document, until).title == "Woodcut · Background"


def test_a_style_of_the_same_name_is_not_said_twice(shop: Any, image: Any, until: Until) -> None:
    document = image()
    document.layer("Background", OPAQUE)
    shop.choose(replace(shop.recipe, styles=(StyleChoice(library="night", title="Background"),)))
    assert paint(shop, document, until).title == "a layer · Background"
