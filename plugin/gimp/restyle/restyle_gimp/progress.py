"""Owns what a message means for a progress bar: a text and how far it is."""

from __future__ import annotations

from restyle_client import Download, Job, JobState, Progress, Upload
from restyle_client.revival import Restarting

from . import strings
from .painting import Connected, Message

UPLOAD_SHARE, DOWNLOAD_SHARE = 0.05, 0.05  # of the bar


def state(message: Message) -> tuple[str, float] | None:
    """The text and the fraction from 0 to 1; None when the message changes neither."""
    if isinstance(message, Connected):
        return strings.PREPARING, 0.0
    if isinstance(message, Restarting):
        return strings.SERVER_RESTARTING, 0.0
    if isinstance(message, Upload):
        part = message.done / max(1, message.total)
        return strings.UPLOADING.format(percent=round(part * 100)), part * UPLOAD_SHARE
    if isinstance(message, Job) and message.state is JobState.QUEUED:
        return strings.queued(message.queue_position), 0.0
    if isinstance(message, Job) and message.state is JobState.RUNNING and message.progress is None:
        return strings.PREPARING, 0.0
    if isinstance(message, Progress):
        return strings.progress(message), UPLOAD_SHARE + message.fraction * (1 - UPLOAD_SHARE - DOWNLOAD_SHARE)
    if isinstance(message, Download):
        part = message.done / max(1, message.total)
        return strings.DOWNLOADING.format(percent=round(part * 100)), 1 - DOWNLOAD_SHARE * (1 - part)
    return None
