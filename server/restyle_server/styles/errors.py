"""Owns what can be wrong with styles and the library.

    StyleError(message)        any of them
    ├── StyleNotFound          no style of this id
    ├── StyleFixed             it came with Restyle, or lies in the studio's shared folder: it can't be changed here
    ├── StyleRejected(field)   the picture or a text given with it can't be used; `field` names which
    ├── ArchiveRejected        a zip of styles that can't be trusted or used
    └── StyleStorage           the user's folder can't be read or written

Every message is one sentence or two that say what to do next.
"""

from __future__ import annotations


class StyleError(Exception):
    """message: sentences for people."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class StyleNotFound(StyleError):
    """No style has this id."""


class StyleFixed(StyleError):
    """The style is not the user's own."""


class StyleRejected(StyleError):
    """field: "picture", "title", "description", "tags", "credit", "license" or "suggested"."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class ArchiveRejected(StyleError):
    """An archive that is damaged, hostile, or no archive of styles."""


class StyleStorage(StyleError):
    """The disk is full, or the folder's permissions forbid it."""
