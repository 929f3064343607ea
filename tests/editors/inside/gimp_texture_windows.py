"""Owns what a painter does with Texture from Style in a GIMP with a screen, step by step. Runs beside GIMP, on the root's own Python."""

# mypy: ignore-errors

from gimp_desk import GIMP, PLUGIN, layers, ready, walk
from screen import choose, gone, photograph, photograph_all, pick, press, says, wait

MENU, TITLE = "Texture from Style…", "Texture from Style"
NEWEST = "image = max(Gimp.get_images(), key=lambda each: each.get_id())"


def main():
    walk(dict(globals()))


def test_the_dialog_asks_for_a_size():
    ready(MENU)
    press(GIMP, "menu item", MENU)
    choose(PLUGIN, "list item", "Woodcut")
    press(PLUGIN, "radio button", "Draft")
    for name, side in (("Width", 96), ("Height", 64)):
        wait(PLUGIN, "spin button", name).queryValue().currentValue = side
    pick(PLUGIN, "Seamless", "On all sides")
    says(PLUGIN, "painted at full size")
    photograph(TITLE, "texture-dialog")


def test_the_texture_is_a_new_image():
    press(PLUGIN, "button", "Restyle")
    wait(PLUGIN, "dialog", "Restyle: Woodcut")
    gone(PLUGIN, "dialog", "Restyle: Woodcut")
    assert layers(NEWEST) == [["Woodcut · Texture", True]]
    assert layers(f"{NEWEST}; assert (image.get_width(), image.get_height()) == (96, 64)")
    photograph_all("texture-painted")


if __name__ == "__main__":
    main()
