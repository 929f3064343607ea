"""Owns the promise that a layer's face becomes a channel in GIMP, and that nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest
from editors.studio import Studio
from pictures.photos import photo
from PIL import Image
from restyle_imaging.resample.resize import resize

pytestmark = [pytest.mark.editors, pytest.mark.slow, pytest.mark.timeout(1500)]

SIDE = 128  # px
FACE = (slice(60, 252), slice(128, 320))  # of the astronaut at 512 px


def test_a_portraits_face_becomes_a_hidden_channel(gimp: Studio) -> None:
    portrait = resize(photo("astronaut", 512)[FACE], SIDE, SIDE)
    Image.fromarray((portrait.clip(0, 1) * 255).astype(np.uint8)).save(gimp.home / "portrait.png")
    found = gimp.run("gimp_legible")
    assert found["name"] == "Faces and lettering"
    assert (found["visible"], found["untouched"], found["layers"], found["chosen"]) == (False, True, 1, True)
    assert found["size"] == found["image"] == [SIDE, SIDE]
    read = np.array(found["values"]).reshape(SIDE, SIDE)
    assert read[20 + 16 : 34 + 16, 44 - 8 : 88 - 8].mean() > 200  # the eyes, where the layer lies
    assert read[:20].max() == 0
    assert read[:, -8:].max() == 0
    assert found["channels"] == 0
    assert "No faces and no lettering" in found["refused"]
