"""Owns what a painter does with Restyle in a GIMP with a screen, step by step. Runs beside GIMP, on the root's own Python, and asks GIMP itself what it has."""

# mypy: ignore-errors

import json
import time
from pathlib import Path

import screen
from gimp_desk import GIMP, PLUGIN, busy_server, entries, layers, ready, server, values, walk
from screen import choose, gone, photograph, pick, press, says, wait

HERE = Path(__file__).resolve().parent


def open_dialog():
    press(GIMP, "menu item", "Restyle…")
    wait(PLUGIN, "list item", "Woodcut")


def main():
    walk(dict(globals()))


def test_the_menu_opens_a_dialog_with_the_library_as_pictures():
    ready()
    open_dialog()
    choose(PLUGIN, "list item", "Woodcut")
    wait(PLUGIN, "button", "Restyle", usable=True)


def test_a_chosen_style_sets_the_strength_that_suits_it():
    assert wait(PLUGIN, "slider", "Strength").queryValue().currentValue == values()["woodcut_strength"]


def test_every_suggestion_of_a_style_is_taken_and_a_blend_takes_the_middle():
    strength, colors = wait(PLUGIN, "slider", "Strength"), wait(PLUGIN, "combo box", "Colors")
    choose(PLUGIN, "list item", "Suggesting")
    assert wait(PLUGIN, "spin button", "Strokes, Suggesting").queryText().getText(0, -1) == "automatic"
    assert (strength.queryValue().currentValue, screen.chosen(colors)) == (30, "Of the picture")
    choose(PLUGIN, "list item", "Woodcut", more=True)
    wait(PLUGIN, "spin button", "Strokes, Woodcut")
    assert strength.queryValue().currentValue == (30 + values()["woodcut_strength"]) / 2
    assert screen.chosen(colors) == "Of the style", "two that differ suggest nothing"
    choose(PLUGIN, "list item", "Woodcut")
    gone(PLUGIN, "spin button", "Strokes, Suggesting")
    assert strength.queryValue().currentValue == values()["woodcut_strength"]


def test_the_dialog_says_where_and_how_large_it_will_paint():
    text = says(PLUGIN, "painted at")
    assert "VGG16" in text or "VGG19" in text, text
    assert "MiB" in text or "GiB" in text, text
    assert "time known after the first run" in text or "about" in text, text
    assert "(cpu)" in text or "cuda" in text, text
    photograph("Restyle$", "dialog")


def test_two_styles_have_their_own_shares():
    choose(PLUGIN, "list item", "Swirling night", more=True)
    wait(PLUGIN, "spin button", "Share, Swirling night")
    press(PLUGIN, "toggle button", "More")
    time.sleep(1)  # the expander unfolds; the picture is for people
    photograph("Restyle$", "dialog-more")


def test_painting_shows_its_progress_and_a_new_layer():
    press(PLUGIN, "radio button", "Draft")
    pick(PLUGIN, "Work size", "256 px")
    press(PLUGIN, "button", "Restyle")
    wait(PLUGIN, "dialog", "Restyle: Woodcut + Swirling night")
    says(PLUGIN, "Scale ")
    gone(PLUGIN, "dialog", "Restyle: Woodcut + Swirling night")
    assert layers() == [["Woodcut + Swirling night · photo.png", True], ["photo.png", True]], layers()


def test_repeat_on_the_painted_layer_paints_what_that_was_painted_from():
    press(GIMP, "menu item", "Repeat", exact=False)
    wait(PLUGIN, "dialog", "Restyle: Woodcut + Swirling night")
    gone(PLUGIN, "dialog", "Restyle: Woodcut + Swirling night")
    name = "Woodcut + Swirling night · photo.png"
    assert layers() == [[f"{name} #1", True], [name, False], ["photo.png", True]], layers()
    press(GIMP, "menu item", "Undo Restyle")
    assert layers() == [[name, True], ["photo.png", True]], "one step brings the earlier one back, too"


def test_one_undo_takes_it_back():
    undo = "Undo Restyle"
    press(GIMP, "menu item", undo)
    assert layers() == [["photo.png", True]], layers()


