"""Owns the promises about layers: inside/gimp_layers.py and gimp_refusals.py hold them, and every one is a test here, in GIMP 3.0 and 3.2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from editors.studio import Studio, promises

pytestmark = [pytest.mark.editors, pytest.mark.slow, pytest.mark.timeout(1500)]

SECONDS = 600  # for some 60 calls of the plug-in: each starts a process of its own


@pytest.mark.parametrize("promise", [*promises("gimp_layers"), *promises("gimp_refusals")])
def test_gimp(promise: str, gimp: Studio, once: Callable[[str, Callable[[], Any]], Any]) -> None:
    results = once(f"gimp-layers-{gimp.root.suite}", lambda: gimp.run("gimp_layers", SECONDS))
    assert promise in results, f"GIMP did not come so far:\n{gimp.output()}"
    assert results[promise] == "", results[promise]
