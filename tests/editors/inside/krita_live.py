"""Owns the promises about Live and the preview in a real Krita, drawn on by a person's pointer. The style Opposite's look paints each colour's opposite."""

# mypy: ignore-errors

import json
import subprocess
import time
from dataclasses import replace
from pathlib import Path

from krita_bench import above, application, close, docker, image, layer, show, undo, wait
from restyle import strings
from restyle.host import layers
from restyle.host.api import QtCore, QtWidgets
from restyle.host.recipe import Recipe, StyleChoice
from restyle.model.controller import controller
from restyle.model.live import live_of

HOME = Path.home()
SIDE = 384  # px
GROUND = bytes([60, 90, 120, 255])  # B, G, R and A of what is drawn on
VALUES = json.loads((HOME / "values.json").read_text(encoding="utf-8"))
STYLE = StyleChoice(library=VALUES["opposite"], title="Opposite")
LOOKLESS = StyleChoice(library=VALUES["lookless"], title="Lookless")
OPPOSITE = Recipe(styles=(STYLE,), strength=100.0)
CANVASES = ("KisQPainterCanvas", "KisOpenGLCanvas2")
STROKE = """
xdotool mousemove {x} {y} sleep 0.2 mousedown 1
for step in $(seq 1 {steps}); do xdotool mousemove_relative -- 4 {dy}; sleep 0.02; done
xdotool mouseup 1
"""


def drawing(side=SIDE):
    """An image of one color, and Live switched on by a press of its button."""
    document = application().createDocument(side, side, "test", "RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc", 72.0)
    yield from show(document)
    source = document.topLevelNodes()[0]
    source.setName("photo")
    source.setPixelData(QtCore.QByteArray(GROUND * (side * side)), 0, 0, side, side)
    document.setActiveNode(source)
    document.refreshProjection()
    document.waitForDone()
    yield from ready()
    dock = docker()
    dock.live.click()
    assert controller().complaint == "", controller().complaint
    live = live_of(controller())
    yield from wait(lambda: painted(document, source), what=f"a painted layer: {live.words}")
    yield from wait(lambda: layers.layer_id(document.activeNode()) == layers.layer_id(source), 20, "the source chosen")
    return document, source, live


def ready():
    """The docker with styles and looks."""
    dock = docker()
    dock.setVisible(True)
    dock.raise_()
    yield 0.5
    dock.look()
    yield from wait(lambda: controller().server.tiles and controller().server.looks, what="styles and looks")
    controller().choose(OPPOSITE)
    dock.look()
    return dock


def group(document):
    """The live layer, as a person sees it."""
    return next((node for node in document.topLevelNodes() if node.name() == strings.LIVE_LAYER.format(style="Opposite")), None)


def shown(document):
    """The pixels of what Live shows; None where it shows nothing."""
    found = group(document)
    picture = next((node for node in found.childNodes() if node.type() == "paintlayer"), None) if found is not None else None
    return bytes(picture.pixelData(0, 0, document.width(), document.height())) if picture is not None else None


def pixels(node, document):
    return bytes(node.projectionPixelData(0, 0, document.width(), document.height()))


def opposite(data):
    found = bytearray(data.translate(bytes(range(255, -1, -1))))
    found[3::4] = data[3::4]
    return bytes(found)


def painted(document, source):
    """Whether all of the layer is shown painted, and the image shows that."""
    now = shown(document)
    return now is not None and now == opposite(pixels(source, document)) == bytes(document.pixelData(0, 0, document.width(), document.height()))


def middle():
    """Where the canvas's middle is on the screen."""
    found = [each for each in application().activeWindow().qwindow().findChildren(QtWidgets.QWidget) if each.metaObject().className() in CANVASES]
    canvas = next(each for each in found if each.isVisible())
    return canvas.mapToGlobal(canvas.rect().center())


def stroke(steps=20, dy=1, x=-40, y=0):
    """A person draws a line through the canvas's middle."""
    place = middle()
    return subprocess.Popen(["sh", "-c", STROKE.format(x=place.x() + x, y=place.y() + y, steps=steps, dy=dy)])


