"""Owns the promises about Krita's languages: its own choice counts, else the system's, and actions and docker are in it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import fake_krita
import pytest
from restyle import strings
from restyle.host import language

HERE = Path(__file__).resolve().parent
ENGLISH = [words for words in vars(strings).values() if isinstance(words, str)]
SAME = {"Restyle"}
PRINT = f"""
import json, sys
sys.path[:0] = {[str(HERE), str(HERE.parents[2] / "plugin" / "krita"), *sys.path]!r}
import fake_krita
fake_krita.install()
application = fake_krita.QtWidgets.QApplication([])
import restyle
from restyle import strings
from restyle.packages import catalogue
window = fake_krita.Window()
fake_krita.Krita.extensions[0].createActions(window)
names = {{name: action.text() for name, action in window.actions.items()}}
said = {{name: words for name, words in vars(strings).items() if catalogue.NAME.match(name) and isinstance(words, str)}}
print(json.dumps([catalogue.language(), said, names]))
"""


def chosen(folder: Path, line: str) -> Path:
    (folder / language.CHOSEN).write_text(f"[Language]\n{line}\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("line", "first"), [("krita=de:en_US", "de"), ('krita="@ByteArray(fr)"', "fr"), ("krita=@ByteArray(zh_CN)", "zh_CN"), ("krita=es, de", "es")]
)
def test_kritas_own_choice_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, first: str) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(chosen(tmp_path, line)))
    assert language.languages()[0] == first


def test_without_a_choice_it_is_the_systems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert language.languages() == list(fake_krita.QtCore.QLocale.system().uiLanguages())


def test_all_of_the_plug_in_is_in_kritas_language(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_CONFIG_HOME": str(chosen(tmp_path, "krita=ja")), "LANG": "de_DE.UTF-8"}
    done = subprocess.run([sys.executable, "-c", PRINT], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    spoken, said, names = json.loads(done.stdout)
    assert (spoken, said["GALLERY"], names["restyle_layer"]) == ("ja", "スタイル", said["ACTION_AGAIN"])
    assert [name for name, words in names.items() if words.isascii()] == []
    assert {words for words in said.values() if words in ENGLISH and re.search("[a-z]{3}", re.sub("{.*?}", "", words))} == SAME


def test_actions_say_what_they_do() -> None:
    window = fake_krita.Window()
    fake_krita.Krita.extensions[0].createActions(window)
    assert {name: action.toolTip() for name, action in window.actions.items()}["restyle_cancel"] == strings.ACTION_CANCEL_HINT
