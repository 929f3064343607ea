"""Owns running other programs: their output line by line, a time limit, and an end that takes their children along. Standard library only."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

TIMED_OUT = 124  # exit status, as timeout(1) has it
NOT_STARTED = 127  # exit status, as shells have it


def run(
    command: Sequence[str | Path],
    on_line: Callable[[str], None],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    seconds: float | None = None,
) -> int:
    """Runs the command without stdin and hands every line of stdout and stderr to `on_line`, without its line end.

    Returns the exit status: TIMED_OUT after `seconds`, NOT_STARTED (and a line) when it can't be started. Ctrl-C ends the program and its children, too.
    """
    words = [str(word) for word in command]
    try:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=folder,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        on_line(f"{words[0]} can't be started ({error.strerror or error})")
        return NOT_STARTED
    late = threading.Event()

    def expire() -> None:
        late.set()
        _end(process)

    timer = threading.Timer(seconds, expire) if seconds is not None else None
    if timer:
        timer.daemon = True
        timer.start()
    try:
        for line in process.stdout or ():
            on_line(line.rstrip("\r\n"))
        status = process.wait()
    finally:
        if timer:
            timer.cancel()
        if process.poll() is None:
            _end(process)
    return TIMED_OUT if late.is_set() else status


def attend(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> int:
    """Runs the command on this very terminal and returns its exit status. Ctrl-C reaches the program, too, so that this only waits for it to end cleanly."""
    with subprocess.Popen([str(word) for word in command], env=environment) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue


def _end(process: subprocess.Popen[str]) -> None:
    """Ends the program and what it started; without process groups (Windows) the program alone."""
    with suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
