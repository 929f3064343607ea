"""What is asked of a GPU promises: all that needs none works on the processor, and whoever waits for the device is counted."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

import torch
from performance.on_gpu import main, waits


def test_who_asks_for_numbers_is_counted() -> None:
    numbers = torch.ones(3)
    with waits() as found:
        assert float(numbers.sum()) == 3.0
        assert (numbers + numbers).tolist() == [2.0, 2.0, 2.0]
    numbers.tolist()

    assert found == {"__float__": 1, "tolist": 1}


@pytest.mark.slow
def test_the_table_has_a_row_for_each_precision(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")

    assert main(["--device", "cpu", "--sides", "32", "--runs", "1"]) == 0

    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines() if line.startswith("| 32 px")]
    assert rows
    for row in rows:
        assert float(row[-3]) <= 2  # an evaluation's terms, and the line search's step
        assert float(row[-2]) <= 2


def test_a_gpu_that_is_not_there_is_said() -> None:
    if torch.cuda.is_available():
        pytest.skip("there is one")
    with pytest.raises(SystemExit, match="There is no cuda:0 here"):
        main([])
