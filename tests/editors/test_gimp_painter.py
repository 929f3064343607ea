"""Owns the promises of a GIMP whose plug-in came alone, as a release's zip, on a machine without a painter."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from editors import lone_plugins, roots, servers
from editors.conftest import GIMP_VERSIONS, profile
from editors.studio import Studio, promises
from editors.test_gimp_windows import keep, photo
from restyle_install import gimp

pytestmark = [pytest.mark.editors, pytest.mark.slow, pytest.mark.timeout(1500)]

SECONDS = 900


@pytest.mark.parametrize("promise", promises("gimp_painter"))
def test_gimp_alone(promise: str, debian: roots.Root, roomy: Path, shared_folder: Path, once: Callable[[str, Callable[[], Any]], Any]) -> None:
    results = once(f"gimp-painter-{debian.suite}", lambda: alone(debian, roomy, shared_folder))
    assert promise in results, f"the walk ended before, at {list(results)[-1:]}"
    assert results[promise] == "", results[promise]


def alone(debian: roots.Root, roomy: Path, shared_folder: Path) -> dict[str, Any]:
    """By hand, as the README in the zip says."""
    home = Path(tempfile.mkdtemp(prefix=f"{debian.suite}-", dir=roomy))
    shutil.copytree(profile(debian, shared_folder), home / ".config")
    studio = Studio(debian, home, home / ".config/GIMP" / GIMP_VERSIONS[debian.suite], home / ".local/state/restyle")
    photo(home / "photo.png")
    lone_plugins.put_uv(home)
    studio.state.mkdir(parents=True)
    with servers.starting_on_demand(studio.state, home / "server-data") as port:
        gimp.package(home / "restyle.zip", lone_plugins.painter(home / "release", port))
        subprocess.run([sys.executable, "-m", "zipfile", "-e", str(home / "restyle.zip"), str(studio.plugin.parent)], check=True)
        (studio.plugin / "restyle.py").chmod(0o755)
        results = studio.walk("gimp_painter", "gimp -s photo.png", SECONDS)
    keep(studio)
    return results
