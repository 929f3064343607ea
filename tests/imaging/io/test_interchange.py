"""Owns the promises about files of other programs and of phones: AVIF, HEIC, Photoshop, OpenRaster, Krita; and about the XMP data that go along."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from imaging.icc_samples import PROFILES
from PIL import Image
from restyle_imaging.color.profiles import profile_of
from restyle_imaging.io import files, xmp
from restyle_imaging.io.files import PictureError, encode_picture, read_picture
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat, Plane
from restyle_imaging.planes.samples import samples_of

NOISE = np.random.default_rng(0).integers(0, 65536, (20, 32, 4)).astype("u2")
SMOOTH = np.stack(np.broadcast_arrays(*np.meshgrid(np.linspace(0, 1, 32), np.linspace(0, 1, 20)), 0.5), -1)
PACKET = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 tiff:Orientation="6" crs:Exposure2012="+1.50" xmp:Rating="4" xmp:Thumbnails="never">
<dc:creator><rdf:Seq><rdf:li>Anna Schmidt</rdf:li></rdf:Seq></dc:creator><crs:ToneCurve>0, 0</crs:ToneCurve></rdf:Description></rdf:RDF></x:xmpmeta>"""


def bytes_of(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def picture8(count: int = 3) -> Image.Image:
    return Image.fromarray((NOISE[..., :count].squeeze() >> 8).astype("u1"))


# ---- AVIF


@pytest.mark.parametrize("bits", [8, 10, 12])
@pytest.mark.parametrize("count", [1, 3, 4])
def test_avif_is_as_deep_as_it_says(bits: int, count: int) -> None:
    import imagecodecs

    given = (NOISE[..., :count] >> (16 - bits)).astype("u1" if bits == 8 else "u2")
    data = imagecodecs.avif_encode(given if count > 1 else given[..., 0], level=100, bitspersample=bits)  # without loss
    found = read_picture(bytes(data))
    samples = samples_of(found.plane)
    full = 255 if bits == 8 else 65535
    wanted = np.rint(given.astype(float) * full / ((1 << bits) - 1))
    off = 0 if count > 1 else full / ((1 << bits) - 1) * 6  # gray is kept in less than the full range
    assert (found.format, samples.dtype.itemsize) == ("AVIF", 1 if bits == 8 else 2)
    assert np.abs(samples - wanted).max() <= off


def test_avif_lies_upright_and_keeps_what_it_says() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Maker"
    data = bytes_of(picture8(), "AVIF", exif=exif, xmp=PACKET, icc_profile=PROFILES["display-p3"], quality=100)
    found = read_picture(data)
    assert (found.plane.width, found.plane.height, found.plane.icc) == (20, 32, PROFILES["display-p3"])
    assert found.exif is not None
    assert b"Maker" in found.exif
    assert found.xmp is not None


def nclx(data: bytes, primaries: int, transfer: int) -> bytes:
    """An AVIF that names other colours."""
    at = data.index(b"colrnclx") + 8
    return data[:at] + primaries.to_bytes(2, "big") + transfer.to_bytes(2, "big") + data[at + 4 :]


def test_colours_that_are_named_by_numbers_become_a_profile() -> None:
    data = bytes_of(Image.new("RGB", (16, 16), (255, 0, 0)), "AVIF", quality=100, subsampling="4:4:4")
    assert read_picture(nclx(data, 1, 13)).plane.icc is None
    found = read_picture(nclx(data, 12, 13))
    assert found.plane.icc is not None
    assert np.allclose(profile_of(found.plane.icc, gray=False).to_srgb(np.array([[[1, 0, 0]]], np.float32)), (1.093, -0.227, -0.150), atol=0.002)  # P3's red
    found = read_picture(nclx(data, 9, 16), "night.avif")
    assert found.plane.icc is None
    assert "night.avif holds colours that are meant for HDR displays" in found.warnings[0]


@pytest.mark.parametrize("channels", [Channels.GRAY, Channels.GRAY_ALPHA, Channels.RGB, Channels.RGBA])
def test_avif_is_written_with_alpha_and_profile(channels: Channels) -> None:
    values = (np.broadcast_to(SMOOTH[..., :1], (20, 32, 4)) * 255).astype("u1")[..., : channels.samples]
    icc = None if channels.is_gray else PROFILES["adobe-rgb"]
    found = read_picture(encode_picture(Plane(PixelFormat(channels, Depth.U8), 32, 20, values.tobytes(), icc), ".avif").data)
    got = samples_of(found.plane)
    assert (found.format, found.plane.icc, found.plane.format.channels.has_alpha) == ("AVIF", icc, channels.has_alpha)
    assert np.abs(got[..., 0].astype(int) - values[..., 0]).max() <= 4
    if channels.has_alpha:
        assert np.abs(got[..., -1].astype(int) - values[..., -1]).max() <= 4


# ---- HEIC


def heic(image: Image.Image, **options: object) -> bytes:
    import pillow_heif

    pillow_heif.register_heif_opener()
    return bytes_of(image, "HEIF", quality=100, chroma=444, **options)


def test_heic_of_a_phone_lies_upright_with_its_date_and_profile() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x0132] = 6, "2026:05:01 12:00:00"
    image = Image.fromarray((SMOOTH * 255).astype("u1"))
    found = read_picture(heic(image, exif=exif.tobytes(), icc_profile=PROFILES["display-p3"], xmp=PACKET), "IMG_1.HEIC")
    assert (found.format, found.plane.width, found.plane.height, found.plane.icc) == ("HEIC", 20, 32, PROFILES["display-p3"])
    assert np.abs(samples_of(found.plane).astype(float) - np.rot90((SMOOTH * 255).astype("u1"), -1)).max() <= 6
    assert found.exif is not None
    kept = Image.Exif()
    kept.load(b"Exif\0\0" + found.exif)
    assert (kept[0x0112], kept[0x0132]) == (1, "2026:05:01 12:00:00")
    assert found.xmp is not None
    assert found.warnings == ()


