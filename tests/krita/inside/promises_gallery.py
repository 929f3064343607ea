"""Owns the promises about the gallery: what narrows it, the stars, the tiles' sizes, what is dropped on it, and files that are chosen with a preview."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import fake_krita
import fake_session
import pytest
import restyle_client as client
from restyle import strings
from restyle.host.recipe import StyleChoice
from restyle.packages import Narrowing, gallery

QtCore, QtGui, QtWidgets = fake_krita.QtCore, fake_krita.QtGui, fake_krita.QtWidgets
OPAQUE = bytes([10, 20, 30, 255])
Until = Callable[[Callable[[], Any]], None]
TAGS = {"woodcut": ("print", "line"), "night": ("oil",), "wave": ("print",), "glass": ("glass", "line")}


@pytest.fixture
def filled(docker: Any, image: Any, until: Until, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A docker whose styles have tags."""
    tagged = [replace(style, tags=TAGS[style.id], credit="Hokusai" if style.id == "wave" else "") for style in fake_session.STYLES]
    monkeypatch.setattr(fake_session, "STYLES", tagged)
    image().layer("photo", OPAQUE)
    docker.look()
    until(lambda: docker.gallery.count() == 4)
    return docker


def shown(docker: Any) -> list[str]:
    return [docker.gallery.item(row).text() for row in range(docker.gallery.count()) if not docker.gallery.item(row).isHidden()]


def item(docker: Any, title: str) -> Any:
    return next(docker.gallery.item(row) for row in range(docker.gallery.count()) if docker.gallery.item(row).text() == title)


def entries(menu: Any) -> dict[str, Any]:
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions()}


def test_what_is_typed_narrows_at_once_and_what_is_chosen_stays_chosen(filled: Any, shop: Any) -> None:
    assert [style.library for style in shop.recipe.styles] == ["woodcut"]
    filled.narrowing.search.setText("ni")
    assert shown(filled) == ["Night"]
    filled.narrowing.search.setText("hokusai")
    assert shown(filled) == ["Wave"]
    filled.narrowing.search.setText("line glass")
    assert shown(filled) == ["Glass"]
    assert [style.library for style in shop.recipe.styles] == ["woodcut"]
    filled.narrowing.search.setText("nowhere")
    assert (shown(filled), filled.gallery._nothing()) == ([], strings.NO_MATCH)
    filled.narrowing.search.clear()
    assert len(shown(filled)) == 4
    assert filled.gallery._nothing() == ""


def test_enter_hands_the_keyboard_to_the_first_style_that_is_found(filled: Any) -> None:
    filled.narrowing.search.setText("wave")
    filled.narrowing.search.returnPressed.emit()
    assert filled.gallery.currentItem().text() == "Wave"


def test_tags_are_offered_with_how_many_have_them(filled: Any) -> None:
    words = entries(filled.narrowing.tags.menu())
    assert list(words) == [strings.TAGS_ALL, "glass (1)", "line (2)", "oil (1)", "print (2)"]
    assert words[strings.TAGS_ALL].isChecked()
    words["line (2)"].trigger()
    assert shown(filled) == ["Woodcut", "Glass"]
    assert filled.narrowing.tags.text() == "line"
    assert "line" in filled.narrowing.tags.accessibleName()
    entries(filled.narrowing.tags.menu())[strings.TAGS_ALL].trigger()
    assert len(shown(filled)) == 4


def test_a_tag_is_shown_with_all_its_letters(filled: Any, shop: Any) -> None:
    shop.server._library["night"] = replace(shop.server._library["night"], tags=("b & w",))
    words = entries(filled.narrowing.tags.menu())
    words["b && w (1)"].trigger()
    assert filled.gallery.narrowing.tag == "b & w"
    assert filled.narrowing.tags.text() == "b && w"


def press(filled: Any, place: Any) -> None:
    """The left button, in the gallery."""
    qt, viewport = QtCore.Qt, filled.gallery.viewport()
    for kind in (QtCore.QEvent.Type.MouseButtonPress, QtCore.QEvent.Type.MouseButtonRelease):
        point = QtCore.QPointF(place)
        event = QtGui.QMouseEvent(
            kind, point, QtCore.QPointF(viewport.mapToGlobal(place)), qt.MouseButton.LeftButton, qt.MouseButton.LeftButton, qt.KeyboardModifier.NoModifier
        )
        QtWidgets.QApplication.sendEvent(viewport, event)


