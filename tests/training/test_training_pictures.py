"""What the training sees: shards, crops and canvases."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from restyle_server.training.pictures import UnusablePictures, augmented, canvases, read, scaled
from training.shards import CLASSES, pictures, write


def test_pictures_and_labels_come_out_as_they_went_in(tmp_path):
    found = read([write(tmp_path / "a.npz", 5), write(tmp_path / "b.npz", 3)])
    made, labels = pictures(5)
    assert found.pictures.dtype == torch.uint8
    assert torch.equal(found.pictures[:5], torch.from_numpy(made).permute(0, 3, 1, 2))
    assert found.labels.tolist() == [*labels.tolist(), *range(CLASSES)]


def test_a_canvas_is_put_together_row_by_row():
    cells = torch.arange(8.0).view(8, 1, 1, 1).expand(8, 3, 2, 2)
    found = canvases(cells, 2)
    assert found.shape == (2, 3, 4, 4)
    assert found[0, 0, ::2, ::2].tolist() == [[0, 1], [2, 3]]
    assert found[1, 2, 1::2, 1::2].tolist() == [[4, 5], [6, 7]]


def test_crops_stay_in_range_differ_from_each_other_and_show_a_part_of_their_picture():
    torch.manual_seed(0)
    ramp = torch.linspace(0, 1, 64).expand(40, 3, 64, 64)  # rises to the right
    found = augmented(ramp, 32)
    assert found.shape == (40, 3, 32, 32)
    assert 0 <= float(found.min()) < float(found.max()) <= 1
    slopes = (found[:, 0, :, -1] - found[:, 0, :, 0]).mean(1)
    assert (slopes > 0).any() and (slopes < 0).any()  # some are turned over
    assert 0.5 < float(slopes.abs().min()) < 0.9 < float(slopes.abs().max()) < 1  # a crop keeps at least 0.3·e^−0.3 of the width, squared
    assert len({round(float(slope), 4) for slope in slopes}) > 30


def test_some_pictures_lose_their_colours():
    torch.manual_seed(0)
    red = torch.zeros(400, 3, 8, 8)
    red[:, 0] = 1
    gray = (augmented(red, 8)[:, 0].mean((1, 2)) < 0.5).sum()
    assert 12 < int(gray) < 60  # 8 in a hundred


def _spoiled(tmp_path, **changed):
    made = write(tmp_path / "whole.npz", 4)
    with np.load(made) as kept:
        np.savez(tmp_path / "spoiled.npz", **{**kept, **changed})
    return tmp_path / "spoiled.npz"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"labels": np.arange(3)}, "holds 4 pictures and 3 labels"),
        ({"labels": np.array([0, 1, -1, 0])}, "one label from 0 on"),
        ({"data": np.zeros(9000, np.uint8)}, "can't be read"),
    ],
)
def test_a_spoiled_shard_is_named_with_what_is_wrong(tmp_path, changed, said):
    with pytest.raises(UnusablePictures, match=said):
        read([_spoiled(tmp_path, **changed)])


def test_no_shard_no_archive_and_mixed_sizes_are_told_in_a_sentence(tmp_path):
    (tmp_path / "text.npz").write_text("no archive")
    (tmp_path / "empty.npz").touch()
    np.save(tmp_path / "array.npy", np.zeros(3))
    np.savez(tmp_path / "other.npz", something=np.zeros(3))
    for given, said in (
        ([], "no pictures to learn from"),
        ([tmp_path / "missing.npz"], "can't be read"),
        ([tmp_path / "empty.npz"], "is no shard"),
        ([tmp_path / "array.npy"], "is no shard"),
        ([tmp_path / "text.npz"], "is no shard"),
        ([tmp_path / "other.npz"], "data, offsets and labels"),
        ([write(tmp_path / "a.npz", 2), write(tmp_path / "b.npz", 2, 32)], "differ in size .32, 64 px."),
    ):
        with pytest.raises(UnusablePictures, match=said):
            read(given)


def test_scaled_pictures_lie_between_0_and_1():
    assert scaled(torch.tensor([0, 51, 255], dtype=torch.uint8)).tolist() == pytest.approx([0, 0.2, 1])
