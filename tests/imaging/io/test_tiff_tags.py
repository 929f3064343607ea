"""What a TIFF's tags say is what is read: depth, missing tags, extra samples, palettes, Lab, previews, places without data. The rest is refused in words."""

from __future__ import annotations

import io

import numpy as np
import pytest
import tifffile
from imaging.odd_files import Entry, tiff
from numpy.typing import NDArray
from PIL import ImageCms
from restyle_imaging.io.files import PictureError, read_picture
from restyle_imaging.planes.formats import Channels, Depth
from restyle_imaging.planes.samples import samples_of

RANDOM = np.random.default_rng(3)
RGBA = RANDOM.integers(0, 256, (9, 13, 4)).astype("u1")
FLOATS = RANDOM.random((9, 13, 1)).astype("f4")
FLOAT_TAG = (339, 3, [3])
MOST_NEGATIVE = -3.4028234663852886e38


def read(data: bytes) -> np.ndarray:
    return np.asarray(samples_of(read_picture(data, "odd.tif").plane))


@pytest.mark.parametrize("bits", range(1, 17))
@pytest.mark.parametrize(("photometric", "count"), [(0, 1), (1, 1), (2, 3)])
def test_samples_are_as_deep_as_their_bits_say(bits: int, photometric: int, count: int) -> None:
    samples = RANDOM.integers(0, 2**bits, (9, 13, count))
    samples[0, 0], samples[0, 1] = 0, 2**bits - 1
    full = 255 if bits <= 8 else 65535
    wanted = np.rint(samples * (full / (2**bits - 1)))
    read_now = read(tiff(samples, photometric, bits))
    assert read_now.dtype.itemsize == (1 if bits <= 8 else 2)
    assert np.array_equal(read_now, full - wanted if photometric == 0 else wanted)


def test_32_bits_become_the_nearest_16() -> None:
    samples = np.array([[[0], [2**32 - 1], [2**31], [65537 * 300 + 65000]]], "u4")
    assert read(tiff(samples, 1, 32))[0, :, 0].tolist() == [0, 65535, 32768, 301]


@pytest.mark.parametrize("tag", [258, 277, 278, 279, 284])
def test_a_missing_tag_has_its_default(tag: int) -> None:
    samples = RGBA[..., :1] & 1 if tag == 258 else RGBA[..., :1] if tag == 277 else RGBA[..., :3]
    read_now = read(tiff(samples, 2 if samples.shape[2] == 3 else 1, 1 if tag == 258 else 8, without=(tag,)))
    assert np.array_equal(read_now, samples * 255 if tag == 258 else samples)


@pytest.mark.parametrize(("count", "word"), [(3, "RGB"), (1, "gray")])
def test_a_file_that_does_not_say_what_its_numbers_mean_is_told(count: int, word: str) -> None:
    picture = read_picture(tiff(RGBA[..., :count], None), "odd.tif")
    assert np.array_equal(samples_of(picture.plane), RGBA[..., :count])
    assert word in picture.warnings[0]


@pytest.mark.parametrize(
    ("count", "photometric", "extra", "kept"),
    [
        (4, 2, [], [0, 1, 2]),
        (4, 2, [0], [0, 1, 2]),
        (4, 2, [2], [0, 1, 2, 3]),
        (2, 1, [0], [0]),
        (2, 1, [2], [0, 1]),
        (3, 1, [0, 0], [0]),
        (3, 1, [0, 2], [0, 2]),
    ],
)
def test_only_what_is_said_to_be_transparency_is(count: int, photometric: int, extra: list[int], kept: list[int]) -> None:
    picture = read_picture(tiff(RGBA[..., :count], photometric, more=[(338, 3, extra)] if extra else []), "odd.tif")
    assert np.array_equal(samples_of(picture.plane), RGBA[..., kept])
    assert ("left out" in " ".join(picture.warnings)) == (len(kept) < count)


