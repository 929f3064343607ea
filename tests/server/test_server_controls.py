"""Every control goes over gRPC to the real engine and does what docs/controls.md says of it, at the size of a stamp: without the field, each test fails."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from imaging.icc_samples import GRAY_PROFILES, PROFILES
from PIL import Image, ImageDraw, ImageFont
from restyle_client import (
    Channels,
    Crop,
    Depth,
    InvalidRequest,
    JobFailed,
    JobRequest,
    Mask,
    MaskUse,
    Parameters,
    PixelFormat,
    Plane,
    Session,
    Start,
    StyleUse,
    TooLarge,
    connect,
)
from restyle_client.discovery import find_endpoint

pytestmark = pytest.mark.slow
SIDE = 32  # px
PATIENCE = 120.0  # s for the server to be there on a busy machine
RGB8 = PixelFormat(Channels.RGB, Depth.U8)
RGBA8 = PixelFormat(Channels.RGBA, Depth.U8)
GRAY8 = PixelFormat(Channels.GRAY, Depth.U8)
TYPES = {Depth.U8: "u1", Depth.U16: "<u2", Depth.F16: "<f2", Depth.F32: "<f4"}

Array = np.ndarray[Any, np.dtype[Any]]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A client of a server with the real engine."""
    state, data = tmp_path_factory.mktemp("state"), tmp_path_factory.mktemp("data")
    variables = {**os.environ, "RESTYLE_STATE_DIR": str(state), "RESTYLE_DATA_DIR": str(data)}
    with subprocess.Popen([sys.executable, "-m", "restyle_server", "--device", "cpu"], env=variables, stderr=subprocess.DEVNULL) as server:
        try:
            give_up = time.monotonic() + PATIENCE
            while (found := find_endpoint(state)) is None:
                assert server.poll() is None
                assert time.monotonic() < give_up
                time.sleep(0.05)
            with connect(address=found.address, token=found.token) as connected:
                while connected.info().devices[0].state != "idle":  # an estimate waits for no engine that is starting
                    assert time.monotonic() < give_up
                    time.sleep(0.1)
                yield connected
        finally:
            server.terminate()
            server.wait(PATIENCE)


