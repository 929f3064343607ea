"""Animated GIF, PNG and WebP as films: what is cut short, profiles, times, limits, transparency."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from cli import films
from imaging.film.made import write
from PIL import Image
from restyle_imaging.color.profiles import profile_of
from restyle_imaging.errors import FilmError
from restyle_imaging.film import animations, codecs, reading
from restyle_imaging.film.writing import Shape, Writer
from restyle_imaging.planes.samples import samples_of

CUT = [
    (".gif", 0.6, r"breaks off after \d frames: it is damaged or cut short"),
    (".webp", 0.6, r"breaks off after \d frames: it is damaged or cut short"),
    (".apng", 0.6, r"breaks off after \d of 8 frames: it is damaged or cut short"),
]


def animation(path: Path, **kind: Any) -> Path:
    """Eight frames without loss."""
    frames = [Image.fromarray(films.scene(at)) for at in range(8)]
    format_, lossless = ("PNG", {}) if path.suffix == ".apng" else (None, {"lossless": True} if path.suffix == ".webp" else {})
    frames[0].save(path, format_, save_all=True, append_images=frames[1:], duration=100, **lossless, **kind)
    return path


@pytest.mark.parametrize(("suffix", "part", "words"), CUT)
def test_a_cut_animation_is_read_as_far_as_it_goes_and_that_is_told(tmp_path: Path, suffix: str, part: float, words: str) -> None:
    whole = animation(tmp_path / f"whole{suffix}").read_bytes()
    (cut := tmp_path / f"cut{suffix}").write_bytes(whole[: int(len(whole) * part)])
    film = reading.look(cut)
    assert 1 < len(film.times) < 8
    assert re.search(words, "\n".join(film.warnings))
    assert [at for at, _ in film.planes(range(len(film.times)))] == list(range(len(film.times)))
    assert reading.look(tmp_path / f"whole{suffix}").warnings == ()


def test_an_animation_that_lacks_nothing_but_its_end_is_whole(tmp_path: Path) -> None:
    whole = animation(tmp_path / "film.apng").read_bytes()
    (tmp_path / "film.apng").write_bytes(whole[:-12])  # without IEND
    film = reading.look(tmp_path / "film.apng")
    assert (len(film.times), film.warnings) == (8, ())


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".apng"])
def test_an_animation_without_one_whole_frame_is_refused_in_a_sentence(tmp_path: Path, suffix: str) -> None:
    whole = animation(tmp_path / f"film{suffix}").read_bytes()
    for length in (1, 12, 20, 31):
        (tmp_path / f"film{suffix}").write_bytes(whole[:length])
        with pytest.raises(FilmError, match=rf"film\{suffix} .*damaged or cut short"):
            reading.look(tmp_path / f"film{suffix}")


def profile(gamma: float) -> bytes:
    """Of sRGB's primaries, with another curve."""
    primaries = [0.64, 0.33, 1, 0.3, 0.6, 1, 0.15, 0.06, 1]
    return bytes(imagecodecs.cms_profile("rgb", whitepoint=(0.3127, 0.329, 1), primaries=primaries, gamma=gamma))


@pytest.mark.parametrize("suffix", [".webp", ".apng"])
@pytest.mark.parametrize("frames", [1, 3])
def test_an_animation_keeps_its_profile(tmp_path: Path, suffix: str, frames: int) -> None:
    icc = profile(1.8)
    film = reading.look(animation(tmp_path / f"in{suffix}", icc_profile=icc))
    paintings = [plane for _, plane in film.planes(range(frames))]
    assert {plane.icc for plane in paintings} == {icc}
    chosen = codecs.choose(suffix, None, None, deep=False, alpha=False)
    with Writer(tmp_path / f"out{suffix}", suffix, chosen, Shape(32, 24, film.tags, icc=film.icc)) as writer:
        for at, plane in enumerate(paintings):
            writer.add(plane, Fraction(at, 10), Fraction(at + 1, 10))
    after = reading.look(tmp_path / f"out{suffix}")
    assert (after.icc, len(after.times), after.warnings) == (icc, frames, ())
    with Image.open(tmp_path / f"out{suffix}") as image:
        assert image.info["icc_profile"] == icc
    for before, (_, plane) in zip(paintings, after.planes(range(frames)), strict=True):
        difference = np.abs(samples_of(before).astype(float) - samples_of(plane))
        assert difference.mean() < (5.0 if suffix == ".webp" else 0.01)  # of the values themselves, as the profile reads them


