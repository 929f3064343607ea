"""Owns what is done with a painting when it comes: its job has succeeded, and its time is learned from."""

from __future__ import annotations

from restyle_engine.large import sizing

from ..jobs.states import JobState
from ..jobs.store import JobStore
from ..worker import messages as say
from .slots import DeviceSlot
from .throughput import Throughputs


def delivered(store: JobStore, throughputs: Throughputs, slot: DeviceSlot, message: say.Done) -> None:
    """Ends the job, and learns how long such a one takes on the slot's device."""
    job = store.find(message.job_id)
    if job is None or job.order is None or job.resolved is None:
        raise RuntimeError("a job that ran without an order")
    if not job.previous and job.order.basis is None:  # a follower and an update are painted by plans of their own
        throughputs.learn(slot.describe(), job.resolved, message.timing, warm=slot.warm)
    slot.warm = True
    content = job.order.content
    store.move(
        job.id,
        JobState.SUCCEEDED,
        result=message.result,
        progress=message.progress,
        finished_early=message.finished_early,
        frame_bytes=message.frame_bytes,
        warnings=(*message.warnings, *sizing.said(job.order.parameters, job.resolved, content.width, content.height)),
    )
