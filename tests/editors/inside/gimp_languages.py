"""Owns looking at GIMP's menu and Restyle's dialog in another language. Runs beside GIMP, on the root's own Python."""

# mypy: ignore-errors

import json
from pathlib import Path

from screen import choose, look, photograph, press, raise_up, wait, widgets

HERE = Path(__file__).resolve().parent
GIMP, PLUGIN = "gimp", "restyle"
READ = ("label", "push button", "button", "toggle button", "radio button", "check box", "combo box", "menu item", "list item")


def main():
    values = json.loads((HERE / "values.json").read_text(encoding="utf-8"))
    results = {}
    try:
        wait(GIMP, "menu item", values["menu"], seconds=500)
        if look(GIMP, "button", "Close"):
            press(GIMP, "button", "Close")  # GIMP's welcome
        entries = [each.name for each in widgets(GIMP) if each.getRoleName() == "menu item"]
        results["menus"] = [name for name in entries if "Restyle" in name or name in values["menus"]]
        press(GIMP, "menu item", values["menu"])
        choose(PLUGIN, "list item", "Woodcut")
        press(PLUGIN, "toggle button", values["more"])
        wait(PLUGIN, "combo box", values["last"])
        results["words"] = sorted({each.name for each in widgets(PLUGIN) if each.getRoleName() in READ and each.name})
        raise_up("Restyle$")
        photograph("Restyle$", "dialog")
        press(PLUGIN, "button", values["cancel"])
    finally:
        (HERE / "results.json").write_text(json.dumps(results), encoding="utf-8")


if __name__ == "__main__":
    main()
