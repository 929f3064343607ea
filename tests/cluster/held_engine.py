"""Owns a fake engine that is seen at work by all processes of this machine: it holds a file of its job locked while it paints, and says when another did so."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

from fake_engine import SCRIPT, FakeEngine
from restyle_engine.verdict import Between, go_on
from restyle_server.records.order import Order
from restyle_server.worker.engine import Observer, Painted

FOLDER = "RESTYLE_TEST_HELD"  # variable that names it


class HeldEngine(FakeEngine):
    """In the folder lie the script of all machines; JOB.held, one line for each time that it was begun, and JOB.twice when two painted it at once."""

    def paint(self, order: Order, observe: Observer, between: Between = go_on) -> Painted:
        job = order.content.path.parent
        folder = Path(os.environ[FOLDER])
        shutil.copyfile(folder / SCRIPT, job.parent.parent / SCRIPT)
        with (folder / f"{job.name}.held").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                (folder / f"{job.name}.twice").touch()
            file.write("begun\n")
            file.flush()
            return super().paint(order, observe, between)


def engine(device_id: str) -> HeldEngine:
    """Its factory."""
    return HeldEngine(device_id)
