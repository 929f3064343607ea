"""Films that are written are read again: frames, times, alpha, depth, size, tags, sound."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from cli import films
from imaging.film.made import UNEVEN, write
from restyle_imaging import extra
from restyle_imaging.errors import FilmError
from restyle_imaging.film import codecs, reading, tags
from restyle_imaging.film.tags import Tags
from restyle_imaging.film.writing import PLAIN, Shape, Sound, Writer, try_out
from restyle_imaging.io.pictures import plane_of
from restyle_imaging.planes.formats import Depth
from restyle_imaging.planes.samples import samples_of


def distance(film: reading.Film, at: int, **kind: bool) -> tuple[float, float]:
    """Mean difference to the scene in steps of 8 bits, of colours and of alpha."""
    [(_, plane)] = film.planes([at])
    found = samples_of(plane) / (257.0 if plane.format.depth is Depth.U16 else 1.0)
    wanted = films.scene(at, film.width, film.height, alpha=film.alpha)
    difference = np.abs(found - wanted)
    return float(difference[..., :3].mean()), float(difference[..., 3:].mean()) if film.alpha else 0.0


KINDS = [
    (".mp4", "h264", False, False),
    (".mp4", "h265", False, True),
    (".webm", "vp9", False, False),
    (".webm", "vp9", True, False),
    (".mov", "prores", True, True),
    (".mov", "prores", False, True),
    (".mkv", "ffv1", True, True),
    (".mkv", "ffv1", False, False),
]
ANIMATIONS = [(".webp", False, False), (".webp", True, False), (".apng", False, False), (".apng", True, True)]


@pytest.mark.parametrize(("suffix", "codec", "alpha", "deep"), KINDS, ids=[f"{codec}{'-alpha' * alpha}{'-deep' * deep}" for _, codec, alpha, deep in KINDS])
def test_what_is_written_is_read(tmp_path: Path, suffix: str, codec: str, alpha: bool, deep: bool) -> None:
    film = write(tmp_path / f"film{suffix}", codec, alpha=alpha, deep=deep)
    assert (film.width, film.height, film.alpha, film.deep) == (64, 48, alpha, deep)
    assert film.tags == PLAIN
    assert [float(start) for start in film.starts] == pytest.approx([float(time) for time in UNEVEN], abs=0.0011)
    colors, transparency = distance(film, 3)
    assert colors < 2.5
    assert transparency < 0.3


@pytest.mark.parametrize(("suffix", "alpha", "deep"), ANIMATIONS)
def test_an_animation_is_read_as_it_was_written(tmp_path: Path, suffix: str, alpha: bool, deep: bool) -> None:
    film = write(tmp_path / f"film{suffix}", None, alpha=alpha, deep=deep)
    assert (film.width, film.height, film.alpha, film.deep, film.tags.plain) == (64, 48, alpha, deep, True)
    assert [float(start) for start in film.starts] == pytest.approx([float(time) for time in UNEVEN], abs=0.0011)
    colors, transparency = distance(film, 3)
    assert colors < (5.0 if suffix == ".webp" else 0.6)  # WebP halves the chroma of a scene that is all edges
    assert transparency < 0.6


@pytest.mark.parametrize(
    ("suffix", "codec", "size"),
    [(".webp", "webp", (16_400, 16)), (".mp4", "h265", (16, 8192)), (".mp4", "h264", (16_400, 18)), (".mov", "prores", (65_535, 16))],
)
def test_a_size_that_a_coding_does_not_take_is_said_before_anything_is_painted(suffix: str, codec: str, size: tuple[int, int]) -> None:
    chosen = codecs.choose(suffix, codec, None, deep=False, alpha=False)
    with pytest.raises(FilmError, match=rf"A film of {size[0]:,}×{size[1]:,} px can't be written as {codec} .* choose another --codec, or a folder"):
        try_out(suffix, chosen, Shape(*size))


@pytest.mark.parametrize(("suffix", "codec"), [*((suffix, codec) for suffix, codec, _, _ in KINDS), (".webp", "webp"), (".apng", "apng")])
def test_a_trial_finds_nothing_where_nothing_is_wrong(suffix: str, codec: str) -> None:
    assert try_out(suffix, codecs.choose(suffix, codec, None, deep=False, alpha=False), Shape(17, 19)) == ()


@pytest.mark.parametrize("frames", [1, 2])
def test_films_of_a_frame_or_two_are_written_in_h265(tmp_path: Path, frames: int) -> None:
    chosen = codecs.choose(".mp4", "h265", None, deep=False, alpha=False)
    for _ in range(4):  # x265's memory is clean at first
        with Writer(tmp_path / "film.mp4", ".mp4", chosen, Shape(64, 48, frames=frames)) as writer:
            for at in range(frames):
                writer.add(plane_of(films.scene(at, 64, 48), None), Fraction(at, 24), Fraction(at + 1, 24))
        assert len(reading.look(tmp_path / "film.mp4").times) == frames


def test_an_encoder_that_is_not_there_is_said() -> None:
    chosen = codecs.choose(".mp4", "h264", None, deep=False, alpha=False)
    without = replace(chosen, coding=replace(chosen.coding, encoder="libnone264"))
    with pytest.raises(FilmError, match="can't be written as h264"):
        try_out(".mp4", without, Shape(32, 24))


def test_ffv1_loses_nothing_of_16_bits(tmp_path: Path) -> None:
    film = write(tmp_path / "film.mkv", "ffv1", alpha=True, deep=True)
    for at, plane in film.planes([0, 2]):
        assert np.abs(samples_of(plane).astype(int) - films.scene(at, 64, 48, alpha=True, deep=True)).max() <= 2


@pytest.mark.parametrize(("codec", "size", "written"), [("h264", (33, 17), (34, 18)), ("vp9", (33, 17), (33, 17)), ("ffv1", (33, 17), (33, 17))])
def test_an_odd_side_gets_its_last_line_twice_where_the_coding_wants_it(tmp_path: Path, codec: str, size: tuple[int, int], written: tuple[int, int]) -> None:
    film = write(tmp_path / f"film{codecs.CODINGS[codec].suffixes[-1]}", codec, size=size)
    assert (film.width, film.height) == written


@pytest.mark.parametrize(
    "said",
    [
        Tags(tags.SMPTE170M, 6, 6, False),
        Tags(tags.BT470BG, 5, 6, True),
        Tags(tags.BT709, 1, 1, True),
        Tags(tags.BT2020, 9, 14, False),
        Tags(tags.BT2020, 9, tags.PQ, False),
        Tags(tags.BT2020, 9, tags.HLG, False),
    ],
    ids=["BT.601", "BT.601 full", "BT.709 full", "BT.2020", "PQ", "HLG"],
)
def test_tags_are_written_and_respected(tmp_path: Path, said: Tags) -> None:
    path = tmp_path / "film.mkv"
    deep = not said.plain
    chosen = codecs.choose(".mkv", "ffv1", None, deep=deep, alpha=False)
    scene = films.scene(1, 64, 48)
    plane = plane_of(scene, None) if said.plain else plane_of(tags.to_srgb(scene.astype(np.float32) / np.float32(255), said), None)
    with Writer(path, ".mkv", chosen, Shape(64, 48, said)) as writer:
        writer.add(plane, Fraction(0), Fraction(1))
    film = reading.look(path)
    assert film.tags == said
    [(_, found)] = film.planes([0])
    if said.plain:
        assert np.abs(samples_of(found).astype(int) - scene).max() <= 2
    else:
        assert found.format.depth is Depth.F32
        assert np.abs(tags.from_srgb(samples_of(found), said) * 255 - scene).max() < 1


def test_a_film_that_lies_on_its_side_is_read_upright(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    [(_, plane)] = write(path, "h264").planes([1])
    before = samples_of(plane)
    data = bytearray(path.read_bytes())
    matrix = data.index(b"tkhd") + 44  # ISO/IEC 14496-12, 8.3.2
    quarter = b"".join(value.to_bytes(4, "big", signed=True) for value in (0, 1 << 16, 0, -1 << 16, 0, 0, 48 << 16, 0, 1 << 30))
    data[matrix : matrix + 36] = quarter  # a quarter to the right
    path.write_bytes(data)
    turned = reading.look(path)
    assert (turned.width, turned.height) == (48, 64)
    [(_, plane)] = turned.planes([1])
    assert (samples_of(plane) == np.rot90(before, -1)).all()


def test_frames_of_another_size_are_scaled_to_the_first_ones(tmp_path: Path) -> None:
    small, large = (tmp_path / name for name in ("small.ts", "large.ts"))
    for path, size in ((small, (64, 48)), (large, (96, 64))):
        with av.open(str(path), "w", format="mpegts") as target:
            stream = target.add_stream("libx264", rate=10)
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
            for at in range(3):
                target.mux(stream.encode(av.VideoFrame.from_ndarray(films.scene(at, *size), "rgb24")))
            target.mux(stream.encode(None))
    (tmp_path / "both.ts").write_bytes(small.read_bytes() + large.read_bytes())
    film = reading.look(tmp_path / "both.ts")
    assert len(film.times) == 6
    assert "changes its size at frame 3, from 64×48 to 96×64 px" in " ".join(film.warnings)
    assert {(plane.width, plane.height) for _, plane in film.planes(range(6))} == {(64, 48)}


def test_a_film_that_is_cut_short_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = films.film(tmp_path / "whole.mkv", 30)
    (tmp_path / "cut.mkv").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    film = reading.look(tmp_path / "cut.mkv")
    assert 2 < len(film.times) < 30
    assert "breaks off after" in " ".join(film.warnings)
    assert len(list(film.planes(range(len(film.times))))) == len(film.times)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("none.mp4", None, "There is no file"),
        ("text.mp4", b"not a film at all" * 40, "can't be opened as a film"),
        ("empty.mp4", b"", "can't be opened as a film"),
    ],
)
def test_what_is_no_film_is_said(tmp_path: Path, name: str, data: bytes | None, words: str) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(FilmError, match=words):
        reading.look(tmp_path / name)


def test_a_film_without_its_index_is_said(tmp_path: Path) -> None:
    whole = films.film(tmp_path / "whole.mp4", codec="h264").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[:600])
    with pytest.raises(FilmError, match=r"cut\.mp4 .*damaged or cut short"):
        reading.look(tmp_path / "cut.mp4")


def test_sound_alone_is_no_film(tmp_path: Path) -> None:
    path = tmp_path / "song.m4a"
    with av.open(str(path), "w", format="mp4") as target:
        stream = target.add_stream("aac", rate=48_000)
        stream.layout = "mono"
        block = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        block.sample_rate = 48_000
        target.mux(stream.encode(block))
        target.mux(stream.encode(None))
    with pytest.raises(FilmError, match="holds no moving pictures"):
        reading.look(path)


def test_a_film_of_one_frame_is_one(tmp_path: Path) -> None:
    film = reading.look(films.film(tmp_path / "one.mkv", 1))
    assert (len(film.times), len(list(film.planes([0])))) == (1, 1)


def test_sound_is_copied_packet_by_packet_and_cut_with_the_film(tmp_path: Path) -> None:
    picture = films.film(tmp_path / "picture.mp4", 6, codec="h264")
    source = films.with_sound(tmp_path / "source.mp4", picture)
    film, before = reading.look(source), films.packets(source, "audio")
    for name, start, end, expected in (("whole.mp4", Fraction(0), Fraction(9), before), ("cut.mkv", Fraction(1, 5), Fraction(9), None)):
        path = tmp_path / name
        chosen = codecs.choose(path.suffix, None, None, deep=False, alpha=False)
        with Writer(path, path.suffix, chosen, Shape(32, 24), Sound(film, start, end, whole=start == 0)) as writer:
            for at, plane in film.planes(range(2)):
                writer.add(plane, Fraction(at, 10), Fraction(at + 1, 10))
        found = films.packets(path, "audio")
        assert found == expected if expected is not None else before[-len(found) :] == found
        assert 0 < len(found) <= len(before)
        assert writer.notes == []


def test_sound_that_a_file_can_not_hold_is_named(tmp_path: Path) -> None:
    picture = films.film(tmp_path / "picture.mp4", 3, codec="h264")
    film = reading.look(films.with_sound(tmp_path / "source.mp4", picture))
    chosen = codecs.choose(".webm", None, None, deep=False, alpha=False)
    with Writer(tmp_path / "out.webm", ".webm", chosen, Shape(32, 24), Sound(film, Fraction(0), Fraction(9), whole=True)) as writer:
        writer.add(plane_of(films.scene(0), None), Fraction(0), Fraction(1))
    assert writer.notes == ["The sound of source.mp4 (aac) don't go into .webm; write .mkv to keep them."]


def test_equal_frames_make_equal_files(tmp_path: Path) -> None:
    for suffix, codec in ((".mp4", "h264"), (".webm", "vp9"), (".mkv", "h265"), (".mov", "prores")):
        one, other = (films.film(tmp_path / folder / f"film{suffix}", codec=codec).read_bytes() for folder in ("one", "other"))
        assert one == other


@pytest.mark.parametrize(
    ("suffix", "codec", "crf", "alpha", "words"),
    [
        (".avi", None, None, False, "can't be written as .avi"),
        (".mp4", "xvid", None, False, "There is no codec xvid"),
        (".webm", "h264", None, False, "h264 does not go into .webm"),
        (".mp4", None, 99, False, "from 0 to 51"),
        (".mov", "prores", 10, False, "has no --crf"),
        (".mp4", None, None, True, "The film has transparency, which h264 can't hold"),
    ],
)
def test_a_coding_that_does_not_fit_is_said_before_anything_is_painted(suffix: str, codec: str | None, crf: int | None, alpha: bool, words: str) -> None:
    with pytest.raises(FilmError, match=words):
        codecs.choose(suffix, codec, crf, deep=False, alpha=alpha)


@pytest.mark.parametrize(("suffix", "codec"), [(".mov", "prores"), (".webm", "vp9"), (".mkv", "ffv1")])
def test_transparency_chooses_a_coding_that_holds_it(suffix: str, codec: str) -> None:
    chosen = codecs.choose(suffix, None, None, deep=False, alpha=True)
    assert (chosen.name, chosen.alpha) == (codec, True)


def test_transparency_is_laid_on_black_when_the_coding_was_asked_for(tmp_path: Path) -> None:
    chosen = codecs.choose(".mp4", "h264", None, deep=False, alpha=True)
    assert (chosen.alpha, chosen.notes) == (False, ("h264 holds no transparency: the film is laid on black.",))


def test_a_film_that_says_a_rate_of_0_has_times_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "film.avi"
    with av.open(str(path), "w") as target:
        stream: Any = target.add_stream("mjpeg", rate=10)
        stream.width, stream.height, stream.pix_fmt = 32, 24, "yuvj420p"
        for at in range(3):
            target.mux(stream.encode(av.VideoFrame.from_ndarray(films.scene(at), "rgb24")))
        target.mux(stream.encode(None))
    data = bytearray(path.read_bytes())
    head = data.index(b"strh") + 8
    data[head + 20 : head + 28] = bytes(8)  # scale and rate (AVISTREAMHEADER)
    path.write_bytes(data)
    film = reading.look(path)
    assert len(film.times) == 3
    assert film.rate > 0
    assert all(after > before for before, after in pairwise(film.starts))


def test_the_missing_packages_are_named_with_the_command_that_installs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.requires", lambda _name: ["numpy>=2", 'av>=18; extra == "video"', "OpenEXR>=3.5; extra == 'video'"])
    assert str(extra.missing("Films")).endswith("-m pip install 'av>=18' 'OpenEXR>=3.5'")
