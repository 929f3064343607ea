"""Paintings of contents that were brought to one palette match."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from engine.scenes import photo, waves
from PIL import Image
from restyle_engine.parameters import Color, Parameters, Precision, Preset
from restyle_engine.verdict import Verdict
from restyle_imaging.color.palette import Palette
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat, Plane
from restyle_imaging.planes.palettes import common_palette, measured, recolored
from restyle_server.records.order import AskedOrder, PlaneFile, StyleOrder, WeightsFile
from restyle_server.weights.catalogue import SHIPPED
from restyle_server.worker.engine import LiveProgress, resolved
from restyle_server.worker.neural_engine import NeuralEngine, engine

RGB8 = PixelFormat(Channels.RGB, Depth.U8)


def go_on(_: LiveProgress) -> Verdict:
    return Verdict.GO_ON


def painting(paints: NeuralEngine, content: Plane, color: Color, strength: float, folder: Path) -> Plane:
    Image.fromarray((waves(60, 50) * 255).astype(np.uint8)).save(folder / "waves.png")
    (folder / "content").write_bytes(content.data)
    asked = AskedOrder(
        content=PlaneFile(folder / "content", content.format, content.width, content.height),
        styles=(StyleOrder("waves", picture=folder / "waves.png"),),
        weights=WeightsFile("vgg16", SHIPPED),
        parameters=Parameters(preset=Preset.DRAFT, size=64, evaluations=3, strength=strength, color=color, precision=Precision.FP32),
    )
    return paints.paint(resolved(asked, paints.device()), go_on).plane


def apart(one: Palette, other: Palette) -> float:
    return float(np.linalg.norm(one.mean - other.mean))


@pytest.mark.parametrize(("color", "strength"), [(Color.CONTENT, 50), (Color.MATCH, 50), (Color.STYLE, 20)])
def test_a_gray_day_and_a_sunny_one_look_like_one_series(color: Color, strength: float, tmp_path: Path) -> None:
    paints = engine("cpu")
    scene = photo(64, 48)
    grays = scene.mean(-1, keepdims=True) * np.ones(3)
    days = [(0.4 + 0.3 * (grays - 0.5)), (0.5 * scene + (0.4, 0.3, 0.05))]
    contents = [Plane(RGB8, 64, 48, (np.clip(day, 0, 1) * 255).round().astype(np.uint8).tobytes()) for day in days]
    common = common_palette([measured(content) for content in contents])
    without = apart(*(measured(painting(paints, content, color, strength, tmp_path)) for content in contents))
    within = apart(*(measured(painting(paints, recolored(content, common), color, strength, tmp_path)) for content in contents))
    assert within < without / 2
