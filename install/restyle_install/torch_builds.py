"""Owns which build of PyTorch suits a machine: what was looked for, what was found, what that costs to download. Standard library only.

uv looks for itself (--torch-backend auto) where it is there; this table then only says what is to be expected. Without uv, pip takes the build from
PyTorch's own index where one is named, and the plain package when that can't be reached.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .making import EnvironmentProblem, Machine, Need

INDEX = "https://download.pytorch.org/whl/"  # PyTorch's own; a folder for each build
NEWEST_CUDA = "cu130"  # the build to ask for by name; PyTorch 2.10 and newer have it
TORCH = ("torch", "torchvision")  # what comes from there
IMPATIENT = ("--retries", "1", "--timeout", "20")  # a firewall may hide it, and there is another way
NAMES = re.compile(r"auto|plain|cpu|cuda|cu\d{3}|rocm[\d.]+|xpu")

CUDA = Need("PyTorch with CUDA", 3.1, 6.5)  # measured for Linux, x86-64
CPU = Need("PyTorch for processors", 0.4, 1.7)  # measured for Linux, x86-64: 0.39 GB with what films and files need, of which PyTorch 0.19
APPLE = Need("PyTorch for Apple's processors", 0.3, 1.5)  # from the sizes of the packages
ROCM = Need("PyTorch with ROCm", 5.0, 20.0)  # from the sizes of the packages; never tried
XPU = Need("PyTorch for Intel's graphics", 2.0, 8.0)  # likewise


@dataclass(frozen=True)
class Build:
    """need: what it costs. why: the end of a sentence that begins with what was chosen. backend: uv's word for it; empty for the plain package.

    index: where pip gets it; empty for the plain package. graphics: whether a graphics card will paint.
    """

    need: Need
    why: str
    backend: str = ""
    index: str = ""
    graphics: bool = False

    @property
    def sentence(self) -> str:
        return f"{self.need.what}, because {self.why}; up to {self.need.gigabytes:.1f} GB to download, {self.need.on_disk:.1f} GB on disk"

    @property
    def caution(self) -> str:
        """What else may happen; empty when nothing."""
        if self.need is CUDA or not self.index:
            return ""
        return f"If PyTorch's own index can't be reached, the plain package is taken: up to {CUDA.gigabytes:.1f} GB to download on Linux."


@dataclass(frozen=True)
class Found:
    """What the machine's own tools say. nvidia: the card's name; empty without a working driver. amd: a card that ROCm could use is there."""

    nvidia: str = ""
    amd: bool = False


def probe(machine: Machine) -> Found:
    """Looks for graphics cards; harmless, and without any package."""
    lines: list[str] = []
    program = machine.which("nvidia-smi")
    if program and machine.run([program, "--query-gpu=name", "--format=csv,noheader"], lines.append) == 0 and lines and lines[0].strip():
        return Found(nvidia=lines[0].strip())
    return Found(amd=machine.system == "Linux" and machine.exists("/dev/kfd"))


def choose(machine: Machine, asked: str = "auto", found: Found | None = None) -> Build:
    """The build for this machine, or the one that was asked for. EnvironmentProblem when there can't be any."""
    if not NAMES.fullmatch(asked):
        raise EnvironmentProblem(f"--torch {asked} is no build of PyTorch; give auto, cpu, cuda, plain, or a name such as cu128, rocm6.4 or xpu.")
    if machine.system == "Darwin":
        return _apple(machine, asked)
    if asked == "auto":
        return _suited(machine, probe(machine) if found is None else found)
    why = f"--torch {asked} asks for it"
    if asked == "plain":
        return Build(_plain(machine), why)
    if asked == "cpu":
        return Build(CPU, why, "cpu", INDEX + "cpu")
    if asked == "cuda":
        return _cuda(machine, why, NEWEST_CUDA)
    return Build({"rocm": ROCM, "xpu": XPU}.get(asked.rstrip("0123456789."), CUDA), why, asked, INDEX + asked, graphics=True)


def is_torch(requirement: str) -> bool:
    """Whether it comes from PyTorch's own index."""
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower() in TORCH


def _suited(machine: Machine, found: Found) -> Build:
    if found.nvidia:
        return _cuda(machine, f"this machine has an {found.nvidia}", "auto")
    if found.amd and machine.uv:
        return Build(ROCM, "this machine has an AMD graphics card", "auto", graphics=True)
    if found.amd:
        why = (
            "an AMD graphics card is here, but only uv knows which build fits it; painting will use the processor. For the card, install uv and run this again"
        )
        return Build(CPU, why, "", INDEX + "cpu")
    return Build(CPU, "no graphics card was found that it could use", "auto", "" if machine.system == "Windows" else INDEX + "cpu")


def _cuda(machine: Machine, why: str, backend: str) -> Build:
    """On Linux the plain package is the one with CUDA."""
    return Build(CUDA, why, backend, "" if machine.system == "Linux" else INDEX + NEWEST_CUDA, graphics=True)


def _apple(machine: Machine, asked: str) -> Build:
    if machine.processor != "arm64":
        raise EnvironmentProblem("PyTorch is no longer made for Macs with Intel's processors; use --client-only and a server on another machine.")
    if asked not in ("auto", "plain", "cpu"):
        raise EnvironmentProblem(f"--torch {asked} isn't made for Macs; leave it away.")
    return Build(APPLE, "this is a Mac; its graphics come along", graphics=True)


def _plain(machine: Machine) -> Need:
    return CUDA if machine.system == "Linux" else CPU