def differing(one, other):
    """Numbers of the pixels that differ."""
    return {place for place in range(len(one) // 4) if one[4 * place : 4 * place + 4] != other[4 * place : 4 * place + 4]}


def followed(document, source, hand):
    """Waits for the end of a stroke and its painting. Seconds from the first drawn pixel to the first painted one, and from the pen's lift to the last."""
    drawn, begun = pixels(source, document), shown(document)
    first = seen = lifted = None
    turns = []
    give_up = time.perf_counter() + 60
    while True:
        yield 0.004
        now = time.perf_counter()
        turns.append(round(1000 * live_of(controller()).turned, 1))
        assert now < give_up, (first, seen, lifted, live_of(controller()).words)
        if first is None and pixels(source, document) != drawn:
            first = now
        if seen is None and shown(document) != begun:
            seen = now
        if lifted is None and hand.poll() is not None:
            lifted = now
        if lifted is not None and seen is not None and painted(document, source):
            seconds = {"first drawn to first painted": round(seen - first, 3), "lifted to all painted": round(time.perf_counter() - lifted, 3)}
            turns.sort()
            return {**seconds, "turns ms, half and most": (turns[len(turns) // 2], turns[len(turns) * 9 // 10], turns[-1])}


def undo_word():
    """What undo would take back."""
    return application().action("edit_undo").text()


def test_what_is_drawn_is_painted_near_the_stroke_and_undo_takes_back_the_stroke():
    document, source, live = yield from drawing()
    assert "Stroke" not in undo_word(), "Live itself leaves no step"
    before, word, first = pixels(source, document), undo_word(), shown(document)
    times = yield from followed(document, source, stroke())
    drawn = differing(before, pixels(source, document))
    assert drawn
    assert differing(first, shown(document)) == drawn, "the rest is as it was"
    assert "Stroke" in undo_word()
    application().activeWindow().qwindow().grab().save(str(HOME / "live.png"))
    yield from undo(document, lambda: pixels(source, document) == before)
    assert undo_word() == word
    yield from wait(lambda: painted(document, source), 30, "undo followed")
    yield from undo(document, lambda: pixels(source, document) != before, "edit_redo")
    yield from wait(lambda: painted(document, source), 30, "redo followed")
    return {**times, "parts": live.frames}


def test_ending_live_takes_its_layer_away_and_leaves_the_steps_as_they_were():
    document, source, live = yield from drawing()
    yield from followed(document, source, stroke())
    after, word = pixels(source, document), undo_word()
    docker().live.click()
    assert not live.on
    yield 0.5
    document.waitForDone()
    assert [node.name() for node in document.topLevelNodes()] == ["photo"]
    assert undo_word() == word
    assert bytes(document.pixelData(0, 0, SIDE, SIDE)) == after
    assert layers.layer_id(document.activeNode()) == layers.layer_id(source)
    yield from undo(document, lambda: pixels(source, document) == GROUND * (SIDE * SIDE))


def test_keep_is_one_step_and_the_layer_stays_as_it_was_shown():
    document, source, live = yield from drawing()
    yield from followed(document, source, stroke())
    kept, word = shown(document), undo_word()
    docker().live_row.keep.click()
    assert controller().complaint == "", controller().complaint
    yield 0.5
    document.waitForDone()
    assert [node.name() for node in document.topLevelNodes()] == ["photo", "Opposite · photo"]
    assert pixels(above(source), document) == kept
    assert not live.on
    yield from undo(document, lambda: len(document.topLevelNodes()) == 1)
    assert undo_word() == word
    assert bytes(document.pixelData(0, 0, SIDE, SIDE)) == pixels(source, document)


def test_strength_and_style_act_at_once():
    document, source, _live = yield from drawing()
    docker().controls.slider.setValue(0)
    yield from wait(lambda: shown(document) == pixels(source, document), 30, "strength 0, which is the layer itself")
    docker().controls.slider.setValue(100)
    yield from wait(lambda: painted(document, source), 30, "strength 100")


def test_what_moves_or_grows_is_followed():
    document, source, _live = yield from drawing()
    source.setPixelData(QtCore.QByteArray(bytes([200, 10, 40, 255]) * (50 * 40)), 300, 320, 50, 40)
    yield from wait(lambda: painted(document, source), 30, "what a script or a filter wrote")
    source.move(40, 24)
    document.refreshProjection()
    yield from wait(lambda: painted(document, source), 30, "a layer that was moved")
    document.resizeImage(0, 0, SIDE + 72, SIDE - 40)
    yield from wait(lambda: document.width() == SIDE + 72 and painted(document, source), 30, "a canvas that has another size")


def test_live_rests_while_its_layer_is_hidden_or_unlocked_and_ends_when_it_is_gone():
    document, source, live = yield from drawing()
    found = group(document)
    found.setVisible(False)
    yield from wait(lambda: live.words == strings.LIVE_HIDDEN, 20, "its word")
    found.setVisible(True)
    yield from wait(lambda: not live.words and painted(document, source), 20, "going on")
    mine = next(node for node in found.childNodes() if node.type() == "paintlayer")
    mine.setLocked(False)
    yield from wait(lambda: live.words == strings.LIVE_UNLOCKED, 20, "its word")
    touched = QtCore.QByteArray(bytes([1, 2, 3, 255]) * 64)
    mine.setPixelData(touched, 0, 0, 8, 8)
    source.setPixelData(QtCore.QByteArray(bytes([9, 9, 9, 255]) * (SIDE * SIDE)), 0, 0, SIDE, SIDE)
    yield 1
    assert bytes(mine.pixelData(0, 0, 8, 8)) == bytes(touched), "what a person painted stays"
    mine.setLocked(True)
    yield from wait(lambda: not live.words and painted(document, source), 20, "going on")
    found.remove()
    yield from wait(lambda: not live.on, 20, "its end")
    assert controller().complaint == strings.LIVE_GONE
    assert [node.name() for node in document.topLevelNodes()] == ["photo"]


def test_live_rests_while_another_image_is_in_front_and_ends_with_its_own():
    document, source, live = yield from drawing()
    other, _ = yield from image()
    yield from wait(lambda: live.words == strings.LIVE_ELSEWHERE, 20, "its word")
    yield from close(other)
    yield from wait(lambda: not live.words and painted(document, source), 20, "going on")
    document.waitForDone()
    document.setModified(False)
    document.close()
    yield from wait(lambda: not live.on, 20, "its end")
    assert controller().complaint == ""


def test_a_new_layer_beside_it_stays_and_so_does_every_step():
    document, source, _live = yield from drawing()
    top = yield from layer(document, "mine")
    docker().live.click()
    yield 0.5
    assert [node.name() for node in document.topLevelNodes()] == ["photo", "mine"]
    yield from undo(document, lambda: group(document) is not None)  # as a layer that a step knows of, it goes and comes by steps
    yield from undo(document, lambda: group(document) is None, "edit_redo")
    assert [node.name() for node in document.topLevelNodes()] == ["photo", "mine"]
    assert pixels(source, document) == GROUND * (SIDE * SIDE)
    assert top.name() == "mine"


def test_a_style_without_a_look_gets_a_sentence():
    document, _source = yield from image(width=64, height=64, alpha=1.0)
    dock = yield from ready()
    controller().choose(replace(OPPOSITE, styles=(LOOKLESS,)))
    dock.look()
    dock.live.click()
    assert controller().complaint == strings.LIVE_NO_LOOK.format(name="Lookless")
    assert not dock.live.isChecked()
    assert len(document.topLevelNodes()) == 1
    controller().choose(replace(OPPOSITE, styles=(STYLE, LOOKLESS)))
    dock.live.click()
    assert controller().complaint == strings.LIVE_ONE_STYLE
    controller().choose(OPPOSITE)


def test_paint_in_full_paints_the_layer_as_it_is():
    document, source, live = yield from drawing(64)
    controller().choose(replace(OPPOSITE, preset="draft", size=64))
    docker().live_row.full.click()
    assert not live.on
    yield from wait(lambda: len(document.topLevelNodes()) == 2 and not controller().running(), what="the painting")
    assert above(source).name() == "Opposite · photo"
    assert controller().paintings[-1].phase.value == "done"


def test_the_docker_previews_the_layer_with_the_chosen_styles_look():
    document = application().openDocument(str(HOME / "photo.png"))
    yield from show(document)
    dock = yield from ready()
    dock.setFloating(True)
    dock.resize(290, 760)
    yield from wait(lambda: dock.preview.isVisible(), 60, "the preview")

    def level():
        picture = dock._previewing.image
        return picture.pixelColor(picture.width() // 2, 4).blue()

    sky = level()
    dock.grab().save(str(HOME / "preview.png"))
    begun = time.perf_counter()
    dock.controls.slider.setValue(0)
    yield from wait(lambda: level() > sky + 80, 60, "the layer's own sky")
    seconds = time.perf_counter() - begun
    size = dock._previewing.image.width()
    controller().choose(replace(controller().recipe, styles=(replace(STYLE, scale=2.5),)))
    yield from wait(lambda: dock._previewing.image is not None and dock._previewing.image.width() < size, 60, "larger strokes")
    controller().choose(replace(OPPOSITE, styles=(LOOKLESS,)))
    yield from wait(lambda: not dock.preview.isVisible(), 60, "no preview of a style without a look")
    dock.setFloating(False)
    return {"slider to preview": round(seconds, 3)}
