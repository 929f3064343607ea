"""The built-in pictures: rich at several scales, free of blocks, and painted the same by the same seed."""

from __future__ import annotations

import functools
import io
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from restyle_painters import PICTURES, SMALLEST, painted
from restyle_painters.palette import Palette
from restyle_server.styles.library import BUILTIN, Library
from styles.band_energy import band_energies, block_excess

ALL_BYTES = 24_000_000
LONGEST_MIN = 1536  # px
BAND_SHARE = 0.10
RICH = 10  # pictures of the library that have BAND_SHARE at every scale
BLOCK_LIMIT = 1.12  # JPEG at quality 75 gives 1.4 and more on these pictures; brush strokes alone up to 1.05


@pytest.fixture(scope="module")
def pictures() -> dict[str, np.ndarray]:
    return {style_id: np.asarray(Image.open(BUILTIN / style_id / "picture.webp").convert("RGB")) for style_id in PICTURES}


def test_every_painted_picture_is_a_whole_style_of_the_library(tmp_path: Path) -> None:
    styles = {style.id: style for style in Library(tmp_path).list()}
    assert set(styles) == set(PICTURES)
    for style in styles.values():
        assert style.title and style.description and style.tags and style.credit and style.license
        assert style.suggested.scale and style.suggested.strength and style.suggested.color
        assert max(Image.open(io.BytesIO(style.thumbnail)).size) <= 256


def test_pictures_are_large_enough_and_the_library_small_enough(pictures: dict[str, np.ndarray]) -> None:
    assert all(max(picture.shape) >= LONGEST_MIN for picture in pictures.values())
    assert sum((BUILTIN / style_id / "picture.webp").stat().st_size for style_id in PICTURES) <= ALL_BYTES


def test_ten_pictures_are_rich_at_three_scales(pictures: dict[str, np.ndarray]) -> None:
    rich = [style_id for style_id, picture in pictures.items() if min(band_energies(picture)) >= BAND_SHARE]
    assert len(rich) >= RICH, rich


@pytest.mark.parametrize("style_id", PICTURES)
def test_no_compression_blocks_are_left_to_learn(pictures: dict[str, np.ndarray], style_id: str) -> None:
    assert block_excess(pictures[style_id], 8) < BLOCK_LIMIT


def test_the_block_meter_finds_blocks(pictures: dict[str, np.ndarray]) -> None:
    out = io.BytesIO()
    Image.fromarray(pictures["night"]).save(out, "JPEG", quality=50)
    assert block_excess(np.asarray(Image.open(out)), 8) > BLOCK_LIMIT


def test_the_band_meter_knows_a_wave() -> None:
    x = np.arange(256)
    wave = np.broadcast_to(127 + 100 * np.sin(2 * np.pi * x / 16)[None, :, None], (256, 256, 3))
    assert band_energies(wave)[1] > 0.95


@functools.cache
def small(style_id: str) -> np.ndarray:
    return painted(style_id, 64)


@pytest.mark.parametrize("style_id", PICTURES)
def test_a_seed_gives_the_same_picture_every_time(style_id: str) -> None:
    first = small(style_id)
    assert max(first.shape[:2]) == 64
    assert first.std() > 8, "a picture, not a flat sheet"
    assert np.array_equal(first, painted(style_id, 64))


@pytest.mark.slow
@pytest.mark.parametrize("style_id", PICTURES)
def test_another_seed_gives_another_picture(style_id: str) -> None:
    assert not np.array_equal(small(style_id), painted(style_id, 64, seed=2))


@pytest.mark.slow
@pytest.mark.parametrize("style_id", PICTURES)
@pytest.mark.parametrize(("colours", "channel"), [(("#200000", "#d00000"), 0), (("#002000", "#00d000"), 1)])
def test_a_picture_is_painted_in_the_palette_that_it_is_given(style_id: str, colours: tuple[str, ...], channel: int) -> None:
    """Strokes may stray in hue, as paint does; the whole may not."""
    picture = painted(style_id, 48, Palette(colours))
    red_green_blue = picture.reshape(-1, 3).mean(0)
    others = np.delete(red_green_blue, channel)
    assert red_green_blue[channel] > 2 * others.max()


@pytest.mark.parametrize("style_id", ["woodcut", "watercolour", "ink-wash", "engraving", "wave", "marbled", "charcoal", "batik"])
def test_printed_and_drawn_pictures_know_no_colour_but_the_palettes(style_id: str) -> None:
    grey = painted(style_id, 32, Palette(("#000000", "#ffffff")))
    assert np.ptp(grey.astype(int), axis=2).max() <= 1


@pytest.mark.slow
@pytest.mark.parametrize("style_id", PICTURES)
def test_a_picture_has_the_size_that_is_asked_for_and_its_own_shape(style_id: str) -> None:
    aspect = import_module(f"restyle_painters.{style_id.replace('-', '_')}").ASPECT
    for picture, size in ((small(style_id), 64), (painted(style_id, 37), 37)):
        height, width, channels = picture.shape
        assert (max(height, width), channels) == (size, 3)
        assert abs(height / width - aspect) < 1 / size


def test_bad_sizes_ids_and_palettes_are_refused() -> None:
    with pytest.raises(ValueError, match="px"):
        painted("night", SMALLEST - 1)
    with pytest.raises(KeyError):
        painted("../night", 64)
    for text in ("", "#12345", "#112233", "red,blue"):
        with pytest.raises(ValueError, match="colour"):
            Palette.parse(text)


def test_the_command_paints_pictures_and_thumbnails(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "restyle_painters", "marbled", "--size", "96", "--palette", "#112233,#eeddcc", "-o", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    with Image.open(tmp_path / "marbled" / "picture.webp") as picture:
        assert picture.size == (96, 72)
    assert (tmp_path / "marbled" / "thumbnail.webp").is_file()


def test_the_command_names_what_it_can_paint(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "restyle_painters", "monalisa", "-o", str(tmp_path)]
    run = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert run.returncode == 2
    assert "night" in run.stderr
    assert "Traceback" not in run.stderr
