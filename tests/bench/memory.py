"""Owns the peak memory of a process, or of what it holds on a GPU."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys
from pathlib import Path

import psutil
import torch

STATUS = Path("/proc/self/status")
CLEAR = Path("/proc/self/clear_refs")  # "5" begins the high-water mark anew (man 5 proc)


def begin(device: torch.device) -> int:
    """Bytes in use now; the peak is counted from here on, where the system allows it."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        return torch.cuda.memory_allocated(device)
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)  # glibc keeps what was freed, which would hide what comes next
    with contextlib.suppress(OSError):
        CLEAR.write_text("5", encoding="ascii")
    return int(psutil.Process().memory_info().rss)


def peak(device: torch.device) -> int:
    """The most bytes since then."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    with contextlib.suppress(OSError, StopIteration):
        line = next(line for line in STATUS.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    largest_on_windows = getattr(psutil.Process().memory_info(), "peak_wset", None)
    if largest_on_windows is not None:
        return int(largest_on_windows)
    import resource

    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest if sys.platform == "darwin" else largest * 1024  # macOS counts in bytes, others in KiB
