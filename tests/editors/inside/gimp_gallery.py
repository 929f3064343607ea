"""Owns the gallery in a GIMP with a screen: the first minute by the mouse, search, tags, favorites, tile size, drops, and a file's preview."""

# mypy: ignore-errors

import subprocess
import sys
import time

import pyatspi
import screen
from gimp_desk import GIMP, HERE, PLUGIN, layers, server, walk
from screen import gone, photograph, pick, press, says, wait

SETTLING = 1.0  # s that a picture for people waits for the window
DRAGGED = """
import sys
import gi
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GdkPixbuf, Gtk
what, value = sys.argv[1:]
window = Gtk.Window(title="dragged from", default_width=120, default_height=90)
box = Gtk.EventBox()
box.add(Gtk.Label(label="drag me"))
box.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
if what == "uri":
    box.drag_source_add_uri_targets()
else:
    box.drag_source_add_image_targets()
def give(_box, _context, data, _kind, _time):
    data.set_uris([value]) if what == "uri" else data.set_pixbuf(GdkPixbuf.Pixbuf.new_from_file(value))
box.connect("drag-data-get", give)
window.add(box)
window.show_all()
window.move(0, 0)
Gtk.main()
"""


def main():
    walk(dict(globals()))


def mouse(*arguments):
    subprocess.run(["xdotool", *arguments], check=True)


def middle(widget):
    place = widget.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    return place.x + place.width // 2, place.y + place.height // 2


def move_to(widget):
    x, y = middle(widget)
    mouse("mousemove", str(x), str(y))
    time.sleep(0.5)


def click(widget):
    move_to(widget)
    mouse("click", "1")
    time.sleep(0.5)


def shown():
    """The names of the styles in sight."""
    names = [each for each in screen.widgets(PLUGIN) if each.getRoleName() == "list item" and each.name]
    return [each.name for each in names if each.getState().contains(pyatspi.STATE_SHOWING)]


def narrowed(holds, what):
    give_up = time.monotonic() + screen.SECONDS
    while not holds(found := shown()):
        assert time.monotonic() < give_up, f"{what}: {found}"
        time.sleep(screen.GLANCE)
    return found


def search(words):
    wait(PLUGIN, "text", "Search the styles by name, tag or credit").queryEditableText().setTextContents(words)


def picture(name):
    time.sleep(SETTLING)
    photograph("Restyle$", name)


def test_a_photo_becomes_a_placed_painting_by_four_clicks():
    wait(GIMP, "menu item", "Restyle…", seconds=600)
    if screen.look(GIMP, "button", "Close"):
        press(GIMP, "button", "Close")  # GIMP's welcome, which comes once
        time.sleep(SETTLING)
    screen.raise_up("GIMP")
    click(wait(GIMP, "menu", "Filters"))
    move_to(wait(GIMP, "menu", "Artistic"))  # which opens by itself
    time.sleep(SETTLING)
    screen.photograph_all("first-minute-1")
    click(wait(GIMP, "menu item", "Restyle…"))
    item = wait(PLUGIN, "list item", "Charcoal")  # of those that are in sight
    time.sleep(SETTLING)
    click(item)
    button = wait(PLUGIN, "button", "Restyle", usable=True)
    screen.photograph_all("first-minute-2")
    click(button)
    wait(PLUGIN, "dialog", "Restyle: Charcoal")
    gone(PLUGIN, "dialog", "Restyle: Charcoal", seconds=600)
    assert layers() == [["Charcoal · photo.png", True], ["photo.png", True]], layers()
    screen.photograph_all("first-minute-3")
    press(GIMP, "menu item", "Undo Restyle")


def test_styles_are_found_as_one_types():
    press(GIMP, "menu item", "Restyle…")
    wait(PLUGIN, "list item", "Woodcut")
    says(PLUGIN, "painted at")
    mouse("mousemove", "5", "895")
    picture("gallery-all")
    search("wood")
    narrowed(lambda found: found == ["Woodcut"], "the search")
    picture("gallery-search")
    search("nothing is like this")
    says(PLUGIN, "No style is like that.")
    picture("gallery-nothing")
    search("")
    narrowed(lambda found: len(found) > 5, "all again")


def test_a_tag_narrows_the_gallery():
    pick(PLUGIN, "Tags", "oil (6)")
    narrowed(lambda found: len(found) == 6, "the tag")
    picture("gallery-oil")
    pick(PLUGIN, "Tags", "All tags")
    narrowed(lambda found: len(found) > 5, "all again")


