"""What is odd beside the pixels of PNG and JPEG never costs the picture; what is said about the pixels is believed."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib

import numpy as np
import pytest
from imaging.icc_samples import PROFILES
from imaging.odd_files import chunk, exif, jpeg, png
from numpy.typing import NDArray
from PIL import Image
from restyle_imaging.io import kinds
from restyle_imaging.io.encoding import encode
from restyle_imaging.io.files import PictureError, read_picture
from restyle_imaging.io.pictures import PictureFile, plane_of
from restyle_imaging.planes.canvas import open_plane
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat, Plane
from restyle_imaging.planes.samples import samples_of

RANDOM = np.random.default_rng(4)
RGB = RANDOM.integers(0, 256, (13, 19, 3)).astype("u1")
DEEP = RANDOM.integers(0, 65536, (13, 19, 3))
RAMP = np.stack(np.broadcast_arrays(*np.ogrid[0:240:2, 0:240:2], 128), axis=-1).astype("u1")
LONG = zlib.compress(b"x" * 5_000_000)
EXIF_MARK = b"Exif\0\0"


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(("bits", "color", "count"), [*((bits, 0, 1) for bits in (1, 2, 4, 8, 16)), (8, 2, 3), (16, 2, 3), (8, 4, 2), (16, 4, 2), (16, 6, 4)])
def test_png_keeps_every_bit_of_every_kind_and_the_colour_that_is_transparent(
    bits: int, color: int, count: int, interlaced: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    samples = RANDOM.integers(0, 2**bits, (13, 19, count))
    full = 255 if bits <= 8 else 65535
    wanted = samples * (full // (2**bits - 1))
    assert np.array_equal(samples_of(read_picture(png(samples, bits, color, interlaced=interlaced)).plane), wanted)
    if color in (0, 2):
        key = samples[5, 5]
        named = chunk(b"tRNS", key.astype(">u2").tobytes())
        alpha = np.where((samples == key).all(axis=-1, keepdims=True), 0, full)
        assert np.array_equal(samples_of(read_picture(png(samples, bits, color, named, interlaced=interlaced)).plane), np.dstack([wanted, alpha]))
    assert capfd.readouterr().err == "", "libpng has words of its own"


ODD_CHUNKS = {
    "long zTXt": chunk(b"zTXt", b"k\0\0" + LONG),
    "long iTXt": chunk(b"iTXt", b"k\0\1\0\0\0" + LONG),
    "zTXt of another method": chunk(b"zTXt", b"k\0\7" + LONG),
    "profile without end": chunk(b"iCCP", b"p\0\0" + LONG),
    "profile of junk": chunk(b"iCCP", b"p\0\0junk"),
    "profile without a name": chunk(b"iCCP", b""),
    "EXIF of junk": chunk(b"eXIf", b"junkjunkjunk"),
    "short pHYs": chunk(b"pHYs", b"1"),
    "short gAMA": chunk(b"gAMA", b"1"),
    "gamma 0": chunk(b"gAMA", bytes(4)),
    "no colours": chunk(b"cHRM", bytes(32)),
    "empty sRGB": chunk(b"sRGB", b""),
    "short tRNS": chunk(b"tRNS", b"\0"),
    "wrong checksum": chunk(b"tEXt", b"k\0v")[:-1] + b"!",
    "PQ": chunk(b"cICP", b"\x09\x10\0\1"),
}


@pytest.mark.parametrize("odd", ODD_CHUNKS)
@pytest.mark.parametrize(("samples", "bits"), [(RGB, 8), (DEEP, 16)])
def test_odd_chunks_are_left_out_and_told(odd: str, samples: NDArray[np.generic], bits: int) -> None:
    picture = read_picture(png(samples, bits, 2, ODD_CHUNKS[odd]), "odd.png")
    assert np.array_equal(samples_of(picture.plane), samples)
    assert len(picture.warnings) == 1
    assert "odd.png" in picture.warnings[0]


def test_gamma_and_primaries_of_a_png_are_believed() -> None:
    linear = chunk(b"gAMA", struct.pack(">I", 100_000))
    gray = read_picture(png(np.full((16, 16, 1), 55), 8, 0, linear))
    assert abs(float(open_plane(gray.plane).rgb[8, 8, 0]) * 255 - 128) < 2
    color = read_picture(png(np.full((16, 16, 3), 55), 8, 2, linear))
    assert abs(float(open_plane(color.plane).rgb[8, 8, 1]) * 255 - 128) < 2
    usual = chunk(b"gAMA", struct.pack(">I", 45_455)) + chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000))
    assert read_picture(png(RGB, 8, 2, usual)).plane.icc is None
    assert read_picture(png(RGB, 8, 2, linear + chunk(b"sRGB", b"\0"))).plane.icc is None


def field(tag: int, kind: int, count: int, value: bytes) -> tuple[int, bytes]:
    return 0xE1, EXIF_MARK + exif((tag, kind, count, value), beside=bytes(8))


ODD_SEGMENTS = {
    "orientation as a byte": field(0x112, 1, 1, b"\6\0\0\0"),
    "orientation as text": field(0x112, 2, 2, b"6\0\0\0"),
    "orientation 99": field(0x112, 3, 1, b"\0\x63\0\0"),
    "resolution as text": field(0x11A, 2, 3, b"72\0\0"),
    "GPS as text": field(0x8825, 2, 4, b"abc\0"),
    "profile in parts, one missing": (0xE2, b"ICC_PROFILE\0\1\2" + b"x" * 200),
    "profile of junk": (0xE2, b"ICC_PROFILE\0\1\1" + b"x" * 200),
    "profile too short": (0xE2, b"ICC_PROFILE\0"),
    "Adobe too short": (0xEE, b"Adobe"),
    "JFIF too short": (0xE0, b"JFIF\0"),
}


@pytest.mark.parametrize("odd", ODD_SEGMENTS)
def test_odd_segments_are_left_out_and_told(odd: str) -> None:
    wanted = np.asarray(Image.open(io.BytesIO(jpeg(RAMP))))
    picture = read_picture(jpeg(RAMP, ODD_SEGMENTS[odd]), "odd.jpg")
    assert np.array_equal(samples_of(picture.plane), wanted)
    assert len(picture.warnings) == 1
    assert "odd.jpg" in picture.warnings[0]
    for kind in ("PNG", "JPEG", "WEBP", "TIFF"):
        assert read_picture(encode(picture.plane, kind, picture).data).plane.width == wanted.shape[1]


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_blocks": 4}, {"subsampling": 0}, {"quality": 20}])
@pytest.mark.parametrize("what", ["ramp", "noise", "gray"])
def test_a_jpeg_that_lacks_its_last_two_bytes_is_read_and_told_but_no_more_of_it(what: str, options: dict[str, int]) -> None:
    samples = {"ramp": RAMP, "noise": RANDOM.integers(0, 256, (96, 96, 3)).astype("u1"), "gray": RAMP[..., 0]}[what]
    whole = jpeg(samples, **options)
    wanted = read_picture(whole).plane
    for cut in (1, 2):
        picture = read_picture(whole[:-cut], "cut.jpg")
        assert picture.plane == wanted
        assert picture.warnings == ("cut.jpg lacks its last bytes, but the picture is whole.",)
    for cut in range(3, 20):  # of the last bytes some may hold nothing
        with contextlib.suppress(PictureError):
            assert read_picture(whole[:-cut], "cut.jpg").plane == wanted
    for cut in (24, 40, 200):
        with pytest.raises(PictureError, match="cut short"):
            read_picture(whole[:-cut], "cut.jpg")
    with pytest.raises(PictureError):
        read_picture(whole[:-300] + bytes(300), "cut.jpg")


@pytest.mark.parametrize(("old", "new", "word"), [(b"\xc0\0\x11\x08", b"\xc0\0\x11\x0c", "12 bits"), (b"\xc0\0\x11", b"\xc3\0\x11", "lossless")])
def test_a_jpeg_that_no_decoder_here_knows_is_named(old: bytes, new: bytes, word: str) -> None:
    with pytest.raises(PictureError, match=rf"odd\.jpg is a.*{word}"):
        read_picture(jpeg(RAMP).replace(old, new), "odd.jpg")


def test_a_profile_is_used_when_only_a_tag_that_says_no_colour_is_broken() -> None:
    icc = bytearray(PROFILES["display-p3"])
    count = struct.unpack_from(">I", icc, 128)[0]
    names = [bytes(icc[132 + 12 * at : 136 + 12 * at]) for at in range(count)]
    spare = next(at for at, name in enumerate(names) if name in (b"desc", b"cprt", b"wtpt"))
    icc[132 + 12 * spare + 8 : 132 + 12 * spare + 12] = struct.pack(">I", len(icc))
    picture = read_picture(png(RGB, 8, 2, chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(icc)))))
    assert picture.plane.icc == bytes(icc)
    assert picture.warnings == ()
    assert np.array_equal(open_plane(picture.plane).rgb, open_plane(Plane(picture.plane.format, 19, 13, picture.plane.data, PROFILES["display-p3"])).rgb)


def test_a_profile_that_can_not_be_used_is_left_out_and_told() -> None:
    for broken in (PROFILES["adobe-rgb"][:-8], PROFILES["adobe-rgb"].replace(b"rTRC", b"xTRC")):
        picture = read_picture(png(RGB, 8, 2, chunk(b"iCCP", b"p\0\0" + zlib.compress(broken))), "odd.png")
        assert picture.plane.icc is None
        assert "profile in odd.png" in picture.warnings[0]


@pytest.mark.parametrize(("kind", "lost"), [("JPEG", 1), ("TIFF", 1), ("PNG", 0), ("WEBP", 0)])
def test_exif_data_that_a_file_can_not_hold_are_left_out_and_told(kind: str, lost: int) -> None:
    tags = Image.Exif()
    tags[0x010E] = "caption " * 12_000
    like = read_picture(png(RGB, 8, 2, chunk(b"eXIf", tags.tobytes()[6:])))
    assert like.exif is not None
    encoded = encode(like.plane, kind, like)
    assert len(encoded.warnings) == lost
    assert all("EXIF" in warning for warning in encoded.warnings)
    assert (read_picture(encoded.data).exif is None) == bool(lost)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
@pytest.mark.parametrize("dpi", [(300.0, 300.0), (3.2e8, 3.2e8), (1e12, 1e12), (70_000.0, 72.0), (1.1, 1.1)])
def test_a_resolution_that_a_file_can_not_hold_is_left_out_and_told(kind: str, dpi: tuple[float, float]) -> None:
    plane = plane_of(RGB, None)
    encoded = encode(plane, kind, PictureFile(plane, "TIFF", dpi))
    found = read_picture(encoded.data).dpi
    if encoded.warnings:
        assert "dpi" in encoded.warnings[0]
        assert found is None
    else:
        assert found == pytest.approx(dpi, rel=0.2)
    assert not (dpi == (300.0, 300.0) and kind != "WEBP" and encoded.warnings)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_nothing_that_is_not_finite_is_ever_written(kind: str, wrong: float) -> None:
    samples = np.full((4, 4, 3), 0.5, "f4")
    samples[1, 2, 0] = wrong
    with pytest.raises(PictureError, match="NaN or infinite"):
        encode(Plane(PixelFormat(Channels.RGB, Depth.F32), 4, 4, samples.tobytes()), kind)


PNM = {
    b"P1\n# c\n3 2\n101\n0 1 0\n": ("u1", [0, 255, 0, 255, 0, 255]),
    b"P2 3 2 7\n0 1 2 3 4 7\n": ("u1", [0, 36, 73, 109, 146, 255]),
    b"P3\n1 1 65535\n65535 0 1\n": ("u2", [65535, 0, 1]),
    b"P4 9 1\n\xff\x00": ("u1", [0] * 8 + [255]),
    b"P5 2 1 15\n\x00\x0f": ("u1", [0, 255]),
    b"P5 2 1 1023\n\x00\x00\x03\xff": ("u2", [0, 65535]),
    b"P6 #x\n1 #y\n1 #z\n65535\n\1\2\3\4\5\6": ("u2", [258, 772, 1286]),
    b"P6\r1 1\r255\rabc": ("u1", [97, 98, 99]),
    b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\nabcd": ("u1", [97, 98, 99, 100]),
    b"PF\n1 2\n-1.0\n" + struct.pack("<6f", 1, 2, 3, 4, 5, 6): ("f4", [4, 5, 6, 1, 2, 3]),
    b"Pf\n1 2\n1.0\n" + struct.pack(">2f", 1, 2): ("f4", [2, 1]),
}


@pytest.mark.parametrize("data", PNM)
def test_netpbm_is_as_deep_as_it_says(data: bytes) -> None:
    dtype, values = PNM[data]
    samples = samples_of(read_picture(data).plane)
    assert samples.dtype == np.dtype(dtype)
    assert samples.ravel().tolist() == values


@pytest.mark.parametrize(
    "data", [b"P6 2 2 255\nabc", b"P6 1 1 0\nabc", b"P6 1 1 70000\nabc", b"P6 -1 1 255\nabc", b"P6 99999 99999 255\nabc", b"P7\nWIDTH 1\n", b"P2 1 1 9\nx"]
)
def test_netpbm_that_makes_no_sense_is_refused(data: bytes) -> None:
    with pytest.raises(PictureError, match=r"^odd\.ppm .*\.$"):
        read_picture(data, "odd.ppm")


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", "a camera's raw file"),
        (b"II*\0\x10\0\0\0CR\2\0", "a camera's raw file"),
        (b"FUJIFILMCCD-RAW 0201", "a camera's raw file"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 picture"),
    ],
)
def test_a_picture_of_a_kind_that_is_not_read_is_told_what_it_is(head: bytes, words: str) -> None:
    with pytest.raises(PictureError, match=f"odd.pic is {words}"):
        read_picture(head + bytes(60), "odd.pic")


PICTURES = [(".JPE", b""), (".jfif", b""), (".HeIc", b""), (".nef", b""), ("", b"\x89PNG\r\n\x1a\n"), (".dat", b"\xff\xd8\xff\xe0")]
OTHERS = [(".txt", b"BMW is a car"), ("", b"P1 of the plan"), (".mp4", b"\0\0\0\x18ftypisom"), (".xmp", b"<x:xmpmeta")]


def test_pictures_are_known_by_their_names_and_by_their_first_bytes() -> None:
    assert [given for given in (*PICTURES, *OTHERS) if kinds.is_picture(*given)] == PICTURES
