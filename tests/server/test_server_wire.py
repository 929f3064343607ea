"""The stubs are what the proto says; a slow watcher costs three events and no more."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from restyle_server.jobs.job import Job
from restyle_server.jobs.watching import Channel, events
from restyle_server.records.progress import Preview, Progress

ROOT = Path(__file__).parents[2]
NO_GENERATORS = 3  # exit status of generate.py without a network
BEGINS = cast("Job", "as it begins")  # a channel passes on what it is given and looks at none of it
PROGRESS = Progress(1, 1, 16, 16, 0, 1000, 0.0, 1.0, 0.5, 0.5, 1.0)


@pytest.mark.slow
def test_both_sets_of_stubs_are_what_the_proto_says() -> None:
    ended = subprocess.run([sys.executable, ROOT / "protos" / "generate.py", "--check"], capture_output=True, text=True, check=False)
    if ended.returncode == NO_GENERATORS:
        pytest.skip("the generators can't be installed here")
    assert ended.returncode == 0, ended.stderr


def test_a_watcher_that_does_not_look_costs_one_event_of_each_kind() -> None:
    channel = Channel(0)
    with channel.joined(BEGINS, previews=64) as watcher:
        list(watcher.take())
        for step in range(1000):
            channel.publish(replace(PROGRESS, step=step))
            channel.publish(Preview(1, 1, bytes([step % 256, 0, 0, 255])))
        waiting = list(watcher.take())
    assert [type(event.what).__name__ for event in waiting] == ["Progress", "Preview"]
    assert [event.sequence for event in waiting] == [2000, 2001]
    assert isinstance(waiting[0].what, Progress) and waiting[0].what.step == 999


async def test_what_is_told_while_an_event_is_on_its_way_is_told_although_the_watching_ends() -> None:
    channel = Channel(0)
    with channel.joined(BEGINS, previews=0) as watcher:
        heard = events(watcher)
        assert (await anext(heard)).what is BEGINS
        channel.publish(PROGRESS)  # the first is still being sent
        channel.close()
        assert [event.what async for event in heard] == [PROGRESS]
