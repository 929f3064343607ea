"""Owns how an installed Restyle brings itself to another version: its packages by whatever put them there, then the plug-ins by the new version's own code.

Standard library only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from . import home, making, stopping
from .here import Here, Maker, Origin
from .making import Command, EnvironmentProblem, Machine, Say
from .places import Places
from .running import attend
from .torch_builds import choose

NAME = "restyle"  # in the package index
RENEW = ("-P", "-c", "from restyle_cli.main import main; main()", "install", "--renew")


def update(
    here: Here,
    wheel: Path | None,
    where: Places,
    say: Say,
    *,
    packages: Path | None = None,
    machine: Machine | None = None,
    attend: Callable[[Sequence[str | Path]], int] = attend,
) -> bool:
    """Whether every part succeeded; what failed was told. EnvironmentProblem when the packages can't be replaced: then the plug-ins are as they were.

    wheel: what to go to; None: the newest of the package index. packages: a folder of wheels that everything else comes from, instead of the network.
    """
    machine = _able(here, machine or Machine())
    source = home.source_of_wheel(wheel.absolute()) if wheel else None
    if source is None:
        _known(here)
    with making.alone(here.folder, say), making.sentences(here.folder):
        stopping.stop_server(where, say)
        if source is None:
            making.fill(_from_index(here, packages, machine), here.folder, machine, say)
        else:
            _from_wheel(here, source, packages, machine, say)
    return attend([here.python, *RENEW]) == 0


def _able(here: Here, machine: Machine) -> Machine:
    """uv and pipx make environments without pip: uv is used there, whatever pip is set up for. EnvironmentProblem where there is neither."""
    if here.pip:
        return machine
    if machine.which("uv") is None:
        raise EnvironmentProblem(f"This Restyle has no pip, and uv can't be found; run: {here.replacement}, then: restyle install --renew")
    return replace(machine, variables={name: value for name, value in machine.variables.items() if not name.startswith("PIP_")})


def _known(here: Here) -> None:
    """Where a newer version is to be looked for. A name that nobody has published could be anybody's, so that only what came from the index goes back there."""
    if here.origin is Origin.FILE:
        raise EnvironmentProblem("This Restyle came from a file; name the newer one: restyle update restyle-VERSION-py3-none-any.whl")
    if here.origin is Origin.REPOSITORY:
        raise EnvironmentProblem("This Restyle came from a copy of the repository; get a newer copy, and run there: python3 install/install.py")


def _from_wheel(here: Here, source: home.Source, packages: Path | None, machine: Machine, say: Say) -> None:
    """PyTorch stays as it is, unless the new version needs a newer one."""
    if here.maker is Maker.INSTALLER:
        stamp = home.kept(here.folder) or {}
        home.install(source, here.folder, _choices(here, str(stamp.get("torch", "auto")), packages, machine), machine, say, runs_this=True)
        return
    say(f"Replacing Restyle in {here.folder} by {source.version}.")
    ways = home.ways(source, here.folder, _choices(here, "auto", packages, machine), machine)
    making.fill([way for way in ways if here.pip or way[0][0] == machine.uv], here.folder, machine, say)


def _choices(here: Here, asked: str, packages: Path | None, machine: Machine) -> home.Choices:
    return home.Choices(here.client, asked, None if here.client else choose(machine, asked), packages)


def _from_index(here: Here, packages: Path | None, machine: Machine) -> list[list[Command]]:
    offline: Command = ["--no-index", "--find-links", packages] if packages else []
    ways: list[list[Command]] = []
    if machine.uv:
        ways.append([[machine.uv, "pip", "install", "--python", here.python, *offline, "--upgrade-package", NAME, NAME]])
    if here.pip:
        ways.append([[here.python, "-m", "pip", "install", *offline, "--upgrade", NAME]])
    return ways
