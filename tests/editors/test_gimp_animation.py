"""Owns the promises about Restyle as animation in GIMP: inside/gimp_animation.py holds them, and every one is a test here, in GIMP 3.0 and 3.2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from editors.studio import Studio, promises

pytestmark = [pytest.mark.editors, pytest.mark.slow, pytest.mark.timeout(900)]

SECONDS = 600  # for some fifteen calls of the plug-in and thirty small paintings


@pytest.mark.parametrize("promise", promises("gimp_animation"))
def test_gimp(promise: str, gimp: Studio, once: Callable[[str, Callable[[], Any]], Any]) -> None:
    results = once(f"gimp-animation-{gimp.root.suite}", lambda: gimp.run("gimp_animation", SECONDS))
    assert promise in results, f"GIMP did not come so far:\n{gimp.output()}"
    assert results[promise] == "", results[promise]
