"""Owns what can be wrong with pixels and picture files.

    ImagingError(field, message)   a plane can't be used; `field` is the Plane's field that is wrong ("width", "data", "icc_profile" …)
    PictureError(message)          a picture file can't be read or written
    └── FilmError(message)         nor can a film, or a sequence of frames

Every message is one sentence or two that say what to do next.
"""

from __future__ import annotations


class ImagingError(Exception):
    """A plane's pixels, size or profile can't be used. field: which part of the plane; message: what to do next."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class PictureError(Exception):
    """A picture file can't be read or written. message: what to do next."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class FilmError(PictureError):
    """A film or a sequence of frames can't be read or written. message: what to do next."""
