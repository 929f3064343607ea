"""Owns where the plug-in's own modules are found by tests that need no GIMP."""

from __future__ import annotations

import sys
from pathlib import Path

PLUGIN = Path(__file__).resolve().parents[2] / "plugin" / "gimp" / "restyle"
sys.path.insert(0, str(PLUGIN))
