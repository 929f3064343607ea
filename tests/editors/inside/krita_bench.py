"""Owns what scripts inside Krita share: images to try things on, painting and waiting, and comparing pixels. Krita's own Python: no pytest, no numpy."""

# mypy: ignore-errors

import array
import random
import struct
import sys
import types

from krita import Krita, Selection

RIVAL = types.ModuleType("google.protobuf")  # another plug-in's, there before Restyle is used
RIVAL.__version__ = "1.0 of a rival"
sys.modules["google"], sys.modules["google.protobuf"] = types.ModuleType("google"), RIVAL

from restyle.host.api import QtCore  # noqa: E402
from restyle.host.recipe import Recipe, StyleChoice  # noqa: E402
from restyle.model.controller import controller  # noqa: E402

STYLE = StyleChoice(library="woodcut", title="Woodcut")
STILL = Recipe(styles=(STYLE,), strength=0.0)  # walks the whole way and changes nothing
QUICK = Recipe(styles=(STYLE,), preset="draft", size=64)
LINEAR = "sRGB-elle-V2-g10.icc"
SRGB = "sRGB-elle-V2-srgbtrc.icc"
GRAY = "Gray-D50-elle-V2-srgbtrc.icc"
GRAY_LINEAR = "Gray-D50-elle-V2-g10.icc"
SAMPLES = {"RGBA": 4, "GRAYA": 2, "CMYKA": 5, "LABA": 4, "XYZA": 4, "YCbCrA": 4}
WIDTH, HEIGHT = 40, 24
SECONDS = 240.0  # for a small painting, on a machine that has better things to do
GLANCE = 0.05
PRESSES, IGNORED = 5, 4.0  # times that undo is tried, s after which it counts as ignored
SETTLING = 0.3  # s that Krita's views and lists take to follow an image


def application():
    return Krita.instance()


def image(model="RGBA", depth="U8", profile=SRGB, width=WIDTH, height=HEIGHT, alpha=None):
    """An image in the active view with one layer "photo" of varied pixels. alpha: one part of full for all pixels; default: varied."""
    document = application().createDocument(width, height, "test", model, depth, profile, 72.0)
    assert document is not None, (model, depth, profile)
    yield from show(document)
    first = document.topLevelNodes()[0]
    first.setName("photo")
    assert first.setPixelData(picture(model, depth, width, height, alpha), 0, 0, width, height) is not False
    document.setActiveNode(first)
    document.refreshProjection()
    document.waitForDone()
    yield SETTLING
    return document, first


def show(document):
    """Puts an image into a view, and lets Krita take it in: what is done to one whose view has no size or no layers yet crashes Krita now and then."""
    document.setBatchmode(True)
    application().activeWindow().addView(document)
    application().setActiveDocument(document)
    yield SETTLING


def close(document):
    """Closes an image for good. Krita's list of layers updates itself 100 ms late, and crashes when the image is gone by then: no person is that quick."""
    document.waitForDone()
    yield SETTLING
    document.waitForDone()
    document.setModified(False)
    document.close()
    yield SETTLING


def layer(document, name, alpha=1.0, parent=None):
    """A new layer of varied pixels, the topmost, and the active one: Krita sees to that by itself."""
    node = document.createNode(name, "paintlayer")
    bounds = document.bounds()
    data = picture(node.colorModel(), node.colorDepth(), bounds.width(), bounds.height(), alpha)
    assert node.setPixelData(data, 0, 0, bounds.width(), bounds.height()) is not False
    (parent or document.rootNode()).addChildNode(node, None)
    document.refreshProjection()
    document.waitForDone()
    yield SETTLING
    return node


