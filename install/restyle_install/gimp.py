"""Owns where GIMP 3 keeps its plug-ins, and what of Restyle goes there."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from restyle_contract.paths import at_home

from . import placing
from .placing import Placed, PlacingError, Profile

TITLE = "GIMP"
NONE_FOUND = "No profile of GIMP 3 was found. Start GIMP once, then run this again; or name the profile: --folder ~/.config/GIMP/3.0"
NOT_YET = "GIMP 3 has not run for this user yet. Start it once, then: restyle install gimp"
AFTERWARDS = "Start GIMP (again), open a picture, and choose Filters ▸ Artistic ▸ Restyle…"

MADE = ("restyle.log", "restyle.old.log", "restyle-settings.json")  # by the plug-in, in the profile
_VERSION = re.compile(r"3\.\d{1,2}\Z")
_BY_HAND = """Restyle for GIMP 3

1. Unzip this file into GIMP's plug-ins folder (GIMP: Edit > Preferences > Folders > Plug-ins), so that it holds the folder "restyle" with the file
   "restyle.py" in it. Usual places: ~/.config/GIMP/3.0/plug-ins on Linux, %APPDATA%\\GIMP\\3.0\\plug-ins on Windows,
   ~/Library/Application Support/GIMP/3.0/plug-ins on macOS; 3.2 instead of 3.0 for GIMP 3.2.
2. On Linux and macOS the file restyle/restyle.py must be executable: chmod +x restyle/restyle.py
3. Start GIMP again: Filters > Artistic > Restyle...

The painting itself is done by a program of its own, the painter. Where it is missing, a window offers to install it: press Install.
By hand, in a terminal: pipx install restyle-VERSION-py3-none-any.whl, then: restyle install (which also puts in this plug-in).
"""


def profiles(environment: Mapping[str, str] = os.environ, platform: str = sys.platform, home: Path | None = None) -> list[Profile]:
    """Every GIMP 3 profile of this user, the native ones first. A profile exists once GIMP has run."""
    found = []
    for kind, base in _bases(environment, platform, Path.home() if home is None else home):
        versions = [folder for folder in (base.iterdir() if base.is_dir() else ()) if _VERSION.match(folder.name) and folder.is_dir()]
        found += [Profile(folder, folder.name, kind) for folder in sorted(versions, key=lambda folder: int(folder.name.split(".")[1]))]
    return found


def given(folder: Path) -> Profile:
    """The profile of a folder that a person named: the profile itself, or its plug-ins folder. PlacingError."""
    folder = at_home(folder).absolute()
    if not folder.is_dir():
        raise PlacingError(f"{folder} is no folder; give GIMP's profile folder, such as ~/.config/GIMP/3.0")
    if folder.name == "plug-ins":
        folder = folder.parent
    return Profile(folder, folder.name if _VERSION.match(folder.name) else "", "given")


def install(profile: Profile, version: str) -> Placed:
    """Puts the plug-in into the profile, in place of an earlier one. PlacingError."""
    target = target_of(profile)
    replaced = placing.replace_folder(target, _parts(), {placing.LAUNCHER: placing.launcher_text(version)})
    placing.make_executable(target / "restyle.py")
    return Placed(profile, target, replaced)


def uninstall(profile: Profile) -> Path | None:
    """The folder that was removed; None when there was none. PlacingError."""
    target = target_of(profile)
    for name in MADE:
        placing.remove_file(profile.folder / name)
    return target if placing.remove_folder(target) else None


def package(path: Path, wheel: Path | None = None) -> None:
    """A zip to be unpacked by hand. It holds no launcher: that names paths of one machine.

    wheel: of the painter, which the plug-in then installs when it is asked to. PlacingError.
    """
    parts = {f"restyle/{name}" if name else "restyle": source for name, source in _parts().items()}
    placing.write_zip(path, {**parts, **placing.installer("restyle/", wheel)}, {"README.txt": _BY_HAND}, executable=frozenset({"restyle/restyle.py"}))


def _parts() -> dict[str, Path]:
    return {"": placing.plugin_source("gimp") / "restyle", **placing.packages()}


def target_of(profile: Profile) -> Path:
    """The folder that a profile's plug-in is in."""
    return profile.folder / "plug-ins" / "restyle"


def idle(profile: Profile) -> str:
    """Why GIMP does not load the plug-in that is there; empty when it does."""
    program = target_of(profile) / "restyle.py"
    startable = os.name == "nt" or not program.is_file() or os.access(program, os.X_OK)
    return "" if startable else "can't be started by GIMP, as its restyle.py is not executable"


def _bases(environment: Mapping[str, str], platform: str, home: Path) -> list[tuple[str, Path]]:
    if platform == "win32":
        return [("native", Path(environment.get("APPDATA") or home / "AppData" / "Roaming") / "GIMP")]
    if platform == "darwin":
        return [("native", home / "Library" / "Application Support" / "GIMP")]
    chosen = environment.get("XDG_CONFIG_HOME", "")
    return [
        ("native", (Path(chosen) if chosen.startswith("/") else home / ".config") / "GIMP"),
        ("Flatpak", home / ".var" / "app" / "org.gimp.GIMP" / "config" / "GIMP"),
        ("Snap", home / "snap" / "gimp" / "current" / ".config" / "GIMP"),
    ]
