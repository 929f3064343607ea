"""Owns the promises about the docker and its dialogs in a real Krita, the longest pause of its windows, and pictures of the docker for people to look at."""

# mypy: ignore-errors

import subprocess
import time
from dataclasses import replace
from pathlib import Path

from krita_bench import QUICK, STILL, application, docker, entry, image, layer, paint, select, show, wait
from restyle import strings
from restyle.automation import paint as paint_from_script
from restyle.host.api import QtCore, QtGui, QtWidgets
from restyle.host.source import find
from restyle.model.controller import controller
from restyle.packages import presets
from restyle_driver import opened

HOME = Path.home()
LARGE = 4096  # px
LONGEST_PAUSE = 300  # ms: the aim; ten times that, or ten times Krita's own call, is a failure on a machine that has better things to do
TICK = 5  # ms
THEMES = {"dark": "Krita dark", "light": "Krita bright"}


def photo():
    """An image with the photograph that the test put into the home."""
    document = application().openDocument(str(HOME / "photo.png"))
    yield from show(document)
    return document, document.topLevelNodes()[0]


def floated(width, height):
    """The docker as a window of its own size."""
    dock = docker()
    dock.setVisible(True)
    dock.setFloating(True)
    dock.resize(width, height)
    return dock


def take(dock, name):
    dock.grab().save(str(HOME / f"{name}.png"))


def wear(theme):
    for action in application().activeWindow().qwindow().findChildren(QtGui.QAction if hasattr(QtGui, "QAction") else QtWidgets.QAction):
        if action.text().replace("&", "") == theme:
            action.trigger()
            return
    raise AssertionError(f"no theme {theme}")


def test_the_docker_in_both_themes():
    document, source = yield from photo()
    dock = floated(290, 640)
    yield from wait(lambda: controller().server.tiles, what="the gallery")
    tile = next(tile for tile in controller().server.tiles if tile.id == "wave")
    controller().choose(replace(QUICK, styles=(dock.gallery.item(0).data(QtCore.Qt.ItemDataRole.UserRole),), strength=60.0, preset="standard", size=0))
    assert tile.picture
    for name, theme in THEMES.items():
        wear(theme)
        yield 1.0
        dock.look()
        for size, mark in (((290, 640), ""), ((260, 270), "-270")):
            dock = floated(*size)
            yield 0.8
            take(dock, f"idle{mark}-{name}")
        dock = floated(290, 640)
        dock.controls.more.setChecked(True)
        yield 0.3
        take(dock, f"more-{name}")
        dock.controls.more.setChecked(False)
        painting = controller().paint(document, source, replace(QUICK, size=128, preset="standard", styles=controller().recipe.styles))
        yield from wait(lambda painting=painting: (painting.preview is not None and painting.fraction > 0.3) or painting.over, what="a preview")
        assert dock.pages.currentWidget() is dock.running
        take(dock, f"running-{name}")
        dock = floated(260, 270)
        yield 0.3
        take(dock, f"running-270-{name}")
        painting.cancel()
        yield from wait(lambda painting=painting: painting.over, what="cancelled")
        source.setLocked(True)
        dock = floated(290, 640)
        dock.look()
        dock.paint.click()
        yield 0.3
        assert "locked" in dock.status.words.toolTip()
        take(dock, f"error-{name}")
        source.setLocked(False)
        controller().complaint = ""
    dock.setFloating(False)
    wear(THEMES["dark"])


def dialog(action, kind, name):
    """Chooses an entry of a menu, and waits for the dialog that it opens; takes its picture."""
    QtCore.QTimer.singleShot(0, action.trigger)  # which comes back when the dialog is closed
    yield from wait(lambda: isinstance(QtWidgets.QApplication.activeModalWidget(), kind), 60, f"a dialog for {action.text()}")
    yield 0.5
    opened_dialog = QtWidgets.QApplication.activeModalWidget()
    opened_dialog.grab().save(str(HOME / f"{name}.png"))
    return opened_dialog


def keys(*arguments):
    """A person at the keyboard."""
    subprocess.run(["xdotool", *arguments], check=True)


