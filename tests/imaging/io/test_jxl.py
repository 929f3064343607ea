"""Owns the promises about JPEG XL: every bit, profile, alpha and EXIF data, both ways; frames, boxes and bits that make no sense. test_gimp_xcf asks GIMP."""

from __future__ import annotations

import io
import sys
from typing import Any

import imagecodecs
import numpy as np
import pytest
from imaging.conftest import MakePlane
from imaging.icc_samples import GRAY_PROFILES, PROFILES
from PIL import Image
from restyle_imaging.io import jxl
from restyle_imaging.io.files import PictureError, PictureFile, encode_picture, read_picture
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat, Plane
from restyle_imaging.planes.samples import samples_of

NOISE = np.random.default_rng(4).integers(0, 65536, (20, 32, 4)).astype("u2")
WORDS = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" \
xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="Anna"/></rdf:RDF></x:xmpmeta>'


def of_others(samples: np.ndarray, **options: Any) -> bytes:
    """What another program writes; without a profile, and linear where it is deep."""
    return bytes(imagecodecs.jpegxl_encode(np.ascontiguousarray(samples), lossless=True, **options))


@pytest.mark.parametrize("with_profile", [False, True])
@pytest.mark.parametrize("depth", list(Depth))
@pytest.mark.parametrize("channels", [Channels.GRAY, Channels.RGB, Channels.RGBA])
def test_jpeg_xl_keeps_every_bit_and_the_profile(make_plane: MakePlane, channels: Channels, depth: Depth, with_profile: bool) -> None:
    icc = (GRAY_PROFILES["gray-gamma-2.2"] if channels.is_gray else PROFILES["display-p3"]) if with_profile else None
    plane = make_plane(channels, depth, icc=icc, high=4)
    made = encode_picture(plane, ".jxl")
    found = read_picture(made.data)
    assert (made.warnings, found.warnings, found.format) == ((), (), "JXL")
    assert found.plane == plane


def test_gray_with_alpha_becomes_srgb_with_alpha(make_plane: MakePlane) -> None:
    plane = make_plane(Channels.GRAY_ALPHA, Depth.U16)
    found = read_picture(encode_picture(plane, ".jxl").data).plane
    assert found.format == PixelFormat(Channels.RGBA, Depth.U16)
    assert np.array_equal(samples_of(found)[..., 2:], samples_of(plane))


def test_values_below_0_are_clipped_and_told(make_plane: MakePlane) -> None:
    plane = make_plane(Channels.RGB, Depth.F32, low=-1, high=3)
    made = encode_picture(plane, ".jxl")
    assert made.warnings == ("JPEG XL holds no values below 0: they were clipped; use .tif to keep them.",)
    assert np.array_equal(samples_of(read_picture(made.data).plane), np.maximum(samples_of(plane), 0))


def test_exif_and_xmp_go_along(make_plane: MakePlane) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    plane = make_plane(Channels.RGB, Depth.U8)
    like = PictureFile(plane, "PNG", (300.0, 300.0), exif.tobytes().removeprefix(b"Exif\0\0"), (), WORDS)
    made = encode_picture(plane, ".jxl", like)
    found = read_picture(made.data)
    assert found.exif == like.exif
    assert b"Anna" in (found.xmp or b"")
    assert "resolution" in made.warnings[0]


@pytest.mark.parametrize("bits", [10, 12, 16])
def test_more_than_8_bits_fill_16(bits: int) -> None:
    found = samples_of(read_picture(of_others(NOISE[..., :3] >> (16 - bits), bitspersample=bits)).plane)
    assert np.array_equal(found, np.rint((NOISE[..., :3] >> (16 - bits)) * (65535 / ((1 << bits) - 1))))


def test_halves_stay_halves() -> None:
    given = (NOISE[..., :3] / 65535).astype("f2")
    assert np.array_equal(samples_of(read_picture(of_others(given)).plane), given)


def test_colours_that_are_multiplied_by_alpha_come_in_straight() -> None:
    stored = np.concatenate((NOISE[:16, :16, :3] >> 11, np.full((16, 16, 1), 51, "u2")), -1).astype("u1")
    plain = of_others(stored, usecontainer=False)
    bits = "".join(f"{byte:08b}"[::-1] for byte in plain[2:5])  # its whole head, but for the last one, which fills the byte
    multiplied = f"{bits[:17]}0{'00'}0{'00'}{'00'}{'00'}1{bits[18:23]}"  # in place of "straight alpha of 8 bits": alpha, depth, scale, no name
    data = jxl.BARE + int(multiplied[::-1], 2).to_bytes(5, "little") + plain[5:]
    assert np.array_equal(samples_of(read_picture(plain).plane), stored)
    assert np.array_equal(samples_of(read_picture(data).plane), stored * np.array((5, 5, 5, 1), "u1"))


def test_a_channel_that_is_no_transparency_is_left_out_and_told() -> None:
    found = read_picture(of_others(np.stack((NOISE[..., 0], NOISE[..., 1])), planar=True), "a.jxl")
    assert np.array_equal(samples_of(found.plane)[..., 0], NOISE[..., 0])
    assert found.warnings == ("a.jxl has a channel that isn't said to be transparency; it is left out.",)


