"""Owns what a look is learned from, as the server's own code sees it: frozen, validated, pictures as files beside the journal. Picklable; imports neither
protobuf nor torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from restyle_engine.parameters import Parameters

from .order import PaintedOrder, PlaneFile, StyleOrder, WeightsFile


@dataclass(frozen=True, slots=True)
class LessonOrder:
    """name, style, credit: texts of the look. styles: what it is to look like; none with a painting. photographs: encoded pictures to practise on; none: those
    that came with Restyle. content: a layer, which previews show; None: they show a photograph. painting: of the content, as large as it. steps: of
    learning. kept: where what has been learned lies, as soon as there is something."""

    name: str
    style: str
    credit: str
    steps: int
    styles: tuple[StyleOrder, ...]
    photographs: tuple[Path, ...]
    content: PlaneFile | None
    painting: PaintedOrder | None
    weights: WeightsFile
    parameters: Parameters
    kept: Path
