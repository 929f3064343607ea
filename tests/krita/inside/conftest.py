"""Owns what the promises about the plug-in share: the small Krita in the real one's place, one Qt application, and a controller with a scripted session."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[2] / "plugin" / "krita")]
os.environ["QT_QPA_PLATFORM"] = "offscreen"

import fake_krita  # noqa: E402

fake_krita.install()

from fake_session import FakeSession  # noqa: E402

SECONDS = 20.0  # for something that takes milliseconds, on a machine that has better things to do


@pytest.fixture(scope="session", autouse=True)
def application() -> Any:
    return fake_krita.QtWidgets.QApplication([])


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("RESTYLE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("RESTYLE_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("RESTYLE_STATE_DIR", str(tmp_path / "state"))
    fake_krita.Krita.documents_open.clear()
    yield
    fake_krita.Krita.documents_open.clear()


@pytest.fixture
def session() -> FakeSession:
    return FakeSession()


@pytest.fixture
def shop(session: FakeSession) -> Iterator[Any]:
    from restyle.host import hidden_sources
    from restyle.host.background import Background
    from restyle.host.recipe import Recipe, StyleChoice
    from restyle.model.controller import Controller

    hidden_sources._hidden.clear()
    made = Controller(Background(lambda: session))
    made.choose(Recipe(styles=(StyleChoice(library="woodcut", title="Woodcut"),)))
    yield made
    session.release.set()
    made.background.close()


@pytest.fixture
def image() -> Callable[..., Any]:
    def make(width: int = 24, height: int = 20, colors: tuple[str, str, str] = ("RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc")) -> fake_krita.Document:
        document = fake_krita.Document(width, height, colors)
        fake_krita.Krita.documents_open.append(document)
        return document

    return make


@pytest.fixture
def until(application: Any) -> Callable[[Callable[[], Any]], None]:
    """Turns Qt's loop until something holds."""

    def wait(holds: Callable[[], Any]) -> None:
        give_up = time.monotonic() + SECONDS
        while not holds():
            assert time.monotonic() < give_up, "it never came to hold"
            application.processEvents()
            time.sleep(0.002)

    return wait


@pytest.fixture
def docker(shop: Any, application: Any) -> Any:
    from restyle.ui.docker import Docker

    made = Docker(shop)
    made.resize(260, 620)
    made.show()
    yield made
    made.hide()
    made.deleteLater()
    application.processEvents()
