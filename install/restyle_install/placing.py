"""Owns how a plug-in gets into an editor's folder, into a zip, and out again: whole or not at all, with the shared packages and the launcher inside."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import stat
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from restyle_contract.files import atomic_write, replacing, sweep

HERE = Path(__file__).resolve().parent
PACKAGES = ("restyle_contract", "restyle_client", "restyle_editor")
INSTALLER = "restyle_install"  # travels with a plug-in that is put in by hand, which offers to install the painter
LAUNCHER = "launcher.json"
LEFT_OUT = ("__pycache__", ".mypy_cache", ".ruff_cache", LAUNCHER)
ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # equal sources give equal zips
EXECUTABLE = 0o755
SCRATCH = ".restyle-"  # how the names of folders begin that are in the making, or on their way out


class PlacingError(Exception):
    """The plug-in could not be placed; a sentence with what to do."""


@dataclass(frozen=True)
class Profile:
    """A place that an editor loads plug-ins from. version: such as "3.0"; empty when not known. kind: "native", "Flatpak", "AppImage", "Snap" or "given"."""

    folder: Path
    version: str = ""
    kind: str = "native"


@dataclass(frozen=True)
class Placed:
    """target: the plug-in's folder (or main file's). replaced: an earlier one was there. note: a sentence about what is left to do."""

    profile: Profile
    target: Path
    replaced: bool
    note: str = ""


def plugin_source(editor: str) -> Path:
    """The plug-in's own files: in the source tree, or inside the installed package. PlacingError."""
    for place in (HERE.parent.parent / "plugin" / editor, HERE / "plugins" / editor):
        if (place / "restyle").is_dir():
            return place
    raise PlacingError(f"This installation of Restyle came without its {editor} plug-in; install Restyle again.")


def package_source(name: str) -> Path:
    """The folder of one of the packages that travel with a plug-in. PlacingError."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise PlacingError(f"The package {name} is missing; install Restyle again.")
    return Path(next(iter(spec.submodule_search_locations)))


def packages(below: str = "") -> dict[str, Path]:
    """What travels with every plug-in, by its name in there. below: a folder's name with a slash. PlacingError."""
    return {f"{below}{name}": package_source(name) for name in PACKAGES}


def installer(below: str, wheel: Path | None) -> dict[str, Path]:
    """What lets a plug-in that was put in by hand install the painter, likewise. wheel: of the painter, which then comes along. PlacingError."""
    source = package_source(INSTALLER)
    parts = {f"{below}{INSTALLER}/{path.name}": path for path in sorted(source.glob("*.py"))}  # the plug-ins in an installed one stay out
    return {**parts, f"{below}{wheel.name}": wheel} if wheel else parts


def replace_folder(target: Path, fill: dict[str, Path], extra: dict[str, str]) -> bool:
    """Makes `target` anew from `fill` (name inside → folder or file; "" is the folder's own content) and `extra` (name → text). Whole or not at all.

    Returns whether there was one before; of a link, only the link goes. PlacingError.
    """
    with _told(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=target.parent) as scratch:
            new, old = Path(scratch) / "new", Path(scratch) / "old"
            for name, source in fill.items():
                _copy(source, new / name if name else new)
            for name, text in extra.items():
                (new / name).write_text(text, encoding="utf-8")
            replaced = target.is_dir() or target.is_symlink()
            if replaced:
                target.rename(old)
            try:
                new.rename(target)
            except OSError:
                if replaced:
                    old.rename(target)
                raise
            return replaced


def remove_folder(target: Path) -> bool:
    """Whether there was something to remove. A link goes alone, and a file is no plug-in. PlacingError."""
    with _told(target):
        _sweep(target)
        if target.is_symlink():
            target.unlink()
            return True
        if not target.is_dir():
            return False
        gone = target.with_name(f"{SCRATCH}removed")
        target.rename(gone)  # first out of the editor's sight, at once
        shutil.rmtree(gone)
    return True


def _sweep(target: Path) -> None:
    """Removes what a killed run left beside the plug-in's folder."""
    sweep(target.parent)
    for left in target.parent.glob(f"{SCRATCH}*"):
        if left.is_symlink():
            left.unlink()
        elif left.is_dir():
            shutil.rmtree(left)


def place_file(source: Path, target: Path) -> None:
    """Copies one file, whole or not at all. PlacingError."""
    with _told(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as part:
            shutil.copyfile(source, part)


def remove_file(target: Path) -> None:
    """Harmless when it isn't there. PlacingError."""
    with _told(target):
        sweep(target.parent)
        target.unlink(missing_ok=True)


def write_zip(path: Path, fill: dict[str, Path], extra: dict[str, str], executable: frozenset[str] = frozenset()) -> None:
    """A zip of `fill` and `extra` (names as in the zip), written whole or not at all. executable: names that get the exec bit. PlacingError."""
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in sorted(_entries(fill, extra)):
                info = zipfile.ZipInfo(name, ZIP_TIME)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = (stat.S_IFREG | (EXECUTABLE if name in executable else 0o644)) << 16
                archive.writestr(info, content)


def launcher_text(version: str) -> str:
    """What launcher.json says: how to start this server with this Python, and where its server.json is; also written into the user's data folder. PlacingError.

    A launcher that is there already, of this very version, is kept: the administrator may have changed it.
    """
    from restyle_client import discovery  # pure Python; it knows the folders that an editor will look in

    own = discovery.data_dir() / LAUNCHER
    known = discovery.read_launcher(own)
    if known is not None and known.version == version and (not known.command or Path(known.command[0]).exists()):
        return own.read_text(encoding="utf-8")
    return write_launcher([sys.executable, "-P", "-m", "restyle_server"], version)


def write_launcher(command: Sequence[str], version: str) -> str:
    """Writes launcher.json into the user's data folder; its text. An empty command: no server is to be started from here. PlacingError."""
    from restyle_client import discovery

    own = discovery.data_dir() / LAUNCHER
    words = {"command": list(command), "state_dir": str(discovery.state_dir()), "config_dir": str(discovery.config_dir()), "version": version}
    text = json.dumps(words, indent=1)
    with _told(own):
        own.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        atomic_write(own, text)
    return text


def make_executable(path: Path) -> None:
    """Editors on Linux and macOS start a plug-in as a program."""
    with _told(path):
        path.chmod(path.stat().st_mode | 0o111)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(*LEFT_OUT), dirs_exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def _entries(fill: dict[str, Path], extra: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    for name, text in extra.items():
        yield name, text.encode()
    for name, source in fill.items():
        if source.is_file():
            yield name, source.read_bytes()
            continue
        for folder, folders, files in os.walk(source):
            folders[:] = sorted(each for each in folders if each not in LEFT_OUT)
            for file in files:
                if file not in LEFT_OUT:
                    inside = Path(folder, file).relative_to(source).as_posix()
                    yield f"{name}/{inside}", Path(folder, file).read_bytes()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PlacingError(f"{error.filename or path} can't be written ({error.strerror or error}); make it writable, or give another folder.") from error
