"""Owns how fast a device paints: learned from every job, kept across restarts, and asked for what the next job will take. Imports no torch."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

import msgspec
from restyle_contract.files import atomic_write
from restyle_engine.optim.plan import followed, plan
from restyle_engine.parameters import Resolved

from ..worker.messages import Timing

log = logging.getLogger(__name__)

FILE = "throughput.json"
KEEP_SECONDS = 5.0  # between two writings: what a killed server does not remember
POINTS = 24  # scales remembered per kind of work: about eight jobs, so that a machine that has become slower is believed soon
FLOW_SECONDS = 8e-7  # a pixel, of the flow to one earlier frame and what is made of it: on the processor, whatever paints
FLOW_PIXELS = 1 << 20  # that are searched, at most
LOOKS = 3  # earlier frames that are looked at, at most
STARTS = 5  # jobs' first seconds remembered; the shortest counts

Positive = Annotated[float, msgspec.Meta(gt=0)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]


@dataclass(slots=True)
class Throughput:
    """One kind of work on one device.

    scales: (pixels, seconds per evaluation, evaluations) as measured, the latest last; finish and details count as the pixels that cost as much. cold,
    warm: seconds before the first evaluation of a worker's first job, which also loads the network, and of its later ones. between: what lies between and
    after the scales (statistics, resizing, the full picture), in evaluations' worth per scale.
    """

    scales: list[tuple[Positive, Positive, Positive]] = field(default_factory=list)
    cold: list[Seconds] = field(default_factory=list)
    warm: list[Seconds] = field(default_factory=list)
    between: Seconds = 0.0

    def learn(self, timing: Timing, warm: bool) -> None:
        """Takes a job in. warm: whether it was not its worker's first. One without two evaluations at any scale teaches nothing."""
        found = [(float(scale.pixels), scale.seconds / scale.steps, float(scale.steps)) for scale in timing.scales if scale.steps and scale.seconds > 0]
        if not found:
            return
        self.scales = [*self.scales, *found][-POINTS:]
        if warm:
            self.warm = [*self.warm, timing.start][-STARTS:]
        else:
            self.cold = [*self.cold, timing.start][-STARTS:]
        worth = sum(self.evaluation(scale.pixels) for scale in timing.scales)
        rest = timing.seconds - timing.start - sum(scale.seconds for scale in timing.scales)
        self.between = max(0.0, rest / worth) if worth > 0 else 0.0

    def evaluation(self, pixels: float) -> float:
        """Seconds of one evaluation: a + b·pixels, by least squares of the relative error over what is remembered, a and b not negative."""
        a, b = _line(self.scales)
        return a + b * pixels

    def seconds(self, resolved: Resolved, warm: bool, previous: int = 0) -> float:
        """Seconds of a whole job. warm: whether it will not be its worker's first. previous: paintings that it holds still with."""
        scales = plan(resolved.width, resolved.height, resolved.preset, resolved.evaluations, resolved.seamless) if resolved.strength > 0 else ()
        if previous:
            scales = followed(scales)
        work = sum((scale.evaluations + self.between) * self.evaluation(scale.load) for scale in scales)
        work += previous * LOOKS * FLOW_SECONDS * min(resolved.width * resolved.height, FLOW_PIXELS)
        first = self.between * self.evaluation(scales[0].load) if scales else 0.0  # as before any other scale
        later = min(self.warm, default=first)
        return work + (later if warm else min(self.cold, default=later))


def _line(points: Sequence[tuple[float, float, float]]) -> tuple[float, float]:
    uu = uv = vv = u = v = 0.0
    for pixels, seconds, weight in points:
        one, slope = 1 / seconds, pixels / seconds
        uu, uv, vv = uu + weight * one * one, uv + weight * one * slope, vv + weight * slope * slope
        u, v = u + weight * one, v + weight * slope
    determinant = uu * vv - uv * uv
    if determinant > 1e-9 * uu * vv:
        a, b = (u * vv - v * uv) / determinant, (v * uu - u * uv) / determinant
        if a >= 0 and b >= 0:
            return a, b
        if b < 0:
            return u / uu, 0.0
    return 0.0, v / vv if vv else 0.0


class Throughputs:
    """The throughputs of all devices, in one small file of the state folder. A file that can't be read or written costs only the memory of earlier servers."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._throughputs = _read(self._file)
        self._stale = False
        self._keep_at = float("-inf")

    def learn(self, device: str, resolved: Resolved, timing: Timing, *, warm: bool) -> None:
        """Takes in how long a job took. device: for people, with its name, so that another machine's figures are never taken for this one's."""
        loads = {
            (number, scale.width * scale.height): round(scale.load)
            for number, scale in enumerate(plan(resolved.width, resolved.height, resolved.preset, resolved.evaluations, resolved.seamless), 1)
        }
        timing = replace(timing, scales=tuple(replace(one, pixels=loads.get((one.number, one.pixels), one.pixels)) for one in timing.scales))
        self._throughputs.setdefault(_kind(device, resolved), Throughput()).learn(timing, warm)
        self._stale = True

    def sweep(self, now: float) -> None:
        """Writes what has been learned, but not with every job, as it is all devices' in one piece. now: seconds of a monotonic clock."""
        if now >= self._keep_at:
            self.keep()
            self._keep_at = now + KEEP_SECONDS

    def keep(self) -> None:
        """Writes what has been learned since the last time."""
        if not self._stale:
            return
        self._stale = False
        try:
            atomic_write(self._file, msgspec.json.encode(self._throughputs), lasting=False)  # the event loop waits for no disk; it can be learned again
        except OSError as error:
            log.warning("throughput: can't be kept: %s", error.strerror)

    def seconds(self, device: str, resolved: Resolved, *, warm: bool, previous: int = 0) -> float | None:
        """What a job will take that holds still with so many paintings; by the device's other work when this kind is new there; None before the first job."""
        own = self._throughputs.get(_kind(device, resolved))
        others = (throughput for kind, throughput in self._throughputs.items() if kind.startswith(f"{device} | "))
        throughput = own or next(others, None)
        return throughput.seconds(resolved, warm, previous) if throughput is not None and throughput.scales else None


def _kind(device: str, resolved: Resolved) -> str:
    return f"{device} | {resolved.precision} {resolved.objective}"


def _read(file: Path) -> dict[str, Throughput]:
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode(file.read_bytes(), type=dict[str, Throughput])
    return {}
