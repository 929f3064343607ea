"""Owns taking the pictures of Krita that the documents show: its window with a photograph, the docker, and a style that is chosen."""

# mypy: ignore-errors

from dataclasses import replace
from pathlib import Path

from krita_bench import QUICK, application, docker, show, undo, wait
from restyle.host.api import QtCore
from restyle.model.controller import controller
from restyle.packages import Phase

WIDTH, HEIGHT = 1000, 650  # px of the window
IN_THE_WAY = ("OverviewDocker", "sharedtooldocker", "ArtisticColorSelector", "AdvancedColorSelector", "WideGamutColorSelector", "PresetDocker", "PresetHistory")
IN_THE_WAY += ("ChannelDocker", "HistoryDocker", "SnapshotDocker", "BrushHudDocker", "ColorSelectorNg", "PaletteDocker", "SpecificColorSelector")


def test_the_docker_beside_a_photograph():
    window = application().activeWindow().qwindow()
    window.showNormal()
    window.resize(WIDTH, HEIGHT)
    document = application().openDocument(str(Path.home() / "coffee.png"))
    yield from show(document)
    dock = docker()
    for each in application().dockers():
        if each.objectName() in IN_THE_WAY:
            each.setVisible(False)
    dock.setFloating(False)
    dock.setVisible(True)
    dock.raise_()
    yield from wait(lambda: controller().server.tiles, what="the gallery")
    tiles = {dock.gallery.item(row).text(): dock.gallery.item(row).data(QtCore.Qt.ItemDataRole.UserRole) for row in range(dock.gallery.count())}
    controller().choose(replace(QUICK, styles=(tiles["Swirling night"],), strength=60.0, size=256))
    painting = controller().paint(document, document.topLevelNodes()[0])  # so that the next estimate has a time
    yield from wait(lambda: painting.over, what="a painting")
    assert painting.phase is Phase.DONE, painting.text
    yield from undo(document, lambda: len(document.topLevelNodes()) == 1)
    yield 15  # the word about the painting goes
    dock.look()
    controller().estimate()
    yield from wait(lambda: "about" in controller().server.facts, what="an estimate")
    item = next(dock.gallery.item(row) for row in range(dock.gallery.count()) if dock.gallery.item(row).text() == "Swirling night")
    dock.gallery.scrollToItem(item)
    application().action("zoom_to_fit").trigger() if application().action("zoom_to_fit") else None
    yield 2
    window.grab().save(str(Path.home() / "krita-docker.png"))
