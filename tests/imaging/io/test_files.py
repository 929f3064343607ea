"""Picture files read and written."""

from __future__ import annotations

import contextlib
import io
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tifffile
from imaging.icc_samples import GRAY_PROFILES, PROFILES
from PIL import Image, ImageCms
from PIL.JpegImagePlugin import JpegImageFile
from restyle_imaging.io.files import PictureError, PictureFile, encode_picture, read_picture
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat, Plane
from restyle_imaging.planes.samples import samples_of, unit

if TYPE_CHECKING:
    from imaging.conftest import MakePlane

RGB_NOISE = np.random.default_rng(0).integers(0, 256, (30, 40, 3)).astype("u1")
TURNS = {1: lambda a: a, 2: np.fliplr, 3: lambda a: np.rot90(a, 2), 4: np.flipud, 5: lambda a: np.swapaxes(a, 0, 1)}
TURNS |= {6: lambda a: np.rot90(a, -1), 7: lambda a: np.rot90(np.swapaxes(a, 0, 1), 2), 8: lambda a: np.rot90(a, 1)}


def encoded(image: Image.Image | np.ndarray, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    (Image.fromarray(image) if isinstance(image, np.ndarray) else image).save(out, kind, **options)
    return out.getvalue()


def write_picture(path: Path, plane: Plane, like: PictureFile | None = None) -> tuple[str, ...]:
    made = encode_picture(plane, path.suffix, like)
    path.write_bytes(made.data)
    return made.warnings


def as_tiff(samples: np.ndarray, **options: Any) -> bytes:
    out = io.BytesIO()
    tifffile.imwrite(out, samples, **options)
    return out.getvalue()


@pytest.mark.parametrize("depth", list(Depth))
@pytest.mark.parametrize("channels", [Channels.GRAY, Channels.GRAY_ALPHA, Channels.RGB, Channels.RGBA])
def test_tiff_keeps_every_bit_and_the_profile(tmp_path: Path, make_plane: MakePlane, channels: Channels, depth: Depth) -> None:
    icc = GRAY_PROFILES["gray-gamma-2.2"] if channels.is_gray else PROFILES["display-p3"]
    plane = make_plane(channels, depth, icc=icc, low=-1, high=9)
    assert write_picture(tmp_path / "a.tif", plane) == ()
    assert read_picture(tmp_path / "a.tif").plane == plane


@pytest.mark.parametrize("depth", [Depth.U8, Depth.U16])
@pytest.mark.parametrize("channels", [Channels.GRAY, Channels.GRAY_ALPHA, Channels.RGB, Channels.RGBA])
def test_png_keeps_every_bit_and_the_profile(tmp_path: Path, make_plane: MakePlane, channels: Channels, depth: Depth) -> None:
    icc = GRAY_PROFILES["gray-gamma-2.2"] if channels.is_gray else PROFILES["adobe-rgb"]
    plane = make_plane(channels, depth, icc=icc)
    assert write_picture(tmp_path / "a.png", plane) == ()
    assert read_picture(tmp_path / "a.png").plane == plane


def test_bgra_is_written_in_the_right_colours(tmp_path: Path, make_plane: MakePlane) -> None:
    plane = make_plane(Channels.BGRA, Depth.U8)
    for name in ("a.png", "a.tiff"):
        write_picture(tmp_path / name, plane)
        assert np.array_equal(samples_of(read_picture(tmp_path / name).plane), samples_of(plane)[..., [2, 1, 0, 3]])


def test_floats_become_16_bits_in_png_and_say_when_they_are_clipped(tmp_path: Path, make_plane: MakePlane) -> None:
    plane = make_plane(Channels.RGB, Depth.F32)
    assert write_picture(tmp_path / "a.png", plane) == ()
    back = read_picture(tmp_path / "a.png").plane
    assert back.format.depth is Depth.U16
    assert np.abs(samples_of(back) / 65535 - samples_of(plane)).max() <= 0.51 / 65535
    (warning,) = write_picture(tmp_path / "b.png", make_plane(Channels.RGB, Depth.F32, high=3))
    assert ".tif" in warning


def test_jpeg_is_fine_enough_and_keeps_profile_and_resolution(tmp_path: Path) -> None:
    smooth = np.asarray(Image.fromarray(RGB_NOISE).resize((120, 90), Image.Resampling.BICUBIC))
    source = read_picture(encoded(smooth, "PNG", icc_profile=PROFILES["adobe-rgb"], dpi=(300, 300)))
    write_picture(tmp_path / "a.jpg", source.plane, source)
    back = read_picture(tmp_path / "a.jpg")
    assert back.plane.icc == PROFILES["adobe-rgb"]
    assert back.dpi == (300, 300)
    assert np.abs(samples_of(back.plane).astype(int) - smooth).mean() < 3
    with Image.open(tmp_path / "a.jpg") as image, Image.open(io.BytesIO(encoded(smooth, "JPEG", quality=92))) as usual:
        assert isinstance(image, JpegImageFile) and isinstance(usual, JpegImageFile)
        assert sum(image.quantization[0]) <= sum(usual.quantization[0])


def test_jpeg_says_that_it_holds_neither_transparency_nor_16_bits(tmp_path: Path, make_plane: MakePlane) -> None:
    warnings = write_picture(tmp_path / "a.jpeg", make_plane(Channels.RGBA, Depth.U16))
    assert len(warnings) == 2
    assert read_picture(tmp_path / "a.jpeg").plane.format == PixelFormat(Channels.RGB, Depth.U8)


def test_transparent_parts_are_white_in_jpeg(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.jpg", Plane(PixelFormat(Channels.RGBA, Depth.U8), 16, 16, bytes(16 * 16 * 4)))
    assert samples_of(read_picture(tmp_path / "a.jpg").plane).min() == 255


def test_webp_keeps_alpha_and_profile(tmp_path: Path) -> None:
    rgba = np.dstack([np.full((16, 16, 3), 90, "u1"), np.arange(256, dtype="u1").reshape(16, 16)])
    write_picture(tmp_path / "a.webp", Plane(PixelFormat(Channels.RGBA, Depth.U8), 16, 16, rgba.tobytes(), PROFILES["display-p3"]))
    back = read_picture(tmp_path / "a.webp")
    assert np.array_equal(samples_of(back.plane)[..., 3], rgba[..., 3])
    assert back.plane.icc == PROFILES["display-p3"]


def test_gray_in_webp_looks_the_same(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.webp", Plane(PixelFormat(Channels.GRAY, Depth.U8), 16, 16, bytes([55]) * 256, GRAY_PROFILES["gray-linear"]))
    assert abs(int(samples_of(read_picture(tmp_path / "a.webp").plane)[8, 8, 1]) - 128) <= 2


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PNG16"])
def test_pictures_stand_upright(orientation: int, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    if kind == "TIFF":
        data = as_tiff(RGB_NOISE, photometric="rgb", extratags=[(274, 3, 1, orientation, True)])
    elif kind == "PNG":
        data = encoded(RGB_NOISE, "PNG", exif=exif)
    else:
        import imagecodecs
        from restyle_imaging.io.encoding import _chunk

        plain = bytes(imagecodecs.png_encode(RGB_NOISE.astype("u2") * 257))
        data = plain[:33] + _chunk(b"eXIf", exif.tobytes()[6:]) + plain[33:]
    picture = read_picture(data)
    samples = samples_of(picture.plane)
    assert np.array_equal(samples // (257 if kind == "PNG16" else 1), TURNS[orientation](RGB_NOISE))


def test_a_written_copy_is_not_turned_twice(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera"
    source = read_picture(encoded(RGB_NOISE, "JPEG", exif=exif, dpi=(72, 72)))
    for name in ("a.jpg", "a.png", "a.webp"):
        write_picture(tmp_path / name, source.plane, source)
        back = read_picture(tmp_path / name)
        assert (back.plane.width, back.plane.height) == (30, 40)
        with Image.open(tmp_path / name) as image:
            assert image.getexif()[0x010F] == "Camera"


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.jpg"])
def test_resolution_is_kept(tmp_path: Path, name: str) -> None:
    source = read_picture(encoded(RGB_NOISE, "TIFF", dpi=(240, 240)))
    write_picture(tmp_path / name, source.plane, source)
    assert read_picture(tmp_path / name).dpi == pytest.approx((240, 240), abs=0.1)


def test_palettes_become_colours() -> None:
    palette = Image.fromarray(RGB_NOISE).quantize(8)
    assert read_picture(encoded(palette, "PNG")).plane.format.channels is Channels.RGB
    assert read_picture(encoded(palette, "PNG", transparency=2)).plane.format.channels is Channels.RGBA
    assert read_picture(encoded(palette, "TIFF")).plane.format.channels is Channels.RGB


def test_bits_become_gray() -> None:
    bits = Image.fromarray(RGB_NOISE).convert("1")
    for kind in ("PNG", "TIFF"):
        assert np.array_equal(samples_of(read_picture(encoded(bits, kind)).plane)[..., 0], np.asarray(bits.convert("L")))


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_becomes_rgb(kind: str) -> None:
    gray = Image.new("CMYK", (20, 20), (0, 0, 0, 128))
    picture = read_picture(encoded(gray, kind))
    assert picture.plane.format == PixelFormat(Channels.RGB, Depth.U8)
    assert abs(int(samples_of(picture.plane)[10, 10].mean()) - 127) < 4


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_several_pictures_the_first_is_used_and_it_is_said(kind: str) -> None:
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "blue", "lime")]
    picture = read_picture(encoded(frames[0], kind, save_all=True, append_images=frames[1:]), "moving.pic")
    assert picture.warnings == ("moving.pic holds 3 pictures; the first is used.",)
    assert samples_of(picture.plane)[10, 10, 0] > 200


def test_tiff_by_planes_with_spare_channels_and_premultiplied_alpha() -> None:
    planes = np.moveaxis(RGB_NOISE, -1, 0)
    assert np.array_equal(samples_of(read_picture(as_tiff(planes, photometric="rgb", planarconfig="separate")).plane), RGB_NOISE)
    five = np.dstack([RGB_NOISE, RGB_NOISE[..., :2]])
    picture = read_picture(as_tiff(five, photometric="rgb", extrasamples=["unassalpha", "unspecified"]))
    assert picture.plane.format.channels is Channels.RGBA
    assert len(picture.warnings) == 1
    half = np.dstack([np.full((8, 8, 3), 32, "u1"), np.full((8, 8), 128, "u1")])
    straight = samples_of(read_picture(as_tiff(half, photometric="rgb", extrasamples=["assocalpha"])).plane)
    assert set(straight[..., 0].ravel()) == {64}


def test_inverted_and_wide_tiffs_are_understood() -> None:
    ramp = np.arange(256, dtype="u1").reshape(16, 16)
    assert np.array_equal(samples_of(read_picture(as_tiff(ramp, photometric="miniswhite")).plane)[..., 0], 255 - ramp)
    wide = np.full((4, 4, 3), 0.25, "f8")
    assert read_picture(as_tiff(wide, photometric="rgb")).plane.format.depth is Depth.F32


def test_a_profile_for_other_channels_is_left_out_and_it_is_said() -> None:
    picture = read_picture(encoded(RGB_NOISE, "PNG", icc_profile=GRAY_PROFILES["gray-linear"]))
    assert picture.plane.icc is None
    assert len(picture.warnings) == 1


def test_a_tiff_from_pillow_keeps_its_profile() -> None:
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert read_picture(encoded(RGB_NOISE, "TIFF", icc_profile=icc)).plane.icc == icc


BROKEN = {kind: encoded(RGB_NOISE, kind) for kind in ("PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP")}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_a_picture_cut_short_is_refused_in_a_sentence(kind: str, share: float) -> None:
    data = BROKEN[kind]
    with pytest.raises(PictureError, match=r"^holiday\.pic .*\.$"):
        read_picture(data[: max(4, int(len(data) * share))], "holiday.pic")


@pytest.mark.parametrize("kind", BROKEN)
def test_damaged_pictures_are_read_or_refused_and_nothing_else(kind: str) -> None:
    random = np.random.default_rng(1)
    for _ in range(40):
        data = bytearray(BROKEN[kind])
        for at in random.integers(0, min(len(data), 300), 4):
            data[at] = random.integers(0, 256)
        with contextlib.suppress(PictureError):
            read_picture(bytes(data))


def test_a_16_bit_png_cut_short_is_refused(tmp_path: Path, make_plane: MakePlane) -> None:
    write_picture(tmp_path / "a.png", make_plane(Channels.RGB, Depth.U16))
    with pytest.raises(PictureError):
        read_picture((tmp_path / "a.png").read_bytes()[:-600])


@pytest.mark.parametrize("data", [b"", b"\0", b"just some words", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", b"II*\0", bytes(range(7, 250))])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(PictureError, match=r"\.$"):
        read_picture(data)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "GIF", "JPEG"])
def test_enormous_pictures_are_refused_before_they_are_decoded(kind: str) -> None:
    """Only the header says 30,000×30,000: decoding would end in "cut short"."""
    data = bytearray(encoded(Image.new("L", (300, 300)), kind))
    if kind == "TIFF":
        data = bytearray(as_tiff(np.zeros((300, 300), "u1")))
        for tag in (256, 257):
            at = (
                data.index(bytes([tag & 255, tag >> 8, 3, 0])) if bytes([tag & 255, tag >> 8, 3, 0]) in data else data.index(bytes([tag & 255, tag >> 8, 4, 0]))
            )
            data[at + 8 : at + 10] = (30000).to_bytes(2, "little")
    else:
        old = (300).to_bytes(2, "little" if kind == "GIF" else "big")
        new = (30000).to_bytes(2, "little" if kind == "GIF" else "big")
        data = data.replace(old, new)
        if kind == "PNG":
            import zlib

            data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    with pytest.raises(PictureError, match="scale it down"):
        read_picture(bytes(data))


def test_small_and_narrow_pictures_are_read() -> None:
    assert read_picture(encoded(RGB_NOISE[:1, :1], "PNG")).plane.width == 1
    assert read_picture(encoded(np.zeros((4000, 8), "u1"), "PNG")).plane.height == 4000


def test_files_that_cannot_be_opened_are_named(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"no file .*nothing\.png"):
        read_picture(tmp_path / "nothing.png")
    with pytest.raises(PictureError, match="folder"):
        read_picture(tmp_path)


@pytest.mark.parametrize(
    ("channels", "depth"), [(Channels.RGB, Depth.U8), (Channels.BGRA, Depth.U16), (Channels.GRAY, Depth.U8), (Channels.GRAY_ALPHA, Depth.F32)]
)
def test_patterns_are_of_8_bits_with_alpha_and_a_name(make_plane: MakePlane, channels: Channels, depth: Depth) -> None:
    plane = make_plane(channels, depth)
    found = encode_picture(plane, ".pat", name="Ranken é").data
    length, version, width, height, samples, mark = struct.unpack(">5I4s", found[:24])
    assert (version, width, height, samples, mark) == (1, plane.width, plane.height, 4, b"GPAT")
    assert found[24:length] == "Ranken é".encode() + b"\0"
    pixels = np.frombuffer(found[length:], np.uint8).reshape(height, width, 4)
    shown = read_picture(encode_picture(plane, ".tif").data).plane
    colors = unit(samples_of(shown), shown.format.depth).clip(0, 1) * 255
    assert abs(pixels[..., :3] - colors[..., : 1 if channels.is_gray else 3]).max() <= 0.51
    assert (pixels[..., 3] == 255).all() or channels.has_alpha


def test_a_pattern_that_gimp_could_not_open_is_refused() -> None:
    with pytest.raises(PictureError, match="10,000 px"):
        encode_picture(Plane(PixelFormat(Channels.GRAY, Depth.U8), 10_001, 1, bytes(10_001)), ".pat")


def test_unknown_endings_are_explained(make_plane: MakePlane) -> None:
    with pytest.raises(PictureError, match=r"\.png"):
        encode_picture(make_plane(Channels.RGB, Depth.U8), ".bmpx")


def test_a_plane_that_is_too_short_is_refused() -> None:
    with pytest.raises(PictureError):
        encode_picture(Plane(PixelFormat(Channels.RGB, Depth.U8), 4, 4, b"short"), ".png")
