"""Owns `restyle styles export` and `restyle styles import`: styles that travel as one zip."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from restyle_contract.paths import at_home

from ..runs.style_records import described, known, taste
from ..terminal.examples import examples
from ..terminal.failures import Failure
from ..terminal.output import Json, emit, line
from .options import Overwrite

if TYPE_CHECKING:
    from collections.abc import Iterator

    import restyle_client as client
    from restyle_server.styles.archive import Packed
    from restyle_server.styles.library import Draft

SUFFIX = ".zip"


@examples("restyle styles export my-waves my-dunes -o styles.zip", "restyle styles export -o all-of-mine.zip")
def export(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE.zip", help="The archive to write.", show_default=False)],
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="The styles' ids; default: all that you added.", show_default=False)] = None,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Write styles to a zip, with all that is known of them, for another machine or for keeping."""
    import restyle_client as client
    from restyle_server.styles import archive

    from ..runs import destinations

    target = at_home(output)
    target = target if target.suffix else target.with_name(target.name + SUFFIX)
    if target.suffix.lower() != SUFFIX or target.is_dir():
        raise typer.BadParameter(f"{output}: styles are exported to a zip; end the name in {SUFFIX}")
    destinations.check_writable(target.absolute().parent)
    with client.connect() as session:
        wanted = [known(session, name).id for name in names] if names else [style.id for style in session.styles() if not (style.builtin or style.shared)]
        if not wanted:
            raise Failure("You have added no styles yet; name those to export, see restyle styles list.")
        wanted = list(dict.fromkeys(wanted))
        if 2 * len(wanted) > archive.MAX_ENTRIES:
            raise Failure(f"An archive holds up to {archive.MAX_ENTRIES // 2} styles, and these are {len(wanted)}; name some of them at a time.")
        with destinations.replacing(target, overwrite) as draft:
            archive.export(_packed(session, wanted), draft)
            size = draft.stat().st_size
            if size > archive.MAX_UNPACKED:
                raise Failure(f"An archive holds up to {archive.MAX_UNPACKED >> 20} MiB, and these styles take {size >> 20}; name some of them at a time.")
    if json:
        emit({"output": target, "styles": wanted, "bytes": size})
    else:
        line(f"{target}: {len(wanted)} {'style' if len(wanted) == 1 else 'styles'}")


@examples("restyle styles import styles.zip")
def import_archive(
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="An archive that Restyle exported.", show_default=False)], json: Json = False
) -> None:
    """Add the styles of a zip to the library. Nothing is added unless the whole archive is sound; what is there already is left as it is."""
    import restyle_client as client
    from restyle_server.styles import archive

    file = at_home(file)
    if not file.is_file():  # anything but a file could be without end
        raise Failure(f"{file} is no file; name a zip of styles.")
    with file.open("rb") as source:
        drafts = archive.read(source)
    with client.connect() as session:
        there = {style.sha256: style for style in session.styles()}
        for draft in drafts:
            before = there.get(draft.sha256)
            style = before or _added(session, draft)
            there[draft.sha256] = style
            if json:
                emit({**described(style), "status": "known" if before else "added"})
            else:
                line(f"{style.id}: already in the library" if before else f"added {style.id}; use it with --style {style.id}")


def _packed(session: client.Session, ids: list[str]) -> Iterator[Packed]:
    """One style at a time, so that no more than one picture is held."""
    from restyle_engine.parameters import Color
    from restyle_server.styles.archive import Packed
    from restyle_server.styles.description import Description, Suggestion

    kept = taste()
    for id_ in ids:
        style = kept.with_tags(session.style(id_, picture=True))
        suggested = Suggestion(style.suggested_scale, style.suggested_strength, Color(style.suggested_color) if style.suggested_color else None)
        yield Packed(id_, Description(style.title, style.description, style.tags, style.credit, style.license, suggested), style.picture or b"")


def _added(session: client.Session, draft: Draft) -> client.Style:
    told = draft.description
    return session.add_style(
        draft.data,
        title=told.title,
        description=told.description,
        tags=told.tags,
        credit=told.credit,
        license=told.license,
        wanted_id=draft.wish,
        suggested_scale=told.suggested.scale,
        suggested_strength=told.suggested.strength,
        suggested_color=told.suggested.color.value if told.suggested.color else None,
    )