def test_a_click_on_the_star_makes_a_favorite_and_chooses_nothing(filled: Any, shop: Any, application: Any) -> None:
    application.processEvents()
    rectangle = filled.gallery.visualItemRect(item(filled, "Night"))
    press(filled, filled.gallery._delegate.star(rectangle).center())
    assert shop.taste.favorites == {"night"}
    assert [style.library for style in shop.recipe.styles] == ["woodcut"]
    press(filled, rectangle.center())
    assert [style.library for style in shop.recipe.styles] == ["night"]
    filled.narrowing.favorites.click()
    assert shown(filled) == ["Night"]
    press(filled, filled.gallery._delegate.star(filled.gallery.visualItemRect(item(filled, "Night"))).center())
    assert shown(filled) == []
    filled.narrowing.favorites.click()
    assert len(shown(filled)) == 4


def test_the_keyboard_and_the_menu_make_favorites_too_and_they_are_kept(filled: Any, shop: Any) -> None:
    filled.gallery.setCurrentItem(item(filled, "Wave"))
    key = QtGui.QKeyEvent(QtCore.QEvent.Type.KeyPress, int(QtCore.Qt.Key.Key_Asterisk), QtCore.Qt.KeyboardModifier.NoModifier, "*")
    QtWidgets.QApplication.sendEvent(filled.gallery, key)
    assert shop.taste.favorites == {"wave"}
    assert item(filled, "Wave").data(QtCore.Qt.ItemDataRole.AccessibleTextRole) == f"Wave, {strings.FAVORITE}"
    filled.gallery.menu_of(item(filled, "Glass")).actions()[0].trigger()
    assert gallery.of_user("krita").favorites == {"wave", "glass"}
    filled.gallery.menu_of(item(filled, "Glass")).actions()[0].trigger()
    assert gallery.of_user("gimp").favorites == {"wave"}


def test_what_can_not_be_kept_is_told(filled: Any, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop.taste, "_save", lambda: False)
    words = strings.TASTE_UNKEPT.format(folder=shop.taste.file.parent)
    shop.attempt(lambda: shop.tag("glass", ("windows",)))
    assert shop.complaint == words
    monkeypatch.undo()
    shop.tag("glass", ())
    assert shop.complaint == ""


