"""Owns the painter of a plug-in that came alone: its environment and launcher, told of, made and taken away again, by a program that the plug-in starts.

Any Python of making.OLDEST_PYTHON runs it, out of the plug-in's own folder. It speaks to the plug-in in lines of JSON on stdout, and stops what it does when
its stdin ends: somebody has pressed Cancel, or the editor is gone. Standard library only.
"""

from __future__ import annotations

import _thread
import argparse
import json
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from restyle_contract.files import sweep

from . import home, making, removing, stopping
from .home import Choices
from .installing import Installer
from .making import EnvironmentProblem, Machine
from .places import PAINTER_LOG, Places, places
from .placing import PlacingError
from .torch_builds import choose

MADE = "restyle-by-plugin"  # file in an environment that was made from here: what Undo removes
RAW = ("--progress-bar", "raw")  # how pip 24.1 and newer tell in lines how far they are
PLAIN = ("--progress-bar", "off")  # older ones, as Python 3.11 and 3.12 bring them, tell whole files
PROGRESS = re.compile(r"Progress (\d+) of (\d+)")
WHOLE = re.compile(r"Downloading \S+ \(([\d.]+) ([kMG])B\)")
BYTES = {"k": 1e3, "M": 1e6, "G": 1e9}
ALMOST = 0.97  # of the progress: unpacking says nothing, and comes last

Tell = Callable[[str, object], None]


class Listening:
    """Runs programs as `run` does, writes down all that they say, and tells it: "line", and as "share" how much of `total` bytes is downloaded, 0–1."""

    def __init__(self, machine: Machine, log: Path, tell: Tell, total: float) -> None:
        self._machine, self._log, self._tell, self._total = machine, log, tell, total
        self._whole = self._got = 0  # bytes: of files that came before, of the one that comes
        self._said = ""  # the last line
        self._raw: dict[str, bool] = {}  # by Python: whether its pip knows RAW

    def machine(self) -> Machine:
        return replace(self._machine, run=self._run)

    def say(self, line: str) -> None:
        if line.strip() and self._said.startswith(line.strip()):
            return  # a line of pip's, which the installer chose to tell people
        self._said = line.strip()
        with self._log.open("a", encoding="utf-8", errors="backslashreplace") as file:  # a path may be any bytes
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {line}\n")
        if line.strip():
            self._tell("line", line.strip())

    def _run(self, command: Sequence[str | Path], on_line: Callable[[str], None], *, environment: Mapping[str, str] | None = None) -> int:
        words = [str(word) for word in command]
        exact = words[1:4] == ["-m", "pip", "install"] and self._tells(words, environment)
        if words[1:4] == ["-m", "pip", "install"]:
            words[4:4] = RAW if exact else PLAIN
        coming = 0  # bytes of the file that an older pip loads

        def heard(line: str) -> None:
            nonlocal coming
            if (found := PROGRESS.fullmatch(line.strip())) is not None:
                self._progress(int(found[1]), int(found[2]))
                return
            if coming:
                self._progress(coming, coming)
            coming = 0 if exact or (found := WHOLE.match(line.strip())) is None else int(float(found[1]) * BYTES[found[2]])
            self.say(line)
            on_line(line)

        return self._machine.run(words, heard, environment=environment)

    def _progress(self, got: int, size: int) -> None:
        self._got = 0 if got >= size else got
        self._whole += size if got >= size else 0
        self._tell("share", min(ALMOST, (self._whole + self._got) / self._total))

    def _tells(self, words: list[str], environment: Mapping[str, str] | None) -> bool:
        if words[0] not in self._raw:
            self._raw[words[0]] = self._machine.run([*words[:4], *RAW, "--help"], lambda _line: None, environment=environment) == 0
        return self._raw[words[0]]


def plan(where: Places, machine: Machine, tell: Tell) -> None:
    """Tells what installing would cost: gigabytes to "download" and on "disk", and in which "folder". EnvironmentProblem where it could not be done."""
    build = choose(machine)
    making.check(machine, where.environment, build.need)
    tell("plan", {"download": build.need.gigabytes, "disk": build.need.on_disk, "folder": str(where.environment)})


