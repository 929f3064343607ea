"""OpenEXR: linear light comes in sRGB-encoded and goes out as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from restyle_imaging.color import srgb
from restyle_imaging.io import files
from restyle_imaging.io.files import PictureError, encode_picture, read_picture
from restyle_imaging.io.pictures import plane_of
from restyle_imaging.planes.formats import Depth
from restyle_imaging.planes.samples import samples_of

AP0 = (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767)  # ACES 2065-1


def light(channels: int = 3) -> np.ndarray:
    return (np.random.default_rng(5).random((18, 20, channels)) * 4).astype(np.float32)


def exr(path: Path, channels: dict[str, np.ndarray], **head: object) -> Path:
    OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, **head}, channels).write(str(path))
    return path


def test_light_beyond_white_is_kept(tmp_path: Path) -> None:
    plane = read_picture(exr(tmp_path / "a.exr", {"RGB": light()})).plane
    assert plane.format.depth is Depth.F32
    assert srgb.decode(samples_of(plane)) == pytest.approx(light(), rel=1e-5)
    again = read_picture(encode_picture(plane, ".exr").data).plane
    assert samples_of(again) == pytest.approx(samples_of(plane), rel=1e-5)


@pytest.mark.parametrize("kind", [np.float16, np.float32])
def test_alpha_comes_in_straight_and_goes_out_multiplied(tmp_path: Path, kind: type) -> None:
    straight, alpha = light(), np.random.default_rng(6).random((18, 20, 1)).astype(np.float32) + 0.1
    path = exr(tmp_path / "a.exr", {"RGBA": np.concatenate((straight * alpha, alpha), -1).astype(kind)})
    plane = read_picture(path).plane
    assert srgb.decode(samples_of(plane)[..., :3]) == pytest.approx(straight, rel=5e-3)
    (tmp_path / "b.exr").write_bytes(files.encode_picture(plane, ".exr").data)
    [found] = OpenEXR.File(str(tmp_path / "b.exr")).channels().values()
    assert np.clip(found.pixels[..., 3:], 0, 1) == pytest.approx(np.clip(alpha, 0, 1), rel=1e-3)


def test_integers_survive_the_way_through_halves() -> None:
    samples = np.random.default_rng(7).integers(0, 65536, (18, 20, 3)).astype(np.uint16)
    back = samples_of(read_picture(encode_picture(plane_of(samples, None), ".exr").data).plane)
    assert np.abs(back * 65535 - samples).max() < 20


def test_primaries_that_are_said_are_believed(tmp_path: Path) -> None:
    white = np.full((16, 16, 3), 0.5, np.float32)
    plane = read_picture(exr(tmp_path / "a.exr", {"RGB": white}, chromaticities=AP0)).plane
    assert srgb.decode(samples_of(plane)) == pytest.approx(white, abs=2e-3)
    green = np.zeros((16, 16, 3), np.float32)
    green[..., 1] = 0.5
    assert samples_of(read_picture(exr(tmp_path / "b.exr", {"RGB": green}, chromaticities=AP0)).plane).min() < -0.5


@pytest.mark.parametrize("said", [(0.0,) * 8, (float("nan"),) * 8, (0.3,) * 8, "text"])
def test_primaries_that_make_no_sense_cost_no_picture(tmp_path: Path, said: object) -> None:
    path = exr(tmp_path / "a.exr", {"RGB": light()}, **{"colorInteropID" if isinstance(said, str) else "chromaticities": said})
    path.write_bytes(path.read_bytes().replace(b"colorInteropID\0", b"chromaticities\0"))
    found = read_picture(path)
    assert srgb.decode(samples_of(found.plane)) == pytest.approx(light(), rel=1e-5)
    assert bool(found.warnings) is not isinstance(said, str)


@pytest.mark.filterwarnings("error")
def test_marks_for_no_data_are_refused_without_another_word(tmp_path: Path) -> None:
    marked = light()
    marked[0, 0, 0] = np.finfo(np.float32).max
    with pytest.raises(PictureError, match="enormous"):
        read_picture(exr(tmp_path / "a.exr", {"RGB": marked}))


def test_gray_stays_gray(tmp_path: Path) -> None:
    plane = read_picture(exr(tmp_path / "a.exr", {"Y": light(1)[..., 0]})).plane
    assert plane.format.channels.is_gray
    assert "Y" in OpenEXR.File(str(_written(tmp_path, plane)), separate_channels=True).channels()


def _written(tmp_path: Path, plane: object) -> Path:
    (tmp_path / "out.exr").write_bytes(files.encode_picture(plane, ".exr").data)  # type: ignore[arg-type]
    return tmp_path / "out.exr"


def test_depth_alone_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="has no channels R, G and B, or Y, but Z"):
        read_picture(exr(tmp_path / "a.exr", {"Z": light(1)[..., 0]}))


@pytest.mark.parametrize("kept", [8, 300, 0.9])
def test_a_file_that_is_cut_short_is_said(tmp_path: Path, kept: float) -> None:
    data = exr(tmp_path / "a.exr", {"RGB": light()}).read_bytes()
    with pytest.raises(PictureError, match="damaged or cut short"):
        read_picture(data[: int(kept if kept > 1 else kept * len(data))], "a.exr")