def photo(seed: int = 0) -> Array:
    """(SIDE, SIDE, 3) uint8: soft noise over a slope, with all tones."""
    noise = np.random.default_rng(seed).uniform(0, 70, (SIDE // 4, SIDE // 4, 3)).repeat(4, 0).repeat(4, 1)
    return (noise + np.linspace(20, 180, SIDE)[:, None, None]).astype(np.uint8)


def texture(color: tuple[int, int, int], side: int = 40) -> Array:
    """Stripes of a colour."""
    stripes = np.sin(np.arange(side) * 1.3)[None, :, None] * 50
    striped: Array = np.clip(np.array(color) + stripes + np.zeros((side, side, 1)), 0, 255).astype(np.uint8)
    return striped


def plane(samples: Array, pixels: PixelFormat = RGB8, icc: bytes | None = None) -> Plane:
    return Plane(pixels, samples.shape[1], samples.shape[0], np.ascontiguousarray(samples).tobytes(), icc)


def gray(values: Array) -> Plane:
    """values: (SIDE, SIDE) in 0–1."""
    return plane((values * 255).round().astype(np.uint8), GRAY8)


LEFT = np.zeros((SIDE, SIDE), np.float32)
LEFT[:, : SIDE // 2] = 1
RED, BLUE = texture((200, 60, 40)), texture((40, 60, 200))
STYLE = StyleUse.plane(plane(RED))
BASE = JobRequest(plane(photo()), (STYLE,), parameters=Parameters(preset="draft", evaluations=9, precision="fp32"))


WIDE = replace(BASE, content=Plane(RGB8, 1600, 800, bytes(1600 * 800 * 3)))


def with_parameters(request: JobRequest = BASE, **words: Any) -> JobRequest:
    return replace(request, parameters=replace(request.parameters, **words))


def painted(session: Session, request: JobRequest) -> Array:
    """The result's samples, (h, w, c)."""
    fresh = replace(request, request_id=os.urandom(8).hex())
    result = session.restyle(fresh, previews=False)
    pixels = request.content.format
    assert (result.plane.format, result.plane.width, result.plane.height) == (pixels, request.content.width, request.content.height)
    return np.frombuffer(result.plane.data, TYPES[pixels.depth]).reshape(result.plane.height, result.plane.width, -1)


@pytest.fixture(scope="module")
def base(session: Session) -> Array:
    return painted(session, BASE)


def test_equal_orders_give_equal_bytes(session: Session, base: Array) -> None:
    assert np.array_equal(painted(session, BASE), base)


@pytest.mark.parametrize(
    "words",
    [
        {"evaluations": 12},
        {"evaluations": None, "preset": "draft"},
        {"size": 16},
        {"strength": 90.0},
        {"color": "content"},
        {"color": "match"},
        {"color": "match", "color_mix": 0.3},
        {"objective": "wasserstein"},
        {"optimizer": "adam"},
        {"style_layers": (("relu1_1", 1.0),)},
        {"content_layers": (("relu3_1", 1.0),)},
        {"tv": 200.0},
        {"pooling": "max"},
        {"precision": "bf16"},
    ],
    ids=str,
)
def test_a_parameter_changes_the_painting_and_is_echoed(session: Session, base: Array, words: dict[str, Any]) -> None:
    result = session.restyle(replace(with_parameters(**words), request_id=os.urandom(8).hex()), previews=False)
    assert bytes(result.plane.data) != base.tobytes()
    resolved = result.job.resolved
    assert resolved is not None
    for name, value in words.items():
        assert getattr(resolved, name) == (12 if value is None else value), name


@pytest.mark.parametrize(("preset", "budget"), [("draft", 12), ("standard", 60), ("fine", 200)])
def test_a_preset_is_shown_resolved(session: Session, preset: str, budget: int) -> None:
    estimate = session.estimate(with_parameters(preset=preset, evaluations=None))
    assert estimate.resolved is not None
    assert (estimate.resolved.preset, estimate.resolved.evaluations) == (preset, budget)
    assert all(getattr(estimate.resolved, name) is not None for name in ("strength", "color", "objective", "optimizer", "tv", "pooling", "precision"))


def test_native_size_works_at_the_contents_own(session: Session) -> None:
    wide = replace(BASE, content=Plane(RGB8, 640, 320, bytes(640 * 320 * 3)))  # within two minutes on any machine: what takes longer is made smaller
    sizes = [session.estimate(with_parameters(wide, preset="standard", **words)).work_width for words in ({}, {"native_size": True}, {"size": 300})]
    assert sizes == [512, 640, 300]


def test_a_memory_limit_is_kept(session: Session) -> None:
    sizes = [session.estimate(with_parameters(WIDE, memory_limit=int(limit))).largest_size for limit in (750e6, 900e6)]
    assert 0 < sizes[0] < sizes[1] < 1600
    with pytest.raises(TooLarge) as refused:
        session.create(with_parameters(memory_limit=1))
    assert refused.value.largest_size is not None


def test_strength_0_gives_the_content_back_and_more_goes_further(session: Session) -> None:
    content = photo().astype(int)
    away = [np.abs(painted(session, with_parameters(strength=strength, evaluations=8)).astype(int) - content).mean() for strength in (0.0, 15.0, 30.0, 50.0)]
    assert away[0] == 0
    assert away == sorted(set(away))


def test_up_to_the_strongest_the_content_gives_way(session: Session) -> None:
    asked = [with_parameters(strength=strength, evaluations=8) for strength in (15.0, 50.0, 90.0)]
    told = [session.restyle(replace(request, request_id=os.urandom(8).hex()), previews=False).job.progress for request in asked]
    away = [progress.content_loss for progress in told if progress]
    assert len(away) == len(asked)
    assert away == sorted(set(away))


def test_styles_are_blended_by_their_shares(session: Session, base: Array) -> None:
    def blend(red: float, blue: float) -> Array:
        styles = (StyleUse.plane(plane(RED), weight=red), StyleUse.plane(plane(BLUE), weight=blue))
        return painted(session, with_parameters(replace(BASE, styles=styles), strength=90.0, evaluations=8))

    reds = [float(picture[..., 0].mean() - picture[..., 2].mean()) for picture in (blend(9, 1), blend(1, 1), blend(1, 9))]
    assert reds == sorted(reds, reverse=True)
    assert np.array_equal(blend(3, 1), blend(0.75, 0.25))


def test_a_library_style_and_a_picture_file_paint_too(session: Session, base: Array) -> None:
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    Image.fromarray(RED).save(file, "PNG")
    assert np.array_equal(painted(session, replace(BASE, styles=(StyleUse.picture(file.getvalue()),))), base)
    assert not np.array_equal(painted(session, replace(BASE, styles=(StyleUse.library("woodcut"),))), base)


def test_a_crop_is_the_same_as_a_smaller_picture(session: Session, base: Array) -> None:
    half = RED.copy()
    half[:, 20:] = BLUE[:, 20:]
    cropped = painted(session, replace(BASE, styles=(StyleUse.plane(plane(half), crop=Crop(20, 4, 20, 30)),)))
    assert np.array_equal(cropped, painted(session, replace(BASE, styles=(StyleUse.plane(plane(half[4:34, 20:40])),))))
    assert not np.array_equal(cropped, base)


@pytest.mark.parametrize("words", [{"scale": 0.5}, {"scale": 1.0}, {"symmetry": "flips+rotations"}], ids=str)
def test_scale_and_symmetry_change_the_painting(session: Session, base: Array, words: dict[str, Any]) -> None:
    assert not np.array_equal(painted(session, replace(BASE, styles=(replace(STYLE, **words),))), base)


def test_each_style_paints_its_own_region(session: Session) -> None:
    def sides(masks: bool) -> float:
        """How much redder the left is than the right."""
        regions = (gray(LEFT), gray(1 - LEFT)) if masks else (None, None)
        styles = (StyleUse.plane(plane(RED), mask=regions[0]), StyleUse.plane(plane(BLUE), mask=regions[1]))
        picture = painted(session, with_parameters(replace(BASE, styles=styles), strength=90.0, evaluations=10)).astype(float)
        red = picture[..., 0] - picture[..., 2]
        return float(red[:, : SIDE // 2 - 4].mean() - red[:, SIDE // 2 + 4 :].mean())

    assert sides(masks=True) > sides(masks=False) + 20


def test_colours_of_the_content_stay_on_request(session: Session) -> None:
    strong = with_parameters(replace(BASE, styles=(StyleUse.plane(plane(BLUE)),)), strength=90.0, evaluations=8)

    def drift(**words: Any) -> float:
        picture = painted(session, with_parameters(strong, **words)).astype(float)
        shade = picture - picture.mean(2, keepdims=True)
        own = photo().astype(float)
        return float(np.abs(shade - (own - own.mean(2, keepdims=True))).mean())

    assert drift(color="content") < drift(color="content", color_mix=0.5) < drift()
    assert drift(color="match") < drift()
    assert np.array_equal(painted(session, with_parameters(strong, color="content", color_mix=0.0)), painted(session, strong))


def test_a_start_from_noise_is_seeded_and_one_from_a_job_continues_it(session: Session, base: Array) -> None:
    def started(start: Start | None, **words: Any) -> Array:
        return painted(session, with_parameters(replace(BASE, start=start), **words))

    for start in (Start.noise(), Start.content(0.3)):
        first = started(start, seed=1)
        assert np.array_equal(first, started(start, seed=1))
        assert not np.array_equal(first, started(start, seed=2))
        assert not np.array_equal(first, base)
    earlier = session.restyle(replace(BASE, request_id=os.urandom(8).hex()), previews=False)
    kept = started(Start.job(earlier.job.id), evaluations=0)
    assert np.abs(kept.astype(int) - base).max() <= 1
    further = started(Start.job(earlier.job.id))
    assert not np.array_equal(further, base)


def test_a_strength_map_protects_where_it_is_black_and_slows_where_it_is_gray(session: Session, base: Array) -> None:
    content = photo().astype(int)
    protected = painted(session, replace(BASE, strength_map=gray(1 - LEFT)))
    assert np.array_equal(protected[:, : SIDE // 2], content[:, : SIDE // 2])
    assert not np.array_equal(protected[:, SIDE // 2 :], content[:, SIDE // 2 :])
    slowed = with_parameters(replace(BASE, strength_map=gray(1 - 0.8 * LEFT)), evaluations=12)
    away = np.abs(painted(session, slowed).astype(int) - content).mean((0, 2))
    plain = np.abs(painted(session, with_parameters(evaluations=12)).astype(int) - content).mean((0, 2))
    assert away[: SIDE // 2].mean() / plain[: SIDE // 2].mean() < away[SIDE // 2 :].mean() / plain[SIDE // 2 :].mean()


def test_a_blend_mask_says_what_changes_and_a_soft_one_blends(session: Session, base: Array) -> None:
    content = photo()
    hard = painted(session, replace(BASE, masks=(Mask(gray(LEFT), MaskUse.BLEND),)))
    assert np.array_equal(hard[:, SIDE // 2 :], content[:, SIDE // 2 :])
    assert np.array_equal(hard[:, : SIDE // 2], base[:, : SIDE // 2])
    soft = painted(session, replace(BASE, masks=(Mask(gray(np.full((SIDE, SIDE), 0.5, np.float32)), MaskUse.BLEND),)))
    middle = (content.astype(float) + base) / 2
    assert np.abs(soft - middle).mean() < 4
    assert np.abs(soft - middle).mean() < np.abs(base - middle).mean()


def test_a_statistics_mask_says_what_counts(session: Session, base: Array) -> None:
    counted = painted(session, replace(BASE, masks=(Mask(gray(LEFT), MaskUse.STATISTICS),)))
    assert not np.array_equal(counted, base)


def test_hidden_colours_reach_no_visible_pixel_and_alpha_stays(session: Session) -> None:
    found = []
    for hidden in ((255, 0, 0), (0, 0, 255)):
        rgba = np.dstack([photo(), np.full((SIDE, SIDE), 255, np.uint8)])
        rgba[:, :8] = (*hidden, 0)
        rgba[:, 8:14, 3] = 128
        found.append(painted(session, replace(BASE, content=plane(rgba, RGBA8))))
        assert np.array_equal(found[-1][..., 3], rgba[..., 3])
        assert np.array_equal(found[-1][:, :8], rgba[:, :8])
    assert np.array_equal(found[0][:, 8:], found[1][:, 8:])


def samples(channels: Channels, depth: Depth) -> Array:
    """A picture in that format, every channel different."""
    values = np.random.default_rng(5).uniform(0, 1, (SIDE, SIDE, channels.samples))
    full = {Depth.U8: 255, Depth.U16: 65535}.get(depth)
    return (values * full).round().astype(TYPES[depth]) if full else values.astype(TYPES[depth])


@pytest.mark.parametrize("depth", list(Depth))
@pytest.mark.parametrize("channels", list(Channels))
def test_every_format_comes_back_at_strength_0(session: Session, channels: Channels, depth: Depth) -> None:
    given = samples(channels, depth)
    found = painted(session, with_parameters(replace(BASE, content=plane(given, PixelFormat(channels, depth))), strength=0.0))
    if depth in (Depth.U8, Depth.U16):
        assert np.array_equal(found, given)
    elif depth is Depth.F16:
        assert np.abs(found.view("<i2").astype(int) - given.view("<i2")).max() <= 1
    else:
        np.testing.assert_allclose(found, given, rtol=1e-5, atol=1e-7)
    if channels.name.endswith("A"):  # BGRA as well
        assert np.array_equal(found[..., -1], given[..., -1])


@pytest.mark.parametrize(("name", "icc"), [*PROFILES.items(), *GRAY_PROFILES.items()])
def test_every_profile_comes_back_at_strength_0_and_is_honoured_in_between(session: Session, name: str, icc: bytes) -> None:
    channels = Channels.GRAY if name in GRAY_PROFILES else Channels.RGB
    given = samples(channels, Depth.U8)
    request = replace(BASE, content=plane(given, PixelFormat(channels, Depth.U8), icc))
    untouched = painted(session, with_parameters(request, strength=0.0))
    assert np.abs(untouched.astype(int) - given).max() <= 1
    if name != "srgb-table":
        assert not np.array_equal(painted(session, request), painted(session, replace(request, content=replace(request.content, icc=None))))


def test_bright_values_survive_outside_the_mask_and_are_not_clipped_inside(session: Session) -> None:
    hdr = (photo() / 255.0 * 6 - 0.2).astype(np.float32)
    request = replace(BASE, content=plane(hdr, PixelFormat(Channels.RGB, Depth.F32)), masks=(Mask(gray(LEFT), MaskUse.BLEND),))
    found = painted(session, request)
    assert np.array_equal(found[:, SIDE // 2 :], hdr[:, SIDE // 2 :])
    inside = found[:, : SIDE // 2]
    assert np.isfinite(inside).all()
    assert inside.max() > 2
    assert not np.array_equal(inside, hdr[:, : SIDE // 2])


@pytest.mark.parametrize(
    ("size", "content", "style"), [((16, 16), 0.0, 0.0), ((17, 33), 0.0, 1.0), ((31, 32), 1.0, 0.0), ((32, 31), 0.5, 0.5), ((16, 200), 1.0, 1.0)]
)
def test_flat_pictures_of_any_size_give_finite_results(session: Session, size: tuple[int, int], content: float, style: float) -> None:
    flat = np.full((size[1], size[0], 3), content, np.float32)
    request = replace(
        BASE,
        content=plane(flat, PixelFormat(Channels.RGB, Depth.F32)),
        styles=(StyleUse.plane(plane(np.full((16, 16, 3), round(style * 255), np.uint8))),),
    )
    assert np.isfinite(painted(session, with_parameters(request, strength=100.0, evaluations=2))).all()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_values_that_are_no_numbers_are_refused(session: Session, value: float) -> None:
    broken = photo().astype(np.float32)
    broken[3, 4, 1] = value
    with pytest.raises(JobFailed) as failed:
        session.restyle(replace(BASE, content=plane(broken, PixelFormat(Channels.RGB, Depth.F32))), previews=False)
    assert failed.value.reason == "BAD_INPUT"


def test_a_profile_that_is_cut_short_is_refused(session: Session) -> None:
    icc = PROFILES["adobe-rgb"]
    broken = icc[:128] + struct.pack(">I", 9) + icc[132:200]
    with pytest.raises(JobFailed) as failed:
        session.restyle(replace(BASE, content=replace(BASE.content, icc=broken)), previews=False)
    assert failed.value.reason == "BAD_INPUT"


def test_a_report_adds_up_with_the_real_engine(session: Session) -> None:
    result = session.restyle(replace(BASE, request_id=os.urandom(8).hex(), report=True), previews=False)
    report = session.report(result.job.id)
    assert len(report.steps) == sum(scale.evaluations for scale in report.scales) > 0
    for step in report.steps:
        assert step.style_loss + step.content_weight * step.content_loss + step.smoothing_loss + step.gamut_loss == pytest.approx(step.loss, rel=1e-3)
    last = report.scales[-1]
    assert (last.width, last.height) == (last.picture.width, last.picture.height) == (SIDE, SIDE)
    shown = np.frombuffer(last.picture.rgba, np.uint8).reshape(SIDE, SIDE, 4)[..., :3].astype(int)
    assert np.abs(shown - np.frombuffer(result.plane.data, np.uint8).reshape(SIDE, SIDE, 3)).max() <= 1


def test_where_people_read_is_a_mask_of_the_contents_size(session: Session) -> None:
    picture = Image.fromarray(content := np.full((40, 96, 3), 200, np.uint8))
    ImageDraw.Draw(picture).text((8, 8), "PAINT", fill=(20, 20, 60), font=ImageFont.load_default(22))
    found = [session.restyle(JobRequest(Plane(RGB8, 96, 40, data), reading=True)).plane for data in (content.tobytes(), picture.tobytes())]
    assert [(each.format, each.width, each.height) for each in found] == [(GRAY8, 96, 40)] * 2
    assert max(found[0].data) == 0
    assert max(found[1].data) == 255
    with pytest.raises(InvalidRequest, match="leave it out"):
        session.restyle(JobRequest(Plane(RGB8, 96, 40, content.tobytes()), (StyleUse.library("night"),), reading=True))
