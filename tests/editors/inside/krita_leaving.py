"""Owns the promises that need a Krita and a server of their own: what the docker says of the server's life, installing VGG19, quitting in the middle."""

# mypy: ignore-errors

from dataclasses import replace

from krita_bench import QUICK, STILL, animated, application, docker, image, paint, wait
from restyle import strings
from restyle.model.animation import Animation
from restyle.model.controller import controller
from restyle.packages import ServerState
from restyle_driver import DRIVER, tell

QUITTING = 60  # s for Krita to end
LONG = replace(QUICK, preset="fine", size=128)


def status():
    """What the docker says, after another look at the server."""
    controller().server.look()
    yield 0.3
    return docker().status.words.toolTip()


def test_a_server_is_started_when_there_is_none():
    said = []
    controller().listen(lambda: said.append(controller().server.sentence))
    document, source = yield from image(alpha=1.0)
    assert controller().server.info is None
    docker().setVisible(True)
    docker().look()
    yield from wait(lambda: controller().server.state in (ServerState.READY, ServerState.BUSY), what="a server that is ready")
    assert strings.SERVER_STARTING in said
    yield from paint(source, STILL)
    assert len(document.topLevelNodes()) == 2
    yield from wait(lambda: strings.SERVER_READY in docker().status.words.toolTip(), 60, "the word of the painting gone, and the server's in its place")


def test_the_docker_says_how_busy_the_server_is():
    one, source = yield from image(width=128, height=128, alpha=1.0)
    paintings = [controller().paint(one, source, LONG)]
    other, second = yield from image(width=128, height=128, alpha=1.0)
    paintings.append(controller().paint(other, second, LONG))
    yield from wait(lambda: paintings[1].phase.value == "queued", what="a painting that waits")
    queued = paintings[1].text
    third, _ = yield from image(width=64, height=64, alpha=1.0)
    yield 0.6
    docker().look()
    said = ""
    for _ in range(40):
        said = yield from status()
        if "Busy" in said:
            break
    assert strings.SERVER_BUSY.format(running=1, waiting=1) in said, said
    for painting in paintings:
        painting.cancel()
    yield from wait(lambda: all(painting.over for painting in paintings), what="their ends")
    assert third is not None
    return {"queued": queued, "busy": said}


def test_a_painting_goes_on_with_another_server_when_its_own_dies():
    """Whatever the docker's looks at the server find out meanwhile."""
    document, source = yield from image(width=128, height=128, alpha=1.0)
    docker().look()
    painting, said = controller().paint(document, source, replace(QUICK, preset="standard", size=96)), []
    forget = controller().listen(lambda: said.append(painting.text))
    yield from wait(lambda: painting.phase.value == "running" or painting.over, what="running")
    assert not painting.over, painting.text
    kill_server()
    while not painting.over:
        controller().server.look()
        yield 0.2
    forget()
    assert painting.phase.value == "done", painting.text
    assert strings.SERVER_RESTARTING in said, list(dict.fromkeys(said))
    assert [node.name() for node in document.topLevelNodes()] == ["photo", "Woodcut · photo"]
    yield from wait(lambda: controller().server.state in (ServerState.READY, ServerState.BUSY, ServerState.RESTING), 60, "no word of what went wrong")
    return list(dict.fromkeys(said))[-4:]


def test_vgg19_is_fetched_by_the_dockers_button():
    """From a small mirror, which refuses the first time."""
    yield from image(alpha=1.0)
    dock, said = docker(), []
    controller().choose(STILL)
    dock.look()
    yield from wait(dock.status.install.isVisible, what="the button")
    dock.status.install.click()
    yield from wait(lambda: "404" in dock.status.words.toolTip(), what="the refusal")
    refusal = yield from status()
    assert "404" in refusal, refusal  # still there after a look at the server
    forget = controller().listen(lambda: said.append(dock.status.words.toolTip()))
    dock.status.install.click()
    yield from wait(lambda: dock.status.words.toolTip() == strings.INSTALLED, what="the end of the installation")
    forget()
    steps = list(dict.fromkeys(step for each in said for step, words in strings.INSTALLING.items() if each.startswith(words.partition(" {")[0])))
    # the server looks a few times a second: checking 76 MiB may be over between two looks
    assert steps in (["downloading", "checking", "converting", "installed"], ["downloading", "converting", "installed"]), (steps, said[-4:])
    assert any(" MiB of 76 MiB" in each for each in said), said[:4]
    assert not dock.status.install.isVisible()
    controller().choose(replace(STILL, strength=1.0))
    controller().say("")
    assert strings.NETWORKS["vgg19"] in (yield from status())
    return refusal


def kill_server():
    """Asks the host for it: the server runs outside."""
    import socket
    from pathlib import Path

    with socket.create_connection(("127.0.0.1", int(Path("/home/painter/port").read_text(encoding="utf-8"))), timeout=30) as asking:
        asking.sendall(b"kill")
        asking.recv(1)


def test_quitting_in_the_middle_of_paintings_asks_nothing():
    document, source = yield from image(width=128, height=128, alpha=1.0)
    other, _ = yield from image(alpha=1.0)
    film = yield from animated(other)
    painting = controller().paint(document, source, LONG)
    controller().choose(replace(QUICK, preset="standard"))
    animation = Animation(controller(), other, film)
    yield from wait(lambda: painting.phase.value == "running" and animation.painting.phase.value in ("queued", "running"), what="running")
    DRIVER.ballast.close()  # Python's own: deleted with the interpreter, after Krita's parts, it would crash the end
    for each in (document, other):
        each.waitForDone()
        each.setModified(False)
    tell({**DRIVER.results, "test_quitting_in_the_middle_of_paintings_asks_nothing": ""})
    application().action("file_quit").trigger()
    yield QUITTING
    raise AssertionError("Krita is still there")
