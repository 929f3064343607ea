"""Owns the promises about updates: which painting is meant, what is sent, where the new one lies, and what is said when there is nothing to do."""

from __future__ import annotations

from typing import Any

import fake_krita
import pytest
import restyle_client as client
from painted import OPAQUE, Until, paint
from restyle import strings
from restyle.host import layers, memory
from restyle.host.recipe import RecipeError
from restyle.packages import Failure, Phase


def touch(layer: Any) -> None:
    """What a person paints."""
    layer._data = bytes([9, 9, 9, 255]) * 2 + layer._data[8:]


def test_an_edited_layer_is_updated_from_its_painting_or_from_itself(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    below = document.layer("photo", OPAQUE)
    paint(shop, document, until)
    first = document.root.children[1]
    touch(below)
    for chosen, earlier in ((first, "job-1"), (below, "job-2")):  # the painting; and the layer, of which the latest painting is meant
        update = shop.update(document, chosen)
        until(lambda update=update: update.over)
        assert update.phase is Phase.DONE
        request = session.requests[-1]
        assert (request.update, request.styles, request.masks, request.parameters) == (earlier, (), (), client.Parameters())
        assert bytes(request.content.data) == below._data
    assert [node.name() for node in document.root.children] == ["photo", *["Woodcut · photo"] * 3]
    assert [node.visible() for node in document.root.children] == [True, False, False, True]
    known = memory.recall(document, document.root.children[3])
    assert known is not None
    assert known.job == "job-3"


def test_an_update_of_a_part_is_of_that_part_whatever_is_selected_now(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image(300, 20)
    below = document.layer("photo", OPAQUE)
    document.selected = fake_krita.Selection()
    document.selected.setPixelData(bytes([255]) * 200, 10, 2, 20, 10)
    paint(shop, document, until)
    first = document.root.children[1]
    document.selected = None
    touch(below)
    update = shop.update(document, first)
    until(lambda: update.over)
    assert update.phase is Phase.DONE, update.text
    sent, before = session.requests[1].content, session.requests[0].content
    assert (sent.width, sent.height) == (before.width, before.height)
    (mask,) = document.root.children[2].children
    assert sum(mask.selection().data) == 255 * 200


def test_without_a_change_nothing_is_placed_and_a_sentence_says_so(shop: Any, image: Any, until: Until) -> None:
    document = image()
    document.layer("photo", OPAQUE)
    paint(shop, document, until)
    update = shop.update(document, document.root.children[1])
    until(lambda: update.over)
    assert update.text == strings.UPDATE_UNCHANGED.format(name="photo")
    assert len(document.root.children) == 2


def test_an_update_of_a_layer_passes_over_a_newer_film_of_it(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    below = document.layer("photo", OPAQUE)
    paint(shop, document, until)
    film = document.layer("film", OPAQUE)
    memory.remember(document, film, memory.Painted(shop.recipe, layers.layer_id(below), "job-9"))
    touch(below)
    update = shop.update(document, below)
    until(lambda: update.over)
    assert (update.phase, session.requests[-1].update) == (Phase.DONE, "job-1"), update.text


def test_a_texture_is_neither_updated_nor_painted_again_but_its_paintings_are(docker: Any, shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    document.layer("photo", OPAQUE)
    texture = shop.texture(document, 24, 20)
    until(lambda: texture.over)
    with pytest.raises(RecipeError, match="to 8000 × 8000 px or less"):
        shop.texture(document, 65535, 65535)
    assert not shop.running()
    layer = document.active = document.root.children[1]
    docker._offer()
    offered = [action.isEnabled() for action in (docker.this, docker.take, docker.update_painting, docker.again, docker.resume)]
    assert offered == [True, True, False, False, False]
    assert shop.history.recents[0].before == ""  # there is nothing to compare it with
    with pytest.raises(Failure, match="no painting to update"):
        shop.update(document, layer)
    paint(shop, document, until)
    touch(layer)
    update = shop.update(document, layer)
    until(lambda: update.over)
    assert (update.phase, session.requests[-1].update) == (Phase.DONE, "job-2"), update.text


def test_what_can_not_be_updated_says_why(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    below = document.layer("photo", OPAQUE)
    with pytest.raises(Failure, match="no painting to update"):
        shop.update(document, below)
    paint(shop, document, until)
    new = document.root.children[1]
    touch(below)
    session.error = client.NotFound("The painter has this painting no more, so it can't be updated; paint the whole picture again.")
    update = shop.update(document, new)
    until(lambda: update.over)
    assert (update.phase, update.text) == (Phase.FAILED, str(session.error))
    known = memory.recall(document, new)
    assert known is not None
    memory.remember(document, new, memory.Painted(known.recipe, known.source, known.job))  # as an earlier version did
    with pytest.raises(Failure, match="not known any more"):
        shop.update(document, new)
    below.remove()
    with pytest.raises(Failure, match="is gone"):
        shop.update(document, new)


def test_the_menu_offers_an_update_where_there_is_a_painting(docker: Any, shop: Any, image: Any, until: Until) -> None:
    document = image()
    below = document.layer("photo", OPAQUE)
    docker._offer()
    assert not docker.update_painting.isEnabled()
    paint(shop, document, until)
    for chosen in (below, document.root.children[1]):
        document.active = chosen
        docker._offer()
        assert docker.update_painting.isEnabled()
    assert docker.update_painting.text() == strings.UPDATE
