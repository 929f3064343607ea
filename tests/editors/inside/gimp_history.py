"""Owns the promises about Explore and the recent paintings in GIMP. Runs beside GIMP, on the root's own Python."""

# mypy: ignore-errors

import json
import time
from pathlib import Path

import gi

gi.require_version("GdkPixbuf", "2.0")
import screen  # noqa: E402
from gi.repository import GdkPixbuf  # noqa: E402
from gimp_desk import GIMP, PLUGIN, layers, ready, server, walk  # noqa: E402
from screen import choose, gone, photograph, press, says, wait  # noqa: E402

DRAFTS = 240  # s, for six on a machine that has better things to do
LINEAGE = """
import glob, sys
sys.path.insert(0, next(iter(glob.glob("/home/painter/.config/GIMP/3.*/plug-ins/restyle"))))
from restyle_gimp.host import memory
found = [memory.painted_from(image, each) for each in image.get_layers()]
open("/home/painter/sources.json", "w").write(json.dumps([each and each.get_name() for each in found]))
"""


def main():
    walk(dict(globals()))


def tiles(beginning):
    """Names of the drafts that can be pressed."""
    found = [each for each in screen.widgets(PLUGIN) if each.getRoleName() == "button" and (each.name or "").startswith(beginning)]
    return [each.name for each in found if each.getState().contains(screen.pyatspi.STATE_SENSITIVE)]


def six(beginning):
    give_up = time.monotonic() + DRAFTS
    while len(names := tiles(beginning)) < 6:
        assert time.monotonic() < give_up, f"six drafts, not {names}"
        time.sleep(screen.GLANCE)
    return names


def drafts_end():
    """Waits until nothing is painted any more: a draft can be pressed as soon as it is seen."""
    with server() as session:
        give_up = time.monotonic() + DRAFTS
        while session.info().jobs_running + session.info().jobs_queued:
            assert time.monotonic() < give_up, "six drafts"
            time.sleep(screen.GLANCE)
    time.sleep(1)


def open_dialog():
    press(GIMP, "menu item", "Restyle…")
    wait(PLUGIN, "dialog", "Restyle")
    wait(PLUGIN, "list item", "Woodcut")


def sources():
    """Names of the layers that the layers were painted from, topmost first."""
    return json.loads(Path("/home/painter/sources.json").read_text())


def rows():
    """What the list of recent paintings says."""
    return [each.name for each in screen.widgets(PLUGIN) if each.getRoleName() == "table cell" and each.name]


def test_explore_shows_six_drafts_with_captions():
    ready()
    open_dialog()
    choose(PLUGIN, "list item", "Woodcut")
    press(PLUGIN, "radio button", "Draft")
    photograph("Restyle$", "history-dialog")
    press(PLUGIN, "button", "Explore")
    assert set(six("Strength ")) == {f"Strength {strength}" for strength in (20, 35, 50, 65, 80, 95)}
    drafts_end()
    photograph("Explore$", "explore-strength")


def test_they_differ_in_style_or_in_strokes_as_well():
    press(PLUGIN, "radio button", "Strokes")
    assert len(set(six("Strokes "))) == 6
    drafts_end()
    photograph("Explore$", "explore-strokes")
    press(PLUGIN, "radio button", "Style")
    wait(PLUGIN, "button", "Woodcut", usable=True, seconds=DRAFTS)
    drafts_end()
    photograph("Explore$", "explore-style")


def test_a_press_on_one_takes_its_settings_and_paints_in_full():
    press(PLUGIN, "radio button", "Strength")
    six("Strength ")
    press(PLUGIN, "button", "Strength 80")
    gone(PLUGIN, "dialog", "Explore")
    gone(PLUGIN, "dialog", "Restyle: Woodcut", seconds=DRAFTS)
    assert layers() == [["Woodcut · photo.png", True], ["photo.png", True]], layers()
    with server() as session:
        assert next(job for job in session.list() if job.label == "Woodcut · photo.png" and job.resolved).resolved.strength == 80


