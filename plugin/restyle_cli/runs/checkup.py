"""Owns what `restyle doctor` looks at, part by part. Nothing is changed, but that a server is started when none runs, as any command would."""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import restyle_client as client
from restyle_client import __version__, discovery

from ..terminal.output import bytes_for_people

LITTLE_ROOM = 2 * 10**9  # bytes: less than VGG19 and a few results need
NO_ROOM = 50 * 10**6  # bytes: less than one job of a usual photo needs
PACKAGES = ("torch", "grpcio", "protobuf", "numpy", "pillow")
OLDEST_TORCH = (2, 10)  # earlier ones let a weights file run code
DEVICE_SECONDS = 60.0  # for a worker to come up: it loads torch from a cold disk
LOOK_SECONDS = 0.2
TOLD = 3  # things of one folder that are named; why.txt there names all
EDITORS = ("gimp", "krita")
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Finding:
    """state: "good", "warning" (works, could be better) or "bad". mend: what to do; empty when nothing."""

    part: str
    state: str
    text: str
    mend: str = ""


def everything() -> Iterator[Finding]:
    """Every finding, as it is found."""
    yield from versions()
    yield from folders()
    yield from settings()
    yield from launcher()
    yield from plugins()
    yield from server()


def versions() -> Iterator[Finding]:
    yield Finding("versions", "good", f"Restyle {__version__}, Python {platform.python_version()} ({sys.executable}), {platform.platform(terse=True)}")
    found = {name: _version(name) for name in PACKAGES}
    missing = [name for name, version in found.items() if version is None]
    if missing:
        yield Finding("versions", "bad", f"{', '.join(missing)} can't be found in this Python", "install Restyle again")
        return
    yield Finding("versions", "good", ", ".join(f"{name} {version}" for name, version in found.items()))
    if _numbers(found["torch"] or "") < OLDEST_TORCH:
        oldest = ".".join(map(str, OLDEST_TORCH))
        yield Finding("versions", "bad", f"torch {found['torch']} is too old to read weights safely", f"install torch {oldest} or newer")


def folders() -> Iterator[Finding]:
    for part, folder in (("state folder", discovery.state_dir()), ("data folder", discovery.data_dir())):
        nearest = next(place for place in (folder, *folder.parents) if place.exists())
        if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
            variable = f"RESTYLE_{part.partition(' ')[0].upper()}_DIR"
            yield Finding(part, "bad", f"{folder} can't be written", f"make {nearest} a writable folder, or choose another with {variable}")
            continue
        free = shutil.disk_usage(nearest).free
        if free < LITTLE_ROOM:
            state = "warning" if free >= NO_ROOM else "bad"
            yield Finding(part, state, f"{folder}: only {bytes_for_people(free)} are free", "make room on this disk: results and weights need some gigabytes")
        else:
            yield Finding(part, "good", f"{folder}, {bytes_for_people(free)} free")
    yield from secrets()
    yield from set_aside()


def secrets() -> Iterator[Finding]:
    """Whether others of this machine can read the server's token. On Windows the user's folder sees to that."""
    path = discovery.state_dir() / discovery.SERVER_FILE
    if os.name == "posix" and path.exists() and path.stat().st_mode & 0o077:
        mend = f"run: restyle stop, then: chmod 700 {path.parent}; the next server takes a new token"
        yield Finding("state folder", "bad", f"other users of this machine can open {path}, which holds the server's token", mend)


def set_aside() -> Iterator[Finding]:
    """What a server could not understand of its own files, and kept."""
    from restyle_server.jobs import aside

    state = discovery.state_dir()
    try:
        for place, lines in aside.places(state):
            more = f" and {len(lines) - TOLD} more" if len(lines) > TOLD else ""
            mend = f"whatever could be read is in `restyle jobs list`; delete {place} when you need nothing of it"
            yield Finding("state folder", "warning", f"{place} keeps what the server could not read: {'; '.join(lines[:TOLD])}{more}", mend)
    except OSError as error:
        mend = f"correct the permissions of {state / aside.FOLDER}"
        yield Finding("state folder", "warning", f"{state / aside.FOLDER} can't be looked into ({error.strerror})", mend)


def settings() -> Iterator[Finding]:
    from restyle_server.admin.config import FILE, ConfigError, load

    try:
        config = load()
    except ConfigError as error:
        yield Finding("settings", "bad", str(error), f"correct {discovery.data_dir() / FILE}")
        return
    there = (config.data_dir / FILE).exists()
    reach = f"other machines reach it at {config.host}:{config.port}, with certificates" if config.tls else f"this machine alone ({LOOPBACK})"
    yield Finding("settings", "good", f"{config.data_dir / FILE if there else 'the usual ones'}; {reach}")


