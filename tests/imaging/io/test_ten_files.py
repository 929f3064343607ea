"""Owns the promise that files people have come in as they look, and go out as they came; or are refused in a sentence. It reads as the list of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import OpenEXR
import pytest
import tifffile
from imaging.icc_samples import PROFILES
from imaging.layered_files import ZLIB, Layer, xcf
from PIL import Image
from restyle_imaging.arrays import Floats, Samples
from restyle_imaging.color import srgb
from restyle_imaging.color.profiles import profile_of
from restyle_imaging.io import xmp
from restyle_imaging.io.files import PictureError, PictureFile, encode_picture, read_picture
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat, Plane
from restyle_imaging.planes.samples import samples_of, unit

WIDTH, HEIGHT = 96, 64
PROPHOTO = bytes(
    imagecodecs.cms_profile("rgb", whitepoint=(0.3457, 0.3585, 1.0), primaries=(0.7347, 0.2653, 1.0, 0.1596, 0.8404, 1.0, 0.0366, 0.0001, 1.0), gamma=1.8)
)


def scene() -> Floats:
    """What all of them show: sRGB, (64, 96, 3), of which 1 is full; no two corners alike."""
    shown = np.empty((HEIGHT, WIDTH, 3), np.float32)
    shown[: HEIGHT // 2, : WIDTH // 2], shown[: HEIGHT // 2, WIDTH // 2 :] = (0.8, 0.45, 0.2), (0.2, 0.4, 0.5)
    shown[HEIGHT // 2 :, : WIDTH // 2], shown[HEIGHT // 2 :, WIDTH // 2 :] = (0.3, 0.6, 0.25), (0.75, 0.75, 0.8)
    return shown


def bits(values: Floats, kind: str = "u1") -> Samples:
    return np.rint(np.clip(values, 0, 1) * np.iinfo(kind).max).astype(kind)


def image() -> Image.Image:
    return Image.fromarray(bits(scene()))


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


# ---- the files


def tiff_of_a_raw_converter() -> bytes:
    """16 bits in ProPhoto RGB."""
    out = io.BytesIO()
    tifffile.imwrite(out, bits(profile_of(PROPHOTO, gray=False).from_srgb(scene()), "u2"), photometric="rgb", iccprofile=PROPHOTO)
    return out.getvalue()


def jpeg_of_a_printer() -> bytes:
    """In CMYK."""
    return saved(image().convert("CMYK"), "JPEG", quality=98, subsampling=0)


def exr_of_a_renderer() -> bytes:
    """Linear light in half floats."""
    out = io.BytesIO()
    OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}, {"RGB": srgb.decode(scene()).astype(np.float16)}).write(out)
    return out.getvalue()


def psd_with_layers() -> bytes:
    """Of Photoshop, beside its layers merged."""
    from psd_tools import PSDImage

    made = PSDImage.new("RGB", (WIDTH, HEIGHT))
    made.create_pixel_layer(image(), name="shown")
    made.create_pixel_layer(Image.new("RGBA", (10, 10), "red"), name="hidden").visible = False
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def jpeg_of_a_phone() -> bytes:
    """Lying on its side, with a gain map, in Display P3."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Maker"
    turned = Image.fromarray(np.rot90(bits(profile_of(PROFILES["display-p3"], gray=False).from_srgb(scene()))))
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/" xmlns:g="' + xmp.GAIN_MAP + b'"/>'
    options = {"save_all": True, "append_images": [Image.new("RGB", (8, 8))], "exif": exif, "xmp": packet, "icc_profile": PROFILES["display-p3"]}
    return saved(turned, "MPO", quality=98, subsampling=0, **options)


def heic_of_a_phone() -> bytes:
    import pillow_heif

    pillow_heif.register_heif_opener()
    return saved(image(), "HEIF", quality=95, chroma=444)


def webp_that_moves() -> bytes:
    return saved(image(), "WEBP", save_all=True, append_images=[Image.new("RGB", (WIDTH, HEIGHT), "red")], lossless=True)


def jpeg_xl_of_16_bits() -> bytes:
    wide = bits(profile_of(PROFILES["adobe-rgb"], gray=False).from_srgb(scene()), "u2")
    return encode_picture(Plane(PixelFormat(Channels.RGB, Depth.U16), WIDTH, HEIGHT, wide.tobytes(), PROFILES["adobe-rgb"]), ".jxl").data


def avif_of_10_bits() -> bytes:
    return bytes(imagecodecs.avif_encode(np.rint(scene() * 1023).astype("u2"), level=100, bitspersample=10))


