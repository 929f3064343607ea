"""Owns what a painter does with Restyle as animation in a GIMP with a screen, step by step. Runs beside GIMP, on the root's own Python."""

# mypy: ignore-errors

from gimp_desk import GIMP, PLUGIN, layers, ready, walk
from screen import choose, gone, photograph, photograph_all, press, says, wait

MENU, TITLE = "Restyle as animation…", "Restyle as animation"
NEWEST = "image = max(Gimp.get_images(), key=lambda each: each.get_id())"


def main():
    walk(dict(globals()))


def test_the_dialog_says_how_many_frames_there_are():
    ready(MENU)
    press(GIMP, "menu item", MENU)
    choose(PLUGIN, "list item", "Woodcut")
    press(PLUGIN, "radio button", "Draft")
    says(PLUGIN, "Its 4 frames become a new image")
    says(PLUGIN, "4 frames")
    photograph(TITLE, "animation-dialog")


def test_the_frames_appear_in_a_new_image_with_their_names_and_delays():
    press(PLUGIN, "button", "Restyle")
    wait(PLUGIN, "dialog", "Restyle: Woodcut")
    says(PLUGIN, "Frame [2-4] of 4 · .* left", pattern=True)
    photograph("Restyle: ", "animation-running")
    gone(PLUGIN, "dialog", "Restyle: Woodcut")
    found = layers(NEWEST)
    assert [visible for _, visible in found] == [True] * 4, found
    assert ["(replace)" in name for name, _ in found] == [True, True, True, False], found
    assert all("120ms" in name for name, _ in found), found
    photograph_all("animation-painted")


def test_cancel_keeps_the_frames_that_are_there():
    """Of the new image, which is an animation too."""
    press(GIMP, "menu item", MENU)
    wait(PLUGIN, "dialog", TITLE)
    choose(PLUGIN, "list item", "Woodcut")
    press(PLUGIN, "radio button", "Standard")
    press(PLUGIN, "button", "Restyle")
    says(PLUGIN, "Frame [23] of 4", pattern=True)
    press(PLUGIN, "button", "Cancel")
    gone(PLUGIN, "dialog", "Restyle: Woodcut")
    assert 1 <= len(layers(NEWEST)) < 4
    assert layers("[image] = [each for each in Gimp.get_images() if each.get_file()]") != []


if __name__ == "__main__":
    main()
