"""Owns the promises about GIMP's own files: what can be merged is merged as GIMP does it, the rest is refused in a sentence. test_gimp_xcf asks GIMP itself."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest
from imaging.icc_samples import GRAY_PROFILES, PROFILES
from imaging.layered_files import RLE, STORED, ZLIB, Layer, word, xcf
from restyle_imaging.arrays import Samples
from restyle_imaging.color import srgb
from restyle_imaging.io import xcf as reading
from restyle_imaging.io.files import PictureError, read_picture
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat
from restyle_imaging.planes.samples import samples_of

NOISE = np.random.default_rng(3).integers(0, 256, (70, 90, 4)).astype("u1")
RED, BLUE = (np.full((70, 90, 3), color, "u1") for color in ((255, 0, 0), (0, 0, 255)))


def parasite(name: bytes, data: bytes) -> tuple[int, bytes]:
    return 21, struct.pack(">I", len(name) + 1) + name + b"\0" + struct.pack(">2I", 3, len(data)) + data


def seen(data: bytes) -> Samples:
    return samples_of(read_picture(data).plane)


@pytest.mark.parametrize("compression", [STORED, RLE, ZLIB])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize(("precision", "kind"), [(150, "u1"), (250, "u2"), (550, "f2"), (650, "f4")])
def test_one_layer_keeps_every_bit(precision: int, kind: str, count: int, compression: int) -> None:
    given = NOISE[..., :count].astype(kind) * (257 if kind == "u2" else 1)
    given = (given / 255 if kind[0] == "f" else given).astype(kind)
    given[..., count - 1 :] = given.max() if count in (2, 4) else given[..., count - 1 :]  # of what can't be seen, no colour is kept
    found = read_picture(xcf((90, 70), [Layer(given)], precision, int(count < 3), compression, [(19, struct.pack(">2f", 300, 150))]))
    assert (found.format, found.dpi, found.warnings) == ("XCF", (300.0, 150.0), ())
    assert np.array_equal(samples_of(found.plane), given[..., : count - 1 + count % 2])  # alpha that is full everywhere is none


def test_32_bits_become_16_and_64_become_32() -> None:
    assert np.array_equal(seen(xcf((90, 70), [Layer(NOISE[..., :3].astype("u4") * 0x01010101)], 350)), NOISE[..., :3] * np.uint16(257))
    found = seen(xcf((90, 70), [Layer(NOISE[..., :3] / 255)], 750))
    assert found.dtype == np.float32
    assert np.allclose(found, NOISE[..., :3] / 255, atol=1e-7)


def test_light_comes_encoded_and_as_16_bits() -> None:
    found = seen(xcf((90, 70), [Layer(NOISE[..., :3])], 100))
    assert found.dtype == np.uint16
    assert np.abs(found / 65535 - srgb.encode((NOISE[..., :3] / 255).astype(np.float32))).max() < 1e-4


def test_a_profile_says_what_light_is() -> None:
    found = read_picture(xcf((90, 70), [Layer((NOISE[..., :3] / 255).astype(np.float32))], 600, more=[parasite(b"icc-profile", PROFILES["linear-rec709"])]))
    assert found.plane.icc == PROFILES["linear-rec709"]
    assert np.allclose(samples_of(found.plane), NOISE[..., :3] / 255)
    gray = read_picture(xcf((90, 70), [Layer(NOISE[..., :1])], base=1, more=[parasite(b"icc-profile", GRAY_PROFILES["gray-gamma-2.2"])]))
    assert gray.plane.icc == GRAY_PROFILES["gray-gamma-2.2"]


def test_a_palette_becomes_colours() -> None:
    palette = word(2) + bytes((10, 20, 30, 40, 50, 60))
    numbers = np.arange(90 * 70).reshape(70, 90, 1).astype("u1") % 2
    found = read_picture(xcf((90, 70), [Layer(numbers)], base=2, more=[(1, palette)]))
    assert found.plane.format == PixelFormat(Channels.RGB, Depth.U8)
    assert samples_of(found.plane)[0, :2].tolist() == [[10, 20, 30], [40, 50, 60]]


@pytest.mark.parametrize(("mode", "half"), [(28, 188), (0, 128)])  # of light, and of GIMP 2.8's values
def test_half_of_red_over_blue(mode: int, half: int) -> None:
    found = seen(xcf((90, 70), [Layer(RED, opacity=0.5, mode=mode), Layer(BLUE)]))
    assert np.abs(found[0, 0].astype(int) - (half, 0, half)).max() <= 1


@pytest.mark.parametrize(("space", "half"), [(0, 188), (1, 188), (2, 128), (4, 128)])
@pytest.mark.parametrize("precision", [100, 150])
def test_half_of_red_over_blue_in_the_space_that_the_layer_names(precision: int, space: int, half: int) -> None:
    found = seen(xcf((90, 70), [Layer(RED, opacity=0.5, more=[(36, word(space))]), Layer(BLUE)], precision))
    full = 255 if found.dtype == np.uint8 else 65535
    assert np.abs(found[0, 0] / full - np.array((half, 0, half)) / 255).max() < 0.005


def test_offsets_masks_and_what_is_hidden() -> None:
    mask = np.zeros((20, 30, 1), "u1")
    mask[:, 15:] = 255
    found = seen(xcf((90, 70), [Layer(RED, visible=False), Layer(RED[:20, :30], left=-5, top=60, mask=mask), Layer(BLUE[:, :60])]))
    assert found.shape == (70, 90, 4)
    assert [found[65, x].tolist() for x in (0, 9, 10, 24, 25)] == [[0, 0, 255, 255]] * 2 + [[255, 0, 0, 255]] * 2 + [[0, 0, 255, 255]]
    assert found[0, 70, 3] == 0


def test_a_mask_that_is_off_hides_nothing() -> None:
    assert seen(xcf((90, 70), [Layer(RED, mask=np.zeros((70, 90, 1), "u1"), more=[(11, word(0))])]))[0, 0].tolist() == [255, 0, 0]


def test_a_group_is_merged_before_its_opacity() -> None:
    group = Layer(np.zeros((70, 90, 4), "u1"), group=True, opacity=0.5)
    children = [Layer(RED, path=(0, 0)), Layer(BLUE, path=(0, 1))]
    found = seen(xcf((90, 70), [group, *children]))
    assert np.abs(found[0, 0].astype(int) - (255, 0, 0, 128)).max() <= 1
    through = Layer(group.pixels, group=True, mode=61)
    assert seen(xcf((90, 70), [through, *children]))[0, 0].tolist() == [255, 0, 0]
    hidden = Layer(group.pixels, group=True, visible=False)
    assert seen(xcf((90, 70), [hidden, *children, Layer(BLUE)]))[0, 0].tolist() == [0, 0, 255]


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ({"mode": 3}, "layers in other modes than Normal"),
        ({"mode": 1}, "layers in other modes than Normal"),
        ({"mode": 61, "group": True, "opacity": 0.5}, "layers in other modes than Normal"),
        ({"more": [(35, word(2))]}, "layers in other modes than Normal"),
        ({"more": [(36, word(3))]}, "layers that are mixed in a rare way"),
        ({"more": [(5, word(0))]}, "a floating selection"),
        ({"more": [(13, word(1))]}, "a mask that is shown in place of its layer"),
        ({"effect": True}, "layer effects"),
    ],
)
def test_what_only_gimp_can_merge_is_refused(layer: dict[str, Any], words: str) -> None:
    data = xcf((90, 70), [Layer(RED, **layer), Layer(BLUE)], version=20 if layer.get("effect") else 13)
    with pytest.raises(PictureError) as caught:
        read_picture(data, "a.xcf")
    assert caught.value.message == f"a.xcf holds {words}, which only GIMP can merge; export it there as PNG, JPEG, WebP or TIFF."


GOOD = xcf((90, 70), [Layer(NOISE)], compression=ZLIB)
OTHER_SIZE = GOOD.replace(struct.pack(">3I", 90, 70, 4), struct.pack(">3I", 90, 70, 3))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (GOOD[:200], "is damaged or cut short"),
        (GOOD[:-100], "is damaged or cut short"),
        (OTHER_SIZE, "is damaged or cut short"),
        (GOOD[:14] + word(70_000, 70_000) + GOOD[22:], "megapixels that can be handled"),
        (GOOD.replace(word(90, 70, 1), word(2**31 - 1, 2**31 - 1, 1)), "holds more layers, or larger ones, than can be merged"),
        (GOOD.replace(b"v013", b"v099"), "was saved by a GIMP whose files can't be read"),
        (GOOD.replace(b"v013", b"vxyz"), "is damaged or cut short"),
        (xcf((90, 70), [Layer(NOISE, visible=False)]), "shows nothing"),
        (xcf((90, 70), []), "shows nothing"),
        (xcf((90, 70), [Layer(NOISE, path=(0, 0))]), "is damaged or cut short"),
        (xcf((90, 70), [Layer(NOISE, group=True), Layer(NOISE, path=[0] * 40)]), "is damaged or cut short"),
        (GOOD.replace(word(90, 70, 1), word(0, 70, 1)), "is damaged or cut short"),
        (xcf((90, 70), [Layer(NOISE, mask=NOISE[:10, :10, :1])]), "is damaged or cut short"),
        (xcf((90, 70), [Layer(np.full((70, 90, 3), np.nan, "f4"))], 650), "holds NaN, infinite or enormous values"),
    ],
)
def test_files_that_make_no_sense_are_refused(data: bytes, words: str) -> None:
    with pytest.raises(PictureError) as caught:
        read_picture(data, "odd.xcf")
    assert words in caught.value.message


def test_a_layer_that_is_its_own_neighbour_is_refused() -> None:
    data = bytearray(xcf((90, 70), [Layer(NOISE), Layer(NOISE)]))
    at = data.index(struct.pack(">Q", data.index(word(90, 70, 1))))  # where the first layer is pointed to
    data[at + 8 : at + 16] = data[at : at + 8]
    with pytest.raises(PictureError, match="cut short"):
        read_picture(bytes(data))


def test_layers_that_swell_are_refused_before_they_are_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_PIXELS", 90 * 70 * 3)
    assert read_picture(xcf((90, 70), [Layer(NOISE)] * 3)).plane.width == 90
    with pytest.raises(PictureError, match="more layers, or larger ones"):
        read_picture(xcf((90, 70), [Layer(NOISE)] * 4))


@pytest.mark.parametrize("compression", [STORED, RLE, ZLIB])
def test_tiles_that_lie_upon_each_other_are_refused(compression: int) -> None:
    """A small file could be unpacked for hours."""
    data = bytearray(xcf((128, 64), [Layer(np.tile(NOISE[:64, :64], (1, 2, 1)))], compression=compression))
    at = data.rindex(word(128, 64)) + 8  # where the two tiles are pointed to
    assert read_picture(bytes(data)).plane.width == 128
    second = int.from_bytes(data[at + 8 : at + 16], "big")
    data[at + 8 : at + 16] = data[at : at + 8]
    with pytest.raises(PictureError, match="cut short"):
        read_picture(bytes(data[:second]))


def test_properties_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    layers = [Layer(NOISE, more=[(1000, b"")] * 20)] * 3
    monkeypatch.setattr(reading, "MOST_PROPERTIES", 100)
    assert read_picture(xcf((90, 70), layers)).plane.width == 90
    monkeypatch.setattr(reading, "MOST_PROPERTIES", 60)
    with pytest.raises(PictureError, match="cut short"):
        read_picture(xcf((90, 70), layers))


def test_a_group_that_covers_a_part_is_merged_where_it_lies() -> None:
    mask = np.arange(30 * 20).reshape(20, 30, 1).astype("u1")
    group = Layer(NOISE, group=True, left=35, top=12, mask=mask)
    children = [Layer(NOISE[:20, :30, :3], left=40, top=10, path=(0, 0)), Layer(NOISE[:5, :5, :3], left=-50, path=(0, 1))]
    shifted = np.zeros((20, 30, 1), "u1")
    shifted[2:, :25] = mask[:18, 5:]
    alone = Layer(NOISE[:20, :30, :3], left=40, top=10, mask=shifted)
    assert np.array_equal(seen(xcf((90, 70), [group, *children, Layer(BLUE)])), seen(xcf((90, 70), [alone, Layer(BLUE)])))
    nothing = Layer(NOISE, group=True, mask=mask)
    assert np.array_equal(seen(xcf((90, 70), [nothing, Layer(BLUE)])), BLUE)
