"""Owns `restyle styles`: the library of pictures to paint like."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .examples import examples
from .failures import Commands, Failure
from .output import Json, emit, line, plain, table

if TYPE_CHECKING:
    import restyle_client as client

styles = typer.Typer(cls=Commands, no_args_is_help=True, rich_markup_mode="rich", help="List, show, add and remove styles of the library.")

PICTURES = ("picture", "thumbnail", "effect_thumbnail")  # bytes: not for a line of text
StyleId = Annotated[str, typer.Argument(metavar="NAME", help="The style's id.", show_default=False)]


@styles.command("list")
def list_styles(json: Json = False) -> None:
    """List the library."""
    import restyle_client as client

    with client.connect() as session:
        found = list(session.styles())
    if json:
        for style in found:
            emit(described(style))
    else:
        rows = [(style.id, style.title, f"{style.width}×{style.height}", ", ".join(style.tags), "" if style.builtin else "yours") for style in found]
        table(("name", "title", "pixels", "tags", ""), rows)


@styles.command()
def show(
    name: StyleId,
    save: Annotated[Path | None, typer.Option(metavar="FILE", help="Also save the style's picture there.", show_default=False)] = None,
    json: Json = False,
) -> None:
    """Show what is known about a style."""
    import restyle_client as client

    with client.connect() as session:
        style = _known(session, name, picture=save is not None)
    if save is not None and style.picture is not None:
        save = _save(style.picture, save.expanduser())
    if json:
        emit({**described(style), "saved": save})
        return
    for key, value in described(style).items():
        if value not in (None, "", []):
            line(f"{key.replace('_', ' ')}: {', '.join(value) if isinstance(value, list) else value}")
    if save is not None:
        line(f"saved: {save}")


@styles.command()
@examples('restyle styles add waves.jpg --title "Great Wave" --credit Hokusai')
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A PNG, JPEG, TIFF or WebP picture.", show_default=False)],
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Default: the file's name.", show_default=False)] = None,
    description: Annotated[str, typer.Option(metavar="TEXT", show_default=False)] = "",
    tag: Annotated[list[str] | None, typer.Option(metavar="WORD", help="May be repeated.", show_default=False)] = None,
    credit: Annotated[str, typer.Option(metavar="TEXT", help="Who made the picture.", show_default=False)] = "",
    picture_license: Annotated[str, typer.Option("--license", metavar="TEXT", help="Such as CC0-1.0.", show_default=False)] = "",
    json: Json = False,
) -> None:
    """Add a picture to the library. Adding the same picture twice gives the first style again."""
    import restyle_client as client
    from restyle_server.imaging import files

    files.read_picture(file)
    picture = file.read_bytes()
    with client.connect() as session:
        style = session.add_style(picture, title=title or file.stem, description=description, tags=tuple(tag or ()), credit=credit, license=picture_license)
    if json:
        emit(described(style))
    else:
        line(f"added {style.id}; use it with --style {style.id}")


@styles.command()
def remove(names: Annotated[list[str], typer.Argument(metavar="NAME", help="The styles' ids.", show_default=False)], json: Json = False) -> None:
    """Remove styles that you added. Those that came with Restyle stay."""
    import restyle_client as client

    with client.connect() as session:
        for style in [_known(session, name) for name in names]:
            session.delete_style(style.id)
            if json:
                emit({"id": style.id, "removed": True})
            else:
                line(f"removed {style.id}")


def described(style: client.Style) -> dict[str, Any]:
    """A style in JSON's types, without its pictures."""
    return {key: value for key, value in plain(style).items() if key not in PICTURES}


def _known(session: client.Session, name: str, picture: bool = False) -> client.Style:
    """Failure, with the nearest name, when the library lacks it."""
    import restyle_client as client

    from .painting import unknown_style

    try:
        return session.style(name.lower(), picture=picture)
    except (client.NotFound, client.InvalidRequest) as error:
        raise Failure(unknown_style(name, {style.id: style for style in session.styles()})) from error


def _save(picture: bytes, path: Path) -> Path:
    import os

    from . import destinations

    destinations.check_writable(path.absolute().parent)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        draft.write_bytes(picture)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path
