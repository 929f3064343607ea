"""Owns what is known of the Python environment that this very Restyle runs in: who made it, what it came from, what takes it away. Standard library only."""

from __future__ import annotations

import importlib.util
import json
import sys
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path

from . import home, making


class Maker(StrEnum):
    """Whose an environment is."""

    INSTALLER = "installer"  # install.py
    UV = "uv"
    PIPX = "pipx"
    PERSON = "person"  # somebody with pip


class Origin(StrEnum):
    """What the packages came from, as pip and uv write it down (PEP 610)."""

    INDEX = "index"
    FILE = "file"
    REPOSITORY = "repository"


RECEIPTS = {"uv-receipt.toml": Maker.UV, "pipx_metadata.json": Maker.PIPX}  # what uv and pipx leave in an environment that they made
REMOVALS = {Maker.UV: "uv tool uninstall restyle", Maker.PIPX: "pipx uninstall restyle"}
REPLACEMENTS = {Maker.UV: "uv tool install --force WHEEL", Maker.PIPX: "pipx install --force WHEEL"}


@dataclass(frozen=True)
class Here:
    """folder: the environment's. client: it has no PyTorch, so that it can't paint by itself. pip: it has a pip of its own."""

    folder: Path
    python: Path
    maker: Maker
    origin: Origin
    client: bool = False
    pip: bool = True

    @property
    def removal(self) -> str:
        """The command that takes the packages away."""
        return REMOVALS.get(self.maker, f"{self.python} -m pip uninstall restyle")

    @property
    def replacement(self) -> str:
        """The command that puts another version in."""
        return REPLACEMENTS.get(self.maker, "uv pip install WHEEL")


def here() -> Here:
    """Of the Python that runs this."""
    folder = Path(sys.prefix)
    client, pip = importlib.util.find_spec("torch") is None, importlib.util.find_spec("pip") is not None
    return Here(folder, Path(sys.executable), maker_of(folder), _origin(), client, pip)


def maker_of(folder: Path) -> Maker:
    """By what it left in the folder."""
    unfinished = folder.name == home.ENVIRONMENT and (folder / making.MARK).is_file() and not (folder / making.STAMP).exists()
    if unfinished or making.stamp_of(folder, home.KEYS):
        return Maker.INSTALLER
    return next((maker for name, maker in RECEIPTS.items() if (folder / name).is_file()), Maker.PERSON)


def origin_of(direct_url: str | None) -> Origin:
    """direct_url: the content of direct_url.json, which only packages have that did not come from an index."""
    if direct_url is None:
        return Origin.INDEX
    try:
        return Origin.REPOSITORY if "dir_info" in json.loads(direct_url) else Origin.FILE
    except ValueError:
        return Origin.FILE


def _origin() -> Origin:
    try:
        return origin_of(metadata.distribution("restyle").read_text("direct_url.json"))
    except metadata.PackageNotFoundError:
        return Origin.REPOSITORY  # it runs out of its sources
