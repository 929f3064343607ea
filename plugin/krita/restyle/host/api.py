"""Owns the way to Krita's own objects and to its Qt: Krita 5 brings PyQt5, Krita 6 PyQt6, and trying the wrong one aborts Krita."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def qt_major() -> int:
    """5 or 6, as this Krita says; before 5.3 it says nothing and is 5."""
    try:
        return int(import_module("pykrita").qt_major_version())
    except (ImportError, AttributeError):
        return 5


krita: Any = import_module("krita")
QT = qt_major()
QtCore: Any = import_module(f"PyQt{QT}.QtCore")
QtGui: Any = import_module(f"PyQt{QT}.QtGui")
QtWidgets: Any = import_module(f"PyQt{QT}.QtWidgets")


def application() -> Any:
    """The running Krita."""
    return krita.Krita.instance()


def buffer(array: Any) -> memoryview:
    """The bytes of a QByteArray, not copied; the view keeps it alive."""
    return memoryview(array)
