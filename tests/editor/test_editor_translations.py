"""Owns the promises about languages: every sentence that a plug-in says is in every catalogue, whole, and nothing but words changes with the language."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from restyle_client import errors
from restyle_contract import parameters
from restyle_editor import catalogue, sentences

PLUGIN = Path(catalogue.__file__).resolve().parents[1]
sys.path.insert(0, str(PLUGIN))

import translate  # noqa: E402

LANGUAGES = ("de", "es", "fr", "ja", "zh_CN")
SAID_BY_THE_SERVER = {"InvalidRequest", "WrongState", "Unimplemented", "JobFailed", "Refused"}  # only their own words tell what is wrong
ROOMS = ("restyle_editor", "gimp/restyle", "krita/restyle")
SHOWN = re.compile(
    r"(set_?[Tt]ext|set_?[Tt]ool_?[Tt]ip(_text)?|set_(label|title|markup)|setWindowTitle|setTitle|setAccessibleName|set_menu_label|addAction|addButton|add_button"
    r"|addItem|addTab|addRow|createAction|drawText|message|Failure|QLabel|QPushButton|QAction|Label|Button|CheckButton)\Z"
)
SHOWN_BY_NAME = ("label", "title", "tooltip_text", "text", "placeholder_text")


def catalog(language: str) -> Catalog:
    with (translate.TRANSLATIONS / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def forms(words: object) -> tuple[str, ...]:
    """A sentence, or its forms for numbers."""
    return tuple(map(str, words)) if isinstance(words, (list, tuple)) else (str(words or ""),)


def spoken(languages: list[str], code: str, folder: Path | None = None) -> Any:
    """What a program prints as JSON in a process of its own, in which an editor said its languages first. folder: other catalogues."""
    head = f"import json, sys; sys.path[:0] = {[str(PLUGIN), str(PLUGIN / 'gimp' / 'restyle')]!r}; from restyle_editor import catalogue\n"
    head += f"import pathlib; catalogue.FOLDER = pathlib.Path({str(folder)!r})\n" if folder else ""
    done = subprocess.run([sys.executable, "-c", f"{head}catalogue.speak({languages!r})\n{code}"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_sentence_is_in_every_catalogue_and_nothing_stale_is() -> None:
    """After a new sentence: python plugin/translate.py, which says what to fill in."""
    files, untranslated = translate.made()
    assert untranslated == []
    assert [str(path) for path, content in files.items() if not path.is_file() or path.read_bytes() != content] == []
    assert tuple(catalogue.there()) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_places_and_the_keys_of_its_sentence(language: str) -> None:
    for each in catalog(language):
        if not each.id:
            continue
        english = forms(each.id)
        for words in forms(each.string):
            assert sorted(translate.PLACE.findall(words)) == sorted(translate.PLACE.findall(english[-1])), words
            assert translate.PLACE.sub("", words).count("_") == translate.PLACE.sub("", english[0]).count("_"), words
            assert words.count("\n") == english[0].count("\n"), words
            assert not re.search(r"\s{2}|^\s|\s$", words.replace("\n", "").replace("  (", " (")), words


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_that_are_translated_already_stay_as_they_are(language: str) -> None:
    """An editor's table has the shared words in its language, and is translated with them in it."""
    messages = {each.id: forms(each.string)[0] for each in catalog(language) if isinstance(each.id, str) and each.id}
    assert [words for words in messages.values() if messages.get(words, words) != words] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_take_the_forms_of_the_language(language: str) -> None:
    number = catalog(language).num_plurals
    assert {len(forms(each.string)) for each in catalog(language) if isinstance(each.id, tuple)} == {number}
    said = spoken([language], "from restyle_editor import sentences; print(json.dumps([sentences.FRAME_COUNT.format(count=count) for count in (1, 2)]))")
    assert len({words.replace("1", "2") for words in said}) == number


@pytest.mark.parametrize(("languages", "language"), [
    (["de_AT.UTF-8", "de_AT", "de", "C"], "de"), (["de@euro"], "de"), (["fr-CA", "fr"], "fr"), (["it", "es"], "es"), (["it"], ""), ([], ""), (["ja_JP"], "ja"),
    (["C", "de"], ""), (["POSIX"], ""), (["en_GB.UTF-8", "de"], ""), (["en-US"], ""), (["zh-Hans-CN", "zh"], "zh_CN"), (["zh"], "zh_CN"), (["zh_SG"], "zh_CN"),
    (["zh_TW.UTF-8", "zh_TW", "zh"], ""), (["zh-Hant-HK", "zh", "fr"], "fr"), (["../de"], ""), ([""], ""),
])  # fmt: skip
def test_the_first_language_with_a_catalogue_is_spoken(languages: list[str], language: str) -> None:
    assert catalogue.chosen(languages, LANGUAGES) == language


def test_without_a_word_all_is_english() -> None:
    assert (catalogue.language(), sentences.GALLERY, sentences.STRENGTH) == ("", "Styles", "Strength")


