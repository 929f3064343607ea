"""Owns the promises about what the bar of a painting says."""

from __future__ import annotations

import pytest
from restyle_client import Download, Job, JobState, Progress, Upload
from restyle_editor.job_thread import Connected
from restyle_gimp.host.progress import state

AT_WORK = Progress(
    scale=2, scales=3, width=256, height=192, step=7, steps=60, fraction=0.5, loss=1.0, content_loss=0.5, style_loss=0.5, elapsed_seconds=3.0, eta_seconds=70.0
)


def job(position: int, state_: JobState = JobState.QUEUED) -> Job:
    return Job("j1", state_, queue_position=position)


@pytest.mark.parametrize(
    ("position", "text"), [(1, "Waiting: next in the queue"), (2, "Waiting: place 2 in the queue"), (12, "Waiting: place 12 in the queue")]
)
def test_who_waits_is_told_the_place_in_the_queue(position: int, text: str) -> None:
    assert state(job(position)) == (text, 0.0)


def test_who_is_painted_is_told_scale_step_and_time_left() -> None:
    text, fraction = state(AT_WORK) or ("", 0.0)
    assert text == "Scale 2 of 3 (256 × 192 px), step 7 of 60 · 70 s left"
    assert 0.4 < fraction < 0.6


def test_the_bar_never_goes_back() -> None:
    way = [Connected(), Upload(0, 10), Upload(10, 10), AT_WORK, Download(0, 10), Download(10, 10)]
    fractions = [found[1] for message in way if (found := state(message))]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
