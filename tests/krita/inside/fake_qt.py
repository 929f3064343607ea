"""Owns which Qt the plug-in is tested with."""

from __future__ import annotations

import importlib
import os
from typing import Any

QT = int(os.environ.get("RESTYLE_TEST_QT", "5"))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
QtCore: Any = importlib.import_module(f"PyQt{QT}.QtCore")
QtGui: Any = importlib.import_module(f"PyQt{QT}.QtGui")
QtWidgets: Any = importlib.import_module(f"PyQt{QT}.QtWidgets")
