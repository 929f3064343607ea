"""Owns the ids of what people keep, styles and looks: what one may be, and how one is made of a title."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence

MAX_ID = 64  # characters
HINTS = 500  # ids that a mistyped one is compared with: some 10 ms
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}  # no files on Windows

_ID = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{MAX_ID - 1}}}\Z")


def is_id(text: str) -> bool:
    """Whether the text has the form of an id."""
    return bool(_ID.match(text))


def candidates(wish: str, title: str, otherwise: str) -> Iterator[str]:
    """Ids for something new, the best first: the wish if it can be one, else made from the title, else `otherwise`; then with numbers."""
    best = wish if is_id(wish) and wish not in RESERVED else _slug(title, otherwise.partition("-")[0]) or otherwise
    yield best
    number = 2
    while True:
        yield f"{best[: MAX_ID - 5]}-{number}"
        number += 1


def nearest(wrong: str, ids: Sequence[str]) -> str | None:
    """The id that is most like a mistyped one."""
    near = difflib.get_close_matches(wrong.lower()[:MAX_ID], ids[:HINTS], 1)
    return near[0] if near else None


def shown(wrong: str) -> str:
    """What was given as an id, fit for a sentence."""
    return "".join(c if c.isprintable() else "?" for c in wrong[:MAX_ID])


def place(token: str, ids: Collection[str]) -> int:
    """Where the page after the token, the last id shown, begins; one that was removed meanwhile starts the list anew."""
    return list(ids).index(token) + 1 if token in ids else 0


def _slug(title: str, kind: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: MAX_ID - 5].strip("-")
    return f"{kind}-{slug}" if slug in RESERVED else slug