def test_drafts_of_a_painting_are_of_what_it_was_painted_from():
    open_dialog()
    wait(PLUGIN, "button", "Explore", usable=True)
    assert wait(PLUGIN, "slider", "Strength").queryValue().currentValue == 80
    press(PLUGIN, "button", "Explore")
    press(PLUGIN, "radio button", "Strength")
    six("Strength ")
    drafts_end()
    photograph("Explore$", "explore-again")
    press(PLUGIN, "button", "Strength 35")
    gone(PLUGIN, "dialog", "Restyle: Woodcut", seconds=DRAFTS)
    assert layers(LINEAGE) == [["Woodcut · photo.png #1", True], ["Woodcut · photo.png", False], ["photo.png", True]], layers()
    assert sources() == ["photo.png", "photo.png", None]


def test_recent_paintings_are_listed_with_what_they_were_painted_with():
    open_dialog()
    press(PLUGIN, "button", "Recent…")
    wait(PLUGIN, "dialog", "Recent paintings")
    found = rows()
    assert [each.split("\n")[:2] for each in found] == [["Woodcut · photo.png", "Strength 35 · Draft"], ["Woodcut · photo.png", "Strength 80 · Draft"]], found
    says(PLUGIN, "The painter keeps it until")
    sliders = [each for each in screen.widgets(PLUGIN) if each.getRoleName() == "slider" and each.name == "Strength"]  # the dialog's, too
    assert [each for each in sliders if each.getState().contains(screen.pyatspi.STATE_FOCUSED)]
    photograph("Recent paintings", "recent")
    for path in sorted(Path("/home/painter/.config/GIMP").glob("3.*/restyle-history/*.jpg")):
        picture = GdkPixbuf.Pixbuf.new_from_file(str(path))
        red, _green, blue = picture.get_pixels()[:3]  # of the sky
        assert picture.get_width() >= 96
        assert red != blue, f"{path.name} has lost its colors"


def test_a_painting_is_compared_with_its_layer():
    slider = wait(PLUGIN, "slider", "Compare").queryValue()
    for number, split in enumerate((0.15, 0.85)):
        slider.currentValue = split
        time.sleep(0.5)
        photograph("Recent paintings", f"recent-compare-{number}")


def test_it_is_placed_as_a_layer_where_it_was_painted():
    layers("image.remove_layer(image.get_layers()[0])")
    press(PLUGIN, "button", "Place")
    says(PLUGIN, "is placed")
    photograph("Recent paintings", "recent-placed")
    found = layers(LINEAGE)
    assert [name for name, _ in found] == ["Woodcut · photo.png #1", "Woodcut · photo.png", "photo.png"], found
    assert sources()[0] == "photo.png"


def test_what_the_painter_no_longer_has_says_so():
    with server() as session:
        job = next(job for job in session.list() if job.label == "Woodcut · photo.png" and job.result)
        session.delete(job.id)
    press(PLUGIN, "button", "Close")
    gone(PLUGIN, "dialog", "Recent paintings")
    press(PLUGIN, "button", "Recent…")
    says(PLUGIN, "The painter no longer has this painting")
    for button in ("Place", "Continue"):
        assert not wait(PLUGIN, "button", button).getState().contains(screen.pyatspi.STATE_SENSITIVE)
    photograph("Recent paintings", "recent-gone")


def test_its_settings_are_used_and_it_is_deleted():
    press(PLUGIN, "button", "Use its settings")
    gone(PLUGIN, "dialog", "Recent paintings")
    assert wait(PLUGIN, "slider", "Strength").queryValue().currentValue == 35
    press(PLUGIN, "button", "Recent…")
    wait(PLUGIN, "dialog", "Recent paintings")
    press(PLUGIN, "button", "Delete")
    give_up = time.monotonic() + screen.SECONDS
    while len(rows()) != 1:
        assert time.monotonic() < give_up, rows()
        time.sleep(screen.GLANCE)
    assert "Strength 80" in rows()[0]


def test_a_painting_is_continued_from_where_it_ended():
    press(PLUGIN, "button", "Continue")
    gone(PLUGIN, "dialog", "Restyle")
    gone(PLUGIN, "dialog", "Restyle: Woodcut", seconds=DRAFTS)
    assert len(layers()) == 4, layers()


if __name__ == "__main__":
    main()
