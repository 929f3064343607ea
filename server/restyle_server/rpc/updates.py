"""Owns how a job that updates a painting takes over what the earlier job kept: its order, and the files that belong to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from restyle_engine.parameters import SEAMLESS_STEP, Resolved, work_size
from restyle_imaging.planes.formats import PixelFormat

from ..jobs.folders import borrow
from ..jobs.states import JobState
from ..jobs.store import JobStore
from ..records.order import AskedOrder, BasisOrder, PlaneFile, WeightsFile
from ..records.result import Result
from ..refusals import NotFound, NotNow
from .specs import Spec


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the earlier job kept. files: of its order, each by its name in the folder of a job that updates it."""

    order: AskedOrder
    result: Result
    files: Mapping[Path, str]

    @property
    def input_bytes(self) -> int:
        """Of what is kept with the update's own painting, beside its content: there may be no other job that counts it."""
        return sum(path.stat().st_size for path in self.files if path != self.order.content.path and path.exists())

    @property
    def styles(self) -> tuple[str, ...]:
        """What the painting was painted after, for people."""
        return tuple(style.name for style in self.order.styles)

    def asked(self, spec: Spec, folder: Path, weights: WeightsFile) -> AskedOrder:
        """The order of the update, its files in the folder."""
        moved = self.order.moved(lambda path: folder / self.files[path])
        old = self.result
        basis = BasisOrder(moved.content, PlaneFile(painting(folder), old.format, old.width, old.height, old.icc))
        return replace(moved, content=spec.content.file(folder), weights=weights, basis=basis, report=spec.report)

    def lend(self, folder: Path) -> None:
        """Puts all files into the folder. OSError."""
        for path, name in self.files.items():
            borrow(path, folder / name)


def painting(folder: Path) -> Path:
    """Where the painting lies that is updated."""
    return folder / "basis-0"


def gone() -> NotFound:
    """The painting is not there."""
    return NotFound("The painter has this painting no more, so it can't be updated; paint the whole picture again.", reason="UPDATE_GONE")


def earlier(store: JobStore, spec: Spec, owner: str) -> Earlier:
    """What the job kept that the spec updates. NotFound, NotNow."""
    try:
        job = store.get(spec.update, owner)
    except NotFound:
        raise gone() from None
    if not job.state.ended:
        raise NotNow("This painting is not done yet; wait for it, or paint the whole picture.", reason="UPDATE_UNFINISHED")
    if job.state is not JobState.SUCCEEDED or job.result is None:
        raise gone()
    if job.order is None or job.resolved is None:
        raise NotNow(
            "A frame of a film or a texture can't be updated, nor what an earlier version painted; paint the whole picture again.", reason="UPDATE_OTHER"
        )
    order, given, old = job.order, spec.content, job.order.content
    now, before = ((one.width, one.height, one.format, one.icc) for one in (given, old))
    if now != before:
        raise NotNow(f"The picture is {_kind(*now)} now, and the painting was made of {_kind(*before)}; paint the whole picture again.", reason="UPDATE_OTHER")
    parameters = replace(order.parameters, size=asked_size(old, job.resolved), native_size=False)  # as large as it was, whatever device it is now
    files = {path: f"kept-{number}" for number, path in enumerate(dict.fromkeys(order.files))}
    styles = order.styles
    if job.style_scales:  # the strokes that the painting has
        styles = tuple(replace(style, scale=scale) for style, scale in zip(styles, job.style_scales, strict=True))
    return Earlier(replace(order, parameters=parameters, styles=styles), job.result, files)


def asked_size(content: PlaneFile, painted: Resolved) -> int:
    """What brings the work to the size that it had, in px: sides that repeat were made shorter."""
    sizes = range(painted.size, painted.size + SEAMLESS_STEP)
    before = painted.width, painted.height
    return next((size for size in sizes if work_size(content.width, content.height, size, painted.seamless) == before), painted.size)


def _kind(width: int, height: int, form: PixelFormat, icc: bytes | None) -> str:
    return f"{width} × {height} px, {form.channels.value} in {form.depth.value}{'' if icc is None else ' with a profile'}"
