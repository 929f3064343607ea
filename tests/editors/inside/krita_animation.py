"""Owns the promises about animated layers in a real Krita: keys, holds, the playhead, the timeline's range, undo, and what is kept at the end."""

# mypy: ignore-errors

from dataclasses import replace
from pathlib import Path

from krita_bench import HEIGHT, QUICK, SETTLING, STILL, WIDTH, above, animated, application, docker, image, trigger, undo, wait
from restyle import strings
from restyle.host import layers
from restyle.model.animation import Animation
from restyle.model.controller import controller

RECT = (0, 0, WIDTH, HEIGHT)
END = 14  # after the last key of every film here


def film(count):
    """An image with an animated layer of so many keys, two apart."""
    document, _ = yield from image(alpha=1.0)
    return document, (yield from animated(document, tuple(range(0, 2 * count, 2))))


def names(document):
    return [node.name() for node in document.topLevelNodes()]


def keys(node):
    return [time for time in range(END) if node.hasKeyframeAtTime(time)]


def looks(node, times):
    return {time: bytes(node.pixelDataAtTime(*RECT, time)) for time in times}


def over(animation):
    yield from wait(lambda: animation.painting.over, what="the end of all frames")


def done(animation):
    yield from over(animation)
    assert animation.painting.phase.value == "done", animation.painting.text


def test_every_key_is_painted_and_a_hold_stays_a_hold():
    document, source = yield from film(3)
    before = looks(source, keys(source))
    document.setCurrentTime(3)
    document.waitForDone()
    controller().choose(STILL)
    animation = Animation(controller(), document, source)
    yield from done(animation)
    new = above(source)
    assert (keys(source), keys(new)) == ([0, 2, 4], [0, 2, 4])
    assert looks(new, before) == before == looks(source, before)
    assert document.currentTime() == 3
    assert new.isPinnedToTimeline()
    document.setCurrentTime(5)
    document.waitForDone()
    assert bytes(new.pixelData(*RECT)) == before[4]


def test_the_frames_arrive_one_by_one_and_undo_takes_all_back_in_one_step():
    document, source = yield from film(4)
    before = looks(source, keys(source))
    controller().choose(QUICK)
    animation = Animation(controller(), document, source)
    yield from wait(lambda: animation._placed or animation.painting.over, what="the first frame")
    assert not animation.painting.over, animation.painting.text
    assert "of 4" in animation.painting.text, animation.painting.text
    new = above(source)
    first = looks(new, before)
    assert [time for time in before if first[time] != before[time]] == [0]
    yield from done(animation)
    last = looks(new, before)
    assert [time for time in before if last[time] != before[time]] == [0, 2, 4, 6]
    assert last[0] == first[0]
    yield SETTLING
    dock = docker()
    dock.setVisible(True)
    trigger_timeline()
    yield 1
    application().activeWindow().qwindow().grab().save(str(Path.home() / "timeline.png"))
    document.waitForDone()
    yield from trigger("edit_undo")
    yield from wait(lambda: "Woodcut · film" not in names(document), 5, "one step takes it back")
    yield from undo(document, lambda: "Woodcut · film" in names(document), "edit_redo")
    assert looks(document.topLevelNodes()[-1], before) == last


def trigger_timeline():
    for each in application().dockers():
        if each.objectName() == "TimelineDocker":
            each.setVisible(True)
            each.raise_()


def test_a_range_of_the_timeline_is_painted_with_the_frame_that_is_held_into_it():
    document, source = yield from film(6)
    before = looks(source, keys(source))
    document.setPlayBackRange(3, 8)
    assert document.playBackStartTime() == 3
    end = document.playBackEndTime()
    controller().choose(QUICK)
    animation = Animation(controller(), document, source)
    yield from done(animation)
    changed = [time for time, was in before.items() if looks(above(source), [time])[time] != was]
    assert changed == [time for time in before if 2 <= time <= end], (changed, end)
    return {"end": end}


def test_cancelling_keeps_the_frames_that_are_there():
    document, source = yield from film(7)
    before = looks(source, keys(source))
    controller().choose(replace(QUICK, preset="standard"))
    animation = Animation(controller(), document, source)
    yield from wait(lambda: animation._placed or animation.painting.over, what="the first frame")
    controller().cancel(layers.id_of(document))
    yield from done(animation)
    new, painted = above(source), animation._course.painted
    assert 1 <= painted < 7
    assert f"{painted} of 7 frames" in animation.painting.text
    assert keys(new) == keys(source)
    now = looks(new, before)
    assert [time for time in before if now[time] != before[time]] == keys(source)[:painted]
    assert looks(source, before) == before
    return {"painted": painted}


def test_cancelling_before_the_first_frame_leaves_nothing():
    document, source = yield from film(3)
    controller().choose(replace(QUICK, preset="fine", size=128))
    animation = Animation(controller(), document, source)
    controller().cancel(layers.id_of(document))
    yield from over(animation)
    assert animation.painting.phase.value == "cancelled", animation.painting.text
    assert names(document) == ["photo", "film"]


def test_a_layer_that_is_deleted_meanwhile_is_painted_all_the_same():
    document, source = yield from film(3)
    controller().choose(STILL)
    before = looks(source, keys(source))
    animation = Animation(controller(), document, source)
    yield 0
    source.remove()
    document.waitForDone()
    yield from done(animation)
    assert names(document) == ["photo", "Woodcut · film"]
    assert looks(document.topLevelNodes()[1], before) == before


def test_a_new_layer_that_is_undone_meanwhile_ends_the_run_with_a_sentence():
    document, source = yield from film(5)
    controller().choose(replace(QUICK, preset="standard"))
    animation = Animation(controller(), document, source)
    yield from wait(lambda: animation._placed or animation.painting.over, what="the first frame")
    yield from undo(document, lambda: "Woodcut · film" not in names(document))
    yield from over(animation)
    assert animation.painting.phase.value == "failed", animation.painting.text
    assert strings.FILM_GONE in animation.painting.text
    assert names(document) == ["photo", "film"]


def test_what_is_no_animation_is_said():
    document, source = yield from film(2)
    controller().choose(STILL)
    dock = docker()
    dock.setVisible(True)
    yield 0.6
    for node, words in ((document.topLevelNodes()[0], "no frames"), (source, "locked")):
        source.setLocked(True)
        controller().attempt(lambda node=node: Animation(controller(), document, node))
        assert words in controller().complaint, controller().complaint
    source.setLocked(False)
    document.setPlayBackRange(2, 9)
    controller().attempt(lambda: Animation(controller(), document, source))
    assert "one frame" in controller().complaint, controller().complaint
    document.setPlayBackRange(0, 4)
    document.setActiveNode(source)
    yield 0.6
    dock.look()
    action = next(action for action in dock.other.menu().actions() if action is dock.frames)
    dock.other.menu().aboutToShow.emit()
    assert "2 frames" in action.text(), action.text()