def test_heic_of_ten_bits_keeps_them() -> None:
    import pillow_heif

    ramp = np.broadcast_to(np.linspace(0, 65535, 64)[None, :, None], (16, 64, 3)).astype("u2")
    out = io.BytesIO()
    pillow_heif.from_bytes(mode="RGB;16", size=(64, 16), data=np.ascontiguousarray(ramp).tobytes()).save(out, quality=100, chroma=444)
    samples = samples_of(read_picture(out.getvalue()).plane)
    assert samples.dtype == np.uint16
    assert samples.max() == 65535
    assert np.abs(samples.astype(int) - ramp).max() < 65535 / 1023 * 3


def test_without_its_package_heic_and_photoshop_name_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("pi_heif", "psd_tools"):
        monkeypatch.setitem(sys.modules, module, None)
    for data, what in ((heic(picture8()), "HEIC pictures"), (b"8BPS\0\1" + bytes(60), "Photoshop files")):
        with pytest.raises(PictureError, match=rf"^{what} need packages that are not installed yet; install them with: .*(pi-heif|formats)"):
            read_picture(data)


# ---- Photoshop


def psd(mode: str, depth: int, samples: np.ndarray) -> bytes:
    """A Photoshop file of nothing but a merged picture, by Adobe's specification. samples: (h, w, n), big-endian."""
    height, width, count = samples.shape
    numbers = {"BITMAP": 0, "GRAYSCALE": 1, "RGB": 3, "CMYK": 4, "LAB": 9}
    head = b"8BPS\0\1" + bytes(6) + count.to_bytes(2, "big") + height.to_bytes(4, "big") + width.to_bytes(4, "big")
    head += depth.to_bytes(2, "big") + numbers[mode].to_bytes(2, "big")
    resolution = b"8BIM\x03\xed\0\0\0\0\0\x10" + (300 << 16).to_bytes(4, "big") + bytes((0, 1, 0, 1)) + (300 << 16).to_bytes(4, "big") + bytes((0, 1, 0, 1))
    data: bytes = head + bytes(4) + len(resolution).to_bytes(4, "big") + resolution + bytes(4) + b"\0\0" + np.moveaxis(samples, 2, 0).tobytes()
    return data


