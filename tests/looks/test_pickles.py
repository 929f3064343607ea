"""PyTorch's own files are refused by their first bytes, and no file of safetensors is, however long its header."""

from __future__ import annotations

import io
import pickle
import struct

import pytest
import torch
from look_files import look_file
from restyle_engine.feedforward.look_file import UnusableLook, header_of
from restyle_engine.pickles import is_pickle


@pytest.mark.parametrize("protocol", range(2, 6))
def test_pickles_of_every_protocol_are_told(protocol: int) -> None:
    assert is_pickle(pickle.dumps({"conv1_1.weight": [0.0] * 8}, protocol=protocol))


def test_archives_of_torch_are_told() -> None:
    file = io.BytesIO()
    torch.save({"weight": torch.zeros(3)}, file)
    assert is_pickle(file.getvalue())


@pytest.mark.parametrize("length", [0x80, 0x280, 0x1480, 0x4B50, 0x14B50, 0x80_4B50])
def test_no_header_of_safetensors_is_taken_for_one(length: int) -> None:
    assert not is_pickle(struct.pack("<Q", length) + b"{")


def test_looks_of_every_header_length_are_read() -> None:
    lengths = {struct.unpack("<Q", look_file("N" * count)[:8])[0] % 256 for count in range(1, 260)}
    assert 0x80 in lengths
    for count in range(1, 260):
        try:
            assert header_of(look_file("N" * count)).name == "N" * count
        except UnusableLook as error:  # pragma: no cover
            pytest.fail(f"{count}: {error}")
