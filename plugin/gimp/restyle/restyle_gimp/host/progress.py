"""Owns what a message of a painting means for GIMP's bars: a text and how far it is."""

from __future__ import annotations

from restyle_editor.job_thread import Connected, Message
from restyle_editor.progress import Phase, standing
from restyle_editor.sequence import Course

from .. import strings


def state(message: Message, course: Course | None = None) -> tuple[str, float] | None:
    """The text and the fraction from 0 to 1; None when the message changes neither. course: of the run that the painting is a frame of."""
    if isinstance(message, Connected):
        phase, text, fraction = Phase.RUNNING, strings.PREPARING, 0.0
    elif (now := standing(message)) is not None:
        phase, text, fraction = now.phase, now.text, now.fraction or 0.0
    else:
        return None
    return (text, fraction) if course is None else (course.line(phase, text, fraction), course.fraction(fraction))
