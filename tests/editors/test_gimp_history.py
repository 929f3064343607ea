"""Owns the promises about Explore and the recent paintings in GIMP: inside/gimp_history.py walks through them, and every step is a test here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from editors.servers import Served
from editors.studio import Studio, promises
from editors.test_gimp_windows import keep, photo
from PIL import Image

pytestmark = [pytest.mark.editors, pytest.mark.slow, pytest.mark.timeout(1500)]

SECONDS = 1200  # for thirty drafts and three paintings on a virtual screen, small ones
SIZE = (128, 96)  # px: a draft takes a second or two


@pytest.mark.parametrize("promise", promises("gimp_history"))
def test_gimp_history(promise: str, new_studio: Callable[[Path], Studio], served: Served, once: Callable[[str, Callable[[], Any]], Any], request: Any) -> None:
    suite = request.node.callspec.params["debian"]
    results = once(f"gimp-history-{suite}", lambda: walk_through(new_studio(served.state)))
    assert promise in results, f"the walk ended before, at {list(results)[-1:]}"
    assert results[promise] == "", results[promise]


def walk_through(studio: Studio) -> dict[str, str]:
    path = studio.home / "photo.png"
    photo(path)
    with Image.open(path) as picture:
        picture.resize(SIZE).save(path)
    results = studio.walk("gimp_history", "gimp -s photo.png", SECONDS)
    keep(studio)
    return results
