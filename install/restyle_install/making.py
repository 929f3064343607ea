"""Owns how a Python environment is made and filled: checked, marked, made, filled with packages, and stamped when it is whole. Standard library only.

What was aborted half-way is recognised by its missing stamp and made anew; what pip or uv have fetched is kept by them.
"""

from __future__ import annotations

import errno
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from restyle_contract.files import atomic_write

from .locking import Locked, locked
from .running import run

OLDEST_PYTHON = (3, 11)
MARK = "restyle-environment"  # file: this folder was made here, and may be removed
STAMP = "restyle-stamp.json"  # file: and it was finished
LOG = "restyle-install.log"
FULL = ("no space left", "file too large", "quota exceeded", "not enough space")  # how systems and programs say that a disk is

Say = Callable[[str], None]
Command = Sequence[str | Path]


class EnvironmentProblem(Exception):
    """The environment can't be made; the text is a sentence with what to do next."""


class NoRoom(EnvironmentProblem):
    """There is not enough of the disk."""


class Unfetched(EnvironmentProblem):
    """The packages can't be had, or can't be put in."""


class Run(Protocol):
    def __call__(self, command: Sequence[str | Path], on_line: Say, *, environment: Mapping[str, str] | None = None) -> int: ...


@dataclass(frozen=True)
class Machine:
    """What is asked of the machine; tests put stand-ins here."""

    version: tuple[int, int] = sys.version_info[:2]
    system: str = platform.system()
    processor: str = platform.machine()
    modules: Callable[[str], bool] = lambda name: importlib.util.find_spec(name) is not None
    which: Callable[[str], str | None] = shutil.which
    exists: Callable[[str], bool] = os.path.exists
    free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free
    run: Run = run
    variables: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    @property
    def pip_settings(self) -> bool:
        """Whether the caller has set pip up, for a mirror for example; uv doesn't read those."""
        return any(name.startswith("PIP_") for name in self.variables)

    @property
    def uv(self) -> str | None:
        """uv's program, when it is there and does what the caller has set up."""
        return None if self.pip_settings else self.which("uv")


@dataclass(frozen=True)
class Need:
    """What the packages cost. gigabytes: to download; on_disk: gigabytes while installing; what: the build of PyTorch."""

    what: str
    gigabytes: float
    on_disk: float


def python_of(folder: Path) -> Path:
    """The environment's interpreter."""
    return program_of(folder, "python")


def program_of(folder: Path, name: str) -> Path:
    """A program of the environment."""
    return folder / (f"Scripts/{name}.exe" if os.name == "nt" else f"bin/{name}")


