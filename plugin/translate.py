"""Owns the one command that brings the catalogues up to date: `python plugin/translate.py`, in the development environment.

It takes every sentence of the tables that people read (TABLES), puts those that are new into each plugin/translations/LANGUAGE.po and takes out those that are
gone, makes restyle_editor/locale/LANGUAGE/LC_MESSAGES/restyle.mo of it, and writes the plug-in's description into Krita's restyle.desktop. It ends with 1 when
a sentence is not translated, and tells which. `--add it` begins a language; `--check` writes nothing.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PLUGIN = Path(__file__).resolve().parent
sys.path[:0] = [str(PLUGIN)]

from restyle_contract import parameters  # noqa: E402
from restyle_editor import catalogue  # noqa: E402

TRANSLATIONS = PLUGIN / "translations"
TABLES = ("restyle_editor/sentences.py", "gimp/restyle/restyle_gimp/strings.py", "krita/restyle/strings.py")
CONTRACT = "restyle_contract/parameters.py"
DESKTOP, DESCRIPTION = "krita/restyle.desktop", "Comment="  # what Krita's list of plug-ins says, in each language
READ_BACK = ("LAYER_NAME",)  # what a painting was made of is known by its layer's name, whatever language is spoken by then
PLACE = re.compile(r"\{[^}]*\}")
WIDTH = 160


@dataclass(frozen=True)
class Sentence:
    """name: of the constant. table: where it stands, below plugin/. words: one, or the forms for one and for many."""

    name: str
    table: str
    words: tuple[str, ...]


def sentences() -> list[Sentence]:
    """All that the plug-ins say to people, in the order in which they stand."""
    found = [Sentence(f"NUMBERS {name}", CONTRACT, (each.title,)) for name, each in parameters.NUMBERS.items() if each.title]
    for table in TABLES:
        for statement in ast.parse((PLUGIN / table).read_text(encoding="utf-8")).body:
            if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
                for target in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
                    found += [Sentence(name, table, words) for name, words in _said(target, statement.value) if all(words) and name not in READ_BACK]
    return [*found, Sentence("Comment", DESKTOP, (_description(),))]


def _description() -> str:
    lines = (PLUGIN / DESKTOP).read_text(encoding="utf-8").splitlines()
    return next(line.removeprefix(DESCRIPTION) for line in lines if line.startswith(DESCRIPTION))


def _said(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, tuple[str, ...]]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, its in zip(target.elts, value.elts, strict=True):
            yield from _said(one, its)
    elif isinstance(target, ast.Name) and catalogue.NAME.match(target.id):
        yield from ((target.id, words) for words in _words(value))


def _words(value: ast.expr) -> Iterator[tuple[str, ...]]:
    """What is put together of other constants is translated there."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield (value.value,)
    elif isinstance(value, (ast.Dict, ast.Tuple)):
        for each in value.values if isinstance(value, ast.Dict) else value.elts:
            yield from _words(each)
    elif isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "Counted":
        _, one, many = (ast.literal_eval(each) for each in value.args)
        yield (one, many)


def template() -> Catalog:
    made = Catalog()
    for each in sentences():
        made.add(each.words if len(each.words) > 1 else each.words[0], locations=[(f"plugin/{each.table}", 0)], auto_comments=[each.name])
    return made


def updated(path: Path) -> Catalog:
    """The catalogue of a language with the sentences of today: new ones are empty, those that are gone are out."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.stem)
    catalog.update(template(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    return catalog


def as_po(catalog: Catalog) -> bytes:
    written = io.BytesIO()
    write_po(written, catalog, width=WIDTH, include_lineno=False, ignore_obsolete=True)
    return written.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    written = io.BytesIO()
    write_mo(written, catalog)
    return written.getvalue()


def missing(catalog: Catalog) -> list[str]:
    """English words of the sentences that are not translated, or that nobody is sure of."""
    return [str(each.id) for each in catalog if each.id and (each.fuzzy or not all(each.string if isinstance(each.string, tuple) else (each.string,)))]


def desktop(catalogs: dict[str, Catalog]) -> str:
    """The file with the description in every language."""
    words = _description()
    lines = [line for line in (PLUGIN / DESKTOP).read_text(encoding="utf-8").splitlines() if not line.startswith("Comment[")]
    lines += [f"Comment[{name}]={found.string}" for name, each in catalogs.items() if (found := each.get(words)) and found.string]
    return "\n".join(lines) + "\n"


def made() -> tuple[dict[Path, bytes], list[str]]:
    """What belongs into each file, and which sentences lack a translation, each with its language."""
    catalogs = {path.stem: updated(path) for path in sorted(TRANSLATIONS.glob("*.po"))}
    files = {PLUGIN / DESKTOP: desktop(catalogs).encode()}
    for name, catalog in catalogs.items():
        files[TRANSLATIONS / f"{name}.po"] = as_po(catalog)
        files[catalogue.FOLDER / name / "LC_MESSAGES" / f"{catalogue.DOMAIN}.mo"] = as_mo(catalog)
    return files, [f"{name}: {words}" for name, catalog in catalogs.items() for words in missing(catalog)]


def main() -> int:
    parser = argparse.ArgumentParser(description="Brings the catalogues of the plug-ins' sentences up to date.")
    parser.add_argument("--add", metavar="LANGUAGE", help="begin the catalogue of another language, such as it or pt_BR")
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 when something would be written")
    given = parser.parse_args()
    if given.add:
        TRANSLATIONS.mkdir(exist_ok=True)
        begun = Catalog(locale=given.add, project="Restyle", fuzzy=False, header_comment="# Machine-made: no speaker has read it yet.")
        (TRANSLATIONS / f"{given.add}.po").write_bytes(as_po(begun))
    files, untranslated = made()
    stale = [path for path, content in files.items() if not path.exists() or path.read_bytes() != content]
    for path in stale:
        if not given.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[path])
        sys.stdout.write(f"{path.relative_to(PLUGIN)} {'is stale' if given.check else 'is written'}\n")
    for line in untranslated:
        sys.stdout.write(f"not translated: {line!r}\n")
    return 1 if untranslated or (given.check and stale) else 0


if __name__ == "__main__":
    sys.exit(main())
