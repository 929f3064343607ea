"""Owns the words of install/install.py: what the caller may ask for, and what is done about it. Standard library only."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from . import home, removing
from .installing import VGG19_MB, Installer, Order
from .making import EnvironmentProblem, Machine
from .places import places
from .torch_builds import choose

EPILOG = """\
examples:
  python3 install/install.py
  python3 install/install.py --dry-run
  python3 install/install.py --torch cpu
  python3 install/install.py --client-only
  python3 install/install.py --uninstall
"""


def arguments(words: list[str]) -> argparse.Namespace:
    """What the caller wants; argparse ends the program with a sentence when it makes no sense."""
    parser = argparse.ArgumentParser(
        prog="install.py",
        description="Installs Restyle for this user, or brings it up to date: painter, command restyle, and the plug-ins of every GIMP 3 and Krita found.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--torch", default="auto", metavar="BUILD", help="build of PyTorch: auto, cpu, cuda, plain, or a name such as cu128")
    parser.add_argument("--no-vgg19", action="store_true", help=f"leave out VGG19 ({VGG19_MB} MB), which comes along where a graphics card paints")
    parser.add_argument("--vgg19-from", type=Path, metavar="FILE", help="install VGG19 from this copy of vgg19-dcbb9e9d.pth, on any machine")
    parser.add_argument("--client-only", action="store_true", help="no painter, no PyTorch: use a server on another machine (restyle connect)")
    parser.add_argument("--wheel", type=Path, metavar="FILE", help="install this wheel of Restyle, instead of this copy of the repository")
    parser.add_argument("--packages", type=Path, metavar="FOLDER", help="take every package from this folder of wheels, and nothing from the network")
    parser.add_argument("--dry-run", action="store_true", help="tell what would be done, and change nothing")
    parser.add_argument("--uninstall", action="store_true", help="take everything out again; your styles, presets, server.toml and results stay")
    parser.add_argument("--purge", action="store_true", help="with --uninstall: remove those, too")
    given = parser.parse_args(words)
    if given.purge and not given.uninstall:
        parser.error("--purge goes with --uninstall")
    if given.client_only and given.torch != "auto":
        parser.error("--client-only installs no PyTorch; leave --torch away")
    if given.vgg19_from and (given.no_vgg19 or given.client_only):
        parser.error("--vgg19-from goes neither with --no-vgg19 nor with --client-only")
    for option in ("vgg19_from", "wheel", "packages"):
        path = getattr(given, option)
        if path is not None and not path.exists():
            parser.error(f"{path} does not exist")
    return given


def perform(root: Path, given: argparse.Namespace, machine: Machine | None = None) -> int:
    """Exit status: 0, or 1 when something failed and was told. root: the copy of the repository."""
    machine = machine or Machine()
    where = places(machine.variables)
    try:
        if given.uninstall:
            return int(not removing.uninstall(where, say, "python3 install/install.py --uninstall --purge", purge=given.purge, dry=given.dry_run))
        installer = Installer(where, machine, say)
        order = _order(root, given, machine)
        if given.dry_run:
            installer.plan(order)
            return 0
        done = installer.install(order)
        installer.closing(client=order.choices.build is None)
        return int(not done)
    except EnvironmentProblem as problem:
        sys.stderr.write(f"{problem}\n")
        return 1


def _order(root: Path, given: argparse.Namespace, machine: Machine) -> Order:
    source = home.source_of_wheel(given.wheel.absolute()) if given.wheel else home.source_of(root)
    packages = given.packages.absolute() if given.packages else None
    build = None if given.client_only else choose(machine, given.torch)
    fetched = build is not None and build.graphics and packages is None  # --packages takes nothing from the network
    return Order(source, home.Choices(given.client_only, given.torch, build, packages), fetched and not given.no_vgg19, given.vgg19_from)


def say(line: str) -> None:
    """A line for people, at once; characters that the terminal lacks become question marks."""
    encoding = sys.stdout.encoding or "utf-8"
    print(line.encode(encoding, "replace").decode(encoding), flush=True)


def main(root: Path, words: list[str]) -> int:
    """Exit status 0 done, 1 failed, 2 wrong usage."""
    sudo = os.environ.get("SUDO_USER")
    if sudo and sudo != "root":
        say("Note: this is run with sudo, and Restyle is installed for the user who runs it: here for root. Run it without sudo to install it for yourself.")
    return perform(root, arguments(words))
