"""Owns the promises about the preview in GIMP's dialog. Runs beside GIMP, on the root's own Python. The style Opposite's look paints opposites."""

# mypy: ignore-errors

import subprocess
import time
from pathlib import Path

import gi

gi.require_version("GdkPixbuf", "2.0")
import pyatspi  # noqa: E402
import screen  # noqa: E402
from gi.repository import GdkPixbuf  # noqa: E402
from gimp_desk import GIMP, PLUGIN, layers, ready, walk  # noqa: E402
from screen import choose, gone, photograph, press, wait  # noqa: E402

HERE = Path(__file__).resolve().parent


def main():
    walk(dict(globals()))


def seen():
    """Whether the preview is on the screen."""
    found = screen.look(PLUGIN, "icon", "Preview") or screen.look(PLUGIN, "image", "Preview")
    return found if found is not None and found.getState().contains(pyatspi.STATE_SHOWING) else None


def until(holds, what):
    give_up = time.monotonic() + screen.SECONDS
    while not (found := holds()):
        assert time.monotonic() < give_up, what
        time.sleep(screen.GLANCE)
    return found


def sky():
    """Blue of the preview's uppermost line's middle, 0 to 255, as it is on the screen."""
    place = seen().queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    subprocess.run(["import", "-window", "root", f"{HERE}/sky.ppm"], check=True)
    picture = GdkPixbuf.Pixbuf.new_from_file(f"{HERE}/sky.ppm")
    x, y = place.x + place.width // 2, place.y + 8
    return picture.get_pixels()[y * picture.get_rowstride() + picture.get_n_channels() * x + 2]


def test_the_dialog_shows_the_layer_painted_with_the_chosen_styles_look():
    ready()
    press(GIMP, "menu item", "Restyle…")
    choose(PLUGIN, "list item", "Opposite")
    until(seen, "a preview")
    wait(PLUGIN, "slider", "Strength").queryValue().currentValue = 100
    until(lambda: sky() < 80, f"an opposite sky, not {sky()}")
    photograph("Restyle$", "dialog-preview")


def test_it_follows_the_strength_at_once():
    wait(PLUGIN, "slider", "Strength").queryValue().currentValue = 0
    until(lambda: sky() > 160, f"the layer's own sky, not {sky()}")
    wait(PLUGIN, "slider", "Strength").queryValue().currentValue = 100
    until(lambda: sky() < 80, f"an opposite sky, not {sky()}")


def test_it_follows_the_size_of_the_strokes():
    wait(PLUGIN, "spin button", "Strokes, Opposite").queryValue().currentValue = 2.5
    until(lambda: sky() < 80, "still a preview")
    photograph("Restyle$", "dialog-preview-strokes")


def test_a_style_without_a_look_has_none():
    choose(PLUGIN, "list item", "Lookless")
    until(lambda: not seen(), "no preview")
    photograph("Restyle$", "dialog-no-preview")
    press(PLUGIN, "button", "Cancel")
    gone(PLUGIN, "dialog", "Restyle")
    assert layers() == [["photo.png", True]]


if __name__ == "__main__":
    main()