@pytest.mark.parametrize(("depth", "kind"), [(8, ">u1"), (16, ">u2"), (32, ">f4")])
@pytest.mark.parametrize(("mode", "count"), [("GRAYSCALE", 1), ("RGB", 3)])
def test_photoshops_merged_picture_keeps_every_bit(mode: str, count: int, depth: int, kind: str) -> None:
    given = (NOISE[..., :count] / 65535 if depth == 32 else NOISE[..., :count] >> (16 - depth)).astype(kind)
    found = read_picture(psd(mode, depth, given))
    assert (found.format, found.dpi) == ("PSD", (300.0, 300.0))
    assert np.array_equal(samples_of(found.plane), given)


def test_photoshops_inks_become_colours() -> None:
    paper = np.zeros((20, 32, 4), "u1") + 255  # no ink, as Photoshop counts
    paper[:10, :, 0] = 0  # all of cyan
    samples = samples_of(read_picture(psd("CMYK", 8, paper)).plane)
    assert samples[15, 5].tolist() == [255, 255, 255]
    assert samples[5, 5].tolist() == [0, 255, 255]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (psd("LAB", 8, NOISE[..., :3].astype("u1")), "odd.psd is a Photoshop file in lab, 8 bits, which isn't read; convert it to RGB."),
        (psd("RGB", 8, NOISE[..., :3].astype("u1"))[:500], "odd.psd is damaged or cut short; export or download it again."),
        (b"8BPS\0\1" + bytes(60), "odd.psd is damaged or cut short; export or download it again."),
        (
            psd("RGB", 8, NOISE[..., :3].astype("u1"))[:14] + b"\0\0\x70\0\0\0\x70\0" + psd("RGB", 8, NOISE[..., :3].astype("u1"))[22:],
            "megapixels that can be handled",
        ),
    ],
)
def test_photoshop_files_that_cannot_be_read_say_why(data: bytes, words: str) -> None:
    with pytest.raises(PictureError) as caught:
        read_picture(data, "odd.psd")
    assert words in caught.value.message


# ---- OpenRaster and Krita


def archive(mark: str, **parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("mimetype", mark)
        for name, data in parts.items():
            file.writestr(name.replace("_", "."), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


@pytest.mark.parametrize(("mark", "kind"), [("image/openraster", "ORA"), ("application/x-krita", "KRA")])
def test_the_merged_picture_of_layers_is_read_as_deep_as_it_is(mark: str, kind: str) -> None:
    plane = Plane(PixelFormat(Channels.RGBA, Depth.U16), 32, 20, NOISE.tobytes(), PROFILES["display-p3"])
    found = read_picture(archive(mark, mergedimage_png=encode_picture(plane, ".png").data))
    assert (found.plane, found.format) == (plane, kind)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (archive("application/x-krita", maindoc_xml=b"<x/>"), "painting.kra holds no merged picture; save it once more"),
        (archive("application/x-krita", mergedimage_png=b"no picture"), "painting.kra is not a picture that can be read"),
        (archive("image/openraster", mergedimage_png=bytes(300))[:-40], "painting.kra is damaged or cut short"),
    ],
)
def test_layers_without_a_whole_merged_picture_say_what_to_do(data: bytes, words: str) -> None:
    with pytest.raises(PictureError) as caught:
        read_picture(data, "painting.kra")
    assert words in caught.value.message


def test_a_merged_picture_that_swells_beyond_what_can_be_handled_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("restyle_imaging.io.archives.LARGEST", 1000)
    with pytest.raises(PictureError, match="larger than can be handled"):
        read_picture(archive("image/openraster", mergedimage_png=bytes(100_000)))


