"""Owns the environment of an installed Restyle: in the user's data folder, from a checkout or a wheel, updated in place. Standard library only."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import making
from .making import Command, EnvironmentProblem, Machine, Need, Say, program_of, python_of
from .torch_builds import IMPATIENT, Build, is_torch

ENVIRONMENT = "environment"  # folder in the user's data folder
CLIENT = Need("the command line's packages", 0.1, 0.5)  # measured
KEYS = {"source", "client", "torch", "python", "version"}  # of the stamp
PARTS = ("pyproject.toml", "README.md", "LICENSE", "NOTICE", "server", "plugin", "install/restyle_install")  # what of a checkout goes into the package
TRIES = 2

OPTIONAL = ("video", "formats")  # extras that are brought along


@dataclass(frozen=True)
class Source:
    """What is installed. path: a checkout's folder or a wheel. version: its own. requirements: what it needs, as packages name it; optional: what films,
    animations and some kinds of files need beside that. digest: of its content."""

    path: Path
    version: str
    requirements: tuple[str, ...]
    digest: str
    optional: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choices:
    """How it is installed. asked: the build of PyTorch by the caller's own word. packages: a folder of wheels, instead of the network."""

    client_only: bool
    asked: str
    build: Build | None
    packages: Path | None = None

    @property
    def need(self) -> Need:
        return self.build.need if self.build else CLIENT


def source_of(root: Path) -> Source:
    """What a checkout holds. EnvironmentProblem."""
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
        version = re.search(r'^__version__ = "([^"]+)"', (root / "server/restyle_server/__init__.py").read_text("utf-8"), re.MULTILINE)
    except (OSError, KeyError, ValueError) as error:
        raise EnvironmentProblem(f"{root} is no copy of Restyle; run this inside of one.") from error
    extras = project.get("optional-dependencies", {})
    optional = tuple(need for extra in OPTIONAL for need in extras.get(extra, ()))
    return Source(root, version[1] if version else "", tuple(project["dependencies"]), _digest(root), optional)


def source_of_wheel(path: Path) -> Source:
    """What a wheel holds. EnvironmentProblem."""
    try:
        with zipfile.ZipFile(path) as archive:
            name = next(name for name in archive.namelist() if re.fullmatch(r"restyle-[^/]+\.dist-info/METADATA", name))
            words = archive.read(name).decode("utf-8").partition("\n\n")[0].splitlines()
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, StopIteration, UnicodeDecodeError) as error:  # RuntimeError: a zip with a password
        raise EnvironmentProblem(f"{path} is no wheel of Restyle; give the file restyle-VERSION-py3-none-any.whl.") from error
    needs = [word.partition(": ")[2] for word in words if word.startswith("Requires-Dist: ")]
    version = next((word.partition(": ")[2] for word in words if word.startswith("Version: ")), "")
    marks = rf"extra == ['\"]({'|'.join(OPTIONAL)})['\"]"
    optional = tuple(need.partition(";")[0].strip() for need in needs if re.search(marks, need))
    return Source(path, version, tuple(need for need in needs if "extra ==" not in need), digest, optional)


def kept(folder: Path) -> dict[str, Any] | None:
    """What is installed there, whole; None when nothing is, or it doesn't run any more."""
    stamp = making.stamp_of(folder, KEYS)
    return stamp if stamp and making.alive(folder, str(stamp["python"])) else None


def fits(stamp: dict[str, Any] | None, source: Source, choices: Choices) -> bool:
    """Whether what is installed is what is wished for. A full installation is a client, too."""
    if stamp is None or stamp["source"] != source.digest or (stamp["client"] and not choices.client_only):
        return False
    return choices.client_only or choices.asked in ("auto", stamp["torch"])


