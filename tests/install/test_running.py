"""What running other programs promises: every line, the exit status, and an end that leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from restyle_install.running import NOT_STARTED, TIMED_OUT, run, run_side_by_side


def test_every_line_of_both_streams_is_handed_on() -> None:
    lines: list[str] = []
    assert run([sys.executable, "-c", "import sys; print('out'); sys.stdout.flush(); print('äöü', file=sys.stderr); sys.exit(3)"], lines.append) == 3
    assert lines[0] == "out"
    assert len(lines) == 2


def test_what_can_not_be_started_is_a_line_and_a_status() -> None:
    lines: list[str] = []
    assert run(["/nowhere/at-all"], lines.append) == NOT_STARTED
    assert "can't be started" in lines[0]


def test_a_program_never_waits_for_input() -> None:
    lines: list[str] = []
    assert run([sys.executable, "-c", "print(repr(input.__self__ and __import__('sys').stdin.read()))"], lines.append) == 0
    assert lines == ["''"]


@pytest.mark.skipif(os.name != "posix", reason="process groups")
def test_the_time_limit_ends_the_program_and_its_children(tmp_path: Path) -> None:
    child = (
        "import subprocess, sys, time; c = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); print(c.pid, flush=True); time.sleep(600)"
    )
    lines: list[str] = []
    assert run([sys.executable, "-c", child], lines.append, seconds=2) == TIMED_OUT
    # the child held the pipe: that run() came back says that the child is gone
    assert lines[0].isdigit()


@pytest.mark.skipif(os.name != "posix", reason="process groups")
def test_ctrl_c_lets_the_attended_program_end_cleanly() -> None:
    """The child takes its time over Ctrl-C, as a command that cancels a job on a server does."""
    child = (
        "import sys, time\n"
        "try:\n    print('ready', flush=True); time.sleep(600)\n"
        "except KeyboardInterrupt:\n    time.sleep(0.6); print('cleaned up', flush=True); sys.exit(130)"
    )
    parent = f"import sys; from restyle_install.running import attend; sys.exit(attend([sys.executable, '-c', {child!r}]))"
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout.read() == "cleaned up\n"
    assert process.returncode == 130


def test_programs_run_side_by_side_and_each_line_tells_whose_it_is() -> None:
    lines: list[tuple[str, str]] = []
    commands = {name: [sys.executable, "-c", f"import os, sys; print(os.environ['WHO']); sys.exit({status})"] for name, status in (("one", 0), ("two", 5))}
    environments = {name: {**os.environ, "WHO": f"I am {name}"} for name in ("one", "two", "three")}
    statuses = run_side_by_side(
        {**commands, "three": ["/nowhere/at-all"]}, lambda name, line: lines.append((name, line)), environments=environments, seconds=60
    )
    assert statuses == {"one": 0, "two": 5, "three": NOT_STARTED}
    assert sorted(lines)[::2] == [("one", "I am one"), ("two", "I am two")]


@pytest.mark.skipif(os.name != "posix", reason="process groups")
def test_ctrl_c_ends_all_that_run_side_by_side() -> None:
    child = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)"]
    parent = (
        "from restyle_install.running import run_side_by_side\n"
        f"child = {child!r}\n"
        "run_side_by_side({'one': child, 'two': child}, lambda name, line: print(line, flush=True), environments={'one': None, 'two': None})"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True) as process:
        assert process.stdout
        children = [int(process.stdout.readline()) for _ in range(2)]
        os.killpg(process.pid, signal.SIGINT)
        process.wait()
    for each in children:
        with pytest.raises(ProcessLookupError):
            os.kill(each, 0)
