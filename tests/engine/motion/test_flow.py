"""Flow, warp, and what of them can be trusted: on pictures whose motion is known."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch
from restyle_engine.motion.consistency import alike, sound, standing, unchanged
from restyle_engine.motion.flow import FlowMissing, flows
from restyle_engine.motion.warp import warped
from torch import Tensor

SIDE = 96


def texture(seed: int = 0, side: int = SIDE) -> Tensor:
    """Blots of every size and colour."""
    generator = torch.Generator().manual_seed(seed)
    found = torch.zeros(1, 3, side, side)
    for size in (6, 12, 24):
        found += torch.nn.functional.interpolate(torch.rand(1, 3, size, size, generator=generator), size=(side, side), mode="bicubic") / 3
    return found.clamp(0, 1)


def shifted(picture: Tensor, x: int, y: int) -> Tensor:
    """The same with everything that many px to the right and down."""
    return torch.roll(picture, (y, x), (2, 3))


def inner(values: Tensor, margin: int = 16) -> Tensor:
    return values[..., margin:-margin, margin:-margin]


def test_the_flow_leads_to_where_things_are_in_the_other_picture() -> None:
    here = texture()
    flow, back = flows(here, shifted(here, 3, -2))
    assert float((inner(flow) - torch.tensor([3.0, -2.0]).view(1, 2, 1, 1)).abs().mean()) < 0.1
    assert float((inner(back) + torch.tensor([3.0, -2.0]).view(1, 2, 1, 1)).abs().mean()) < 0.1


def test_there_is_no_flow_where_nothing_moves() -> None:
    here = texture()
    flow, back = flows(here, here)
    assert not flow.any()
    assert not back.any()


@pytest.mark.parametrize(("width", "height"), [(16, 16), (16, 200), (1100, 40)])
def test_pictures_of_any_size_have_a_flow(width: int, height: int) -> None:
    here = torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(1))
    flow, back = flows(here, here.flip(3))
    assert flow.shape == back.shape == (1, 2, height, width)
    assert bool(flow.isfinite().all())


def test_the_flow_is_the_same_however_many_threads_there_are() -> None:
    cv2 = pytest.importorskip("cv2")
    here, there = texture(), shifted(texture(), 2, 1) * 0.9
    found = []
    for threads in (1, 2, 4):
        cv2.setNumThreads(threads)
        found.append(flows(here, there)[0].numpy().tobytes())
    assert len(set(found)) == 1


def test_without_opencv_there_is_no_flow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(FlowMissing):
        flows(texture(), texture(1))


def test_a_warp_by_nothing_is_the_picture_itself() -> None:
    picture = torch.rand(1, 3, 33, 47)
    assert torch.equal(warped(picture, torch.zeros(1, 2, 33, 47)), picture)


def test_a_warp_by_whole_pixels_moves_them() -> None:
    picture = texture()
    flow = torch.tensor([2.0, 5.0]).view(1, 2, 1, 1).expand(1, 2, SIDE, SIDE)
    assert torch.allclose(inner(warped(picture, flow)), inner(shifted(picture, -2, -5)), atol=1e-4)


def test_a_flow_that_leads_back_is_sound_and_one_that_leads_elsewhere_is_not() -> None:
    flow = torch.full((1, 2, 32, 32), 2.0)
    back = -flow.clone()
    back[..., 10:20, 10:20] = 3.0
    found = sound(flow, back)
    assert float(found[..., 9:17, 9:17].sum()) == 0  # they lead into what leads elsewhere
    assert float(found[..., :6, :6].min()) == 1
    assert float(found[..., -1, :].max()) == 0  # beyond the border


def test_edges_of_what_moves_are_not_sound() -> None:
    flow = torch.zeros(1, 2, 32, 32)
    flow[:, :1, :, 16:] = 4.0
    assert float(sound(flow, -flow)[..., 5:25, 15].max()) == 0
    assert float(sound(flow, -flow)[..., 5:25, 5].min()) == 1


def test_what_a_moving_thing_uncovers_is_not_trusted() -> None:
    ground, thing = texture(2), texture(3)
    there, here = ground.clone(), ground.clone()
    there[..., 30:60, 30:60] = thing[..., 30:60, 30:60]
    here[..., 30:60, 38:68] = thing[..., 30:60, 30:60]
    flow, back = flows(here, there)
    trusted = sound(flow, back) * alike(here, warped(there, flow))
    assert float(trusted[..., 32:58, 31:36].mean()) < 0.2  # uncovered
    assert float(trusted[..., 35:55, 45:62].mean()) > 0.8  # the thing itself
    assert float(trusted[..., 70:, :].mean()) > 0.95  # the ground


def test_noise_changes_nothing_and_a_step_of_light_does() -> None:
    picture = texture() * 0.8 + 0.1
    noise = torch.from_numpy(np.random.default_rng(0).normal(0, 1 / 255, picture.shape).astype(np.float32))
    still = torch.zeros(1, 2, SIDE, SIDE)
    assert float(unchanged(picture, picture + noise, still).mean()) > 0.95
    assert float(unchanged(picture, picture + 3 / 255, still).max()) == 0
    assert float(unchanged(picture, picture, still + 1).max()) == 0


def test_a_flat_wall_stands_beside_what_moves_and_not_where_the_camera_does() -> None:
    def wall(at: int) -> torch.Tensor:
        bars = torch.tensor([0.2, 0.8, 0.5, 0.9, 0.1, 0.6]).repeat_interleave(SIDE // 6 + 1)[:SIDE].expand(1, 3, SIDE, SIDE).clone()
        bars[..., 30:60, :] = texture(5, SIDE + 8)[..., 30:60, at : at + SIDE]
        return bars

    there, here = wall(0), wall(4)
    found = standing(here, there)
    assert float(found[..., :18, :].min()) == 1
    assert float(found[..., 34:56, :].max()) == 0
    moves = texture(5, SIDE + 8)
    assert float(standing(moves[..., 4 : 4 + SIDE], moves[..., :SIDE]).max()) == 0
