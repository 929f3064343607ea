"""Owns the promises about GIMP with a screen: inside/gimp_windows.py walks through them once per version, and every step is a test here.

The pictures it takes are kept in the folder that RESTYLE_SCREENSHOTS names, for people to look at.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from editors.servers import Served, with_a_look
from editors.studio import Studio, promises
from PIL import Image
from restyle_editor.presets import Presets

pytestmark = [pytest.mark.editors, pytest.mark.slow, pytest.mark.timeout(1500)]

STYLES = Path(__file__).resolve().parents[2] / "server" / "restyle_server" / "styles"
SECONDS = 1200  # for some twenty steps on a virtual screen, seven of them paintings


@pytest.mark.parametrize("promise", promises("gimp_windows"))
def test_gimp(promise: str, new_studio: Callable[[Path], Studio], served: Served, once: Callable[[str, Callable[[], Any]], Any], request: Any) -> None:
    suite = request.node.callspec.params["debian"]
    results = once(f"gimp-windows-{suite}", lambda: walk_through(new_studio(served.state), served))
    assert promise in results, f"the walk ended before, at {list(results)[-1:]}"
    assert results[promise] == "", results[promise]


def walk_through(studio: Studio, served: Served) -> dict[str, str]:
    """Everything once; the screenshots are put where RESTYLE_SCREENSHOTS says."""
    photo(studio.home / "photo.png")
    saved = Presets(studio.config / "presets")
    for name in saved.names():
        saved.remove(name)
    saved.save("From elsewhere", {"strength": 15, "color": "content"})
    mirrored = io.BytesIO()
    Image.open(studio.home / "photo.png").transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(mirrored, "PNG")  # a picture is in the library once
    with served.session() as session:
        suggesting = session.add_style(mirrored.getvalue(), title="Suggesting", suggested_strength=30.0, suggested_scale=0.75, suggested_color="content")
        results = studio.walk("gimp_windows", "gimp -s photo.png", SECONDS, woodcut_strength=suggested("woodcut"), glass_strength=suggested("stained-glass"))
        session.delete_style(suggesting.id)
    keep(studio)
    return results


def keep(studio: Studio) -> None:
    """The screenshots, where RESTYLE_SCREENSHOTS says."""
    if wanted := os.environ.get("RESTYLE_SCREENSHOTS"):
        Path(wanted).mkdir(parents=True, exist_ok=True)
        for picture in studio.home.glob("*.png"):
            shutil.copy(picture, Path(wanted) / f"gimp-{studio.root.suite}-{picture.name}")


@pytest.mark.parametrize("promise", promises("gimp_preview"))
def test_the_preview(promise: str, new_studio: Callable[[Path], Studio], served: Served, once: Callable[[str, Callable[[], Any]], Any], request: Any) -> None:
    def look() -> dict[str, str]:
        studio = new_studio(served.state)
        photo(studio.home / "photo.png")
        with with_a_look(served):
            results = studio.walk("gimp_preview", "gimp -s photo.png", SECONDS)
        keep(studio)
        return results

    suite = request.node.callspec.params["debian"]
    results = once(f"gimp-preview-{suite}", look)
    assert promise in results, f"the walk ended before, at {list(results)[-1:]}"
    assert results[promise] == "", results[promise]


@pytest.mark.parametrize(("script", "promise"), [(script, promise) for script in ("gimp_updating", "gimp_gallery") for promise in promises(script)])
def test_a_walk(
    script: str, promise: str, new_studio: Callable[[Path], Studio], served: Served, once: Callable[[str, Callable[[], Any]], Any], request: Any
) -> None:
    def look() -> dict[str, str]:
        studio = new_studio(served.state)
        photo(studio.home / "photo.png")
        results = studio.walk(script, "gimp -s photo.png", SECONDS)
        keep(studio)
        return results

    suite = request.node.callspec.params["debian"]
    results = once(f"{script}-{suite}", look)
    assert promise in results, f"the walk ended before, at {list(results)[-1:]}"
    assert results[promise] == "", results[promise]


def test_what_gimp_saved_is_a_preset_of_the_command_line(
    new_studio: Callable[[Path], Studio], served: Served, once: Callable[[str, Callable[[], Any]], Any], debian: Any
) -> None:
    once(f"gimp-windows-{debian.suite}", lambda: walk_through(new_studio(served.state), served))
    environment = {**os.environ, "RESTYLE_CONFIG_DIR": str(served.state.parent / "config")}
    command = [sys.executable, "-c", "from restyle_cli.main import main; main()", "presets", "show", "My fine one", "--json"]
    shown = json.loads(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)
    assert shown["settings"]["preset"] == "fine"
    assert shown["settings"]["strength"] == suggested("stained-glass")


def suggested(style: str) -> float:
    """The strength that suits a style of the library."""
    strength: float = tomllib.loads((STYLES / style / "style.toml").read_text(encoding="utf-8"))["suggested"]["strength"]
    return strength


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
