"""Owns starting a server: as a process that outlives the editor, once, however many clients want one."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from .discovery import Launcher
from .errors import ServerStartFailed

LOCK_FILE = "start.lock"
LOG_FILE = "start.log"
POLL_SECONDS = 0.05  # between two looks; a look is one refused connection
LOG_TAIL = 600  # bytes of the log that an error quotes: its last sentences


async def start_and_wait(launcher: Launcher, alive: Callable[[], Awaitable[bool]], timeout: float) -> None:
    """Returns when `alive()` says so. Of all clients that want a server, the one that gets the lock starts it; the others only wait.

    ServerStartFailed when the process ends without a server to show for it, or when `timeout` seconds pass.
    """
    give_up = time.monotonic() + timeout
    process: subprocess.Popen[bytes] | None = None
    with _StartLock(launcher.state_dir) as lock:
        while not await alive():
            if process is None and lock.acquired() and not await alive():  # the lock may come from a client that is done
                process = _spawn(launcher)
            elif process is not None and process.poll() is not None and not await alive():
                raise ServerStartFailed(f"The server ended with status {process.returncode} while it started{_last_words(launcher.state_dir)}")
            if time.monotonic() > give_up:
                words, command = _last_words(launcher.state_dir), " ".join(launcher.command)
                raise ServerStartFailed(f"The server did not answer within {timeout:.0f} s of its start{words} Try `{command}` in a terminal.")
            await asyncio.sleep(POLL_SECONDS)


def clean_environment(environment: Mapping[str, str], state_dir: Path) -> dict[str, str]:
    """What the server may inherit of an editor's environment: none of what points the editor's own Python and libraries at themselves."""
    kept = {name: value for name, value in environment.items() if not name.startswith("PYTHON") and name != "__PYVENV_LAUNCHER__"}
    if "APPDIR" in kept or "SNAP" in kept:  # an AppImage or a Snap: its libraries would be loaded into another Python
        for name in ("LD_LIBRARY_PATH", "LD_PRELOAD"):
            kept.pop(name, None)
    kept["PYTHONSAFEPATH"] = "1"  # the server starts in the state folder, and nothing in it is a module
    kept["RESTYLE_STATE_DIR"] = str(state_dir)
    return kept


def _spawn(launcher: Launcher) -> subprocess.Popen[bytes]:
    detached: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        detached = {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    try:
        with _own_file(launcher.state_dir / LOG_FILE) as log:
            process: subprocess.Popen[bytes] = subprocess.Popen(
                launcher.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=launcher.state_dir,
                env=clean_environment(os.environ, launcher.state_dir),
                **detached,
            )
    except OSError as error:
        raise ServerStartFailed(f"{launcher.command[0]} can't be started ({error.strerror or error}); run Restyle's installer again.") from error
    threading.Thread(target=process.wait, name="restyle-server-reaper", daemon=True).start()  # leaves no zombie behind in an editor that runs for days
    return process


def _own_file(path: Path) -> IO[bytes]:
    """A new, empty file that only the user can read, in place of whatever is there: through a link somebody else's would be emptied. OSError."""
    with suppress(OSError):  # on Windows a server that is ending may have it open
        path.unlink()
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o600), "wb")


def _last_words(folder: Path) -> str:
    with suppress(OSError):
        words = (folder / LOG_FILE).read_bytes()[-LOG_TAIL:].decode("utf-8", "replace").strip()
        if words:
            return f": {words.splitlines()[-1].strip()} (the rest is in {folder / LOG_FILE})."
    return f"; see {folder / LOG_FILE}."


class _StartLock:
    """A lock on a file of the state folder. The system releases it when its holder dies."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK_FILE
        self._file: IO[bytes] | None = None
        self._held = False

    def __enter__(self) -> _StartLock:
        try:
            _make_private(self._path.parent)
            self._file = os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600), "r+b")
        except OSError as error:
            raise ServerStartFailed(
                f"The folder {self._path.parent} can't be written ({error.strerror}); make it writable, or set RESTYLE_STATE_DIR."
            ) from error
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def acquired(self) -> bool:
        """Whether the lock is this client's, now or already."""
        if not self._held and self._file is not None:
            self._held = _try_lock(self._file)
        return self._held


def _make_private(folder: Path) -> None:
    """OSError. A folder of another user's is for the server to refuse."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name == "posix" and folder.stat().st_uid == os.geteuid() and folder.stat().st_mode & 0o077:
        folder.chmod(0o700)


def _try_lock(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
