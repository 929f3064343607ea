"""Owns the promise that the command line is a client: it takes nothing of the server's but where a command is about this machine's own server."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import restyle_cli

ROOM = Path(restyle_cli.__file__).parent
SERVERS = ("restyle_server", "restyle_engine")
ALLOWED = {  # module → why it looks at the server's own code, when its command runs
    "commands/serve.py": "starts the server",
    "commands/weights.py": "lists and installs the weights of this machine, without a server",
    "commands/bench.py": "measures the engine of this machine, without a server",
    "commands/style_archives.py": "packs and unpacks the library's own archives, whose format has its checks there",
    "runs/checkup.py": "looks at the server's settings and at what it set aside, also where it does not start",
    "runs/log_bundle.py": "names the server's file of settings",
}
LAYERS = ("commands", "runs", "sheets", "terminal")  # each may import those after it


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """The packages that a module names, and whether they are loaded with it; what only a type checker reads is left out."""
    tree = ast.parse(path.read_text("utf-8"))
    typing = {id(node) for test in ast.walk(tree) if isinstance(test, ast.If) and "TYPE_CHECKING" in ast.dump(test.test) for node in ast.walk(test)}
    inside = {id(node) for function in ast.walk(tree) if isinstance(function, ast.FunctionDef) for node in ast.walk(function)}
    for node in ast.walk(tree):
        if id(node) in typing or not isinstance(node, (ast.Import, ast.ImportFrom)) or (isinstance(node, ast.ImportFrom) and node.level):
            continue
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        yield from ((name.partition(".")[0], id(node) not in inside) for name in names)


def test_the_servers_code_is_used_by_the_commands_that_are_about_it_alone() -> None:
    found = {path.relative_to(ROOM).as_posix() for path in ROOM.rglob("*.py") for name, _ in imports(path) if name in SERVERS}
    assert found == set(ALLOWED)


def test_it_is_loaded_when_such_a_command_runs_and_not_before() -> None:
    assert [path.name for path in ROOM.rglob("*.py") for name, at_once in imports(path) if name in SERVERS and at_once] == []


def test_each_floor_stands_on_those_below() -> None:
    for path in ROOM.rglob("*.py"):
        here = path.relative_to(ROOM).parts[0]
        if here not in LAYERS:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 2:
                named = [node.module.partition(".")[0]] if node.module else [alias.name for alias in node.names]
                assert all(LAYERS.index(other) > LAYERS.index(here) for other in named), f"{path}: {named}"
