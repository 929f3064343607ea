"""Every meter fails on its planted fault at three levels, and passes on real pictures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from pictures import meters
from pictures.photos import PAINTINGS, PHOTOS, painting, photo
from pictures.readings import defects

Source = Callable[[str], NDArray[np.float32]]

SIDE = 256
Y, X = np.mgrid[:SIDE, :SIDE]
REAL = [*(pytest.param(photo, name, id=name) for name in PHOTOS), *(pytest.param(painting, name, id=name) for name in PAINTINGS)]
CALM = pytest.mark.parametrize("name", PHOTOS)


def clipped(picture: np.ndarray) -> NDArray[np.float32]:
    return np.asarray(np.clip(picture, 0, 1), np.float32)


@pytest.mark.parametrize(("source", "name"), REAL)
def test_real_pictures_have_no_grid(source: Source, name: str) -> None:
    assert meters.pixel_grid(source(name)) < meters.GRID_DB


@CALM
@pytest.mark.parametrize("period", [2, 4, 8])
@pytest.mark.parametrize("depth", [0.02, 0.04, 0.08])
def test_a_grid_is_seen(name: str, period: int, depth: float) -> None:
    lines = (X % period == 0)[..., None] * depth
    assert meters.pixel_grid(clipped(photo(name) * 0.9 + lines)) > meters.GRID_DB
    assert meters.pixel_grid(clipped(photo(name) * 0.9 + lines.transpose(1, 0, 2))) > meters.GRID_DB


@pytest.mark.parametrize("depth", [0.06, 0.09, 0.12])
def test_a_grid_of_16_px_is_seen(depth: float) -> None:
    lines = (X % 16 < 2)[..., None] * depth
    assert meters.pixel_grid(clipped(photo("coffee") * 0.8 + lines)) > meters.GRID_DB


@pytest.mark.parametrize(("source", "name"), [param for param in REAL if param.id != "stained-glass"])
def test_real_pictures_have_no_frame(source: Source, name: str) -> None:
    assert meters.border_band(source(name)) < meters.FRAME_DEVIATIONS


def test_stained_glass_has_the_frame_that_was_painted() -> None:
    assert meters.border_band(painting("stained-glass")) > meters.FRAME_DEVIATIONS


@CALM
@pytest.mark.parametrize("width", [2, 4, 8])
@pytest.mark.parametrize("depth", [0.25, 0.35, 0.5])
def test_a_frame_is_seen(name: str, width: int, depth: float) -> None:
    inside = (np.minimum(X, Y) >= width) & (np.maximum(X, Y) < SIDE - width)
    assert meters.border_band(np.where(inside[..., None], photo(name), (1 - depth) * photo(name))) > meters.FRAME_DEVIATIONS


@CALM
@pytest.mark.parametrize("sigma", [0.03, 0.06, 0.12])
def test_grain_is_seen(name: str, sigma: float) -> None:
    noisy = clipped(photo(name) + np.random.default_rng(0).normal(0, sigma, (SIDE, SIDE, 3)))
    assert meters.grain(noisy, photo(name)) > meters.GRAIN_SHARE[1]


@CALM
@pytest.mark.parametrize("factor", [1.5, 2, 4])
def test_blur_is_seen(name: str, factor: float) -> None:
    from restyle_imaging.resample.resize import resize

    small = resize(photo(name), int(SIDE / factor), int(SIDE / factor))
    assert meters.grain(resize(small, SIDE, SIDE, "bicubic"), photo(name)) < meters.GRAIN_SHARE[0]


@pytest.mark.parametrize(("source", "name"), REAL)
def test_a_picture_has_the_grain_of_its_mirror_image(source: Source, name: str) -> None:
    share = meters.grain(source(name)[:, ::-1], source(name))
    assert meters.GRAIN_SHARE[0] < share < meters.GRAIN_SHARE[1]


@CALM
@pytest.mark.parametrize("other", PAINTINGS)
def test_edges_that_another_picture_has_are_missed(name: str, other: str) -> None:
    assert meters.edge_recall(painting(other), photo(name)) < meters.EDGE_RECALL


@CALM
@pytest.mark.parametrize("off", [12, 16, 24])
def test_edges_that_have_moved_are_missed(name: str, off: int) -> None:
    assert meters.edge_recall(np.roll(photo(name), (off, off), (0, 1)), photo(name)) < meters.EDGE_RECALL


@CALM
def test_edges_outlast_other_tones_and_colours(name: str) -> None:
    assert meters.edge_recall(photo(name)[..., ::-1] ** 0.5 * 0.8, photo(name)) > meters.EDGE_RECALL


@CALM
@pytest.mark.parametrize("per_megapixel", [1000, 3000, 10_000])
@pytest.mark.parametrize("color", [0.0, 1.0])
def test_specks_are_seen(name: str, per_megapixel: int, color: float) -> None:
    hit = np.random.default_rng(0).random((SIDE, SIDE, 1)) < per_megapixel / 1e6
    specked = np.where(hit, np.float32(color), 0.2 + 0.6 * photo(name))
    assert meters.specks(specked) > meters.specks(0.2 + 0.6 * photo(name)) + meters.MORE_SPECKS


@pytest.mark.parametrize(("source", "name"), REAL)
def test_a_picture_has_no_more_specks_than_itself_at_lower_contrast(source: Source, name: str) -> None:
    assert meters.specks(source(name) * 0.9) <= meters.specks(source(name)) + meters.MORE_SPECKS


@CALM
@pytest.mark.parametrize("contrast", [1.3, 1.6, 2.5])
def test_clipping_is_seen(name: str, contrast: float) -> None:
    harder = clipped((photo(name) - photo(name).mean()) * contrast + photo(name).mean())
    assert meters.clipping(harder) > meters.clipping(photo(name)) + meters.MORE_CLIPPING


@pytest.mark.parametrize(("source", "name"), REAL)
def test_lower_contrast_clips_nothing(source: Source, name: str) -> None:
    assert meters.clipping(0.05 + 0.9 * source(name)) < meters.MORE_CLIPPING


@pytest.mark.parametrize("name", [name for name in PHOTOS if name != "rocket"])  # whose sky has next to no texture to leave behind
@pytest.mark.parametrize("share", [0.4, 0.6, 0.8])
def test_a_photo_under_the_paint_is_seen(name: str, share: float) -> None:
    mixed = (1 - share) * painting("night") + share * photo(name)
    assert meters.photo_residue(mixed, photo(name)) > meters.RESIDUE


@CALM
@pytest.mark.parametrize("style", PAINTINGS)
def test_a_painting_holds_nothing_of_a_photo_it_never_saw(name: str, style: str) -> None:
    assert abs(meters.photo_residue(painting(style), photo(name))) < meters.RESIDUE


@CALM
@pytest.mark.parametrize("step", [0.03, 0.06, 0.12])
def test_seams_between_tiles_are_seen(name: str, step: float) -> None:
    tiles = (((X // 64) + (Y // 64)) % 2 - 0.5)[..., None] * step
    assert meters.seams(clipped(photo(name) + tiles), 64) > meters.SEAM_RATIO * meters.seams(photo(name), 64)


@pytest.mark.parametrize(("source", "name"), REAL)
def test_real_pictures_use_every_level(source: Source, name: str) -> None:
    assert meters.posterising(source(name)) < meters.EMPTY_LEVELS


@CALM
@pytest.mark.parametrize("levels", [128, 64, 32])
def test_posterising_is_seen(name: str, levels: int) -> None:
    assert meters.posterising(np.asarray(np.rint(photo(name) * levels) / levels, np.float32)) > meters.EMPTY_LEVELS


@pytest.mark.parametrize("gain", [10, 20, 40])
def test_a_channel_that_rules_the_gram_is_seen(gain: int) -> None:
    activations = np.abs(np.random.default_rng(0).normal(size=(128, 400)))
    assert meters.gram_share(activations) < meters.LOUDEST_SHARE
    activations[7] *= gain
    assert meters.gram_share(activations) > meters.LOUDEST_SHARE


def test_readings_name_what_is_out_of_bounds() -> None:
    content, style = photo("coffee"), painting("night")
    assert not [word for word in defects(style, content, style) if not word.startswith(("specks", "edges"))]
    assert any(word.startswith("edges") for word in defects(style, content, style))
    noisy = clipped(style + np.random.default_rng(0).normal(0, 0.12, style.shape))
    assert any(word.startswith("grain") for word in defects(noisy, content, style))
    assert any(word.startswith("residue") for word in defects(content, content, style))
