"""Owns the promises about textures in the editors, and about patterns that they read: scripts of inside/ hold them, and every one is a test here.

The pictures that are taken are kept in the folder that RESTYLE_SCREENSHOTS names, for people to look at.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from editors import roots
from editors.krita_home import KritaHome
from editors.servers import Served
from editors.studio import Studio, promises
from editors.test_krita import kept
from restyle_imaging.io.files import encode_picture
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat, Plane

pytestmark = [pytest.mark.editors, pytest.mark.slow, pytest.mark.timeout(900)]

SECONDS = 600  # for a dozen small paintings
Once = Callable[[str, Callable[[], Any]], Any]


def pattern(folder: Path) -> bytes:
    """Writes tile.pat, as the command line would; returns its pixels."""
    folder.mkdir(parents=True, exist_ok=True)
    data = np.random.default_rng(0).integers(0, 256, (30, 20, 4)).astype(np.uint8)
    data[..., 3] = 255
    (folder / "tile.pat").write_bytes(encode_picture(Plane(PixelFormat(Channels.RGBA, Depth.U8), 20, 30, data.tobytes()), ".pat", name="Tile").data)
    return data.tobytes()


def photographed(home: Path, name: str) -> None:
    if wanted := os.environ.get("RESTYLE_SCREENSHOTS"):
        Path(wanted).mkdir(parents=True, exist_ok=True)
        for picture in home.glob("*.png"):
            shutil.copy(picture, Path(wanted) / f"{name}-{picture.name}")


@pytest.mark.parametrize("promise", promises("gimp_textures"))
def test_gimp(promise: str, gimp: Studio, once: Once) -> None:
    def run() -> dict[str, Any]:
        (gimp.home / "tile.rgba").write_bytes(pattern(gimp.home))
        return gimp.run("gimp_textures", SECONDS)

    results = once(f"gimp-textures-{gimp.root.suite}", run)
    assert promise in results, f"GIMP did not come so far:\n{gimp.output()}"
    assert results[promise] == "", results[promise]


@pytest.mark.parametrize("promise", promises("gimp_texture_windows"))
def test_gimp_with_a_screen(promise: str, new_studio: Callable[[Path], Studio], served: Served, once: Once, request: Any) -> None:
    suite = request.node.callspec.params["debian"]

    def walk() -> dict[str, Any]:
        studio = new_studio(served.state)
        results = studio.walk("gimp_texture_windows", "gimp", SECONDS)
        photographed(studio.home, f"gimp-{suite}")
        return results

    results = once(f"gimp-texture-windows-{suite}", walk)
    assert promise in results, f"the walk ended before, at {list(results)[-1:]}"
    assert results[promise] == "", results[promise]


@pytest.mark.parametrize("promise", promises("krita_textures"))
def test_krita(promise: str, debian: roots.Root, served: Served, roomy: Path, once: Once) -> None:
    def run() -> dict[str, Any]:
        place = KritaHome(debian, Path(tempfile.mkdtemp(prefix=f"krita-{debian.suite}-", dir=roomy)), served.state)
        assert "Installed the plug-in in Krita" in place.install()
        pattern(place.resources / "patterns")
        results = place.run("krita_textures", SECONDS)
        photographed(place.home, f"krita-{debian.suite}")
        return {"output": place.output(), **results}

    kept(once(f"krita-textures-{debian.suite}", run), promise)
