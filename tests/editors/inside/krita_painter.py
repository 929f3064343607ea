"""Owns the promises of a plug-in that came by Krita's own importer alone: its docker offers the painter, installs it, takes it away again, and then paints."""

# mypy: ignore-errors

import json
from pathlib import Path

from krita_bench import STILL, application, docker, image, paint, wait
from restyle import strings
from restyle.host.api import QtCore
from restyle.model.controller import controller
from restyle.packages import ServerState, Stage

HOME = Path.home()
DATA = HOME / ".local/share/restyle"
TICK_MS = 20


def settled():
    return controller().installation.stage not in (Stage.MISSING, Stage.LOOKING, Stage.WORKING, Stage.CANCELLING, Stage.REMOVING)


def photograph(name, height=600):
    """The docker alone, 270 px wide."""
    dock = docker()
    dock.setFloating(True)
    dock.resize(270, height)
    yield 0.3
    dock.grab().save(str(HOME / f"painter-{name}.png"))


def test_the_docker_offers_the_painter_before_anything_else():
    dock, now = docker(), controller().installation
    dock.setVisible(True)
    yield from wait(settled, what="what it would take")
    assert now.stage is Stage.OFFERED, now.words
    assert str(DATA / "environment") in dock.offering.words.text()
    assert " GB" in dock.offering.words.text()
    assert dock.offering.install.isVisible()
    assert not dock.paint.isVisible()
    assert not dock.status.isVisible()
    yield from photograph("offered")
    yield from photograph("offered-low", 270)
    assert dock.offering.install.geometry().bottom() <= dock.offering.height()
    assert not DATA.exists() or not (DATA / "environment").exists()


def test_an_image_is_no_reason_to_look_for_a_painter():
    yield from image(alpha=1.0)
    docker().look()
    yield 1.0
    assert controller().server.state is ServerState.OFF
    assert docker().offering.isVisible()


def test_it_can_be_cancelled_while_krita_goes_on():
    dock, now, ticks = docker(), controller().installation, []
    timer = QtCore.QTimer()
    timer.timeout.connect(lambda: ticks.append(now.stage))
    timer.start(TICK_MS)
    (HOME / "uv-waits").touch()
    dock.setVisible(True)  # Krita hides its dockers when the last image is closed
    dock.offering.install.click()
    yield from wait(lambda: now.line.startswith("Downloading"), what="the log's last line")
    assert dock.offering.line.isVisible()
    assert dock.offering.bar.isVisible()
    yield from photograph("working")
    dock.offering.cancel.click()
    yield from wait(settled, what="the end of it")
    timer.stop()
    (HOME / "uv-waits").unlink()
    assert now.stage is Stage.OFFERED, now.words
    assert now.words.startswith(strings.PAINTER_CANCELLED)
    assert not (DATA / "environment").exists()
    assert ticks.count(Stage.WORKING) > 3, "Krita's loop turned meanwhile"
    yield from photograph("cancelled")


def test_one_button_installs_it_and_one_takes_it_away():
    dock, now = docker(), controller().installation
    dock.offering.install.click()
    yield from wait(settled, what="the painter")
    assert now.stage is Stage.DONE, now.words
    assert json.loads((DATA / "launcher.json").read_text())["command"][0].startswith(str(DATA / "environment"))
    yield from photograph("done")
    dock.offering.undo.click()
    yield from wait(settled, what="its end")
    assert now.stage is Stage.OFFERED, now.words
    assert not (DATA / "environment").exists()
    assert not (DATA / "launcher.json").exists()


def test_what_goes_wrong_is_said_and_can_be_tried_again():
    dock, now = docker(), controller().installation
    (HOME / "uv-fails").touch()
    dock.offering.install.click()
    yield from wait(settled, what="the failure")
    (HOME / "uv-fails").unlink()
    assert now.words == strings.PAINTER_PROBLEMS["Unfetched"].format(again=strings.PAINTER_INSTALL), now.words
    yield from photograph("failed")
    dock.offering.install.click()
    yield from wait(settled, what="the painter")
    assert now.stage is Stage.DONE, now.words


def test_and_then_it_paints():
    dock = docker()
    dock.offering.go_on.click()
    assert not dock.offering.isVisible()
    dock.setVisible(True)
    document, source = yield from image(alpha=1.0)
    dock.look()
    yield from wait(lambda: controller().server.state in (ServerState.READY, ServerState.BUSY), what="a server that is ready")
    yield from paint(source, STILL)
    assert len(document.topLevelNodes()) == 2
    assert application().activeWindow() is not None
    yield from photograph("ready")