def test_openraster_is_written_with_the_photo_under_the_painting(tmp_path: Path) -> None:
    photo = read_picture(bytes_of(picture8(4), "PNG", dpi=(300, 300)))
    painting = Plane(photo.plane.format, 32, 20, bytes(255 - value for value in photo.plane.data), None)
    path = tmp_path / "a.ora"
    path.write_bytes(encode_picture(painting, ".ora", photo, "Woodcut").data)
    assert read_picture(path).plane == painting
    with zipfile.ZipFile(path) as file:
        assert file.namelist()[0] == "mimetype"
        assert file.getinfo("mimetype").compress_type == zipfile.ZIP_STORED
        stack = file.read("stack.xml").decode()
        assert stack.index('name="Woodcut"') < stack.index('name="Photo"') < stack.index("hidden")
        assert read_picture(file.read("data/layer1.png")).plane == photo.plane
        assert max(Image.open(io.BytesIO(file.read("Thumbnails/thumbnail.png"))).size) <= 256


@pytest.mark.parametrize("name", ["bell\x07", "not\udc80utf-8", '<&">'])
def test_openraster_can_be_opened_whatever_the_painting_is_called(name: str) -> None:
    painting = Plane(PixelFormat(Channels.GRAY, Depth.U8), 2, 2, bytes(4), None)
    with zipfile.ZipFile(io.BytesIO(encode_picture(painting, ".ora", None, name).data)) as file:
        layers = list(ElementTree.fromstring(file.read("stack.xml")).iter("layer"))  # noqa: S314 - our own
    assert [layer.get("name") for layer in layers] == [name.replace("\x07", " ").replace("\udc80", " ")]


# ---- XMP


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".avif", ".tif"])
def test_who_made_it_goes_along_and_raw_settings_stay_behind(suffix: str) -> None:
    content = read_picture(bytes_of(picture8(), "JPEG", xmp=PACKET))
    found = read_picture(encode_picture(content.plane, suffix, content).data)
    assert found.xmp == content.xmp
    assert found.xmp is not None
    assert b"Anna Schmidt" in found.xmp
    assert b'Rating="4"' in found.xmp
    assert not [word for word in (b"Orientation", b"Exposure", b"ToneCurve", b"never") if word in found.xmp]


@pytest.mark.parametrize(
    "packet",
    [
        b"<x:xmpmeta",
        b"\xff\xfe<\0",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b"<a>" + bytes(10),
        b"<a>" + b" " * xmp.LARGEST + b"</a>",
        PACKET.replace(b"Anna Schmidt", b"<a>" * 20_000 + b"</a>" * 20_000),
        (60, 97),  # as TIFF has it of numbers
    ],
)
def test_xmp_that_makes_no_sense_never_costs_the_picture(packet: object) -> None:
    notes: list[str] = []
    assert xmp.kept_of(packet, "a.jpg", notes) is None
    assert notes == ["The XMP data of a.jpg can't be understood; they are left out."]


def test_xmp_that_says_nothing_of_the_work_stays_behind() -> None:
    notes: list[str] = []
    assert xmp.kept_of(b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>', "a.jpg", notes) is None
    assert not notes


def test_a_gain_map_is_named_as_left_out() -> None:
    packet = PACKET.replace(b"http://ns.adobe.com/camera-raw-settings/1.0/", xmp.GAIN_MAP)
    with_map = io.BytesIO()
    picture8().save(with_map, "MPO", save_all=True, append_images=[picture8(1).convert("RGB")], xmp=packet)
    found = read_picture(with_map.getvalue(), "phone.jpg")
    assert found.warnings == ("The gain map in phone.jpg, by which HDR displays brighten it, is left out.",)


def test_every_kind_that_is_written_is_read_but_patterns() -> None:
    plane = Plane(PixelFormat(Channels.RGB, Depth.U8), 32, 20, np.ascontiguousarray(NOISE[..., :3] >> 8).astype("u1").tobytes(), None)
    for suffix in set(files.WRITABLE) - {".pat"}:
        assert read_picture(encode_picture(plane, suffix).data).plane.width == 32, suffix
