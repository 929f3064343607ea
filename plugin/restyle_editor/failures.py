"""Owns what stops a painting: one sentence for the person who started it, with what to do next."""

from __future__ import annotations

from . import catalogue, log, sentences
from .packages import client, settings

START = "spec.start.job_id"  # the request's field that names the painting to go on from


class Failure(Exception):
    """Its text says what is wrong and what to do next."""


def sentence(error: BaseException, more: str = "{sentence}") -> str:
    """What a person reads of an error; whatever is unforeseen goes into the log, and the sentence names it. Call it while handling the error.

    more: the words around what the server or the way to it said, but for a refusal, which needs no log.
    """
    if isinstance(error, Failure):
        return str(error)
    if isinstance(error, settings.RecipeError):
        return sentences.SETTING_WRONG.format(words=error)
    if not isinstance(error, client.RestyleError):
        log.write_traceback()
        return sentences.UNEXPECTED.format(log=log.path())
    log.write(f"{type(error).__name__}: {error}")
    if getattr(error, "field", "") == START:
        return sentences.CONTINUE_GONE
    if catalogue.language() and (words := _translated(error)):
        return words if isinstance(error, client.Refused) else more.format(sentence=words, log=log.path())
    text = str(error).removeprefix(f"{getattr(error, 'field', '')}: ")  # a path within the request, which means nothing to a painter
    if isinstance(error, client.Refused):
        return text[:1].upper() + text[1:]
    return more.format(sentence=text, log=log.path())


def _translated(error: client.RestyleError) -> str:
    """What the error's kind means, in the editor's language; empty for a refusal that only the server's own words, which are English, explain."""
    if isinstance(error, client.JobFailed):
        return sentences.FAILED.get(error.reason, "")
    if isinstance(error, client.TooLarge) and error.largest_size is not None:
        return sentences.TOO_LARGE.format(size=error.largest_size)
    return sentences.ERRORS.get(type(error).__name__, "")
