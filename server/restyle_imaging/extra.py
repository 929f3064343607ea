"""Owns the packages that films and OpenEXR need beyond the rest, Restyle's extra `video`, and the sentence for when they are missing."""

from __future__ import annotations

import importlib.metadata
import shlex
import sys

from .errors import FilmError

MARK = "extra == 'video'"  # ends a requirement of the extra


def missing(what: str) -> FilmError:
    """what: "Films" or the like, which can't be had without the packages."""
    return FilmError(f"{what} need packages that are not installed yet; install them with: {command()}")


def command() -> str:
    """What puts the packages beside the very Python that runs, however Restyle came there: by its installer or by pip."""
    try:
        asked = importlib.metadata.requires("restyle") or []
    except importlib.metadata.PackageNotFoundError:
        asked = []
    packages = [each.partition(";")[0].strip() for each in asked if MARK in each.replace('"', "'")]
    return shlex.join([sys.executable, "-m", "pip", "install", *(packages or ["restyle[video]"])])
