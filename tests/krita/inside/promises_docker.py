"""Owns the promises about the docker and the actions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import fake_krita
import restyle_client as client
from restyle import strings
from restyle.host.recipe import StyleChoice
from restyle.packages import Phase, ServerState

OPAQUE = bytes([10, 20, 30, 255])
Until = Callable[[Callable[[], Any]], None]


def test_the_plug_in_registers_actions_and_a_docker() -> None:
    import restyle  # noqa: F401

    extension, factory = fake_krita.Krita.extensions[0], fake_krita.Krita.factories[0]
    window = fake_krita.Window()
    extension.createActions(window)
    assert set(window.actions) == {"restyle_layer", "restyle_layer_with", "restyle_texture", "restyle_legible", "restyle_cancel"}
    assert factory.name == "restyle_docker"
    extension.cancel()  # without an image: nothing happens


def test_the_gallery_chooses_styles(docker: Any, shop: Any, image: Any, until: Until) -> None:
    document = image()
    document.layer("photo", OPAQUE)
    docker.look()
    until(lambda: docker.gallery.count() == 4)
    assert docker.gallery.item(0).isSelected()
    docker.gallery.item(1).setSelected(True)
    assert [style.library for style in shop.recipe.styles] == ["woodcut", "night"]
    docker.gallery.clearSelection()
    assert shop.recipe.styles == ()
    assert not docker.paint.isEnabled()


def test_strength_and_colors_become_what_suits_the_styles_unless_one_chose_others(docker: Any, shop: Any, image: Any, until: Until) -> None:
    image().layer("photo", OPAQUE)
    docker.look()
    until(lambda: docker.gallery.count() == 4)

    def choose(*rows: int) -> tuple[float, str]:
        docker.gallery.blockSignals(True)
        docker.gallery.clearSelection()
        docker.gallery.blockSignals(False)
        for row in rows:
            docker.gallery.item(row).setSelected(True)
        return shop.recipe.strength, shop.recipe.color

    assert choose(1) == (50, "style")
    assert choose(0) == (50, "style")
    assert shop.recipe.styles[0].scale is None  # automatic: the server knows what the style suggests
    assert choose(2) == (60, "match")
    assert docker.controls.slider.value() == 60
    assert choose(3) == (70, "style")
    assert choose(2, 3) == (65, "style")  # their mean; and they do not agree on colors
    docker.controls.slider.setValue(20)
    assert choose(2) == (20, "style")  # somebody is at work: nothing moves by itself any more
    docker.controls.slider.setValue(60)
    docker.controls._fields["color"].setCurrentIndex(docker.controls._fields["color"].findData("match"))
    assert choose(3) == (70, "style")  # what suits is chosen again, so that it follows again


def test_the_controls_edit_the_recipe_and_follow_it(docker: Any, shop: Any) -> None:
    from dataclasses import replace

    docker.controls.slider.setValue(80)
    docker.controls._fields["preset"].setCurrentIndex(2)
    docker.controls._fields["seed"].setValue(41)
    assert (shop.recipe.strength, shop.recipe.preset, shop.recipe.seed) == (80.0, "fine", 41)
    shop.choose(replace(shop.recipe, strength=15.0, size=768))
    assert docker.controls.number.value() == 15
    assert docker.controls._fields["size"].currentData() == 768


def test_the_rows_of_the_styles_follow_the_recipe(docker: Any, shop: Any) -> None:
    from dataclasses import replace

    spin = docker.selected_styles._spins[shop.recipe.styles[0].key, "scale"]
    shop.choose(replace(shop.recipe, styles=(replace(shop.recipe.styles[0], scale=2.5),)))
    assert spin.value() == 2.5
    spin.setValue(0.5)
    assert shop.recipe.styles[0].scale == 0.5


def test_strokes_are_automatic_until_somebody_chooses_a_size_and_tell_what_was_chosen(docker: Any, shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    document.layer("photo", OPAQUE)
    docker.look()

    def shown() -> Any:
        return docker.selected_styles._spins[shop.recipe.styles[0].key, "scale"]

    assert (shown().text(), shop.recipe.styles[0].scale) == ("Strokes automatic", None)
    docker.paint.click()
    until(lambda: len(document.root.children) == 2 and not shop.running())
    assert session.requests[0].styles[0].scale is None
    until(lambda: shown().text() == "Strokes automatic: 0.7")
    shown().stepUp()
    assert (shown().text(), shop.recipe.styles[0].scale) == ("Strokes × 0.70", 0.7)
    shown().stepUp()
    assert shop.recipe.styles[0].scale == 0.75
    shown().setValue(shown().minimum())
    assert (shown().text(), shop.recipe.styles[0].scale) == ("Strokes automatic: 0.7", None)


def test_a_region_that_is_chosen_elsewhere_is_shown(docker: Any, shop: Any, image: Any) -> None:
    """By another window's docker, or with the settings of a painted layer."""
    from dataclasses import replace

    from restyle.host import layers

    document = image()
    sky = document.layer("sky", OPAQUE)
    docker.look()
    styles = (StyleChoice(library="woodcut"), StyleChoice(library="night"))
    shop.choose(replace(shop.recipe, styles=styles))
    assert [box.currentData() for box in docker.selected_styles._places.values()] == ["", ""]
    region = f"layer:{layers.layer_id(sky)}"
    for chosen in (region, "", region):
        shop.choose(replace(shop.recipe, styles=(replace(styles[0], region=chosen), styles[1])))
        assert [box.currentData() for box in docker.selected_styles._places.values()] == [chosen, ""]
    shop.choose(replace(shop.recipe, styles=(replace(styles[0], region=region),)))
    assert [box.currentData() for box in docker.selected_styles._places.values()] == [region]


