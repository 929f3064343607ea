"""Owns the real engine with a clock at every stage of a job: one line of JSON per job in `watched.jsonl` of the server's state folder.

Each stage has its seconds on the wall, its processor seconds and when it began (Unix time); `begun` is when the first evaluation of the objective began.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

imported = time.time()  # before torch

from restyle_engine.device import device_ids  # noqa: E402
from restyle_engine.objective import scale_objective  # noqa: E402
from restyle_engine.parameters import Resolved  # noqa: E402
from restyle_engine.stylizer import Stylizer  # noqa: E402
from restyle_server.worker import neural_engine, process  # noqa: E402

FILE = "watched.jsonl"
STATE = "RESTYLE_WATCHED"  # environment variable: the folder of FILE


class Watched(neural_engine.NeuralEngine):
    """Notes where the time of each job goes."""

    def __init__(self, device_id: str) -> None:
        began = time.time()
        super().__init__(device_id)
        self.start = {"spawned": psutil.Process().create_time(), "imported": imported, "made": time.time(), "making": began}
        self.prepared = [0.0, 0.0]

    def prepare(self, folder: Path, weights: Path | None, parameters: Resolved, flow: Path | None = None) -> None:
        began = time.time()
        try:
            super().prepare(folder, weights, parameters, flow)
        finally:
            self.prepared = [began, time.time()]


_stages: dict[str, list[float]] = {}
_begun: list[float] = []


def _timed(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    def timed(*arguments: Any, **words: Any) -> Any:
        when, wall, processor = time.time(), time.perf_counter(), time.process_time()
        try:
            return work(*arguments, **words)
        finally:
            stage = _stages.setdefault(name, [0.0, 0.0, when])
            stage[0] += time.perf_counter() - wall
            stage[1] += time.process_time() - processor

    return timed


def _noted(work: Callable[..., Any]) -> Callable[..., Any]:
    def noted(*arguments: Any, **words: Any) -> Any:
        if not _begun:
            _begun.append(time.time())
        return work(*arguments, **words)

    return noted


def engine(device_id: str) -> Watched:
    """The engine of a device, watched."""
    made = Watched(device_ids()[0] if device_id == "auto" else device_id)
    for name, what in {
        "plane_of": "read the layer",
        "open_plane": "decode, profile, fill what is hidden",
        "task_of": "style, and both at work size",
        "upsampled": "enlarge along the edges",
        "close_plane": "encode",
    }.items():
        setattr(neural_engine, name, _timed(what, getattr(neural_engine, name)))
    Stylizer.paint = _timed("paint", Stylizer.paint)  # type: ignore[method-assign]
    scale_objective.ScaleObjective.gradient = _noted(scale_objective.ScaleObjective.gradient)  # type: ignore[method-assign]
    process._kept = _timed("write the result", process._kept)
    paint = process._painted

    def painted(*arguments: Any) -> Any:
        _stages.clear()
        _begun.clear()
        try:
            return _timed("job", paint)(*arguments)
        finally:
            words = {"start": made.start, "prepared": made.prepared, "begun": _begun[0] if _begun else 0.0, "stages": _stages}
            with (Path(os.environ[STATE]) / FILE).open("a") as file:
                file.write(json.dumps(words) + "\n")

    process._painted = painted  # type: ignore[assignment]
    return made
