"""Colour spaces of studios: files come in from the space that OpenColorIO's config or a person names, and go out in it. What is compared with is worked out
here, by the published matrices, and not by OpenColorIO."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import OpenEXR
import pytest
import tifffile
from restyle_imaging.arrays import Floats
from restyle_imaging.color import srgb
from restyle_imaging.io.files import PictureError, PictureFile, encode_picture, read_picture
from restyle_imaging.io.ocio import LARGEST, Ocio
from restyle_imaging.io.pictures import plane_of
from restyle_imaging.planes.formats import Depth
from restyle_imaging.planes.samples import BRIGHTEST, samples_of, unit

# From the Academy's S-2014-004 and TB-2014-004 and IEC 61966-2-1, whites adapted by Bradford.
AP1_TO_SRGB = np.array([[1.70505, -0.62179, -0.08326], [-0.13026, 1.14080, -0.01055], [-0.02400, -0.12897, 1.15297]])
AP0_TO_SRGB = np.array([[2.52169, -1.13413, -0.38756], [-0.27648, 1.37272, -0.09624], [-0.01538, -0.15298, 1.16835]])
AP1 = (0.713, 0.293, 0.165, 0.830, 0.128, 0.044, 0.32168, 0.33767)

STUDIO = """ocio_profile_version: 2
search_path: luts
roles: {aces_interchange: ap0, scene_linear: ap0, default: ap0}
file_rules:
  - !<Rule> {name: Logs, extension: "*", pattern: "*_log*", colorspace: scan}
  - !<Rule> {name: Plates, regex: ".*/plates/.*", colorspace: plate}
  - !<Rule> {name: Default, colorspace: ap0}
displays: {screen: [!<View> {name: plain, colorspace: ap0}]}
colorspaces:
  - !<ColorSpace> {name: ap0}
  - !<ColorSpace> {name: plate, to_scene_reference: !<ExponentTransform> {value: [2, 2, 2, 1], style: mirror}}
  - !<ColorSpace> {name: scan, from_scene_reference: !<LogTransform> {base: 10}}
  - !<ColorSpace> {name: lost, to_scene_reference: !<FileTransform> {src: gone.cube}}
  - !<ColorSpace> {name: numbers, isdata: true}
"""


@pytest.fixture(autouse=True)
def _nothing_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OCIO", raising=False)


@pytest.fixture
def studio(tmp_path: Path) -> str:
    (tmp_path / "config.ocio").write_text(STUDIO)
    return str(tmp_path / "config.ocio")


def light(count: int = 3) -> Floats:
    return (np.random.default_rng(5).random((18, 20, count)) * 6 + 0.01).astype(np.float32)


def exr(pixels: Floats, **head: object) -> bytes:
    out = io.BytesIO()
    channels = {"Y": pixels[..., 0]} if pixels.shape[2] == 1 else {"RGB" if pixels.shape[2] == 3 else "RGBA": pixels}
    OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, **head}, channels).write(out)
    return out.getvalue()


def tiff(pixels: np.ndarray, **options: Any) -> bytes:
    out = io.BytesIO()
    tifffile.imwrite(out, pixels, photometric="rgb", **options)
    return out.getvalue()


def seen(picture: PictureFile) -> Floats:
    """Linear light with sRGB's primaries."""
    return srgb.decode(samples_of(picture.plane)[..., :3])


def out(picture: PictureFile, suffix: str = ".exr") -> bytes:
    return encode_picture(picture.plane, suffix, picture).data


def test_acescg_comes_in_by_its_matrix_and_goes_out_as_it_was() -> None:
    picture = read_picture(exr(light(), chromaticities=AP1, colorInteropID="lin_ap1_scene"), "a.exr", Ocio("ocio://studio-config-latest", "ACEScg"))
    assert picture.warnings == ()
    assert seen(picture) == pytest.approx(light() @ AP1_TO_SRGB.T, abs=3e-4)
    assert seen(picture).max() > 5
    assert seen(picture).min() < 0
    written = OpenEXR.File(io.BytesIO(out(picture)))
    assert written.channels()["RGB"].pixels == pytest.approx(light(), rel=2e-5, abs=2e-5)
    assert written.header()["chromaticities"] == pytest.approx(AP1)
    assert written.header()["colorInteropID"] == "lin_ap1_scene"


