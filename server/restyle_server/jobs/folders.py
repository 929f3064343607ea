"""Owns the jobs' folders: payloads, snapshots of library styles, results, and a copy of each job's record, by which it is known when the journal is lost."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from restyle_contract.files import PART, atomic_write

from .encoding import Unreadable, decode, encode
from .job import Job

LOWERED = "lowered-*"
UPLOADING = "uploading"  # an empty file: what lies beside it was never a job
RECORD_BYTES = 256 << 20  # more than any record has: two dozen colour profiles, of which each may have 4 MiB
# What else lies there is somebody else's.
KNOWN = re.compile(rf"(payload|style|kept|basis|lowered)-\d+|start|scale|learned|frame|result|story|record|uploading|{PART.pattern}")


class JobFolders:
    """One folder per job, named by its id, which the server itself has made up."""

    def __init__(self, root: Path) -> None:
        """OSError when the folder can't be made."""
        self._root = root
        self._lowered = 0
        root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def of(self, job_id: str) -> Path:
        return self._root / job_id

    def make(self, job_id: str) -> Path:
        """The job's folder, made. OSError."""
        folder = self.of(job_id)
        folder.mkdir(mode=0o700)
        (folder / UPLOADING).touch(mode=0o600)
        return folder

    def note(self, job: Job) -> None:
        """Puts a copy of the job's record beside its files. OSError."""
        atomic_write(self.record(job.id), encode(job), lasting=False)  # as the journal, whose twin it is
        (self.of(job.id) / UPLOADING).unlink(missing_ok=True)

    def noted(self, path: Path) -> Job | None:
        """The job of a folder, as its copy tells; None when there is none to read. Unreadable for one that can't be understood."""
        if path.is_symlink() or not path.is_dir():
            raise Unreadable("it is no folder of a job")
        record = path / "record"
        try:
            if record.exists() and not (record.is_file() and record.stat().st_size <= RECORD_BYTES):
                raise Unreadable("its record is no file of a record's size")
            return decode(record.read_bytes(), path.name)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unreadable(f"its record can't be read ({error.strerror})") from error

    def record(self, job_id: str) -> Path:
        """Where the copy of the job's record lies, once it waits."""
        return self.of(job_id) / "record"

    def result(self, job_id: str) -> Path:
        """Where the job's result lies, or will lie."""
        return self.of(job_id) / "result"

    def report(self, job_id: str) -> Path:
        """Where the job's report lies, or will lie, if it was ordered."""
        return self.of(job_id) / "story"  # the name that folders of earlier servers have

    def frame(self, job_id: str) -> Path:
        """Where what the job's followers need lies, or will lie, if it was ordered as part of a sequence."""
        return self.of(job_id) / "frame"

    def lowered(self, job_id: str) -> Path:
        """Where the job's result at another strength lies while it is read; another name each time."""
        self._lowered += 1
        return self.of(job_id) / f"lowered-{self._lowered}"

    def checkpoint(self, job_id: str) -> Path:
        """Where the last scale that the job completed lies, once there is one."""
        return self.of(job_id) / "scale"

    def learned(self, job_id: str) -> Path:
        """Where what the job's look has learned lies, once there is something."""
        return self.of(job_id) / "learned"

    def keep_checkpoint(self, job_id: str) -> bool:
        """Removes everything but the last completed scale and the record; all of it, and False, when there is none."""
        if not self.checkpoint(job_id).exists():
            self.drop(job_id)
            return False
        self._keep(job_id, self.checkpoint(job_id), self.record(job_id))
        return True

    def drop_inputs(self, job_id: str, *kept: Path) -> None:
        """Removes everything but the result, the report, the frame, the record, and what else is kept."""
        self._keep(job_id, self.result(job_id), self.report(job_id), self.frame(job_id), self.record(job_id), *kept)

    def drop(self, job_id: str) -> None:
        """Removes the job's folder with all that is the job's."""
        self._keep(job_id)
        with contextlib.suppress(OSError):
            self.of(job_id).rmdir()

    def all(self) -> Iterator[Path]:
        """What lies there, but for uploads that broke off, and paintings at other strengths, which nobody reads any more: they are removed. OSError."""
        for path in sorted(self._root.iterdir()):
            if self._broke_off(path):
                self.drop(path.name)
                continue
            for left in () if path.is_symlink() else path.glob(LOWERED):
                _remove(left)
            yield path

    def _broke_off(self, path: Path) -> bool:
        with contextlib.suppress(OSError):
            names = {found.name for found in path.iterdir()} if not path.is_symlink() else set()
            return UPLOADING in names and not names & {"record", "result"}
        return False

    def _keep(self, job_id: str, *kept: Path) -> None:
        with contextlib.suppress(OSError):
            for path in self.of(job_id).iterdir():
                if path not in kept and KNOWN.fullmatch(path.name):
                    _remove(path)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def borrow(source: Path, target: Path) -> None:
    """The same bytes under another name: a hard link where the disk can and only the user reads the file, for a link has its mode; else a copy. OSError."""
    if os.name != "posix" or not source.stat().st_mode & 0o077:
        with contextlib.suppress(OSError):
            os.link(source, target)
            return
    shutil.copyfile(source, target)
    target.chmod(0o600)
