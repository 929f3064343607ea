"""Owns where an installation lies: the user's folders, what in them is whose, and which editors are there. Standard library only."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from . import gimp, krita, placing, shortcut
from .home import ENVIRONMENT
from .placing import Profile

EDITORS: tuple[ModuleType, ...] = (gimp, krita)
PAINTER_LOG = "painter-install.log"  # in the data folder: what a plug-in that installs the painter by its button went through

# What Restyle makes in the user's folders. The first are the user's own work and settings, and stay unless they are purged; the others go with it.
OWN_DATA = ("styles", "looks", "presets", "server.toml")
MADE_DATA = (ENVIRONMENT, placing.LAUNCHER, PAINTER_LOG, "weights", "krita")
OWN_CONFIG = ("presets", "gallery.json")
OWN_STATE = ("jobs", "jobs.sqlite", "jobs.sqlite-wal", "jobs.sqlite-shm", "aside", "painted.sqlite")
MADE_STATE = (
    "ages.json",
    "cluster",
    "cluster.token",
    "painter",
    "server.json",
    "server.lock",
    "throughput.json",
    "kept",
    "start.lock",
    "start.log",
    "logs",
    "remote",
    "remote.json",
    "styles.png",
    "restyle-cli-error.log",
)


@dataclass(frozen=True)
class Places:
    """The user's folders. command: restyle on the PATH."""

    data: Path
    state: Path
    config: Path
    command: Path

    @property
    def environment(self) -> Path:
        return self.data / ENVIRONMENT

    @property
    def launcher(self) -> Path:
        return self.data / placing.LAUNCHER


def places(variables: Mapping[str, str] = os.environ) -> Places:
    """Of the user who runs this. Needs restyle_client, which is pure Python, on the path."""
    from restyle_client import discovery

    return Places(discovery.data_dir(variables), discovery.state_dir(variables), discovery.config_dir(variables), shortcut.place(variables))


def editors() -> Iterator[tuple[ModuleType, Profile]]:
    """Every profile of every editor of this user."""
    for editor in EDITORS:
        for profile in editor.profiles():
            yield editor, profile


def not_yet() -> Iterator[str]:
    """What to do, for every editor that has no profile of this user."""
    for editor in EDITORS:
        if not editor.profiles():
            yield editor.NOT_YET


def name_of(editor: ModuleType, profile: Profile) -> str:
    """For people: "GIMP 3.0 (Flatpak)"."""
    kind = "" if profile.kind in ("native", "given") else f" ({profile.kind})"
    return f"{editor.TITLE} {profile.version}".rstrip() + kind
