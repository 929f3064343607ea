"""Owns where results go: names and suffixes of output files, and the checks that can be made before anything is painted."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import typer
from restyle_contract import files

from ..terminal.failures import Failure
from ..terminal.output import named
from ..terminal.places import real
from . import ownership

DEFAULT_SUFFIX = ".png"
SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".avif", ".jxl", ".exr", ".ora", ".pat")  # of the kinds of pictures that are written


STDOUT = Path("-")


def is_stream(output: Path) -> bool:
    """Whether it is written into instead of being replaced: stdout, a pipe, a device, one of the process's open files."""
    if is_stdout(output):
        return True
    opened = output.parent.as_posix() in ("/dev", "/dev/fd", "/proc/self/fd")
    return output.exists() and not output.is_dir() and (opened or not output.is_file())


def is_stdout(output: Path) -> bool:
    return output == STDOUT or output.as_posix() in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")


def single(output: Path, content: Path | None, overwrite: bool, styles: Iterable[Path] = ()) -> Path:
    """Where one result goes. A name without a suffix becomes a PNG; a stream stays what it is. typer.BadParameter for a suffix that can't be written, for the
    file of the content or of a style, and for one that isn't Restyle's own; Failure for a folder that can't be written."""
    if is_stream(output):
        if is_stdout(output) and sys.stdout.isatty():
            raise typer.BadParameter(f"{output} is the terminal, which shows no pictures; send it to a file or a program, as in restyle … -o - > out.png")
        return output
    if not output.suffix:
        output = output.with_name(output.name + DEFAULT_SUFFIX)
    check_kind(output)
    for role, given in (("content", content), *(("style", style) for style in styles)):
        if given is not None and not overwrite and _same(output, given):
            raise typer.BadParameter(f"{named(output)} is the {role} itself; choose another name, or say --overwrite if it shall be replaced")
    if output.is_dir():
        raise typer.BadParameter(f"{named(output)} is a folder; name a file in it")
    if not overwrite and not ownership.is_free(output):
        raise typer.BadParameter(str(ownership.refusal(output)))
    check_writable(output.absolute().parent)
    return output


def layers(output: Path) -> tuple[Path, Path]:
    """Where the colours and the strokes of a painting go. typer.BadParameter for a stream, which takes one picture."""
    if is_stream(output):
        raise typer.BadParameter(f"{output} takes one picture, and two layers are two more; name a file after -o", param_hint="--layers")
    return output.with_name(f"{output.stem}-colours{output.suffix}"), output.with_name(f"{output.stem}-strokes{output.suffix}")


def check_kind(output: Path) -> None:
    """typer.BadParameter for a name whose kind of pictures can't be written."""
    if output.suffix.lower() not in SUFFIXES:
        raise typer.BadParameter(f"{named(output.name)}: pictures can't be written as {named(output.suffix)}; use one of {', '.join(SUFFIXES)}")


def is_folder(output: Path, text: str) -> bool:
    """Whether -o names a folder: an existing one, or a name that ends with a slash."""
    return output.is_dir() or text.endswith(("/", "\\"))


def folder(output: Path, option: str = "-o") -> Path:
    """The folder for many results or for reports, made if missing. option: after which it was given. typer.BadParameter when a file has that name; Failure
    when it can't be made or written."""
    if not output.is_dir() and (output.exists() or output.suffix.lower() in SUFFIXES):
        what = "several pictures need" if option == "-o" else "reports need"
        raise typer.BadParameter(f"{named(output)}: {what} a folder after {option}")
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(f"The folder {named(output)} can't be made ({error.strerror}); choose another folder with {option}.") from error
    check_writable(output, option)
    return output


def check_writable(place: Path, option: str = "-o") -> None:
    """Failure when no file can be written into the folder. Tried, not asked: root and network drives answer wrongly."""
    if not place.is_dir():
        raise Failure(f"The folder {named(place)} does not exist; make it first, or choose another place with {option}.")
    try:
        with tempfile.TemporaryFile(dir=place) as probe:
            probe.write(b"restyle")
    except OSError as error:
        raise Failure(f"The folder {named(place)} can't be written to ({error.strerror}); choose another place with {option}.") from error


@contextlib.contextmanager
def replacing(path: Path, overwrite: bool = False) -> Iterator[Path]:
    """A file beside `path` to write to, which takes its name when the block is left without an error, and else is removed. Failure for a file that isn't
    Restyle's own."""
    if not overwrite and not ownership.is_free(path):
        raise ownership.refusal(path)
    with files.replacing(path) as draft:
        yield draft
    ownership.note(path)


def names(contents: Sequence[Path], place: Path, suffix: str, styles: Iterable[Path] = ()) -> list[Path]:
    """One output per content, in order, all different, and none of them a content or a style: the stem with `suffix`; where that would clash, the old suffix
    goes into the name (a.jpg and a.tif become a-jpg.png and a-tif.png), then a number. Comparisons ignore case, as some file systems do."""
    stems = [content.stem.lower() for content in contents]
    taken = {_key(given) for given in (*contents, *styles)}
    outputs = []
    for content in contents:
        unique = stems.count(content.stem.lower()) == 1
        stem = content.stem if unique else f"{content.stem}-{content.suffix[1:].lower()}"
        output = _free(place, stem, suffix, taken)
        taken.add(_key(output))
        outputs.append(output)
    return outputs


def _free(place: Path, stem: str, suffix: str, taken: set[str]) -> Path:
    output = place / (stem + suffix)
    number = 2
    while _key(output) in taken:
        output = place / f"{stem}-{number}{suffix}"
        number += 1
    return output


def _key(path: Path) -> str:
    return str(real(path)).lower()


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
