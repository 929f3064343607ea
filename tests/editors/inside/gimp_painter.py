"""Owns the walk through GIMP with a plug-in that came alone: the window that offers the painter, installs it, takes it away again; and then the dialog."""

# mypy: ignore-errors

import json
import subprocess
from pathlib import Path

import screen
from gimp_desk import GIMP, PLUGIN, ready, walk
from screen import gone, hidden, photograph, press, raise_up, says, wait

HOME = Path.home()
DATA = HOME / ".local/share/restyle"
WINDOW = "The painter is not installed yet"


def main():
    walk(dict(globals()))


def test_restyle_offers_the_painter_where_there_is_none():
    ready()
    press(GIMP, "menu item", "Restyle…")
    said = says(PLUGIN, str(DATA / "environment"))
    assert " GB" in said, said
    wait(PLUGIN, "button", "Install", usable=True)
    hidden(PLUGIN, "button", "Undo")
    assert not (DATA / "environment").exists()
    photograph(WINDOW, "painter-offered")


def test_it_can_be_cancelled():
    (HOME / "uv-waits").touch()
    press(PLUGIN, "button", "Install")
    says(PLUGIN, "Downloading torch")
    photograph(WINDOW, "painter-working")
    press(PLUGIN, "button", "Cancel")
    says(PLUGIN, "Cancelled.")
    assert not (DATA / "environment").exists()
    photograph(WINDOW, "painter-cancelled")


def test_closing_the_window_is_cancelling_too():
    press(PLUGIN, "button", "Install")
    says(PLUGIN, "Downloading torch")
    raise_up(WINDOW)
    subprocess.run(["xdotool", "key", "Escape"], check=True)
    gone(PLUGIN, "dialog", WINDOW)
    press(GIMP, "menu item", "Restyle…")
    wait(PLUGIN, "button", "Install", usable=True)
    assert not (DATA / "launcher.json").exists()
    (HOME / "uv-waits").unlink()


def test_what_goes_wrong_is_said_and_can_be_tried_again():
    (HOME / "uv-fails").touch()
    press(PLUGIN, "button", "Install")
    says(PLUGIN, "could not be fetched")
    (HOME / "uv-fails").unlink()
    photograph(WINDOW, "painter-failed")


def test_one_button_installs_it_and_one_takes_it_away():
    press(PLUGIN, "button", "Install")
    says(PLUGIN, "The painter is installed")
    assert json.loads((DATA / "launcher.json").read_text())["command"][0].startswith(str(DATA / "environment"))
    photograph(WINDOW, "painter-done")
    press(PLUGIN, "button", "Undo")
    says(PLUGIN, "The painter is removed.")
    assert not (DATA / "environment").exists()


def test_and_then_the_dialog_opens():
    press(PLUGIN, "button", "Install")
    says(PLUGIN, "The painter is installed")
    press(PLUGIN, "button", "Go on")
    gone(PLUGIN, "dialog", WINDOW)
    wait(PLUGIN, "list item", "Woodcut")
    screen.photograph_all("painter-ready")


if __name__ == "__main__":
    main()