def gimp_file_with_layers() -> bytes:
    """The upper half in a layer of its own, over red that can't be seen."""
    whole = bits(scene())
    red = np.full((HEIGHT // 2, WIDTH, 3), (255, 0, 0), "u1")
    return xcf((WIDTH, HEIGHT), [Layer(whole[: HEIGHT // 2]), Layer(red), Layer(whole[HEIGHT // 2 :], top=HEIGHT // 2)], compression=ZLIB)


def krita_file() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("mimetype", "application/x-krita")
        file.writestr("mergedimage.png", saved(image(), "PNG"))
    return out.getvalue()


FILES: dict[str, tuple[Callable[[], bytes], PixelFormat, float, str]] = {  # what is made, what it is read as, how near, what is told of it
    "16-bit ProPhoto.tif": (tiff_of_a_raw_converter, PixelFormat(Channels.RGB, Depth.U16), 0.001, ""),
    "for print.jpg": (jpeg_of_a_printer, PixelFormat(Channels.RGB, Depth.U8), 0.02, ""),
    "render.exr": (exr_of_a_renderer, PixelFormat(Channels.RGB, Depth.F32), 0.001, ""),
    "layers.psd": (psd_with_layers, PixelFormat(Channels.RGB, Depth.U8), 0.003, ""),
    "IMG_1.jpg": (jpeg_of_a_phone, PixelFormat(Channels.RGB, Depth.U8), 0.02, "gain map"),
    "IMG_2.heic": (heic_of_a_phone, PixelFormat(Channels.RGB, Depth.U8), 0.03, ""),
    "dance.webp": (webp_that_moves, PixelFormat(Channels.RGB, Depth.U8), 0.003, "2 pictures; the first is used"),
    "wide.jxl": (jpeg_xl_of_16_bits, PixelFormat(Channels.RGB, Depth.U16), 0.001, ""),
    "deep.avif": (avif_of_10_bits, PixelFormat(Channels.RGB, Depth.U16), 0.003, ""),
    "layers.xcf": (gimp_file_with_layers, PixelFormat(Channels.RGB, Depth.U8), 0.003, ""),
    "painting.kra": (krita_file, PixelFormat(Channels.RGB, Depth.U8), 0.003, ""),
}


def looks(picture: PictureFile) -> Floats:
    plane = picture.plane
    return profile_of(plane.icc, plane.format.channels.is_gray).to_srgb(unit(samples_of(plane), plane.format.depth)[..., :3])


@pytest.mark.parametrize("name", FILES)
def test_it_comes_in_as_it_looks_and_goes_out_as_it_came(name: str) -> None:
    make, kind, near, told = FILES[name]
    found = read_picture(make(), name)
    assert (found.plane.format, found.plane.width, found.plane.height) == (kind, WIDTH, HEIGHT)
    assert np.median(np.abs(looks(found) - scene())) <= near  # edges between colours are where codecs err
    assert np.abs(looks(found) - scene())[8:24, 8:40].max() <= 2 * near
    assert [told in warning for warning in found.warnings] == ([True] if told else [])
    suffix = Path(name).suffix
    for out in (suffix if suffix in (".tif", ".exr", ".jxl") else ".png", ".jxl"):
        again = read_picture(encode_picture(found.plane, out, found).data)
        assert again.plane.format == found.plane.format if kind.depth is not Depth.F32 or out != ".png" else True
        assert np.abs(looks(again) - looks(found)).max() <= 0.001, out


def test_a_gray_png_of_16_bits_keeps_its_mask() -> None:
    gray = np.linspace(0, 65535, WIDTH * HEIGHT).reshape(HEIGHT, WIDTH)
    plane = Plane(PixelFormat(Channels.GRAY_ALPHA, Depth.U16), WIDTH, HEIGHT, np.stack((gray, gray[::-1]), -1).astype("u2").tobytes())
    assert read_picture(encode_picture(plane, ".png").data).plane == plane


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("DSC_1.nef", b"MMOR" + bytes(60), "DSC_1.nef is a camera's raw file, which can't be read; export it as PNG, JPEG, WebP or TIFF."),
        ("scan.jp2", b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(60), "scan.jp2 is a JPEG 2000 picture, which can't be read; export it as PNG, JPEG, WebP or TIFF."),
        ("poster.pdf", b"%PDF-1.7" + bytes(60), "poster.pdf is a PDF file, which can't be read; export it as PNG, JPEG, WebP or TIFF."),
        (
            "glow.xcf",
            xcf((4, 4), [Layer(np.zeros((4, 4, 3), "u1"), mode=31)]),
            "glow.xcf holds layers in other modes than Normal, which only GIMP can merge; export it there as PNG, JPEG, WebP or TIFF.",
        ),
    ],
)
def test_what_can_not_be_read_is_refused_in_one_sentence(name: str, data: bytes, words: str) -> None:
    with pytest.raises(PictureError) as caught:
        read_picture(data, name)
    assert caught.value.message == words
