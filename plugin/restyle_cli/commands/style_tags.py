"""Owns `restyle styles tag`: the words that a person finds styles by, kept beside the favorites of both editors' galleries."""

from __future__ import annotations

from typing import Annotated

import typer

from ..runs.style_records import known, taste
from ..terminal.examples import examples
from ..terminal.failures import Failure
from ..terminal.output import Json, emit, line


@examples("restyle styles tag night cold portraits", "restyle styles tag night --remove dark", "restyle styles tag night --reset")
def tag(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The style's id.", show_default=False)],
    words: Annotated[list[str] | None, typer.Argument(metavar="[TAG]...", help="Tags that it gets beside those that it has.", show_default=False)] = None,
    remove: Annotated[list[str] | None, typer.Option(metavar="TAG,TAG", help="Tags to take off. May be repeated.", show_default=False)] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Go back to the tags that the library gives it.")] = False,
    json: Json = False,
) -> None:
    """Give a style tags of your own, which both editors' galleries and this command know it by. Others who use the library see its own."""
    import restyle_client as client
    from restyle_editor import failures, gallery

    kept = taste()
    with client.connect() as session:
        style = known(session, name)
    there = style.tags if reset else kept.with_tags(style).tags
    try:
        off = gallery.tags_in(",".join(remove or ()))
        found = gallery.tags_in(",".join((*there, *(words or ()))))
    except failures.Failure as failure:
        raise Failure(str(failure)) from None
    if missing := [each for each in off if each not in found]:
        raise Failure(f"{style.id} has no tag {missing[0]!r}; it has {', '.join(there) or 'none'}.")
    found = tuple(each for each in found if each not in off)
    if style.tags and not found:
        raise Failure(f"{style.id} has to keep one tag at least; it has {', '.join(there)}.")
    if not kept.tag(style.id, () if found == style.tags else found):
        raise Failure(f"{kept.file} can't be written; make it and its folder writable, then try again.")
    if json:
        emit({"id": style.id, "tags": list(found)})
    else:
        line(f"{style.id}: {', '.join(found) or 'no tags'}")
