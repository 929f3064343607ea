"""Owns running a module of this folder in a Python process of its own, which may import torch; the front end never does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .errors import InstallFailed

LONGEST = 600  # s: four seconds on a laptop; a cold network drive takes its time to import torch


def output_of(module: str, *arguments: Path, failing: str = "The weights could not be installed") -> str:
    """What `python -m restyle_server.weights.MODULE ARGUMENTS` writes to its output. InstallFailed, with the last line of its errors, when it fails:
    `failing` says at what."""
    command = [sys.executable, "-P", "-m", f"{__package__}.{module}", *map(str, arguments)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired as error:
        raise InstallFailed(f"PyTorch took more than {LONGEST // 60} minutes over the weights; close what keeps the machine busy and try again.") from error
    except OSError as error:
        raise InstallFailed(f"Restyle's Python could not be started ({error.strerror or error}); install Restyle again.") from error
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise InstallFailed(f"{failing}: {reason}")
    return done.stdout