def stamp_of(folder: Path, keys: set[str]) -> dict[str, Any] | None:
    """What the stamp says, when it says at least `keys`."""
    try:
        kept = json.loads((folder / STAMP).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return kept if isinstance(kept, dict) and keys <= kept.keys() else None


def write_stamp(folder: Path, words: dict[str, Any]) -> None:
    """The last step: from now on the environment counts as whole."""
    atomic_write(folder / STAMP, json.dumps(words))


def version_of(folder: Path) -> str | None:
    """The version that the environment's interpreter says it has; None when it doesn't run. An upgrade of the system's Python can break an environment."""
    try:
        asked = [str(python_of(folder)), "-I", "-c", "import platform; print(platform.python_version())"]
        return subprocess.run(asked, capture_output=True, text=True, timeout=60, check=True, stdin=subprocess.DEVNULL).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def alive(folder: Path, version: str) -> bool:
    """Whether its interpreter still runs, and is of the version that it was made for, but for the last number."""
    found = version_of(folder)
    return found is not None and found.split(".")[:2] == version.split(".")[:2]


def check(machine: Machine, folder: Path, needed: Need) -> None:
    """EnvironmentProblem when an environment can't be made there."""
    if machine.version < OLDEST_PYTHON:
        wanted, found = ".".join(map(str, OLDEST_PYTHON)), ".".join(map(str, machine.version))
        raise EnvironmentProblem(f"Restyle needs Python {wanted} or newer, and this is {found}; install a newer one and run this with it.")
    if not machine.which("uv") and not _has_venv(machine):
        raise EnvironmentProblem(
            "This Python lacks its venv module; on Debian and Ubuntu install it with: sudo apt install python3-venv. "
            "Elsewhere take the Python of python.org, or install uv."
        )
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise EnvironmentProblem(f"{folder} exists, but isn't Restyle's own; move it away, or name another folder with --environment FOLDER.")
    place = next(each for each in (folder, *folder.parents) if each.exists())
    available = machine.free(place) / 1e9
    if available < needed.on_disk and not (folder / STAMP).exists():
        raise NoRoom(f"The disk of {folder} has {available:.1f} GB free, but {needed.what} needs {needed.on_disk:.1f} GB; free some space and try again.")


def announce(folder: Path, needed: Need, say: Say) -> None:
    """What it costs, before it begins."""
    say(f"Making Restyle's environment in {folder} (once).")
    say(f"To download: up to {needed.gigabytes:.1f} GB, on disk {needed.on_disk:.1f} GB, nearly all of it {needed.what}. To undo it, remove that folder.")


def make(folder: Path, machine: Machine, say: Say) -> None:
    """An empty environment, in place of whatever was left of an earlier one. EnvironmentProblem."""
    if folder.exists():
        if (folder / MARK).exists() and not (folder / STAMP).exists():
            say("An earlier installation was interrupted; making it anew.")
        (folder / STAMP).unlink(missing_ok=True)
        remove(folder)
    folder.mkdir(parents=True)
    (folder / MARK).write_text("Made by Restyle; may be removed.\n", "utf-8")
    lines: list[str] = []
    if any(machine.run([*command, str(folder)], lines.append, environment=variables(machine)) == 0 for command in _makers(machine)):
        return
    _refuse_full(lines, folder)
    raise EnvironmentProblem(f"The environment can't be made: {_last(lines)} On Debian and Ubuntu this may help: sudo apt install python3-venv.")


def remove(folder: Path) -> None:
    """Removes an environment, its mark last, so that an abort in between leaves a folder that is still known as Restyle's own."""
    for child in folder.iterdir():
        if child.name == MARK:
            continue
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        else:
            child.unlink()
    (folder / MARK).unlink(missing_ok=True)
    folder.rmdir()


def fill(ways: Sequence[Sequence[Command]], folder: Path, machine: Machine, say: Say) -> int:
    """Installs packages by the first way whose commands all succeed; which one it was. EnvironmentProblem when none does."""
    lines: list[str] = []
    with (folder / LOG).open("w", encoding="utf-8") as log:

        def heard(line: str) -> None:
            log.write(line + "\n")
            lines.append(line)
            if told := _telling(line):
                say("  " + told[:120])

        for number, way in enumerate(ways):
            if number:
                say("That failed; trying once more." if way == ways[number - 1] else "That failed; trying another way.")
            if all(machine.run(command, heard, environment=variables(machine)) == 0 for command in way):
                return number
    _refuse_full(lines, folder)
    raise Unfetched(
        f"The packages can't be installed: {_last(lines)} Check the network (and that PyTorch is built for Python "
        f"{'.'.join(map(str, machine.version))}), then run this again; the whole story is in {folder / LOG}."
    )


def variables(machine: Machine) -> dict[str, str]:
    """The caller's variables, his settings for pip included, less what would let another Python's packages in."""
    kept = {name: value for name, value in machine.variables.items() if name not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
    patient = {"PIP_RETRIES": "10", "PIP_DEFAULT_TIMEOUT": "60", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    return patient | kept


@contextmanager
def alone(folder: Path, say: Say) -> Iterator[None]:
    """Two commands that make the same environment at once would remove each other's halves. EnvironmentProblem."""
    try:
        with locked(folder, lambda: say("Another command is making the environment; waiting for it.")):
            yield
    except Locked as error:
        raise EnvironmentProblem(str(error)) from error


@contextmanager
def sentences(folder: Path) -> Iterator[None]:
    """Turns what the disk refuses into an EnvironmentProblem."""
    try:
        yield
    except OSError as error:
        where = error.filename or folder
        if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
            raise NoRoom(f"{where} can't be written ({error.strerror or error}); free some space, then run this again.") from error
        raise EnvironmentProblem(f"{where} can't be written ({error.strerror or error}); make room, or make it writable.") from error


def _makers(machine: Machine) -> list[list[str]]:
    """Commands that make an empty environment with pip in it, the best first; uv is quick, but doesn't read pip's settings."""
    uv = machine.which("uv")
    makers = [[uv, "venv", "--quiet", "--allow-existing", "--seed", "--python", sys.executable]] if uv else []
    if _has_venv(machine):
        makers.insert(0 if machine.pip_settings else 1, [sys.executable, "-m", "venv"])
    return makers


def _has_venv(machine: Machine) -> bool:
    return machine.modules("venv") and machine.modules("ensurepip")


def _telling(line: str) -> str:
    """What a line of pip's has to say to people who wait; empty for most lines."""
    told = line.strip()
    if told.startswith("Downloading "):
        return told if told.endswith(("MB)", "GB)")) else ""  # the small ones would be a page of lines
    if told.startswith("Installing collected"):
        return "Installing; this takes a minute or two."
    return told if told.startswith(("WARNING: Retrying", "ERROR:")) else ""


def _refuse_full(lines: list[str], folder: Path) -> None:
    """NoRoom where a program said so."""
    if any(word in line.lower() for line in lines for word in FULL):
        raise NoRoom(f"There is not enough room for the packages on the disk of {folder} ({_last(lines).rstrip('.')}); free some, then run this again.")


def _last(lines: list[str]) -> str:
    told = [line.strip() for line in lines if line.strip()]
    errors = [line for line in told if line.lower().startswith("error")]
    last = (errors or told or ["no reason was given"])[-1][:300]
    return last if last.endswith(".") else last + "."
