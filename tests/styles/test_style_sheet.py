"""The sheet of what styles do to photos: a cell is painted once, a stopped run goes on, the file stays under its limit."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image
from restyle_engine.parameters import Color, Preset
from restyle_imaging.planes.formats import Plane
from restyle_painters.cells import Cell, Cells, photograph
from restyle_server.records.order import Order, WeightsFile
from restyle_server.styles.library import Library, Style
from restyle_server.weights.catalogue import SHIPPED
from restyle_server.worker.engine import Device, Observer


class Negative:
    """An engine that turns colours over, and counts."""

    def __init__(self) -> None:
        self.orders: list[Order] = []

    def device(self) -> Device:
        return Device("cpu", "cpu", "negative", 2**30, 2**30, bf16=False)

    def paint(self, order: Order, observe: Observer) -> object:
        self.orders.append(order)
        photo = order.content
        data = bytes(255 - value for value in photo.path.read_bytes())
        return SimpleNamespace(plane=Plane(photo.format, photo.width, photo.height, data))


def cell(style: Style, photo: str = "coffee", **changes: object) -> Cell:
    words = {"side": 24, "preset": Preset.DRAFT, "scale": 1.5, "strength": 70.0, "color": Color.MATCH, "weights": WeightsFile("vgg16", SHIPPED)}
    return Cell(style, photo, **{**words, **changes})  # type: ignore[arg-type]


@pytest.fixture
def wave(tmp_path: Path) -> Style:
    return Library(tmp_path / "own").get("wave")


def test_a_cell_is_painted_as_chosen_and_only_once(tmp_path: Path, wave: Style) -> None:
    engine = Negative()
    first = Cells(engine, tmp_path / "cells").picture(cell(wave))  # type: ignore[arg-type]
    again = Cells(engine, tmp_path / "cells").picture(cell(wave))  # type: ignore[arg-type]
    (order,) = engine.orders
    assert (order.parameters.size, order.parameters.strength, order.parameters.color, order.styles[0].scale) == (24, 70.0, Color.MATCH, 1.5)
    assert first.size == (24, 16)
    assert first.tobytes() == again.tobytes() == bytes(255 - value for value in photograph("coffee", 24).tobytes())


@pytest.mark.parametrize("change", [{"photo": "rocket"}, {"side": 32}, {"preset": Preset.FINE}, {"scale": 1.0}, {"strength": 60.0}, {"color": None}])
def test_what_is_chosen_otherwise_is_another_cell(tmp_path: Path, wave: Style, change: dict[str, Any]) -> None:
    engine = Negative()
    cells = Cells(engine, tmp_path / "cells")  # type: ignore[arg-type]
    cells.picture(cell(wave))
    cells.picture(cell(wave, **change))
    assert len(engine.orders) == 2


def test_a_run_that_fails_half_way_keeps_what_it_painted(tmp_path: Path, wave: Style) -> None:
    class Failing(Negative):
        def paint(self, order: Order, observe: Observer) -> object:
            if self.orders:
                raise RuntimeError("no power")
            return super().paint(order, observe)

    cells = Cells(Failing(), tmp_path / "cells")  # type: ignore[arg-type]
    cells.picture(cell(wave, "coffee"))
    with pytest.raises(RuntimeError):
        cells.picture(cell(wave, "rocket"))
    assert [path.name for path in (tmp_path / "cells").iterdir()] == [cell(wave, "coffee").name]


@pytest.mark.slow
def test_the_command_makes_a_sheet_under_the_limit_and_goes_on_where_it_was(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "restyle_painters.sheet", "wave", "--tile", "32", "--preset", "draft", "--cells", str(tmp_path / "cells")]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    runs = [
        subprocess.run([*command, "-o", str(tmp_path / name), "--most-bytes", "9000"], check=True, capture_output=True, text=True, timeout=240, env=environment)
        for name in ("first.jpg", "second.jpg")
    ]
    assert [len(run.stdout.splitlines()) for run in runs] == [3, 0], "the second run paints nothing"
    data = (tmp_path / "first.jpg").read_bytes()
    assert data == (tmp_path / "second.jpg").read_bytes()
    assert len(data) <= 9000
    assert Image.open(io.BytesIO(data)).width > 4 * 32
