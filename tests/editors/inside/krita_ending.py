"""Owns the promises about paintings that end before their time, and about several images, views and windows, in a real Krita."""

# mypy: ignore-errors

from dataclasses import replace

from krita_bench import HEIGHT, QUICK, STILL, WIDTH, above, application, close, docker, image, layer, paint, select, show, trigger, wait
from restyle import strings
from restyle.host import layers
from restyle.model.controller import controller

LONG = replace(QUICK, preset="fine", size=128)  # long enough to be ended in the middle
RECT = (0, 0, WIDTH, HEIGHT)


def running(painting):
    yield from wait(lambda: painting.phase.value == "running" or painting.over, what="running")
    assert not painting.over, painting.text


def over(*paintings):
    yield from wait(lambda: all(painting.over for painting in paintings), what="the end of all paintings")


def names(document):
    return [node.name() for node in document.topLevelNodes()]


def bring_up(document):
    """Puts an image's view in front, as a click on its tab does."""
    window = application().activeWindow()
    wanted = layers.id_of(document)
    next(view for view in window.views() if layers.id_of(view.document()) == wanted).setVisible()
    yield from wait(lambda: layers.id_of(application().activeDocument()) == wanted, 20, "the image in front")


def test_stop_and_keep_places_what_there_is():
    document, source = yield from image(width=128, height=128, alpha=1.0)
    dock = docker()
    dock.setVisible(True)
    yield 0.5
    dock.look()
    painting = controller().paint(document, source, LONG)
    yield from wait(lambda: dock.running.keep.isEnabled() and painting.fraction > 0.1, what="something to keep")
    dock.running.keep.click()
    yield from over(painting)
    assert painting.phase.value == "done", painting.text
    assert "stopped early" in painting.text
    assert names(document) == ["photo", "Woodcut · photo"]


def test_a_deleted_layer_leaves_its_painting_on_top():
    document, source = yield from image(width=128, height=128, alpha=1.0)
    yield from layer(document, "top")
    painting = controller().paint(document, source, replace(LONG, preset="draft"))
    yield from running(painting)
    source.remove()
    document.waitForDone()
    yield from over(painting)
    assert painting.phase.value == "done", painting.text
    assert names(document) == ["top", "Woodcut · photo"]
    assert strings.SOURCE_GONE in painting.notes


def test_two_images_are_painted_side_by_side_and_cancelled_apart():
    one, first = yield from image(width=128, height=128, alpha=1.0)
    other, second = yield from image(alpha=1.0)
    long, short = controller().paint(one, first, LONG), controller().paint(other, second, STILL)
    yield from bring_up(one)
    yield from trigger("restyle_cancel")
    yield from over(long, short)
    assert (long.phase.value, short.phase.value) == ("cancelled", "done"), (long.text, short.text)
    assert (names(one), names(other)) == (["photo"], ["photo", "Woodcut · photo"])


def test_a_layer_is_painted_once_at_a_time_and_two_layers_at_once():
    document, source = yield from image(width=128, height=128, alpha=1.0)
    top = yield from layer(document, "top")
    painting = controller().paint(document, source, LONG)
    assert controller().attempt(lambda: controller().paint(document, source, LONG)) is None
    assert controller().complaint == strings.NOT_ANOTHER
    beside = controller().paint(document, top, STILL)
    controller().complaint = ""
    yield from running(painting)
    painting.cancel()
    yield from over(painting, beside)
    assert beside.phase.value == "done", beside.text
    assert names(document) == ["photo", "top", "Woodcut · top"]


def test_one_of_two_views_may_be_closed():
    document, source = yield from image(width=128, height=128, alpha=1.0)
    application().activeWindow().addView(document)
    yield 1.0
    painting = controller().paint(document, source, replace(LONG, preset="draft"))
    yield from running(painting)
    document.setModified(False)
    yield from trigger("file_close")
    yield 1.0
    assert layers.find_document(layers.id_of(document)) is not None
    yield from over(painting)
    assert painting.phase.value == "done", painting.text
    assert names(document) == ["photo", "Woodcut · photo"]