def launcher() -> Iterator[Finding]:
    path = discovery.data_dir() / discovery.LAUNCHER_FILE
    found = discovery.read_launcher(path)
    mend = "run: restyle install, which writes it anew"
    if found is None:
        yield Finding("launcher", "warning", f"{path} is {'damaged' if path.exists() else 'not there'}, so editors can't start the server by themselves", mend)
    elif not Path(found.command[0]).exists():
        yield Finding("launcher", "bad", f"{path} starts {found.command[0]}, which is gone", mend)
    elif found.version != __version__:
        yield Finding("launcher", "warning", f"{path} is of Restyle {found.version}, and this is {__version__}", mend)
    else:
        yield Finding("launcher", "good", f"{path} starts {found.command[0]}")


def plugins() -> Iterator[Finding]:
    for editor in EDITORS:
        room = importlib.import_module(f"restyle_install.{editor}")
        part = f"{room.TITLE} plug-in"
        profiles = room.profiles()
        if not profiles:
            yield Finding(part, "good", f"there is no {room.TITLE} of this user")
        for profile in profiles:
            finding = _plugin(editor, part, room.target_of(profile))
            reason = room.idle(profile) if finding.state == "good" else ""
            mend = f"end {room.TITLE} if it runs, then run: restyle install {editor}"
            yield Finding(part, "warning", f"{room.target_of(profile)} {reason}", mend) if reason else finding


def _plugin(editor: str, part: str, target: Path) -> Finding:
    mend = f"run: restyle install {editor}"
    if not target.is_dir():
        return Finding(part, "warning", f"not in {target.parent}", mend)
    own = discovery.read_launcher(target / discovery.LAUNCHER_FILE)
    if own is None:
        return Finding(part, "warning", f"{target} does not know how to start the server", mend)
    if own.version != __version__:
        return Finding(part, "bad", f"{target} is of Restyle {own.version}, and this is {__version__}", mend)
    if not Path(own.command[0]).exists():
        return Finding(part, "bad", f"{target} starts {own.command[0]}, which is gone", mend)
    if own.state_dir != discovery.state_dir():
        return Finding(part, "warning", f"{target} looks for the server in {own.state_dir}, and this command in {discovery.state_dir()}", mend)
    return Finding(part, "good", str(target))


def server() -> Iterator[Finding]:
    """The server and what only it knows: devices, weights, styles."""
    try:
        with client.connect() as session:
            info = _settled(session)
            yield from _about(info)
            yield Finding("styles", "good", f"{len(session.styles())} in the library")
    except client.RestyleError as error:
        log = discovery.state_dir() / "logs" / "server.log"
        yield Finding("server", "bad", str(error), f"its log is {log}; `restyle serve` in a terminal shows what goes wrong")


def _settled(session: client.Session) -> client.ServerInfo:
    """What the server says when its devices have come up, or have had their time."""
    give_up = time.monotonic() + DEVICE_SECONDS
    while True:
        info = session.info()
        if all(device.state != "starting" for device in info.devices) or time.monotonic() > give_up:
            return info
        time.sleep(LOOK_SECONDS)


def _about(info: client.ServerInfo) -> Iterator[Finding]:
    if info.version == __version__:
        yield Finding("server", "good", f"answers at {info.address}, {info.state}, {info.jobs_running} running and {info.jobs_queued} waiting")
    else:
        yield Finding("server", "warning", f"answers at {info.address}, but is Restyle {info.version}, and this is {__version__}", "run: restyle stop")
    for device in info.devices:
        part = f"device {device.id}"
        if device.state == "down":
            yield Finding(part, "bad", "its engine does not start", f"the reason is in {discovery.state_dir() / 'logs' / 'server.log'}")
        elif device.state == "starting":
            yield Finding(part, "warning", f"still starting after {DEVICE_SECONDS:.0f} s", "wait, and look again")
        else:
            free = f"{bytes_for_people(device.memory_available)} of {bytes_for_people(device.memory_total)} free"
            yield Finding(part, "good", f"{device.name}, {free}, {device.default_size} px by default")
    if info.weights_in_use not in {weights.id for weights in info.weights}:
        yield Finding("weights", "bad", "there are none that can be used", "install Restyle again, or run: restyle weights install vgg19")
    else:
        yield Finding("weights", "good", info.weights_in_use)
    for weights in info.weights:
        if weights.damaged:
            yield Finding("weights", "warning", f"{weights.id} is damaged", weights.hint)


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version."""
    parts = version.partition("+")[0].split(".")[:2]
    return tuple(int(part) for part in parts if part.isdigit())