def test_a_picture_file_is_chosen_in_the_dialog():
    yield from photo()
    QtGui.QImage(str(HOME / "photo.png")).mirrored(True, False).save(str(HOME / "by hand.png"))
    dock = docker()
    dock.setVisible(True)
    dock.look()
    controller().choose(STILL)
    action = entry(dock.add.menu(), strings.ADD_FILE)
    files = yield from dialog(action, QtWidgets.QFileDialog, "dialog-file")
    assert files.windowTitle() == strings.FILE_TITLE
    keys("key", "Escape")
    yield from wait(lambda: QtWidgets.QApplication.activeModalWidget() is None, 60, "the dialog's end")
    assert controller().recipe == STILL
    yield from dialog(action, QtWidgets.QFileDialog, "dialog-file")
    keys("type", str(HOME / "by hand.png"))
    keys("key", "Return")
    yield from wait(lambda: controller().recipe.styles[0].title == "by hand", 60, "the file's style")
    mine = controller().recipe.styles[0]
    yield from wait(lambda: any(tile.id == mine.library for tile in controller().server.tiles), 60, "its picture")
    assert [item.text() for item in dock.gallery.selectedItems()] == ["by hand"]
    yield from dialog(action, QtWidgets.QFileDialog, "dialog-file")
    keys("type", str(HOME / "example.py"))
    keys("key", "Return")
    yield from wait(lambda: controller().complaint, 60, "what is wrong with a file that is no picture")
    assert controller().recipe.styles == (mine,)
    told = dock.status.words.toolTip()
    dock.gallery._remove(mine)
    yield from wait(lambda: not any(tile.id == mine.library for tile in controller().server.tiles), 60, "its end")
    assert controller().recipe.styles == ()
    return told


def test_the_wheel_scrolls_the_settings_and_changes_none():
    yield from photo()
    controller().choose(replace(STILL, strength=37.0))
    before = controller().recipe
    dock = floated(260, 270)
    dock.move(200, 150)  # all of it on the screen
    dock.controls.more.setChecked(True)
    yield from wait(lambda: controller().server.tiles, what="the gallery")
    dock.raise_()
    yield 1.0
    bar = dock.controls.parentWidget().parentWidget().parentWidget().verticalScrollBar()
    for widget in (dock.controls.slider, dock.controls.number):
        bar.setValue(0)
        dock.gallery.setFocus()
        yield 0.3
        place = widget.mapToGlobal(widget.rect().center())
        keys("mousemove", str(place.x()), str(place.y()))
        yield 0.3
        keys("click", "--repeat", "3", "--delay", "100", "5")
        yield from wait(lambda: bar.value() > 0, 20, f"the settings scrolled over {widget}")
    assert controller().recipe == before
    dock.controls.more.setChecked(False)
    dock.setFloating(False)


def test_a_preset_is_named_in_the_dialog():
    yield from photo()
    dock = docker()
    dock.controls.more.setChecked(True)
    controller().choose(replace(STILL, strength=37.0))
    yield from dialog(entry(dock.controls.saved.menu(), strings.PRESET_SAVE), QtWidgets.QInputDialog, "dialog-preset")
    keys("type", "By hand")
    keys("key", "Return")
    yield from wait(lambda: "By hand" in presets.of_user().names(), 60, "the preset")
    assert presets.of_user().load("By hand")["strength"] == 37.0
    yield from dialog(entry(dock.controls.saved.menu(), strings.PRESET_SAVE), QtWidgets.QInputDialog, "dialog-preset")
    keys("type", "draft")
    keys("key", "Return")
    yield from wait(lambda: controller().complaint, 60, "why that name is taken")
    assert "draft" in dock.status.words.toolTip()
    presets.of_user().remove("By hand")
    dock.controls.more.setChecked(False)


def test_the_docker_paints_what_is_chosen():
    document, _ = yield from image(width=96, height=64, alpha=1.0)
    dock = docker()
    dock.setVisible(True)
    yield 0.6
    dock.look()
    controller().choose(QUICK)
    dock.look()
    assert dock.paint.isEnabled()
    dock.paint.click()
    yield from wait(lambda: len(document.topLevelNodes()) == 2, what="the painting")
    yield from wait(lambda: "is painted" in dock.status.words.toolTip(), what="its word")
    assert len(controller().history.recents) >= 1
    application().activeWindow().qwindow().grab().save(str(HOME / "window.png"))