def test_repeat_paints_the_same_again_without_asking():
    press(GIMP, "menu item", "Repeat", exact=False)
    wait(PLUGIN, "dialog", "Restyle: Woodcut + Swirling night")
    gone(PLUGIN, "dialog", "Restyle: Woodcut + Swirling night")
    assert layers() == [["Woodcut + Swirling night · photo.png", True], ["photo.png", True]], layers()
    press(GIMP, "menu item", "Undo Restyle")
    assert layers() == [["photo.png", True]], layers()


def test_the_dialog_remembers_what_was_chosen():
    open_dialog()
    wait(PLUGIN, "spin button", "Share, Swirling night")
    says(PLUGIN, "painted at")
    photograph("Restyle$", "dialog-remembered")
    item = wait(PLUGIN, "list item", "Stained glass")
    choose(PLUGIN, "list item", "Stained glass")
    assert item.name == "Stained glass"
    gone(PLUGIN, "spin button", "Share, Swirling night")
    assert wait(PLUGIN, "slider", "Strength").queryValue().currentValue == values()["glass_strength"], "a suggestion that was taken is no choice of a person's"


def test_stop_and_keep_keeps_what_there_is():
    press(PLUGIN, "radio button", "Fine")
    pick(PLUGIN, "Work size", "Automatic (512 px)")
    press(PLUGIN, "button", "Restyle")
    wait(PLUGIN, "dialog", "Restyle: Stained glass")
    says(PLUGIN, "step [2-9][0-9] of", pattern=True)  # by then there is something to see
    screen.raise_up("GIMP")
    time.sleep(1)
    order = screen.stacked()
    image = next(place for place, title in enumerate(order) if "GIMP" in title)
    assert order.index("Restyle: Stained glass") > image, f"the window is lost behind GIMP's: {order}"
    assert screen.holds(GIMP, "Scale "), "GIMP's own bar says how far it is"
    photograph("Restyle: ", "running")
    screen.photograph_all("running-with-gimp")
    press(PLUGIN, "button", "Stop and keep")
    gone(PLUGIN, "dialog", "Restyle: Stained glass")
    assert layers() == [["Stained glass · photo.png", True], ["photo.png", True]], layers()


def test_restyle_again_opens_with_the_layers_own_recipe():
    open_dialog()
    wait(PLUGIN, "label", "This layer was painted by Restyle; its style and settings are chosen.")
    wait(PLUGIN, "spin button", "Strokes, Stained glass")
    photograph("Restyle$", "dialog-again")


def test_sizes_and_estimate_are_those_of_the_layer_that_is_painted():
    """Here the painting is made smaller than what it was painted from, as one of a selection is."""
    press(PLUGIN, "button", "Cancel")
    gone(PLUGIN, "dialog", "Restyle")
    layers("image.get_layers()[0].scale(200, 150, False)")
    open_dialog()
    says(PLUGIN, "of 640 px")
    pick(PLUGIN, "This layer was painted by Restyle; its style and settings are chosen.", "Paint this layer")
    says(PLUGIN, "painted at full size")
    assert "Full (200 px)" in entries("Work size"), entries("Work size")
    pick(PLUGIN, "This layer was painted by Restyle; its style and settings are chosen.", "Paint “photo.png” again")
    says(PLUGIN, "of 640 px")
    assert "Full (640 px)" in entries("Work size"), entries("Work size")


def test_another_layer_is_a_style():
    press(PLUGIN, "button", "From a layer…")
    wait(PLUGIN, "dialog", "A layer to paint like")
    photograph("A layer to paint like", "dialog-layer")
    press(PLUGIN, "button", "Choose")
    wait(PLUGIN, "spin button", "Strokes, photo.png")


def test_settings_are_kept_under_a_name():
    press(PLUGIN, "button", "Save…")
    entry = wait(PLUGIN, "text", "Name of the preset:", exact=False)
    entry.queryEditableText().setTextContents("My fine one")
    press(PLUGIN, "button", "Save")
    gone(PLUGIN, "button", "Save")
    combo = wait(PLUGIN, "combo box", "Your presets")
    assert combo.getChildAtIndex(0).getChildAtIndex(1).name == "From elsewhere"
    assert combo.getChildAtIndex(0).getChildAtIndex(2).name == "My fine one"


