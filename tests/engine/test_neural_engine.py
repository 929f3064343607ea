"""An order goes in as files and comes out as a plane of the very same format, or fails in a sentence."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from engine.scenes import photo, waves
from pictures.meters import JOINT_DEVIATIONS, joints
from PIL import Image
from restyle_engine.motion.flow import FlowMissing
from restyle_engine.objective import targets
from restyle_engine.parameters import Color, Parameters, Precision, Preset, Seamless, resolve
from restyle_engine.verdict import Cancelled, Verdict
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat
from restyle_server.records.order import AskedOrder, Crop, MaskFile, MaskUse, Order, PlaneFile, PreviousOrder, Start, StartFrom, StyleOrder, WeightsFile
from restyle_server.styles.pictures import check, size_of
from restyle_server.weights.catalogue import SHIPPED
from restyle_server.worker import around, materials
from restyle_server.worker.engine import Estimate, JobFailure, LiveProgress, Observer, Painted, resolved, usual
from restyle_server.worker.neural_engine import NeuralEngine, engine

RGBA8 = PixelFormat(Channels.RGBA, Depth.U8)
CHOSEN = 0.6  # size of strokes that somebody asked for
RGB8 = PixelFormat(Channels.RGB, Depth.U8)
GRAY8 = PixelFormat(Channels.GRAY, Depth.U8)


@pytest.fixture(scope="module")
def paints() -> NeuralEngine:
    return engine("cpu")


def go_on(_: LiveProgress) -> Verdict:
    return Verdict.GO_ON


def paint(paints: NeuralEngine, asked: AskedOrder, observe: Observer) -> Painted:
    """As a slot has it done."""
    return paints.paint(resolved(asked, paints.device()), observe)


def estimate(paints: NeuralEngine, asked: AskedOrder) -> Estimate:
    return paints.estimate(resolved(asked, paints.device()))


def stored(path: Path, samples: np.ndarray, plane_format: PixelFormat) -> PlaneFile:
    path.write_bytes(samples.tobytes())
    return PlaneFile(path, plane_format, samples.shape[1], samples.shape[0])


@pytest.fixture
def layer(tmp_path: Path) -> np.ndarray:
    """64 × 48 px, RGBA8, transparent on the left."""
    rgba = np.full((48, 64, 4), 255, np.uint8)
    rgba[..., :3] = (photo(64, 48) * 255).round()
    rgba[:, :10, 3], rgba[:, 10:20, 3] = 0, 128
    return rgba


@pytest.fixture
def order(tmp_path: Path, layer: np.ndarray) -> AskedOrder:
    Image.fromarray((waves(60, 50) * 255).astype(np.uint8)).save(tmp_path / "waves.png")
    return AskedOrder(
        content=stored(tmp_path / "content", layer, RGBA8),
        styles=(StyleOrder("waves", picture=tmp_path / "waves.png"),),
        weights=WeightsFile("vgg16", SHIPPED),
        parameters=Parameters(preset=Preset.DRAFT, size=32, evaluations=3, precision=Precision.FP32),
    )


def pixels(painted: Painted, like: np.ndarray) -> np.ndarray:
    return np.frombuffer(painted.plane.data, like.dtype).reshape(like.shape)


def test_the_result_has_the_format_size_and_alpha_of_the_layer(paints: NeuralEngine, order: AskedOrder, layer: np.ndarray) -> None:
    steps: list[LiveProgress] = []

    def observe(step: LiveProgress) -> Verdict:
        steps.append(step)
        return Verdict.GO_ON

    painted = paint(paints, order, observe)
    found = pixels(painted, layer)
    assert (painted.plane.format, painted.plane.width, painted.plane.height) == (RGBA8, 64, 48)
    assert np.array_equal(found[..., 3], layer[..., 3])
    assert np.array_equal(found[:, :10], layer[:, :10])
    assert np.abs(found[:, 20:, :3].astype(int) - layer[:, 20:, :3]).mean() > 2
    assert (steps[-1].width, steps[-1].height) == (32, 24)


def test_strokes_that_nobody_chose_are_chosen_told_and_painted_as_if_they_had_been_asked_for(
    paints: NeuralEngine, order: AskedOrder, layer: np.ndarray, tmp_path: Path
) -> None:
    told: list[tuple[float, ...]] = []

    def observe(step: LiveProgress) -> Verdict:
        told.append(step.style_scales)
        return Verdict.GO_ON

    fine = StyleOrder("layer", plane=stored(tmp_path / "fine", np.random.default_rng(3).integers(0, 255, (48, 64, 3), np.uint8), RGB8))
    small = StyleOrder("layer", plane=stored(tmp_path / "small", np.random.default_rng(5).integers(0, 255, (16, 16, 3), np.uint8), RGB8))
    several = replace(order, styles=(replace(order.styles[0], scale=1.25), small, fine))
    first = pixels(paint(paints, several, observe), layer)
    [scales] = set(told)
    assert scales[0] == 1.25
    assert scales[1] < scales[2]  # a picture of few pixels does not reach as far
    assert estimate(paints, several).style_scales == scales, "though no file is opened"
    unseen = replace(several, styles=(*several.styles, StyleOrder("picture", picture=tmp_path / "nowhere")))
    assert estimate(paints, unseen).style_scales == (), "a file's size is not known before it comes"
    asked = replace(several, styles=tuple(replace(style, scale=scale) for style, scale in zip(several.styles, scales, strict=True)))
    assert np.array_equal(pixels(paint(paints, asked, observe), layer), first)


@pytest.mark.parametrize("seed", range(40))
def test_an_estimate_tells_the_strokes_that_are_painted_whatever_the_sizes(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    width, height = (dice.choice((16, 17, 100, 999, 5000)) for _ in "wh")
    asked = Parameters(preset=dice.choice(list(Preset)), size=dice.choice((16, 63, 512, 1500, 5000)), seamless=dice.choice(list(Seamless)))
    parameters = resolve(asked, width, height, "cpu", bf16=False)
    wide, high = (dice.choice((16, 17, 33, 90, 128)) for _ in "wh")
    crop = dice.choice((None, Crop(wide - 16, 0, 16, dice.randrange(16, high + 1))))
    words: dict[str, Any] = {"suggested": dice.choice((None, 0.25, 0.8, 4.0)), "crop": crop}
    samples = np.full((high, wide, 4), 200, np.uint8)
    samples[: high // 2, : wide // 2, 3] = 0
    if dice.random() < 0.5:
        style = StyleOrder("layer", plane=stored(tmp_path / "layer", samples, RGBA8), **words)
    else:
        turned = Image.Exif()
        turned[0x0112] = dice.choice((1, 6))
        file = tmp_path / dice.choice(("style.jpg", "style.png"))
        Image.fromarray(samples[..., :3]).save(file, exif=turned)
        size = check(file, file.name)
        upright = None if crop is None or (size.width, size.height) != (wide, high) else crop
        style = StyleOrder("library", picture=file, size=size_of(file) or (size.width, size.height), **words | {"crop": upright})
    content = PlaneFile(tmp_path / "nowhere", RGB8, width, height)
    order = Order(content, (style,), WeightsFile("vgg16", SHIPPED), parameters)
    assert materials.strokes_of(order) == (materials.scale_of(style, parameters, materials.StylePictures()),)


def test_frames_have_the_strokes_of_those_that_they_follow(paints: NeuralEngine, order: AskedOrder, layer: np.ndarray, tmp_path: Path) -> None:
    told: dict[str, tuple[float, ...]] = {}

    def painted(name: str, content: np.ndarray, previous: tuple[PreviousOrder, ...] = ()) -> None:
        def observe(step: LiveProgress) -> Verdict:
            told[name] = step.style_scales
            return Verdict.GO_ON

        styles = tuple(replace(style, scale=CHOSEN if name == "first" else None) for style in order.styles)
        content_of = stored(tmp_path / f"content-{name}", content, RGBA8)
        paint(paints, replace(order, content=content_of, styles=styles, frame=tmp_path / name, previous=previous), observe)

    fine = layer.copy()
    fine[..., :3] = np.random.default_rng(4).integers(0, 255, (48, 64, 3), np.uint8)
    painted("first", layer)
    painted("alone", fine)
    painted("second", fine, (PreviousOrder((tmp_path / "first",)),))
    painted("third", fine, (PreviousOrder((tmp_path / "second", tmp_path / "first")),))
    assert told["second"] == told["third"] == told["first"] == (CHOSEN,) != told["alone"]


@pytest.mark.parametrize("color", list(Color))
def test_strength_0_gives_every_byte_back(paints: NeuralEngine, order: AskedOrder, layer: np.ndarray, color: Color) -> None:
    parameters = replace(order.parameters, strength=0.0, color=color)
    assert np.array_equal(pixels(paint(paints, replace(order, parameters=parameters), go_on), layer), layer)


def test_hidden_colours_never_reach_visible_pixels(paints: NeuralEngine, order: AskedOrder, layer: np.ndarray, tmp_path: Path) -> None:
    found = []
    for name, hidden in (("red", (255, 0, 0)), ("blue", (0, 0, 255))):
        other = layer.copy()
        other[:, :10, :3] = hidden
        found.append(pixels(paint(paints, replace(order, content=stored(tmp_path / name, other, RGBA8)), go_on), other)[:, 10:])
    red, blue = found
    assert np.array_equal(red, blue)


def test_outside_the_blend_mask_every_bit_stays(paints: NeuralEngine, order: AskedOrder, layer: np.ndarray, tmp_path: Path) -> None:
    mask = np.zeros((48, 64), np.uint8)
    mask[:, 40:] = 255
    blend = MaskFile(stored(tmp_path / "mask", mask, GRAY8), MaskUse.BLEND)
    found = pixels(paint(paints, replace(order, masks=(blend,)), go_on), layer)
    assert np.array_equal(found[:, :40], layer[:, :40])
    assert not np.array_equal(found[:, 40:], layer[:, 40:])


def test_a_statistics_mask_changes_what_counts(paints: NeuralEngine, order: AskedOrder, layer: np.ndarray, tmp_path: Path) -> None:
    mask = np.zeros((48, 64), np.uint8)
    mask[:, 40:] = 255
    counts = MaskFile(stored(tmp_path / "mask", mask, GRAY8), MaskUse.STATISTICS)
    assert not np.array_equal(pixels(paint(paints, replace(order, masks=(counts,)), go_on), layer), pixels(paint(paints, order, go_on), layer))


@pytest.mark.parametrize("color", [Color.CONTENT, Color.MATCH])
def test_colours_of_the_content_stay_on_request(paints: NeuralEngine, order: AskedOrder, layer: np.ndarray, color: Color) -> None:
    def drift(parameters: Parameters) -> float:
        found = pixels(paint(paints, replace(order, parameters=parameters), go_on), layer)
        return float(np.abs(found[:, 20:, :3].mean((0, 1)) - layer[:, 20:, :3].mean((0, 1))).max())

    strong = replace(order.parameters, strength=90.0, evaluations=8)
    assert drift(replace(strong, color=color)) < drift(strong)


def test_a_start_from_a_result_and_a_crop_and_a_layer_as_style_are_used(paints: NeuralEngine, order: AskedOrder, layer: np.ndarray, tmp_path: Path) -> None:
    plain = paint(paints, order, go_on).plane.data
    style = (waves(50, 40) * 255).astype(np.uint8)
    others = (
        replace(order, styles=(StyleOrder("layer", plane=stored(tmp_path / "style", style, RGB8)),)),
        replace(order, styles=(replace(order.styles[0], crop=Crop(0, 0, 20, 20)),)),
        replace(order, start=Start(StartFrom.RESULT, result=stored(tmp_path / "earlier", layer[::-1].copy(), RGBA8))),
        replace(order, start=Start(StartFrom.NOISE)),
        replace(order, start=Start(noise=0.3)),
    )
    for other in others:
        assert paint(paints, other, go_on).plane.data != plain


def test_previews_are_small_rgba_pictures(paints: NeuralEngine, order: AskedOrder) -> None:
    sizes = []

    def observe(progress: LiveProgress) -> Verdict:
        assert progress.preview is not None
        picture = progress.preview(16)
        sizes.append((picture.width, picture.height, len(picture.rgba)))
        return Verdict.GO_ON

    paint(paints, order, observe)
    assert set(sizes) == {(16, 12, 16 * 12 * 4)}


def test_cancel_goes_through(paints: NeuralEngine, order: AskedOrder) -> None:
    with pytest.raises(Cancelled):
        paint(paints, order, lambda _: Verdict.CANCEL)


def test_finish_keeps_what_there_is(paints: NeuralEngine, order: AskedOrder) -> None:
    told: list[int] = []

    def observe(step: LiveProgress) -> Verdict:
        told.append(step.step)
        return Verdict.FINISH

    assert paint(paints, order, observe).finished_early
    assert told == [1]


def test_without_what_finds_the_flow_people_are_told_what_to_install(order: AskedOrder) -> None:
    def observe(_: LiveProgress) -> Verdict:
        raise FlowMissing

    with pytest.raises(JobFailure, match=r"-m pip install .*opencv-python-headless") as failure:
        paint(engine("cpu"), order, observe)
    assert failure.value.reason == "UNIMPLEMENTED"


def test_too_large_is_refused_with_a_size_that_fits(paints: NeuralEngine, order: AskedOrder) -> None:
    parameters = replace(order.parameters, size=64, memory_limit=estimate(paints, order).memory_bytes)
    with pytest.raises(JobFailure, match=r"choose a size of \d+ px or less") as failure:
        paint(paints, replace(order, parameters=parameters), go_on)
    assert failure.value.reason == "OUT_OF_MEMORY"
    with pytest.raises(JobFailure, match=r"0 MiB are allowed: allow \d+ MiB or more\.$"):
        paint(paints, replace(order, parameters=replace(parameters, memory_limit=1)), go_on)


@pytest.mark.parametrize("error", [MemoryError(), torch.OutOfMemoryError("CUDA out of memory"), RuntimeError("DefaultCPUAllocator: can't allocate memory")])
def test_memory_that_runs_out_on_the_way_is_a_sentence(order: AskedOrder, error: MemoryError | RuntimeError | torch.OutOfMemoryError) -> None:
    paints = engine("cpu")

    def observe(_: LiveProgress) -> Verdict:
        raise error

    with pytest.raises(JobFailure) as failure:
        paint(paints, order, observe)
    assert failure.value.reason == "OUT_OF_MEMORY"
    assert "choose a size" in failure.value.message


def test_the_size_named_as_largest_fits_and_one_more_does_not(paints: NeuralEngine, order: AskedOrder) -> None:
    wide = replace(order, content=replace(order.content, width=4000, height=3000))
    limit = 1_600_000_000
    limited = replace(wide, parameters=Parameters(memory_limit=limit))
    largest = estimate(paints, limited).largest_size

    def needed(size: int) -> int:
        return estimate(paints, replace(limited, parameters=Parameters(size=size, memory_limit=limit))).memory_bytes

    assert needed(largest) <= limit
    assert needed(largest + 4) > limit


def test_the_memory_named_as_least_is_enough_and_less_is_not(paints: NeuralEngine, order: AskedOrder) -> None:
    wide = replace(order, content=replace(order.content, width=4000, height=3000))
    large = replace(wide, parameters=Parameters(preset=Preset.FINE, size=4000, memory_limit=2**20))
    least = estimate(paints, large).memory_bytes
    with pytest.raises(JobFailure, match=r"takes (\d\.\d) GiB at least, and 1 MiB are allowed: allow \1 GiB or more\.") as refused:
        paint(paints, large, go_on)
    named = float(str(refused.value).split()[5]) * 2**30
    assert least <= named < least + 2**30 / 10
    assert estimate(paints, replace(large, parameters=replace(large.parameters, memory_limit=least))).memory_bytes <= least
    assert estimate(paints, replace(large, parameters=replace(large.parameters, memory_limit=least - 1))).memory_bytes >= least


def test_a_layer_of_4096_px_needs_less_than_6_gib(paints: NeuralEngine, order: AskedOrder) -> None:
    vast = replace(order, content=replace(order.content, width=4096, height=4096))
    asked = Parameters(preset=Preset.FINE, size=4096, memory_limit=6 * 2**30)
    assert estimate(paints, replace(vast, parameters=asked)).memory_bytes < 6 * 2**30


@pytest.mark.parametrize(
    ("changes", "reason", "sentence"),
    [
        ({"weights": WeightsFile("file", Path("/nowhere/w.safetensors"))}, "WEIGHTS_UNUSABLE", "can't be read"),
        ({"parameters": Parameters(style_layers=(("relu5_4", 1.0),), size=32)}, "WEIGHTS_UNUSABLE", "has no relu5_4"),
        ({"styles": (StyleOrder("lost", picture=Path("/nowhere/lost.png")),)}, "BAD_INPUT", "lost"),
        ({"styles": (StyleOrder("nothing"),)}, "BAD_INPUT", "neither a picture nor a layer"),
        ({"content": PlaneFile(Path("/nowhere/content"), RGBA8, 64, 48)}, "BAD_INPUT", "send it again"),
    ],
)
def test_what_can_t_be_painted_is_a_sentence(paints: NeuralEngine, order: AskedOrder, changes: dict[str, Any], reason: str, sentence: str) -> None:
    with pytest.raises(JobFailure, match=sentence) as failure:
        paint(paints, replace(order, **changes), go_on)
    assert failure.value.reason == reason


def test_a_crop_beyond_its_picture_and_a_layer_too_small_are_sentences(paints: NeuralEngine, order: AskedOrder, tmp_path: Path) -> None:
    with pytest.raises(JobFailure, match="reaches beyond its 60×50 px"):
        paint(paints, replace(order, styles=(replace(order.styles[0], crop=Crop(50, 0, 20, 20)),)), go_on)
    tiny = stored(tmp_path / "tiny", np.zeros((8, 40, 4), np.uint8), RGBA8)
    with pytest.raises(JobFailure, match="smaller than 16 px"):
        paint(paints, replace(order, content=tiny), go_on)


def test_the_device_tells_its_name_and_memory(paints: NeuralEngine) -> None:
    device = paints.device()
    assert (device.id, device.kind) == ("cpu", "cpu")
    assert 0 < device.memory_available <= device.memory_total
    assert device.name


def test_a_later_process_finds_what_an_earlier_one_measured_and_paints_the_same_bytes(
    order: AskedOrder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = engine("cpu"), engine("cpu")
    for one in (first, second):
        one.prepare(tmp_path / "kept", SHIPPED, usual(one.device()))
    painted = paint(first, order, go_on).plane.data
    monkeypatch.setattr(targets, "_measured", lambda *_: pytest.fail("measured again"))
    assert paint(second, order, go_on).plane.data == painted


def test_a_style_that_was_seen_before_is_not_decoded_again(paints: NeuralEngine, order: AskedOrder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    painted = paint(paints, order, go_on).plane.data
    (tmp_path / "waves.png").rename(tmp_path / "again.png")  # every job has a copy of its own
    monkeypatch.setattr(materials, "read_picture", lambda *_: pytest.fail("decoded again"))
    again = replace(order, styles=(replace(order.styles[0], picture=tmp_path / "again.png"),))
    assert paint(paints, again, go_on).plane.data == painted


@pytest.mark.parametrize("change", [{"scale": 0.5}, {"crop": Crop(10, 10, 30, 30)}])
def test_another_use_of_a_style_is_another_picture(paints: NeuralEngine, order: AskedOrder, change: dict[str, Any]) -> None:
    plain = paint(paints, order, go_on).plane.data
    changed = replace(order, styles=(replace(order.styles[0], **change),))
    assert paint(paints, changed, go_on).plane.data != plain
    assert paint(paints, order, go_on).plane.data == plain


def test_no_more_pictures_of_styles_are_kept_than_fit(order: AskedOrder) -> None:
    kept, parameters = materials.StylePictures(10_000), resolved(order, engine("cpu").device()).parameters
    first = kept.get(order.styles[0], parameters)
    assert kept.get(order.styles[0], parameters) is first
    kept.get(replace(order.styles[0], crop=Crop(10, 10, 30, 30)), parameters)
    assert kept.get(order.styles[0], parameters) is not first


def test_a_texture_that_can_be_laid_beside_itself_is_brought_to_any_size_without_a_seam(paints: NeuralEngine, order: AskedOrder, tmp_path: Path) -> None:
    content = stored(tmp_path / "nothing", np.zeros((101, 150, 3), np.uint8), PixelFormat(Channels.RGB, Depth.U8))
    style = StyleOrder("layer", plane=stored(tmp_path / "style", (photo(64, 64) * 255).astype(np.uint8), PixelFormat(Channels.RGB, Depth.U8)))
    asked = replace(order, content=content, styles=(style,), start=Start(StartFrom.TEXTURE))
    for size in (150, 64):
        parameters = Parameters(preset=Preset.DRAFT, size=size, strength=100.0, seamless=Seamless.BOTH, precision=Precision.FP32)
        plane = paint(paints, replace(asked, parameters=parameters), go_on).plane
        pixels = np.frombuffer(plane.data, np.uint8).reshape(101, 150, 3)
        assert max(joints((pixels / np.float32(255)).astype(np.float32))) < JOINT_DEVIATIONS


@pytest.mark.parametrize("seamless", [Seamless.X, Seamless.Y, Seamless.BOTH])
def test_a_seamless_painting_is_brought_to_full_size_alike_wherever_it_is_cut(seamless: Seamless) -> None:
    draw = np.random.default_rng(0)
    full, work, result = (draw.random((*size, 3), np.float32) for size in ((96, 144), (64, 96), (64, 96)))
    down, across = 24 * seamless.down, 36 * seamless.across
    wanted = np.roll(around.enlarged(seamless, full, work, result, None), (down, across), (0, 1))
    first, second, third = (np.roll(one, (down * one.shape[0] // 96, across * one.shape[1] // 144), (0, 1)) for one in (full, work, result))
    assert abs(around.enlarged(seamless, first, second, third, None) - wanted).max() < 1e-4