def test_palettes_keep_their_depth_and_their_alpha() -> None:
    table = RANDOM.integers(0, 256, (3, 256))
    for factor in (257, 256, 1):
        assert np.array_equal(read(tiff(RGBA[..., :1], 3, more=[(320, 3, [*(table * factor).ravel()])])), table.T[RGBA[..., 0]])
    deep = RANDOM.integers(0, 65536, (3, 256))
    assert np.array_equal(read(tiff(RGBA[..., :1], 3, more=[(320, 3, [*deep.ravel()])])), deep.T[RGBA[..., 0]])
    both = read(tiff(RGBA[..., :2], 3, more=[(320, 3, [*(table * 257).ravel()]), (338, 3, [2])]))
    assert np.array_equal(both, np.dstack([table.T[RGBA[..., 0]], RGBA[..., 1]]))
    bits = RGBA[..., :1] & 1
    assert np.array_equal(read(tiff(bits, 3, 1, more=[(320, 3, [0, 65535, 0, 257, 257, 0])])), np.array([[0, 0, 1], [255, 1, 0]])[bits[..., 0]])


@pytest.mark.parametrize("bits", [8, 16])
def test_lab_is_read_as_lcms_has_it(bits: int) -> None:
    lab = RANDOM.integers(-30, 31, (9, 13, 3))
    lab[..., 0] = RANDOM.integers(30, 80, (9, 13))
    stored = np.stack([np.rint(lab[..., 0] / 100 * (2**bits - 1)), *(lab[..., at] * 2 ** (bits - 8) % 2**bits for at in (1, 2))], axis=-1).astype(int)
    found = read(tiff(stored, 8, bits)).astype(float) / (2**bits - 1)
    import imagecodecs

    lab_profile, srgb = (ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes() for space in ("LAB", "sRGB"))
    wanted = imagecodecs.cms_transform(lab.astype("f4"), lab_profile, srgb, colorspace="lab", outcolorspace="rgb", outdtype="float32", intent=1)
    inside = ((wanted > 0.02) & (wanted < 0.98)).all(axis=-1)
    assert inside.mean() > 0.5
    assert np.abs(found - wanted)[inside].max() < 0.012


def test_a_preview_that_comes_first_is_not_what_is_painted() -> None:
    out = io.BytesIO()
    with tifffile.TiffWriter(out) as file:
        file.write(RGBA[::2, ::2, :3], photometric="rgb", subfiletype=1, metadata=None)
        file.write(RGBA[..., :3], photometric="rgb", metadata=None)
    picture = read_picture(out.getvalue(), "odd.tif")
    assert np.array_equal(samples_of(picture.plane), RGBA[..., :3])
    assert "preview" in picture.warnings[0]


@pytest.mark.parametrize("kind", ["dng", "cfa inside", "linear raw"])
def test_a_cameras_raw_file_is_told_to_be_one(kind: str) -> None:
    if kind == "cfa inside":
        out = io.BytesIO()
        with tifffile.TiffWriter(out) as file:
            file.write(RGBA[::2, ::2, :3], photometric="rgb", subfiletype=1, subifds=1, metadata=None)
            file.write(RGBA[..., 0], photometric="cfa", metadata=None, extratags=[(33421, 3, 2, (2, 2), True), (33422, 1, 4, b"\0\1\1\2", True)])
        data = out.getvalue()
    else:
        data = tiff(RGBA[..., :3], 34892 if kind == "linear raw" else 2, more=[(50706, 1, [1, 4, 0, 0])] if kind == "dng" else [])
    with pytest.raises(PictureError, match=r"^odd\.tif is a camera's raw file"):
        read_picture(data, "odd.tif")


