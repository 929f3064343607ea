"""Owns a person at a virtual screen: finding widgets through AT-SPI, pressing them, reading them, and taking pictures. Runs on the root's own Python."""

# mypy: ignore-errors

import contextlib
import re
import subprocess
import time
from pathlib import Path

import pyatspi

HERE = Path(__file__).resolve().parent
SECONDS = 150  # for a widget to appear, on a machine that has better things to do
GLANCE = 0.2  # s between two looks
DEEPEST = 40  # levels of widgets
CHECKED = pyatspi.STATE_CHECKED


class Missing(AssertionError):
    """A widget did not appear."""


def widgets(app):
    """Every widget of an application's windows."""
    found = []

    def walk(node, depth):
        if depth > DEEPEST:
            return
        for index in range(node.childCount):
            child = node.getChildAtIndex(index)
            if child is not None:
                found.append(child)
                walk(child, depth + 1)

    for application in pyatspi.Registry.getDesktop(0):
        if application is not None and app == (application.name or "").removesuffix(".py"):
            walk(application, 0)
    return found


def look(app, role, name, exact=True):
    """The first widget that has this role and name; None when there is none now."""
    try:
        for widget in widgets(app):
            if widget.getRoleName() == role and (widget.name == name if exact else name in (widget.name or "")):
                return widget
    except Exception:  # windows come and go while they are walked
        return None
    return None


def wait(app, role, name, exact=True, usable=False, seconds=SECONDS):
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        widget = look(app, role, name, exact)
        if widget is not None and (not usable or widget.getState().contains(pyatspi.STATE_SENSITIVE)):
            return widget
        time.sleep(GLANCE)
    raise Missing(f"no {role} {name!r} in {app}; there are {[(each.getRoleName(), each.name) for each in widgets(app) if each.name][:80]}")


def gone(app, role, name, exact=True, seconds=SECONDS):
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if look(app, role, name, exact) is None:
            return
        time.sleep(GLANCE)
    raise Missing(f"{role} {name!r} of {app} stays")


def hidden(app, role, name, seconds=SECONDS):
    """Waits until a widget that is there, and may be needed later, does not show."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if not wait(app, role, name).getState().contains(pyatspi.STATE_SHOWING):
            return
        time.sleep(GLANCE)
    raise Missing(f"{role} {name!r} of {app} shows")


def press(app, role, name, **how):
    widget = wait(app, role, name, usable=True, **how)
    assert widget.queryAction().doAction(0), f"{role} {name!r} can't be pressed"


def choose(app, role, name, more=False):
    """Selects an item of a list or a grid. more: beside what is selected already."""
    widget = wait(app, role, name)
    selection = widget.parent.querySelection()
    if not more:
        selection.clearSelection()
    assert selection.selectChild(widget.getIndexInParent()), f"{name!r} can't be chosen"


def pick(app, combo, item):
    """Chooses an entry of a drop-down list."""
    box = wait(app, "combo box", combo)
    menu = box.getChildAtIndex(0)
    names = [menu.getChildAtIndex(index).name for index in range(menu.childCount)]
    assert item in names, names
    assert box.querySelection().selectChild(names.index(item))


def chosen(combo):
    """What a drop-down list shows."""
    return combo.querySelection().getSelectedChild(0).name


def says(app, words, pattern=False, seconds=SECONDS):
    """Waits for a label that holds these words, or what a pattern matches."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        texts = []
        with contextlib.suppress(Exception):  # windows come and go while they are walked
            texts = [each.name for each in widgets(app) if each.getRoleName() == "label" and each.name]
        for text in texts:
            if re.search(words if pattern else re.escape(words), text):
                return text
        time.sleep(GLANCE)
    raise Missing(f"nothing in {app} says {words!r}; there is {[(each.getRoleName(), each.name) for each in widgets(app) if each.name][:80]}")


def holds(app, words, seconds=SECONDS):
    """Waits for any widget whose name or text holds these words; whether there came one."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        with contextlib.suppress(Exception):  # windows come and go while they are walked
            if any(words in (each.name or "") or words in _text(each) for each in widgets(app)):
                return True
        time.sleep(GLANCE)
    return False


def _text(widget):
    with contextlib.suppress(NotImplementedError):
        return widget.queryText().getText(0, -1)
    return ""


def type_path(app, path):
    """Into a file chooser: its first slash opens a line to type in."""
    subprocess.run(["xdotool", "key", "slash"], check=True)
    give_up = time.monotonic() + SECONDS
    while time.monotonic() < give_up:
        for widget in widgets(app):
            if widget.getRoleName() == "text" and widget.getState().contains(pyatspi.STATE_FOCUSED):
                widget.queryEditableText().setTextContents(path)
                subprocess.run(["xdotool", "key", "Return"], check=True)
                return
        time.sleep(GLANCE)
    raise Missing("the file chooser offers no line to type in")


def photograph(title, name):
    """A picture of the window whose title begins so, as soon as it is on the screen: AT-SPI knows of windows a moment earlier."""
    give_up = time.monotonic() + SECONDS
    while time.monotonic() < give_up:
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", f"^{title}"], capture_output=True, text=True, check=False).stdout.split()
        if found and subprocess.run(["import", "-window", found[-1], f"{HERE}/{name}.png"], check=False).returncode == 0:
            return
        time.sleep(GLANCE)
    raise Missing(f"no window {title!r} on the screen")


def stacked():
    """Titles of the windows on the screen, the lowest first."""
    import gi

    gi.require_version("Gdk", "3.0")
    gi.require_version("GdkX11", "3.0")
    from gi.repository import Gdk, GdkX11  # noqa: F401 - whose windows tell their ids

    found = [str(window.get_xid()) for window in Gdk.Screen.get_default().get_window_stack()]
    return [subprocess.run(["xdotool", "getwindowname", each], capture_output=True, text=True, check=False).stdout.strip() for each in found]


def raise_up(title):
    """What a click into a window does, when its title holds these words."""
    found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", title], capture_output=True, text=True, check=True).stdout.split()
    subprocess.run(["xdotool", "windowactivate", "--sync", found[-1]], check=True)


def photograph_all(name):
    subprocess.run(["import", "-window", "root", f"{HERE}/{name}.png"], check=True)
