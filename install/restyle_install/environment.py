"""Owns the Python environment of a checkout: made once, stamped, and left alone while the stamp fits. Standard library only.

A second run with a fitting stamp touches no network. Used by demo.py and test.py, which share the folder .venv of the checkout.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path

from . import making
from .making import Machine, Need, Say, python_of

TRIES = 2  # of the whole installation: pip keeps what it has fetched, so that a second try is short
INCLUDED = {"demo": ("demo",), "dev": ("dev", "demo", "video", "formats")}  # what an environment with this extra, or the group, holds
LOCK = Path("tests/ci/constraints.txt")  # the versions that the project's own checks run with, so that no release elsewhere breaks them
KEYS = {"project", "root", "extras", "python"}  # of the stamp


def need(machine: Machine) -> Need:
    """The default build of PyTorch for this machine, by far the largest package."""
    if machine.system == "Linux" and machine.processor in ("x86_64", "aarch64"):
        return Need("PyTorch with CUDA", 3.0, 6.5)
    return Need("PyTorch", 0.4, 2.0)


def prepare(root: Path, extra: str, say: Say, *, folder: Path | None = None, machine: Machine | None = None) -> Path:
    """Makes, updates or just finds the environment of the checkout `root` with the extra "demo", or for developers "dev"; returns its interpreter.

    EnvironmentProblem: a sentence.
    """
    machine = machine or Machine()
    folder = folder or root / ".venv"
    with making.alone(folder, say), making.sentences(folder):
        kept = making.stamp_of(folder, KEYS)
        if kept and extra in kept["extras"] and kept["project"] == project_hash(root) and making.alive(folder, kept["python"]):
            return python_of(folder)
        making.check(machine, folder, need(machine))
        if kept and kept["root"] == str(root) and making.alive(folder, kept["python"]):
            say("Bringing Restyle's environment up to date.")
        else:
            making.announce(folder, need(machine), say)
            making.make(folder, machine, say)
        (folder / making.STAMP).unlink(missing_ok=True)
        wanted = max([extra, *(kept["extras"] if kept else [])], key=lambda name: len(INCLUDED.get(name, ())))
        making.fill(_ways(root, wanted, folder, machine), folder, machine, say)
        making.write_stamp(folder, {"project": project_hash(root), "root": str(root), "extras": INCLUDED[wanted], "python": making.version_of(folder)})
    return python_of(folder)


def project_hash(root: Path) -> str:
    """Changes when the project's packages or its own layout change, and not with the settings of linters."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    parts = {
        "project": project["project"],
        "build": project["build-system"],
        "wheel": project.get("tool", {}).get("hatch"),
        "groups": project.get("dependency-groups"),
        "lock": (root / LOCK).read_text("utf-8") if (root / LOCK).is_file() else "",
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def group(root: Path, name: str) -> list[str]:
    """What a dependency group of the project names; nothing when there is no such group. Read here: the pip of an environment may be older than the groups."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    return [each for each in project.get("dependency-groups", {}).get(name, ()) if isinstance(each, str)]


def _ways(root: Path, wanted: str, folder: Path, machine: Machine) -> list[list[list[str | Path]]]:
    """wanted: the extra of people, or the group of developers, whose environment has the extra, too."""
    extras = ",".join(name for name in INCLUDED[wanted] if name != "dev")
    words = [*group(root, wanted), "-e", f"{root}[{extras}]"]
    if wanted == "dev" and (root / LOCK).is_file():
        words += ["-c", str(root / LOCK)]
    ways: list[list[list[str | Path]]] = [[[python_of(folder), "-m", "pip", "install", *words]]] * TRIES
    if machine.uv:
        ways.insert(0, [[machine.uv, "pip", "install", "--python", python_of(folder), *words]])
    return ways
