"""Owns how the command line fails: one sentence on stderr, an exit status, and a log file for what nobody foresaw.

Exit status: 0 done · 1 failed · 2 wrong usage (typer's own) · 130 cancelled by Ctrl-C.
Whatever leaves a command passes through `Commands.invoke`, so that no traceback ever reaches a terminal.
"""

from __future__ import annotations

import contextlib
import datetime
import errno
import re
import sys
import traceback
from itertools import pairwise
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from .output import aside, printable

DONE = 0
FAILED = 1
CANCELLED = 130  # 128 + SIGINT, as shells count

CRASH_LOG = "restyle-cli-error.log"

# Errors whose message already is a sentence for people. Named, not imported: an exception can't come from a module that was never loaded, and `--help` must
# not pay for loading them.
SPOKEN = (
    ("restyle_client.errors", "RestyleError"),
    ("restyle_server.styles.errors", "StyleError"),
    ("restyle_imaging.errors", "PictureError"),
    ("restyle_imaging.errors", "ImagingError"),
    ("restyle_server.weights.errors", "WeightsError"),
    ("restyle_install.placing", "PlacingError"),
    ("restyle_install.making", "EnvironmentProblem"),
)

FIELD = re.compile(r"spec\.(parameters\.(?P<parameter>\w+)|styles\[(?P<style>\d+)]|content)")
OPTIONS = {name: f"--{name}" for name in ("preset", "size", "strength", "seed", "weights", "device")} | {"evaluations": "--steps", "memory_limit": "--memory"}


TEXTS = ("--title", "--description", "--tags", "--tag", "--credit", "--license")  # options that may well be empty


class Failure(Exception):
    """The command can't go on; the message is a sentence that says what to do next."""


class Interrupted(Exception):
    """Ctrl-C was pressed and what was running has been cancelled."""


class Commands(TyperGroup):
    """A group whose commands fail in sentences."""

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        if ctx.parent is None:
            _refuse_nothing(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, Interrupted):
            say("cancelled")
            raise typer.Exit(CANCELLED) from None
        except Exception as failure:
            if hasattr(failure, "exit_code") or _is_broken_pipe(failure):  # typer shows its own
                raise
            say(sentence(failure))
            raise typer.Exit(FAILED) from None


def _refuse_nothing(words: list[str]) -> None:
    """An empty word is no place: as a path it would mean the folder that one is in. typer.BadParameter, but after options that are texts for people."""
    end = words.index("--") if "--" in words else len(words)  # of the options
    for at, (before, word) in enumerate(pairwise(["", *words])):
        if at > end:
            option, equals, value = "", "", word
        elif word.startswith("--") and before not in TEXTS:
            option, equals, value = word.partition("=")
        else:
            option, equals, value = before, "", word
        if not value and (equals or not word) and option not in TEXTS:
            place = f"after {option}" if option.startswith("-") else "where a file or a name belongs"
            raise typer.BadParameter(f"nothing is given {place}, only an empty word; a variable of the shell may be empty. ./ is the folder that you are in")


def say(text: str) -> None:
    """One line on stderr, with the program's name as every Unix tool has it."""
    aside(f"restyle: {one_line(text)}")


def sentence(failure: BaseException) -> str:
    """What to tell people about a failure. Writes a log file for those that nobody foresaw."""
    if isinstance(failure, Failure) or _is_spoken(failure):
        return one_line(in_options(str(failure), getattr(failure, "field", "")))
    if isinstance(failure, OSError) and failure.strerror:
        return one_line(f"{failure.filename}: {failure.strerror}" if failure.filename else failure.strerror)
    if isinstance(failure, MemoryError):
        return "There is not enough memory for this; close other programs or scale the picture down."
    return _logged(failure)


def in_options(text: str, field: str) -> str:
    """The text of a refusal with the request's field named as the command line has it: --weights, not spec.parameters.weights."""
    match = FIELD.match(field)
    if match is None:
        return text
    name = OPTIONS.get(match["parameter"] or "") or (f"--style number {int(match['style']) + 1}" if match["style"] else "the picture")
    return f"{name}: {text.removeprefix(f'{field}: ')}"


def one_line(text: str) -> str:
    return printable(" ".join(text.split()))


def _is_spoken(failure: BaseException) -> bool:
    for module, name in SPOKEN:
        kind = getattr(sys.modules.get(module), name, None)
        if kind is not None and isinstance(failure, kind):
            return True
    return False


def _is_broken_pipe(failure: Exception) -> bool:
    return isinstance(failure, OSError) and failure.errno == errno.EPIPE


def _logged(failure: BaseException) -> str:
    kind = f"{type(failure).__name__}: {failure}" if str(failure) else type(failure).__name__
    place = _write_log(failure)
    where = f"; the details are in {place}, please send that file with your report." if place else "."
    return one_line(f"Something went wrong inside Restyle ({kind}){where}")


def _write_log(failure: BaseException) -> Path | None:
    with contextlib.suppress(OSError):
        from .places import state_dir

        path = state_dir() / CRASH_LOG
        stamp = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        with path.open("a", encoding="utf-8") as log:
            log.write(f"{stamp} restyle {' '.join(sys.argv[1:2])}\n")
            log.writelines(traceback.format_exception(failure))
        return path
    return None
