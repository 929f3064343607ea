"""Owns a launcher for tests: the real server with the fake engine. `python tests/fake_server.py [the options of python -m restyle_server]`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # so that the worker finds fake_engine

from restyle_server.__main__ import main

if __name__ == "__main__":
    sys.exit(main(adjust=lambda config: replace(config, engine_factory="fake_engine:engine")))