def test_an_image_closed_while_its_layer_is_read_ends_its_painting():
    document, source = yield from image(width=64, height=64, alpha=1.0)
    document.resizeImage(0, 0, 4096, 4096)
    document.waitForDone()
    source.setPixelData(b"\x40\x80\xc0\xff" * 4096 * 4096, 0, 0, 4096, 4096)
    yield 1.0
    painting = controller().paint(document, source, STILL)
    assert painting.phase.value == "connecting"  # it is being read, a stretch in each turn
    document.setModified(False)
    document.close()
    yield from over(painting)
    assert painting.phase.value == "cancelled", painting.text


def test_windows_show_their_own_images_and_cancel_only_those():
    first = application().activeWindow()
    one, below = yield from image(width=128, height=128, alpha=1.0)
    second = application().openWindow()
    second.qwindow().show()
    yield from wait(lambda: second.qwindow().windowHandle() is not None and second.qwindow().windowHandle().isExposed(), what="the second window")
    yield 1.0
    other = application().createDocument(128, 128, "other", "RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc", 72.0)
    other.setBatchmode(True)
    second.addView(other)
    yield 1.0
    above_it = other.topLevelNodes()[0]
    above_it.setPixelData(below.pixelData(0, 0, 128, 128), 0, 0, 128, 128)
    docks = [next(each for each in window.dockers() if each.objectName() == "restyle_docker") for window in (first, second)]
    for dock in docks:
        dock.setVisible(True)
        dock.raise_()
    yield from wait(lambda: all(dock.isVisible() for dock in docks), 60, "both dockers")
    for dock in docks:
        dock.look()
    ending, staying = controller().paint(other, above_it, LONG), controller().paint(one, below, replace(LONG, preset="standard"))
    yield from running(ending)
    yield 0.5
    assert [dock._document for dock in docks] == [layers.id_of(one), layers.id_of(other)]
    assert all(dock.pages.currentWidget() is dock.running for dock in docks)
    docks[1].running.cancel.click()
    yield from over(ending)
    assert ending.phase.value == "cancelled"
    assert not staying.cancellation.cancelled
    third = controller().paint(other, above_it, LONG)
    yield from wait(lambda: third.job is not None, what="the server has it")
    other.setModified(False)
    second.qwindow().close()
    yield from wait(lambda: len(application().windows()) == 1, 60, "the second window gone")
    yield from over(third, staying)
    assert third.phase.value == "cancelled", third.text
    assert staying.phase.value == "done", staying.text
    assert names(one) == ["photo", "Woodcut · photo"]
    yield from show(one)


def test_a_selection_and_a_painting_survive_an_edit_meanwhile():
    """What is painted is the layer as it was when the button was pressed."""
    document, source = yield from image(width=128, height=128, alpha=1.0)
    select(document, 16, 16, 64, 64)
    before = bytes(source.pixelData(0, 0, 128, 128))
    painting = controller().paint(document, source, STILL)
    document.setSelection(None)
    source.setPixelData(bytes(len(before)), 0, 0, 128, 128)
    yield from over(painting)
    new = above(source)
    assert [mask.type() for mask in new.childNodes()] == ["transparencymask"]
    box = new.bounds()
    place = (box.x(), box.y(), box.width(), box.height())
    source.setPixelData(before, 0, 0, 128, 128)
    assert bytes(new.pixelData(*place)) == bytes(source.pixelData(*place))


def test_an_image_without_a_window_is_painted_too():
    """As scripts do; and the painting is drawn into the image by itself."""
    document = application().createDocument(WIDTH, HEIGHT, "quiet", "RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc", 72.0)
    node = document.topLevelNodes()[0]
    node.setPixelData(b"\x20\x60\xa0\xff" * WIDTH * HEIGHT, *RECT)
    yield from paint(node, replace(QUICK, strength=90.0), document)
    document.waitForDone()
    assert names(document)[1].startswith("Woodcut ·")
    painted = bytes(document.topLevelNodes()[1].pixelData(*RECT))
    assert painted != bytes(node.pixelData(*RECT))
    assert bytes(document.pixelData(*RECT)) == painted
    yield from close(document)