def install(where: Places, machine: Machine, tell: Tell, wheel: Path, packages: Path | None) -> None:
    """Makes the environment and, last, the launcher by which every editor finds it. EnvironmentProblem, OSError.

    Stopped half-way, nothing is left of it but the log.
    """
    where.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    build = choose(machine)
    listening = Listening(machine, where.data / PAINTER_LOG, tell, build.need.gigabytes * 1e9)
    source, choices = home.source_of_wheel(wheel), Choices(False, "auto", build, packages)
    with making.alone(where.environment, listening.say):
        (where.data / PAINTER_LOG).write_text("", "utf-8")
        before = home.kept(where.environment)
        if not home.fits(before, source, choices):
            stopping.stop_server(where, listening.say)
            try:
                home.install(source, where.environment, choices, listening.machine(), listening.say)
            except KeyboardInterrupt:
                _drop(where.environment)
                raise
            if before is None:
                (where.environment / MADE).write_text("", "utf-8")
        Installer(where, machine, listening.say).launcher(source.version, making.python_of(where.environment), client=False)


def remove(where: Places, tell: Tell) -> None:
    """Takes away what `install` made, and nothing else. EnvironmentProblem, OSError."""

    def say(line: str) -> None:
        tell("line", line)

    from restyle_client import discovery

    folder = where.environment
    with making.alone(folder, say):
        if (folder / MADE).exists() or _unfinished(folder):
            stopping.stop_server(where, say)
            removing.environment(folder, say)
            known = discovery.read_launcher(where.launcher)
            if known is not None and known.command[:1] == (str(making.python_of(folder)),):
                where.launcher.unlink()
        elif (folder / making.STAMP).exists():
            raise EnvironmentProblem(f"The painter in {folder} was there before; remove it with: {making.program_of(folder, 'restyle')} uninstall")
        (where.data / PAINTER_LOG).unlink(missing_ok=True)
        sweep(where.data)
        with suppress(OSError):
            where.data.rmdir()  # only when nothing else is in it


def _drop(folder: Path) -> None:
    """Removes an environment that was not finished; what pip or uv have downloaded is kept by them."""
    if _unfinished(folder):
        making.remove(folder)


def _unfinished(folder: Path) -> bool:
    return (folder / making.MARK).exists() and not (folder / making.STAMP).exists()


def _watch() -> None:
    """Interrupts this program, and with it what it runs, when its stdin ends."""
    while os.read(0, 1):
        pass
    if sys.platform == "win32":
        _thread.interrupt_main()
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)  # a call that waits is woken, too


def main(words: list[str]) -> int:
    """Exit status 0, or 1 when it "failed", of which the sentence was told."""
    parser = argparse.ArgumentParser(prog="painter")
    parser.add_argument("deed", choices=("plan", "install", "remove"))
    parser.add_argument("--wheel", type=Path)
    parser.add_argument("--packages", type=Path)
    given = parser.parse_args(words)

    def tell(kind: str, value: object) -> None:
        with suppress(OSError):  # the editor is gone: what its end has to say comes by stdin
            sys.stdout.write(json.dumps({kind: value}) + "\n")  # at once: whoever is interrupted leaves no half a line
            sys.stdout.flush()

    signal.signal(signal.SIGINT, signal.default_int_handler)  # an editor that a script started in the background has it ignored, and so would this program
    try:
        threading.Thread(target=_watch, daemon=True).start()
        machine, where = Machine(), places()
        with making.sentences(where.data):
            if given.deed == "plan":
                plan(where, machine, tell)
            elif given.deed == "install":
                install(where, machine, tell, given.wheel, given.packages)
            else:
                remove(where, tell)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # too late: it is done
    except (EnvironmentProblem, PlacingError) as problem:
        tell("failed", {"kind": type(problem).__name__, "words": str(problem)})
        return 1
    except KeyboardInterrupt:
        tell("failed", {"kind": "Cancelled", "words": "Cancelled."})
        return 1
    tell("done", given.deed)
    return 0
