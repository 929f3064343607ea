"""Owns the engine that tests put in the real one's place: its time, memory, crashes and hangs are scripted, and its result tells which job it belongs to.

A script is the JSON object in `fake-engine.json` in the server's state folder, read afresh for every job; under "seeds" it may hold other words for the
jobs of a seed:

    {"steps": 5, "step_ms": 0, "scales": 1, "deliver_ms": 0, "memory_mib": 0, "preview_side": 8, "oom_at": null, "memory_error_at": null,
     "crash_at": null, "hang_at": null, "fail_at": null, "gate": "", "seeds": {"7": {"crash_at": 2}}}

oom_at, memory_error_at, crash_at, hang_at and fail_at are numbers of evaluations, from 1. deliver_ms passes between the last evaluation and the result;
memory_mib is taken and touched for as long as the job runs. gate: a file of the state folder, for which the job waits after its first evaluation: so a test
can do something while it runs, however busy the machine is. The result is the content with every byte replaced by a function of its value and the seed, so
that a mix-up of jobs is seen. A follower first adds the bytes of the frames that it follows. The ids of the jobs that were begun are noted in
`fake-engine.runs`.

A look is learned in so many steps too, each of step_ms, and its state is the number of the last; "reading" are parts before the first. Its file says, as its
style's words, the steps that were done in all processes.

Live, it paints every colour's opposite, of what lies SHIFT px to the left and right, in parts of the strength: so a part that was painted without what lies
around it is seen. A look whose credit is "crash" or "hang" does so; "crash until PATH": as long as there is no such file;
"hold until PATH": after as many frames as stand in PATH.frames, until there is PATH, and leaves a PATH.held: so a test meets a film at this very frame.
Faint stripes lie on its canvas, which goes by 1 px to the right and 2 down with each frame that follows another of its scene.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from look_files import look_file
from restyle_engine.feedforward.look_file import UnusableLook, header_of
from restyle_engine.parameters import Resolved
from restyle_engine.step import Step
from restyle_engine.task import Pixels
from restyle_engine.verdict import Between, Cancelled, Verdict, go_on
from restyle_imaging.planes.formats import Plane
from restyle_server.records import checkpoints as kept_scales
from restyle_server.records.checkpoints import Head
from restyle_server.records.lesson import LessonOrder
from restyle_server.records.live import LiveShape
from restyle_server.records.order import Order
from restyle_server.records.progress import Preview
from restyle_server.records.report import ScaleReport
from restyle_server.worker.engine import Device, Estimate, JobFailure, LiveProgress, Observer, Painted

SCRIPT = "fake-engine.json"
RUNS = "fake-engine.runs"
BYTES_PER_PIXEL = 1000  # that an estimate claims
MEMORY = 2**33  # bytes that the device claims to have
DEVICE = Device("cpu", "cpu", "fake", MEMORY, MEMORY // 2, bf16=False)
LIVE = LiveShape(grid=8, reach=8)
SHIFT = 5  # px, within its reach
CUT = 0.2  # mean difference of two frames, of the range, from which on they are two scenes
GLANCE_SECONDS = 0.005  # between two looks at a gate
_TABLES: dict[int, bytes] = {}


def painted_bytes(content: bytes, seed: int) -> bytes:
    """What the fake makes of the content's bytes."""
    table = _TABLES.setdefault(seed % 256, bytes((value * 7 + seed * 31 + 13) % 256 for value in range(256)))
    return content.translate(table)


def automatic_scale(width: int, height: int) -> float:
    """The size of the strokes that the fake chooses for a content of that size: 0.5 to 1.5."""
    return round(0.5 + (width + height) % 101 / 101, 2)


def _scales(order: Order) -> tuple[float, ...]:
    return tuple(style.scale or automatic_scale(order.content.width, order.content.height) for style in order.styles)


def following_bytes(content: bytes, seed: int, frames: list[bytes]) -> bytes:
    """What the fake makes of the content's bytes after these frames."""
    return painted_bytes(bytes((value + sum(frame[place] for frame in frames)) % 256 for place, value in enumerate(content)), seed)


@dataclass(frozen=True)
class Script:
    steps: int = 5
    step_ms: float = 0.0
    scales: int = 1  # the steps are dealt out evenly
    deliver_ms: float = 0.0
    memory_mib: int = 0
    preview_side: int = 8  # px
    oom_at: int | None = None
    memory_error_at: int | None = None
    crash_at: int | None = None
    hang_at: int | None = None
    fail_at: int | None = None
    disk_full: bool = False
    gate: str = ""
    reading: int = 1
    signal: int = signal.SIGKILL


def script(state_dir: Path, seed: int) -> Script:
    """The script for a job of this seed."""
    try:
        words = json.loads((state_dir / SCRIPT).read_text())
    except FileNotFoundError:
        words = {}
    words.update(words.pop("seeds", {}).get(str(seed), {}))
    return Script(**words)


