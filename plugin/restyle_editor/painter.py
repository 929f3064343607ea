"""Owns the offer to install the painter where a plug-in came alone: whether it is made, how far it is, and what comes of it.

The work itself is done by restyle_install, which travels with a plug-in that is put in by hand, in a Python of its own: an editor's loop never waits for it.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any

from . import log, pythons, sentences
from .failures import Failure, sentence
from .packages import client, discovery, paths

PLACE = Path(__file__).resolve().parent.parent  # the plug-in's own folder
WHEEL = "restyle-[0-9]*-py3-none-any.whl"
PACKAGES = "RESTYLE_PACKAGES"  # names a folder of wheels, from which all is taken, and nothing from the network
LOG_FILE, ENVIRONMENT, STAMP, MADE = "painter-install.log", "environment", "restyle-stamp.json", "restyle-by-plugin"  # as the installer calls them
ANSWER_SECONDS = 0.5  # of a server on this machine, which takes or refuses a connection at once
START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from restyle_install.painter import main; sys.exit(main(sys.argv[1:]))"

Tell = Callable[[Callable[[Any], None], Any], None]


class Stage(str, Enum):
    ABSENT = "absent"  # nothing is offered: the painter is there, or this plug-in was put in by an installer
    MISSING = "missing"
    LOOKING = "looking"  # what it would take
    OFFERED = "offered"
    WORKING = "working"  # installs
    CANCELLING = "cancelling"
    DONE = "done"
    REMOVING = "removing"
    FAILED = "failed"


class Installation:
    """tell: from any thread, has a function called with a value on the editor's own. changed: called there whenever something here is new.

    words: what a person is told now. line: the last of the log. share: of the download, 0–1; None where nobody knows.
    """

    def __init__(self, tell: Tell, changed: Callable[[], None], place: Path = PLACE) -> None:
        self._tell, self._changed, self._place = tell, changed, place
        self.stage = Stage.MISSING if missing(place) else Stage.ABSENT
        self.words, self.line = sentences.PAINTER_LOOKING, ""
        self.share: float | None = None
        self._plan: dict[str, Any] = {}
        self._problem: dict[str, str] | None = None
        self._done, self._trouble = False, ""  # whether the program has said that it is done; the last of what it said beside its events
        self._process: subprocess.Popen[str] | None = None

    @property
    def offered(self) -> bool:
        """Whether there is something to show in the place of all else."""
        return self.stage is not Stage.ABSENT

    @property
    def busy(self) -> bool:
        return self.stage in (Stage.LOOKING, Stage.WORKING, Stage.CANCELLING, Stage.REMOVING)

    @property
    def can_install(self) -> bool:
        return self.stage is Stage.OFFERED or (self.stage is Stage.FAILED and bool(self._plan))

    @property
    def can_cancel(self) -> bool:
        """Looking can last as well: uv may fetch a Python for it."""
        return self.stage in (Stage.LOOKING, Stage.WORKING)

    @property
    def can_undo(self) -> bool:
        """Whether there is something that Install made."""
        return self.stage is Stage.DONE or (self.stage in (Stage.OFFERED, Stage.FAILED) and (self.has_log or _there(self.environment / MADE)))

    @property
    def log(self) -> Path:
        """All that was said while it was installed last."""
        return discovery.data_dir() / LOG_FILE

    @property
    def has_log(self) -> bool:
        return _there(self.log)

    @property
    def environment(self) -> Path:
        return discovery.data_dir() / ENVIRONMENT

    @property
    def can_retry(self) -> bool:
        """Whether it could not be found out what it takes."""
        return self.stage is Stage.FAILED and not self._plan

    def look(self) -> None:
        """Finds out what it takes, once."""
        if self.stage is Stage.MISSING:
            self.retry()

    def retry(self) -> None:
        if self.stage is Stage.MISSING or self.can_retry:
            self._begin(Stage.LOOKING, sentences.PAINTER_LOOKING, "plan")

    def install(self) -> None:
        if not self.can_install:
            return
        try:
            more = self._source()
        except Failure as failure:
            self._stand(Stage.FAILED, str(failure))
            return
        self._begin(Stage.WORKING, sentences.PAINTER_WORKING.format(folder=self.environment), "install", more)

    def cancel(self) -> None:
        """Has it stopped; what was made by then is removed."""
        if self.can_cancel:
            self._stand(Stage.CANCELLING, sentences.CANCELLING)
            _stop(self._process)

    def undo(self) -> None:
        if self.can_undo:
            self._begin(Stage.REMOVING, sentences.PAINTER_REMOVING, "remove")

    def finish(self) -> None:
        """The painter is there, and somebody has read so."""
        if self.stage is Stage.DONE:
            self._stand(Stage.ABSENT, "")

    def _source(self) -> list[str]:
        """Where the painter comes from. Failure where it is nowhere."""
        named = os.environ.get(PACKAGES, "")
        folders = [paths.at_home(named)] if named else []
        for folder in (*folders, self._place):
            if wheels := sorted(folder.glob(WHEEL), key=lambda path: (path.name.startswith(f"restyle-{client.__version__}-"), path.stat().st_mtime)):
                return ["--wheel", str(wheels[-1]), *(["--packages", str(folders[0])] if folders else [])]
        raise Failure(sentences.PAINTER_NO_WHEEL.format(folder=self._place, again=sentences.PAINTER_INSTALL))

    def _begin(self, stage: Stage, words: str, deed: str, more: Sequence[str] = ()) -> None:
        self.share, self.line, self._problem, self._done, self._trouble = None, "", None, False, ""
        self._stand(stage, words)
        threading.Thread(target=self._run, args=(deed, more), name="restyle-installation", daemon=True).start()

    def _run(self, deed: str, more: Sequence[str]) -> None:
        """In a thread: runs the program, and has all that it says heard on the editor's own."""
        status = 1
        try:
            environment = import_module(f"{client.__name__}.starting").clean_environment(os.environ, discovery.state_dir())
            environment["PATH"] = pythons.searched(environment)
            command = [*pythons.find(environment), "-I", "-B", "-c", START, str(self._place), deed, *more]
            flags: dict[str, Any] = {"start_new_session": True}
            if sys.platform == "win32":
                flags = {"creationflags": subprocess.CREATE_NO_WINDOW}
            with subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                env=environment,
                **flags,
            ) as process:
                self._process = process
                if self.stage is Stage.CANCELLING:  # since before there was a program
                    _stop(process)
                for line in process.stdout or ():
                    self._post(self._heard, line)
                status = process.wait()
        except OSError as error:
            self._post(self._refused, {"kind": "", "words": sentences.PAINTER_BROKE_OFF.format(reason=error.strerror or str(error))})
        except Exception as error:  # whatever it is, somebody waits for the end
            self._post(self._refused, {"kind": "", "words": sentence(error)})
        self._process = None
        self._post(self._ended, (deed, status))

    def _post(self, listener: Callable[[Any], None], news: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the editor is quitting
            self._tell(listener, news)

    def _heard(self, line: str) -> None:
        try:
            event = json.loads(line)
            [(kind, value)] = event.items()
        except (ValueError, AttributeError):
            self._trouble = line.strip() or self._trouble
            log.write(line.rstrip())
            return
        if kind == "plan":
            self._plan = value
        elif kind == "line":
            self.line = str(value)
        elif kind == "share":
            self.share = float(value)
        elif kind == "failed":
            self._refused(value)
        elif kind == "done":
            self._done = True
        self._changed()

    def _refused(self, problem: dict[str, str]) -> None:
        self._problem = problem

    def _ended(self, end: tuple[str, int]) -> None:
        deed, status = end
        unforeseen = {"kind": "", "words": sentences.PAINTER_BROKE_OFF.format(reason=self._trouble or status)}
        problem = self._problem or (None if self._done else unforeseen)
        self.line, self.share = "", None
        if problem is None and deed == "install":
            self._stand(Stage.DONE, sentences.PAINTER_DONE.format(folder=self.environment))
        elif self.stage is Stage.CANCELLING and not self._plan:
            self._stand(Stage.FAILED, sentences.PAINTER_NOT_LOOKED.format(again=sentences.RETRY))
        elif problem is None:
            self._offer("" if deed == "plan" else f"{sentences.PAINTER_REMOVED}\n\n")
        elif problem["kind"] == "Cancelled":
            self._offer(f"{sentences.PAINTER_CANCELLED}\n\n")
        else:
            words = sentences.PAINTER_PROBLEMS.get(problem["kind"])
            again = sentences.PAINTER_INSTALL if self._plan else sentences.RETRY  # whichever is there to be pressed
            self._stand(Stage.FAILED, words.format(folder=self.environment, again=again) if words else problem["words"])

    def _offer(self, before: str) -> None:
        if not self._plan:  # it was undone while nobody knew what it takes
            self.stage = Stage.MISSING
            self.retry()
            return
        amounts = {name: sentences.GIGABYTES.format(amount=sentences.decimal(f"{self._plan[name]:.1f}")) for name in ("download", "disk")}
        self._stand(Stage.OFFERED, before + sentences.PAINTER_COST.format(**amounts, folder=self._plan["folder"]))

    def _stand(self, stage: Stage, words: str) -> None:
        self.stage, self.words = stage, words
        self._changed()


def missing(place: Path = PLACE) -> bool:
    """Whether this plug-in can install a painter, and there is none, neither here nor on another machine."""
    if not _there(place / "restyle_install" / "painter.py"):
        return False
    state = discovery.state_dir(beside=place)
    return import_module(f"{client.__name__}.remote").find(state) is None and not _startable(state, place) and not _listens(state)


def _startable(state: Path, place: Path) -> bool:
    """Whether a server can be started, or whoever installed the client has one elsewhere."""
    found = (discovery.read_launcher(folder / discovery.LAUNCHER_FILE) for folder in (discovery.data_dir(), place))
    known = next((launcher for launcher in found if launcher is not None), None)
    if known is None:
        return discovery.find_launcher(state, beside=place) is not None
    if not known.command or not (python := Path(known.command[0])).is_absolute():
        return True
    own = discovery.data_dir() / ENVIRONMENT
    return _there(python) and (own not in python.parents or _there(own / STAMP))  # the stamp comes last, and goes first


def _listens(state: Path) -> bool:
    """Whether a server is there that was started by hand. One that was killed leaves its file behind."""
    endpoint = discovery.find_endpoint(state)
    try:
        if endpoint is not None:
            socket.create_connection((endpoint.host, endpoint.port), ANSWER_SECONDS).close()
    except (OSError, ValueError):  # the latter: no name of a host
        return False
    return endpoint is not None


def _there(path: Path) -> bool:
    """Path.exists ends over folders that nobody may look into, and names that none can have."""
    return os.path.exists(path)  # noqa: PTH110


def _stop(process: subprocess.Popen[str] | None) -> None:
    """By the end of its stdin, which also comes when the editor ends."""
    if process is not None and process.stdin is not None:
        with contextlib.suppress(OSError, ValueError):
            process.stdin.close()
