"""Owns the jobs' folders: payloads, snapshots of library styles, results."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path


class JobFolders:
    """One folder per job, named by its id, which the server itself has made up."""

    def __init__(self, root: Path) -> None:
        """OSError when the folder can't be made."""
        self._root = root
        root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def of(self, job_id: str) -> Path:
        return self._root / job_id

    def make(self, job_id: str) -> Path:
        """The job's folder, made. OSError."""
        folder = self.of(job_id)
        folder.mkdir(mode=0o700)
        return folder

    def result(self, job_id: str) -> Path:
        """Where the job's result lies, or will lie."""
        return self.of(job_id) / "result"

    def story(self, job_id: str) -> Path:
        """Where the job's story lies, or will lie, if it was ordered."""
        return self.of(job_id) / "story"

    def scale(self, job_id: str) -> Path:
        """Where the last scale that the job completed lies, once there is one."""
        return self.of(job_id) / "scale"

    def keep_scale(self, job_id: str) -> bool:
        """Removes everything but the last completed scale; all of it, and False, when there is none."""
        if not self.scale(job_id).exists():
            self.drop(job_id)
            return False
        self._keep(job_id, self.scale(job_id))
        return True

    def drop_inputs(self, job_id: str) -> None:
        """Removes everything but the result and the story."""
        self._keep(job_id, self.result(job_id), self.story(job_id))

    def _keep(self, job_id: str, *kept: Path) -> None:
        with contextlib.suppress(OSError):
            for path in self.of(job_id).iterdir():
                if path not in kept:
                    path.unlink(missing_ok=True)

    def drop(self, job_id: str) -> None:
        """Removes the job's folder with all that is in it."""
        shutil.rmtree(self.of(job_id), ignore_errors=True)

    def drop_strangers(self, known: set[str]) -> None:
        """Removes the folders of jobs that nobody knows: uploads that a killed server left behind."""
        for folder in self._root.iterdir():
            if folder.name not in known:
                shutil.rmtree(folder, ignore_errors=True)


def borrow(source: Path, target: Path) -> None:
    """The same bytes under another name: a hard link where the disk can, else a copy. OSError."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