def test_more_channels_than_colours_and_alpha_are_refused_before_they_are_unpacked() -> None:
    data = of_others(np.zeros((40, 100, 100), "u1"), planar=True)
    with pytest.raises(PictureError, match=r"a\.jxl holds more channels than colours and transparency, which can't be read; export it as PNG"):
        read_picture(data, "a.jxl")


def test_of_frames_the_first_is_read() -> None:
    frames = np.stack([NOISE[..., :3] >> 8, NOISE[..., 1:] >> 8]).astype("u1")
    found = read_picture(of_others(frames), "dance.jxl")
    assert np.array_equal(samples_of(found.plane), frames[0])
    assert found.warnings == ("dance.jxl holds several pictures; the first is used.",)


def turned(orientation: int) -> bytes:
    """A phone's JPEG as a JPEG XL of the same coefficients; its own EXIF data in a box that is packed, and in two parts."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "Maker"
    out = io.BytesIO()
    Image.fromarray((NOISE[..., :3] >> 8).astype("u1")).save(out, "JPEG", exif=exif, icc_profile=PROFILES["display-p3"], quality=100, subsampling=0)
    whole = bytes(imagecodecs.jpegxl_encode_jpeg(out.getvalue(), usecontainer=True))
    stream = jxl._parts(whole).codestream
    parts = jxl._box(b"jxlp", bytes(4) + stream[:9]) + jxl._box(b"brob", b"Exif" + bytes(imagecodecs.brotli_encode(bytes(4) + exif.tobytes()[6:])))
    return jxl.SIGNATURE + jxl.TYPE + parts + jxl._box(b"jxlp", b"\x80\0\0\1" + stream[9:])


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_it_lies_upright(orientation: int) -> None:
    found = read_picture(turned(orientation))
    wanted = np.rot90(NOISE[..., :3] >> 8, {1: 0, 3: 2, 6: -1, 8: 1}[orientation])
    assert np.abs(samples_of(found.plane).astype(int) - wanted).mean() < 2
    kept = Image.Exif()
    kept.load(b"Exif\0\0" + (found.exif or b""))
    assert (kept[0x0112], kept[0x010F], found.plane.icc) == (1, "Maker", PROFILES["display-p3"])


def test_side_matter_that_swells_costs_neither_memory_nor_the_picture(make_plane: MakePlane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jxl, "LARGEST", 1000)
    data = encode_picture(make_plane(Channels.RGB, Depth.U8), ".jxl").data
    swelling = jxl._box(b"brob", b"Exif" + bytes(imagecodecs.brotli_encode(bytes(100_000))))
    found = read_picture(data + swelling, "a.jxl")
    assert found.exif is None
    assert len(jxl._parts(data + swelling).exif or b"") < 1000


def test_of_packed_boxes_none_is_unpacked_but_the_first_that_is_looked_for(make_plane: MakePlane, monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked, data = list[bytes](), encode_picture(make_plane(Channels.RGB, Depth.U8), ".jxl").data

    def noted(content: bytes) -> bytes:
        unpacked.append(content)
        return content

    monkeypatch.setattr(jxl, "_unpacked", noted)
    boxes = b"".join(jxl._box(b"brob", kind + bytes((number,))) for number, kind in enumerate((b"junk", b"Exif", b"more", b"Exif", b"xml ")))
    read_picture(data + boxes)
    assert unpacked == [b"\1", b"\4"]


def header(width: int, height: int) -> bytes:
    """The start of a codestream of that size, all else as usual."""
    bits = f"{width - 1:030b}11" + "000" + f"{height - 1:030b}11" + "0"  # from the last bit on
    return jxl.BARE + int("1" + bits, 2).to_bytes(16, "little")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (header(70_000, 70_000), "odd.jxl has 70,000×70,000 px, more than the 150 megapixels"),
        (header(100, 100), "odd.jxl is damaged or cut short"),
        (of_others(NOISE)[:2000], "odd.jxl is damaged or cut short"),
        (jxl.SIGNATURE + jxl.TYPE, "odd.jxl is damaged or cut short"),
        (jxl.SIGNATURE + bytes((0, 0, 0, 3)) + b"jxlc" + bytes(60), "odd.jxl is damaged or cut short"),
        (jxl.SIGNATURE + jxl.TYPE + jxl._box(b"jxlc", b"no picture"), "odd.jxl is damaged or cut short"),
    ],
)
def test_files_that_make_no_sense_are_refused(data: bytes, words: str) -> None:
    with pytest.raises(PictureError) as caught:
        read_picture(data, "odd.jxl")
    assert words in caught.value.message


def test_without_its_package_it_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "OpenImageIO", None)
    for do in (lambda: read_picture(of_others(NOISE)), lambda: encode_picture(Plane(PixelFormat(Channels.GRAY, Depth.U8), 1, 1, b"0"), ".jxl")):
        with pytest.raises(PictureError, match=r"^JPEG XL pictures need packages that are not installed yet; install them with: .*(pi-heif|formats)"):
            do()
