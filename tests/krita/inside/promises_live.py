"""Owns the promises about Live and the preview, on the small Krita."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import fake_krita
import pytest
import restyle_client as client
from painted import OPAQUE, Until
from restyle import strings
from restyle.host import layers, live_layer
from restyle.host.recipe import StyleChoice
from restyle.model.live import live_of
from restyle.model.previewing import Previewing
from restyle.packages import Failure

SIDE = 72  # px: two strips, and more than two pieces of a row


def opposite(pixel: bytes) -> bytes:
    return bytes([*(255 - value for value in pixel[:3]), pixel[3]])


def pixels(node: Any) -> bytes:
    return bytes(node.pixelData(0, 0, SIDE, SIDE))


@pytest.fixture
def drawing(shop: Any, image: Any, until: Until) -> Any:
    """An image with one layer that is followed, painted as it is."""
    document = image(SIDE, SIDE)
    node = document.layer("photo", OPAQUE)
    shop.server.connect()
    until(lambda: shop.server.looks)
    shop.choose(replace(shop.recipe, strength=100.0))
    live = live_of(shop)
    live.begin(document, node)
    until(lambda: shown(document) == opposite(OPAQUE) * SIDE**2)
    yield document, node, live
    live.end()


def group(document: Any) -> Any:
    """None where there is none."""
    return next((node for node in document.root.children if node.name() == "Woodcut · live"), None)


def shown(document: Any) -> bytes:
    found = group(document)
    return pixels(found.children[1]) if found is not None else b""


def test_a_locked_group_above_the_layer_shows_it_painted(drawing: Any) -> None:
    document, node, live = drawing
    assert document.root.children == [node, group(document)]
    marker, picture = group(document).children
    assert (marker.type(), picture.type()) == ("vectorlayer", "paintlayer")
    assert all(each.locked() for each in (marker, picture, group(document)))
    assert document.active is node
    assert live.on


def test_only_what_was_drawn_travels_and_is_drawn_anew(drawing: Any, session: Any, until: Until) -> None:
    document, node, _ = drawing
    marker, picture = group(document).children
    canvas = session.canvases[0]
    canvas.changes.clear()
    marker.drawn.clear()
    node._put(bytes([9, 8, 7, 255]) * 4, 40, 10, 2, 2)
    until(lambda: bytes(picture.pixelData(40, 10, 1, 1)) == opposite(bytes([9, 8, 7, 255])))
    assert canvas.changes == [(32, 10, 32, 2)]
    assert marker.drawn == [(16.0, 5.0, 16.0, 1.0)], "in points: the image has 144 px to the inch"
    assert bytes(picture.pixelData(0, 0, 1, 1)) == opposite(OPAQUE)


def test_ending_takes_the_layer_away_and_closes_what_lent_its_shape(drawing: Any, shop: Any) -> None:
    document, node, live = drawing
    assert len(fake_krita.Krita.documents_open) == 2
    live.end()
    assert document.root.children == [node]
    assert fake_krita.Krita.documents_open == [document]
    assert not live.on
    assert document.active is node


def test_a_layer_that_came_meanwhile_stays_where_it_is(drawing: Any) -> None:
    document, node, live = drawing
    top = document.layer("mine", OPAQUE)
    live.end()
    assert document.root.children == [node, top]
    assert len(fake_krita.Krita.documents_open) == 2, "undo may bring the layer back, which needs what lent its shape"


def test_keep_makes_a_layer_of_it_that_knows_what_it_was_painted_from(drawing: Any, shop: Any) -> None:
    from restyle.host import memory

    document, node, live = drawing
    live.keep()
    assert [each.name() for each in document.root.children] == ["photo", "Woodcut · photo"]
    kept = document.root.children[1]
    assert pixels(kept) == opposite(OPAQUE) * SIDE**2
    assert not kept.locked()
    assert kept.writes_in_tree == 0
    assert memory.painted_from(document, kept) is node
    assert shop.notice == strings.LIVE_KEPT.format(name="Woodcut · photo")


def test_strength_and_style_act_at_once(drawing: Any, shop: Any, session: Any, until: Until) -> None:
    shop.choose(replace(shop.recipe, strength=30.0))
    shop.choose(replace(shop.recipe, styles=(StyleChoice(library="wave", title="Wave"),)))
    until(lambda: session.canvases[0].restyled[1:] == [("woodcut", 30.0), ("of-wave", 30.0)])
    shop.choose(replace(shop.recipe, styles=(StyleChoice(library="night"),)))
    assert live_of(shop).on, "a style without a look leaves what is shown"


def test_another_size_of_the_canvas_is_told(drawing: Any, session: Any, until: Until) -> None:
    document, _node, _ = drawing
    document.size = (SIDE + 8, SIDE - 8)
    until(lambda: (session.canvases[0].width, session.canvases[0].height) == (SIDE + 8, SIDE - 8))
    until(lambda: session.canvases[0].changes[-1][:2] == (0, 0) and session.canvases[0].changes[-1][2] == SIDE + 8)


def test_it_rests_while_hidden_or_unlocked_and_paints_over_nothing(drawing: Any, until: Until) -> None:
    document, node, live = drawing
    found, picture = group(document), group(document).children[1]
    found.setVisible(False)
    until(lambda: live.words == strings.LIVE_HIDDEN)
    found.setVisible(True)
    until(lambda: live.words == "")
    picture.setLocked(False)
    until(lambda: live.words == strings.LIVE_UNLOCKED)
    picture._put(bytes([1, 1, 1, 255]), 0, 0, 1, 1)
    node._put(bytes([5, 5, 5, 255]) * SIDE**2, 0, 0, SIDE, SIDE)
    picture.setLocked(True)
    until(lambda: shown(document) == opposite(bytes([5, 5, 5, 255])) * SIDE**2)


def test_what_is_unforeseen_ends_it_once(drawing: Any, shop: Any, until: Until, monkeypatch: pytest.MonkeyPatch) -> None:
    document, node, live = drawing

    def broken(*_: object) -> None:
        raise OSError("no pixels")

    monkeypatch.setattr(node, "projectionPixelData", broken)
    until(lambda: not live.on)
    assert "unforeseen" in shop.complaint
    assert document.root.children == [node]


@pytest.mark.parametrize("what", ["the live layer", "the layer"])
def test_it_ends_with_a_sentence_when_its_layer_or_the_one_it_follows_is_deleted(drawing: Any, shop: Any, until: Until, what: str) -> None:
    document, node, live = drawing
    (group(document) if what == "the live layer" else node).remove()
    until(lambda: not live.on)
    assert shop.complaint == strings.LIVE_GONE
    assert group(document) is None


def test_it_ends_in_silence_with_its_image(drawing: Any, shop: Any, until: Until) -> None:
    document, _node, live = drawing
    document.close()
    until(lambda: not live.on)
    assert shop.complaint == ""


def test_it_rests_while_another_image_is_in_front(drawing: Any, image: Any, until: Until) -> None:
    _document, _node, live = drawing
    other = image()
    until(lambda: live.words == strings.LIVE_ELSEWHERE)
    other.close()
    until(lambda: live.words == "")


def test_a_painter_that_is_gone_is_said_once_and_taken_up_again(drawing: Any, session: Any, until: Until, monkeypatch: pytest.MonkeyPatch) -> None:
    from restyle.packages import LiveCanvas

    monkeypatch.setattr(f"{LiveCanvas.__module__}.RETRY_SECONDS", 0.05)
    document, node, live = drawing
    session.gone = True
    node._put(bytes([5, 5, 5, 255]), 0, 0, 1, 1)
    until(lambda: live.words == strings.LIVE_WAITS)
    session.gone = False
    until(lambda: len(session.canvases) == 2 and bytes(group(document).children[1].pixelData(0, 0, 1, 1)) == opposite(bytes([5, 5, 5, 255])))
    assert live.words == ""


def test_a_refusal_ends_it_with_the_painters_words(shop: Any, session: Any, image: Any, until: Until, monkeypatch: pytest.MonkeyPatch) -> None:
    document = image(SIDE, SIDE)
    node = document.layer("photo", OPAQUE)
    shop.server.connect()
    until(lambda: shop.server.looks)

    def refuse(*_: object, **__: object) -> None:
        raise client.NotFound("There is no look “woodcut”; see `restyle look list`.")

    monkeypatch.setattr(session, "live", refuse)
    live_of(shop).begin(document, node)
    until(lambda: not live_of(shop).on)
    assert "no look" in shop.complaint
    assert document.root.children == [node]


def test_what_can_not_be_followed_gets_a_sentence(shop: Any, image: Any, until: Until) -> None:
    document = image(SIDE, SIDE)
    node = document.layer("photo", OPAQUE)
    shop.server.connect()
    until(lambda: shop.server.looks)
    live, style = live_of(shop), shop.recipe.styles[0]
    for styles, words in (
        ((), strings.NO_STYLE),
        ((StyleChoice(library="night", title="Night"),), strings.LIVE_NO_LOOK.format(name="Night")),
        ((style, StyleChoice(library="wave")), strings.LIVE_ONE_STYLE),
        ((StyleChoice(file="/a.png"),), strings.LIVE_NO_LOOK.format(name="a")),
    ):
        shop.choose(replace(shop.recipe, styles=styles))
        with pytest.raises(Failure) as failure:
            live.begin(document, node)
        assert str(failure.value) == words
    shop.choose(replace(shop.recipe, styles=(style,)))
    for colors in (("CMYKA", "U8", "p"), ("GRAYA", "U8", "Gray-D50-elle-V2-srgbtrc.icc")):
        odd = fake_krita.Node("odd", "paintlayer", SIDE, SIDE, colors)
        document.root.addChildNode(odd, None)
        with pytest.raises(Failure, match="can't follow “odd”"):
            live.begin(document, odd)
        odd.remove()
    node.setLocked(True)
    with pytest.raises(Failure, match="locked"):
        live.begin(document, node)
    assert document.root.children == [node]
    assert not live.on


def test_where_a_selection_lies_among_the_layers_it_comes_and_goes_by_steps(shop: Any, image: Any, until: Until) -> None:
    document = image(SIDE, SIDE)
    node = document.layer("photo", OPAQUE)
    document.root.addChildNode(fake_krita.Node("selection", "selectionmask"), None)
    layer = live_layer.put_in(document, node, "x")
    assert not layer.quiet
    assert [each.name() for each in document.root.children] == ["photo", "x", "selection"]
    layer.take_out(document)
    assert [each.name() for each in document.root.children] == ["photo", "selection"]


def test_the_button_is_down_while_live_is_on_and_the_row_says_so(docker: Any, shop: Any, image: Any, until: Until) -> None:
    document = image(SIDE, SIDE)
    document.layer("photo", OPAQUE)
    docker.look()
    until(lambda: shop.server.looks)
    docker.live.click()
    assert shop.complaint == ""
    assert docker.live.isChecked()
    assert not docker.live_row.isHidden()
    assert docker.live_row.words.text() == strings.LIVE_ON.format(name="photo")
    docker.live.click()
    assert not docker.live.isChecked()
    assert docker.live_row.isHidden()
    shop.choose(replace(shop.recipe, styles=(StyleChoice(library="night", title="Night"),)))
    docker.live.click()
    assert not docker.live.isChecked()
    assert shop.complaint == strings.LIVE_NO_LOOK.format(name="Night")


def test_the_preview_follows_layer_strength_and_strokes_and_goes_where_no_look_can_tell(shop: Any, session: Any, image: Any, until: Until) -> None:
    document = image(640, 320)
    node = document.layer("photo", OPAQUE)
    shop.server.connect()
    until(lambda: shop.server.looks)
    told: list[bool] = []
    preview = Previewing(shop, lambda: told.append(preview.image is not None))
    preview.look(node)
    until(lambda: preview.image is not None)
    assert (preview.image.width(), preview.image.height()) == (256, 128)
    assert session.previews[-1][1:] == ("woodcut", shop.recipe.strength)
    preview.look(node)
    assert len(session.previews) == 1, "nothing is new"
    shop.choose(replace(shop.recipe, strength=10.0, styles=(replace(shop.recipe.styles[0], scale=2.4),)))
    preview.look(node)
    until(lambda: preview.image.width() == 128)
    assert session.previews[-1][2] == 10.0
    shop.choose(replace(shop.recipe, styles=(StyleChoice(library="night"),)))
    preview.look(node)
    assert preview.image is None
    assert told[-1] is False


def test_layers_are_found_by_their_ids(image: Callable[..., Any]) -> None:
    document = image()
    node = document.layer("photo", OPAQUE)
    assert layers.by_id(document, layers.layer_id(node)) is node
    assert layers.by_id(document, "") is None
    assert layers.by_id(document, "{gone}") is None
