"""Owns what stops a painting: one sentence for the person who started it, with what to do next."""

from __future__ import annotations

from . import log, sentences
from .packages import client, settings


class Failure(Exception):
    """Its text says what is wrong and what to do next."""


def sentence(error: BaseException, more: str = "{sentence}") -> str:
    """What a person reads of an error; whatever is unforeseen goes into the log, and the sentence names it. Call it while handling the error.

    more: the words around what the server or the way to it said, but for a refusal, which needs no log.
    """
    if isinstance(error, Failure):
        return str(error)
    if isinstance(error, settings.RecipeError):
        return f"{error}."
    if not isinstance(error, client.RestyleError):
        log.write_traceback()
        return sentences.UNEXPECTED.format(log=log.path())
    log.write(f"{type(error).__name__}: {error}")
    text = str(error).removeprefix(f"{getattr(error, 'field', '')}: ")  # a path within the request, which means nothing to a painter
    if isinstance(error, client.Refused):
        return text[:1].upper() + text[1:]
    return more.format(sentence=text, log=log.path())