def test_a_film_of_an_animation_with_a_profile_shows_its_colours(tmp_path: Path) -> None:
    film = reading.look(animation(tmp_path / "in.apng", icc_profile=profile(1.0)))
    [(_, plane)] = film.planes([0])
    with Writer(tmp_path / "out.mkv", ".mkv", codecs.choose(".mkv", "ffv1", None, deep=False, alpha=False), Shape(32, 24, film.tags, icc=film.icc)) as writer:
        writer.add(plane, Fraction(0), Fraction(1))
    wanted = profile_of(plane.icc, gray=False).to_srgb(samples_of(plane).astype(np.float32) / np.float32(255))
    [(_, written)] = reading.look(tmp_path / "out.mkv").planes([0])
    assert np.abs(samples_of(written) / 255.0 - wanted).max() < 0.02


@pytest.mark.parametrize("suffix", [".webp", ".apng"])
def test_a_broken_profile_of_an_animation_is_left_out_and_that_is_told(tmp_path: Path, suffix: str) -> None:
    film = reading.look(animation(tmp_path / f"in{suffix}", icc_profile=b"no profile at all"))
    assert film.icc is None
    assert "The colour profile in in" in "".join(film.warnings)


def test_frames_of_animated_webp_that_are_hardly_shown_take_as_long_as_in_browsers(tmp_path: Path) -> None:
    frames = [Image.fromarray(films.scene(at, 16, 16)) for at in range(3)]
    frames[0].save(tmp_path / "film.webp", save_all=True, append_images=frames[1:], duration=[0, 40, 10], lossless=True)
    film = reading.look(tmp_path / "film.webp")
    assert [float(start) for start in film.starts] == pytest.approx([0, 0.1, 0.14, 0.24])


def test_animated_webp_of_too_many_frames_or_pixels_is_refused_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "film.webp"
    write(path, None)
    data = bytearray(path.read_bytes())
    data[24:30] = bytes([254, 63, 0] * 2)  # VP8X's sides, less 1 (RFC 9649, 2.7): as large as there may be
    path.write_bytes(data)
    with pytest.raises(FilmError, match=r"film\.webp has more pixels than can be handled"):
        reading.look(path)
    write(path, None)
    monkeypatch.setattr(animations, "MOST_FRAMES", 3)
    with pytest.raises(FilmError, match=r"film\.webp has more than 3 frames; cut it"):
        reading.look(path)


@pytest.mark.parametrize("last", [Fraction(1, 7), Fraction(70_123, 1000)])
def test_the_last_frame_of_an_apng_is_shown_as_long_as_it_was_to_be(tmp_path: Path, last: Fraction) -> None:
    film = reading.look(films.film(tmp_path / "film.apng", 3, codec="apng", times=[Fraction(0), Fraction(1), Fraction(2), 2 + last]))
    assert float(film.starts[-1]) == pytest.approx(2 + last, rel=0.001)


def test_an_animation_of_two_frames_has_the_rate_of_its_times(tmp_path: Path) -> None:
    film = reading.look(films.film(tmp_path / "film.apng", 2, codec="apng"))
    assert float(film.rate) == pytest.approx(10)


@pytest.mark.parametrize("seen_through", [False, True])
def test_a_gif_is_transparent_where_one_of_its_frames_is(tmp_path: Path, seen_through: bool) -> None:
    frames = [Image.fromarray(films.scene(at)).convert("RGBA") for at in range(3)]
    for frame in frames if seen_through else ():
        frame.putpixel((3, 4), (0, 0, 0, 0))
    frames[0].save(tmp_path / "film.gif", save_all=True, append_images=frames[1:], duration=100, disposal=2)
    assert reading.look(tmp_path / "film.gif").alpha is seen_through
