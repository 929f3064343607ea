"""Owns the language of the sentences: which catalogue an editor speaks, and how its tables of words are put into that; English where there is none.

An editor says its languages once, before the first table of words is imported. Whoever says none, as the command line does, reads English. A catalogue is
locale/LANGUAGE/LC_MESSAGES/restyle.mo, made of plugin/translations/LANGUAGE.po by `python plugin/translate.py`; the English words are its keys. What is kept in
files, sent to the server or written into a log is not of these tables, and stays English.
"""

from __future__ import annotations

import gettext
import re
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "locale"
DOMAIN = "restyle"
NAME = re.compile(r"[A-Z][A-Z0-9_]*\Z")  # of what a table says
_TRADITIONAL = ("zh_tw", "zh_hk", "zh_mo", "zh_hant")
_SIMPLIFIED = ("zh_cn", "zh_sg", "zh_hans")

_spoken: list[gettext.NullTranslations] = [gettext.NullTranslations()]
_language = [""]


class Counted:
    """Words about a number of things, in the form that the language has for that number; used as a string with places is."""

    def __init__(self, place: str, one: str, many: str) -> None:
        """place: the name of the place whose number decides. one, many: the English forms."""
        self.place, self.one, self.many = place, one, many

    def format(self, **values: Any) -> str:
        return _spoken[0].ngettext(self.one, self.many, values[self.place]).format(**values)


def speak(languages: Iterable[str]) -> str:
    """Takes the first language that has a catalogue; its name, empty for English.

    languages: as systems write them, the dearest first: "de_AT.UTF-8", "zh-Hans-CN". English among them ends the search.
    """
    _language[0] = chosen(languages, there())
    _spoken[0] = _catalogue(_language[0]) if _language[0] else gettext.NullTranslations()
    if not isinstance(_spoken[0], gettext.GNUTranslations):
        _language[0] = ""
    return _language[0]


def language() -> str:
    """The catalogue that is spoken; empty: English."""
    return _language[0]


def there() -> list[str]:
    """The languages that have a catalogue."""
    return sorted(path.parent.parent.name for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))


def chosen(languages: Iterable[str], known: Iterable[str]) -> str:
    """The first of the languages that is known, by its full name or its first part; empty where English comes first, or none is known."""
    names = {name.lower(): name for name in known}
    traditional = False
    for wished in languages:
        code = re.split(r"[.@]", wished)[0].replace("-", "_").lower()
        if code in ("c", "posix", "en") or code.startswith("en_"):
            return ""
        if code.startswith(_TRADITIONAL):
            traditional = True  # and a "zh" behind it is merely its short form: Simplified would be another script
            continue
        if code.startswith(_SIMPLIFIED) or (code == "zh" and not traditional):
            code = "zh_cn"
        if (found := names.get(code) or names.get(code.partition("_")[0])) is not None:
            return found
    return ""


def in_all(words: str) -> list[str]:
    """A sentence in English and in every language that has a catalogue: what is in an image may have been written in any."""
    return list(dict.fromkeys((words, *(_catalogue(language).gettext(words) for language in there()))))


def _catalogue(language: str) -> gettext.NullTranslations:
    """English where it can't be read: a damaged installation paints all the same."""
    try:
        return gettext.translation(DOMAIN, FOLDER, [language])
    except (OSError, ValueError, LookupError, struct.error):
        return gettext.NullTranslations()


def translate(table: dict[str, Any]) -> None:
    """Puts a module's words into the language that is spoken: every string in capitals there, those in its mappings and tuples included.

    Words that are in that language already stay as they are.
    """
    if _language[0]:
        table.update({name: _said(words) for name, words in table.items() if NAME.match(name)})


def _said(words: Any) -> Any:
    if isinstance(words, str):
        return _spoken[0].gettext(words) if words else words  # the empty key is the catalogue's head
    if isinstance(words, dict):
        return {name: _said(value) for name, value in words.items()}
    return tuple(_said(value) for value in words) if isinstance(words, tuple) else words
