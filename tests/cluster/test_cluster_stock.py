"""What a machine keeps of what it was sent: whole, or it comes again; and the folders of nodes that are used stay."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest
from restyle_server.cluster.goods import Blob, Digests
from restyle_server.cluster.stock import FORGOTTEN_SECONDS, Stock


@pytest.fixture
def blob() -> Blob:
    return Blob("ab12", 4, "weights.safetensors", False, 1_000_000_000)


def test_what_lost_its_content_comes_again(tmp_path: Path, blob: Blob) -> None:
    stock = Stock(tmp_path, "node")
    assert stock.lacks(blob)
    stock.keep(blob, np.zeros(4, np.uint8))
    assert not stock.lacks(blob)
    os.truncate(tmp_path / "blobs" / blob.digest, 0)  # as a file that was not written yet when the power went
    assert stock.lacks(blob)
    stock.keep(blob, np.zeros(4, np.uint8))
    assert stock.lay(blob, "job").read_bytes() == bytes(4)


def test_a_node_that_was_used_lately_keeps_its_folder_and_one_that_was_not_makes_it_anew(tmp_path: Path) -> None:
    nodes = {name: Stock(tmp_path, name) for name in ("used", "idle")}
    long_ago = time.time() - FORGOTTEN_SECONDS - 60.0
    nodes["used"].folder("job")
    os.utime(tmp_path / "idle/jobs", (long_ago, long_ago))
    for name in nodes:
        os.utime(tmp_path / name, (long_ago, long_ago))
    Stock(tmp_path, "another")
    assert (tmp_path / "used/jobs/job").is_dir()
    assert not (tmp_path / "idle").exists()
    assert nodes["idle"].folder("job").is_dir()


def test_a_file_goes_with_its_size(tmp_path: Path) -> None:
    (tmp_path / "style.png").write_bytes(b"12345")
    found = Digests().of(tmp_path / "style.png")
    assert found is not None
    assert found[1] == 5
