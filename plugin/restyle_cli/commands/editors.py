"""Owns `restyle install|uninstall|package`: the plug-ins into the editors, out again, and into zips; and the client into a wheel."""

from __future__ import annotations

import importlib
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from restyle_client import __version__

from ..terminal.examples import examples
from ..terminal.failures import Failure

if TYPE_CHECKING:
    from restyle_install.placing import Profile


class Editor(StrEnum):
    GIMP = "gimp"
    KRITA = "krita"


class Package(StrEnum):
    GIMP = "gimp"
    KRITA = "krita"
    CLIENT = "client"


EditorArgument = Annotated[Editor, typer.Argument(help="The editor.", show_default=False)]
FolderOption = Annotated[
    list[Path] | None, typer.Option("--folder", metavar="FOLDER", help="The editor's profile folder; default: every one that is found.", show_default=False)
]


@examples("restyle install gimp", "restyle install krita", "restyle install gimp --folder ~/.config/GIMP/3.0")
def install(editor: EditorArgument, folder: FolderOption = None) -> None:
    """Put the plug-in into an editor, in place of an earlier one."""
    room = _room(editor)
    for profile in _profiles(room, folder):
        placed = room.install(profile, __version__)
        typer.echo(f"{'Replaced' if placed.replaced else 'Installed'} in {_name(room, profile)}: {placed.target}")
        if placed.note:
            typer.echo(placed.note)
    typer.echo(room.AFTERWARDS)


@examples("restyle uninstall gimp", "restyle uninstall krita")
def uninstall(editor: EditorArgument, folder: FolderOption = None) -> None:
    """Take the plug-in out of an editor. Pictures, settings and the server stay."""
    room = _room(editor)
    for profile in _profiles(room, folder):
        removed = room.uninstall(profile)
        typer.echo(f"Removed from {_name(room, profile)}: {removed}" if removed else f"Nothing of Restyle is in {_name(room, profile)}: {profile.folder}")


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
