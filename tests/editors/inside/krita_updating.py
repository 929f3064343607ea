"""Owns the promises about updates in a real Krita: one entry of the menu paints what has changed, and the new layer has every other pixel of the old one."""

# mypy: ignore-errors

from dataclasses import replace

from krita_bench import QUICK, SAMPLES, application, close, docker, image, paint, pixels, select, show, wait
from restyle import strings
from restyle.host import memory
from restyle.model.controller import controller

WIDE, HIGH = 160, 120
ALL = (0, 0, WIDE, HIGH)
EDIT = (20, 20, 12, 12)
REACH = 45  # px from the edit that are painted along, at the strokes of this style in so small a picture, 1.87
LARGER = replace(QUICK, size=WIDE)


def edited(document, source):
    x, y, width, height = EDIT
    count = len(pixels(source, EDIT)) // (width * height)
    assert source.setPixelData(bytes([30, 40, 220, 255] * (width * height))[: width * height * count], x, y, width, height) is not False
    document.refreshProjection()
    document.waitForDone()


def update(document, node):
    """By the docker's menu, as a person does it."""
    document.setActiveNode(node)
    yield 0.3
    dock = docker()
    dock._offer()
    assert dock.update_painting.isEnabled()
    dock.update_painting.trigger()
    painting = controller().paintings[-1]
    yield from wait(lambda: painting.over, what="update")
    return painting


def moved(one, other, beyond=0):
    """How many pixels differ; beyond: only those so far from the edit."""
    x, y, width, height = EDIT
    before, after, count = pixels(one, ALL), pixels(other, ALL), SAMPLES["RGBA"]
    far = [
        place
        for place in range(WIDE * HIGH)
        if not (x - beyond <= place % WIDE < x + width + beyond and y - beyond <= place // WIDE < y + height + beyond) or not beyond
    ]
    return sum(before[count * place : count * place + count] != after[count * place : count * place + count] for place in far)


def test_an_edited_layer_is_updated_and_every_other_pixel_stays():
    document, source = yield from image(width=WIDE, height=HIGH, alpha=1.0)
    yield from paint(source, LARGER)
    first = document.topLevelNodes()[1]
    edited(document, source)
    painting = yield from update(document, source)
    assert painting.phase.value == "done", painting.text
    assert [node.name() for node in document.topLevelNodes()] == ["photo", "Woodcut · photo", "Woodcut · photo"]
    second = document.topLevelNodes()[2]
    assert (first.visible(), second.visible()) == (False, True)
    assert moved(first, second) > 100
    assert moved(first, second, REACH) == 0
    path = "/home/painter/updated.kra"
    assert document.saveAs(path)
    yield 0.3
    yield from close(document)
    reopened = application().openDocument(path)
    yield from show(reopened)
    again = yield from update(reopened, reopened.topLevelNodes()[2])  # after the file was closed, and nothing has changed
    assert again.text == strings.UPDATE_UNCHANGED.format(name="photo")
    assert len(reopened.topLevelNodes()) == 3
    yield from close(reopened)


def test_an_update_of_a_selected_part_shows_that_part():
    document, source = yield from image(width=WIDE, height=HIGH, alpha=1.0)
    select(document, 10, 10, 90, 90)
    yield from paint(source, LARGER)
    first = document.topLevelNodes()[1]
    document.setSelection(None)
    edited(document, source)
    painting = yield from update(document, first)
    assert painting.phase.value == "done", painting.text
    second = document.topLevelNodes()[2]
    one, two = (next(child for child in node.childNodes() if child.type() == "transparencymask").selection() for node in (first, second))
    assert bytes(one.pixelData(*ALL)) == bytes(two.pixelData(*ALL))
    assert memory.recall(document, second).part == (10, 10, 90, 90)
    yield from close(document)
