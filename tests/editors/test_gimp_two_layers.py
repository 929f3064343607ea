"""Owns the promises about a painting in two layers in GIMP: inside/gimp_two_layers.py holds them, and every one is a test here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from editors.studio import Studio, promises

pytestmark = [pytest.mark.editors, pytest.mark.slow, pytest.mark.timeout(900)]

SECONDS = 800  # for some thirty calls of the plug-in


@pytest.mark.parametrize("promise", promises("gimp_two_layers"))
def test_gimp(promise: str, gimp: Studio, once: Callable[[str, Callable[[], Any]], Any]) -> None:
    results = once(f"gimp-two-layers-{gimp.root.suite}", lambda: gimp.run("gimp_two_layers", SECONDS))
    assert promise in results, f"GIMP did not come so far:\n{gimp.output()}"
    assert results[promise] == "", results[promise]