def test_exploring_gives_six_pictures():
    document, _ = yield from image(width=64, height=64, alpha=1.0)
    dock = docker()
    yield 0.6
    dock.look()
    controller().choose(replace(QUICK, size=64))
    dock.explore.click()
    yield from wait(lambda: len(dock.exploring.drafts) == 6 and all(draft.image is not None for draft in dock.exploring.drafts), 240, "six drafts")
    dock = floated(290, 640)
    yield 0.5
    take(dock, "explore")
    dock.setFloating(False)
    dock.exploring.back.click()
    assert len(document.topLevelNodes()) == 1


def test_a_script_paints_every_layer():
    document, _ = yield from image(width=64, height=48, alpha=1.0)
    yield from layer(document, "second")
    yield 0.5
    exec(compile((HOME / "example.py").read_text(encoding="utf-8"), "example.py", "exec"), {"__name__": "example"})  # noqa: S102 - the page's own example
    yield 0.2
    assert [node.name() for node in document.topLevelNodes()] == ["photo", "woodcut · photo", "second", "woodcut · second"]


def test_a_script_may_close_the_image_that_it_painted():
    """At once, with its view open, as a script does that works through a folder."""
    for alpha in (1.0, 0.5):
        document, source = yield from image(width=64, height=48, alpha=alpha)
        painted = paint_from_script(source, document, style="woodcut", strength=0)
        assert painted.name() == "woodcut · photo"
        document.setModified(False)
        document.close()
        yield 1.0
    assert opened() == []


class Ticker:
    """Measures how long Qt's loop did not turn."""

    def __init__(self):
        self.longest, self.last = 0.0, time.monotonic()
        self.timer = QtCore.QTimer()
        self.timer.timeout.connect(self.tick)
        self.timer.start(TICK)

    def tick(self):
        now = time.monotonic()
        self.longest, self.last = max(self.longest, now - self.last), now

    def milliseconds(self):
        value, self.longest, self.last = round(1000 * self.longest), 0.0, time.monotonic()
        return value


def test_a_large_layer_leaves_the_windows_alive():
    document = application().createDocument(LARGE, LARGE, "large", "RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc", 72.0)
    yield from show(document)
    source = document.topLevelNodes()[0]
    source.setPixelData(QtCore.QByteArray(bytes([90, 120, 200, 255]) * (LARGE * LARGE)), 0, 0, LARGE, LARGE)
    document.refreshProjection()
    document.waitForDone()
    yield 1.0
    begun = time.monotonic()
    data = source.pixelData(0, 0, LARGE, LARGE)
    own_read = round(1000 * (time.monotonic() - begun))
    ticker = Ticker()
    yield 0.5
    ticker.milliseconds()
    painting = controller().paint(document, source, replace(STILL, size=64))
    yield from wait(lambda: painting.phase.value in ("running", "downloading", "done", "failed"), what="sent")
    sending = ticker.milliseconds()
    yield from wait(lambda: painting.phase.value in ("downloading", "done", "failed"), what="painted")
    working = ticker.milliseconds()
    yield from wait(lambda: painting.over, what="placed")
    yield 0.5
    placing = ticker.milliseconds()
    assert painting.phase.value == "done", painting.text
    begun = time.monotonic()
    twin = document.createNode("twin", "paintlayer")
    twin.setPixelData(data, 0, 0, LARGE, LARGE)
    document.rootNode().addChildNode(twin, None)
    own_write = round(1000 * (time.monotonic() - begun))
    assert find(document, source).sent.width == LARGE
    assert max(sending, working) <= 10 * max(LONGEST_PAUSE, own_read), (sending, working, own_read)
    assert placing <= 10 * max(LONGEST_PAUSE, own_write), (placing, own_write)
    return {"sending ms": sending, "working ms": working, "placing ms": placing, "krita's own read ms": own_read, "krita's own insert ms": own_write}


def test_a_selection_serves_as_a_style():
    document, source = yield from image(width=96, height=96, alpha=1.0)
    select(document, 8, 8, 40, 40)
    dock = docker()
    yield 0.5
    dock.add.adding.selection()
    style = controller().recipe.styles[0]
    assert style.crop == (8, 8, 40, 40)
    document.setSelection(None)
    yield from paint(source, replace(QUICK, styles=(style,), size=64))
    assert len(document.topLevelNodes()) == 2
