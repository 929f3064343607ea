"""Owns where Krita keeps its plug-ins, and what of Restyle goes there."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from restyle_contract.paths import at_home

from . import kritarc, placing
from .placing import Placed, PlacingError, Profile

TITLE = "Krita"
NONE_FOUND = "No Krita was found. Start Krita once, then run this again; or name its resource folder: --folder ~/.local/share/krita"
NOT_YET = "Krita has not run for this user yet. Start it once, then: restyle install krita"
AFTERWARDS = "Start Krita (again), open an image, and show the docker: Settings ▸ Dockers ▸ Restyle"
ENABLE = "Switch it on in Krita: Settings ▸ Configure Krita… ▸ Python Plugin Manager ▸ Restyle, then start Krita again."

MODULE, DESKTOP, ACTION = Path("pykrita/restyle"), Path("pykrita/restyle.desktop"), Path("actions/restyle.action")
_BY_HAND = """Restyle for Krita

Krita: Tools > Scripts > Import Python Plugin from File..., choose this zip, answer Yes to switching it on, and start Krita again.
Then: Settings > Dockers > Restyle.

The painting itself is done by a program of its own, the painter. Where it is missing, the docker offers to install it: press Install.
By hand, in a terminal: pipx install restyle-VERSION-py3-none-any.whl, then: restyle install (which also puts in this plug-in).
"""


@dataclass(frozen=True)
class _Place:
    """settings: the file kritarc that belongs to this folder."""

    kind: str
    folder: Path
    settings: Path


def profiles(
    environment: Mapping[str, str] = os.environ, platform: str = sys.platform, home: Path | None = None, which: Callable[[str], str | None] = shutil.which
) -> list[Profile]:
    """Every Krita of this user, the native one first; an AppImage keeps its plug-ins where a native one does. A folder exists once Krita has run.

    which: finds a program; a native Krita that is installed and never ran gets its folder made.
    """
    places = _places(environment, platform, Path.home() if home is None else home)
    return [Profile(place.folder, "", place.kind) for place in places if place.folder.is_dir() or (place.kind == "native" and which("krita"))]


def given(folder: Path) -> Profile:
    """The profile of a folder that a person named: the resource folder, or its pykrita. PlacingError."""
    folder = at_home(folder).absolute()
    if not folder.is_dir():
        raise PlacingError(f"{folder} is no folder; give Krita's resource folder, such as ~/.local/share/krita")
    return Profile(folder.parent if folder.name == "pykrita" else folder, "", "given")


def install(profile: Profile, version: str, running: Callable[[], bool] = kritarc.krita_runs) -> Placed:
    """Puts the plug-in into the profile, in place of an earlier one, and switches it on unless Krita runs: it would write its settings over. PlacingError."""
    source = placing.plugin_source("krita")
    fill = {"": source / "restyle", **placing.packages()}
    placing.place_file(source / "restyle.action", profile.folder / ACTION)
    replaced = placing.replace_folder(target_of(profile), fill, {placing.LAUNCHER: placing.launcher_text(version)})
    placing.place_file(source / "restyle.desktop", profile.folder / DESKTOP)  # last: it is what makes Krita look for the rest
    return Placed(profile, target_of(profile), replaced, "" if _switched(profile, True, running) else ENABLE)


def uninstall(profile: Profile, running: Callable[[], bool] = kritarc.krita_runs) -> Path | None:
    """The folder that was removed; None when there was none. PlacingError."""
    placing.remove_file(profile.folder / DESKTOP)
    placing.remove_file(profile.folder / ACTION)
    _switched(profile, False, running)
    return target_of(profile) if placing.remove_folder(target_of(profile)) else None


def target_of(profile: Profile) -> Path:
    """The folder that a profile's plug-in is in."""
    return profile.folder / MODULE


def idle(profile: Profile) -> str:
    """Why Krita does not load the plug-in that is there; empty when it does, or nobody knows where that Krita's settings are."""
    settings = settings_of(profile)
    return "" if settings is None or kritarc.says(settings) else f"is switched off in {settings}"


def package(path: Path, wheel: Path | None = None) -> None:
    """A zip for Krita's own importer, which looks for the folder's own entry. It holds no launcher: that names paths of one machine.

    wheel: of the painter, which the plug-in then installs when it is asked to. PlacingError.
    """
    source = placing.plugin_source("krita")
    parts = {
        "restyle": source / "restyle", **placing.packages("restyle/"), **placing.installer("restyle/", wheel),
        "restyle.desktop": source / "restyle.desktop", "restyle.action": source / "restyle.action",
    }  # fmt: skip
    placing.write_zip(path, parts, {"restyle/": "", "README.txt": _BY_HAND})


def _switched(profile: Profile, on: bool, running: Callable[[], bool]) -> bool:
    """Whether the settings say so now."""
    settings = settings_of(profile)
    if settings is None or kritarc.says(settings) == on:
        return settings is not None
    if running():
        return False
    kritarc.switch(settings, on)
    return True


def settings_of(profile: Profile, environment: Mapping[str, str] = os.environ, platform: str = sys.platform, home: Path | None = None) -> Path | None:
    """The kritarc of a profile; None for a folder that belongs to no Krita that is known."""
    places = _places(environment, platform, Path.home() if home is None else home)
    return next((place.settings for place in places if place.folder == profile.folder), None)


def _places(environment: Mapping[str, str], platform: str, home: Path) -> list[_Place]:
    if platform == "win32":
        roaming = Path(environment.get("APPDATA") or home / "AppData" / "Roaming")
        local = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
        return [_Place("native", roaming / "krita", local / "kritarc")]
    if platform == "darwin":
        return [_Place("native", home / "Library" / "Application Support" / "krita", home / "Library" / "Preferences" / "kritarc")]
    data, config = environment.get("XDG_DATA_HOME", ""), environment.get("XDG_CONFIG_HOME", "")
    native_data = Path(data) if data.startswith("/") else home / ".local" / "share"
    native_config = Path(config) if config.startswith("/") else home / ".config"
    flatpak, snap = home / ".var" / "app" / "org.kde.krita", home / "snap" / "krita" / "current"
    return [
        _Place("native", native_data / "krita", native_config / "kritarc"),
        _Place("Flatpak", flatpak / "data" / "krita", flatpak / "config" / "kritarc"),
        _Place("Snap", snap / ".local" / "share" / "krita", snap / ".config" / "kritarc"),
    ]