def write_script(state_dir: Path, **words: object) -> None:
    """For tests: the script of the jobs that start from now on."""
    state_dir.mkdir(parents=True, exist_ok=True)
    part = state_dir / f"{SCRIPT}.part"
    part.write_text(json.dumps(words))
    part.replace(state_dir / SCRIPT)


def runs(state_dir: Path) -> list[str]:
    """The ids of the jobs that were begun, in order, as often as they were."""
    path = state_dir / RUNS
    return path.read_text().split() if path.exists() else []


class FakeEngine:
    """Behind the real engine's interface; imports no torch."""

    features = ("learn", "live", "masks", "seamless", "sequence", "several_styles", "texture")
    live = LIVE

    def __init__(self, device_id: str) -> None:
        self._id = "cpu" if device_id == "auto" else device_id

    def follow(self, before: Pixels, now: Pixels) -> tuple[float, float] | None:
        return None if np.abs(now - before).mean() > CUT else (1.0, 2.0)

    def learner(self, lesson: LessonOrder, parameters: Resolved, state: bytes | None) -> FakeLearner:
        state_dir = lesson.kept.parent.parent.parent
        with (state_dir / RUNS).open("a") as file:
            file.write(f"{lesson.kept.parent.name}\n")
        return FakeLearner(lesson, script(state_dir, parameters.seed), state)

    def look_painter(self, data: bytes) -> FakeLookPainter:
        try:
            return FakeLookPainter(header_of(data).credit)
        except UnusableLook as error:
            raise JobFailure("BAD_INPUT", str(error)) from error

    def device(self) -> Device:
        return Device(self._id, DEVICE.kind, DEVICE.name, DEVICE.memory_total, DEVICE.memory_available, DEVICE.bf16)

    def estimate(self, order: Order) -> Estimate:
        limit = order.parameters.memory_limit or MEMORY
        needed = order.parameters.width * order.parameters.height * BYTES_PER_PIXEL
        return Estimate(needed, min(MEMORY // 2, limit), int((min(MEMORY, limit) / BYTES_PER_PIXEL) ** 0.5), _scales(order))

    def paint(self, order: Order, observe: Observer, between: Between = go_on) -> Painted:
        content, seed = order.content, order.parameters.seed
        state_dir = content.path.parent.parent.parent
        play = script(state_dir, seed)
        with (state_dir / RUNS).open("a") as file:
            file.write(f"{content.path.parent.name}\n")
        data = content.path.read_bytes()
        held = bytes([1]) * (play.memory_mib << 20)
        started, early = time.monotonic(), False
        done = _done(order, play)
        scale = done + 1
        for step in range(1 + -(-done * play.steps // play.scales), play.steps + 1):
            _fault(play, step)
            verdict = Verdict.GO_ON
            if (step - 1) * play.scales // play.steps + 1 > scale:
                _keep(order, scale)
                scale += 1
                verdict = between()
            if verdict is Verdict.GO_ON:
                time.sleep(play.step_ms / 1000)
                verdict = observe(_progress(play, scale, step, order, data))
            while step == 1 and play.gate and not (state_dir / play.gate).exists():
                time.sleep(GLANCE_SECONDS)
            if verdict is Verdict.CANCEL:
                raise Cancelled
            if verdict is Verdict.FINISH:
                early = True
                break
        time.sleep(play.deliver_ms / 1000)
        del held
        plane = Plane(content.format, content.width, content.height, _result(order, data, seed), content.icc)
        if order.frame is not None:
            order.frame.write_bytes(plane.data)
        seconds = time.monotonic() - started
        scales = (ScaleReport(scale, content.width, content.height, step, 0.0, seconds, _sketch(data, step)),) if order.report else ()
        return Painted(plane, early, scales=scales)


class FakeLearner:
    """Learns nothing, step by step."""

    def __init__(self, lesson: LessonOrder, play: Script, state: bytes | None) -> None:
        self._lesson, self._play = lesson, play
        self._gate = lesson.kept.parent.parent.parent / play.gate if play.gate else None
        self._step = int(state or b"0")
        self._read = 0

    @property
    def begun(self) -> bool:
        return self._read >= self._play.reading

    @property
    def done(self) -> bool:
        return self.begun and self._step >= self._lesson.steps

    def step(self, go_on: Callable[[], bool]) -> Step | None:
        while self._gate is not None and not self._gate.exists():
            time.sleep(GLANCE_SECONDS)
            if not go_on():
                return self._told() if self.begun else None
        if not self.begun:
            self._read += 1
            return None
        _fault(self._play, self._step + 1)
        time.sleep(self._play.step_ms / 1000)
        self._step += 1
        return self._told()

    def state(self) -> bytes:
        return b"%d" % self._step

    def look(self) -> bytes:
        return look_file(self._lesson.name, style=f"{self._lesson.style} in {self._step} steps", steps=self._step)

    def preview(self, longest: int) -> Preview:
        return Preview(8, 8, bytes([self._step % 256, 0, 0, 255]) * 64)

    def _told(self) -> Step:
        share = self._step / self._lesson.steps
        return Step(1, 1, 16, 16, self._step, self._lesson.steps, share, 1.0 - share, 0.5, 0.5)


class FakeLookPainter:
    """Paints opposites."""

    def __init__(self, fault: str) -> None:
        self._fault, _, self._mended = fault.partition(" until ")
        self._painted = 0

    def paint(self, content: Pixels, x: int, y: int, strength: float, period: tuple[int, int]) -> Pixels:
        self._painted += 1
        if not (self._mended and Path(self._mended).exists()):
            if self._fault == "crash":
                os.kill(os.getpid(), signal.SIGKILL)
            if self._fault == "hang":
                time.sleep(3600)
            if self._fault == "hold" and self._painted > int(Path(f"{self._mended}.frames").read_text()):
                Path(f"{self._mended}.held").touch()
                while not Path(self._mended).exists():
                    time.sleep(GLANCE_SECONDS)
        return live_pixels(content, strength, x, y)


def live_pixels(content: Pixels, strength: float, x: int = 0, y: int = 0) -> Pixels:
    """What the fake makes of a whole canvas, (h, w, 3) in 0–1. x, y: px that it has gone."""
    wide = np.pad(content, ((0, 0), (SHIFT, SHIFT), (0, 0)), mode="edge")
    opposite = 1 - (wide[:, : -2 * SHIFT] + wide[:, 2 * SHIFT :]) / 2
    rows, columns = (begin + np.arange(count) for begin, count in zip((y, x), content.shape[:2], strict=True))
    stripes = ((columns[None] % 7 + rows[:, None] % 5) / 128).astype(np.float32)[..., None]
    painted: Any = content + np.float32(strength / 100) * (opposite + stripes - content)
    return painted.astype(np.float32)  # type: ignore[no-any-return]


def _result(order: Order, data: bytes, seed: int) -> bytes:
    if order.painted is not None and order.painted.plane is not None:
        return order.painted.plane.path.read_bytes()
    return following_bytes(data, seed, [one.frames[0].read_bytes() for one in order.previous])


def _done(order: Order, play: Script) -> int:
    """Scales that an earlier job of this order had completed; none when they are not of this script's, as the real engine has it."""
    kept = None if order.kept is None else kept_scales.read(order.kept)
    return kept[0].done if kept and kept[0].done < play.scales else 0


def _keep(order: Order, done: int) -> None:
    if order.kept is not None:
        kept_scales.write(order.kept, Head(kept_scales.fingerprint(order), "fake", done, done, done, ()), [])


def _fault(play: Script, step: int) -> None:
    if step == play.oom_at:
        raise JobFailure("OUT_OF_MEMORY", "There is not enough memory for this job; choose a size of 64 px or less.")
    if step == play.memory_error_at:
        raise MemoryError
    if play.disk_full:
        raise OSError(errno.ENOSPC, "no space left")
    if step == play.fail_at:
        raise RuntimeError("a fault inside the engine")
    if step == play.crash_at:
        os.kill(os.getpid(), play.signal)
    if step == play.hang_at:
        time.sleep(3600)


def _progress(play: Script, scale: int, step: int, order: Order, data: bytes) -> LiveProgress:
    def preview(longest: int) -> Preview:
        return _sketch(data, step, min(longest, play.preview_side))

    loss, width, height = 1.0 / step, order.content.width, order.content.height
    done = Step(scale, play.scales, width, height, step, play.steps, step / play.steps, loss, loss / 2, loss / 2, content_weight=1.0)
    return LiveProgress(**done.counts(), preview=preview, style_scales=_scales(order))


def _sketch(data: bytes, step: int, side: int = 8) -> Preview:
    return Preview(side, side, bytes([data[0], step % 256, 0, 255]) * (side * side))


def engine(device_id: str) -> FakeEngine:
    """The factory that tests name as "fake_engine:engine"."""
    return FakeEngine(device_id)


def broken(device_id: str) -> FakeEngine:
    """A factory whose engine can't start."""
    raise JobFailure("ENGINE_DOWN", f"The device {device_id} is broken; mend it.")


class StandingEngine(FakeEngine):
    """One that can't follow what moves, as without OpenCV."""

    def follow(self, before: Pixels, now: Pixels) -> tuple[float, float] | None:
        raise JobFailure("UNIMPLEMENTED", "Nothing follows here; install what does.")


def standing(device_id: str) -> StandingEngine:
    """Its factory."""
    return StandingEngine(device_id)
