"""Owns the promise that GIMP's own files are read as GIMP shows them, in GIMP 3.0 and 3.2, and that GIMP reads our JPEG XL."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from editors.studio import Studio
from imaging.icc_samples import PROFILES
from PIL import Image
from restyle_imaging.arrays import Samples
from restyle_imaging.color import srgb
from restyle_imaging.color.profiles import profile_of
from restyle_imaging.io.files import PictureError, PictureFile, encode_picture, read_picture
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat, Plane
from restyle_imaging.planes.samples import samples_of, unit

pytestmark = [pytest.mark.editors, pytest.mark.slow, pytest.mark.timeout(1500)]

KINDS = {"u8": "u1", "u16": "u2", "u32": "u4", "half": "f2", "float": "f4", "double": "f8"}
REFUSED = {"multiply": "other modes than Normal", "dissolve": "other modes than Normal", "effect": "layer effects"}
STEPS = {"u1": 1 / 255, "u2": 1 / 65535, "u4": 1 / 65535, "f2": 1 / 1024, "f4": 2e-6, "f8": 2e-6}  # of what is compared: GIMP rounds, and so do we
RAMP = np.linspace(0, 65535, 24 * 17 * 3).reshape(17, 24, 3).astype("u2")


def shown(truth: dict[str, Any]) -> Samples:
    """What GIMP sees: sRGB-encoded colours and alpha, (80, 100, n), of which 1 is full."""
    model, kind = truth["encoding"].split()
    values = np.frombuffer(base64.b64decode(truth["pixels"]), KINDS[kind]).reshape(80, 100, -1)
    seen = np.asarray(values / (np.iinfo(values.dtype).max if values.dtype.kind == "u" else 1), np.float32)
    if model in ("RGBA", "YA"):
        seen[..., :-1] = srgb.encode(seen[..., :-1])
    return seen


# the merged picture of 3.0's procedure lacks layers where a group passes through, so that it can't be asked
def test_layers_are_merged_as_gimp_merges_them(gimp: Studio) -> None:
    if gimp.root.suite == "trixie":
        pytest.skip("GIMP 3.0 merges visible layers in another way")
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    plane = Plane(PixelFormat(Channels.RGB, Depth.U16), 24, 17, RAMP.tobytes(), PROFILES["adobe-rgb"])
    like = PictureFile(plane, "PNG", None, exif.tobytes().removeprefix(b"Exif\0\0"))
    (gimp.home / "ours.jxl").write_bytes(encode_picture(plane, ".jxl", like).data)
    found = gimp.run("gimp_xcf", 900)
    for name, truth in found["truths"].items():
        path = gimp.home / "layered" / f"{name}.xcf"
        if name in REFUSED:
            with pytest.raises(PictureError, match=REFUSED[name]):
                read_picture(path)
            continue
        picture = read_picture(path)
        assert picture.warnings == (), name
        if name == "palette":
            assert picture.plane.format == PixelFormat(Channels.RGB, Depth.U8)
            continue
        samples = unit(samples_of(picture.plane), picture.plane.format.depth)
        wanted, gray = shown(truth), picture.plane.format.channels.is_gray
        colors = samples[..., : 1 if gray else 3]
        if picture.plane.icc is not None:
            colors = profile_of(picture.plane.icc, gray).to_srgb(colors)
        seen = wanted[..., -1] > 0
        kind = KINDS[truth["encoding"].split()[1]]
        loose = 100 if "profile" in name else 8 if name.endswith("U8_LINEAR") else 1  # a curve's steep foot; dark places of 8 bits of light
        off = np.abs(colors - wanted[..., : colors.shape[-1]])[seen]
        assert off.mean() <= STEPS[kind] * loose, name
        assert off.max() <= STEPS[kind] * 10 * loose, name
        alpha = samples[..., -1] if picture.plane.format.channels.has_alpha else np.ones((80, 100))
        assert np.abs(alpha - wanted[..., -1]).max() <= STEPS[kind], name
    ours = found["ours"]
    if ours is not None:
        assert (ours["precision"], ours["maker"]) == ("u16-non-linear", "Maker")
        assert base64.b64decode(ours["icc"]) == PROFILES["adobe-rgb"]
        pixels = np.frombuffer(base64.b64decode(ours["pixels"]), np.float32).reshape(RAMP.shape)
        assert np.abs(pixels - profile_of(PROFILES["adobe-rgb"], gray=False).to_srgb((RAMP / 65535).astype(np.float32))).max() < 0.002
