"""Owns the file of a film, such as film.toml: its frames and the options of `restyle film`, under the options' own names, so that many machines paint alike.

# film.toml; paths are those beside it
film = "in.mp4"
style = ["night", "woodcut:2"]
size = 768
output = "out.mp4"
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import typer
from restyle_contract.paths import at_home

from ..terminal.failures import Failure
from ..terminal.output import named

SUFFIX = ".toml"
FILM = "film"  # what stands in the command's first place
LARGEST = 1 << 20  # bytes: one with a thousand keyframes has some 50 KB
NOT_IN_FILES = ("help", "json", "estimate", "overwrite", "restart", "range", "join", "preview")  # of one call, or of one machine
WEIGHT = re.compile(r":[\d.]+\Z")  # of a style
SEVERAL = ("style", "key", "cut")  # options that may be given more than once
PATHS = ("output", "preset", "style", "key", "ocio")  # options that may name files


def is_file(contents: list[Path]) -> bool:
    return len(contents) == 1 and contents[0].suffix.lower() == SUFFIX


def taken(context: typer.Context, contents: list[Path]) -> list[Path]:
    """What stands in a film's file, where there is one, becomes the defaults of the options that are not given. Failure."""
    if not is_file(contents) or context.resilient_parsing:
        return contents
    path = at_home(contents[0])
    options = {name: parameter for parameter in context.command.params for name in (_long(parameter.opts),) if name}
    films, given = read(path, [name for name in options if name not in NOT_IN_FILES])
    context.default_map = {**(context.default_map or {}), **{str(options[name].name): value for name, value in given.items()}}
    return films


def read(path: Path, names: list[str]) -> tuple[list[Path], dict[str, Any]]:
    """The film, or its frames, and its options as words, by name. names: of the options that there are. Failure for a file that is none."""
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise Failure(f"There is no film's file {named(path)}; check the path.") from error
    except OSError as error:
        raise Failure(f"{named(path)} can't be read ({error.strerror or error}); check its permissions.") from error
    if len(text) > LARGEST:
        raise Failure(f"{named(path)} is too large for a film's file; give one with the film and its options.")
    try:
        content = tomllib.loads(text.decode("utf-8"))
    except ValueError as error:
        raise Failure(f"{named(path)} is no TOML: {error}; mend it there.") from error
    for name in content:
        if name not in (FILM, *names):
            near = difflib.get_close_matches(name, (FILM, *names), n=1)
            what = f"the nearest is {near[0]}" if near else f"there are {', '.join((FILM, *names))}"
            raise Failure(f"{named(path)}: {named(name)} is nothing that a film's file has; {what}.")
    films = _words(path, FILM, content.pop(FILM, ""))
    if films in ([], [""]):
        raise Failure(f'{named(path)} names no film; add a line such as {FILM} = "in.mp4".')
    for name, value in content.items():
        if name not in SEVERAL and isinstance(value, (list, dict)):
            raise Failure(f"{named(path)}: {named(name)} takes one value; write it without brackets.")
    found = {name: [_placed(path, name, word) for word in _words(path, name, value)] for name, value in content.items()}
    return [path.parent / at_home(word) for word in films], {name: words if name in SEVERAL else words[0] for name, words in found.items()}


def _long(names: list[str]) -> str:
    return next((name.removeprefix("--") for name in names if name.startswith("--")), "")


def _words(path: Path, name: str, value: Any) -> list[str]:
    """A value as it would be typed; a table as NAME=VALUE. Failure for one that nobody could type."""
    if isinstance(value, Mapping):
        return [f"{key}={word}" for key, inner in value.items() for word in _words(path, name, inner)]
    if isinstance(value, list):
        return [word for inner in value for word in _words(path, name, inner)]
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise Failure(f"{named(path)}: {named(name)} is {value}, which is no value of that option; write it as it would be typed.")
    if "\0" in str(value):
        raise Failure(f"{named(path)}: {named(name)} holds a null character, which nothing here may; take it out.")
    if value == "" and name != FILM:
        raise Failure(f"{named(path)}: {named(name)} is empty; write its value, or leave the line out.")
    return [str(value)]


def _placed(path: Path, name: str, word: str) -> str:
    """A file's path, from the folder of the film's file; what names none stays as it is."""
    if name not in PATHS:
        return word
    head, equals, tail = word.partition("=") if name == "key" else ("", "", word)
    if name == "preset" and not (tail.endswith(SUFFIX) or "/" in tail):
        return word
    if name == "style" and not any(mark in WEIGHT.sub("", tail) for mark in "./\\"):
        return word
    if name == "ocio" and tail.startswith("ocio:"):
        return word
    slash = "/" if tail.endswith(("/", "\\")) else ""
    return f"{head}{equals}{path.parent / at_home(tail)}{slash}"


def parsed(path: Path, command: Callable[..., None]) -> dict[str, Any]:
    """What a command would be given, were it called with the film's file alone: its arguments, by name. Failure; typer's own refusals."""
    app = typer.Typer(add_completion=False)
    app.command()(command)
    context = typer.main.get_command(app).make_context("film", [str(path)])
    return dict(context.params)
