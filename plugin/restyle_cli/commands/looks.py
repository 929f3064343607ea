"""Owns `restyle look`: the looks that live painting paints with, listed, learned, shown, exchanged and removed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from restyle_contract.limits import MAX_LOOK_BYTES
from restyle_contract.paths import at_home

from ..terminal.examples import examples
from ..terminal.failures import Commands, Failure
from ..terminal.output import Json, bytes_for_people, emit, line, named, plain, table
from .learn import learn
from .live import apply
from .options import Overwrite

if TYPE_CHECKING:
    import restyle_client as client

looks = typer.Typer(cls=Commands, no_args_is_help=True, rich_markup_mode="rich", help="List, learn, show, exchange and remove looks, which paint at once.")

SUFFIX = ".safetensors"
LookId = Annotated[str, typer.Argument(metavar="NAME", help="The look's id.", show_default=False)]


@looks.command("list")
def list_looks(json: Json = False) -> None:
    """List the looks: small networks that have learned one manner of painting."""
    import restyle_client as client

    with client.connect() as session:
        found = list(session.looks())
    if json:
        for look in found:
            emit(_described(look))
    else:
        rows = [(look.id, look.name, look.style, f"{look.strength:g}", bytes_for_people(look.size), _owner(look)) for look in found]
        table(("name", "title", "learned from", "strength", "size", ""), rows, right=("strength", "size"))


@looks.command()
def show(name: LookId, json: Json = False) -> None:
    """Show all that is known of one look."""
    import restyle_client as client

    with client.connect() as session:
        told = _described(session.look(name.lower()))
    if json:
        emit(told)
        return
    for key, value in told.items():
        if value not in (None, ""):
            line(f"{key}: {value}")


@looks.command()
@examples("restyle look export night -o night.safetensors")
def export(
    name: LookId,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The look's file, which another Restyle imports.", show_default=False)],
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Write a look to a file."""
    import restyle_client as client

    from ..runs import destinations

    path = at_home(output)
    path = path if path.suffix else path.with_suffix(SUFFIX)
    destinations.check_writable(path.absolute().parent)
    with client.connect() as session:
        look = session.look(name.lower(), file=True)
    with destinations.replacing(path, overwrite) as draft:
        draft.write_bytes(look.file or b"")
    if json:
        emit({"id": look.id, "output": path, "bytes": look.size})
    else:
        line(f"wrote {named(path)}")


@looks.command("import")
@examples("restyle look import night.safetensors")
def import_looks(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files that restyle look export wrote.", show_default=False)],
    name: Annotated[str, typer.Option(metavar="NAME", help="Of one look: the id that it gets, unless it is taken.", show_default=False)] = "",
    json: Json = False,
) -> None:
    """Add looks from files. One that is there already is not added again."""
    import restyle_client as client

    if name and len(files) > 1:
        raise typer.BadParameter("--name is for one look; several get ids made from their own names")
    contents = [_read(at_home(file)) for file in files]
    with client.connect() as session:
        for content in contents:
            look = session.add_look(content, wanted_id=name)
            if json:
                emit(_described(look))
            else:
                line(f"added {look.id}; use it with restyle look apply {look.id}")


@looks.command()
def delete(names: Annotated[list[str], typer.Argument(metavar="NAME", help="The looks' ids.", show_default=False)], json: Json = False) -> None:
    """Remove looks that you made or added. Those that came with Restyle stay."""
    import restyle_client as client

    with client.connect() as session:
        for look in [session.look(name.lower()) for name in names]:
            session.delete_look(look.id)
            if json:
                emit({"id": look.id, "removed": True})
            else:
                line(f"removed {look.id}")


looks.command("apply")(apply)
looks.command("learn")(learn)


def _owner(look: client.Look) -> str:
    return "comes with Restyle" if look.builtin else "yours"


def _described(look: client.Look) -> dict[str, object]:
    return {key: value for key, value in plain(look).items() if key != "file"}


def _read(path: Path) -> bytes:
    """No more of a file than a look may have, and a byte, which the server refuses."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_LOOK_BYTES + 1)
    except OSError as error:
        raise Failure(f"{named(path)} can't be read ({error.strerror or error}); choose a file that restyle look export wrote.") from error