def install(source: Source, folder: Path, choices: Choices, machine: Machine, say: Say, *, runs_this: bool = False) -> None:
    """Makes the environment, or brings it to another version. EnvironmentProblem. Whole or without a stamp.

    runs_this: it is never made anew, not even after an update that failed, as it runs this very code.
    """
    stamp = kept(folder)
    making.check(machine, folder, choices.need)
    if runs_this or (stamp and (choices.client_only or choices.asked in ("auto", stamp["torch"]) or stamp["client"])):
        say(f"Replacing Restyle {stamp['version']} by {source.version}." if stamp else f"Going on to Restyle {source.version}, as an update was not finished.")
        (folder / making.STAMP).unlink(missing_ok=True)
    else:
        making.announce(folder, choices.need, say)
        making.make(folder, machine, say)
    client = choices.client_only and (stamp is None or stamp["client"])
    making.fill(ways(source, folder, choices, machine), folder, machine, say)
    if not program_of(folder, "restyle").exists():
        raise EnvironmentProblem(f"The packages came without the command restyle; see {folder / making.LOG}, then run this again.")
    if source.optional and not client:
        _bring_optional(source, folder, choices, machine, say)
    words = {"source": source.digest, "client": client, "torch": choices.asked, "python": making.version_of(folder), "version": source.version}
    making.write_stamp(folder, words)


def _bring_optional(source: Source, folder: Path, choices: Choices, machine: Machine, say: Say) -> None:
    """What films, animations and some kinds of files need. A failure is told and forgiven: pictures are painted without it."""
    lines: list[str] = []
    installer = _uv(machine.uv, folder, choices) if machine.uv else _pip(folder, choices)
    if machine.run([*installer, *source.optional], lines.append, environment=making.variables(machine)):
        by_hand = " ".join(f'"{need}"' for need in source.optional)
        again = f"{python_of(folder)} -m pip install {by_hand}"
        say(f"The packages for films, animations, HEIC, JPEG XL and Photoshop files were not installed; try again at any time: {again}")


def _pip(folder: Path, choices: Choices) -> Command:
    """The start of a command that installs packages."""
    return [python_of(folder), "-m", "pip", "install", *_offline(choices)]


def _uv(uv: str, folder: Path, choices: Choices) -> Command:
    """The same by uv."""
    return [uv, "pip", "install", "--python", python_of(folder), *_offline(choices)]


def _offline(choices: Choices) -> list[str]:
    return ["--no-index", "--find-links", str(choices.packages)] if choices.packages else []


def ways(source: Source, folder: Path, choices: Choices, machine: Machine) -> list[list[Command]]:
    """The commands that install everything, the best way first.

    Restyle itself is put in anew even where its version is the same: checkouts differ within a version.
    """
    offline = choices.packages is not None
    needed = [need for need in source.requirements if not (choices.client_only and is_torch(need))]
    pip = _pip(folder, choices)
    plain: list[Command] = [[*pip, *needed], [*pip, "--no-deps", "--force-reinstall", source.path]]
    found: list[list[Command]] = []
    if machine.uv:
        uv = _uv(machine.uv, folder, choices)
        itself: Command = [*uv, "--no-deps", "--reinstall-package", "restyle", "--refresh-package", "restyle", source.path]
        if choices.build and choices.build.backend and not offline:
            found.append([[*uv, "--torch-backend", choices.build.backend, *needed], itself])
        found.append([[*uv, *needed], itself])
    if choices.build and choices.build.index and not offline:
        found.append([[*pip, *IMPATIENT, "--index-url", choices.build.index, *(need for need in needed if is_torch(need))], *plain])
    return found + [plain] * TRIES


def _digest(root: Path) -> str:
    """Changes when anything changes that goes into the package."""
    digest = hashlib.sha256()
    for part in PARTS:
        for path in sorted(_files(root / part)):
            digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    found = []
    for folder, folders, files in os.walk(place):
        folders[:] = [each for each in folders if each != "__pycache__" and not each.startswith(".")]
        found += [Path(folder, file) for file in files if not file.endswith(".pyc")]
    return found
