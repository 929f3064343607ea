"""Owns what stops a painting in GIMP alone: the person who gives up, and what GIMP refuses."""

from __future__ import annotations

from typing import Any

from restyle_editor import log
from restyle_editor.failures import Failure

from .. import strings


class Cancelled(Exception):
    """The person gave up; nothing is left behind."""


def ensured(result: Any, what: str) -> Any:
    """GIMP's own calls don't raise: they return False or None. Failure, naming `what` GIMP was asked to do."""
    if result is None or result is False:
        log.write(f"GIMP refused to {what}")
        raise Failure(strings.GIMP_REFUSED.format(what=what, log=log.path()))
    return result