def test_a_preset_that_another_client_saved_sets_the_controls():
    pick(PLUGIN, "Your presets", "From elsewhere")
    assert wait(PLUGIN, "slider", "Strength").queryValue().currentValue == 15
    assert screen.chosen(wait(PLUGIN, "combo box", "Colors")) == "Of the picture"
    pick(PLUGIN, "Your presets", "My fine one")
    assert wait(PLUGIN, "slider", "Strength").queryValue().currentValue == values()["glass_strength"]


def test_cancel_leaves_nothing_behind():
    press(PLUGIN, "button", "Restyle")
    wait(PLUGIN, "dialog", "Restyle: photo.png")
    says(PLUGIN, "Scale ")
    press(PLUGIN, "button", "Cancel")
    gone(PLUGIN, "dialog", "Restyle: photo.png")
    assert layers() == [["Stained glass · photo.png", True], ["photo.png", True]], layers()


def test_a_cancelled_painting_forgets_no_settings():
    layers("image.set_selected_layers([image.get_layers()[-1]])")
    open_dialog()
    wait(PLUGIN, "spin button", "Strokes, photo.png")
    assert wait(PLUGIN, "radio button", "Fine").getState().contains(screen.CHECKED)


def test_a_cancelled_dialog_forgets_no_settings():
    press(PLUGIN, "radio button", "Standard")
    press(PLUGIN, "button", "Cancel")
    gone(PLUGIN, "dialog", "Restyle")
    open_dialog()
    assert wait(PLUGIN, "radio button", "Standard").getState().contains(screen.CHECKED)
    press(PLUGIN, "radio button", "Fine")
    press(PLUGIN, "button", "Cancel")
    gone(PLUGIN, "dialog", "Restyle")
    layers("image.set_selected_layers([image.get_layers()[0]])")


def test_a_painting_that_waits_tells_its_place_in_the_queue():
    with busy_server(2) as finish_one:
        open_dialog()
        press(PLUGIN, "button", "Restyle")
        says(PLUGIN, "Waiting: place 2 in the queue")
        photograph("Restyle: ", "waiting")
        finish_one()
        says(PLUGIN, "Waiting: next in the queue")
        finish_one()
        says(PLUGIN, "Scale ")
        press(PLUGIN, "button", "Cancel")
        gone(PLUGIN, "dialog", "Restyle: photo.png")


def test_a_source_that_would_shine_through_is_hidden_and_the_window_says_so_and_closes():
    layers("image.remove_layer(image.get_layers()[0]); image.get_layers()[0].set_opacity(60); image.set_selected_layers(image.get_layers())")
    open_dialog()
    choose(PLUGIN, "list item", "Woodcut")
    press(PLUGIN, "radio button", "Draft")
    pick(PLUGIN, "Work size", "256 px")
    press(PLUGIN, "button", "Restyle")
    says(PLUGIN, "“photo.png” is hidden below the painting")
    photograph("Restyle: ", "hidden")
    gone(PLUGIN, "dialog", "Restyle: Woodcut")  # by itself
    assert layers() == [["Woodcut · photo.png", True], ["photo.png", False]], layers()
    press(GIMP, "menu item", "Undo Restyle")
    assert layers() == [["photo.png", True]], "one step brings both back"


def test_a_source_that_is_deleted_meanwhile_loses_nothing():
    open_dialog()
    press(PLUGIN, "radio button", "Fine")
    press(PLUGIN, "button", "Restyle")
    says(PLUGIN, "Scale ")
    layers("image.remove_layer(image.get_layers()[0])")
    press(PLUGIN, "button", "Stop and keep")
    says(PLUGIN, "The layer it was painted from is gone")
    press(PLUGIN, "button", "Close")
    gone(PLUGIN, "dialog", "Restyle: Woodcut")
    assert layers() == [["Woodcut", True]], layers()


def test_a_picture_file_becomes_a_style_of_the_library():
    open_dialog()
    press(PLUGIN, "button", "From a file…")
    wait(PLUGIN, "file chooser", "A picture to paint like")
    wait(PLUGIN, "check box", "Keep it in the style library")
    screen.type_path(PLUGIN, "/home/painter/photo.png")
    wait(PLUGIN, "spin button", "Strokes, photo")
    wait(PLUGIN, "list item", "photo")
    press(PLUGIN, "button", "Cancel")
    gone(PLUGIN, "dialog", "Restyle")


