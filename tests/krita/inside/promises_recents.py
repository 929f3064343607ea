"""Owns the promises about the docker's list of recent paintings: painting by them again, on from them, placing them once more, forgetting them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import fake_krita
import pytest
import restyle_client as client
from painted import OPAQUE, Until
from restyle import strings
from restyle.host import thumbnails
from restyle.packages import Phase
from restyle_editor import history


def test_the_settings_of_a_recent_painting_are_taken_it_is_continued_and_forgotten(docker: Any, shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    document.layer("photo", OPAQUE)
    docker.look()
    docker.paint.click()
    until(lambda: docker.recent.list.count() == 1 and not shop.running())
    docker.tabs.setCurrentIndex(1)
    shop.choose(replace(shop.recipe, strength=90.0))
    docker.recent.list.setCurrentRow(0)
    docker.recent.take.click()
    assert shop.recipe.strength == 50.0
    assert docker.pages.currentWidget() is docker.making  # where they are seen, and Restyle is one click away
    shop.choose(replace(shop.recipe, strength=90.0))
    document.active = document.layer("other", OPAQUE)
    docker.recent.list.setCurrentRow(0)
    docker.recent.resume.click()
    until(lambda: docker.recent.list.count() == 2 and not shop.running())
    assert session.requests[1].start == client.Start.job("job-1")
    assert session.requests[1].parameters.strength == 90.0
    docker.recent.list.setCurrentRow(1)
    docker.recent.remove.click()
    until(lambda: session.deleted == ["job-1"])
    assert docker.recent.list.count() == 1


def test_a_recent_painting_is_seen_and_placed_at_a_lower_strength(docker: Any, shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image(300, 200)
    document.layer("photo", OPAQUE)
    docker.look()
    docker.paint.click()
    until(lambda: docker.recent.list.count() == 1 and not shop.running())
    docker.tabs.setCurrentIndex(1)
    slider = docker.recent.strength.slider
    assert not slider.isEnabled()
    docker.recent.list.setCurrentRow(0)
    assert (slider.isEnabled(), docker.recent.strength.wanted) == (True, None)
    slider.setValue(3)
    assert docker.recent.strength.wanted == 15.0

    def middle() -> Any:
        return docker.recent.list.item(0).icon().pixmap(96, 96).toImage().pixelColor(48, 48)

    until(lambda: middle().green() == 255)
    assert session.lowered[-1] == ("job-1", 15.0)
    docker.recent.place.click()
    until(lambda: len(shop.paintings) == 2 and not shop.running())
    assert session.lowered[-1] == ("job-1", 15.0)
    assert shop.paintings[-1].recipe.strength == 15.0
    assert len(document.root.children) == 3
    slider.setValue(slider.maximum())
    until(lambda: middle().green() != 255)
    slider.setValue(3)
    until(lambda: middle().green() == 255)
    session.error = client.QueueFull("full", 1.0)
    slider.setValue(2)
    until(lambda: middle().green() != 255)
    assert (slider.isEnabled(), docker.recent.strength.wanted) == (True, None)
    session.error = client.WrongState("An earlier version painted this.")
    slider.setValue(2)
    until(lambda: not slider.isEnabled())
    assert shop.complaint == "An earlier version painted this."


def test_an_update_of_a_lowered_painting_is_placed_as_it_was_painted(docker: Any, shop: Any, image: Any, until: Until, session: Any) -> None:
    image(300, 200).layer("photo", OPAQUE)
    docker.look()
    docker.paint.click()
    until(lambda: docker.recent.list.count() == 1 and not shop.running())
    shop.history.recents = [replace(shop.history.recents[0], lowered=30.0)]
    docker.refresh()
    docker.recent.list.setCurrentRow(0)
    docker.recent.place.click()
    until(lambda: len(shop.paintings) == 2 and not shop.running())
    assert session.lowered == [("job-1", 30.0)]


def test_whatever_goes_wrong_with_the_list_the_painting_is_placed(docker: Any, shop: Any, image: Any, until: Until, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "saved", lambda *_: 1 / 0)
    document = image(300, 200)
    document.layer("photo", OPAQUE)
    docker.look()
    docker.paint.click()
    until(lambda: len(shop.paintings) == 1 and not shop.running())
    assert (shop.paintings[0].phase, len(document.root.children), shop.history.recents) == (Phase.DONE, 2, [])


def test_the_list_shows_a_picture_and_the_facts(docker: Any, shop: Any, image: Any, until: Until) -> None:
    image(300, 200).layer("photo", OPAQUE)
    docker.look()
    docker.paint.click()
    until(lambda: docker.recent.list.count() == 1 and not shop.running())
    docker.tabs.setCurrentIndex(1)
    item = docker.recent.list.item(0)
    until(lambda: item.icon().pixmap(96, 96).toImage().pixelColor(48, 48).alpha() == 255)
    assert item.icon().actualSize(docker.recent.list.iconSize()).width() == 96
    title, facts, when = item.text().split("\n")
    assert (title, facts) == ("Woodcut · photo", "Strength 50 · Standard")
    assert when.startswith("today, ")


def test_a_painting_is_compared_with_its_layer_by_a_line_that_is_dragged(docker: Any, shop: Any, image: Any, until: Until) -> None:
    image(300, 200).layer("photo", bytes([0, 0, 254, 255]))
    docker.look()
    docker.paint.click()
    until(lambda: docker.recent.list.count() == 1 and not shop.running())
    document = shop.history.recents[0]
    (shop.history.new_file(document.id, ".jpg")).write_bytes(picture(0xFF0000FF))
    docker.recent.list.setCurrentRow(0)
    docker.recent.compare.click()
    comparison = docker.recent.comparing.comparison
    comparison.resize(300, 200)

    def middle() -> Any:
        return comparison.grab().toImage().pixelColor(150, 20)

    comparison.split_at(0.9)
    assert middle().red() > 200 > middle().blue()  # the layer
    comparison.split_at(0.1)
    assert middle().blue() > 200 > middle().red()  # the painting
    assert "Strength 50" in docker.recent.comparing.words.text()
    docker.recent.comparing.close()


def picture(color: int) -> bytes:
    from restyle.host import thumbnails

    image = fake_krita.QtGui.QImage(30, 20, fake_krita.QtGui.QImage.Format.Format_RGB32)
    image.fill(color)
    return bytes(thumbnails.png(image))


def test_what_the_painter_no_longer_has_says_so_and_can_still_be_compared(docker: Any, shop: Any, image: Any, until: Until, session: Any) -> None:
    image().layer("photo", OPAQUE)
    docker.look()
    docker.paint.click()
    until(lambda: docker.recent.list.count() == 1 and not shop.running())
    session.results.clear()
    docker.tabs.setCurrentIndex(1)
    docker.recent.list.setCurrentRow(0)
    until(lambda: docker.recent.words.text() == strings.RECENT_GONE)
    assert [button.isEnabled() for button in docker.recent.buttons()] == [True, False, False, True, True]


def test_a_thousand_are_listed_and_only_those_that_are_seen_are_read(docker: Any, shop: Any, until: Until) -> None:
    shop.history.new_file("x", ".jpg").write_bytes(picture(0xFF00FF00))
    shop.history.recents = [history.Recent(f"job-{number}", "Woodcut · photo", shop.recipe, float(number), "painting-x.jpg") for number in range(1000)]
    docker.refresh()
    docker.tabs.setCurrentIndex(1)
    until(lambda: docker.recent._filled)
    assert docker.recent.list.count() == 1000
    assert len(docker.recent._filled) < 20
    docker.recent.list.scrollToBottom()
    until(lambda: "job-999" in docker.recent._filled)
    assert len(docker.recent._filled) < 40


def test_a_painting_is_deleted_on_a_painter_that_has_to_be_started_for_it(shop: Any, until: Until, session: Any) -> None:
    gone = history.Recent("job-7", "Woodcut · photo", shop.recipe, 1.0)
    shop.history.add(gone)
    assert not shop.background.connected
    shop.forget_recent(gone)
    assert shop.history.recents == []
    until(lambda: session.deleted == ["job-7"])


def test_the_picture_of_a_small_part_of_a_large_layer_is_no_drawing_of_all_of_it() -> None:
    from restyle.host import thumbnails
    from restyle.packages import Box

    sides: list[tuple[int, int]] = []
    node = fake_krita.Node("photo", "paintlayer")
    drawn = node.thumbnail

    def thumbnail(width: int, height: int) -> Any:
        sides.append((width, height))
        return drawn(width, height)

    node.thumbnail = thumbnail
    node._rect = (0, 0, 20_000, 10_000)
    sent = client.Plane(client.PixelFormat(client.Channels.BGRA, client.Depth.U16), 200, 100, bytes(200 * 100 * 8))
    picture = thumbnails.of_source(sent, node, Box(300, 300, 200, 100), history.SIDE)
    assert sides == [(2048, 1024)]
    assert picture is not None
    assert (picture.width(), picture.height()) == (20, 10)


def test_the_history_is_there_in_the_next_krita(shop: Any, image: Any, until: Until) -> None:
    from restyle.model.controller import Controller

    document = image()
    document.layer("photo", OPAQUE)
    painting = shop.paint(document, document.active)
    until(lambda: painting.over)
    assert Controller().history.recents == shop.history.recents != []


def test_a_painting_that_can_not_be_listed_is_placed_all_the_same(shop: Any, image: Any, until: Until, tmp_path: Path) -> None:
    document = image()
    document.layer("photo", OPAQUE)
    (tmp_path / "in the way").write_text("")
    shop.history._folder = lambda: tmp_path / "in the way" / "folder"
    painting = shop.paint(document, document.active)
    until(lambda: painting.over)
    assert painting.phase is Phase.DONE, painting.text
    assert len(document.root.children) == 2


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
    assert new.name() == "Woodcut · photo"
    assert bytes(new.pixelData(250, 4, 1, 1)) == bytes(value ^ 1 for value in OPAQUE)
    assert sum(new.children[0].selection().data) == 255 * 40  # the mask of the selection that there was
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
    assert other.root.children[1].name() == "Woodcut · photo"
