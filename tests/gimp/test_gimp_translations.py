"""Owns the promises about GIMP's languages: what is registered is in the language that GIMP tells, and every word keeps a key."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from restyle_editor import catalogue
from restyle_gimp import strings

PLUGIN = Path(__file__).resolve().parents[2] / "plugin" / "gimp" / "restyle"
REGISTER = """
import json, runpy, sys, types
from unittest.mock import MagicMock
gi, made = MagicMock(), []
class PlugIn:
    __gtype__ = None
gi.repository.Gimp.PlugIn = PlugIn
gi.repository.GLib.get_language_names.return_value = json.loads(sys.argv[2])
sys.modules.update({"gi": gi, "gi.repository": gi.repository})
def registered(*_):
    made.append(MagicMock())
    return made[-1]
gi.repository.Gimp.ImageProcedure.new.side_effect = gi.repository.Gimp.Procedure.new.side_effect = registered
plug_in = runpy.run_path(sys.argv[1])["Restyle"]()
names = plug_in.do_query_procedures()
for name in names:
    plug_in.do_create_procedure(name)
labels = [each.set_menu_label.call_args.args[0] for each in made]
print(json.dumps([names, labels, [each.set_documentation.call_args.args[0] for each in made], [each.add_menu_path.call_args.args[0] for each in made]]))
"""


def registered(languages: str) -> list[list[str]]:
    import json

    done = subprocess.run([sys.executable, "-c", REGISTER, str(PLUGIN / "restyle.py"), languages], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: list[list[str]] = json.loads(done.stdout)
    return found


def test_menus_are_in_gimps_language_and_procedures_have_the_same_names_in_all() -> None:
    english, german = registered('["C"]'), registered('["de_DE.UTF-8", "de", "C"]')
    assert german[0] == english[0]
    assert german[3] == english[3]  # GIMP's own menus, which it translates
    assert english[1][0] == "_Restyle…"
    assert german[1][2] == "Te_xtur aus Stil …"
    assert german[2][0] == "Die Ebene in der Art eines anderen Bilds malen"
    assert [label.count("_") for label in german[1]] == [1, 1, 1, 1]


@pytest.mark.parametrize(("words", "letter", "keyed"), [
    ("Strength", "r", "St_rength"), ("強さ", "r", "強さ(_R)"), ("ファイルから…", "f", "ファイルから(_F)…"), ("Stärke", "r", "Stä_rke"), ("Élan", "É", "_Élan"),
])  # fmt: skip
def test_a_key_is_a_letter_of_the_word_or_stands_behind_it(words: str, letter: str, keyed: str) -> None:
    assert strings.keyed(words, letter) == keyed


def test_a_word_without_the_letter_gets_a_free_one_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "language", lambda: "de")
    monkeypatch.setattr(strings, "_taken", {"m"})
    assert strings.keyed("Malen", "x") == "M_alen"
