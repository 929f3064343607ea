"""The stubs are what the proto says; a slow watcher costs three events and no more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from restyle_server.jobs.job import Report
from restyle_server.jobs.watching import Channel
from restyle_server.worker.engine import Picture

ROOT = Path(__file__).parents[2]
NO_GENERATORS = 3  # exit status of generate.py without a network


@pytest.mark.slow
def test_both_sets_of_stubs_are_what_the_proto_says():
    ended = subprocess.run([sys.executable, ROOT / "protos" / "generate.py", "--check"], capture_output=True, text=True, check=False)
    if ended.returncode == NO_GENERATORS:
        pytest.skip("the generators can't be installed here")
    assert ended.returncode == 0, ended.stderr


def test_a_watcher_that_does_not_look_costs_one_event_of_each_kind():
    channel = Channel(0)
    with channel.joined(None, previews=64) as watcher:
        list(watcher.take())
        for step in range(1000):
            channel.publish(Report(1, 1, 16, 16, step, 1000, step / 1000, 1.0, 0.5, 0.5, 1.0, None))
            channel.publish(Picture(1, 1, bytes([step % 256, 0, 0, 255])))
        waiting = list(watcher.take())
    assert [type(event.what).__name__ for event in waiting] == ["Report", "Picture"]
    assert [event.sequence for event in waiting] == [2000, 2001]
    assert waiting[0].what.step == 999
