"""Owns the promises about updates in GIMP: the dialog offers one where there is a painting, and the new layer has every other pixel of the old one."""

# mypy: ignore-errors

from pathlib import Path

from gimp_desk import GIMP, PLUGIN, layers, ready, walk
from screen import choose, gone, look, photograph, pick, press, says, wait

HERE = Path(__file__).resolve().parent
WIDE, HIGH = 640, 480
EDIT = (150, 60, 60, 60)  # x, y, width, height
REACH = 100  # px from the edit that are painted along: 36 of the work, which is 256 px wide, and what enlarges them
READ = """
from gi.repository import Gegl
for number, layer in enumerate(reversed(image.get_layers())):
    open(f"/home/painter/layer-{number}", "wb").write(layer.get_buffer().get(Gegl.Rectangle.new(0, 0, 640, 480), 1.0, "R'G'B' u8", Gegl.AbyssPolicy.NONE))
"""
PAINT = """
from gi.repository import Gegl
photo = image.get_layers()[-1]
photo.get_buffer().set(Gegl.Rectangle.new(150, 60, 60, 60), "R'G'B' u8", bytes([220, 40, 30]) * 3600)
photo.update(150, 60, 60, 60)
"""
CHOOSE = "image.set_selected_layers([image.get_layers()[-1]])"


def main():
    walk(dict(globals()))


def open_dialog():
    press(GIMP, "menu item", "Restyle…")
    wait(PLUGIN, "list item", "Woodcut")


def moved(one, other, beyond=0):
    """How many pixels of two layers differ, by their numbers from below; beyond: only those so far from the edit."""
    x, y, width, height = EDIT
    before, after = ((HERE / f"layer-{number}").read_bytes() for number in (one, other))
    found = 0
    for row in range(HIGH):
        for column in range(WIDE):
            inside = x - beyond <= column < x + width + beyond and y - beyond <= row < y + height + beyond
            place = 3 * (row * WIDE + column)
            found += (not beyond or not inside) and before[place : place + 3] != after[place : place + 3]
    return found


def test_a_layer_without_a_painting_offers_no_update():
    ready()
    open_dialog()
    assert not look(PLUGIN, "button", "Update")
    choose(PLUGIN, "list item", "Woodcut")
    press(PLUGIN, "radio button", "Draft")
    pick(PLUGIN, "Work size", "256 px")
    press(PLUGIN, "button", "Restyle")
    wait(PLUGIN, "dialog", "Restyle: Woodcut")
    gone(PLUGIN, "dialog", "Restyle: Woodcut")
    assert layers() == [["Woodcut · photo.png", True], ["photo.png", True]], layers()


def test_an_edited_layer_is_updated_and_every_other_pixel_stays():
    layers(f"exec({PAINT!r}); {CHOOSE}")
    open_dialog()
    wait(PLUGIN, "button", "Update")
    photograph("Restyle$", "dialog-update")
    press(PLUGIN, "button", "Update")
    wait(PLUGIN, "dialog", "Restyle: Woodcut")
    gone(PLUGIN, "dialog", "Restyle: Woodcut")
    shown = layers(f"exec({READ!r})")
    assert [visible for _, visible in shown] == [True, False, True], shown
    assert moved(1, 2) > 1000
    assert moved(1, 2, REACH) == 0


def test_without_a_change_the_window_says_so_and_no_layer_comes():
    open_dialog()
    press(PLUGIN, "button", "Update")
    says(PLUGIN, "Nothing has changed in “photo.png” since its painting")
    photograph("Restyle: Woodcut$", "update-unchanged")
    gone(PLUGIN, "dialog", "Restyle: Woodcut")
    assert len(layers()) == 3


if __name__ == "__main__":
    main()
