"""Owns the promises about the frames of an animated layer: their order, what each is told, what is placed when, and what ends a run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import restyle_client as client
from painted import OPAQUE, SOFT, Until
from restyle import strings
from restyle.host import layers
from restyle.host.recipe import StyleChoice
from restyle.model.animation import Animation
from restyle.packages import Failure, Phase

SIZE = 24 * 20


def walk(document: Any, *times: int, pixel: bytes = OPAQUE) -> Any:
    """A layer with a frame of another color at each of these times."""
    layer = document.layer("walk", pixel)
    layer.frames = {time: bytes([time, 0, 0, 255]) * SIZE for time in times}
    return layer


def reds(node: Any) -> dict[int, int]:
    return {time: data[0] for time, data in node.frames.items()}


def over(animation: Animation, until: Until) -> None:
    until(lambda: animation.painting.over)


def test_every_frame_follows_the_one_before_and_one_is_painted_at_a_time(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    layer = walk(document, 0, 2, 5, 6, 9, 12)
    document.setCurrentTime(7)
    animation = Animation(shop, document, layer)
    over(animation, until)
    assert animation.painting.phase is Phase.DONE, animation.painting.text
    assert animation.painting.text == strings.DONE_FRAMES.format(name="Woodcut · walk", done=6, count=6)
    assert [[one.job_id for one in request.previous] for request in session.requests] == [[], ["job-1"], ["job-2"], ["job-3"], ["job-4"], ["job-5"]]
    assert all(request.sequence for request in session.requests)
    assert session.most_at_once == 1
    new = document.root.children[1]
    assert reds(new) == {time: time ^ 1 for time in (0, 2, 5, 6, 9, 12)}
    assert reds(layer) == {time: time for time in (0, 2, 5, 6, 9, 12)}
    assert (document.time, new.pinned) == (7, True)
    assert document.moves == [0], "the playhead's way to the frames and back leaves no step that undo would have to take back"


def test_the_undo_of_another_image_is_left_alone(shop: Any, image: Any, until: Until, session: Any) -> None:
    document, other = image(), image()
    other.moves = [3]
    over(Animation(shop, document, walk(document, 0, 2)), until)
    assert reds(document.root.children[1]) == {0: 1, 2: 3}
    assert (document.time, other.moves, other.time) == (0, [3], 0)


def test_a_frame_is_in_the_image_before_the_next_one_is_sent(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    layer = walk(document, 0, 2, 4)
    session.hold, session.held_from = True, 3
    animation = Animation(shop, document, layer)
    until(lambda: len(session.requests) == 3)
    assert reds(document.root.children[1]) == {0: 1, 2: 3, 4: 4}
    until(lambda: "Frame 3 of 3" in animation.painting.text)
    session.release.set()
    over(animation, until)
    assert reds(document.root.children[1]) == {0: 1, 2: 3, 4: 5}


def test_a_setting_that_changes_meanwhile_changes_no_frame(shop: Any, image: Any, until: Until, session: Any) -> None:
    document, other = image(), image()
    texture = other.layer("texture", SOFT)
    from restyle.host.recipe import LayerReference

    style = StyleChoice(layer=LayerReference(layers.id_of(other), layers.layer_id(texture), "texture"))
    shop.choose(replace(shop.recipe, styles=(style,), strength=30.0))
    session.hold = True
    animation = Animation(shop, document, walk(document, 0, 2, 4))
    shop.choose(replace(shop.recipe, styles=(StyleChoice(library="night"),), strength=90.0))
    other.close()
    session.release.set()
    over(animation, until)
    assert animation.painting.phase is Phase.DONE, animation.painting.text
    assert {request.parameters.strength for request in session.requests} == {30.0}
    assert len({bytes(request.styles[0].source.data) for request in session.requests}) == 1


def test_frames_alike_are_painted_once_and_empty_ones_not_at_all(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    layer = walk(document, 0, 2, 4, 6)
    layer.frames[2], layer.frames[4] = layer.frames[0], bytes(4 * SIZE)
    over(Animation(shop, document, layer), until)
    assert len(session.requests) == 2
    assert reds(document.root.children[1]) == {0: 1, 2: 1, 4: 0, 6: 7}


def test_cancelling_keeps_the_finished_frames(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    layer = walk(document, *range(8))
    session.hold, session.held_from = True, 3
    animation = Animation(shop, document, layer)
    until(lambda: len(session.requests) == 3)
    shop.cancel(layers.id_of(document))
    over(animation, until)
    assert animation.painting.phase is Phase.DONE
    assert "2 of 8" in animation.painting.text
    assert reds(document.root.children[1]) == {0: 1, 1: 0, **{time: time for time in range(2, 8)}}


def test_stop_and_keep_keeps_the_frame_that_is_painted(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    session.hold, session.held_from = True, 2
    animation = Animation(shop, document, walk(document, *range(4)))
    until(lambda: len(session.requests) == 2)
    shop.finish(layers.id_of(document))
    session.release.set()
    over(animation, until)
    assert reds(document.root.children[1]) == {0: 1, 1: 0, 2: 2, 3: 3}


def test_a_range_that_is_selected_in_the_timeline_is_what_is_painted(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    layer = walk(document, 0, 4, 8, 12)
    document.range = (6, 9)
    over(Animation(shop, document, layer), until)
    assert reds(document.root.children[1]) == {0: 0, 4: 5, 8: 9, 12: 12}, "the frame that is held into the range is seen in it"


def test_a_source_is_hidden_as_soon_as_a_frame_lets_it_through(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    layer = walk(document, 0, 2)
    layer.frames[2] = bytes([2, 0, 0, 128]) * SIZE
    session.hold, session.held_from = True, 2
    animation = Animation(shop, document, layer)
    until(lambda: len(session.requests) == 2)
    assert layer.visible()
    session.release.set()
    over(animation, until)
    assert not layer.visible()
    assert animation.painting.notes == (strings.HIDDEN.format(name="walk"),)


def test_a_style_that_cannot_be_read_ends_it_with_a_sentence(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    shop.choose(replace(shop.recipe, styles=(StyleChoice(file="/nowhere/cat.png"),)))
    animation = Animation(shop, document, walk(document, *range(3)))
    over(animation, until)
    assert animation.painting.phase is Phase.FAILED
    assert "/nowhere/cat.png" in animation.painting.text
    assert (shop.running(), len(document.root.children)) == ([], 1)


def test_what_goes_wrong_in_the_middle_keeps_what_is_there_and_says_how_much(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    session.hold, session.held_from = True, 3
    animation = Animation(shop, document, walk(document, *range(5)))
    until(lambda: len(session.requests) == 3)
    session.error = client.InvalidRequest("The style is gone.", "spec.styles[0]")
    session.release.set()
    over(animation, until)
    assert animation.painting.phase is Phase.FAILED
    assert animation.painting.text.startswith("The style is gone.")
    assert "3 of 5 frames" in animation.painting.text


def test_a_new_layer_that_is_gone_ends_the_run(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    session.hold, session.held_from = True, 2
    animation = Animation(shop, document, walk(document, *range(4)))
    until(lambda: len(session.requests) == 2)
    document.root.children[1].remove()
    session.release.set()
    over(animation, until)
    assert strings.FILM_GONE in animation.painting.text
    assert len(session.requests) == 2


def test_a_layer_that_is_deleted_meanwhile_is_painted_all_the_same(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    layer = walk(document, *range(6))
    animation = Animation(shop, document, layer)
    layer.remove()
    over(animation, until)
    assert animation.painting.phase is Phase.DONE, animation.painting.text
    assert reds(document.root.children[0]) == {time: time ^ 1 for time in range(6)}


def test_a_layer_is_animated_once_at_a_time(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    layer = walk(document, 0, 2)
    session.hold = True
    animation = Animation(shop, document, layer)
    with pytest.raises(Failure, match="being painted already"):
        Animation(shop, document, layer)
    session.release.set()
    over(animation, until)
    assert len(document.root.children) == 2


def test_what_is_no_animation_is_said_in_a_sentence(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    for layer, words in (
        (document.layer("still", OPAQUE), "no frames"),
        (walk(document, 3), "one frame"),
        (document.layer("g", kind="grouplayer"), "no frames"),
    ):
        with pytest.raises(Failure, match=words):
            Animation(shop, document, layer)
    locked = walk(document, 0, 1)
    locked.setLocked(True)
    with pytest.raises(Failure, match="locked"):
        Animation(shop, document, locked)
    empty = walk(document, 0, 1)
    empty.frames = dict.fromkeys((0, 1), bytes(4 * SIZE))
    animation = Animation(shop, document, empty)
    over(animation, until)
    assert animation.painting.text == strings.EMPTY_FRAMES.format(name="walk")
    assert session.requests == []


def test_the_docker_says_how_many_frames_and_how_long_before_it_begins(docker: Any, shop: Any, image: Any) -> None:
    document = image()
    document.active = walk(document, *range(30))
    shop.server.estimate = client.Estimate(1, 2, 75.0, 4096, 512, 512, "cpu", None, None)
    docker._offer_frames(document, document.active)
    assert docker.frames.text() == "All frames (30 frames, about 16 min)"
    docker._offer_frames(document, document.layer("still", OPAQUE))
    assert (docker.frames.text(), docker.frames.isEnabled()) == (strings.FRAMES, False)


def test_a_script_waits_for_all_frames(shop: Any, image: Any, session: Any, monkeypatch: Any) -> None:
    from restyle import automation
    from restyle.model import controller

    monkeypatch.setattr(controller, "_one", [shop])
    document = image()
    painted = automation.animate(walk(document, 0, 2), document, style="night", strength=40)
    assert reds(painted) == {0: 1, 2: 3}
    assert {(request.styles[0].source, request.parameters.strength) for request in session.requests} == {("night", 40.0)}
    with pytest.raises(Failure, match="no frames"):
        automation.animate(document.layer("still", OPAQUE), document, style="night")