def test_the_words_of_a_style_stand_by_themselves_and_tags_of_ones_own_find_it():
    move_to(wait(PLUGIN, "list item", "Charcoal"))
    says(PLUGIN, "Tags: drawing, paper, monochrome, line")
    time.sleep(SETTLING)  # a tooltip would come meanwhile
    screen.photograph_all("gallery-words")
    mouse("click", "3")
    click(wait(PLUGIN, "menu item", "Tags…"))
    wait(PLUGIN, "dialog", "Tags of “Charcoal”")
    wait(PLUGIN, "text", "Tags").queryEditableText().setTextContents("winter, bare trees")
    photograph("Tags of", "gallery-tags")
    press(PLUGIN, "button", "Save")
    gone(PLUGIN, "dialog", "Tags of “Charcoal”")
    search("bare")
    narrowed(lambda found: found == ["Charcoal"], "a tag of one's own")
    search("")
    narrowed(lambda found: len(found) > 5, "all again")


def test_the_star_makes_a_favorite_that_is_kept():
    first, second = shown()[:2]
    for name in (first, second):
        press(PLUGIN, "toggle button", f"Favorite: {name}")
        wait(PLUGIN, "list item", f"{name}, Favorite")
    picture("gallery-favorites")
    press(PLUGIN, "toggle button", "Show your favorites alone; the star on a style makes it one")
    narrowed(lambda found: found == [f"{first}, Favorite", f"{second}, Favorite"], "the favorites alone")
    picture("gallery-favorites-alone")
    press(PLUGIN, "button", "Cancel")
    gone(PLUGIN, "dialog", "Restyle")
    press(GIMP, "menu item", "Restyle…")
    wait(PLUGIN, "list item", f"{second}, Favorite")
    says(PLUGIN, "painted at")
    for name in (first, second):
        press(PLUGIN, "toggle button", f"Favorite: {name}")
        wait(PLUGIN, "list item", name)


def test_a_style_is_starred_and_chosen_by_the_keyboard():
    wait(PLUGIN, "list item", "Woodcut").queryComponent().grabFocus()
    time.sleep(SETTLING)
    mouse("key", "asterisk")
    wait(PLUGIN, "list item", "Woodcut, Favorite")
    mouse("key", "asterisk")
    wait(PLUGIN, "list item", "Woodcut")


def test_tiles_have_three_sizes():
    for size in ("Small", "Large", "Medium"):
        pick(PLUGIN, "Tile size", size)
        picture(f"gallery-{size.lower()}")


def drag(what, value):
    """A window beside the dialog, from which something is dragged on to the gallery."""
    (HERE / "dragged.py").write_text(DRAGGED)
    beside = subprocess.Popen([sys.executable, str(HERE / "dragged.py"), what, value])
    try:
        give_up = time.monotonic() + screen.SECONDS
        while not subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^dragged from"], capture_output=True, text=True).stdout:
            assert time.monotonic() < give_up
            time.sleep(screen.GLANCE)
        time.sleep(2 * SETTLING)
        screen.raise_up("dragged from")
        window = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^dragged from"], capture_output=True, text=True).stdout.split()[-1]
        mouse("mousemove", "--window", window, "60", "45")
        mouse("mousedown", "1")
        x, y = middle(wait(PLUGIN, "list item", shown()[1]))
        for step in range(1, 6):
            mouse("mousemove", str(x - 30 + 5 * step), str(y - 30 + 5 * step))
            time.sleep(0.3)
        mouse("mouseup", "1")
        time.sleep(SETTLING)
    finally:
        beside.kill()


def test_a_picture_is_dropped_on_the_gallery():
    subprocess.run(["convert", str(HERE / "photo.png"), "-flip", str(HERE / "upside down.png")], check=True)
    drag("uri", f"file://{HERE}/upside%20down.png")
    wait(PLUGIN, "spin button", "Strokes, upside down")
    picture("gallery-dropped")
    drag("uri", "https://example.org/wave.jpg")
    says(PLUGIN, "Only the address of a picture was dropped")
    subprocess.run(["convert", str(HERE / "photo.png"), "-rotate", "180", str(HERE / "turned.png")], check=True)
    drag("image", str(HERE / "turned.png"))
    wait(PLUGIN, "spin button", "Strokes, Dropped picture")
    with server() as session:
        for style in [each for each in session.styles() if each.title in ("upside down", "Dropped picture")]:
            session.delete_style(style.id)


def test_a_file_is_chosen_with_its_preview():
    press(PLUGIN, "button", "From a file…")
    wait(PLUGIN, "file chooser", "A picture to paint like")
    screen.type_path(PLUGIN, f"{HERE}/")
    click(wait(PLUGIN, "table cell", "photo.png"))
    says(PLUGIN, "640 × 480 px")
    time.sleep(SETTLING)
    photograph("A picture to paint like", "gallery-file")
    press(PLUGIN, "button", "Cancel")


if __name__ == "__main__":
    main()