def test_the_time_it_will_take_is_told_as_soon_as_there_is_a_server(docker: Any, shop: Any, image: Any, until: Until) -> None:
    image().layer("photo", OPAQUE)
    docker.look()
    until(lambda: "about 75 s" in docker.status.words.text())


def test_two_windows_show_one_workshop(docker: Any, shop: Any) -> None:
    from restyle.ui.docker import Docker

    second = Docker(shop)
    docker.controls.slider.setValue(33)
    assert second.controls.slider.value() == 33
    second.deleteLater()


def test_a_painting_is_watched_and_ends_in_the_status_line(docker: Any, shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    document.layer("photo", OPAQUE)
    session.hold = True
    docker.look()
    docker.paint.click()
    until(lambda: docker.running.keep.isEnabled())
    assert docker.pages.currentWidget() is docker.running
    assert "step 3 of 12" in docker.running.words.text()
    assert "8 s" in docker.running.words.text()
    assert docker.running.picture._image is not None
    assert not docker.paint.isVisible()
    docker.running.keep.click()
    until(lambda: docker.pages.currentWidget() is docker.making)
    until(lambda: "stopped early" in docker.status.words.text())
    assert docker.recent.list.count() == 1


def test_what_goes_wrong_is_a_sentence_in_the_status_line(docker: Any, shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    layer = document.layer("photo", OPAQUE)
    docker.look()
    layer.setLocked(True)
    docker.paint.click()
    assert "locked" in docker.status.words.text()
    layer.setLocked(False)
    session.error = client.ServerGone("The server stopped answering; try again.")
    docker.paint.click()
    until(lambda: "went away" in docker.status.words.text())
    until(lambda: docker.status.retry.isVisible())
    assert shop.paintings[-1].phase is Phase.FAILED


def test_the_status_line_says_what_to_do_first(docker: Any, shop: Any, image: Any, until: Until) -> None:
    docker.look()
    assert docker.status.words.text() == strings.SERVER_OFF
    assert docker.gallery._nothing() == strings.NO_STYLES_YET
    document = image()
    document.layer("photo", OPAQUE)
    shop.choose_styles(())
    docker.look()
    until(lambda: docker.status.words.text().startswith(strings.READY_FOR_STYLE))
    fake_krita.Krita.documents_open.clear()
    docker.look()
    assert docker.status.words.text().startswith(strings.READY_FOR_IMAGE)


def test_a_style_that_the_server_refuses_is_told_until_something_else_is_done(docker: Any, shop: Any, image: Any, until: Until, session: Any) -> None:
    image().layer("photo", OPAQUE)
    docker.look()
    until(lambda: shop.server.state is ServerState.READY)
    session.add_style = lambda *_arguments, **_named: (_ for _ in ()).throw(client.InvalidRequest("file: this is no picture; give a PNG.", "file"))
    docker.add.adding.take([Path(__file__)])
    until(lambda: docker.status.words.text() == "This is no picture; give a PNG.")
    shop.server.look()
    until(lambda: shop.server.state is ServerState.READY)
    assert docker.status.words.text() == "This is no picture; give a PNG."
    docker.paint.click()
    until(lambda: "is painted" in docker.status.words.text())


def test_vgg19_is_offered_where_it_is_missing(docker: Any, image: Any, until: Until) -> None:
    image().layer("photo", OPAQUE)
    docker.look()
    until(lambda: docker.status.install.isVisible())
    until(lambda: "VGG16" in docker.status.words.text() and "about 75 s" in docker.status.words.text())


def test_the_wheel_changes_nothing_on_its_way_down_the_settings(docker: Any, shop: Any, image: Any, until: Until, application: Any) -> None:
    image().layer("photo", OPAQUE)
    docker.look()
    docker.controls.more.setChecked(True)
    docker.resize(260, 270)
    application.processEvents()
    before, spin = shop.recipe, next(iter(docker.selected_styles._spins.values()))
    bar = docker.controls.parentWidget().parentWidget().parentWidget().verticalScrollBar()
    assert bar.maximum() > 0
    for widget in (spin, docker.controls.slider, docker.controls.number, docker.controls._fields["preset"]):
        bar.setValue(0)
        turn(widget, application)
        assert bar.value() > 0, widget
    assert shop.recipe == before
    docker.resize(260, 900)
    until(lambda: bar.maximum() == 0)
    turn(docker.controls.slider, application)  # with nothing to scroll it is the slider's
    assert shop.recipe.strength < before.strength


def turn(widget: Any, application: Any) -> None:
    """The wheel, one notch towards the painter."""
    core, qt = fake_krita.QtCore, fake_krita.QtCore.Qt
    place = core.QPointF(widget.rect().center())
    event = fake_krita.QtGui.QWheelEvent(
        place, core.QPointF(widget.mapToGlobal(widget.rect().center())), core.QPoint(), core.QPoint(0, -120),
        qt.MouseButton.NoButton, qt.KeyboardModifier.NoModifier, qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    application.sendEvent(widget, event)


def test_a_long_sentence_ends_where_its_lines_do(docker: Any, shop: Any, image: Any) -> None:
    image().layer("photo", OPAQUE)
    docker.look()
    shop.say("Something went wrong, and this is what to do about it. " * 9)
    words = docker.status.words
    assert words.text().endswith(" …")
    assert words.toolTip() == shop.complaint
    assert words.heightForWidth(words.width()) <= words.maximumHeight()
    shop.choose_styles(())  # whatever is chosen ends the complaint
    assert shop.complaint == ""


def test_tab_goes_through_the_docker_from_top_to_foot(docker: Any) -> None:
    chain, widget = [], docker.tabs
    for _ in range(400):
        chain.append(widget)
        widget = widget.nextInFocusChain()
        if widget is docker.tabs:
            break
    places = [chain.index(wanted) for wanted in docker.focus_chain()]
    assert places == sorted(places)


def test_it_fits_into_270_pixels(docker: Any, application: Any) -> None:
    docker.resize(250, 270)
    application.processEvents()
    assert docker.minimumSizeHint().height() <= 270
    assert docker.minimumSizeHint().width() <= 260
    assert docker.paint.isVisible()
    bottom = docker.paint.mapTo(docker, docker.paint.rect().bottomLeft()).y()
    assert bottom <= docker.height()


def test_every_control_has_a_name_for_those_who_cannot_see_it(docker: Any) -> None:
    for widget in docker.focus_chain():
        text = widget.text() if hasattr(widget, "text") else ""
        assert widget.accessibleName() or text or widget is docker.tabs, widget


def test_no_color_is_written_into_the_docker() -> None:
    from pathlib import Path

    for path in Path(strings.__file__).parent.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "setStyleSheet" not in text
        assert "QColor(" not in text


def test_settings_changed_while_painting_do_not_change_the_painting(docker: Any, shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    document.layer("photo", OPAQUE)
    docker.look()
    session.hold = True
    docker.paint.click()
    docker.controls.slider.setValue(3)
    session.release.set()
    until(lambda: len(document.root.children) == 2)
    assert session.requests[0].parameters.strength == 50.0


def test_a_picture_in_the_clipboard_or_a_file_becomes_a_style_of_ones_own(docker: Any, shop: Any, session: Any, until: Until, tmp_path: Any) -> None:
    picture = fake_krita.QtGui.QImage(20, 20, fake_krita.QtGui.QImage.Format.Format_ARGB32)
    picture.fill(fake_krita.QtCore.Qt.GlobalColor.red)
    clipboard = fake_krita.QtWidgets.QApplication.clipboard()
    clipboard.clear()
    shop.attempt(docker.add.adding.clipboard)
    assert shop.complaint == strings.NO_CLIPBOARD
    clipboard.setImage(picture)
    shop.attempt(docker.add.adding.clipboard)
    until(lambda: shop.recipe.styles[0].library == "mine")
    picture.save(str(tmp_path / "my cat.png"))
    docker.add.adding.take([tmp_path / "my cat.png"])
    until(lambda: len(session.added) == 2)
    assert [title for _, title in session.added] == [strings.CLIPBOARD, "my cat"]
    assert all(file.startswith(b"\x89PNG") for file, _ in session.added)
    shop.attempt(lambda: docker.add.adding.take([tmp_path / "nowhere.png"]))
    assert "nowhere.png" in shop.complaint


def test_installing_vgg19_is_followed_to_its_end(docker: Any, shop: Any, image: Any, session: Any, until: Until) -> None:
    image().layer("photo", OPAQUE)
    docker.look()
    until(lambda: docker.status.install.isVisible())
    docker.status.install.click()
    until(lambda: "1 MiB of 2 MiB" in docker.status.words.text())
    assert not docker.status.install.isVisible()
    session.error = client.WrongState("The download broke off; try again.")
    session.release.set()
    until(lambda: "broke off" in docker.status.words.text())
    shop.server.look()
    until(lambda: shop.server.state is ServerState.READY)
    assert "broke off" in docker.status.words.text()  # a server that says no is as well as before, and does not talk over its no
    session.error = None
    docker.status.install.click()
    until(lambda: docker.status.words.text() == strings.INSTALLED)


def test_a_docker_whose_window_is_closed_hears_nothing_more(shop: Any, application: Any) -> None:
    from restyle.ui.docker import Docker

    closed = Docker(shop)
    closed.deleteLater()
    kind = fake_krita.QtCore.QEvent.Type.DeferredDelete
    application.sendPostedEvents(None, int(getattr(kind, "value", kind)))
    shop.changed()
    assert len(shop._listeners) == 0


def test_the_buttons_stay_where_they_are_whatever_is_said(docker: Any, shop: Any, image: Any, until: Until, application: Any) -> None:
    image().layer("photo", OPAQUE)
    docker.look()
    until(lambda: shop.server.state is ServerState.READY)
    for height in (620, 270):
        docker.resize(260, height)
        application.processEvents()
        places, settings = set(), set()
        for words in ("", "Locked.", "One thing went wrong, and this is what to do about it, in words that need several lines. " * 2):
            shop.say(words)
            application.processEvents()
            places.add((docker.paint.mapTo(docker, docker.paint.rect().topLeft()).y(), docker.explore.y(), docker.other.y()))
            if len(words) < 10:
                settings.add(docker.controls.mapTo(docker, docker.controls.rect().topLeft()).y())
        assert len(places) == 1, (height, places)
        assert len(settings) == 1, (height, settings)
        shop.say("")
