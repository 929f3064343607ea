"""Owns which weights there are on this machine, and which of them a job gets. Imports no torch."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from restyle_engine.network.topology import VGG19

from ..records.order import WeightsFile
from .errors import WeightsInvalid, WeightsMissing, WeightsUnknown
from .header import layers_of
from .install import PUBLISHED, vgg19_path

SHIPPED = Path(__file__).with_name("vgg16.safetensors")
INSTALL_COMMAND = "restyle weights install vgg19"
IDS = ("vgg19", "vgg16", "file")


@dataclass(frozen=True, slots=True)
class Weights:
    """One set of weights.

    path: the safetensors file, or None when it is not on this machine (or not usable: then `hint` says why).
    layers: relu1_1 … the deepest last; none when the file is damaged. size: bytes on disk, or to download. sha256: of the file on disk, or of the download.
    hint: one sentence on how to get them; empty when they are here.
    """

    id: str
    path: Path | None
    layers: tuple[str, ...]
    size: int
    sha256: str
    hint: str = ""

    @property
    def installed(self) -> bool:
        return self.path is not None


def catalogue(data_dir: Path, admin_file: Path | None = None) -> list[Weights]:
    """All weights in auto's order: vgg19, vgg16, and, when the administrator gave one, his file. A damaged file of vgg19 counts as not installed."""
    found = [_vgg19(data_dir), _vgg16()]
    if admin_file is not None:
        found.append(_given(admin_file))
    return found


def automatic(known: Iterable[Weights]) -> Weights:
    """What "auto" means: the first that is installed, of weights in auto's order; vgg16 always is."""
    return next(each for each in known if each.installed)


def choose(wanted: str, data_dir: Path, admin_file: Path | None = None) -> WeightsFile:
    """The file for "auto" (or ""), "vgg19", "vgg16" or "file".

    WeightsUnknown: no such id. WeightsMissing: not on this machine. WeightsInvalid: the administrator's file is unusable.
    """
    if wanted in ("", "auto"):
        return _file(automatic(catalogue(data_dir)))
    if wanted == "vgg19":
        return _file(_vgg19(data_dir))
    if wanted == "vgg16":
        return _file(_vgg16())
    if wanted != "file":
        raise WeightsUnknown(f"There are no weights called “{wanted[:40]}”; choose auto, vgg19, vgg16 or file.")
    if admin_file is None:
        raise WeightsMissing("This server was given no weights file; choose auto, or start it with: restyle serve --weights-file FILE.")
    return _file(_given(admin_file))


def lacking(weights: Weights, layers: Iterable[str]) -> str | None:
    """A sentence about layers that these weights lack, or None when all of them are there."""
    lacks = [layer for layer in dict.fromkeys(layers) if layer not in weights.layers]
    if not lacks:
        return None
    return f"The weights “{weights.id}” lack {', '.join(lacks)}; choose among {', '.join(weights.layers)}, or other weights."


def _file(weights: Weights) -> WeightsFile:
    if weights.path is None:
        raise WeightsMissing(f"{weights.hint} Or choose vgg16, which came with Restyle.")
    return WeightsFile(weights.id, weights.path)


def _vgg19(data_dir: Path) -> Weights:
    path = vgg19_path(data_dir)
    if not path.exists():
        return _absent(VGG19.layers, f"VGG19 is not installed; it can be ({PUBLISHED.size / 1e6:.0f} MB to download, once): {INSTALL_COMMAND}.")
    try:
        layers = layers_of(path)
    except WeightsInvalid:
        layers = ()
    if layers != VGG19.layers:
        return _absent((), f"VGG19's file on this machine is damaged; install it again with: {INSTALL_COMMAND}.")
    return Weights("vgg19", path, layers, path.stat().st_size, _sha256(path))


def _absent(layers: tuple[str, ...], hint: str) -> Weights:
    return Weights("vgg19", None, layers, PUBLISHED.size, PUBLISHED.sha256, hint)


def _vgg16() -> Weights:
    return Weights("vgg16", SHIPPED, layers_of(SHIPPED), SHIPPED.stat().st_size, _sha256(SHIPPED))


def _given(path: Path) -> Weights:
    return Weights("file", path, layers_of(path), path.stat().st_size, _sha256(path))


def _sha256(path: Path) -> str:
    about = path.stat()
    return _digest(path, about.st_size, about.st_mtime_ns)


@functools.lru_cache(maxsize=8)  # the three files, and those that they replaced; hashing 80 MB takes a tenth of a second
def _digest(path: Path, size: int, changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
