"""Owns running other programs: their output line by line, a time limit, and an end that takes their children along. Standard library only."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from .locking import held

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
    try:
        process = _started(command, environment, folder)
    except OSError as error:
        on_line(f"{command[0]} can't be started ({error.strerror or error})")
        return NOT_STARTED
    return _attended(process, on_line, seconds)


def run_side_by_side(
    commands: Mapping[str, Sequence[str | Path]],
    on_line: Callable[[str, str], None],
    *,
    environments: Mapping[str, Mapping[str, str] | None],
    folder: Path | None = None,
    seconds: float | None = None,
) -> dict[str, int]:
    """Runs all commands at once, each as `run` would, and returns their exit statuses by name.

    on_line(name, line) is called from several threads, one call at a time. environments: by name, as `commands`. seconds: for the whole. Ctrl-C ends them all.
    """
    statuses: dict[str, int] = {}
    processes: list[subprocess.Popen[str]] = []
    threads: list[threading.Thread] = []
    speaking = threading.Lock()

    def attend_to(name: str, process: subprocess.Popen[str]) -> None:
        def heard(line: str) -> None:
            with speaking:
                on_line(name, line)

        statuses[name] = _attended(process, heard, seconds)

    try:
        for name, command in commands.items():
            try:
                processes.append(_started(command, environments[name], folder))
            except OSError as error:
                with speaking:
                    on_line(name, f"{command[0]} can't be started ({error.strerror or error})")
                statuses[name] = NOT_STARTED
                continue
            threads.append(threading.Thread(target=attend_to, args=(name, processes[-1]), daemon=True))
            threads[-1].start()
        for thread in threads:
            thread.join()
    finally:
        for process in processes:
            if process.poll() is None:
                _end(process)
    return {name: statuses[name] for name in commands}


def _started(command: Sequence[str | Path], environment: Mapping[str, str] | None, folder: Path | None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        cwd=folder,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
        pass_fds=held(),
    )


def _attended(process: subprocess.Popen[str], on_line: Callable[[str], None], seconds: float | None) -> int:
    """Hands every line on until the process ends; its exit status, or TIMED_OUT."""
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
        if process.stdout:
            process.stdout.close()
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
