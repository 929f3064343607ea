"""Owns the promise that docs/gimp-automation.md works as it stands there, in GIMP 3.0 and 3.2."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from editors.studio import Studio

pytestmark = [pytest.mark.editors, pytest.mark.slow, pytest.mark.timeout(1500)]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "gimp-automation.md"


def test_the_documented_script_paints_a_folder(gimp: Studio) -> None:
    script = re.search(r"```python\n(# restyle_folder\.py\n.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert script is not None
    (gimp.home / "restyle_folder.py").write_text(script[1], encoding="utf-8")
    found = gimp.run("gimp_automation")["found"]
    assert found == {"one.xcf": ["woodcut · photo", "photo"], "two.xcf": ["woodcut · photo", "photo"]}
