"""Owns `restyle styles`: the library of pictures to paint like, listed, shown, and thinned out. Adding, tags and archives have modules of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from restyle_contract.paths import at_home

from ..runs.style_records import described, known, owner, taste
from ..terminal.examples import examples
from ..terminal.failures import Commands, Failure
from ..terminal.output import Json, emit, line, table
from .options import Overwrite
from .style_adding import add
from .style_archives import export, import_archive
from .style_tags import tag

if TYPE_CHECKING:
    import restyle_client as client

styles = typer.Typer(cls=Commands, no_args_is_help=True, rich_markup_mode="rich", help="List, show, add, tag, exchange and remove styles of the library.")

SHEET = "styles.png"  # in the state folder: what `show` opens
StyleId = Annotated[str, typer.Argument(metavar="NAME", help="The style's id.", show_default=False)]


@styles.command("list")
def list_styles(json: Json = False) -> None:
    """List the library, with what each style suggests where --json asks for all."""
    import restyle_client as client

    with client.connect() as session:
        kept = taste()
        found = [kept.with_tags(style) for style in session.styles()]
    if json:
        for style in found:
            emit(described(style))
    else:
        rows = [(style.id, style.title, style.description, ", ".join(style.tags), owner(style)) for style in found]
        table(("name", "title", "what it is", "tags", ""), rows)


@styles.command()
@examples("restyle styles show", "restyle styles show -o styles.png", "restyle styles show woodcut --save picture.png")
def show(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="The style's id; default: all styles, as one picture.", show_default=False)] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the contact sheet there instead of opening it.", show_default=False)
    ] = None,
    save: Annotated[Path | None, typer.Option(metavar="FILE", help="With NAME: save the style's own picture there.", show_default=False)] = None,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Show the library as a contact sheet: every style's picture, and what it makes of a photo. With NAME: all that is known of one style."""
    import restyle_client as client

    if name is None and save is not None:
        raise typer.BadParameter("--save needs the name of a style; the sheet of all is written with -o")
    target = output and _destination(output, overwrite)
    with client.connect() as session:
        shown = [known(session, name, picture=save is not None)] if name else list(session.styles(thumbnails=True))
    kept = taste()
    shown = [kept.with_tags(style) for style in shown]
    saved = _save_picture(shown[0], at_home(save), overwrite) if save is not None else None
    sheet = None if name and target is None else _sheet(shown, target, overwrite)
    opened = sheet is not None and target is None and not json and _opened(sheet)
    if json:
        emit({**(described(shown[0]) if name else {"styles": [style.id for style in shown]}), "saved": saved, "sheet": sheet})
        return
    for key, value in described(shown[0]).items() if name else ():
        if value not in (None, "", []):
            line(f"{key.replace('_', ' ')}: {', '.join(value) if isinstance(value, list) else value}")
    if saved is not None:
        line(f"saved: {saved}")
    if sheet is not None:
        line(f"{'opened' if opened else 'sheet'}: {sheet}")


@styles.command()
def remove(names: Annotated[list[str], typer.Argument(metavar="NAME", help="The styles' ids.", show_default=False)], json: Json = False) -> None:
    """Remove styles that you added. Those that came with Restyle or lie in a shared folder stay."""
    import restyle_client as client

    with client.connect() as session:
        for style in [known(session, name) for name in names]:
            session.delete_style(style.id)
            if json:
                emit({"id": style.id, "removed": True})
            else:
                line(f"removed {style.id}")


styles.command("add")(add)
styles.command("tag")(tag)
styles.command("export")(export)
styles.command("import")(import_archive)


def _destination(output: Path, overwrite: bool) -> Path:
    from ..runs import destinations

    return destinations.single(at_home(output), None, overwrite)


def _sheet(shown: list[client.Style], target: Path | None, overwrite: bool) -> Path:
    """Writes the contact sheet, to the state folder when no other place is given."""
    from ..runs import destinations
    from ..sheets import contact_sheet
    from ..terminal.places import state_dir

    place = target or state_dir() / SHEET
    with destinations.replacing(place, overwrite or target is None) as draft:
        contact_sheet.save(shown, draft, place.suffix)
    return place


def _opened(sheet: Path) -> bool:
    """Whether the desktop's own viewer took it."""
    import os
    import sys

    if sys.platform not in ("win32", "darwin") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    return typer.launch(str(sheet)) == 0


def _save_picture(style: client.Style, path: Path, overwrite: bool) -> Path:
    from ..runs import destinations

    destinations.check_writable(path.absolute().parent)
    if style.picture is None:
        raise Failure(f"The server sent no picture of {style.id}; try again.")
    with destinations.replacing(path, overwrite) as draft:
        draft.write_bytes(style.picture)
    return path
