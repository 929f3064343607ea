"""Owns what `restyle doctor --device` says of a device: it is asked in a process of its own, so that a broken driver takes nothing else along."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence

from .checkup import Finding

MODULE = "restyle_server.worker.device_check"
SECONDS = 180.0  # for torch from a cold disk and a driver that compiles its kernels; a processor takes 4
BROKEN = "its driver or this PyTorch is broken: update them, or paint elsewhere: restyle serve --device cpu"


def findings(devices: Sequence[str]) -> Iterator[Finding]:
    """One for each device, as it is found."""
    for device in devices:
        yield finding(device, [sys.executable, "-P", "-m", MODULE, device])


def finding(device: str, command: Sequence[str], seconds: float = SECONDS) -> Finding:
    """What a command says of a device."""
    part = f"device {device}"
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return Finding(part, "bad", f"does not answer within {seconds:.0f} s", BROKEN)
    except OSError as error:
        return Finding(part, "bad", f"Restyle's Python could not be started ({error.strerror or error})", "install Restyle again")
    if done.returncode < 0:
        return Finding(part, "bad", f"painting ended the process ({signal.strsignal(-done.returncode)})", BROKEN)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        return Finding(part, "bad", f"can't paint: {reason}", BROKEN)
    try:
        told = json.loads(done.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        return Finding(part, "bad", f"said something else: {done.stdout.strip()[-80:] or 'nothing'}", BROKEN)
    if "devices" in told:
        return Finding(part, "bad", "is not on this machine, or not for this PyTorch", f"choose one of: {', '.join(told['devices'])}")
    apart = f"{told['layer']} by {told['features']:.1%}, the gradient by {told['gradient']:.1%}, a small painting by {told['painting']:.2%} of the range"
    if told["sound"]:
        return Finding(part, "good", f"paints as the processor does (apart: {apart})")
    return Finding(part, "bad", f"does not paint as the processor does (apart: {apart})", BROKEN)
