"""Owns what a message of a painting means for GIMP's bars: a text and how far it is."""

from __future__ import annotations

from restyle_editor.job_thread import Connected, Message
from restyle_editor.progress import standing

from .. import strings


def state(message: Message) -> tuple[str, float] | None:
    """The text and the fraction from 0 to 1; None when the message changes neither."""
    if isinstance(message, Connected):
        return strings.PREPARING, 0.0
    now = standing(message)
    return None if now is None else (now.text, now.fraction or 0.0)
