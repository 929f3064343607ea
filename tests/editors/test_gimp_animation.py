"""Owns the promises about Restyle as animation in GIMP: scripts of inside/ hold them, and every one is a test here, in GIMP 3.0 and 3.2.

The pictures that are taken are kept in the folder that RESTYLE_SCREENSHOTS names, for people to look at.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from editors.servers import Served
from editors.studio import Studio, promises
from PIL import Image

pytestmark = [pytest.mark.editors, pytest.mark.slow, pytest.mark.timeout(900)]

SECONDS = 600  # for some fifteen calls of the plug-in and thirty small paintings
Once = Callable[[str, Callable[[], Any]], Any]


@pytest.mark.parametrize("promise", promises("gimp_animation"))
def test_gimp(promise: str, gimp: Studio, once: Once) -> None:
    results = once(f"gimp-animation-{gimp.root.suite}", lambda: gimp.run("gimp_animation", SECONDS))
    assert promise in results, f"GIMP did not come so far:\n{gimp.output()}"
    assert results[promise] == "", results[promise]


@pytest.mark.parametrize("promise", promises("gimp_animation_windows"))
def test_gimp_with_a_screen(promise: str, new_studio: Callable[[Path], Studio], served: Served, once: Once, request: Any) -> None:
    suite = request.node.callspec.params["debian"]
    results = once(f"gimp-animation-windows-{suite}", lambda: walk_through(new_studio(served.state)))
    assert promise in results, f"the walk ended before, at {list(results)[-1:]}"
    assert results[promise] == "", results[promise]


def walk_through(studio: Studio) -> dict[str, str]:
    gif(studio.home / "walk.gif")
    results = studio.walk("gimp_animation_windows", "gimp -s walk.gif", SECONDS)
    if wanted := os.environ.get("RESTYLE_SCREENSHOTS"):
        Path(wanted).mkdir(parents=True, exist_ok=True)
        for picture in studio.home.glob("*.png"):
            shutil.copy(picture, Path(wanted) / f"gimp-{studio.root.suite}-{picture.name}")
    return results


def gif(path: Path) -> None:
    """Four frames of 96 × 64 px, 120 ms each: a sun that goes over hills."""
    y, x = np.mgrid[0:64, 0:96].astype(np.float64)
    frames = []
    for number in range(4):
        sky = np.stack([0.3 + y / 160, 0.5 + y / 160, 0.8 + y / 400], axis=-1)
        sky = np.where((np.hypot(x - 20 - 18 * number, y - 22 + 3 * number) < 9)[..., None], np.array([1.0, 0.9, 0.5]), sky)
        sky = np.where((y > 46 + 6 * np.sin(x / 11))[..., None], np.array([0.2, 0.45, 0.25]), sky)
        frames.append(Image.fromarray((np.clip(sky, 0, 1) * 255).astype(np.uint8)))
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=120, loop=0)