@pytest.mark.parametrize("content", [b"no catalogue", b"", (catalogue.FOLDER / "de/LC_MESSAGES/restyle.mo").read_bytes()[:10]])
def test_a_damaged_catalogue_is_english(tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "de" / "LC_MESSAGES" / "restyle.mo"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(content)
    assert spoken(["de"], "from restyle_editor import sentences; print(json.dumps([catalogue.language(), sentences.GALLERY]))", tmp_path) == ["", "Styles"]


def test_every_word_of_the_tables_goes_through_the_catalogue(tmp_path: Path) -> None:
    """In a language in which every sentence is in brackets, nothing that people read is without."""
    made = Catalog(locale="eo")
    for each in translate.sentences():
        words = tuple(f"⟦{one}⟧" for one in each.words)
        made.add(each.words if len(words) > 1 else each.words[0], words if len(words) > 1 else words[0])
    (tmp_path / "eo" / "LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "eo" / "LC_MESSAGES" / "restyle.mo").write_bytes(translate.as_mo(made))
    said = spoken(["eo"], """
from restyle_gimp import strings
def words(value):
    return [value] if isinstance(value, str) else [each for one in (value.values() if isinstance(value, dict) else value) for each in words(one)]
print(json.dumps({name: words(value) for name, value in vars(strings).items() if catalogue.NAME.match(name) and isinstance(value, (str, dict, tuple))}))
""", tmp_path)  # fmt: skip
    assert len(said) > 200
    known = set(translate.READ_BACK)
    assert {name: words for name, words in said.items() if name not in known and not all(each.count("⟦") == 1 for each in words if each)} == {}


def test_a_layers_origin_is_known_whatever_language_named_it() -> None:
    code = """
from restyle_editor import sentences
print(json.dumps([sentences.origin(f"{words} · photo", "Wave") for words in ("a layer", "eine Ebene", "un calque", "Wave")]))
"""
    for languages in ([], ["fr"]):
        assert spoken(languages, code) == ["photo"] * 4


@pytest.mark.parametrize(("language", "most"), [("de", "10\u00a0000 px"), ("ja", "10,000 px"), ("en", "10,000 px")])
def test_thousands_are_no_decimals(language: str, most: str) -> None:
    assert most in spoken([language], "from restyle_editor import sentences; print(json.dumps(sentences.pattern_note(16, 10_001)))")


def test_what_is_kept_and_sent_is_the_same_in_every_language() -> None:
    code = """
from restyle_editor import presets, recipes
recipe = recipes.Recipe(strength=40.0, color="content", preset="fine", styles=(recipes.StyleChoice(library="night", title="Night"),))
print(json.dumps([presets.to_toml(presets.settings_of(recipe)), recipes.plain(recipe)]))
"""
    assert spoken(["fr"], code) == spoken([], code)


def test_the_painters_refusals_are_told_in_the_language_and_its_own_words_where_only_they_explain(tmp_path: Path) -> None:
    code = f"""
from pathlib import Path
from restyle_client import errors
from restyle_editor import failures, log
log.keep_in(lambda: Path({str(tmp_path)!r}))
told = (errors.JobFailed("The graphics card is out of memory.", "OUT_OF_MEMORY", None), errors.TooLarge("too large", 2048), errors.QueueFull("full", 1.0),
        errors.ServerNotFound("none"), errors.InvalidRequest("spec.x: the scale is odd.", "spec.x"), errors.JobFailed("Odd.", "BAD_INPUT", None))
print(json.dumps([failures.sentence(each) for each in told]))
"""
    french, english = spoken(["fr"], code), spoken([], code)
    assert [one == other for one, other in zip(french, english, strict=True)] == [False] * 4 + [True] * 2
    assert "2048" in french[1]
    assert english[0] == "The graphics card is out of memory."
    assert "The graphics card is out of memory." in (tmp_path / "restyle.log").read_text("utf-8")


def test_every_kind_of_error_has_words_or_needs_its_own() -> None:
    kinds = {name for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, errors.RestyleError)} - {"RestyleError"}
    assert kinds == set(sentences.ERRORS) | SAID_BY_THE_SERVER


def test_names_of_settings_are_translated_where_they_are_shown_and_nowhere_else() -> None:
    assert {name: each.title for name, each in parameters.NUMBERS.items() if each.title} == sentences.NUMBERS
    assert [str(path) for room in ROOMS for path in code_of(room) if re.search(r"NUMBERS\[[^]]+\]\.title|number\.title,", path.read_text("utf-8"))] == []


def code_of(room: str) -> list[Path]:
    return [path for path in (PLUGIN / room).rglob("*.py") if path.name not in ("sentences.py", "strings.py")]


def untabled(source: str) -> Iterator[str]:
    """Words for people that a module shows without taking them from a table."""
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        shown = [*(call.args if SHOWN.match(name) else ()), *(each.value for each in call.keywords if each.arg in SHOWN_BY_NAME and name != "StyleChoice")]
        for argument in shown:
            texts = [each.value for each in ast.walk(argument) if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            if isinstance(argument, (ast.Constant, ast.JoinedStr, ast.BinOp)) and any(re.search(r"[A-Za-z]{2}", re.sub(r"</?b>", "", text)) for text in texts):
                yield f"{call.lineno}: {ast.unparse(argument)}"


@pytest.mark.parametrize("room", ROOMS)
def test_every_sentence_stands_in_a_table(room: str) -> None:
    assert {path.name: found for path in code_of(room) if (found := list(untabled(path.read_text("utf-8"))))} == {}


def test_a_sentence_beside_the_tables_would_be_noticed() -> None:
    bad = ['button.setText("Paint")', 'raise Failure(f"{name} is locked.")', 'Gtk.Button(label="Add a style")', 'label.set_markup("<b>Chosen</b>")']
    assert [len(list(untabled(line))) for line in bad] == [1, 1, 1, 1]
    good = ("button.setText(strings.PAINT)", 'label.set_text(f"{a} · {b}")', 'label.set_markup(f"<b>{text}</b>")')
    assert [list(untabled(line)) for line in good] == [[], [], []]
