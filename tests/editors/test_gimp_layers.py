"""Owns the promises about layers: inside/gimp_layers.py, gimp_stacking.py and gimp_refusals.py hold them, and every one is a test here, in GIMP 3.0 and 3.2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from editors.studio import Studio, promises
from restyle_editor.presets import Presets

pytestmark = [pytest.mark.editors, pytest.mark.slow, pytest.mark.timeout(1500)]

SECONDS = 1400  # for some 80 calls of the plug-in: each starts a process of its own, 1 s on an idle machine, 4 s on a busy one


def paint_all(gimp: Studio) -> dict[str, Any]:
    """Everything once, in a GIMP beside which another client has saved a preset."""
    layers = (("relu1_1", 3.0), ("relu2_1", 1.0))
    Presets(gimp.config / "presets").save("From elsewhere", {"strength": 30, "evaluations": 2, "color": "content", "style_layers": layers})
    return gimp.run("gimp_layers", SECONDS)


@pytest.mark.parametrize("promise", [*promises("gimp_layers"), *promises("gimp_stacking"), *promises("gimp_refusals")])
def test_gimp(promise: str, gimp: Studio, once: Callable[[str, Callable[[], Any]], Any]) -> None:
    results = once(f"gimp-layers-{gimp.root.suite}", lambda: paint_all(gimp))
    assert promise in results, f"GIMP did not come so far:\n{gimp.output()}"
    assert results[promise] == "", results[promise]
