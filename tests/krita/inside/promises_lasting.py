"""Owns the promises about a server that ends while Krita goes on: paintings go on with the next one, and what was said of the last one is forgotten in time."""

from __future__ import annotations

from typing import Any

import restyle_client as client
from painted import OPAQUE, Until
from restyle import strings
from restyle.host.recipe import StyleChoice
from restyle.packages import Phase, ServerState


def test_a_server_that_ended_by_itself_is_merely_not_running(docker: Any, shop: Any, image: Any, until: Until, session: Any) -> None:
    image().layer("photo", OPAQUE)
    docker.look()
    until(lambda: shop.server.state is ServerState.READY)
    session.gone = True
    shop.server.look()
    until(lambda: shop.server.state is ServerState.RESTING)
    docker.look()
    assert shop.server.sentence == strings.SERVER_RESTING  # and it is not started again for nothing
    session.gone = False
    docker.paint.click()
    until(lambda: shop.server.state is ServerState.READY)


def test_a_poll_that_finds_the_server_gone_ends_no_painting(docker: Any, shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    document.layer("photo", OPAQUE)
    docker.look()
    until(lambda: shop.server.state is ServerState.READY)
    session.hold = True
    docker.paint.click()
    until(lambda: docker.running.keep.isEnabled())
    session.gone = True
    shop.server.look()
    until(lambda: shop.server.state is ServerState.RESTING)
    assert not session.closed.is_set()
    assert not shop.paintings[-1].over
    session.gone = False
    session.release.set()
    until(lambda: shop.paintings[-1].over)
    assert shop.paintings[-1].phase is Phase.DONE, shop.paintings[-1].text
    until(session.closed.is_set)  # the last one who used it has gone


def test_a_painting_goes_on_with_the_next_server_when_one_dies(image: Any, until: Until, session: Any) -> None:
    from restyle.host.background import Background
    from restyle.host.recipe import Recipe
    from restyle.model.controller import Controller

    sessions = [session, type(session)()]
    shop = Controller(Background(lambda: sessions.pop(0)))
    shop.choose(Recipe(styles=(StyleChoice(library="woodcut"),)))
    document = image()
    document.layer("photo", OPAQUE)
    session.hold = True
    painting = shop.paint(document, document.active)
    until(lambda: painting.phase is Phase.RUNNING)
    said = []
    shop.listen(lambda: said.append(painting.text))
    session.gone = True
    session.release.set()
    until(lambda: painting.over)
    assert painting.phase is Phase.DONE, painting.text
    assert strings.SERVER_RESTARTING in said
    assert (sessions, len(document.root.children)) == ([], 2)
    shop.background.close()


def test_what_went_wrong_with_a_server_is_forgotten_when_it_is_back(docker: Any, shop: Any, image: Any, until: Until, session: Any) -> None:
    image().layer("photo", OPAQUE)
    docker.look()
    until(lambda: shop.server.state is ServerState.READY)
    shop.background._find = lambda: session
    shop.server.failed("It broke.", client.ServerGone("It broke."))
    assert docker.status.words.text() == "It broke."
    shop.server.look()
    until(lambda: shop.server.state is ServerState.READY)
    assert "It broke." not in docker.status.words.text()


def test_a_failure_is_said_until_something_else_is_chosen(docker: Any, shop: Any, image: Any, until: Until, session: Any) -> None:
    image().layer("photo", OPAQUE)
    docker.look()
    session.error = client.JobFailed("Choose a smaller size.", "OUT_OF_MEMORY", client.Job("x", client.JobState.FAILED))
    docker.paint.click()
    until(lambda: docker.status.words.text() == "Choose a smaller size.")
    docker.controls.slider.setValue(12)
    until(lambda: "smaller size" not in docker.status.words.text())


def test_the_log_is_there_from_the_first_painting_on(docker: Any, shop: Any, image: Any, until: Until) -> None:
    from restyle.packages import log

    image().layer("photo", OPAQUE)
    docker.look()
    docker.paint.click()
    until(lambda: log.path().is_file() and "“Woodcut · photo”: done" in log.path().read_text(encoding="utf-8"))
