"""Owns reading the documents: their blocks, their commands, and what the command line would make of one."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

from restyle_cli.main import app
from typer.main import get_command

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path, language: str) -> list[str]:
    """Fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def lines(page: Path) -> list[str]:
    """Commands of the page's blocks for a shell, those that go on over several lines as one."""
    joined = [block.replace("\\\n", " ") for block in blocks(page, "sh")]
    return [line.strip() for block in joined for line in block.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def commands(page: Path, program: str) -> list[list[str]]:
    """Those that begin with a program, as words."""
    return [shlex.split(line, comments=True) for line in lines(page) if line.startswith(program)]


def called(words: list[str]) -> tuple[str, dict[str, Any]]:
    """Which command of restyle the words would run, and with what; every command's own work is taken out."""
    calls: list[tuple[str, dict[str, Any]]] = []

    def disarm(command: Any, name: str) -> None:
        for key, inner in getattr(command, "commands", {}).items():
            disarm(inner, f"{name} {key}".strip())
        for parameter in command.params:
            if parameter.name == "contents":  # a film's file is the reader's
                parameter.callback = None
        if not hasattr(command, "commands"):
            command.callback = lambda **given: calls.append((name, given))

    command = get_command(app)
    disarm(command, "")
    command.main(words, prog_name="restyle", standalone_mode=False)
    return calls[0] if calls else (" ".join(words[:-1]), {})  # --help shows itself, and runs nothing
