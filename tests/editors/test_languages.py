"""Owns the promises about the plug-ins' languages in a real GIMP and a real Krita: the editor's own, also when it changes."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from editors.krita_home import KritaHome
from editors.roots import Root
from editors.servers import Served
from editors.studio import Studio
from PIL import Image

pytestmark = [pytest.mark.editors, pytest.mark.slow, pytest.mark.timeout(3000)]

SECONDS = 900  # for one editor: a first start in another language, which asks every plug-in anew
GERMAN = {"menu": "Restyle …", "menus": ["Kanal der Gesichter und Schrift", "Textur aus Stil …"], "more": "Mehr", "last": "Netz", "cancel": "Abbrechen"}
JAPANESE = {"menu": "Restyle…", "menus": ["顔と文字のチャンネル(F)", "スタイルからテクスチャ(X)…"]}
JAPANESE |= {"more": "詳細(M)", "last": "ネットワーク(N)", "cancel": "キャンセル(C)"}


def test_gimp_speaks_its_own_language_also_when_another_is_chosen(new_studio: Callable[[Path], Studio], served: Served) -> None:
    studio = new_studio(served.state)
    Image.new("RGB", (96, 64), (90, 140, 60)).save(studio.home / "photo.png")
    found = studio.walk("gimp_languages", "env LANGUAGE=de gimp -s photo.png", SECONDS, **GERMAN)
    assert set(found["menus"]) >= {GERMAN["menu"], "Restyle als Animation …", *GERMAN["menus"]}
    assert {"Stile", "Entwurf", "Stärke", "Arbeitsgröße", "Erkunden"} <= {word.rstrip(":") for word in found["words"]}
    found = studio.walk("gimp_languages", "env LANGUAGE=ja gimp -s photo.png", SECONDS, **JAPANESE)
    assert set(found["menus"]) >= {JAPANESE["menu"], *JAPANESE["menus"]}
    assert {"スタイル", "下描き"} <= set(found["words"])


@pytest.mark.parametrize(("language", "action", "words"), [("de", "Ebene mit Restyle malen", "Stärke"), ("ja", "Restyle でレイヤーを描く", "強さ")])
def test_krita_speaks_the_language_that_was_chosen_in_it(debian: Root, served: Served, roomy: Path, language: str, action: str, words: str) -> None:
    place = KritaHome(debian, Path(tempfile.mkdtemp(prefix=f"{language}-", dir=roomy)), served.state)
    place.install()
    (place.home / ".config" / "klanguageoverridesrc").write_text(f"[Language]\nkrita=@ByteArray({language})\n", encoding="utf-8")
    results = place.run("krita_languages", SECONDS)
    assert [problem for problem in results.values() if isinstance(problem, str) and problem] == []
    found = json.loads((place.home / "language.json").read_text(encoding="utf-8"))
    assert (found["language"], found["title"], found["actions"][0]) == (language, "Restyle", action)
    assert words in found["words"]
