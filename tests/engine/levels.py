"""Owns the levels of vgg16, which come with it so that nobody has to wait for its calibration: `python tests/engine/levels.py --write`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from restyle_engine.network import calibration
from restyle_engine.parameters import Pooling
from restyle_engine.store import Store
from restyle_server.weights.catalogue import SHIPPED

FOLDER = Path(calibration.__file__).parent / "levels"

if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(__doc__)
    shutil.rmtree(FOLDER, ignore_errors=True)
    for pooling in Pooling:
        calibration.network(SHIPPED, pooling, Store(FOLDER))
    FOLDER.chmod(0o755)
    for path in FOLDER.iterdir():
        path.chmod(0o644)
