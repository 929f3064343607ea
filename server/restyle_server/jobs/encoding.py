"""Owns a job's record as bytes, and what of it must hold before it is believed: records outlive servers, versions and disks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec

from .job import Job
from .states import JobState

ID = re.compile(r"[0-9a-f]{1,32}")  # also the name of the job's folder, so it must never lead anywhere else


class Unreadable(Exception):
    """This is no record that this server understands; the text says why, in a few words."""


def encode(job: Job) -> bytes:
    return _ENCODER.encode(job)


def decode(record: bytes | str, job_id: object) -> Job:
    """The job of this id, checked. Unreadable."""
    try:
        job = _DECODER.decode(record)
    except (msgspec.MsgspecError, ValueError, TypeError, NotImplementedError, RecursionError) as error:
        raise Unreadable("its record can't be read") from error
    if not ID.fullmatch(job.id):
        raise Unreadable("its record has no proper id")
    if job.id != job_id:
        raise Unreadable("its record is another job's")
    if job.state is JobState.UPLOADING or _empty(job):
        raise Unreadable("its record is incomplete")
    return job


def _empty(job: Job) -> bool:
    """Whether it lacks what its state promises."""
    if job.state is JobState.SUCCEEDED:
        return job.result is None and not job.look_id
    return not job.state.ended and job.order is None and job.lesson is None


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(type(value).__name__)


def _rich(kind: type, value: Any) -> Any:
    if issubclass(kind, Path):
        return Path(value)
    raise NotImplementedError(kind.__name__)


_ENCODER = msgspec.json.Encoder(enc_hook=_plain)
_DECODER = msgspec.json.Decoder(Job, dec_hook=_rich)
