"""Owns the promises about a painting as two layers: together they are the painting, and its colours have nothing fine."""

from __future__ import annotations

import numpy as np
import pytest
from restyle_client import Channels, Depth, PixelFormat, Plane
from restyle_editor import two_layers
from restyle_editor.steps import at_once

TYPES = {Depth.U8: ("u1", 255), Depth.U16: ("<u2", 65535), Depth.F16: ("<f2", 1.0), Depth.F32: ("<f4", 1.0)}
WIDE, HIGH = 150, 97


def plane_of(values: np.ndarray, channels: Channels, depth: Depth) -> Plane:
    """values: (h, w, samples) in 0 to 1, floats also beyond."""
    kind, full = TYPES[depth]
    scaled = values * full
    samples = np.rint(scaled) if depth in (Depth.U8, Depth.U16) else scaled
    return Plane(PixelFormat(channels, depth), values.shape[1], values.shape[0], samples.astype(kind).tobytes())


def array_of(plane: Plane) -> np.ndarray:
    kind, _ = TYPES[plane.format.depth]
    return np.frombuffer(plane.data, kind).reshape(plane.height, plane.width, plane.format.channels.samples).astype(np.float64)


def merged(colours: Plane, strokes: Plane) -> np.ndarray:
    """What Grain merge makes of them, before it is brought into the range."""
    both: np.ndarray = array_of(colours) + array_of(strokes) - two_layers.half(colours.format.depth)
    return both


@pytest.mark.parametrize("depth", list(Depth))
@pytest.mark.parametrize("channels", list(Channels))
def test_colours_and_strokes_make_the_painting_again_whatever_the_two_pictures_are(channels: Channels, depth: Depth) -> None:
    random = np.random.default_rng(3)
    photo, painting = random.random((2, HIGH, WIDE, channels.samples))
    photo[:20], painting[:20] = 0, 1
    photo[20:40], painting[20:40] = 1, 0
    photo, painting = (plane_of(each, channels, depth) for each in (photo, painting))
    colours, strokes = at_once(two_layers.separating(photo, painting))
    assert (colours.format, strokes.format, colours.width, strokes.height) == (painting.format, painting.format, WIDE, HIGH)
    rounding = {Depth.U8: 0, Depth.U16: 0, Depth.F16: 2**-10, Depth.F32: 2**-22}[depth]
    seen = slice(None, -1 if channels in (Channels.GRAY_ALPHA, Channels.RGBA, Channels.BGRA) else None)
    assert np.abs(merged(colours, strokes) - array_of(painting))[..., seen].max() <= rounding
    assert array_of(strokes).min() >= 0
    assert array_of(strokes).max() <= TYPES[depth][1]
    if seen.stop:
        assert (array_of(colours)[..., -1] == array_of(painting)[..., -1]).all()
        assert (array_of(strokes)[..., -1] == TYPES[depth][1]).all()


def test_light_beyond_white_and_odd_profiles_come_back() -> None:
    values = np.random.default_rng(4).normal(0, 20, (2, 40, 60, 3))
    photo, painting = (plane_of(each, Channels.RGB, Depth.F32) for each in values)
    colours, strokes = at_once(two_layers.separating(photo, painting))
    assert np.abs(merged(colours, strokes) - array_of(painting)).max() <= 1e-5
    assert array_of(strokes).min() >= 0
    assert array_of(strokes).max() <= 1


def test_a_painting_that_is_the_photo_has_no_strokes() -> None:
    photo = plane_of(np.random.default_rng(5).random((HIGH, WIDE, 3)), Channels.RGB, Depth.U8)
    colours, strokes = at_once(two_layers.separating(photo, photo))
    assert bytes(colours.data) == bytes(photo.data)
    assert set(bytes(strokes.data)) == {127}


def test_colours_take_the_large_tones_and_leave_all_that_is_fine() -> None:
    """A photo of one gray and a painting of a slow ramp with stripes four pixels wide."""
    x = np.arange(256.0)
    ramp, stripes = 0.3 + 0.4 * x / 256, 0.1 * np.sign(np.sin(2 * np.pi * (x + 0.5) / 8))
    photo = np.full((256, 256, 3), 0.5)
    painting = photo * 0 + (ramp + stripes)[None, :, None]
    colours, strokes = at_once(two_layers.separating(plane_of(photo, Channels.RGB, Depth.F32), plane_of(painting, Channels.RGB, Depth.F32)))
    line = array_of(colours)[128, :, 0]
    assert np.abs(line - ramp)[16:-16].max() < 0.01
    fine = np.abs(np.fft.rfft(line * np.hanning(256)))[20:]
    painted = np.abs(np.fft.rfft((ramp + stripes) * np.hanning(256)))[20:]
    assert np.square(fine).sum() < 1e-4 * np.square(painted).sum()
    assert np.abs(array_of(strokes)[128, 16:-16, 0] - 0.5 - stripes[16:-16]).max() < 0.01


def test_pictures_of_two_sizes_are_refused() -> None:
    small, large = (plane_of(np.zeros((side, side, 3)), Channels.RGB, Depth.U8) for side in (16, 17))
    with pytest.raises(ValueError, match="its own size"):
        at_once(two_layers.separating(small, large))


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 70), (70, 1), (33, 2)])
def test_thin_pictures_come_apart_too(width: int, height: int) -> None:
    photo, painting = (plane_of(each, Channels.RGBA, Depth.U8) for each in np.random.default_rng(6).random((2, height, width, 4)))
    colours, strokes = at_once(two_layers.separating(photo, painting))
    assert (merged(colours, strokes)[..., :3] == array_of(painting)[..., :3]).all()
