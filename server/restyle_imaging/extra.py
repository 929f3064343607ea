"""Owns the packages that some files need beyond the rest, Restyle's extras `video` and `formats`, and the sentence for when they are missing."""

from __future__ import annotations

import importlib.metadata
import shlex
import sys

from .errors import FilmError

FORMATS = "formats"  # HEIC, JPEG XL and Photoshop files, colour spaces of studios
VIDEO = "video"  # films, OpenEXR, cameras, strokes that follow what moves


def missing(what: str, extra: str = VIDEO) -> FilmError:
    """what: "Films" or the like, which can't be had without the packages."""
    return FilmError(f"{what} need packages that are not installed yet; install them with: {command(extra)}")


def command(extra: str = VIDEO) -> str:
    """What puts the packages beside the very Python that runs, however Restyle came there: by its installer or by pip."""
    try:
        asked = importlib.metadata.requires("restyle") or []
    except importlib.metadata.PackageNotFoundError:
        asked = []
    mark = f"extra == '{extra}'"  # ends a requirement of the extra
    packages = [each.partition(";")[0].strip() for each in asked if mark in each.replace('"', "'")]
    return shlex.join([sys.executable, "-m", "pip", "install", *(packages or [f"restyle[{extra}]"])])
