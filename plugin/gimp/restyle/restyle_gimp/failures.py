"""Owns what stops a painting: one sentence for the person who started it."""

from __future__ import annotations

from typing import Any

from . import log, strings


class Failure(Exception):
    """Its text says what is wrong and what to do next."""


class Cancelled(Exception):
    """The person gave up; nothing is left behind."""


def ensured(result: Any, what: str) -> Any:
    """GIMP's own calls don't raise: they return False or None. Failure, naming `what` GIMP was asked to do."""
    if result is None or result is False:
        log.write(f"GIMP refused to {what}")
        raise Failure(strings.GIMP_REFUSED.format(what=what, log=log.path()))
    return result
