"""Owns which language Krita speaks: its own choice, which may be another one than the system's."""

from __future__ import annotations

from .api import QtCore

CHOSEN = "klanguageoverridesrc"  # where Settings ▸ Switch Application Language… keeps it


def languages() -> list[str]:
    """The dearest first, such as "de", or "de-DE", "de"."""
    folder = QtCore.QStandardPaths.writableLocation(QtCore.QStandardPaths.StandardLocation.GenericConfigLocation)
    chosen = QtCore.QSettings(f"{folder}/{CHOSEN}", QtCore.QSettings.Format.IniFormat).value("Language/krita", "")
    if isinstance(chosen, list):  # what has a comma in it
        chosen = ":".join(map(str, chosen))
    text = chosen if isinstance(chosen, str) else bytes(chosen or b"").decode("utf-8", "replace")
    return [each for each in text.split(":") if each] or list(QtCore.QLocale.system().uiLanguages())
