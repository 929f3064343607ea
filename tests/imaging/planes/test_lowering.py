"""A painted layer at a lower strength: exact at both ends, between them nearer to the content the lower it is, in every format, and seamless where it was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat, Plane
from restyle_imaging.planes.lowering import Painted, lowered, seen
from restyle_imaging.resample import between as mixing
from restyle_imaging.resample.bands import doubled, octaves
from restyle_imaging.resample.between import between

WIDTH, HEIGHT = 48, 40
KINDS: dict[Depth, tuple[Any, float]] = {Depth.U8: (np.uint8, 255), Depth.U16: (np.uint16, 65535), Depth.F16: (np.float16, 1), Depth.F32: (np.float32, 1)}


def picture(seed: int, height: int = HEIGHT, width: int = WIDTH) -> NDArray[np.float32]:
    """Soft noise with a hard edge, (height, width, 3) in 0–1."""
    noise = np.random.default_rng(seed).random((height, width, 3), dtype=np.float32)
    soft = (noise + np.roll(noise, 1, 0) + np.roll(noise, 1, 1) + np.roll(noise, (1, 1), (0, 1))) / 4
    soft[:, width // 3 :] *= 0.4
    return np.asarray(soft, np.float32)


def plane(values: NDArray[np.float32], form: PixelFormat) -> Plane:
    kind, full = KINDS[form.depth]
    alpha = np.linspace(0, 1, values.shape[0] * values.shape[1], dtype=np.float32).reshape(*values.shape[:2], 1)
    channels = np.concatenate((values, alpha), -1)[..., : form.channels.samples] if not form.channels.is_gray else values[..., :1]
    samples = (channels * full).round(0 if full > 1 else 6).astype(kind)
    return Plane(form, values.shape[1], values.shape[0], samples.tobytes())


def away(one: Plane, other: Plane) -> float:
    kind, full = KINDS[one.format.depth]
    return float(np.abs(np.frombuffer(one.data, kind).astype(float) - np.frombuffer(other.data, kind).astype(float)).mean() / full)


PAINTED = Painted(60.0, (WIDTH, HEIGHT))


@pytest.mark.parametrize("depth", list(KINDS))
@pytest.mark.parametrize("channels", [Channels.GRAY, Channels.RGB, Channels.RGBA, Channels.BGRA])
def test_both_ends_are_exact_and_the_rest_lies_between_in_the_very_format(depth: Depth, channels: Channels) -> None:
    form = PixelFormat(channels, depth)
    content, painting = plane(picture(1), form), plane(picture(2), form)
    assert lowered(content, painting, PAINTED, 0.0) is content
    assert lowered(content, painting, PAINTED, 60.0) is painting
    found = [lowered(content, painting, PAINTED, strength) for strength in (5.0, 20.0, 40.0, 59.0)]
    assert {(one.format, one.width, one.height, len(one.data), one.icc) for one in found} == {(form, WIDTH, HEIGHT, len(content.data), None)}
    distances = [away(one, content) for one in (*found, painting)]
    assert distances == sorted(distances)
    assert away(found[0], content) < 0.3 * away(painting, content)
    assert away(found[-1], painting) < 0.1 * away(painting, content)
    assert lowered(content, painting, PAINTED, 20.0).data == found[1].data


def test_alpha_and_what_the_painting_left_as_it_was_keep_their_bytes() -> None:
    form = PixelFormat(Channels.RGBA, Depth.U8)
    content, painting = plane(picture(1), form), plane(picture(2), form)
    rows = len(content.data) // 2
    painting = replace(painting, data=bytes(content.data)[:rows] + bytes(painting.data)[rows:])
    found = np.frombuffer(lowered(content, painting, PAINTED, 30.0).data, np.uint8).reshape(HEIGHT, WIDTH, 4)
    before = np.frombuffer(content.data, np.uint8).reshape(HEIGHT, WIDTH, 4)
    assert np.array_equal(found[: HEIGHT // 2], before[: HEIGHT // 2])
    assert np.array_equal(found[..., 3], before[..., 3])
    assert not np.array_equal(found, before)


def test_a_painting_that_was_made_small_is_lowered_at_its_own_size() -> None:
    form = PixelFormat(Channels.RGB, Depth.U8)
    content, painting = plane(picture(1, 80, 96), form), plane(picture(2, 80, 96), form)
    found = [lowered(content, painting, Painted(60.0, (48, 40)), strength) for strength in (20.0, 40.0, 59.9)]
    distances = [away(one, painting) for one in found]
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] < 0.01


def test_a_preview_shows_what_would_be_read() -> None:
    form = PixelFormat(Channels.RGBA, Depth.U8)
    content, painting = plane(picture(1), form), plane(picture(2), form)
    for strength in (0.0, 20.0, 60.0):
        whole = np.frombuffer(lowered(content, painting, PAINTED, strength).data, np.uint8).reshape(HEIGHT, WIDTH, 4).astype(int)
        width, height, data = seen(content, painting, PAINTED, strength, WIDTH)
        shown = np.frombuffer(data, np.uint8).reshape(height, width, 4).astype(int)
        assert (width, height) == (WIDTH, HEIGHT)
        assert np.abs(shown - whole)[HEIGHT // 4 :].max() <= 1
    assert seen(content, painting, PAINTED, 20.0, 12)[:2] == (12, 10)


@pytest.mark.parametrize("painted", [10.0, 25.0])
def test_a_painting_that_fades_out_goes_on_fading(painted: float) -> None:
    """Below 25 paintings are those of 25, mixed with the content: what is lowered is the real one."""
    content, painting = picture(1), picture(2)
    assert np.allclose(between(content, painting, painted, painted / 2), (content + painting) / 2, atol=1e-6)


def test_the_contents_lines_come_back_whole_where_an_opacity_shows_both() -> None:
    """An edge of the content that the painting lacks, on calm ground with strokes."""
    content, painting = np.full((64, 64, 3), 0.3, np.float32), np.full((64, 64, 3), 0.5, np.float32)
    content[:, 32:] = 0.7
    painting += 0.04 * np.sin(np.arange(64, dtype=np.float32) * 1.3)[:, None, None]
    found, even = between(content, painting, 50.0, 25.0), (content + painting) / 2

    def strokes(of: NDArray[np.floating]) -> float:
        return float(of[:, 4:12].mean((1, 2)).std())

    def edge(of: NDArray[np.floating]) -> float:
        return float((of[:, 33] - of[:, 30]).mean())

    assert strokes(found) > 0.8 * strokes(painting) > 1.3 * strokes(even)
    assert edge(found) > 0.8 * edge(even)


def test_a_large_picture_is_mixed_in_strips_as_if_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    content, painting = picture(1, 600, 40), picture(2, 600, 40)
    whole = between(content, painting, 50.0, 30.0)
    monkeypatch.setattr(mixing, "STRIP_PIXELS", 1 << 10)
    assert np.allclose(between(content, painting, 50.0, 30.0), whole, atol=1e-6)


@pytest.mark.parametrize("seamless", [(True, False), (False, True), (True, True)])
def test_a_seamless_painting_stays_seamless(seamless: tuple[bool, bool]) -> None:
    content, painting = picture(1), picture(2)
    found = between(content, painting, 50.0, 30.0, seamless)
    moved = tuple(16 * each for each in seamless)
    shifted = between(np.roll(content, moved, (0, 1)), np.roll(painting, moved, (0, 1)), 50.0, 30.0, seamless)
    edges = np.abs(np.roll(found, moved, (0, 1)) - shifted)
    assert float(edges.max()) < 0.02
    plain = between(np.roll(content, moved, (0, 1)), np.roll(painting, moved, (0, 1)), 50.0, 30.0)
    assert float(edges.max()) < float(np.abs(np.roll(between(content, painting, 50.0, 30.0), moved, (0, 1)) - plain).max())


@pytest.mark.parametrize("size", [(37, 50), (1, 5), (2, 2), (16, 16)])
def test_octaves_are_put_together_again(size: tuple[int, int]) -> None:
    planes = np.random.default_rng(3).random((3, *size), dtype=np.float32)
    bands, out = octaves(planes, 4)
    for band in reversed(bands):
        out = doubled(out, *band.shape[-2:]) + band
    assert np.allclose(out, planes, atol=1e-6)
