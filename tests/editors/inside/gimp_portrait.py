"""Owns taking the pictures of GIMP that the documents show: the dialog, with styles chosen for a photograph. Runs beside GIMP, on the root's own Python."""

# mypy: ignore-errors

import json
from pathlib import Path

from screen import choose, gone, look, photograph, pick, press, says, wait

HERE = Path(__file__).resolve().parent
GIMP, PLUGIN = "gimp", "restyle"


def main():
    wait(GIMP, "menu item", "Restyle…")
    if look(GIMP, "button", "Close"):
        press(GIMP, "button", "Close")  # GIMP's welcome
    press(GIMP, "menu item", "Restyle…")
    choose(PLUGIN, "list item", "Woodcut")
    press(PLUGIN, "radio button", "Draft")
    pick(PLUGIN, "Work size", "256 px")
    press(PLUGIN, "button", "Restyle")  # so that the next estimate has a time
    wait(PLUGIN, "dialog", "Restyle: ", exact=False)
    gone(PLUGIN, "dialog", "Restyle: ", exact=False)
    press(GIMP, "menu item", "Undo Restyle")
    press(GIMP, "menu item", "Restyle…")
    wait(PLUGIN, "list item", "Woodcut")
    choose(PLUGIN, "list item", "Swirling night", more=True)
    wait(PLUGIN, "spin button", "Share, Swirling night")
    says(PLUGIN, "about ")
    photograph("Restyle$", "gimp-dialog")
    (HERE / "results.json").write_text(json.dumps({"done": ""}))


if __name__ == "__main__":
    main()
