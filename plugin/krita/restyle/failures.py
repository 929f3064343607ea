"""Owns what stops a painting: one sentence for the person who started it, with what to do next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import log, strings
from .client import client, ranges


class Failure(Exception):
    """Its text says what is wrong and what to do next."""


def sentence(error: BaseException) -> str:
    """What a person reads of an error; whatever is unforeseen goes into the log, and the sentence names it. Call it while handling the error."""
    if isinstance(error, Failure):
        return str(error)
    if isinstance(error, ranges.RecipeError):
        return f"{error}."
    if isinstance(error, client.RestyleError):
        log.write(f"{type(error).__name__}: {error}")
        field = getattr(error, "field", "")  # a path within the request, which means nothing to a painter
        return str(error).removeprefix(f"{field}: ")
    log.write_traceback()
    return strings.UNEXPECTED.format(log=log.path())


def guarded(deed: Callable[..., Any]) -> Callable[..., Any]:
    """For what Qt and Krita call by themselves: whatever goes wrong is logged, because Krita shows an exception there in a modal box."""

    def safe(*arguments: Any) -> Any:
        try:
            return deed(*arguments)
        except Exception:
            log.write_traceback()
            return None

    return safe


def caught(deed: Callable[[Any], None], broke: Callable[[Exception], None]) -> Callable[[Any], None]:
    """The deed, with `broke` for what goes wrong in it at once."""

    def safe(value: Any) -> None:
        try:
            deed(value)
        except Exception as error:
            broke(error)

    return safe
