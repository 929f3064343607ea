"""Owns the promises about the docker's list of recent paintings: painting by them again, on from them, placing them once more, forgetting them."""

from __future__ import annotations

from typing import Any

import fake_krita
import restyle_client as client
from painted import OPAQUE, Until
from restyle import strings


def test_a_recent_painting_is_applied_again_continued_and_forgotten(docker: Any, shop: Any, image: Any, until: Until, session: Any) -> None:
    from dataclasses import replace

    document = image()
    document.layer("photo", OPAQUE)
    docker.look()
    docker.paint.click()
    until(lambda: docker.recent.list.count() == 1)
    shop.choose(replace(shop.recipe, strength=90.0))
    other = document.layer("other", OPAQUE)
    docker.recent.list.setCurrentRow(0)
    docker.recent.again.click()
    until(lambda: len(document.root.children) == 4)
    assert session.requests[1].parameters.strength == 50.0
    shop.choose(replace(shop.recipe, strength=90.0))
    document.active = other
    docker.recent.list.setCurrentRow(1)
    docker.recent.resume.click()
    until(lambda: len(document.root.children) == 5)
    assert session.requests[2].start == client.Start.job("job-1")
    assert session.requests[2].parameters.strength == 90.0
    docker.recent.list.setCurrentRow(2)
    docker.recent.remove.click()
    until(lambda: session.deleted == ["job-1"])
    assert docker.recent.list.count() == 2


def test_a_painting_the_server_has_forgotten_says_so(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    document.layer("photo", OPAQUE)
    session.error = client.NotFound("no such job")
    painting = shop.paint(document, document.active, start=client.Start.job("long-gone"))
    until(lambda: painting.over)
    assert painting.text == strings.CONTINUE_GONE


def test_a_painting_that_krita_would_not_take_is_placed_from_the_recent_ones(docker: Any, shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image(300, 20)
    group = document.layer("group", kind="grouplayer")
    layer = document.layer("photo", OPAQUE, parent=group)
    document.selected = fake_krita.Selection()
    document.selected.setPixelData(bytes([255]) * 40, 250, 4, 20, 2)
    docker.look()
    session.hold = True
    docker.paint.click()
    until(lambda: docker.running.keep.isEnabled())
    group.setLocked(True)
    session.release.set()
    until(lambda: shop.paintings[-1].over)
    assert shop.paintings[-1].text == strings.PLACING_FAILED
    assert docker.recent.list.count() == 1
    docker.recent.list.setCurrentRow(0)
    group.setLocked(False)
    document.selected = None
    docker.recent.place.click()
    until(lambda: len(group.children) == 2)
    new = group.children[1]
    assert new.name() == "photo — woodcut" or new.name() == "photo — Woodcut"
    assert bytes(new.pixelData(250, 4, 1, 1)) == bytes(value ^ 1 for value in OPAQUE)
    assert sum(new.children[0].selection.data) == 255 * 40  # the mask of the selection that there was
    assert layer.visible()
    session.results.clear()
    docker.recent.place.click()
    until(lambda: docker.status.words.text() == strings.PLACE_GONE or docker.status.words.toolTip() == strings.PLACE_GONE)


def test_a_recent_painting_is_placed_in_another_image_when_its_own_is_closed(docker: Any, shop: Any, image: Any, until: Until) -> None:
    document = image()
    document.layer("photo", OPAQUE)
    docker.look()
    docker.paint.click()
    until(lambda: docker.recent.list.count() == 1 and not shop.running())
    document.close()
    docker.recent.list.setCurrentRow(0)
    docker.recent.place.click()
    assert shop.complaint == strings.NO_DOCUMENT
    other = image()
    other.layer("other", OPAQUE)
    docker.recent.place.click()
    until(lambda: len(other.root.children) == 2)
    assert other.root.children[1].name() == "photo — Woodcut"
