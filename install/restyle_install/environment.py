"""Owns the Python environment of a checkout: made once, stamped, and left alone while the stamp fits. Standard library only.

A second run with a fitting stamp touches no network. Used by demo.py and test.py, which share the folder .venv of the checkout.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path

from . import making
from .making import Command, Machine, Need, Say, python_of
from .torch_builds import CUDA, IMPATIENT, Build, choose, is_torch

TRIES = 2  # of the whole installation: pip keeps what it has fetched, so that a second try is short
INCLUDED = {"demo": ("demo",), "dev": ("dev", "demo", "video", "formats")}  # what an environment with this extra, or the group, holds
LOCK = Path("tests/ci/constraints.txt")  # the versions that the project's own checks run with, so that no release elsewhere breaks them
KEYS = {"project", "root", "extras", "python"}  # of the stamp


def build(machine: Machine, wanted: str) -> Build:
    """People get the build of PyTorch that suits the machine; developers the one that everybody's checks run with, the package index's."""
    return choose(machine) if wanted == "demo" else Build(_plain(machine), "the checks run with it")


def _plain(machine: Machine) -> Need:
    if machine.system == "Linux" and machine.processor in ("x86_64", "aarch64"):
        return CUDA
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
        wanted = max([extra, *(kept["extras"] if kept else [])], key=lambda name: len(INCLUDED.get(name, ())))
        torch = build(machine, wanted)
        making.check(machine, folder, torch.need)
        if kept and kept["root"] == str(root) and making.alive(folder, kept["python"]):
            say("Bringing Restyle's environment up to date.")
        else:
            say(f"Chosen: {torch.sentence}.")
            if torch.caution:
                say(torch.caution)
            making.announce(folder, torch.need, say)
            making.make(folder, machine, say)
        (folder / making.STAMP).unlink(missing_ok=True)
        making.fill(_ways(root, wanted, torch, folder, machine), folder, machine, say)
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


def _ways(root: Path, wanted: str, torch: Build, folder: Path, machine: Machine) -> list[list[Command]]:
    """wanted: the extra of people, or the group of developers, whose environment has the extra, too."""
    extras = ",".join(name for name in INCLUDED[wanted] if name != "dev")
    words = [*group(root, wanted), "-e", f"{root}[{extras}]"]
    if wanted == "dev" and (root / LOCK).is_file():
        words += ["-c", str(root / LOCK)]
    pip: Command = [python_of(folder), "-m", "pip", "install"]
    ways: list[list[Command]] = []
    if machine.uv:
        uv: Command = [machine.uv, "pip", "install", "--python", python_of(folder)]
        ways += [[[*uv, "--torch-backend", torch.backend, *words]]] if torch.backend else []
        ways.append([[*uv, *words]])
    if torch.index:
        needs = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
        ways.append([[*pip, *IMPATIENT, "--index-url", torch.index, *filter(is_torch, needs)], [*pip, *words]])
    return ways + [[[*pip, *words]]] * TRIES
