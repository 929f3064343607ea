"""Owns `restyle install|update|uninstall|package`: the plug-ins into the editors, all to another version, out again; and zips and a wheel of the parts."""

from __future__ import annotations

import importlib
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from restyle_client import __version__

from ..terminal.examples import examples
from ..terminal.failures import FAILED, Failure

if TYPE_CHECKING:
    from restyle_install.placing import Profile


class Editor(StrEnum):
    GIMP = "gimp"
    KRITA = "krita"


class Package(StrEnum):
    GIMP = "gimp"
    KRITA = "krita"
    CLIENT = "client"


EditorArgument = Annotated[Editor | None, typer.Argument(help="The editor; default: every one, and all that belongs to them.", show_default=False)]
FolderOption = Annotated[
    list[Path] | None, typer.Option("--folder", metavar="FOLDER", help="The editor's profile folder; default: every one that is found.", show_default=False)
]


@examples("restyle install", "restyle install gimp", "restyle install gimp --folder ~/.config/GIMP/3.0", "restyle install --renew")
def install(
    editor: EditorArgument = None,
    folder: FolderOption = None,
    renew: Annotated[bool, typer.Option("--renew", help="Only where it is already, after pip, pipx or uv have brought a newer version.")] = False,
) -> None:
    """Put the plug-ins into GIMP and Krita, in place of earlier ones, and tell them how to start the painter."""
    from restyle_install import here, places
    from restyle_install.installing import Installer
    from restyle_install.making import Machine

    own, installer = here.here(), Installer(places.places(), Machine(), typer.echo)
    if editor is None:
        _alone(folder)
        done = installer.settle(__version__, own.python, client=own.client, renew=renew)
        if renew:
            typer.echo(f"Restyle {__version__} is in place.")
        elif done:
            installer.closing(client=own.client, command=False)
    else:
        room = _room(editor)
        done = installer.plugins(__version__, [(room, profile) for profile in _profiles(room, folder)])
        typer.echo(room.AFTERWARDS)
    if not done:
        raise typer.Exit(FAILED)


@examples("restyle update", "restyle update restyle-0.2.0-py3-none-any.whl")
def update(
    wheel: Annotated[Path | None, typer.Argument(metavar="WHEEL", help="The wheel to go to; default: the package index's newest.", show_default=False)] = None,
    packages: Annotated[
        Path | None,
        typer.Option("--packages", metavar="FOLDER", help="Take packages from this folder of wheels, none from the network.", show_default=False),
    ] = None,
) -> None:
    """Bring Restyle to a newer version, and its plug-ins where they are. A painting that runs gets half a minute; styles, presets and results stay."""
    from restyle_install import here, places, updating

    for path in (wheel, packages):
        if path is not None and not path.exists():
            raise Failure(f"{path} does not exist; give the path of what was downloaded.")
    if not updating.update(here.here(), wheel, places.places(), typer.echo, packages=packages.absolute() if packages else None):
        raise typer.Exit(FAILED)


@examples("restyle uninstall --dry-run", "restyle uninstall", "restyle uninstall krita")
def uninstall(
    editor: EditorArgument = None,
    folder: FolderOption = None,
    purge: Annotated[bool, typer.Option("--purge", help="Your styles, presets, settings and results, too.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be removed, and remove nothing.")] = False,
) -> None:
    """Take the plug-in out of an editor; or all of Restyle off this machine, but for your own work."""
    if editor is None:
        _alone(folder)
        _everything(purge=purge, dry=dry_run)
        return
    if purge or dry_run:
        raise Failure("--purge and --dry-run are about all of Restyle; leave the editor away, or them.")
    room = _room(editor)
    for profile in _profiles(room, folder):
        removed = room.uninstall(profile)
        typer.echo(f"Removed from {_name(room, profile)}: {removed}" if removed else f"Nothing of Restyle is in {_name(room, profile)}: {profile.folder}")


def _everything(*, purge: bool, dry: bool) -> None:
    from restyle_install import here, places, removing

    own = here.here()
    installed = own.maker is here.Maker.INSTALLER
    if installed and sys.platform == "win32" and not dry:
        raise Failure("Windows removes no program that runs; run in a copy of the repository: python install/install.py --uninstall")
    packages = "" if installed or own.origin is here.Origin.REPOSITORY else own.removal
    purging = "" if installed else "restyle uninstall --purge"
    if not removing.uninstall(places.places(), typer.echo, purging, purge=purge, dry=dry, packages=packages):
        raise typer.Exit(FAILED)


def _alone(folder: list[Path] | None) -> None:
    if folder:
        raise Failure("--folder is a folder of one editor; name the editor, too: restyle install gimp --folder ~/.config/GIMP/3.0")


@examples("restyle package gimp -o restyle-gimp.zip", "restyle package krita", "restyle package client")
def package(
    what: Annotated[Package, typer.Argument(help="A plug-in, or the Python client.", show_default=False)],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Default: restyle-EDITOR.zip here, or the wheel under its own name.", show_default=False),
    ] = None,
) -> None:
    """Make a zip of a plug-in, for putting it into an editor by hand, or a wheel of the client without anything else."""
    if what is Package.CLIENT:
        from restyle_install import client

        path = (output or Path(client.file_name())).absolute()
        client.package(path)
    else:
        path = (output or Path(f"restyle-{what.value}.zip")).absolute()
        _room(Editor(what.value)).package(path)
    typer.echo(f"Wrote {path}")


def _room(editor: Editor) -> Any:
    return importlib.import_module(f"restyle_install.{editor.value}")


def _profiles(room: Any, folders: list[Path] | None) -> list[Profile]:
    found: list[Profile] = [room.given(folder) for folder in folders] if folders else room.profiles()
    if not found:
        raise Failure(room.NONE_FOUND)
    return found


def _name(room: Any, profile: Profile) -> str:
    kind = "" if profile.kind in ("native", "given") else f" ({profile.kind})"
    return f"{room.TITLE} {profile.version}".rstrip() + kind
