"""Owns the Python environment of a checkout: made once, stamped, and left alone while the stamp fits. Standard library only.

A second run with a fitting stamp touches no network. What was aborted half-way is recognised by its missing stamp and made anew.

Used by demo.py and test.py, which share the folder .venv of the checkout.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from .locking import Locked, locked
from .running import run

OLDEST_PYTHON = (3, 11)
MARK = "restyle-environment"  # file: this folder was made here, and may be removed
STAMP = "restyle-stamp.json"  # file: and it was finished, for this project and Python
LOG = "restyle-install.log"
TRIES = 2  # of the whole installation: pip keeps what it has fetched, so that a second try is short
INCLUDED = {"demo": ("demo",), "dev": ("dev", "demo")}  # what an environment with this extra holds

Say = Callable[[str], None]


class EnvironmentProblem(Exception):
    """The environment can't be made; the text is a sentence with what to do next."""


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
    free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free
    run: Run = run
    variables: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))


@dataclass(frozen=True)
class Need:
    """What the packages cost. gigabytes: to download; on_disk: gigabytes while installing; what: the build of PyTorch."""

    what: str
    gigabytes: float
    on_disk: float


def need(machine: Machine) -> Need:
    """The default build of PyTorch for this machine, by far the largest package."""
    if machine.system == "Linux" and machine.processor in ("x86_64", "aarch64"):
        return Need("PyTorch with CUDA", 3.0, 6.5)
    return Need("PyTorch", 0.4, 2.0)


