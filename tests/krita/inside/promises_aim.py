"""Owns the promises about what the docker paints and after what: the layer that is meant, the selection that limits it, and what serves as the style."""

from __future__ import annotations

from typing import Any

import fake_krita
from painted import OPAQUE, Until
from restyle import strings


def test_restyle_on_a_painted_layer_paints_what_that_was_painted_from(docker: Any, shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    below = document.layer("photo", OPAQUE)
    docker.look()
    docker.paint.click()
    until(lambda: len(document.root.children) == 2 and not shop.running())
    painted = document.active = document.root.children[1]  # as Krita has it
    docker.look()
    until(lambda: strings.PAINT_AGAIN.format(name="photo") in docker.status.words.toolTip())
    docker.paint.click()
    until(lambda: len(document.root.children) == 3 and not shop.running())
    assert bytes(session.requests[1].content.data) == bytes(below.pixelData(0, 0, 24, 20))
    docker.explore.click()
    until(lambda: all(draft.image is not None for draft in docker.exploring.drafts))
    assert bytes(session.requests[2].content.data) == bytes(below.pixelData(0, 0, 24, 20))
    docker.exploring.back.click()
    docker.this.trigger()
    until(lambda: len(document.root.children) == 4 and not shop.running())
    assert bytes(session.requests[-1].content.data) == bytes(painted.pixelData(0, 0, 24, 20))


def test_a_selection_that_limits_the_painting_is_said(docker: Any, shop: Any, image: Any, until: Until) -> None:
    document = image(100, 80)
    document.layer("photo", OPAQUE)
    docker.look()
    until(lambda: docker.status.words.text().startswith(strings.SERVER_READY))
    document.selected = fake_krita.Selection()
    document.selected.setPixelData(bytes([255]) * 600, 10, 5, 30, 20)
    docker.look()
    assert docker.status.words.toolTip().startswith(strings.SELECTION_NOTE.format(width=30, height=20).rstrip("."))
    document.selected = None
    docker.look()
    assert docker.status.words.text().startswith(strings.SERVER_READY)


def test_a_selection_as_a_style_shows_what_is_selected_and_says_that_it_limits(docker: Any, shop: Any, image: Any, until: Until) -> None:
    document = image(64, 64)
    layer = document.layer("photo", bytes([0, 0, 255, 255]))
    layer._put(bytes([255, 0, 0, 255]) * 400, 8, 8, 20, 20)  # blue in B,G,R,A, on red
    document.selected = fake_krita.Selection()
    document.selected.setPixelData(bytes([255]) * 400, 8, 8, 20, 20)
    docker.look()
    shop.attempt(docker.add.adding.selection)
    assert shop.recipe.styles[0].crop == (8, 8, 20, 20)
    assert "limits" in docker.status.words.toolTip()
    picture = docker.gallery._icon(docker.gallery.item(0).data(fake_krita.QtCore.Qt.ItemDataRole.UserRole)).pixmap(68, 68).toImage()
    seen = {picture.pixelColor(x, y).name() for x in range(16, 50) for y in range(16, 50)}
    assert seen == {"#0000ff"}


def test_the_only_layer_of_a_file_is_a_style_by_the_files_name(docker: Any, shop: Any, image: Any) -> None:
    document = image(64, 64)
    document.file = "/pictures/My waves.png"
    document.layer("Background", OPAQUE)
    shop.attempt(docker.add.adding.layer)
    assert shop.recipe.styles[0].title == "My waves"
    document.layer("Layer 2", OPAQUE)
    shop.attempt(docker.add.adding.layer)
    assert shop.recipe.styles[0].title == "Layer 2"
