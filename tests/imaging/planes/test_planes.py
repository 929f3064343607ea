"""The way of a layer's pixels through a canvas and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from imaging.icc_samples import GRAY_PROFILES, PROFILES
from restyle_imaging.errors import ImagingError
from restyle_imaging.planes.canvas import close_plane, open_plane, weights_of
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat, Plane
from restyle_imaging.planes.samples import DTYPES, samples_of
from restyle_imaging.resample.resize import resize_visible
from restyle_imaging.resample.upsampling import upsampled

if TYPE_CHECKING:
    from imaging.conftest import MakePlane

EVERY_FORMAT = [(channels, depth) for channels in Channels for depth in Depth]
COLORED = [*PROFILES.items()]


@pytest.mark.parametrize(("channels", "depth"), EVERY_FORMAT)
def test_an_unchanged_layer_comes_back_bit_for_bit(make_plane: MakePlane, channels: Channels, depth: Depth) -> None:
    plane = make_plane(channels, depth, low=-0.5, high=4.0)
    canvas = open_plane(plane)
    assert canvas.rgb.shape == (17, 24, 3)
    assert close_plane(canvas, canvas.rgb.copy()) == plane


@pytest.mark.parametrize("depth", list(Depth))
@pytest.mark.parametrize(("name", "icc"), [*PROFILES.items(), *GRAY_PROFILES.items()])
def test_an_unchanged_layer_with_a_profile_comes_back_bit_for_bit(make_plane: MakePlane, name: str, icc: bytes, depth: Depth) -> None:
    channels = Channels.GRAY_ALPHA if name in GRAY_PROFILES else Channels.RGBA
    plane = make_plane(channels, depth, icc=icc)
    canvas = open_plane(plane)
    assert close_plane(canvas, canvas.rgb.copy()) == plane


@pytest.mark.parametrize("name", [None, *PROFILES])
@pytest.mark.parametrize("depth", list(Depth))
def test_a_painting_that_changes_nothing_gives_the_layer_bit_for_bit(make_plane: MakePlane, name: str | None, depth: Depth) -> None:
    """The whole way: opened, brought to work size, carried back up, closed."""
    plane = make_plane(Channels.RGBA, depth, 48, 33, PROFILES[name] if name else None, low=-0.5, high=5)
    canvas = open_plane(plane)
    work, _ = resize_visible(canvas.rgb, canvas.alpha, 16, 11)
    assert close_plane(canvas, upsampled(canvas.rgb, work, work.copy(), canvas.alpha)) == plane


@pytest.mark.parametrize(("channels", "depth"), EVERY_FORMAT)
def test_the_canvas_always_lies_between_0_and_1(make_plane: MakePlane, channels: Channels, depth: Depth) -> None:
    canvas = open_plane(make_plane(channels, depth, low=-2, high=9))
    assert canvas.rgb.dtype == np.float32
    assert canvas.rgb.min() >= 0
    assert canvas.rgb.max() <= 1


def test_bgra_and_rgba_show_the_same_colours() -> None:
    rgba = np.random.default_rng(1).integers(0, 256, (8, 8, 4)).astype("u1")
    bgra = rgba[..., [2, 1, 0, 3]]
    first = open_plane(Plane(PixelFormat(Channels.RGBA, Depth.U8), 8, 8, rgba.tobytes()))
    second = open_plane(Plane(PixelFormat(Channels.BGRA, Depth.U8), 8, 8, bgra.tobytes()))
    assert np.array_equal(first.rgb, second.rgb)
    painted = 1 - first.rgb
    back = samples_of(close_plane(second, painted))
    assert np.array_equal(back[..., [2, 1, 0, 3]], samples_of(close_plane(first, painted)))


@pytest.mark.parametrize(("channels", "depth"), EVERY_FORMAT)
def test_alpha_and_what_lies_outside_the_mask_keep_their_bits(make_plane: MakePlane, channels: Channels, depth: Depth) -> None:
    plane = make_plane(channels, depth, low=-1, high=30)
    canvas = open_plane(plane)
    changed = np.zeros((17, 24), np.float32)
    changed[:, 12:] = 0.7
    before, after = samples_of(plane), samples_of(close_plane(canvas, 1 - canvas.rgb, changed))
    assert np.array_equal(before[:, :12], after[:, :12])
    assert not np.array_equal(before[:, 12:], after[:, 12:])
    if channels.has_alpha:
        assert np.array_equal(before[..., -1], after[..., -1])
        assert np.array_equal(before[0], after[0])  # transparent pixels


def test_a_feathered_mask_blends_in_proportion() -> None:
    plane = Plane(PixelFormat(Channels.RGB, Depth.F32), 4, 1, np.full((1, 4, 3), 0.25, "<f4").tobytes())
    out = samples_of(close_plane(open_plane(plane), np.full((1, 4, 3), 0.75, np.float32), np.array([[0, 0.25, 0.5, 1]], np.float32)))
    assert np.allclose(out[0, :, 0], [0.25, 0.375, 0.5, 0.75], atol=1e-6)


@pytest.mark.parametrize("depth", list(Depth))
@pytest.mark.parametrize(("name", "icc"), [item for item in COLORED if item[0] != "lut"])
def test_a_painted_colour_is_the_same_colour_in_every_profile(make_plane: MakePlane, name: str, icc: bytes, depth: Depth) -> None:
    """What was painted is read back from the result by opening it again."""
    canvas = open_plane(make_plane(Channels.RGB, depth, icc=icc))
    wanted = np.random.default_rng(3).uniform(0.2, 0.8, canvas.rgb.shape).astype(np.float32)
    again = open_plane(close_plane(canvas, wanted))
    steps = {Depth.U8: 255, Depth.U16: 65535, Depth.F16: 2048, Depth.F32: 50_000}[depth]
    error = np.abs(again.tone.out_of(again.rgb) - canvas.tone.out_of(wanted))
    assert np.quantile(error, 0.99) <= (2.5 if depth is Depth.U8 else 16) / steps


def test_hidden_colours_do_not_reach_the_canvas() -> None:
    base = np.full((16, 16, 4), 128, "u1")
    base[4:12, 4:12, 3] = 0
    canvases = []
    for hidden in ((255, 0, 0), (0, 0, 255)):
        samples = base.copy()
        samples[4:12, 4:12, :3] = hidden
        canvases.append(open_plane(Plane(PixelFormat(Channels.RGBA, Depth.U8), 16, 16, samples.tobytes())))
    assert np.array_equal(canvases[0].rgb, canvases[1].rgb)
    assert np.allclose(canvases[0].rgb, 128 / 255, atol=1e-6)


def test_a_hidden_part_counts_as_if_it_were_filled_from_its_surroundings() -> None:
    samples = np.random.default_rng(0).integers(0, 256, (24, 24, 4)).astype("u1")
    samples[..., 3] = 255
    samples[6:15, 3:20, 3] = 0
    layer = PixelFormat(Channels.RGBA, Depth.F32)
    hidden = open_plane(Plane(layer, 24, 24, (samples / 255).astype("<f4").tobytes()))
    assert hidden.alpha is not None
    filled = np.dstack([hidden.rgb, hidden.alpha]).astype("<f4")
    again = open_plane(Plane(layer, 24, 24, filled.tobytes()))
    assert np.array_equal(again.rgb, hidden.rgb)
    opaque = open_plane(Plane(PixelFormat(Channels.RGB, Depth.F32), 24, 24, hidden.rgb.astype("<f4").tobytes()))
    assert np.array_equal(opaque.rgb, hidden.rgb)


def test_highlights_are_painted_with_their_differences_and_not_clipped() -> None:
    samples = np.linspace(0, 6, 3 * 64 * 64, dtype="<f4").reshape(64, 64, 3)
    canvas = open_plane(Plane(PixelFormat(Channels.RGB, Depth.F32), 64, 64, samples.tobytes()))
    bright = canvas.rgb[samples > 3]
    assert len(np.unique(bright)) > 1000
    painted = canvas.rgb.copy()
    painted[samples > 3] -= 0.01
    out = samples_of(close_plane(canvas, painted))
    assert out.max() > 3
    assert (out[samples > 3] < samples[samples > 3]).all()
    assert np.isfinite(out).all()


def test_one_hot_pixel_does_not_darken_the_rest() -> None:
    samples = np.random.default_rng(0).uniform(0, 1, (64, 64, 3)).astype("<f4")
    samples[5, 5] = 5000
    canvas = open_plane(Plane(PixelFormat(Channels.RGB, Depth.F32), 64, 64, samples.tobytes()))
    rest = np.ones((64, 64), bool)
    rest[5, 5] = False
    assert np.abs(canvas.rgb - samples)[rest].max() < 0.01
    assert samples_of(close_plane(canvas, canvas.rgb * 0.9))[5, 5].min() > 4000


def test_a_mask_is_read_as_numbers_not_as_colours() -> None:
    samples = np.array([[0, 128, 255]], "u1")
    weights = weights_of(Plane(PixelFormat(Channels.GRAY, Depth.U8), 3, 1, samples.tobytes(), GRAY_PROFILES["gray-linear"]))
    assert np.allclose(weights, [[0, 128 / 255, 1]])


@pytest.mark.parametrize(
    ("plane", "field"),
    [
        (Plane(PixelFormat(Channels.RGB, Depth.U8), 0, 4, b""), "width"),
        (Plane(PixelFormat(Channels.RGB, Depth.U8), 4, -1, b""), "height"),
        (Plane(PixelFormat(Channels.RGB, Depth.U8), 4, 4, bytes(47)), "data"),
        (Plane(PixelFormat(Channels.RGB, Depth.U8), 4, 4, bytes(49)), "data"),
        (Plane(PixelFormat(Channels.GRAY, Depth.F32), 1, 1, np.array([np.nan], "<f4").tobytes()), "data"),
        (Plane(PixelFormat(Channels.GRAY, Depth.F16), 1, 1, np.array([np.inf], "<f2").tobytes()), "data"),
        (Plane(PixelFormat(Channels.RGB, Depth.U8), 1, 1, bytes(3), b"no profile"), "icc_profile"),
        (Plane(PixelFormat(Channels.RGB, Depth.U8), 1, 1, bytes(3), GRAY_PROFILES["gray-linear"]), "icc_profile"),
        (Plane(PixelFormat(Channels.GRAY, Depth.U8), 1, 1, bytes(1), PROFILES["adobe-rgb"]), "icc_profile"),
        (Plane(PixelFormat(Channels.RGB, Depth.U8), 1, 1, bytes(3), PROFILES["adobe-rgb"][:300]), "icc_profile"),
        (Plane(PixelFormat(Channels.RGB, Depth.U8), 1, 1, bytes(3), PROFILES["lut"][:-4000]), "icc_profile"),
    ],
)
def test_a_plane_that_cannot_be_used_is_refused_by_its_field(plane: Plane, field: str) -> None:
    with pytest.raises(ImagingError) as refused:
        open_plane(plane)
    assert refused.value.field == field
    assert refused.value.message.endswith(".")


def test_a_mask_with_colours_is_refused(make_plane: MakePlane) -> None:
    with pytest.raises(ImagingError) as refused:
        weights_of(make_plane(Channels.RGB, Depth.U8))
    assert refused.value.field == "format"


def test_a_painting_that_does_not_fit_is_refused(make_plane: MakePlane) -> None:
    canvas = open_plane(make_plane(Channels.RGB, Depth.U8))
    for rgb, changed in (
        (canvas.rgb[1:], None),
        (canvas.rgb, np.ones((3, 3), np.float32)),
        (np.full_like(canvas.rgb, np.nan), None),
    ):
        with pytest.raises(ImagingError):
            close_plane(canvas, rgb, changed)


def test_samples_are_little_endian_on_every_machine() -> None:
    assert all(dtype.newbyteorder("<") == dtype for dtype in DTYPES.values())


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -3.4e38, 1e30])
def test_a_layer_with_values_that_are_no_light_is_refused(wrong: float) -> None:
    samples = np.full((4, 4, 3), 0.5, "f4")
    samples[2, 1, 1] = wrong
    with pytest.raises(ImagingError, match="The layer holds NaN, infinite or enormous values"):
        open_plane(Plane(PixelFormat(Channels.RGB, Depth.F32), 4, 4, samples.tobytes()))


@pytest.mark.parametrize("depth", [Depth.F16, Depth.F32])
@pytest.mark.parametrize("brightest", [1.0, 60_000.0, 1e9, 1e12])
@pytest.mark.parametrize("icc", [None, PROFILES["adobe-rgb"], PROFILES["display-p3"]])
def test_whatever_is_painted_on_bright_layers_is_finite(depth: Depth, brightest: float, icc: bytes | None) -> None:
    samples = np.linspace(-min(brightest, 60_000.0), min(brightest, 60_000.0 if depth is Depth.F16 else brightest), 16 * 16 * 3).reshape(16, 16, 3)
    source = Plane(PixelFormat(Channels.RGB, depth), 16, 16, samples.astype("<f2" if depth is Depth.F16 else "<f4").tobytes(), icc)
    canvas = open_plane(source)
    for painted in (canvas.rgb, 1 - canvas.rgb, np.zeros_like(canvas.rgb), np.ones_like(canvas.rgb)):
        assert np.isfinite(samples_of(close_plane(canvas, painted))).all()
    assert bytes(close_plane(canvas, canvas.rgb).data) == source.data
