"""Owns two promises that need a Krita of their own: a server is started when there is none, and quitting in the middle of a painting asks nothing."""

# mypy: ignore-errors

from dataclasses import replace

from krita_bench import QUICK, STILL, application, image, paint, wait
from restyle.painter import ServerState
from restyle.workshop import workshop
from restyle_driver import DRIVER, tell

QUITTING = 60  # s for Krita to end


def test_a_server_is_started_when_there_is_none():
    document, source = yield from image(alpha=1.0)
    assert workshop().painter.info is None
    yield from paint(source, STILL)
    workshop().painter.connect()
    yield from wait(lambda: workshop().painter.state in (ServerState.READY, ServerState.BUSY), what="a server that is ready")
    assert len(document.topLevelNodes()) == 2


def test_quitting_in_the_middle_of_a_painting_asks_nothing():
    document, source = yield from image(width=128, height=128, alpha=1.0)
    painting = workshop().paint(document, source, replace(QUICK, preset="fine", size=128))
    yield from wait(lambda: painting.phase.value == "running", what="running")
    DRIVER.ballast.close()  # Python's own: deleted with the interpreter, after Krita's parts, it would crash the end
    document.waitForDone()
    document.setModified(False)
    tell({**DRIVER.results, "test_quitting_in_the_middle_of_a_painting_asks_nothing": ""})
    application().action("file_quit").trigger()
    yield QUITTING
    raise AssertionError("Krita is still there")
