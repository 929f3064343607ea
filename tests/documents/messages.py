"""Owns the list of every sentence with which Restyle refuses or fails, as docs/troubleshooting.md has it: read from the code, so that none is missing.

`python tests/documents/messages.py --write` writes the list anew, after a sentence was changed or added.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "troubleshooting.md"
MARK = "<!-- From here on written by tests/documents/messages.py -->"
GAP = "…"  # stands for what changes: a file, a number, a name
SHORTEST = 3  # words: what is shorter is no sentence
ROOMS = {
    "The installer": ("install",),
    "The command line": ("plugin/restyle_cli",),
    "The client, in editors and scripts": ("plugin/restyle_contract", "plugin/restyle_client", "plugin/restyle_editor"),
    "The plug-in of GIMP": ("plugin/gimp",),
    "The plug-in of Krita": ("plugin/krita",),
    "The server": ("server/restyle_server", "server/restyle_engine", "server/restyle_imaging"),
}
TABLES = ("plugin/restyle_editor/sentences.py", "plugin/gimp/restyle/restyle_gimp/strings.py", "plugin/krita/restyle/strings.py")
LEFT_OUT = re.compile(r"/_vendor/|/wire/")


def sentences() -> dict[str, list[str]]:
    """By who says them, sorted."""
    sources = {path: ast.parse(path.read_text("utf-8")) for path in _files()}
    errors = _errors(list(sources.values()))
    found: dict[str, list[str]] = {}
    for room, folders in ROOMS.items():
        inside = tuple(f"{folder}/" for folder in folders)
        said = {text for path, tree in sources.items() if path.relative_to(ROOT).as_posix().startswith(inside) for text in _said(tree, errors)}
        found[room] = sorted(said, key=str.casefold)
    return found


def listed() -> str:
    """The part of the page."""
    parts = [MARK, ""]
    for room, said in sentences().items():
        parts += [f"### {room}", "", *(f"- {text}" for text in said), ""]
    return "\n".join(parts).rstrip() + "\n"


def _files() -> list[Path]:
    found = [path for folders in ROOMS.values() for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in found if not LEFT_OUT.search(path.as_posix()))


def _errors(trees: list[ast.Module]) -> set[str]:
    """Names of the classes that are exceptions of the project's own."""
    bases: dict[str, set[str]] = {}  # several classes may have one name
    for node in (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        bases.setdefault(node.name, set()).update(map(_name, node.bases))
    found = {"Exception", "RuntimeError", "ValueError", "OSError", "BadParameter", "UsageError"}
    while more := {name for name, parents in bases.items() if name not in found and found & parents}:
        found |= more
    return found - {"Exception", "RuntimeError", "ValueError", "OSError"}


def _said(tree: ast.Module, errors: set[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in errors:
            for argument in [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg in ("message", "sentence"))]:
                text = _template(argument)
                if text is not None and len(text.replace(GAP, " ").split()) >= SHORTEST:
                    yield text


def _template(node: ast.expr) -> str | None:
    """The text of a string with its gaps, on one line; None for what is put together elsewhere."""
    text = _raw(node)
    return None if text is None else re.sub(rf"{GAP}(\s*{GAP})+", GAP, " ".join(text.split()))


def _raw(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else GAP for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _raw(node.left), _raw(node.right)
        return None if left is None and right is None else f"{left or GAP}{right or GAP}"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return _raw(node.func.value)
    if isinstance(node, ast.Attribute) and _name(node.value) in ("sentences", "strings"):
        words = _tables().get(node.attr)
        return None if words is None else re.sub(r"\{[^}]*\}", GAP, words)
    return None


@cache
def _tables() -> dict[str, str]:
    """What the plug-ins say, by the constants' names; no name is in both editors' tables."""
    lines = (line for table in TABLES for line in ast.parse((ROOT / table).read_text("utf-8")).body if isinstance(line, ast.Assign))
    return {_name(line.targets[0]): line.value.value for line in lines if isinstance(line.value, ast.Constant) and isinstance(line.value.value, str)}


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def main() -> None:
    if sys.argv[1:] == ["--write"]:
        before = PAGE.read_text("utf-8").partition(MARK)[0]
        PAGE.write_text(before + listed(), "utf-8")
    else:
        sys.stdout.write(listed())


if __name__ == "__main__":
    main()
