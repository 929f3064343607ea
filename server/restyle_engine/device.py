"""Owns the devices that can paint: their names, memory, and which precision is faster on them."""

from __future__ import annotations

import platform
from pathlib import Path

import psutil
import torch

TILES_FLAG = "amx_bf16"  # of Linux' /proc/cpuinfo: bf16 in tiles, several times as fast as fp32
VECTORS_FLAG = "avx512_bf16"  # bf16 in vectors: twice as fast as fp32 on AMD's processors, on Intel's half as fast
VECTORS_VENDOR = "AuthenticAMD"


def device_ids() -> tuple[str, ...]:
    """Ids of all devices of this machine, the best first; "cpu" is always there."""
    cuda = tuple(f"cuda:{i}" for i in range(torch.cuda.device_count())) if torch.cuda.is_available() else ()
    xpu = tuple(f"xpu:{i}" for i in range(torch.xpu.device_count())) if torch.xpu.is_available() else ()
    mps = ("mps",) if torch.backends.mps.is_available() else ()
    return (*cuda, *xpu, *mps, "cpu")


def device_kind(device_id: str) -> str:
    """ "cpu", "cuda" (AMD's too), "xpu" or "mps"."""
    return torch.device(device_id.partition(":")[0]).type


def device_name(device_id: str) -> str:
    """What people call the device."""
    kind = device_kind(device_id)
    if kind == "cuda":
        return torch.cuda.get_device_name(torch.device(device_id))
    if kind == "xpu":
        return str(torch.xpu.get_device_name(torch.device(device_id)))
    if kind == "mps":
        return "Apple GPU"
    found = [line.split(":", 1)[1].strip() for line in _cpuinfo() if line.startswith("model name")]
    return found[0] if found else platform.processor() or platform.machine()


def has_fp64(kind: str) -> bool:
    """Whether a kind of device computes in fp64: Apple's and most of Intel's don't."""
    return kind in ("cpu", "cuda")


def prefers_bf16(device_id: str) -> bool:
    """Whether bf16 activations are the faster choice."""
    kind = device_kind(device_id)
    if kind == "cuda":
        with torch.cuda.device(torch.device(device_id)):
            return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if kind in ("mps", "xpu"):
        return False  # xpu: not known, as nobody has measured it
    return quick_in_bf16(_cpuinfo())


def quick_in_bf16(cpuinfo: list[str]) -> bool:
    """Whether a processor multiplies bf16 faster than fp32, by the lines of its /proc/cpuinfo. Without either flag bf16 is emulated."""
    words = {word for line in cpuinfo if line.startswith(("flags", "vendor_id")) for word in line.split()}
    return TILES_FLAG in words or {VECTORS_FLAG, VECTORS_VENDOR} <= words


def memory(device_id: str) -> tuple[int, int]:
    """Total and free memory in bytes. On a CPU and on MPS it is the machine's own, within the limit of the control group."""
    if device_kind(device_id) == "cuda":
        free, total = torch.cuda.mem_get_info(torch.device(device_id))
        reserved = torch.cuda.memory_reserved(torch.device(device_id)) - torch.cuda.memory_allocated(torch.device(device_id))
        return total, free + reserved
    if device_kind(device_id) == "xpu":
        free, total = torch.xpu.mem_get_info(torch.device(device_id))
        return total, free
    state = psutil.virtual_memory()
    limit, used = _cgroup()
    if limit is None or limit >= state.total:
        return state.total, state.available
    return limit, min(state.available, max(0, limit - used))


def _cpuinfo() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _cgroup() -> tuple[int | None, int]:
    """Memory limit and use of this process' control group (version 2), or None and 0."""
    folder = Path("/sys/fs/cgroup")
    try:
        limit = (folder / "memory.max").read_text(encoding="ascii").strip()
        used = (folder / "memory.current").read_text(encoding="ascii").strip()
        return (None, 0) if limit == "max" else (int(limit), int(used))
    except (OSError, ValueError):
        return None, 0
