"""Owns what becomes of exceptions in what Qt and Krita call by themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..packages import log


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
