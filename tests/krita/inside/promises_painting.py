"""Owns the promises about painting a layer: what is sent, what comes back, where it is put, and what stops it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import fake_krita
import pytest
import restyle_client as client
from painted import OPAQUE, SOFT, Until, paint
from restyle import strings
from restyle.host import hidden_sources, layers, memory, pixels
from restyle.host.profiles import iccp
from restyle.host.recipe import StyleChoice
from restyle.packages import Failure, Phase, alpha


def test_a_painting_is_a_new_layer_above_its_source(shop: Any, image: Any, until: Until) -> None:
    document = image()
    below = document.layer("photo", OPAQUE)
    document.layer("sketch", SOFT)
    document.active = below
    painting = paint(shop, document, until)
    assert painting.phase is Phase.DONE, painting.text
    assert [node.name() for node in document.root.children] == ["photo", "Woodcut · photo", "sketch"]
    new = document.root.children[1]
    assert bytes(new.pixelData(0, 0, 24, 20)) == bytes(value ^ 1 for value in OPAQUE) * (24 * 20)
    assert new.writes_in_tree == 0  # what is written into a layer of the tree can't be undone
    assert below.visible()
    assert "Woodcut · photo" in painting.text


def test_krita_is_touched_on_its_own_thread_only(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    document.layer("photo", OPAQUE)
    paint(shop, document, until)
    assert session.threads == {"restyle-question"}


def test_integers_travel_as_bgra_and_floats_as_rgba(image: Any) -> None:
    for depth, channels in (("U8", "BGRA"), ("U16", "BGRA"), ("F16", "RGBA"), ("F32", "RGBA")):
        assert pixels.Colors("RGBA", depth, "x").format == client.PixelFormat(client.Channels(channels), client.Depth(depth))
        assert pixels.Colors("GRAYA", depth, "x").format.channels is client.Channels.GRAY_ALPHA
    assert pixels.Colors("CMYKA", "U8", "x").sent == pixels.CONVERTED
    with pytest.raises(Failure, match="Convert"):
        pixels.colors_of(fake_krita.Node("odd", "paintlayer", colors=("ODD", "U8", "x")))


@pytest.mark.parametrize("depth", ["U8", "U16", "F16", "F32"])
def test_alpha_is_told_apart_in_every_depth(depth: str) -> None:
    full = {"U8": b"\xff", "U16": b"\xff\xff", "F16": b"\x00\x3c", "F32": b"\x00\x00\x80\x3f"}[depth]
    size = len(full)

    def plane(alphas: list[bytes]) -> client.Plane:
        return client.Plane(pixels.Colors("RGBA", depth, "").format, len(alphas), 1, b"".join(b"\x01" * (3 * size) + alpha for alpha in alphas))

    nothing = bytes(size)
    almost = bytes([full[0] ^ 1]) + full[1:]
    assert alpha.alpha_range(plane([full, full])) == (True, True)
    assert alpha.alpha_range(plane([full, almost])) == (True, False)
    assert alpha.alpha_range(plane([nothing, nothing])) == (False, False)
    mask = alpha.alpha_of(plane([full, nothing, almost]))
    assert mask.data == full + nothing + almost
    assert mask.format.channels is client.Channels.GRAY


def test_a_soft_layer_is_hidden_below_its_painting_and_comes_back_with_undo(shop: Any, image: Any, until: Until) -> None:
    document = image()
    below = document.layer("veil", SOFT)
    below.setOpacity(200)
    below.setBlendingMode("multiply")
    painting = paint(shop, document, until)
    new = document.root.children[1]
    assert not below.visible()
    assert (new.opacity(), new.blendingMode()) == (200, "multiply")
    assert any("hidden" in note for note in painting.notes)
    new.remove()  # what undo does
    until(below.visible)
    document.root.addChildNode(new, below)  # what redo does
    until(lambda: not below.visible())


def test_a_hidden_layer_stays_hidden_when_its_painting_is_merged(shop: Any, image: Any, until: Until) -> None:
    document = image()
    below = document.layer("veil", SOFT)
    paint(shop, document, until)
    document.root.children[1].remove()
    merged = document.layer("merged", SOFT)
    hidden_sources.follow()
    assert not below.visible()
    merged.remove()
    hidden_sources.follow()
    assert below.visible()


def test_nothing_is_looked_for_once_the_image_is_closed(shop: Any, image: Any, until: Until) -> None:
    document = image()
    document.layer("veil", SOFT)
    paint(shop, document, until)
    document.close()
    until(lambda: not hidden_sources._hidden)
    assert not hidden_sources._watch[0].isActive()


def test_a_masked_layer_is_sent_as_it_looks_and_hidden(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    below = document.layer("photo", OPAQUE)
    below.children.append(fake_krita.Node("mask", "transparencymask"))
    paint(shop, document, until)
    assert bytes(session.requests[0].content.data)[3::4] == bytes([127]) * (24 * 20)
    assert not below.visible()


def test_colors_without_rgb_are_converted_beside_the_image(shop: Any, image: Any, until: Until, session: Any) -> None:
    """A conversion in the image itself would be an undo step, and making an image changes what Krita's dialog for new ones offers."""
    fake_krita.Krita.settings.clear()
    document = image(colors=("CMYKA", "U8", "ink"))
    document.layer("photo", bytes([9, 9, 9, 9, 255]))
    painting = paint(shop, document, until)
    assert painting.phase is Phase.DONE, painting.text
    assert session.requests[0].content.format == client.PixelFormat(client.Channels.BGRA, client.Depth.U16)
    assert document.root.children[1].colorModel() == "CMYKA"
    assert document.undoable == 0
    assert fake_krita.Krita.settings["imageWidthDef"] == "2480"  # Krita's own


