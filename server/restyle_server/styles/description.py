"""Owns what a style says about itself, in memory and as style.toml: texts, tags, credit, licence, suggested parameters. All of it is checked here."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from restyle_contract.limits import MAX_TAG, MAX_TAGS, MAX_TEXT
from restyle_engine.parameters import Color

from .errors import StyleRejected

MAX_TITLE = MAX_TEXT  # characters, the service's limit on titles
MAX_DESCRIPTION = 2000  # characters, the service's limit on descriptions
MAX_CREDIT = 512  # characters: a name, a year, a museum and an address
MAX_TOML_BYTES = 64 * 1024  # all of the above several times over
SCALES = (0.25, 4.0)  # the service's range
STRENGTHS = (0.0, 100.0)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Parameters that suit a style; None leaves a choice to the preset."""

    scale: float | None = None  # 0.25–4
    strength: float | None = None  # 0–100
    color: Color | None = None


@dataclass(frozen=True, slots=True)
class Description:
    """Texts of a style, trimmed, without control characters."""

    title: str
    description: str = ""
    tags: tuple[str, ...] = ()
    credit: str = ""
    license: str = ""
    suggested: Suggestion = field(default_factory=Suggestion)


def described(
    title: str, description: str = "", tags: Iterable[str] = (), credit: str = "", license: str = "", suggested: Suggestion | None = None
) -> Description:
    """A checked description. StyleRejected names the field that can't be used and why."""
    title = _text("title", title, MAX_TITLE)
    if not title:
        raise StyleRejected("title", "The title is empty; give the style a name.")
    found = list(dict.fromkeys(filter(None, (_text("tags", tag, MAX_TAG) for tag in tags))))
    if len(found) > MAX_TAGS:
        raise StyleRejected("tags", f"There are {len(found)} tags; give at most {MAX_TAGS}.")
    return Description(
        title=title,
        description=_text("description", description, MAX_DESCRIPTION),
        tags=tuple(found),
        credit=_text("credit", credit, MAX_CREDIT),
        license=_text("license", license, MAX_CREDIT),
        suggested=_checked(suggested or Suggestion()),
    )


def parse(data: bytes) -> Description:
    """From the bytes of a style.toml. StyleRejected when it is too long, no TOML, or has fields of a wrong kind; unknown keys are ignored."""
    if len(data) > MAX_TOML_BYTES:
        raise StyleRejected("description", f"style.toml has {len(data):,} bytes; keep it under {MAX_TOML_BYTES:,}.")
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise StyleRejected("description", f"style.toml can't be read ({error}); correct it or export the style again.") from error
    tags = table.get("tags", [])
    if not isinstance(tags, list):
        raise StyleRejected("tags", 'The tags in style.toml must be a list, such as tags = ["oil", "warm"].')
    suggested = table.get("suggested", {})
    if not isinstance(suggested, dict):
        raise StyleRejected("suggested", "In style.toml, [suggested] must be a table.")
    texts = {name: table.get(name, "") for name in ("title", "description", "credit", "license")}
    return described(**texts, tags=tags, suggested=_suggestion(suggested))


def formatted(description: Description) -> bytes:
    """The style.toml of a description; `parse` reads it back as it was."""
    lines = [f"{name} = {_quoted(getattr(description, name))}" for name in ("title", "description")]
    lines.append(f"tags = [{', '.join(map(_quoted, description.tags))}]")
    lines += [f"{name} = {_quoted(getattr(description, name))}" for name in ("credit", "license")]
    lines += ["", "[suggested]"]
    suggested = description.suggested
    lines += [f"{name} = {value!r}" for name, value in (("scale", suggested.scale), ("strength", suggested.strength)) if value is not None]
    if suggested.color is not None:
        lines.append(f"color = {_quoted(suggested.color.value)}")
    return ("\n".join(lines) + "\n").encode()


def _quoted(text: str) -> str:
    """A TOML basic string. JSON's escapes are TOML's, but for U+007F, which TOML wants escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _text(name: str, value: object, longest: int) -> str:
    if not isinstance(value, str):
        raise StyleRejected(name, f"The {name} must be text.")
    text = " ".join(value.split())
    if len(text) > longest:
        raise StyleRejected(name, f"The {name} has {len(text):,} characters; keep it to {longest}.")
    if not text.isprintable() or any("\ud800" <= character <= "\udfff" for character in text):
        raise StyleRejected(name, f"The {name} contains characters that can't be shown; leave them out.")
    return text


def _suggestion(table: Mapping[str, Any]) -> Suggestion:
    color = table.get("color")
    if color is not None and (not isinstance(color, str) or color not in list(Color)):
        raise StyleRejected("suggested", f"The suggested color must be one of {', '.join(Color)}.")
    return Suggestion(table.get("scale"), table.get("strength"), None if color is None else Color(color))


def _checked(suggested: Suggestion) -> Suggestion:
    return Suggestion(_number("scale", suggested.scale, SCALES), _number("strength", suggested.strength, STRENGTHS), suggested.color)


def _number(name: str, value: object, limits: tuple[float, float]) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or not limits[0] <= value <= limits[1]:
        raise StyleRejected("suggested", f"The suggested {name} must be a number from {limits[0]:g} to {limits[1]:g}.")
    return float(value)
