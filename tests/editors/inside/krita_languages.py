"""Owns looking at Krita's actions and the docker in another language."""

# mypy: ignore-errors

import json
from dataclasses import replace
from pathlib import Path

from krita_bench import QUICK, application, docker, image, wait
from restyle import strings
from restyle.host.api import QtCore, QtWidgets
from restyle.model.controller import controller
from restyle.packages import catalogue

WIDTH, HEIGHT = 1100, 900  # px of the window


def test_the_docker_and_the_actions():
    window = application().activeWindow().qwindow()
    window.showNormal()
    window.resize(WIDTH, HEIGHT)
    yield from image(width=128, height=96)
    dock = docker()
    for each in application().dockers():
        each.setVisible(each is dock)
    dock.setFloating(False)
    dock.raise_()
    yield from wait(lambda: controller().server.tiles, what="the gallery")
    tile = dock.gallery.item(1).data(QtCore.Qt.ItemDataRole.UserRole)
    controller().choose(replace(QUICK, styles=(tile,)))
    more = next(each for each in dock.findChildren(QtWidgets.QToolButton) if each.text() == strings.MORE)
    more.click()
    yield 3
    window.grab().save(str(Path.home() / "docker.png"))
    names = ("restyle_layer", "restyle_layer_with", "restyle_texture", "restyle_legible", "restyle_cancel")
    found = {"language": catalogue.language(), "title": dock.windowTitle(), "actions": [application().action(name).text() for name in names]}
    found["words"] = sorted({each.text() for kind in (QtWidgets.QLabel, QtWidgets.QPushButton) for each in dock.findChildren(kind) if each.text()})
    (Path.home() / "language.json").write_text(json.dumps(found), encoding="utf-8")
