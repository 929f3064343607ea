"""Owns the promises about the docker where there is no painter: it offers one, shows how far it is, and is itself again afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from restyle import strings
from restyle.packages import ServerState, Stage

OPAQUE = bytes([10, 20, 30, 255])
Until = Callable[[Callable[[], Any]], None]


@pytest.fixture
def pressed(shop: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would be done about the painter, which needs a real one."""
    made: list[str] = []
    for name in ("install", "cancel", "undo", "retry", "look"):
        monkeypatch.setattr(shop.installation, name, lambda name=name: made.append(name))
    return made


def stand(shop: Any, stage: Any, words: str = "words", line: str = "", share: float | None = None) -> None:
    shop.installation.stage, shop.installation.words, shop.installation.line, shop.installation.share = stage, words, line, share
    shop.changed()


def seen(docker: Any) -> list[str]:
    return [button.text() for button in docker.offering.focus_chain() if not button.isHidden()]


def test_where_there_is_a_painter_nothing_is_offered(docker: Any) -> None:
    assert docker.offering.isHidden()
    assert not docker.paint.isHidden()


def test_each_button_is_there_when_it_makes_sense(shop: Any, pressed: list[str]) -> None:
    from restyle.ui.docker import Docker

    docker = Docker(shop)
    for stage, expected in (
        (Stage.LOOKING, [strings.CANCEL]),
        (Stage.OFFERED, [strings.PAINTER_INSTALL]),
        (Stage.WORKING, [strings.CANCEL]),
        (Stage.DONE, [strings.PAINTER_GO_ON, strings.PAINTER_UNDO]),
        (Stage.FAILED, [strings.RETRY]),
    ):
        stand(shop, stage)
        assert seen(docker) == expected, stage
        assert docker.offering.words.text() == "words"
        assert docker.pages.parentWidget().isHidden(), "in the place of all else"
    shop.installation._plan = {"download": 0.4, "disk": 1.7, "folder": "/somewhere"}
    stand(shop, Stage.FAILED)
    assert seen(docker) == [strings.PAINTER_INSTALL]
    docker.offering.install.click()
    stand(shop, Stage.WORKING, line="Downloading numpy", share=0.25)
    assert (docker.offering.bar.value(), docker.offering.bar.maximum()) == (250, 1000)
    assert docker.offering.line.toolTip() == "Downloading numpy"
    docker.offering.cancel.click()
    stand(shop, Stage.DONE)
    docker.offering.undo.click()
    assert pressed == ["install", "cancel", "undo"]
    docker.offering.go_on.click()
    assert docker.offering.isHidden()
    assert not docker.pages.parentWidget().isHidden()


def test_no_server_is_looked_for_meanwhile(docker: Any, shop: Any, image: Any, pressed: list[str], until: Until) -> None:
    stand(shop, Stage.OFFERED)
    image().layer("photo", OPAQUE)
    docker.look()
    assert shop.server.state is ServerState.OFF
    assert pressed == ["look"]
    stand(shop, Stage.ABSENT)
    docker.look()
    until(lambda: shop.server.state is ServerState.READY)
