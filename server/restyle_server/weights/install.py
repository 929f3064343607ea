"""Owns bringing VGG19 onto this machine: fetched or given, hash-checked, only then parsed, trimmed, and put in place whole. Imports no torch."""

from __future__ import annotations

import errno
import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from restyle_contract.files import replacing
from restyle_engine.network.topology import VGG19

from .convert import convert_in_child
from .download import download, mark_path
from .errors import InstallFailed, WeightsInvalid
from .header import layers_of
from .torchvision_vgg19 import ask_address

HASH_CHUNK = 4 << 20  # bytes: a report every few milliseconds
MARGIN = 64 << 20  # bytes left free on the disk: filling it to the last byte hurts other programs
CONVERTED = VGG19.parameters * 4 + (1 << 20)  # bytes of the safetensors file in float32, with its header

Progress = Callable[[int, int, str], None]
"""progress(done, total, step): bytes, and "downloading", "checking", "converting" or "installed". Raising from it aborts; a download can go on later."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The one file that is accepted. size: bytes; sha256: hexadecimal, of the whole file."""

    size: int
    sha256: str


PUBLISHED = Expected(574_673_361, "dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44")
"""Torchvision's VGG19_Weights.IMAGENET1K_V1."""

FILE_NAME = f"vgg19-{PUBLISHED.sha256[:8]}.pth"
"""What torchvision calls that file."""


def vgg19_path(data_dir: Path) -> Path:
    """Where the installed VGG19 lies."""
    return data_dir / "weights" / "vgg19.safetensors"


def install_vgg19(
    data_dir: Path,
    source: str | Path | None = None,
    progress: Progress | None = None,
    *,
    expected: Expected = PUBLISHED,
    address: Callable[[], str] = ask_address,
    convert: Callable[[Path, Path], None] = convert_in_child,
    free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    wait: Callable[[float], None] = time.sleep,
) -> Path:
    """Installs VGG19 from torchvision's address (None), another one (str) or a file (Path) that holds the same bytes; returns the safetensors file.

    Blocks for minutes: call it from a thread. InstallFailed: a sentence; what was installed before is untouched. Installing again replaces.
    """
    tell = progress or (lambda done, total, step: None)
    target = vgg19_path(data_dir)
    with _sentences(target.parent), _alone(target):
        if isinstance(source, Path):
            _room(target.parent, CONVERTED, free)
            _check(source, expected, tell, given=True)
            _convert(source, target, expected, tell, convert)
        else:
            part = target.with_suffix(".pth.part")
            arrived = part.stat().st_size if part.exists() else 0
            _room(target.parent, max(0, expected.size - arrived) + CONVERTED, free)
            tell(arrived, expected.size, "downloading")  # asking for the address takes seconds
            download(source or address(), part, expected.size, lambda done, total: tell(done, total, "downloading"), wait)
            _check(part, expected, tell, given=False)
            _convert(part, target, expected, tell, convert)
            _remove(part)
    tell(expected.size, expected.size, "installed")
    return target


def _check(path: Path, expected: Expected, tell: Progress, *, given: bool) -> None:
    """The size and the hash, before anything parses the file. A download that fails is removed; a file that was given stays."""
    if given:
        _same_size(path, expected)
    try:
        found = _sha256(path, tell)
    except OSError as error:
        raise InstallFailed(f"{path} can't be read ({error.strerror or error}); check its permissions.") from error
    if found == expected.sha256:
        return
    if given:
        raise InstallFailed(f"{path} isn't torchvision's VGG19 (wrong SHA-256); nothing was installed. Download {FILE_NAME} again.")
    _remove(path)
    raise InstallFailed(
        "What was downloaded isn't torchvision's VGG19 (wrong SHA-256), so it was removed. Try again; if it happens twice, ask who runs your network."
    )


def _same_size(path: Path, expected: Expected) -> None:
    if not path.is_file():
        what = "is a folder, not a file" if path.is_dir() else "is no ordinary file" if path.exists() else "does not exist"
        raise InstallFailed(f"{path} {what}; give torchvision's VGG19 file, {FILE_NAME}.")
    size = path.stat().st_size
    if size != expected.size:
        raise InstallFailed(f"{path} has {size} bytes, not {expected.size}: it isn't torchvision's VGG19, or not all of it. Download {FILE_NAME} again.")


def _sha256(path: Path, tell: Progress) -> str:
    digest, done, size = hashlib.sha256(), 0, path.stat().st_size
    tell(0, size, "checking")
    with path.open("rb") as file:
        while piece := file.read(HASH_CHUNK):
            digest.update(piece)
            done += len(piece)
            tell(done, size, "checking")
    return digest.hexdigest()


def _convert(source: Path, target: Path, expected: Expected, tell: Progress, convert: Callable[[Path, Path], None]) -> None:
    tell(0, expected.size, "converting")
    try:
        with replacing(target) as made:
            convert(source, made)
            if layers_of(made) != VGG19.layers:
                raise InstallFailed("The converted weights are incomplete; try again.")
    except WeightsInvalid as error:
        raise InstallFailed(f"The converted weights are unusable; nothing was installed. {error}") from error


def _room(folder: Path, needed: int, free: Callable[[Path], int]) -> None:
    available = free(folder)
    if available < needed + MARGIN:
        raise InstallFailed(
            f"The disk of {folder} has {available / 1e6:.0f} MB free, but {(needed + MARGIN) / 1e6:.0f} MB are needed; "
            "free some space, or move the data folder with RESTYLE_DATA_DIR."
        )


def _remove(part: Path) -> None:
    part.unlink(missing_ok=True)
    mark_path(part).unlink(missing_ok=True)


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """One installation at a time: the server and the command line may both be asked."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with FileLock(target.with_suffix(".lock"), timeout=0):
            yield
    except Timeout as error:
        raise InstallFailed("VGG19 is being installed by another program; wait for it to end.") from error


@contextmanager
def _sentences(folder: Path) -> Iterator[None]:
    """Turns what the disk says into sentences."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise InstallFailed(f"The disk of {folder} is full; free some space and run it again: what has arrived is kept.") from error
        raise InstallFailed(f"The weights can't be written to {folder} ({error.strerror or error}); make it writable, or set RESTYLE_DATA_DIR.") from error