def picture(model, depth, width, height, alpha=None):
    """Varied pixels in a format's own bytes."""
    rng, samples = random.Random(7), SAMPLES[model]
    values = []
    for y in range(height):
        for x in range(width):
            values += [min(1.0, max(0.0, (x / width + c * y / height) / 2 + rng.uniform(-0.1, 0.1))) for c in range(samples - 1)]
            values.append(alpha if alpha is not None else (0.0, 0.25, 0.5, 1.0)[(x // 3) % 4])
    return packed(values, depth)


def packed(values, depth):
    if depth == "U8":
        return QtCore.QByteArray(bytes(round(255 * value) for value in values))
    if depth == "U16":
        return QtCore.QByteArray(array.array("H", (round(65535 * value) for value in values)).tobytes())
    return QtCore.QByteArray(struct.pack(f"<{len(values)}{'e' if depth == 'F16' else 'f'}", *values))


def samples(data, depth):
    """The numbers in pixels: whole for integers, floats as they are; halves as their bits, so that neighbours differ by 1."""
    code = {"U8": "B", "U16": "H", "F16": "H", "F32": "f"}[depth]
    return array.array(code, bytes(data))


def pixels(node, rect=(0, 0, WIDTH, HEIGHT)):
    return bytes(node.pixelData(*rect))


def farthest(one, other, depth, model):
    """The largest difference of two layers' visible pixels; alpha has to be equal."""
    first, second, count = samples(one, depth), samples(other, depth), SAMPLES[model]
    assert first[count - 1 :: count] == second[count - 1 :: count], "alpha differs"
    seen = [place for place in range(0, len(first), count) if first[place + count - 1]]
    worst = 0.0
    for place in seen:
        for each in range(place, place + count - 1):
            gap = abs(first[each] - second[each])
            worst = max(worst, gap / max(1e-3, abs(first[each])) if depth == "F32" else gap)
    return worst


def wait(holds, seconds=SECONDS, what=""):
    """Lets Krita's loop turn until something holds."""
    timer = QtCore.QElapsedTimer()
    timer.start()
    while not holds():
        assert timer.elapsed() < 1000 * seconds, f"it never came to hold: {what}"
        yield GLANCE


def paint(node, recipe=STILL, document=None):
    """Paints and waits; returns the painting."""
    document = document or application().activeDocument()
    painting = controller().paint(document, node, recipe)
    yield from wait(lambda: painting.over, what="the painting's end")
    assert painting.phase.value == "done", painting.text
    return painting


def above(node):
    siblings = node.parentNode().childNodes()
    names = [each.uniqueId() for each in siblings]
    return siblings[names.index(node.uniqueId()) + 1]


def select(document, x, y, width, height):
    selection = Selection()
    selection.select(x, y, width, height, 255)
    document.setSelection(selection)


def trigger(name):
    """Chooses an entry of the menus, as soon as Krita offers it."""
    action = application().action(name)
    assert action is not None, name
    yield from wait(action.isEnabled, 20, f"{name} on offer")
    action.trigger()


def undo(document, holds, name="edit_undo"):
    """One step back. Krita ignores the menu while one of its threads works on the image, and a person presses again."""
    for _ in range(PRESSES):
        document.waitForDone()
        yield from trigger(name)
        timer = QtCore.QElapsedTimer()
        timer.start()
        while timer.elapsed() < 1000 * IGNORED:
            if holds():
                yield SETTLING
                return
            yield GLANCE
    raise AssertionError(f"{name} did not do what it should")


def redo(document, holds):
    yield from undo(document, holds, "edit_redo")


def animated(document, times=(0, 2, 4)):
    """A layer "film" with keys at these times, each of another color.

    By hand: in Krita 5.2's importAnimation, a thread uses each picture's image after the next one has taken its place.
    """
    source = document.createNode("film", "paintlayer")
    document.rootNode().addChildNode(source, None)
    yield SETTLING
    source.enableAnimation()
    document.setFullClipRangeEndTime(max(times) + 2)
    for number, time in enumerate(times):
        document.setCurrentTime(time)
        document.waitForDone()
        yield SETTLING
        yield from trigger("add_blank_frame")
        yield SETTLING
        document.waitForDone()
        color = bytes([200 - 20 * number, 90, 20 * number, 255])
        source.setPixelData(QtCore.QByteArray(color * (WIDTH * HEIGHT)), 0, 0, WIDTH, HEIGHT)
    document.setCurrentTime(0)
    document.refreshProjection()
    document.waitForDone()
    yield SETTLING
    return source


def entry(menu, words):
    """An entry of a menu, as it is offered now."""
    menu.aboutToShow.emit()
    return next(action for action in menu.actions() if action.text() == words)


def docker():
    """The window's docker, as the plug-in made it."""
    found = [each for each in application().dockers() if each.objectName() == "restyle_docker"]
    assert found, [each.objectName() for each in application().dockers()]
    return found[0]