def test_a_style_gets_tags_that_find_it_and_are_kept(filled: Any, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []
    answers = iter([("harbour, at night", True), ("never", False), ("x" * 60, True), ("", True)])

    def ask(_parent: Any, title: str, _label: str, _mode: Any, words: str) -> tuple[str, bool]:
        asked.append((title, words))
        return next(answers)

    monkeypatch.setattr(QtWidgets.QInputDialog, "getText", ask)

    def press() -> None:
        next(each for each in filled.gallery.menu_of(item(filled, "Night")).actions() if each.text() == strings.TAGS_EDIT).trigger()

    press()
    assert asked == [(strings.TAGS_OF.format(name="Night"), "oil")]
    filled.narrowing.search.setText("harb")
    assert shown(filled) == ["Night"]
    assert "harbour, at night" in item(filled, "Night").toolTip()
    assert "at night (1)" in entries(filled.narrowing.tags.menu())
    filled.narrowing.search.clear()
    assert gallery.of_user("gimp").tags == {"night": ("harbour", "at night")}
    press()
    assert gallery.of_user("gimp").tags == {"night": ("harbour", "at night")}
    press()
    assert shop.complaint == strings.TAGS_WRONG.format(most=32, longest=48)
    press()
    assert gallery.of_user("gimp").tags == {}
    assert item(filled, "Night").toolTip() == "Night\nSwirls\nTags: oil"


def test_tiles_have_three_sizes_in_all_windows_and_in_the_next_session(filled: Any, shop: Any) -> None:
    from restyle.ui.docker import Docker

    second = Docker(shop)
    before = filled.gallery.gridSize().height()
    words = entries(filled.narrowing.sizes.menu())
    assert list(words) == list(strings.TILE_SIZES.values())
    words[strings.TILE_SIZES["large"]].trigger()
    assert filled.gallery.gridSize().height() > before
    assert second.gallery.gridSize().height() > before
    assert gallery.of_user("krita").tiles == "large"
    entries(filled.narrowing.sizes.menu())[strings.TILE_SIZES["small"]].trigger()
    assert filled.gallery.gridSize().height() < before
    second.deleteLater()


def test_pictures_are_read_only_when_they_are_seen(filled: Any, shop: Any, until: Until, application: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from restyle.host import thumbnails

    read: list[bytes] = []
    monkeypatch.setattr(thumbnails, "of_file", lambda data: read.append(data))
    many = tuple(replace(shop.server.tiles[0], id=f"style-{number}", title=f"Style {number}", picture=str(number).encode()) for number in range(500))
    shop.server.tiles = many
    shop.changed()
    until(lambda: len(read) > 3)
    for _ in range(20):
        application.processEvents()
    assert len(read) < 60
    filled.narrowing.search.setText("style 499")
    until(lambda: b"499" in read)


def drop(filled: Any, data: Any) -> None:
    qt, place = QtCore.Qt, QtCore.QPoint(10, 10)
    entering = QtGui.QDragEnterEvent(place, qt.DropAction.CopyAction, data, qt.MouseButton.LeftButton, qt.KeyboardModifier.NoModifier)
    assert filled.gallery.viewport().acceptDrops()
    filled.gallery.dragEnterEvent(entering)
    assert entering.isAccepted()
    event = QtGui.QDropEvent(QtCore.QPointF(place), qt.DropAction.CopyAction, data, qt.MouseButton.LeftButton, qt.KeyboardModifier.NoModifier)
    filled.gallery.dropEvent(event)


def test_dropped_files_and_pictures_become_styles_and_an_address_alone_a_sentence(filled: Any, shop: Any, session: Any, until: Until, tmp_path: Path) -> None:
    picture = QtGui.QImage(20, 20, QtGui.QImage.Format.Format_ARGB32)
    picture.fill(QtCore.Qt.GlobalColor.red)
    picture.save(str(tmp_path / "my cat.png"))
    files, address, nothing = QtCore.QMimeData(), QtCore.QMimeData(), QtCore.QMimeData()
    files.setUrls([QtCore.QUrl.fromLocalFile(str(tmp_path / "my cat.png"))])
    drop(filled, files)
    until(lambda: [title for _, title in session.added] == ["my cat"])
    until(lambda: shop.recipe.styles[0].library == "mine")
    address.setUrls([QtCore.QUrl("https://example.org/a%20b.jpg")])
    drop(filled, address)
    assert shop.complaint == strings.DROP_ADDRESS
    address.setImageData(picture)
    drop(filled, address)
    until(lambda: [title for _, title in session.added] == ["my cat", strings.DROPPED])
    assert shop.complaint == ""
    nothing.setText("hello")
    entering = QtGui.QDragEnterEvent(
        QtCore.QPoint(), QtCore.Qt.DropAction.CopyAction, nothing, QtCore.Qt.MouseButton.LeftButton, QtCore.Qt.KeyboardModifier.NoModifier
    )
    entering.setAccepted(False)
    filled.gallery.dragEnterEvent(entering)
    assert not entering.isAccepted()


def test_a_file_is_shown_before_it_is_chosen(filled: Any, tmp_path: Path) -> None:
    from restyle.ui.picture_dialog import PictureDialog

    picture = QtGui.QImage(60, 40, QtGui.QImage.Format.Format_ARGB32)
    picture.fill(QtCore.Qt.GlobalColor.red)
    picture.save(str(tmp_path / "a.png"))
    (tmp_path / "b.png").write_bytes(b"no picture")
    dialog = PictureDialog(filled, str(tmp_path))
    dialog.preview(str(tmp_path / "a.png"))
    assert (dialog.words.text(), dialog.picture.pixmap().isNull()) == ("60 × 40 px", False)
    dialog.preview(str(tmp_path / "b.png"))
    assert dialog.words.text() == strings.FILE_NO_PREVIEW
    dialog.preview(str(tmp_path))
    assert dialog.words.text() == ""
    dialog.deleteLater()


def test_a_low_docker_keeps_its_room_for_pictures_but_hides_nothing_unseen(filled: Any, application: Any) -> None:
    filled.resize(260, 270)
    application.processEvents()
    assert not filled.narrowing.isVisible()
    filled.resize(260, 620)
    application.processEvents()
    assert filled.narrowing.isVisible()
    filled.gallery.narrow(Narrowing("wave"))
    filled.resize(260, 270)
    application.processEvents()
    assert filled.narrowing.isVisible()


def test_a_style_of_a_shared_folder_can_not_be_removed(shop: Any) -> None:
    shop.server._styles([client.Style("a", "A", shared=True), client.Style("b", "B"), client.Style("c", "C", builtin=True)])
    assert [tile.own for tile in shop.server.tiles] == [False, True, False]


def test_a_style_that_took_another_ones_name_has_its_own_picture(filled: Any) -> None:
    found, choice = filled.gallery, item(filled, "Night").data(QtCore.Qt.ItemDataRole.UserRole)
    keys = set()
    for picture in (bytes(100) + b"a", bytes(100) + b"b"):  # as the heads of all JPEGs are
        found._tiles["night"] = replace(found._tiles["night"], picture=picture)
        keys.add(found._picture_key(choice))
    assert len(keys) == 2


def test_a_style_of_a_pipe_has_no_picture_and_nobody_waits_for_it(filled: Any, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    assert filled.gallery._picture_of(StyleChoice(file=str(tmp_path / "pipe.png"))) is None
