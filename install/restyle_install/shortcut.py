"""Owns the command `restyle` on the user's PATH: a link into the environment, or on Windows a small file that calls it. Standard library only."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from restyle_contract.files import atomic_write

from .placing import PlacingError


def place(variables: Mapping[str, str], platform: str = sys.platform, home: Path | None = None) -> Path:
    """Where it goes: a folder that is on the PATH of most systems, and is the user's own."""
    home = Path.home() if home is None else home
    if platform == "win32":
        local = Path(variables.get("LOCALAPPDATA") or home / "AppData" / "Local")
        return local / "Microsoft" / "WindowsApps" / "restyle.cmd"
    chosen = variables.get("XDG_BIN_HOME", "")
    return (Path(chosen) if chosen.startswith("/") else home / ".local" / "bin") / "restyle"


def put(path: Path, program: Path, environment: Path) -> bool:
    """Makes `path` call `program`; whether anything had to be changed. PlacingError where something else is called restyle there."""
    if _calls(path, program):
        return False
    if (path.exists() or path.is_symlink()) and not is_own(path, environment):
        raise PlacingError(f"{path} is another program's; move it away and run this again, or call {program}.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".cmd":
            atomic_write(path, _words(program))
        else:
            _link(path, program)
    except OSError as error:
        raise PlacingError(f"{path} can't be written ({error.strerror}); call {program} instead.") from error
    return True


def take(path: Path, environment: Path) -> bool:
    """Removes it, when it is this installation's; whether it was. PlacingError."""
    path.with_name(f".{path.name}.partial").unlink(missing_ok=True)
    if not is_own(path, environment):
        return False
    try:
        path.unlink()
    except OSError as error:
        raise PlacingError(f"{path} can't be removed ({error.strerror}); remove it by hand.") from error
    return True


def is_own(path: Path, environment: Path) -> bool:
    """Whether it calls something of this environment, which may be gone."""
    try:
        if path.is_symlink():
            return path.readlink().is_relative_to(environment)
        return path.suffix == ".cmd" and str(environment) in path.read_text("utf-8", errors="replace")
    except OSError:
        return False


def reachable(path: Path, variables: Mapping[str, str]) -> bool:
    """Whether the folder is on the PATH."""
    return str(path.parent) in variables.get("PATH", "").split(os.pathsep)


def advice(path: Path, platform: str = sys.platform) -> str:
    """What to do where it isn't."""
    if platform == "win32":
        return f"{path.parent} is not on your PATH; add it in Settings: Edit environment variables for your account, and open a new terminal."
    return f"{path.parent} is not on your PATH; add it with: echo 'export PATH=\"{path.parent}:$PATH\"' >> ~/.profile, and log in again."


def _link(path: Path, program: Path) -> None:
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    partial.symlink_to(program)
    partial.replace(path)


def _calls(path: Path, program: Path) -> bool:
    try:
        return path.readlink() == program if path.is_symlink() else path.suffix == ".cmd" and path.read_text("utf-8") == _words(program)
    except OSError:
        return False


def _words(program: Path) -> str:
    return f'@"{program}" %*\r\n'
