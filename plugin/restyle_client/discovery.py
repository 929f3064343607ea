"""Owns where things are: the user's folders, the running server's address, and the command line that starts one.

The folders are those of platformdirs, which editors don't have. A launcher.json beside the client's folder, put there by the installer, comes first:
a sandboxed editor has another HOME than the server. RESTYLE_STATE_DIR and RESTYLE_DATA_DIR override everything.
"""

from __future__ import annotations

import importlib.util
import json
import os
import posixpath
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .contract import paths

SERVER_FILE = "server.json"
LAUNCHER_FILE = "launcher.json"
_EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what a server listens on is not always callable
LARGEST_FILE = 64 * 1024  # bytes: both files take a few hundred


@dataclass(frozen=True)
class Certificates:
    """PEM files for a server on another machine: the authority that signed the server's certificate, and this client's own certificate and key."""

    ca: Path
    cert: Path
    key: Path


@dataclass(frozen=True)
class Endpoint:
    """Where a server listens and what it wants to hear. version: of the server, empty when not known. certificates: for one on another machine."""

    host: str
    port: int
    token: str
    version: str = ""
    certificates: Certificates | None = None

    @property
    def address(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def __repr__(self) -> str:
        return f"Endpoint({self.address})"  # a token in a log is a token lost


@dataclass(frozen=True)
class Launcher:
    """How to start a server. command: absolute; empty where there is none to start. state_dir: where it will write server.json.

    config_dir: the user's folder of settings; None: where this machine usually has it.
    """

    command: tuple[str, ...]
    state_dir: Path
    version: str = ""
    config_dir: Path | None = None


def state_dir(environment: Mapping[str, str] = os.environ, beside: Path | None = None) -> Path:
    """Where server.json is. `beside`: the folder that may hold the launcher of an installed plug-in; default: the one that holds this client."""
    if environment.get("RESTYLE_STATE_DIR"):
        return paths.at_home(environment["RESTYLE_STATE_DIR"]).absolute()
    launcher = read_launcher((beside or _beside()) / LAUNCHER_FILE)
    return launcher.state_dir if launcher else user_folder("state", environment)


def data_dir(environment: Mapping[str, str] = os.environ) -> Path:
    """The user's data folder, where the installer puts launcher.json."""
    if environment.get("RESTYLE_DATA_DIR"):
        return paths.at_home(environment["RESTYLE_DATA_DIR"]).absolute()
    return user_folder("data", environment)


def config_dir(environment: Mapping[str, str] = os.environ, beside: Path | None = None) -> Path:
    """The user's folder of settings: RESTYLE_CONFIG_DIR, else the launcher's, as a sandboxed editor has folders of its own, else the system's."""
    if environment.get("RESTYLE_CONFIG_DIR"):
        return paths.at_home(environment["RESTYLE_CONFIG_DIR"]).absolute()
    launcher = read_launcher((beside or _beside()) / LAUNCHER_FILE)
    return launcher.config_dir if launcher and launcher.config_dir else user_folder("config", environment)


def user_folder(kind: str, environment: Mapping[str, str] = os.environ, platform: str = sys.platform, home: str | None = None) -> Path:
    """The folder that platformdirs names for kind "state", "data" or "config" of the application "restyle"."""
    home = os.path.expanduser("~") if home is None else home
    if platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local"), "restyle")
    variable, usual = {"state": ("XDG_STATE_HOME", ".local/state"), "data": ("XDG_DATA_HOME", ".local/share"), "config": ("XDG_CONFIG_HOME", ".config")}[kind]
    if platform == "darwin":
        usual = "Library/Application Support"
    chosen = environment.get(variable, "")
    return Path(chosen if posixpath.isabs(chosen) else posixpath.join(home, usual), "restyle")


def parse_address(address: str, token: str, version: str = "") -> Endpoint | None:
    """An endpoint from "host:port"; None when it isn't one."""
    host, separator, port = address.strip().rpartition(":")
    if not separator or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        return None
    host = host.strip("[]")
    return Endpoint(_EVERYWHERE.get(host, host), int(port), token, version)


def find_endpoint(folder: Path) -> Endpoint | None:
    """What server.json of a state folder says; None when there is none or it can't be read. Says nothing about whether the server lives."""
    content = _read_object(folder / SERVER_FILE)
    address, token = content.get("address"), content.get("token")
    if not isinstance(address, str) or not isinstance(token, str):
        return None
    return parse_address(address, token, str(content.get("version", "")))


def find_launcher(folder: Path, environment: Mapping[str, str] = os.environ, beside: Path | None = None) -> Launcher | None:
    """How to start a server that will write server.json into `folder`.

    First the launcher of RESTYLE_DATA_DIR, then the one beside this client, then the user's, last a server in this very Python.
    """
    places = [(beside or _beside()) / LAUNCHER_FILE, data_dir(environment) / LAUNCHER_FILE]
    if environment.get("RESTYLE_DATA_DIR"):
        places.reverse()
    for place in places:
        launcher = read_launcher(place)
        if launcher is not None and launcher.command:
            return Launcher(launcher.command, folder, launcher.version)
    if _has_server():
        return Launcher((sys.executable, "-P", "-m", "restyle_server"), folder)
    return None


def read_launcher(path: Path) -> Launcher | None:
    content = _read_object(path)
    command, folder = content.get("command"), content.get("state_dir")
    if not isinstance(command, list) or not all(isinstance(part, str) for part in command) or not isinstance(folder, str):
        return None
    settings = content.get("config_dir")
    return Launcher(tuple(command), Path(folder), str(content.get("version", "")), Path(settings) if isinstance(settings, str) and settings else None)


def _beside() -> Path:
    return Path(__file__).resolve().parent.parent


def _has_server() -> bool:
    try:
        return bool(sys.executable) and all(importlib.util.find_spec(name) is not None for name in ("restyle_server", "torch"))  # a client's has no torch
    except (ImportError, ValueError):
        return False


def _read_object(path: Path) -> dict[str, object]:
    """The JSON object of a small file; empty when there is none, or it is half-written, foreign or unreadable."""
    try:
        with path.open("rb") as file:
            content = json.loads(file.read(LARGEST_FILE).decode("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
