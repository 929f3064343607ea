"""Owns what the walk through GIMP's windows asks for beside them: the image's layers, what a list offers, the server, and other people who keep it busy."""

# mypy: ignore-errors

import contextlib
import dataclasses
import json
import subprocess
import sys
import time
import traceback
from pathlib import Path

import screen
from screen import wait

HERE = Path(__file__).resolve().parent
GIMP = "gimp"
PLUGIN = "restyle"
SPY = """
import json, os
from gi.repository import Gimp
image = Gimp.get_images()[0]
{first}
Gimp.displays_flush()
open("/home/painter/layers.partial", "w").write(json.dumps([[layer.get_name(), layer.get_visible()] for layer in image.get_layers()]))
os.replace("/home/painter/layers.partial", "/home/painter/layers.json")
"""


def walk(steps):
    """Does a walk's steps in their order, and writes down what became of each. steps: by name, of which those that begin with test_ count."""
    results = {}
    for name, step in steps.items():
        if not name.startswith("test_"):
            continue
        try:
            step()
            assert not [each for each in screen.widgets(GIMP) if each.name == "GIMP Message"], "GIMP complains"
            results[name] = ""
        except BaseException:
            results[name] = traceback.format_exc()
            screen.photograph_all(f"failed-{name}")
        (HERE / "results.json").write_text(json.dumps(results))
        if results[name]:
            return  # the later steps stand on the earlier ones


def ready(item="Restyle…"):
    """Returns when GIMP has the plug-in's menu item, and nothing lies before its window."""
    wait(GIMP, "menu item", item)
    subprocess.run(["xdotool", "mousemove", "5", "895"], check=True)  # a resting pointer calls up tooltips
    if screen.look(GIMP, "button", "Close"):
        screen.press(GIMP, "button", "Close")  # GIMP's welcome


def layers(first=""):
    """Name and visibility of the image's layers, topmost first. first: a line of Python that GIMP runs before."""
    (HERE / "spy.py").write_text(SPY.format(first=first))
    (HERE / "layers.json").unlink(missing_ok=True)
    command = "exec(open('/home/painter/spy.py').read())"
    call = ["dbus-send", "--session", "--print-reply", "--reply-timeout=120000", "--dest=org.gimp.GIMP.UI", "/org/gimp/GIMP/UI", "org.gimp.GIMP.UI.BatchRun"]
    subprocess.run([*call, "string:python-fu-eval", f"string:{command}"], check=True, capture_output=True)
    give_up = time.monotonic() + screen.SECONDS
    while not (HERE / "layers.json").exists():
        assert time.monotonic() < give_up, "GIMP does not tell its layers"
        time.sleep(screen.GLANCE)
    return json.loads((HERE / "layers.json").read_text())


def values():
    return json.loads((HERE / "values.json").read_text())


def entries(combo):
    """What a drop-down list offers."""
    menu = wait(PLUGIN, "combo box", combo).getChildAtIndex(0)
    return [menu.getChildAtIndex(index).name for index in range(menu.childCount)]


@contextlib.contextmanager
def busy_server(jobs):
    """Keeps the server painting for so many other people; yields what cancels the next of them."""
    sys.path.insert(0, str(next(HERE.glob(".config/GIMP/3.*/plug-ins/restyle"))))
    from restyle_client import Channels, Depth, JobRequest, Parameters, PixelFormat, Plane, StyleUse, connect

    plane = Plane(PixelFormat(Channels.RGB, Depth.U8), 256, 192, bytes(range(256)) * 576)
    request = JobRequest(plane, (StyleUse.library("night"),), parameters=Parameters(evaluations=9999), lifetime="detached")
    with contextlib.ExitStack() as sessions:
        others = [sessions.enter_context(connect(start=False)) for _ in range(jobs)]
        made = [(session, session.create(dataclasses.replace(request, request_id=f"queue-{number}")).id) for number, session in enumerate(others)]
        waiting = list(made)

        def finish_one():
            session, job = waiting.pop(0)
            session.cancel(job)

        try:
            yield finish_one
        finally:
            for session, job in waiting:
                session.cancel(job)


@contextlib.contextmanager
def server():
    """A client beside the plug-in."""
    sys.path.insert(0, str(next(HERE.glob(".config/GIMP/3.*/plug-ins/restyle"))))
    from restyle_client import connect

    with connect(start=False) as session:
        yield session
