"""Owns `restyle styles add`: pictures, or whole folders of them, on their way into the library."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from restyle_contract.limits import MAX_STYLE_BYTES, MAX_TEXT
from restyle_contract.paths import at_home

from ..runs import inputs
from ..runs.style_records import described
from ..terminal.examples import examples
from ..terminal.failures import FAILED, Failure, sentence
from ..terminal.output import Json, emit, line, named

if TYPE_CHECKING:
    import restyle_client as client


@dataclass(frozen=True, slots=True)
class Words:
    """What is said about every picture that is added. title: None for the file's own name."""

    title: str | None
    description: str
    tags: tuple[str, ...]
    credit: str
    license: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """style: None when it failed, and then `error` says why. known: it was in the library before."""

    file: Path
    style: client.Style | None = None
    known: bool = False
    error: str = ""

    @property
    def status(self) -> str:
        return "failed" if self.style is None else "known" if self.known else "added"

    def record(self) -> dict[str, Any]:
        """In JSON's types."""
        told = {**described(self.style)} if self.style else {"error": self.error}
        return {**told, "file": str(self.file), "status": self.status}

    def __str__(self) -> str:
        if self.style is None:
            return f"{named(self.file)}: failed: {self.error}"
        if self.known:
            return f"{named(self.file)}: already in the library as {self.style.id}"
        return f"added {self.style.id}; use it with --style {self.style.id}"


@examples('restyle styles add waves.jpg --title "Great Wave" --credit Hokusai', "restyle styles add paintings/ --tags oil,portrait")
def add(
    files: Annotated[list[Path], typer.Argument(metavar="FILE|FOLDER...", help="PNG, JPEG, TIFF or WebP pictures, or folders of them.", show_default=False)],
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Of one picture; default: the file's name.", show_default=False)] = None,
    description: Annotated[str, typer.Option(metavar="TEXT", show_default=False)] = "",
    tag: Annotated[list[str] | None, typer.Option("--tags", "--tag", metavar="WORD,WORD", help="May be repeated.", show_default=False)] = None,
    credit: Annotated[str, typer.Option(metavar="TEXT", help="Who made the picture.", show_default=False)] = "",
    picture_license: Annotated[str, typer.Option("--license", metavar="TEXT", help="Such as CC0-1.0.", show_default=False)] = "",
    json: Json = False,
) -> None:
    """Add pictures to the library. A picture that is there already is not added again, and one that can't be used doesn't stop the rest."""
    import restyle_client as client

    found = inputs.expand([at_home(file) for file in files])
    one = len(files) == 1 and not files[0].is_dir()
    if title is not None and not one:
        raise typer.BadParameter("--title is for one picture; several get their files' names")
    tags = tuple(word.strip() for text in tag or () for word in text.split(","))
    words = Words(title, description, tags, credit, picture_license)
    outcomes = []
    with client.connect() as session:
        for outcome in _added(session, found, words, forgiving=not one):
            outcomes.append(outcome)
            if json:
                emit(outcome.record())
            else:
                line(str(outcome))
    if not one and not json:
        counts = {status: sum(outcome.status == status for outcome in outcomes) for status in ("added", "known", "failed")}
        line(", ".join(f"{count} {status}" for status, count in counts.items() if count))
    if any(outcome.style is None for outcome in outcomes):
        raise typer.Exit(FAILED)


def _added(session: client.Session, found: Sequence[Path], words: Words, forgiving: bool) -> Iterator[Outcome]:
    """One outcome per file. forgiving: a file that can't be used is an outcome, too; a server that is gone never is."""
    import restyle_client as client
    from restyle_imaging.errors import PictureError

    there = {style.sha256: style for style in session.styles()}
    for file in found:
        try:
            yield _one(session, file, words, there)
        except (PictureError, client.Refused, Failure, OSError) as error:
            if not forgiving:
                raise
            yield Outcome(file, error=sentence(error))


def _one(session: client.Session, file: Path, words: Words, there: dict[str, client.Style]) -> Outcome:
    from restyle_imaging.io import files

    if file.is_file() and file.stat().st_size > MAX_STYLE_BYTES:
        raise Failure(f"{file} has {file.stat().st_size >> 20} MiB; a style's picture may have {MAX_STYLE_BYTES >> 20}. Save it smaller.")
    picture = inputs.read(file)
    files.read_picture(picture, named(file.name))  # a damaged file is found here, with its name, not after an upload
    sha256 = hashlib.sha256(picture).hexdigest()
    known = there.get(sha256)
    style = known or session.add_style(
        picture, title=words.title or named(file.stem)[:MAX_TEXT], description=words.description, tags=words.tags, credit=words.credit, license=words.license
    )
    there[sha256] = style
    return Outcome(file, style, known=known is not None)
