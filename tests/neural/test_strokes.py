"""A detail scale begins with strokes: patches of the style's own paint, where they look from afar like the painting."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from neural.scenes import photo, task
from restyle_server.neural import paint as paints
from restyle_server.neural import strokes
from restyle_server.neural.large import stroked
from restyle_server.neural.paint import Source, paint
from restyle_server.neural.strokes import BROAD, FINE, Palette, lay
from restyle_server.neural.task import StylePicture
from torch import Tensor


def tensor(pixels: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))[None]


def enlarged(picture: Tensor, factor: int = 4) -> Tensor:
    """As a detail scale finds it: blurred."""
    small = F.avg_pool2d(picture, factor)
    return F.interpolate(small, scale_factor=factor, mode="bicubic", align_corners=False).clamp(0, 1)


def laid(picture: Tensor, *sources: Source, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    result = picture.clone()
    lay(result, Palette(lambda brush: [paint(sources, brush, generator)], None), generator, lambda: None)
    return result


def fine(picture: Tensor) -> float:
    """Energy between neighbours."""
    return float((picture[..., 1:] - picture[..., :-1]).square().mean().sqrt())


def hatched(side: int, seed: int = 0) -> Tensor:
    """Strokes of many colours, each a few px wide."""
    generator = np.random.default_rng(seed)
    picture = np.full((side, side, 3), 0.5, np.float32)
    for _ in range(side * side // 20):
        y, x = generator.integers(0, side, 2)
        picture[y : y + 3, x : x + 14] = generator.random(3)
    return tensor(picture)


def test_strokes_are_as_sharp_as_the_style_s():
    style = hatched(160)
    blurred = enlarged(tensor(photo(128, 128)))
    painted = laid(blurred, Source(style))
    assert fine(blurred) < 0.3 * fine(style)
    assert 0.6 * fine(style) < fine(painted) < 1.2 * fine(style)


def test_what_is_larger_than_a_stroke_stays_where_it_is():
    blurred = enlarged(tensor(photo(128, 128)))
    painted = laid(blurred, Source(hatched(160)))
    before, after = (F.avg_pool2d(one, 32).flatten() for one in (blurred, painted))
    assert float(torch.corrcoef(torch.stack((before, after)))[0, 1]) > 0.9


def test_a_patch_is_found_by_what_it_looks_like_from_afar(monkeypatch):
    monkeypatch.setattr(paints, "GROUPS", 1)
    monkeypatch.setattr(paints, "VARIETY", 0.0)
    style = hatched(128)
    painted = laid(enlarged(style), Source(style))
    details = [(one - enlarged(one)).flatten() for one in (style, painted)]
    assert float(torch.corrcoef(torch.stack(details))[0, 1]) > 0.8


def test_the_fine_brush_brings_back_what_the_broad_one_has_missed(monkeypatch):
    picture = torch.full((1, 3, 128, 128), 0.6)
    picture[..., 60:64, :] = 0.1
    style = Source(hatched(160))
    both = laid(enlarged(picture, 2), style)
    monkeypatch.setattr(strokes, "PLAIN", np.inf)
    broad = laid(enlarged(picture, 2), style)
    depth, missed = (float(one[..., 40:56, :].mean() - one[..., 60:64, :].mean()) for one in (both, broad))
    assert depth > 1.2 * missed
    assert torch.equal(both[..., :40, :], broad[..., :40, :])  # where it has missed nothing, it stays away


def test_equal_seeds_lay_equal_strokes_and_others_lay_others():
    blurred, style = enlarged(tensor(photo(96, 64))), hatched(128)
    first, again, other = (laid(blurred, Source(style), seed=seed) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert float((first - other).abs().mean()) > 0.01


@pytest.mark.parametrize(("width", "height"), [(97, 61), (24, 130), (16, 16)])
def test_every_pixel_of_any_size_is_painted(width, height):
    even = torch.full((1, 3, height, width), 0.5)
    painted = laid(even, Source(torch.zeros(1, 3, 64, 64)))
    assert torch.allclose(painted, torch.full_like(painted, 0.2), atol=1e-3)  # TONE of the way to the style's black


def test_what_a_mask_leaves_out_of_a_style_is_never_laid():
    style = hatched(128)
    style[:, 0, :, :60], style[:, 1:, :, :60] = 1, 0
    mask = torch.ones(1, 1, 128, 128)
    mask[..., :60] = 0
    even = torch.zeros(1, 3, 96, 96)
    even[:, 0] = 1
    masked, free = (laid(even, Source(style, given)) for given in (mask, None))
    assert float((free - even).abs().mean()) < 0.05
    assert float((masked - even).abs().mean()) > 0.15


def test_a_style_of_little_weight_gives_few_patches():
    black, white = torch.zeros(1, 3, 128, 128), torch.ones(1, 3, 128, 128)
    found = paint((Source(black, weight=0.1), Source(white, weight=0.9)), BROAD, torch.Generator().manual_seed(0))
    assert found is not None
    share = float((found.looks[:, -1] == 0).float().mean())
    assert 0.05 < share < 0.2


@pytest.mark.parametrize("brush", [BROAD, FINE])
def test_a_style_smaller_than_a_patch_leaves_the_picture_as_it_is(brush):
    assert paint((Source(torch.zeros(1, 3, brush.patch - 1, 200)),), brush, torch.Generator()) is None
    even = torch.full((1, 3, 64, 64), 0.5)
    assert torch.equal(laid(even, Source(torch.zeros(1, 3, 11, 11))), even)


def test_each_region_is_painted_with_its_own_style():
    left = np.zeros((96, 96), np.float32)
    left[:, :48] = 1
    black, white = np.zeros((64, 64, 3), np.float32), np.ones((64, 64, 3), np.float32)
    job = task(np.full((96, 96, 3), 0.5, np.float32), StylePicture(black, region=left), StylePicture(white, region=1 - left))
    picture = torch.full((1, 3, 96, 96), 0.5)
    stroked(job, picture, lambda _: None)
    assert float(picture[..., :32].mean()) < 0.3
    assert float(picture[..., 64:].mean()) > 0.7


def test_beside_the_only_region_there_are_no_strokes():
    left = np.zeros((96, 96), np.float32)
    left[:, :48] = 1
    picture = torch.full((1, 3, 96, 96), 0.5)
    stroked(task(np.full((96, 96, 3), 0.5, np.float32), StylePicture(np.zeros((64, 64, 3), np.float32), region=left)), picture, lambda _: None)
    assert float(picture[..., :32].mean()) < 0.3
    assert torch.equal(picture[..., 72:], torch.full((1, 3, 96, 24), 0.5))


def test_what_has_no_say_in_the_statistics_gets_no_strokes():
    say = np.ones((96, 96), np.float32)
    say[:, :48] = 0
    job = task(np.full((96, 96, 3), 0.5, np.float32), StylePicture(np.zeros((64, 64, 3), np.float32)), weight=say)
    picture = torch.full((1, 3, 96, 96), 0.5)
    stroked(job, picture, lambda _: None)
    assert torch.equal(picture[..., :24], torch.full((1, 3, 96, 24), 0.5))
    assert float(picture[..., 72:].mean()) < 0.3


def test_it_ends_where_it_is_told_to():
    class Ended(Exception):
        pass

    def beat(_: float) -> None:
        raise Ended

    with pytest.raises(Ended):
        stroked(task(photo(64, 64)), torch.full((1, 3, 64, 64), 0.5), beat)
