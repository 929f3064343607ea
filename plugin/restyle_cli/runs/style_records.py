"""Owns what is told about a style, with the tags that this person gave it, and finding one by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..terminal.failures import Failure
from ..terminal.output import plain

if TYPE_CHECKING:
    import restyle_client as client
    from restyle_editor.gallery import Taste

PICTURES = ("picture", "thumbnail", "effect_thumbnail")  # bytes: not for a line of text


def described(style: client.Style) -> dict[str, Any]:
    """A style in JSON's types, without its pictures."""
    return {key: value for key, value in plain(style).items() if key not in PICTURES}


def owner(style: client.Style) -> str:
    """Whose a style is; nothing for those that came with Restyle."""
    return "" if style.builtin else "shared" if style.shared else "yours"


def taste() -> Taste:
    """What both editors' galleries keep of this person's, tags among it."""
    from restyle_editor import gallery

    return gallery.of_user("")


def known(session: client.Session, name: str, picture: bool = False) -> client.Style:
    """Failure, with the nearest name, when the library lacks it."""
    import restyle_client as client

    from .one_picture import unknown_style

    try:
        return session.style(name.lower(), picture=picture)
    except (client.NotFound, client.InvalidRequest) as error:
        raise Failure(unknown_style(name, {style.id: style for style in session.styles()})) from error
