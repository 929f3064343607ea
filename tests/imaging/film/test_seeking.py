"""A film that is read from its middle has the very frames that it has from its start on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from cli import films
from restyle_imaging.errors import FilmError
from restyle_imaging.film import reading, seeking
from restyle_imaging.planes.samples import samples_of

FRAMES = 30
EVEN = [100 * at for at in range(FRAMES)]
UNEVEN = [100 * at + 37 * (at * at % 3) for at in range(FRAMES)]


def coded(path: Path, codec: str, times: Sequence[int], **options: str) -> reading.Film:
    """A film with frames at these ms, a key every 6 frames at the least."""
    milliseconds = Fraction(1, 1000)
    with av.open(str(path), "w") as target:
        stream: Any = target.add_stream(codec, rate=10, options={"g": "6", **options})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.time_base = stream.codec_context.time_base = milliseconds
        for at, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(films.scene(at, 64, 48), "rgb24")
            frame.pts, frame.time_base = time, milliseconds
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return reading.look(path)


def read(film: reading.Film, positions: Sequence[int]) -> dict[int, bytes]:
    return {position: samples_of(plane).tobytes() for position, plane in film.planes(positions)}


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by each frame that is decoded."""
    found: list[int] = []
    decode = reading._decoded

    def counting(*given: Any) -> Iterator[Any]:
        for frame in decode(*given):
            found.append(int(frame.pts or 0))
            yield frame

    monkeypatch.setattr(reading, "_decoded", counting)
    return found


@pytest.mark.parametrize(
    ("name", "codec", "times", "options"),
    [
        ("b-frames.mp4", "libx264", EVEN, {"bf": "3", "b_strategy": "0"}),
        ("uneven.mp4", "libx264", UNEVEN, {"bf": "3"}),
        ("uneven.mkv", "libx264", UNEVEN, {"bf": "3"}),
        ("open-groups.mkv", "libx264", EVEN, {"bf": "3", "x264-params": "open-gop=1"}),
        ("renewed-bit-by-bit.mkv", "libx264", EVEN, {"x264-params": "intra-refresh=1"}),
        ("h265.mp4", "libx265", EVEN, {"x265-params": "keyint=6:log-level=none"}),
        ("vp9.webm", "libvpx-vp9", EVEN, {}),
        ("without-places.ts", "libx264", EVEN, {"bf": "3"}),
        ("without-times.avi", "mpeg4", EVEN, {"bf": "2"}),
    ],
)
def test_frames_are_the_same_from_the_middle_as_from_the_start(tmp_path: Path, name: str, codec: str, times: Sequence[int], options: dict[str, str]) -> None:
    film = coded(tmp_path / name, codec, times, **options)
    count = len(film.times)
    whole = read(replace(film, keys=()), range(count))
    assert len(whole) == count
    for first in (0, 5, 6, 7, 13, 14, 20, count - 1):
        wanted = [first, *([first + 4] if first + 4 < count else [])]
        assert read(film, wanted) == {position: whole[position] for position in wanted}


@pytest.mark.parametrize("name", ["film.mp4", "film.mkv"])
def test_the_way_to_a_late_frame_is_short(tmp_path: Path, decoded: list[int], name: str) -> None:
    film = coded(tmp_path / name, "libx264", UNEVEN, bf="2")
    decoded.clear()
    assert list(read(film, [FRAMES - 1])) == [FRAMES - 1]
    assert len(decoded) <= 2 * 6 + 2


def test_a_container_that_leads_elsewhere_costs_time_alone(tmp_path: Path, decoded: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    film = coded(tmp_path / "film.mp4", "libx264", EVEN)
    whole = read(replace(film, keys=()), [20])
    decoded.clear()
    seek = seeking.seek
    monkeypatch.setattr(seeking, "seek", lambda container, stream, _time: seek(container, stream, film.times[-1]))  # too late
    assert read(film, [20]) == whole
    assert len(decoded) > 20


def test_decoding_begins_a_group_before_the_frames_own() -> None:
    assert [seeking.entry((0, 6, 12), position) for position in (0, 5, 6, 11, 12, 30)] == [0, 0, 0, 0, 6, 6]
    assert seeking.entry((), 9) == 0


def test_a_film_that_has_lost_frames_meanwhile_is_said(tmp_path: Path) -> None:
    film = coded(tmp_path / "film.mkv", "libx264", EVEN)
    coded(tmp_path / "film.mkv", "libx264", EVEN[:15])
    with pytest.raises(FilmError, match="has lost frames since it was opened"):
        read(film, [25])
