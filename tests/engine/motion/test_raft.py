"""RAFT where an administrator has given its weights: which way its flow goes, pictures of any size, and files that are none."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from restyle_engine.motion import raft
from restyle_engine.motion.flow import flows
from restyle_engine.motion.prior import framed, prior
from restyle_engine.motion.raft import UnusableFlow
from safetensors.torch import save_file
from torch import Tensor
from torchvision.models.optical_flow import raft_large, raft_small

from .test_flow import shifted, texture
from .test_following import order, scene


class Shifting(torch.nn.Module):
    """Stands for RAFT: finds the one shift, in whole px, that brings the second picture onto the first."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[tuple[int, ...]] = []
        self.ranges: list[tuple[float, float]] = []

    def forward(self, first: Tensor, second: Tensor) -> list[Tensor]:
        self.sizes.append(tuple(first.shape))
        self.ranges.append((float(first.min()), float(first.max())))
        found = []
        for here, there in zip(first, second, strict=True):
            moves = [(x, y) for x in range(-4, 5) for y in range(-4, 5)]
            errors = [float((torch.roll(there, (-y, -x), (1, 2)) - here)[:, 24:-24, 24:-24].abs().mean()) for x, y in moves]
            x, y = moves[int(np.argmin(errors))]
            found.append(torch.tensor([float(x), float(y)]).view(2, 1, 1).expand(2, *here.shape[1:]))
        return [torch.zeros(2, 2, *first.shape[2:]), torch.stack(found)]  # the first guess, and the last


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a small RAFT that has learned nothing."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("flow") / "raft.safetensors"
    save_file(raft_small(weights=None).state_dict(), path)
    return path


@pytest.mark.parametrize(("width", "height"), [(96, 96), (131, 200), (136, 128), (16, 160)])
def test_pictures_are_widened_to_what_it_wants_and_the_flow_is_theirs(width: int, height: int) -> None:
    network = Shifting()
    there, back = raft.both(network, torch.zeros(1, 3, height, width), torch.ones(1, 3, height, width))
    assert there.shape == back.shape == (1, 2, height, width)
    ((count, _, high, wide),) = network.sizes
    assert (count, high % 8, wide % 8) == (2, 0, 0)
    assert min(high, wide) >= 128
    assert network.ranges == [(-1.0, 1.0)]


def test_its_flow_leads_the_same_way_as_the_search() -> None:
    here = texture()
    there, back = raft.both(Shifting(), here, shifted(here, 3, -2))
    assert (there[0, :, 40, 40].tolist(), back[0, :, 40, 40].tolist()) == ([3.0, -2.0], [-3.0, 2.0])
    found, _ = flows(here, shifted(here, 3, -2))
    assert float((found[0, :, 40, 40] - there[0, :, 40, 40]).abs().max()) < 0.2


@pytest.mark.parametrize("large", [False, True])
def test_a_safetensors_file_of_torchvisions_names_is_read(tmp_path: Path, large: bool) -> None:
    made = (raft_large if large else raft_small)(weights=None)
    save_file(made.state_dict(), tmp_path / "raft.safetensors")
    found = raft.load(tmp_path / "raft.safetensors")
    assert all(torch.equal(tensor, found.state_dict()[key]) for key, tensor in made.state_dict().items())
    assert not found.training


def test_a_frame_is_followed_by_it_without_opencv(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    flow, back = flows(texture(), shifted(texture(), 2, 0), weights)
    assert flow.shape == back.shape == (1, 2, 96, 96)
    assert bool(flow.isfinite().all())
    last = framed(order(scene()), scene(), scene(), anew=True)
    assert last is not None
    task = replace(order(scene(4), last), flow=weights)
    first, second = (prior(task, torch.device("cpu")) for _ in range(2))
    if first is not None and second is not None:  # what it has not learned may lead nowhere
        assert torch.equal(first.trust, second.trust)


def test_large_pictures_are_looked_at_smaller(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = Shifting()
    monkeypatch.setattr(raft, "placed", lambda *_: network)
    monkeypatch.setattr(raft, "LARGEST_SIDE", 160)
    here = texture(side=320)
    flow, _ = flows(here, shifted(here, 4, -8), weights)
    assert network.sizes[0][2:] == (160, 160)
    assert flow[0, :, 160, 160].tolist() == pytest.approx([4.0, -8.0])


@pytest.mark.parametrize("data", [b"", b"not weights at all", b"PK\x03\x04 nor a zip", b"\x80\x02 nor a pickle"])
def test_what_is_no_weights_is_said(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "raft.pth"
    path.write_bytes(data)
    with pytest.raises(UnusableFlow, match="holds no weights of RAFT; give torchvision's raft_large or raft_small"):
        raft.load(path)


def test_weights_of_something_else_are_said(tmp_path: Path) -> None:
    save_file({"conv1_1.weight": torch.zeros(64, 3, 3, 3)}, tmp_path / "vgg.safetensors")
    torch.save([1, 2], tmp_path / "list.pth")
    for name in ("vgg.safetensors", "list.pth"):
        with pytest.raises(UnusableFlow, match="holds no weights of RAFT"):
            raft.load(tmp_path / name)
    with pytest.raises(UnusableFlow, match="can't be read"):
        raft.placed(tmp_path / "none.pth", torch.device("cpu"))


class Trap:
    def __init__(self, sprung: Path) -> None:
        self._sprung = sprung

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self._sprung,))


def test_a_file_that_would_run_code_is_not_opened(tmp_path: Path) -> None:
    torch.save({"weight": Trap(tmp_path / "sprung")}, tmp_path / "trap.pth")
    with pytest.raises(UnusableFlow):
        raft.load(tmp_path / "trap.pth")
    assert not (tmp_path / "sprung").exists()
