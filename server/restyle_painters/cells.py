"""Owns one painted cell of a sheet: a photo after a style, kept as a file, so that a run that was stopped goes on where it was. Needs the engine (torch)."""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from restyle_contract.files import replacing
from restyle_engine.parameters import Color, Parameters, Preset
from restyle_engine.verdict import Verdict
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat
from restyle_server.records.order import AskedOrder, PlaneFile, StyleOrder, WeightsFile
from restyle_server.styles.library import Style
from restyle_server.weights.catalogue import SHIPPED
from restyle_server.worker.engine import Engine, resolved


@dataclass(frozen=True, slots=True)
class Cell:
    """What decides a cell. side: px of the photo's longer side, and of the work. scale: of the strokes; None: what suits. strength, color: as suggested, unless
    chosen otherwise."""

    style: Style
    photo: str
    side: int
    preset: Preset
    scale: float | None
    strength: float | None
    color: Color | None
    weights: WeightsFile

    @property
    def name(self) -> str:
        """A file's name, different for everything that looks different."""
        weights = self.weights.id if self.weights.path == SHIPPED else str(self.weights.path)  # wherever this project lies
        chosen = (self.style.sha256, self.side, self.preset, self.scale, self.strength, self.color, weights)
        return f"{self.style.id}-{self.photo}-{hashlib.sha256(repr(chosen).encode()).hexdigest()[:12]}.png"


class Cells:
    """Paints cells with one engine, one after another; folder: where they are kept. Another version of the engine wants another folder."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine = engine
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def picture(self, cell: Cell) -> Image.Image:
        """The cell, RGB: as it was painted before, or painted now and told on stdout."""
        path = self._folder / cell.name
        if not path.is_file():
            began = time.monotonic()
            painted = self._painted(cell)
            with replacing(path) as draft:
                painted.save(draft, "PNG")
            sys.stdout.write(f"{cell.style.id} on {cell.photo}: {time.monotonic() - began:.1f} s\n")
            sys.stdout.flush()
        with Image.open(path) as image:
            return image.convert("RGB")

    def _painted(self, cell: Cell) -> Image.Image:
        rgb = photograph(cell.photo, cell.side)
        parameters = Parameters(preset=cell.preset, size=cell.side, strength=cell.strength, color=cell.color)
        with tempfile.TemporaryDirectory(prefix="restyle-cell-") as scratch:
            content = Path(scratch) / "photo.raw"
            content.write_bytes(rgb.tobytes())
            plane = PlaneFile(content, PixelFormat(Channels.RGB, Depth.U8), rgb.shape[1], rgb.shape[0])
            order = AskedOrder(
                plane,
                (StyleOrder(cell.style.id, picture=cell.style.picture, scale=cell.scale, suggested=cell.style.suggested.scale),),
                cell.weights,
                parameters,
            )
            result = self._engine.paint(resolved(order, self._engine.device()), lambda _: Verdict.GO_ON).plane
        return Image.frombytes("RGB", (result.width, result.height), bytes(result.data))


def photograph(name: str, side: int) -> NDArray[np.uint8]:
    """One of scikit-image's packaged photos, uint8 (h, w, 3), its longer side at most `side` px."""
    from skimage import data  # an extra, and slow to import

    image = Image.fromarray(np.ascontiguousarray(getattr(data, name)()[..., :3], np.uint8))
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    return np.asarray(image)
