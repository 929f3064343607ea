"""Owns the promises about the slider that lowers the chosen layer's painting in the docker: it is there at once, and takes no room that others need."""

from __future__ import annotations

from typing import Any

import fake_krita
import pytest
import restyle_client as client
from painted import OPAQUE, Until
from restyle import strings


@pytest.fixture
def painted(docker: Any, shop: Any, image: Any, until: Until) -> Any:
    """The docker right after a painting, which is the chosen layer."""
    document = image(300, 200)
    document.layer("photo", OPAQUE)
    docker.look()
    docker.paint.click()
    until(lambda: len(document.root.children) == 2 and not shop.running())
    choose(docker, document, 1)
    return document


def choose(docker: Any, document: Any, number: int) -> None:
    """What Krita does by itself with a layer that is new, and a person with any."""
    document.active = document.root.children[number]
    docker.look()


def middle(docker: Any) -> Any:
    image = docker.making.afterwards.picture._image
    return None if image is None else image.pixelColor(image.width() // 2, image.height() // 2).green()


def test_the_slider_is_at_hand_right_after_a_painting_and_the_docker_grows_by_nothing(
    docker: Any, shop: Any, image: Any, application: Any, until: Until
) -> None:
    document, row = image(300, 200), docker.making.afterwards
    document.layer("photo", OPAQUE)
    docker.look()
    assert not row.isVisible()
    docker.resize(250, 270)
    application.processEvents()
    size = docker.size()
    docker.paint.click()
    until(lambda: len(document.root.children) == 2 and not shop.running())
    choose(docker, document, 1)
    application.processEvents()
    assert (row.isVisible(), row.strength.number.text(), row.place.isEnabled()) == (True, "50 of 50", False)
    assert "It ends where it was painted" in row.strength.slider.toolTip()
    row.strength.slider.setValue(2)
    application.processEvents()
    assert (docker.size(), docker.minimumSizeHint().height() <= 270) == (size, True)
    assert docker.paint.mapTo(docker, docker.paint.rect().bottomLeft()).y() <= docker.height()
    choose(docker, document, 0)
    assert not row.isVisible()


def test_a_lower_strength_is_seen_in_the_gallerys_place_and_placed(docker: Any, shop: Any, painted: Any, session: Any, until: Until) -> None:
    row, slider = docker.making.afterwards, docker.making.afterwards.strength.slider
    slider.setValue(3)
    until(lambda: middle(docker) == 255)
    assert (docker.making.shown.currentWidget(), row.place.isEnabled()) == (row.picture, True)
    assert session.lowered[-1] == ("job-1", 15.0)
    row.place.click()
    assert docker.making.shown.currentWidget() is docker.gallery
    until(lambda: len(painted.root.children) == 3 and not shop.running())
    assert session.lowered[-1] == ("job-1", 15.0)
    choose(docker, painted, 2)
    assert (row.strength.number.text(), row.place.isEnabled()) == ("15 of 50", False)
    slider.setValue(slider.maximum())  # up again, to what was painted and no further
    assert (row.strength.number.text(), row.strength.wanted, row.place.isEnabled()) == ("50 of 50", None, True)
    assert middle(docker) != 255
    row.place.click()
    until(lambda: len(painted.root.children) == 4 and not shop.running())
    assert session.lowered[-1] == ("job-1", None)


def test_a_click_on_the_picture_or_another_layer_brings_the_styles_back(docker: Any, painted: Any) -> None:
    row, slider = docker.making.afterwards, docker.making.afterwards.strength.slider
    slider.setValue(1)
    core, qt = fake_krita.QtCore, fake_krita.QtCore.Qt
    place = core.QPointF(5, 5)
    press = fake_krita.QtGui.QMouseEvent(
        core.QEvent.Type.MouseButtonPress, place, place, qt.MouseButton.LeftButton, qt.MouseButton.LeftButton, qt.KeyboardModifier.NoModifier
    )
    fake_krita.QtWidgets.QApplication.sendEvent(row.picture, press)
    assert (docker.making.shown.currentWidget(), row.strength.number.text()) == (docker.gallery, "50 of 50")
    slider.setValue(1)
    assert docker.making.shown.currentWidget() is row.picture
    choose(docker, painted, 0)
    assert docker.making.shown.currentWidget() is docker.gallery


def test_a_painting_that_has_no_other_strength_says_so_and_the_slider_goes(docker: Any, shop: Any, painted: Any, session: Any, until: Until) -> None:
    session.error = client.WrongState("An earlier version painted this.")
    docker.making.afterwards.strength.slider.setValue(1)
    until(lambda: not docker.making.afterwards.isVisible())
    assert (shop.complaint, docker.making.shown.currentWidget()) == ("An earlier version painted this.", docker.gallery)


def test_a_painting_that_the_painter_has_no_more_offers_no_slider(docker: Any, painted: Any, session: Any, until: Until) -> None:
    assert docker.making.afterwards.isVisible()
    session.results.clear()
    choose(docker, painted, 0)
    choose(docker, painted, 1)
    until(lambda: not docker.making.afterwards.isVisible())


def test_the_picture_says_how_the_styles_come_back(docker: Any) -> None:
    assert docker.making.afterwards.picture.toolTip() == strings.AFTERWARDS_BACK