def python_of(folder: Path) -> Path:
    """The environment's interpreter."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def prepare(root: Path, extra: str, say: Say, *, folder: Path | None = None, machine: Machine | None = None) -> Path:
    """Makes, updates or just finds the environment of the checkout `root` with an extra ("demo" or "dev"); returns its interpreter.

    EnvironmentProblem: a sentence.
    """
    machine = machine or Machine()
    folder = folder or root / ".venv"
    with _alone(folder, say), _sentences(folder):
        kept = _stamp(folder)
        if kept and extra in kept["extras"] and kept["project"] == project_hash(root) and _alive(folder, kept):
            return python_of(folder)
        _check(machine, folder)
        if kept and kept["root"] == str(root) and _alive(folder, kept):
            say("Bringing Restyle's environment up to date.")
        else:
            _announce(folder, machine, say)
            _make(folder, machine, say)
        (folder / STAMP).unlink(missing_ok=True)
        wanted = max([extra, *(kept["extras"] if kept else [])], key=lambda name: len(INCLUDED.get(name, ())))
        _install(root, wanted, folder, machine, say)
        _write_stamp(root, wanted, folder)
    return python_of(folder)


def project_hash(root: Path) -> str:
    """Changes when the project's packages or its own layout change, and not with the settings of linters."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    parts = {"project": project["project"], "build": project["build-system"], "wheel": project.get("tool", {}).get("hatch")}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _stamp(folder: Path) -> dict[str, Any] | None:
    try:
        kept = json.loads((folder / STAMP).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    known = isinstance(kept, dict) and {"project", "root", "extras", "python"} <= kept.keys()
    return kept if known else None


def _write_stamp(root: Path, extra: str, folder: Path) -> None:
    text = json.dumps({"project": project_hash(root), "root": str(root), "extras": INCLUDED[extra], "python": _version(folder)})
    new = folder / (STAMP + ".new")
    new.write_text(text, "utf-8")
    new.replace(folder / STAMP)


def _version(folder: Path) -> str | None:
    """The version that the environment's interpreter says it has; None when it doesn't run. An upgrade of the system's Python can break an environment."""
    try:
        asked = [str(python_of(folder)), "-I", "-c", "import platform; print(platform.python_version())"]
        return subprocess.run(asked, capture_output=True, text=True, timeout=60, check=True, stdin=subprocess.DEVNULL).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def _alive(folder: Path, kept: dict[str, Any]) -> bool:
    version = _version(folder)
    return version is not None and version.split(".")[:2] == str(kept["python"]).split(".")[:2]


def _check(machine: Machine, folder: Path) -> None:
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
    needed = need(machine)
    available = machine.free(folder if folder.exists() else folder.parent) / 1e9
    if available < needed.on_disk and not (folder / STAMP).exists():
        raise EnvironmentProblem(
            f"The disk of {folder} has {available:.1f} GB free, but {needed.what} needs {needed.on_disk:.1f} GB; free some space and try again."
        )


def _announce(folder: Path, machine: Machine, say: Say) -> None:
    needed = need(machine)
    say(f"Making Restyle's environment in {folder} (once).")
    say(f"To download: up to {needed.gigabytes:.1f} GB, on disk {needed.on_disk:.1f} GB, nearly all of it {needed.what}. To undo it, remove that folder.")


def _make(folder: Path, machine: Machine, say: Say) -> None:
    """An empty environment, in place of whatever was left of an earlier one."""
    if folder.exists():
        if (folder / MARK).exists() and not (folder / STAMP).exists():
            say("An earlier installation was interrupted; making it anew.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARK).write_text("Made by Restyle; may be removed.\n", "utf-8")
    lines: list[str] = []
    if any(machine.run([*command, str(folder)], lines.append, environment=_variables(machine)) == 0 for command in _makers(machine)):
        return
    raise EnvironmentProblem(f"The environment can't be made: {_last(lines)} On Debian and Ubuntu this may help: sudo apt install python3-venv.")


def _makers(machine: Machine) -> list[list[str]]:
    """Commands that make an empty environment with pip in it, the best first; uv is quick, but doesn't read pip's settings."""
    uv = machine.which("uv")
    makers = [[uv, "venv", "--quiet", "--allow-existing", "--seed", "--python", sys.executable]] if uv else []
    if _has_venv(machine):
        makers.insert(0 if _pip_settings(machine) else 1, [sys.executable, "-m", "venv"])
    return makers


def _has_venv(machine: Machine) -> bool:
    return machine.modules("venv") and machine.modules("ensurepip")


def _pip_settings(machine: Machine) -> bool:
    """Whether the caller has set pip up, for a mirror for example."""
    return any(name.startswith("PIP_") for name in machine.variables)


def _install(root: Path, extra: str, folder: Path, machine: Machine, say: Say) -> None:
    target = f"{root}[{extra}]"
    commands: list[list[str | Path]] = [[python_of(folder), "-m", "pip", "install", "-e", target]] * TRIES
    uv = machine.which("uv")
    if uv and not _pip_settings(machine):
        commands.insert(0, [uv, "pip", "install", "--python", python_of(folder), "-e", target])
    lines: list[str] = []
    with (folder / LOG).open("w", encoding="utf-8") as log:
        for number, command in enumerate(commands, 1):

            def heard(line: str) -> None:
                log.write(line + "\n")
                lines.append(line)
                if told := _telling(line):
                    say("  " + told[:120])

            if machine.run(command, heard, environment=_variables(machine)) == 0:
                return
            if number < len(commands):
                say("That failed; trying once more.")
    raise EnvironmentProblem(
        f"The packages can't be installed: {_last(lines)} Check the network (and that PyTorch is built for Python "
        f"{'.'.join(map(str, machine.version))}), then run this again; the whole story is in {folder / LOG}."
    )


def _telling(line: str) -> str:
    """What a line of pip's has to say to people who wait; empty for most lines."""
    told = line.strip()
    if told.startswith("Downloading "):
        return told if told.endswith(("MB)", "GB)")) else ""  # the small ones would be a page of lines
    if told.startswith("Installing collected"):
        return "Installing; this takes a minute or two."
    return told if told.startswith(("WARNING: Retrying", "ERROR:")) else ""


def _last(lines: list[str]) -> str:
    told = [line.strip() for line in lines if line.strip()]
    errors = [line for line in told if line.lower().startswith("error")]
    last = (errors or told or ["no reason was given"])[-1][:300]
    return last if last.endswith(".") else last + "."


def _variables(machine: Machine) -> dict[str, str]:
    """The caller's variables, his settings for pip included, less what would let another Python's packages in."""
    kept = {name: value for name, value in machine.variables.items() if name not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
    patient = {"PIP_RETRIES": "10", "PIP_DEFAULT_TIMEOUT": "60", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    return patient | kept


@contextmanager
def _alone(folder: Path, say: Say) -> Iterator[None]:
    """Two commands that make the same environment at once would remove each other's halves."""
    try:
        with locked(folder, lambda: say("Another command is making the environment; waiting for it.")):
            yield
    except Locked as error:
        raise EnvironmentProblem(str(error)) from error


@contextmanager
def _sentences(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EnvironmentProblem(f"{folder} can't be written ({error.strerror or error}); make room, or make it writable.") from error
