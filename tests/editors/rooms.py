"""Owns being inside a root: a command runs there with its own mounts, processes, /tmp and home, and leaves nothing behind but what lies in the home.

The root itself is read-only meanwhile, so that any number of runs share it. The host's network is shared too: a plug-in inside reaches a server outside on
loopback.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .roots import Root

HOME = "/home/painter"
SECONDS = 240  # for one command inside: a first GIMP start is 11 s on an idle machine, and a test machine is never idle

# $1 root, then HOST INSIDE pairs, then --, then the command. sh stays process 1 of its namespace, so that the command is an ordinary process.
ENTER = r"""
set -eu
root=$1; shift
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/home"
mount -t tmpfs tmpfs "$root/restyle"
mkdir -m 1777 "$root/tmp/.X11-unix" "$root/tmp/.ICE-unix"
mkdir -m 700 "$root/run/painter"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
while [ "$1" != -- ]; do
  mkdir -p "$root$2"
  mount --bind "$1" "$root$2"
  shift 2
done
shift
set +e
chroot "$root" "$@"
exit $?
"""


@dataclass(frozen=True)
class Room:
    """home: a folder of the host that is /home/painter inside. shared: more folders of the host, seen at the same path inside (they must lie under /tmp)."""

    root: Root
    home: Path
    shared: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    def start(self, command: Sequence[str], output: Path | None = None) -> subprocess.Popen[bytes]:
        """Begins a command inside, in a group of its own; stdout and stderr go to `output`. Killing the process ends all that it started."""
        places = [str(self.home), HOME]
        for folder in self.shared:
            if not folder.is_relative_to("/tmp"):  # noqa: S108  # inside, only /tmp and /home can grow new folders
                raise ValueError(f"{folder} is not under /tmp, so it can't be seen at the same path inside")
            places += [str(folder), str(folder)]
        # a pytest that is killed (the checks' time limit) runs no cleanup: what it began dies with it
        line = ["setpriv", "--pdeathsig", "KILL"]
        line += ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child=SIGKILL", "sh", "-c", ENTER, "room"]
        line += [str(self.root.path), *places, "--", "/usr/bin/env", "-i", *(f"{name}={value}" for name, value in self._environment().items()), *command]
        sink = output.open("ab") if output else subprocess.DEVNULL
        try:
            return subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True)
        finally:
            if output:
                sink.close()  # type: ignore[union-attr]

    def run(self, command: Sequence[str], output: Path, seconds: float = SECONDS) -> int:
        """The command's exit status; 124 when it took longer than `seconds` and was killed."""
        process = self.start(command, output)
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            return 124
        finally:
            end(process)

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": HOME,
            "LANG": "C.UTF-8",
            "XDG_RUNTIME_DIR": "/run/painter",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            **self.environment,
        }


def end(process: subprocess.Popen[bytes]) -> None:
    """Kills what `start` began, with everything inside; harmless when it has ended."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)
