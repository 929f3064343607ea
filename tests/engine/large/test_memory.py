"""The memory that a painting is said to need is what it takes, within a quarter."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import re, sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from dataclasses import replace
from engine.scenes import photo, task, waves
from restyle_engine import stylizer as room
from restyle_engine.large.memory import estimate_bytes
from restyle_engine.parameters import Precision
from restyle_engine.optim.plan import Scale, Stage
from restyle_engine.task import StylePicture
from restyle_engine.verdict import Verdict

side, evaluations, precision = int(sys.argv[1]), int(sys.argv[2]), Precision(sys.argv[3])
# not ru_maxrss, which a process inherits from the one that started it
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
job = task(photo(side, side), StylePicture(waves(side, side)), precision=precision)
finest = Scale(side, side, evaluations, 1.0), Scale(side, side, 3, 1.3, Stage.FINISH)
room.plan = lambda *_: finest  # the finest scale alone decides
idle = peak()
room.Stylizer("cpu").paint(job, lambda step: Verdict.GO_ON)
print(peak() - idle, estimate_bytes(job.parameters, 0, 0))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
@pytest.mark.parametrize(("side", "evaluations", "precision"), [(256, 14, "bf16"), (512, 5, "bf16"), (256, 14, "fp32")])
def test_the_estimate_is_within_a_quarter_of_the_peak(side: int, evaluations: int, precision: str) -> None:
    folder = Path(__file__).parents[2]
    command = [sys.executable, "-c", PROGRAM, str(side), str(evaluations), precision]
    found = subprocess.run(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(folder)}, capture_output=True, text=True, check=True)
    measured, estimated = map(int, found.stdout.split())
    assert abs(estimated - measured) <= 0.25 * measured
