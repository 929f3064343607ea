"""Owns the reading of imports: which module imports which, by syntax alone, and what of it a table of arrows forbids."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path

VENDORED = "_vendor"  # others' code, which keeps its own house


@dataclass(frozen=True, slots=True)
class Import:
    """One module that imports another. runs: when its file is run, for real; False: inside a function, or for type checkers alone."""

    source: str
    target: str
    line: int
    runs: bool

    def __str__(self) -> str:
        return f"{self.source}:{self.line} imports {self.target}"


def modules(root: Path, packages: frozenset[str]) -> dict[str, Path]:
    """The files of the packages under a folder, by dotted name; a package's own is its __init__."""
    found = {}
    for package in sorted(packages):
        for path in sorted((root / package).rglob("*.py")):
            if VENDORED in path.parts:
                continue
            parts = path.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(files: Mapping[str, Path]) -> list[Import]:
    """Every import of one of these modules by another."""
    return [one for name, path in files.items() for one in _imports(name, path, files) if one.target != name]


def strangers(files: Mapping[str, Path], unwanted: Set[str]) -> list[str]:
    """Imports of others' packages, by their outermost names, that these modules must not know."""
    found = []
    for name, path in files.items():
        for node, _ in _statements(ast.parse(path.read_text("utf-8")), runs=True):
            wanted = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [] if node.level else [node.module or ""]
            found += [f"{name}:{node.lineno} imports {one}" for one in wanted if one.partition(".")[0] in unwanted]
    return found


def named(path: Path) -> set[str]:
    """The outermost names of the packages that a file imports by their full names, anywhere in it. SyntaxError when it needs more than Python 3.10."""
    tree = ast.parse(path.read_text("utf-8"), feature_version=(3, 10))
    names = {alias.name.partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {(node.module or "").partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}


def _imports(name: str, path: Path, files: Mapping[str, Path]) -> Iterator[Import]:
    home = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node, runs in _statements(ast.parse(path.read_text("utf-8")), runs=True):
        if isinstance(node, ast.Import):
            wanted = [alias.name for alias in node.names]
        else:
            base = ".".join([*home[: len(home) + 1 - node.level], *([node.module] if node.module else [])]) if node.level else node.module or ""
            wanted = [f"{base}.{alias.name}" for alias in node.names]
        for one in wanted:
            target = one if one in files else one.rpartition(".")[0]
            if target in files:
                yield Import(name, target, node.lineno, runs)


def _statements(node: ast.AST, *, runs: bool) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, runs
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _statements(child, runs=False)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            yield from _statements(ast.Module(child.body, []), runs=False)
            yield from _statements(ast.Module(child.orelse, []), runs=runs)
        else:
            yield from _statements(child, runs=runs)


def room(module: str, rooms: Collection[str]) -> str | None:
    """The innermost of the rooms that a module lies in."""
    parts = module.split(".")
    return next((name for end in range(len(parts), 0, -1) if (name := ".".join(parts[:end])) in rooms), None)


def forbidden(found: list[Import], allowed: Mapping[str, Set[str]]) -> list[str]:
    """Imports from room to room that the table does not have. allowed: by room, the rooms that it may import; a package's own room stands for what lies in none
    of its inner ones."""
    wrong = []
    for one in found:
        here, there = room(one.source, allowed), room(one.target, allowed)
        if here is None or there is None or here == there or there in allowed[here]:
            continue
        wrong.append(f"{one}: {here} may not know {there}")
    return wrong


def unused(found: list[Import], allowed: Mapping[str, Set[str]]) -> list[str]:
    """Arrows of the table that no import needs."""
    known = between_rooms(found, allowed)
    return [f"{here} knows nothing of {there}" for here, rooms in allowed.items() for there in sorted(rooms - known.get(here, frozenset()))]


def cycles(edges: Mapping[str, Set[str]]) -> list[list[str]]:
    """Names that lead back to themselves, each set once (Tarjan 1972)."""
    found: list[list[str]] = []
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []

    def visit(name: str) -> None:
        number[name] = low[name] = len(number)
        stack.append(name)
        for after in sorted(edges.get(name, ())):
            if after not in number:
                visit(after)
            if after in stack:
                low[name] = min(low[name], low[after])
        if low[name] == number[name]:
            ring = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(ring) > 1 or name in edges.get(name, ()):
                found.append(sorted(ring))

    for name in sorted(edges):
        if name not in number:
            visit(name)
    return found


def between_modules(found: list[Import]) -> dict[str, frozenset[str]]:
    """Which modules each imports while its file is run; a package and what lies in it are two."""
    edges: dict[str, set[str]] = {}
    for one in found:
        if one.runs:
            edges.setdefault(one.source, set()).add(one.target)
    return {source: frozenset(targets) for source, targets in edges.items()}


def between_rooms(found: list[Import], rooms: Collection[str]) -> dict[str, frozenset[str]]:
    """Which rooms each knows, by any import."""
    edges: dict[str, set[str]] = {}
    for one in found:
        here, there = room(one.source, rooms), room(one.target, rooms)
        if here is not None and there is not None and here != there:
            edges.setdefault(here, set()).add(there)
    return {source: frozenset(targets) for source, targets in edges.items()}
