"""Owns the promises about GIMP with a screen: inside/gimp_windows.py walks through them once per version, and every step is a test here.

The pictures it takes are kept in the folder that RESTYLE_SCREENSHOTS names, for people to look at.
"""

from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from editors.servers import Served
from editors.studio import Studio, promises
from PIL import Image

pytestmark = [pytest.mark.editors, pytest.mark.slow, pytest.mark.timeout(1500)]

WOODCUT = Path(__file__).resolve().parents[2] / "server" / "restyle_server" / "styles" / "woodcut" / "style.toml"
SECONDS = 600  # for nine steps on a virtual screen, three of them paintings


@pytest.mark.parametrize("promise", promises("gimp_windows"))
def test_gimp(promise: str, new_studio: Callable[[Path], Studio], served: Served, once: Callable[[str, Callable[[], Any]], Any], request: Any) -> None:
    suite = request.node.callspec.params["debian"]
    results = once(f"gimp-windows-{suite}", lambda: walk_through(new_studio(served.state)))
    assert promise in results, f"the walk ended before, at {list(results)[-1:]}"
    assert results[promise] == "", results[promise]


def walk_through(studio: Studio) -> dict[str, str]:
    """Everything once; the screenshots are put where RESTYLE_SCREENSHOTS says."""
    photo(studio.home / "photo.png")
    suggested = tomllib.loads(WOODCUT.read_text(encoding="utf-8"))["suggested"]["strength"]
    results = studio.walk("gimp_windows", "gimp -s photo.png", SECONDS, woodcut_strength=suggested)
    if wanted := os.environ.get("RESTYLE_SCREENSHOTS"):
        Path(wanted).mkdir(parents=True, exist_ok=True)
        for picture in studio.home.glob("*.png"):
            shutil.copy(picture, Path(wanted) / f"gimp-{studio.root.suite}-{picture.name}")
    return results


def photo(path: Path) -> None:
    """640 × 480 px of hills under a sky: something to paint that belongs to nobody."""
    y, x = np.mgrid[0:480, 0:640].astype(np.float64)
    sky = np.stack([0.35 + y / 900, 0.55 + y / 900, 0.85 + y / 4000], axis=-1)
    for level, (height, color) in enumerate(((300, (0.45, 0.5, 0.6)), (350, (0.25, 0.45, 0.3)), (410, (0.5, 0.42, 0.2)))):
        hill = y > height + 30 * np.sin(x / (60 + 25 * level) + level) + 12 * np.sin(x / 17 + 3 * level)
        sky = np.where(hill[..., None], np.array(color) * (0.8 + 0.2 * np.sin(x / 9 + y / 7))[..., None], sky)
    sun = np.hypot(x - 470, y - 120) < 45
    sky = np.where(sun[..., None], np.array([1.0, 0.9, 0.6]), sky)
    Image.fromarray((np.clip(sky, 0, 1) * 255).astype(np.uint8)).save(path)


@pytest.mark.parametrize("promise", promises("gimp_painter_line"))
def test_the_painter_line(promise: str, new_studio: Callable[[Path], Studio], roomy: Path, once: Callable[[str, Callable[[], Any]], Any], request: Any) -> None:
    suite = request.node.callspec.params["debian"]
    results = once(f"gimp-painter-line-{suite}", lambda: new_studio(roomy / "no-server").walk("gimp_painter_line", "true"))
    assert results.get(promise) == "", results
