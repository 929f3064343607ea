"""Owns the promises about the docker's drafts: six ways to paint, to choose one from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import restyle_client as client
from restyle import strings

OPAQUE = bytes([10, 20, 30, 255])
Until = Callable[[Callable[[], Any]], None]


def test_exploring_shows_six_and_paints_the_chosen_one(docker: Any, shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    document.layer("photo", OPAQUE)
    docker.look()
    docker.explore.click()
    assert docker.pages.currentWidget() is docker.exploring
    until(lambda: all(draft.image is not None for draft in docker.exploring.drafts))
    assert len(session.requests) == 6
    assert len({request.parameters.strength for request in session.requests}) == 6
    assert [button.accessibleName() for button in docker.exploring.buttons] == [f"Strength {strength}" for strength in (20, 35, 50, 65, 80, 95)]
    assert all(button.text() for button in docker.exploring.buttons)
    assert len({id(request.content.data) for request in session.requests}) == 1  # read once
    assert len({request.request_id for request in session.requests}) == 6
    assert [node.name() for node in document.root.children] == ["photo"]
    docker.exploring.buttons[3].click()
    until(lambda: len(document.root.children) == 2)
    assert session.requests[6].parameters.strength == 65.0
    assert session.requests[6].parameters.preset == "standard"


def test_a_draft_is_chosen_while_the_others_are_under_way(docker: Any, shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    document.layer("photo", OPAQUE)
    docker.look()
    session.hold, session.held_from = True, 2
    docker.explore.click()
    until(lambda: any(draft.image is not None for draft in docker.exploring.drafts))
    assert docker.pages.currentWidget() is docker.exploring
    chosen = next(number for number, draft in enumerate(docker.exploring.drafts) if draft.image is not None)
    session.held_from = 99
    docker.exploring.buttons[chosen].click()
    assert shop.complaint == ""
    until(lambda: len(document.root.children) == 2 and not shop.running())
    assert docker.status.words.text().startswith("“Woodcut · photo")  # not that the others are cancelled


def test_the_drafts_differ_in_strokes_or_in_style_as_well(docker: Any, shop: Any, image: Any, until: Until, session: Any) -> None:
    image().layer("photo", OPAQUE)
    shop.server.connect()
    until(lambda: shop.server.library)
    docker.look()
    docker.explore.click()
    style, _strength, strokes = docker.exploring.ways
    strokes.click()
    until(lambda: all(draft.image is not None for draft in docker.exploring.drafts))
    assert len({request.styles[0].scale for request in session.requests[-6:]}) == 6
    assert docker.exploring.buttons[0].toolTip() == "Strokes automatic\nStrength 50, strokes automatic: 0.7"
    assert len({request.parameters.strength for request in session.requests[-6:]}) == 1
    before = len(session.requests)
    style.click()
    until(lambda: all(draft.image is not None for draft in docker.exploring.drafts))
    assert sorted(request.styles[0].source for request in session.requests[before:]) == ["glass", "night", "wave", "woodcut"]
    assert [button.accessibleName() for button in docker.exploring.buttons if button.isVisible()] == ["Woodcut", "Night", "Wave", "Glass"]
    docker.exploring.buttons[2].click()
    until(lambda: len(session.requests) == before + 5)
    assert (shop.recipe.styles[0].library, shop.recipe.strength, shop.recipe.color) == ("wave", 60.0, "match")


def test_a_draft_of_a_painting_is_one_of_what_it_was_painted_from(docker: Any, shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    photo = document.layer("photo", OPAQUE)
    docker.look()
    docker.paint.click()
    until(lambda: len(document.root.children) == 2 and not shop.running())
    document.active = document.root.children[1]
    docker.explore.click()
    until(lambda: len(session.requests) == 7)
    assert bytes(session.requests[-1].content.data) == bytes(photo.pixelData(0, 0, 24, 20))


def test_leaving_the_drafts_says_nothing_of_their_end(docker: Any, shop: Any, image: Any, until: Until, session: Any) -> None:
    image().layer("photo", OPAQUE)
    docker.look()
    session.hold = True
    docker.explore.click()
    until(lambda: len(session.requests) == 6)
    docker.exploring.back.click()
    assert docker.pages.currentWidget() is docker.making
    until(lambda: not shop.running())
    assert strings.CANCELLED not in docker.status.words.text()


def test_drafts_that_can_not_begin_leave_nothing_to_click_and_begin_at_the_next_press(docker: Any, shop: Any, image: Any, until: Until, session: Any) -> None:
    layer = image().layer("photo", OPAQUE)
    docker.look()
    docker.explore.click()
    until(lambda: all(draft.image is not None for draft in docker.exploring.drafts))
    layer.setLocked(True)
    *_, strokes = docker.exploring.ways
    strokes.click()
    assert shop.complaint == strings.LOCKED.format(name="photo")
    assert not any(button.isEnabled() for button in docker.exploring.buttons)
    assert all(button.icon().isNull() for button in docker.exploring.buttons)
    layer.setLocked(False)
    strokes.click()
    until(lambda: len(docker.exploring.drafts) == 6 and all(draft.image is not None for draft in docker.exploring.drafts))
    assert len({request.styles[0].scale for request in session.requests[-6:]}) == 6


def test_drafts_that_fail_say_why_in_the_status_line(docker: Any, image: Any, until: Until, session: Any) -> None:
    image().layer("photo", OPAQUE)
    docker.look()
    session.error = client.JobFailed(
        "The painting needs more memory than there is; choose a smaller size.", "OUT_OF_MEMORY", client.Job("job-1", client.JobState.FAILED)
    )
    docker.explore.click()
    until(lambda: all(draft.painting.phase.value == "failed" for draft in docker.exploring.drafts))
    assert not any(button.isEnabled() for button in docker.exploring.buttons)
    until(lambda: "smaller size" in docker.status.words.text())


def test_drafts_are_as_large_as_there_is_room(docker: Any, shop: Any, image: Any, until: Until, application: Any) -> None:
    image().layer("photo", OPAQUE)
    docker.look()
    docker.explore.click()
    until(lambda: all(draft.image is not None for draft in docker.exploring.drafts))
    sides = {}
    for size in ((250, 270), (290, 640), (520, 640)):
        docker.resize(*size)
        application.processEvents()
        if size[1] > 300:
            until(lambda: docker.exploring._scrolling.verticalScrollBar().maximum() == 0)  # all six are seen
        buttons = docker.exploring.buttons
        sides[size] = buttons[0].iconSize().width()
        assert max(button.geometry().right() for button in buttons) <= docker.width()
        assert len({(button.x(), button.y()) for button in buttons}) == 6
    assert sides[250, 270] == 68
    assert sides[290, 640] > 110
    assert sides[520, 640] > sides[290, 640]
    docker.resize(250, 400)  # and a docker that was wide can be made narrow again
    until(lambda: docker.width() == 250 and docker.exploring.buttons[0].iconSize().width() < sides[520, 640])
