"""Owns the loop over the frames of an animation: each is read, painted and put into the film before the next one is composed."""

from __future__ import annotations

from collections.abc import Callable

from restyle_client import JobRequest, Result
from restyle_editor import log
from restyle_editor.failures import Failure
from restyle_editor.recipes import Recipe
from restyle_editor.sequence import Course

from .. import strings
from .failures import Cancelled
from .film import Film
from .frames import Frames, first_request, later_request

Paint = Callable[[JobRequest, Course], Result | None]  # None when the person gave up


def paint_all(found: Frames, film: Film, recipe: Recipe, paint: Paint, stopped: Callable[[], bool], *, batch: bool) -> str:
    """Fills the film; what became of it, in a sentence. stopped: whether the person wants no further frame.

    Cancelled when there is none to keep. Failure; the film keeps the frames that are painted, and the sentence says how many.
    """
    course = Course(found.count)
    try:
        _fill(found, film, recipe, paint, stopped, course, batch)
    except Failure as failure:
        if not course.painted:
            film.discard()
            raise
        raise Failure(f"{failure} {_told(found, recipe, course)}") from failure
    finally:
        film.close()
    if not course.painted:
        film.discard()
        if course.done < course.count:
            raise Cancelled
        raise Failure(strings.EMPTY_FRAMES.format(name=found.title))
    words = _told(found, recipe, course)
    log.write(words)
    return words


def _fill(found: Frames, film: Film, recipe: Recipe, paint: Paint, stopped: Callable[[], bool], course: Course, batch: bool) -> None:
    first: JobRequest | None = None
    for frame in found:
        if stopped():
            return
        course.begin()
        request = first_request(frame, recipe, batch=batch) if first is None else later_request(frame, first)
        first = first or request
        result = paint(request, course) if request is not None else None
        if request is not None and result is None:
            return
        film.add(frame, result)
        course.ended(painted=result is not None)


def _told(found: Frames, recipe: Recipe, course: Course) -> str:
    return strings.DONE_FRAMES.format(name=strings.layer_name(found.title, recipe.title), done=course.painted, count=course.count)