def test_without_a_server_the_dialog_says_what_to_do_and_tries_again():
    launcher = json.loads(next(HERE.glob(".config/GIMP/3.*/plug-ins/restyle/launcher.json")).read_text())
    announced = Path(launcher["state_dir"]) / "server.json"
    hidden = announced.rename(announced.with_name("server.hidden"))
    try:
        press(GIMP, "menu item", "Restyle…")
        says(PLUGIN, "run Restyle's installer again")
        photograph("Restyle$", "dialog-without-server")
    finally:
        hidden.rename(announced)
    press(PLUGIN, "button", "Try again")
    wait(PLUGIN, "list item", "Woodcut")
    press(PLUGIN, "button", "Cancel")
    gone(PLUGIN, "dialog", "Restyle")


def test_reset_brings_every_control_back():
    open_dialog()
    choose(PLUGIN, "list item", "Woodcut")
    pick(PLUGIN, "Your presets", "From elsewhere")
    pick(PLUGIN, "Work size", "256 px")
    press(PLUGIN, "radio button", "Draft")
    press(PLUGIN, "button", "Reset")
    gone(PLUGIN, "spin button", "Strokes, Woodcut")
    assert wait(PLUGIN, "slider", "Strength").queryValue().currentValue == 50
    assert screen.chosen(wait(PLUGIN, "combo box", "Colors")) == "Of the style"
    assert screen.chosen(wait(PLUGIN, "combo box", "Work size")).startswith("Automatic")
    assert wait(PLUGIN, "radio button", "Standard").getState().contains(screen.CHECKED)


def test_a_preset_is_removed_where_it_is_listed():
    pick(PLUGIN, "Your presets", "From elsewhere")
    press(PLUGIN, "button", "Remove this preset")
    menu = wait(PLUGIN, "combo box", "Your presets").getChildAtIndex(0)
    assert [menu.getChildAtIndex(index).name for index in range(menu.childCount)] == ["None", "My fine one"]
    press(PLUGIN, "button", "Cancel")
    gone(PLUGIN, "dialog", "Restyle")


def test_a_part_of_a_layer_is_a_style_and_a_channel_is_a_region():
    layers(
        "source = image.get_layers()[0]; part = source.copy(); part.set_name('part'); image.insert_layer(part, None, 0); "
        "image.select_rectangle(Gimp.ChannelOps.REPLACE, 40, 30, 200, 150); Gimp.Selection.save(image).set_name('sky'); image.set_selected_layers([source])"
    )
    open_dialog()
    press(PLUGIN, "button", "From a layer…")
    wait(PLUGIN, "dialog", "A layer to paint like")
    assert wait(PLUGIN, "check box", "Only what is selected there", usable=True).getState().contains(screen.CHECKED)
    press(PLUGIN, "button", "Choose")
    wait(PLUGIN, "spin button", "Strokes, part")
    pick(PLUGIN, "Where, part", "Channel: sky")
    says(PLUGIN, "Only the selection is painted (200 × 150 px).")
    photograph("Restyle$", "dialog-part")
    press(PLUGIN, "radio button", "Draft")
    press(PLUGIN, "button", "Restyle")
    wait(PLUGIN, "dialog", "Restyle: part")
    gone(PLUGIN, "dialog", "Restyle: part")
    assert layers() == [["part", True], ["part · Woodcut", True], ["Woodcut", True]], layers()


def test_a_closed_image_ends_its_painting():
    layers("Gimp.Selection.none(image); image.set_selected_layers([image.get_layers()[-1]])")
    open_dialog()
    choose(PLUGIN, "list item", "Woodcut")
    press(PLUGIN, "radio button", "Fine")
    press(PLUGIN, "button", "Restyle")
    says(PLUGIN, "Scale ")
    press(GIMP, "menu item", "Close View")
    press(GIMP, "button", "Discard Changes")
    gone(PLUGIN, "dialog", "Restyle: Woodcut")
    with server() as session:
        give_up = time.monotonic() + screen.SECONDS
        while any(not job.done for job in session.list()):
            assert time.monotonic() < give_up, "the server still paints"
            time.sleep(screen.GLANCE)


if __name__ == "__main__":
    main()
