"""Owns the files of a machine that paints for a server elsewhere: what came, by content, each once for all its workers; and the folders of jobs."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from pathlib import Path
from typing import Any

from restyle_contract.files import replacing

from .goods import Absent, Blob, Place

FORGOTTEN_SECONDS = 7 * 86_400.0  # after which the folder of a node that is no more goes
STOCK_BYTES = 4 << 30  # that are kept for later jobs: weights, styles, and frames that others follow


class Stock:
    """One folder, whose blobs all workers of the machine share. node: whose jobs' folders are its own. OSError when it can't be made."""

    def __init__(self, root: Path, node: str) -> None:
        self._root, self._blobs = root / node, root / "blobs"
        self._jobs = self._root / "jobs"
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        _forget(root, node)
        for folder in (self._blobs, self._jobs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def lacks(self, blob: Blob) -> bool:
        """Else it is noted as used. Of another size is what a machine had not written yet when it lost its power."""
        with contextlib.suppress(OSError):
            if self._at(blob).stat().st_size == blob.size:
                self._stamp(blob)
                return False
        return True

    def keep(self, blob: Blob, data: Any) -> None:
        """data: a buffer. OSError."""
        self._make_room(memoryview(data).nbytes)
        with replacing(self._at(blob), lasting=False) as part:
            part.write_bytes(data)
        self._stamp(blob)

    def folder(self, job_id: str) -> Path:
        """Of a job, made. OSError."""
        found = self._jobs / job_id
        found.mkdir(mode=0o700, parents=True, exist_ok=True)
        return found

    def lay(self, what: Blob | Place | Absent, job_id: str) -> Path:
        """Where a file of a command is, or will be. OSError."""
        match what:
            case Place():
                path = (self.folder(job_id) if job_id else self._root) / what.name
                if what.begun is not None:
                    path.unlink(missing_ok=True)
                    shutil.copyfile(self._at(what.begun), path)
                return path
            case Blob(linked=True):
                path = self.folder(job_id) / f"{what.digest[:16]}.{what.name}"
                if not path.exists():
                    _same(self._at(what), path)
                return path
            case Blob():
                return self._at(what)
        return self._root / "nowhere" / what.name

    def drop(self, job_id: str) -> None:
        """The job has ended: its folder goes."""
        shutil.rmtree(self._jobs / job_id, ignore_errors=True)

    def _at(self, blob: Blob) -> Path:
        return self._blobs / blob.digest

    def _stamp(self, blob: Blob) -> None:
        os.utime(self._at(blob), ns=(time.time_ns(), blob.stamp))

    def _make_room(self, wanted: int) -> None:
        """What was used longest ago goes first."""
        with contextlib.suppress(OSError):
            found = sorted((entry.stat().st_atime_ns, entry.stat().st_size, entry.path) for entry in os.scandir(self._blobs))
            held = sum(size for _, size, _ in found) + wanted
            for _, size, path in found:
                if held <= STOCK_BYTES:
                    return
                Path(path).unlink(missing_ok=True)
                held -= size


def _forget(root: Path, node: str) -> None:
    """The folders of nodes that ended long ago, and never drop theirs themselves."""
    for path in root.iterdir():
        if path.name not in (node, "blobs") and path.is_dir() and time.time() - _used(path) > FORGOTTEN_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


def _used(folder: Path) -> float:
    """When a job of the node began or ended last: the folder itself stays as it is meanwhile."""
    with contextlib.suppress(OSError):
        return (folder / "jobs").stat().st_mtime
    return folder.stat().st_mtime


def _same(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
