"""Owns which weights there are on this machine, and which of them a job gets. Imports no torch."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..orders import WeightsFile
from .errors import WeightsInvalid, WeightsMissing, WeightsUnknown
from .header import layers_of
from .install import IMAGENET, imagenet_path
from .vgg19 import LAYERS

COMPACT = Path(__file__).with_name("compact.safetensors")
INSTALL_COMMAND = "restyle weights install imagenet"
IDS = ("imagenet", "compact", "file")


@dataclass(frozen=True, slots=True)
class Weights:
    """One set of weights.

    path: the safetensors file, or None when it is not on this machine (or not usable: then `hint` says why).
    layers: relu1_1 … the deepest last. size: bytes on disk, or to download. sha256: of the file on disk, or of the download.
    hint: one sentence on how to get better ones; empty for the best.
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
    """All weights, the best first: imagenet, compact, and, when the administrator gave one, his file. A damaged imagenet file counts as not installed."""
    imagenet = _imagenet(data_dir)
    found = [imagenet, _compact(imagenet)]
    if admin_file is not None:
        found.append(_given(admin_file))
    return found


def choose(wanted: str, data_dir: Path, admin_file: Path | None = None) -> WeightsFile:
    """The file for "auto" (or ""), "imagenet", "compact" or "file". auto takes imagenet when it is installed, else compact.

    WeightsUnknown: no such id. WeightsMissing: not on this machine. WeightsInvalid: the administrator's file is unusable.
    """
    if wanted in ("", "auto"):
        imagenet = _imagenet(data_dir)
        return _file(imagenet if imagenet.installed else _compact(imagenet))
    if wanted == "imagenet":
        return _file(_imagenet(data_dir))
    if wanted == "compact":
        return _file(_compact(None))
    if wanted != "file":
        raise WeightsUnknown(f"There are no weights called “{wanted[:40]}”; choose auto, imagenet, compact or file.")
    if admin_file is None:
        raise WeightsMissing("This server was given no weights file; choose auto, or start it with: restyle serve --weights-file FILE.")
    return _file(_given(admin_file))


def lacking(weights: Weights, layers: Iterable[str]) -> str | None:
    """A sentence about layers that these weights lack, or None when all of them are there."""
    lacks = [layer for layer in dict.fromkeys(layers) if layer not in weights.layers]
    if not lacks:
        return None
    known = [layer for layer in lacks if layer in LAYERS]
    if len(known) < len(lacks):
        return f"There is no layer “{next(layer for layer in lacks if layer not in LAYERS)[:40]}”; VGG19's layers are called relu1_1 to relu5_4."
    return f"The {weights.id} weights end at {weights.layers[-1]} and lack {', '.join(lacks)}; choose shallower layers" + (
        f", or install the whole network with: {INSTALL_COMMAND}." if weights.id != "imagenet" else "."
    )


def _file(weights: Weights) -> WeightsFile:
    if weights.path is None:
        raise WeightsMissing(f"{weights.hint} Or choose the weights compact, which came with Restyle.")
    return WeightsFile(weights.id, weights.path)


def _imagenet(data_dir: Path) -> Weights:
    path = imagenet_path(data_dir)
    if not path.exists():
        return _absent(f"The ImageNet weights are not installed; install them ({IMAGENET.size / 1e6:.0f} MB, once) with: {INSTALL_COMMAND}.")
    try:
        layers = layers_of(path)
    except WeightsInvalid:
        layers = ()
    if layers != LAYERS:
        return _absent(f"The ImageNet weights on this machine are damaged; install them again with: {INSTALL_COMMAND}.")
    return Weights("imagenet", path, layers, path.stat().st_size, _sha256(path))


def _absent(hint: str) -> Weights:
    return Weights("imagenet", None, LAYERS, IMAGENET.size, IMAGENET.sha256, hint)


def _compact(imagenet: Weights | None) -> Weights:
    hint = ""
    if imagenet is not None and not imagenet.installed:
        hint = (
            "Painted with the compact weights that came with Restyle; "
            f"the ImageNet weights paint finer ({IMAGENET.size / 1e6:.0f} MB, once): {INSTALL_COMMAND}."
        )
    return Weights("compact", COMPACT, layers_of(COMPACT), COMPACT.stat().st_size, _sha256(COMPACT), hint)


def _given(path: Path) -> Weights:
    return Weights("file", path, layers_of(path), path.stat().st_size, _sha256(path))


def _sha256(path: Path) -> str:
    about = path.stat()
    return _digest(path, about.st_size, about.st_mtime_ns)


@functools.lru_cache(maxsize=8)  # the three files, and those that they replaced; hashing 80 MB takes a tenth of a second
def _digest(path: Path, size: int, changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