def test_the_configs_rules_say_which_space_it_is_and_that_is_told() -> None:
    picture = read_picture(exr(light()), "a.exr", Ocio("ocio://cg-config-latest"))
    assert picture.warnings == ("a.exr is taken to be in ACES2065-1, by the rules of the OCIO config; name another space with --ocio-space.",)
    assert seen(picture) == pytest.approx(light() @ AP0_TO_SRGB.T, abs=3e-4)


def test_rules_look_at_folders_too(studio: str, tmp_path: Path) -> None:
    (tmp_path / "plates").mkdir()
    (tmp_path / "plates" / "a.exr").write_bytes(exr(light()))
    assert seen(read_picture(tmp_path / "plates" / "a.exr", ocio=Ocio(studio))) == pytest.approx(light() ** 2 @ AP0_TO_SRGB.T, abs=2e-3)


def test_the_environment_names_a_config_as_everywhere(studio: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCIO", studio)
    assert seen(read_picture(exr(light()), "a.exr", Ocio(space="plate"))) == pytest.approx(light() ** 2 @ AP0_TO_SRGB.T, abs=2e-3)
    assert seen(read_picture(exr(light()), "a.exr", Ocio(space="SCENE_LINEAR"))) == pytest.approx(light() @ AP0_TO_SRGB.T, abs=3e-4)


def test_alpha_is_no_colour_and_gray_stays_gray(studio: str) -> None:
    alpha = np.random.default_rng(6).random((18, 20, 1)).astype(np.float32) + 0.1
    data = exr(np.concatenate((light() * alpha, alpha), -1))
    picture = read_picture(data, "a.exr", Ocio(studio, "plate"))
    assert seen(picture) == pytest.approx(light() ** 2 @ AP0_TO_SRGB.T, abs=2e-3)
    assert samples_of(picture.plane)[..., 3:] == pytest.approx(alpha)
    gray = read_picture(exr(light(1)), "a.exr", Ocio(studio, "plate"))
    assert gray.plane.format.channels.is_gray
    assert seen(gray) == pytest.approx(light(1) ** 2, rel=1e-4)
    assert OpenEXR.File(io.BytesIO(out(gray)), separate_channels=True).channels()["Y"].pixels == pytest.approx(light(1)[..., 0], rel=1e-4)


@pytest.mark.parametrize("kind", ["u2", "f2", "f4"])
def test_a_deep_tiff_is_in_the_space_that_a_rule_of_its_own_names(studio: str, kind: str) -> None:
    full = 65535 if kind == "u2" else 1
    stored = np.asarray(np.random.default_rng(7).random((18, 20, 3)) * 0.9 * full, kind)
    picture = read_picture(tiff(stored), "a_log.tif", Ocio(studio))
    assert seen(picture) == pytest.approx(10 ** (stored.astype(np.float64) / full) @ AP0_TO_SRGB.T, rel=1e-3, abs=2e-3)
    back = tifffile.imread(io.BytesIO(out(picture, ".tif")))
    assert back.dtype == np.float32
    assert back * full == pytest.approx(stored.astype(np.float64), abs=full * 1e-4)
    other = read_picture(tiff(stored), "a.tif", Ocio(studio))
    assert other.space is None
    assert other.plane == read_picture(tiff(stored), "a.tif").plane


def test_files_that_say_themselves_what_their_colours_are_are_believed(studio: str) -> None:
    profile = bytes(imagecodecs.cms_profile("srgb"))
    for data in (
        tiff(np.full((18, 20, 3), 9000, "u2"), iccprofile=profile),
        tiff(np.full((18, 20, 3), 90, "u1")),
        encode_picture(plane_of(np.full((18, 20, 3), 90, "u1"), None), ".png").data,
    ):
        found, plain = read_picture(data, "a_log", Ocio(studio, "plate")), read_picture(data, "a_log")
        assert (found.plane, found.space) == (plain.plane, None)
        assert found.warnings[-1].startswith("a_log says itself what its colours are: ")


def test_a_result_of_another_kind_is_srgb(studio: str) -> None:
    dim = (light() / 12).astype(np.float32)
    picture = read_picture(exr(dim), "a.exr", Ocio(studio, "ap0"))
    found = read_picture(out(picture, ".png"))
    assert found.plane.format.depth is Depth.U16
    assert srgb.decode(unit(samples_of(found.plane), Depth.U16)) == pytest.approx(np.clip(dim @ AP0_TO_SRGB.T, 0, 1), abs=5e-4)


def test_what_a_tables_ends_make_of_a_painting_is_finite(studio: str) -> None:
    picture = read_picture(exr(light()), "a.exr", Ocio(studio, "scan"))
    dark = plane_of(np.full((18, 20, 3), -1, np.float32), None)
    assert np.isfinite(OpenEXR.File(io.BytesIO(encode_picture(dark, ".exr", picture).data)).channels()["RGB"].pixels).all()


def test_what_is_not_there_is_named(studio: str, tmp_path: Path) -> None:
    newer, broken = tmp_path / "newer.ocio", tmp_path / "broken.ocio"
    newer.write_text("ocio_profile_version: 3\n")
    broken.write_text("colours: [")
    for config, space, words in (
        (tmp_path / "none.ocio", None, r"none.ocio can't be used \(there is no such file\); give one that OpenColorIO [\d.]+ reads\.$"),
        ("ocio://cg-config-0", None, r"ocio://cg-config-0 can't be used .*; give ocio://cg-config-latest\.$"),
        (newer, None, r"version 3\.0.*is not able to load that config version.*; give one"),
        (broken, None, "broken.ocio can't be used"),
        (studio, "Plat", 'There is no colour space "Plat" in the OCIO config .*; the nearest are plate'),
        (studio, "numbers", 'The space "numbers" of the OCIO config .* holds data and no colours'),
        (studio, "lost", r'The space "lost" .* can\'t be used both ways \(.*gone.cube.*\); mend the config, or name another space\.$'),
        (None, "plate", 'Nobody says which config the colour space "plate" is of; name it with --ocio CONFIG'),
    ):
        with pytest.raises(PictureError, match=words) as said:
            Ocio(None if config is None else str(config), space)
        assert "\n" not in said.value.message


def test_a_config_of_the_first_version_needs_the_role_of_interchange(tmp_path: Path) -> None:
    whole = (
        "ocio_profile_version: 1\nroles: {aces_interchange: ap0, default: ap0}\ndisplays: {screen: [!<View> {name: plain, colorspace: ap0}]}\n"
        "colorspaces:\n  - !<ColorSpace> {name: ap0}\n"
    )
    (tmp_path / "old.ocio").write_text(whole)
    (tmp_path / "bare.ocio").write_text(whole.replace("aces_interchange: ap0, ", ""))
    found = read_picture(exr(light()), "a.exr", Ocio(str(tmp_path / "old.ocio")))
    assert seen(found) == pytest.approx(light() @ AP0_TO_SRGB.T, abs=3e-4)
    with pytest.raises(PictureError, match=r"interchange roles.*; mend the config"):
        read_picture(exr(light()), "a.exr", Ocio(str(tmp_path / "bare.ocio")))


def test_without_its_package_the_command_is_named_and_other_pictures_are_read(studio: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PyOpenColorIO", None)
    monkeypatch.setenv("OCIO", f"{studio}.other")  # one that nobody has looked at
    asked = Ocio()
    read_picture(encode_picture(plane_of(np.full((18, 20, 3), 90, "u1"), None), ".png").data, "a.png", asked)
    with pytest.raises(PictureError, match=r"^OCIO configs, such as that of \$OCIO, need packages that are not installed yet; .*: .*(pi-heif|formats)"):
        read_picture(exr(light()), "a.exr", asked)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all names are text")
def test_names_that_are_no_text_are_read_and_said(studio: str, tmp_path: Path) -> None:
    odd = tmp_path / "\udcff.ocio"
    odd.write_text(STUDIO)
    (tmp_path / "\udcff.exr").write_bytes(exr(light()))
    found = read_picture(tmp_path / "\udcff.exr", ocio=Ocio(str(odd)))
    assert seen(found) == pytest.approx(light() @ AP0_TO_SRGB.T, abs=3e-4)
    with pytest.raises(PictureError, match="There is no colour space"):
        Ocio(studio, "pl\udcff")
    with pytest.raises(PictureError, match="there is no such file"):
        Ocio(str(tmp_path / "none\udcff.ocio"))
    latin = tmp_path / "latin.ocio"
    latin.write_text(STUDIO.replace("name: scan", "name: caf\xe9"), "latin-1")
    with pytest.raises(PictureError, match="it, or its name, is no UTF-8"):
        Ocio(str(latin), "ap0")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_a_config_that_would_be_read_for_ever_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ocio")
    with (tmp_path / "huge.ocio").open("wb") as file:
        file.truncate(LARGEST + 1)
    for name, words in (("pipe.ocio", "it is no file"), ("huge.ocio", "it has 8 MiB, more than any config"), (".", "it is no file")):
        with pytest.raises(PictureError, match=words):
            Ocio(str(tmp_path / name))


def test_rules_see_the_whole_path_however_it_was_given(studio: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plates").mkdir()
    (tmp_path / "plates" / "a.exr").write_bytes(exr(light()))
    monkeypatch.chdir(tmp_path / "plates")
    assert read_picture("a.exr", ocio=Ocio(studio)).warnings[0].startswith("a.exr is taken to be in plate,")


def test_a_config_of_the_environment_that_is_not_there_says_how_to_be_rid_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCIO", "/nowhere/config.ocio")
    deep = tiff(np.full((18, 20, 3), 9000, "u2"))
    with pytest.raises(PictureError, match=r"; give \$OCIO one that OpenColorIO [\d.]+ reads, or unset it\.$"):
        read_picture(deep, "a.tif", Ocio())


def test_spaces_of_one_name_in_two_configs_are_told_apart(studio: str, tmp_path: Path) -> None:
    (tmp_path / "other.ocio").write_text(STUDIO.replace("[2, 2, 2, 1]", "[3, 3, 3, 1]"))
    keys = [read_picture(exr(light()), "a.exr", Ocio(config, "plate")).space for config in (studio, str(tmp_path / "other.ocio"), studio)]
    assert [each and each.name for each in keys] == ["plate"] * 3
    assert len({each and each.key for each in keys}) == 2


def test_what_leaves_a_space_is_never_enormous(tmp_path: Path) -> None:
    (tmp_path / "steep.ocio").write_text(STUDIO.replace("from_scene_reference: !<Log", "to_scene_reference: !<Log"))
    picture = read_picture(exr(light()), "a.exr", Ocio(str(tmp_path / "steep.ocio"), "scan"))
    bright = plane_of(np.full((18, 20, 3), 30, np.float32), None)
    written = OpenEXR.File(io.BytesIO(encode_picture(bright, ".exr", picture).data)).channels()["RGB"].pixels
    assert written.max() == np.float32(BRIGHTEST)


def test_attributes_of_another_kind_than_they_should_be_do_not_go_along() -> None:
    named = exr(light(), colorInteropID="lin_ap1").replace(b"colorInteropID\0", b"chromaticities\0")  # as a text
    picture = read_picture(named, "a.exr", Ocio("ocio://cg-config-latest", "ACEScg"))
    assert "chromaticities" not in OpenEXR.File(io.BytesIO(out(picture))).header()