def test_a_selection_becomes_a_mask_of_the_new_layer(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image(300, 20)
    document.layer("photo", OPAQUE)
    document.selected = fake_krita.Selection()
    document.selected.setPixelData(bytes([255]) * 40, 250, 4, 20, 2)
    paint(shop, document, until)
    new = document.root.children[1]
    mask = new.children[0]
    assert mask.type() == "transparencymask"
    content = session.requests[0].content
    assert (content.width, content.height) == (300 - (250 - 96), 20)  # 96 px of context, inside of the canvas
    assert sum(mask.selection().data) == 255 * 40


def test_a_selection_on_a_soft_layer_changes_only_what_is_selected(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    document.layer("veil", SOFT)
    document.selected = fake_krita.Selection()
    document.selected.setPixelData(bytes([255]) * 4, 3, 4, 2, 2)
    paint(shop, document, until)
    request = session.requests[0]
    assert request.masks[0].use is client.MaskUse.BLEND
    assert sum(request.masks[0].plane.data) == 255 * 4
    assert document.root.children[1].children == []


def test_what_cannot_be_painted_gets_a_sentence(shop: Any, image: Any) -> None:
    document = image()
    layer = document.layer("photo", OPAQUE)
    for name, spoil in (
        ("locked", lambda: layer.setLocked(True)), ("empty", lambda: setattr(layer, "_rect", (0, 0, 0, 0))),
        ("canvas", lambda: setattr(layer, "_rect", (900, 900, 24, 20))), ("mask", lambda: setattr(layer, "_kind", "transparencymask")),
    ):  # fmt: skip
        kept = dict(vars(layer))
        spoil()
        with pytest.raises(Failure, match=name):
            shop.paint(document, layer)
        vars(layer).update(kept)
    layer._data = bytes(len(layer._data))
    with pytest.raises(Failure, match="empty"):
        shop.paint(document, layer)
    assert shop.paintings == []


def test_a_locked_group_locks_what_is_in_it(shop: Any, image: Any) -> None:
    document = image()
    group = document.layer("group", kind="grouplayer")
    inner = document.layer("photo", OPAQUE, parent=group)
    group.setLocked(True)
    with pytest.raises(Failure, match="group"):
        shop.paint(document, inner)


def test_a_painted_layer_remembers_how_and_is_painted_again_from_its_source(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    document.layer("photo", OPAQUE)
    paint(shop, document, until)
    new = document.root.children[1]
    known = memory.recall(document, new)
    assert known is not None
    assert known.job == "job-1"
    again = shop.again(document, new)
    until(lambda: again.over)
    assert session.requests[1].content.data == session.requests[0].content.data
    resumed = shop.again(document, new, resume=True)
    until(lambda: resumed.over)
    assert session.requests[2].start == client.Start.job("job-1")


def test_regions_are_layers_and_labels(shop: Any, image: Any, until: Until, session: Any) -> None:
    from restyle.host.order import regions

    document = image()
    sky = document.layer("sky", bytes(4))
    sky._data = OPAQUE + sky._data[4:]
    sky.setColorLabel(1)
    photo = document.layer("photo", OPAQUE)
    names = [title for _, title in regions(document)]
    assert names == ["Everywhere", "Layer: sky", "Layer: photo", "Color label: blue"]
    styles = (StyleChoice(library="woodcut", region="layer:" + layers.layer_id(sky)), StyleChoice(library="night", region="label:1"))
    shop.choose(replace(shop.recipe, styles=styles))
    document.active = photo
    paint(shop, document, until)
    for style in session.requests[0].styles:
        assert bytes(style.mask.data) == b"\xff" + bytes(24 * 20 - 1)
    shop.choose(replace(shop.recipe, styles=(StyleChoice(library="night", region="label:5"),)))
    with pytest.raises(Failure, match="no longer"):
        shop.paint(document, photo)


def test_a_layer_serves_as_a_style(shop: Any, image: Any, until: Until, session: Any) -> None:
    from restyle.host.recipe import LayerReference

    document, other = image(), image()
    document.layer("photo", OPAQUE)
    texture = other.layer("texture", SOFT)
    reference = LayerReference(layers.id_of(other), layers.layer_id(texture), "texture")
    shop.choose(replace(shop.recipe, styles=(StyleChoice(layer=reference, crop=(2, 2, 16, 16)),)))
    paint(shop, document, until)
    source = session.requests[0].styles[0].source
    assert (source.width, source.height) == (16, 16)
    other.close()
    document.active = document.root.children[0]
    with pytest.raises(Failure, match="no longer open"):
        shop.paint(document, document.active)


def test_a_large_layer_is_read_and_placed_in_many_turns(shop: Any, image: Any, until: Until, session: Any, monkeypatch: Any) -> None:
    """And painted as it was when the button was pressed."""
    small_turns(monkeypatch)
    document = image()
    layer = document.layer("photo", OPAQUE)
    painting = shop.paint(document, layer)
    assert session.requests == []
    layer.setPixelData(bytes(4 * 24 * 20), 0, 0, 24, 20)
    until(lambda: painting.over)
    assert bytes(session.requests[0].content.data) == OPAQUE * (24 * 20)
    assert bytes(document.root.children[1].pixelData(0, 0, 24, 20)) == bytes(value ^ 1 for value in OPAQUE) * (24 * 20)


def test_cancel_while_a_layer_is_read_sends_nothing(shop: Any, image: Any, until: Until, session: Any, monkeypatch: Any) -> None:
    small_turns(monkeypatch)
    document = image()
    painting = shop.paint(document, document.layer("photo", OPAQUE))
    painting.cancel()
    until(lambda: painting.over)
    assert (painting.phase, session.requests) == (Phase.CANCELLED, [])
    closing = image()
    painting = shop.paint(closing, closing.layer("photo", OPAQUE))
    closing.close()
    until(lambda: painting.over)
    assert (painting.phase, session.requests) == (Phase.CANCELLED, [])


def test_what_is_found_wrong_after_a_while_of_reading_ends_the_painting(shop: Any, image: Any, until: Until, session: Any, monkeypatch: Any) -> None:
    small_turns(monkeypatch)
    document = image()
    painting = shop.paint(document, document.layer("air", bytes(4)))
    until(lambda: painting.over)
    assert (painting.phase, painting.text) == (Phase.FAILED, strings.EMPTY.format(name="air"))


def small_turns(monkeypatch: Any) -> None:
    """A row of pixels in each turn."""
    monkeypatch.setattr("restyle.host.time_slicing.STRETCH_SECONDS", 0.0)
    monkeypatch.setattr("restyle.host.pixels.BAND_BYTES", 4 * 24)


def test_a_png_without_a_profile_or_a_broken_one_has_none() -> None:
    assert iccp(b"") is None
    assert iccp(b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\x04iCCPx\x00\x00z" + b"\x00" * 8) is None


def test_scripts_wait_for_their_layer(shop: Any, image: Any, monkeypatch: Any) -> None:
    from restyle import automation
    from restyle.model import controller

    monkeypatch.setattr(controller, "_one", [shop])
    document = image()
    document.layer("photo", OPAQUE)
    layer = automation.paint(style="night", strength=30)
    assert layer.name() == "night · photo"
    assert automation.styles() == ["woodcut", "night", "wave", "glass"]
    with pytest.raises(TypeError, match="strenght"):
        automation.paint(style="night", strenght=30)
    with pytest.raises(Failure, match="style"):
        automation.paint()
