"""Owns the promises about the mask of faces and lettering: it hangs on its layer, hidden; where there is nothing to read, a word says so."""

from __future__ import annotations

from typing import Any

from painted import OPAQUE, Until
from restyle import strings
from restyle.model.legible import mark


def test_a_layer_gets_a_hidden_mask_of_what_is_read_and_nothing_else_changes(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    photo = document.layer("photo", OPAQUE)
    mark(shop, document, photo)
    until(lambda: photo.children)
    (mask,) = photo.children
    assert (mask.name(), mask.type(), mask.visible()) == (strings.LEGIBLE_MASK, "transparencymask", False)
    assert not mask.drawn_visible  # the layer is never cut down to it
    assert mask.selection().data == bytes([255] * 240 + [0] * 240)
    assert document.root.children == [photo]
    (request,) = session.requests
    assert (request.reading, request.styles, request.masks) == (True, (), ())
    until(lambda: shop.notice == strings.MARKED.format(name="photo", mask=strings.LEGIBLE_MASK))
    assert not shop.paintings


def test_a_layer_without_faces_and_lettering_gets_no_mask_and_a_word(shop: Any, image: Any, until: Until, session: Any) -> None:
    session.read_weight = 0
    document = image()
    photo = document.layer("photo", OPAQUE)
    mark(shop, document, photo)
    until(lambda: shop.notice == strings.NOTHING_READ.format(name="photo"))
    assert photo.children == []


def test_a_server_that_fails_says_why(shop: Any, image: Any, until: Until, session: Any) -> None:
    session.error = RuntimeError("no")
    document = image()
    mark(shop, document, document.layer("photo", OPAQUE))
    until(lambda: shop.complaint)
    assert not document.root.children[0].children
