"""Owns the promises about Explore and the recent paintings in a real Krita: pictures and facts, comparing, placing, and a thousand of them."""

# mypy: ignore-errors

import time
from dataclasses import replace
from pathlib import Path

from krita_bench import QUICK, docker, image, paint, wait
from restyle import strings
from restyle.host import thumbnails
from restyle.model.controller import controller
from restyle.packages import Recent, ServerState, Vary

HOME = Path("/home/painter")
SMALL = replace(QUICK, size=256)


def photo():
    """A small image in a view, and the docker as a window beside it."""
    document, below = yield from image(width=128, height=96, alpha=1.0)
    dock = docker()
    dock.setVisible(True)
    dock.setFloating(True)
    dock.resize(330, 700)
    yield 0.6
    dock.look()
    yield from wait(lambda: controller().server.tiles and controller().server.state is not ServerState.STARTING, what="the gallery")
    return document, below, dock


def take(widget, name):
    widget.grab().save(str(HOME / f"{name}.png"))


def drafts_done(dock, count=6):
    yield from wait(lambda: len(dock.exploring.drafts) == count and all(draft.image is not None for draft in dock.exploring.drafts), 400, "six drafts")
    yield 0.3


def test_explore_varies_strength_strokes_or_style_with_captions():
    document, _below, dock = yield from photo()
    controller().choose(SMALL)
    dock.explore.click()
    yield 3
    take(dock, "history-explore-begun")
    for vary, button in zip((Vary.STRENGTH, Vary.STROKES, Vary.STYLE), (None, *reversed(dock.exploring.ways[::2])), strict=True):
        if button is not None:
            button.click()
        assert dock.exploring.vary is vary
        yield from drafts_done(dock)
        captions = [button.accessibleName() for button in dock.exploring.buttons]
        assert captions == [draft.variation.caption for draft in dock.exploring.drafts]
        assert len(set(captions)) == 6
        take(dock, f"history-explore-{vary.value}")
    assert len(document.topLevelNodes()) == 1
    dock.exploring.back.click()


def test_recent_paintings_show_pictures_and_facts():
    document, below, dock = yield from photo()
    yield from paint(below, replace(SMALL, strength=70.0), document)
    dock.tabs.setCurrentIndex(1)
    yield from wait(lambda: controller().keeping.words(controller().history.recents[0]), 20, "what the painter keeps")
    dock.recent.list.setCurrentRow(0)
    yield 0.5
    newest = controller().history.recents[0]
    assert newest.facts[:2] == ("Woodcut · photo", "Strength 70 · Draft"), newest.facts
    for name in (newest.picture, newest.before):
        picture = thumbnails.of_file(controller().history.read(name))
        assert max(picture.width(), picture.height()) >= 96
    take(dock, "history-recent")
    dock.recent.compare.click()
    yield 0.5
    take(dock.recent.comparing, "history-compare")
    dock.recent.comparing.close()
    document.topLevelNodes()[-1].remove()
    document.waitForDone()
    dock.recent.place.click()
    yield from wait(lambda: len(document.topLevelNodes()) == 2 and not controller().running(), what="the painting placed")
    assert document.topLevelNodes()[-1].name() == "Woodcut · photo"


def test_a_painting_is_lowered_right_after_it_was_placed():
    document, below, dock = yield from photo()
    dock.tabs.setCurrentIndex(0)
    yield from paint(below, replace(SMALL, strength=70.0), document)
    yield from wait(lambda: document.activeNode().name() == "Woodcut · photo", what="the painting as the chosen layer, by Krita itself")
    row = dock.making.afterwards
    for size, name in (((330, 700), "lower"), ((260, 270), "lower-270")):
        dock.resize(*size)
        yield 0.5  # its layout may still hold the height that the preview of the painting took
        dock.resize(*size)
        yield from wait(lambda: row.isVisible() and row.strength.number.text() == "70 of 70", what="the slider of the painting")
        row.strength.slider.setValue(5)
        yield from wait(lambda: row.picture._image is not None, what="its picture")
        yield 0.5
        assert (dock.width(), dock.height()) == size, (dock.width(), dock.height())
        take(dock, f"history-{name}")
        row.picture._pressed()
        yield 0.3
        take(dock, f"history-{name}-at-rest")
    dock.resize(330, 700)
    row.strength.slider.setValue(5)
    row.place.click()
    yield from wait(lambda: len(document.topLevelNodes()) == 3 and not controller().running(), what="the lowered painting placed")
    yield from wait(lambda: row.isVisible() and row.strength.number.text() == "25 of 70", what="the slider of the lowered one")


def test_a_thousand_recent_paintings_do_not_hold_krita_up():
    _document, _below, dock = yield from photo()
    history = controller().history
    one, known = history.recents[0], list(history.recents)
    history.recents = [*known, *(replace(one, id=f"gone-{number}", ended=one.ended - 3600 * number) for number in range(1000))]
    dock.tabs.setCurrentIndex(0)
    begun = time.perf_counter()
    dock.refresh()
    dock.tabs.setCurrentIndex(1)
    listed = time.perf_counter() - begun
    yield 0.5
    dock.recent.list.scrollToBottom()
    yield 0.5
    dock.recent.list.setCurrentRow(dock.recent.list.count() - 1)
    yield from wait(lambda: dock.recent.words.text() == strings.RECENT_GONE, 20, "that the painter has it no more")
    assert not dock.recent.place.isEnabled()
    assert len(dock.recent._filled) < 40
    take(dock, "history-thousand")
    history.recents = known
    dock.refresh()
    dock.tabs.setCurrentIndex(0)
    dock.setFloating(False)
    return f"listed in {1000 * listed:.0f} ms"


def test_what_was_painted_is_there_for_the_next_krita():
    from restyle.host.recipe import recipe_from
    from restyle.packages import History, log

    yield 0
    again = History(log.folder, recipe_from)
    assert again.recents == controller().history.recents
    assert all(isinstance(each, Recent) for each in again.recents)