@pytest.mark.parametrize("mark", [MOST_NEGATIVE, -9999.0, float("nan")])
def test_places_without_data_are_transparent(mark: float) -> None:
    samples = FLOATS.copy()
    samples[2:4, 3] = mark
    picture = read_picture(tiff(samples, 1, 32, [FLOAT_TAG, (42113, 2, f"{mark!r}\0".encode())]), "odd.tif")
    read_now = samples_of(picture.plane)
    assert picture.plane.format.channels is Channels.GRAY_ALPHA
    assert np.array_equal(read_now[..., 1] == 0, np.isin(np.arange(117).reshape(9, 13), [29, 42]))
    assert np.array_equal(read_now[..., 0][read_now[..., 1] == 1], FLOATS[..., 0][read_now[..., 1] == 1])
    assert "2 of its pixels hold no data" in picture.warnings[0]


@pytest.mark.parametrize("wrong", [MOST_NEGATIVE, 1e30, float("nan"), float("inf")])
@pytest.mark.parametrize("bits", [32, 64])
def test_values_that_are_no_light_are_refused_and_the_file_is_named(wrong: float, bits: int) -> None:
    samples = FLOATS.astype(f"f{bits // 8}")
    samples[2, 3] = wrong
    with pytest.raises(PictureError, match=r"^odd\.tif holds NaN, infinite or enormous values"):
        read_picture(tiff(samples, 1, bits, [FLOAT_TAG]), "odd.tif")


def test_a_double_that_no_single_holds_is_refused() -> None:
    with pytest.raises(PictureError, match="enormous"):
        read_picture(tiff(np.full((4, 4, 1), 1e300), 1, 64, [FLOAT_TAG]), "odd.tif")


@pytest.mark.parametrize(
    ("more", "note"),
    [
        ([(274, 1, [6])], "orientation"),
        ([(274, 2, b"six\0")], "orientation"),
        ([(274, 3, [99])], "orientation"),
        ([(282, 5, [0, 0]), (283, 5, [0, 0])], "resolution"),
        ([(282, 12, [float("nan")]), (283, 12, [float("inf")])], "resolution"),
        ([(34675, 2, b"junk" * 50)], "profile"),
        ([(34675, 7, [1] * 600)], "profile"),
        ([(42113, 2, b"none\0")], "without data"),
        ([(271, 2, b"Camera\0\0")], "camera, date, place"),
    ],
)
def test_odd_tags_beside_the_pixels_are_left_out_and_told(more: list[Entry], note: str) -> None:
    picture = read_picture(tiff(RGBA[..., :3], 2, more=more), "odd.tif")
    assert np.array_equal(samples_of(picture.plane), RGBA[..., :3])
    assert len(picture.warnings) == 1
    assert note in picture.warnings[0]


@pytest.mark.parametrize(
    ("samples", "photometric", "bits", "more", "words"),
    [
        (RGBA[..., :1], 1, 8, [(339, 3, [2])], "signed"),
        (RGBA[..., :1], 2, 8, [], "channels"),
        (RGBA[..., :3], 10, 8, [], "ITULAB"),
        (RGBA, 5, 8, [(332, 3, [2])], "inks"),
        (RGBA[..., :1].astype(int), 1, 24, [], "24 bits"),
        (RGBA[..., :3], 2, 8, [(259, 3, [9999])], "kind of TIFF"),
        (RGBA[..., :1], 3, 8, [], "kind of TIFF"),
    ],
)
def test_what_is_not_understood_is_refused_in_true_words(samples: NDArray[np.generic], photometric: int, bits: int, more: list[Entry], words: str) -> None:
    with pytest.raises(PictureError, match=rf"^odd\.tif .*{words}.*\.$"):
        read_picture(tiff(samples, photometric, bits, more), "odd.tif")


def test_cmyk_of_16_bits_keeps_them() -> None:
    ink = np.zeros((4, 4, 4), int)
    ink[..., 3] = 32768
    picture = read_picture(tiff(ink, 5, 16))
    assert picture.plane.format.depth is Depth.U16
    assert np.abs(samples_of(picture.plane).astype(int) - 32767).max() <= 1
