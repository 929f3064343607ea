"""Owns which Python makes the painter's environment: the system's, or one that uv brings. An editor's own is none: it may lack half of what that takes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from . import sentences
from .failures import Failure
from .packages import paths

OLDEST = (3, 11)
WANTED = "3.13"  # of uv, where the system has none; every package has been built for it
NAMES = ("python3", "python3.14", "python3.13", "python3.12", "python3.11", "python", "py")  # the last: Windows
UV_PAGE = "https://docs.astral.sh/uv/getting-started/installation/"
BESIDE = ("~/.local/bin", "~/.cargo/bin", "/opt/homebrew/bin", "/usr/local/bin")  # where uv is, though a desktop's programs do not have it on their PATH
ASK = (
    "import sys, sysconfig, importlib.util as u; "
    "print(*sys.version_info[:2], int(all(map(u.find_spec, ('venv', 'ensurepip')))), sysconfig.get_platform()); print(sys.executable)"
)
ASK_SECONDS = 20.0


@dataclass(frozen=True)
class _Answer:
    version: tuple[int, int]
    venv: bool
    program: str


def find(environment: Mapping[str, str]) -> list[str]:
    """The start of a command line, which goes on with Python's words. environment: with the PATH to search. Failure with what to get, and where from."""
    uv = _which("uv", environment)
    answers = []
    for name in NAMES:
        if (program := _which(name, environment)) and (answer := _asked(program, environment)):
            if answer.version >= OLDEST and (answer.venv or uv):
                return [answer.program]
            answers.append(answer)
    if uv:
        return [uv, "run", "--quiet", "--no-project", "--python", WANTED, "python"]
    if any(each.version >= OLDEST for each in answers):
        raise Failure(sentences.PYTHON_BARE.format(page=UV_PAGE, again=sentences.RETRY))
    oldest = ".".join(map(str, OLDEST))
    if answers:
        found = ".".join(map(str, max(each.version for each in answers)))
        raise Failure(sentences.PYTHON_OLD.format(oldest=oldest, found=found, page=UV_PAGE, again=sentences.RETRY))
    raise Failure(sentences.PYTHON_NONE.format(oldest=oldest, page=UV_PAGE, again=sentences.RETRY))


def searched(environment: Mapping[str, str]) -> str:
    """A PATH without what an AppImage puts there of its own, and with where uv is often."""
    own = environment.get("APPDIR")
    kept = [each for each in environment.get("PATH", os.defpath).split(os.pathsep) if each and not (own and each.startswith(own))]
    more = [str(paths.at_home(each)) for each in BESIDE] if os.name == "posix" else []
    return os.pathsep.join([*kept, *(each for each in more if each not in kept)])


def _which(name: str, environment: Mapping[str, str]) -> str | None:
    return shutil.which(name, path=environment["PATH"])


def _asked(program: str, environment: Mapping[str, str]) -> _Answer | None:
    """None where it does not answer as a Python does, or is one that no package is built for (MSYS2's, which GIMP for Windows brings along)."""
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW
    try:
        done = subprocess.run(
            [program, "-I", "-c", ASK],
            capture_output=True,
            text=True,
            timeout=ASK_SECONDS,
            check=True,
            stdin=subprocess.DEVNULL,
            env=dict(environment),
            creationflags=flags,
        )
        facts, found = done.stdout.splitlines()[:2]
        major, minor, venv, platform = facts.split(maxsplit=3)
        return None if platform.startswith("mingw") else _Answer((int(major), int(minor)), venv == "1", str(Path(found)))
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
