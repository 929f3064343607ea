"""Owns the worker process: takes commands from a pipe, lets the engine paint or learn one job at a time, tells how it goes. Only the engine imports torch."""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import queue
import signal
import threading
import time
import traceback
import zlib
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from restyle_contract.files import replacing
from restyle_engine.verdict import Between, Cancelled, Verdict
from restyle_imaging.planes.formats import Plane

from .. import heap
from ..limits import BEAT_SECONDS, LEARN_PREVIEW_SECONDS, LIVE_TURN_SECONDS, WORKER_IDLE_SECONDS
from ..records import report
from ..records.report import Report
from ..records.result import Result
from . import messages as say
from .engine import Engine, JobFailure
from .learning import LookLearning, Spare
from .live import LivePainting
from .observer import Heartbeat, JobControl, JobObserver

Work = say.Prepare | say.Paint | say.Learn | say.Resume

WRITE_BYTES = 8 << 20  # per write and CRC step: large enough to be fast, small enough not to copy a whole picture
EXIT_ORPHANED = 3  # the front end is gone
EXIT_UNUSABLE = 4  # the engine can't be made

OUT_OF_MEMORY = ("OUT_OF_MEMORY", "There is not enough memory for this job; choose a smaller size, or close other programs.")
DISK_FULL = ("DISK_FULL", "The disk is full; make room on it and send the job again.")
READ_ONLY = ("DISK_FULL", "The server can't write to its state folder; make the folder writable and send the job again.")
INTERNAL = ("INTERNAL", "Something went wrong inside Restyle while this job ran; the server's log says more.")


def main(pipe: Connection, factory: str, device_id: str) -> None:
    """Runs until the front end closes its end of the pipe. factory: "module:function" that makes the engine of a device."""
    # threads of the engine that wait must sleep, not spin: beside a busy editor a spinning pair takes four times the processor and the time
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # numpy's matrix products are shared out by imaging itself; threads of theirs inside its threads would wait for each other
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, signal.SIG_IGN)  # Ctrl-C reaches the whole group; only the front end decides when a worker ends
    if device_id.startswith("cpu"):
        heap.hold()
    loop = WorkerLoop(pipe)
    loop.open()
    try:
        pin(device_id)
        engine = _made(factory, device_id)
        ready = say.Ready(engine.device(), tuple(getattr(engine, "features", ())), getattr(engine, "live", None))
    except Exception as error:
        message = error.message if isinstance(error, JobFailure) else "The engine could not be started; the server's log says more."
        loop.tell(say.Unusable(message, traceback.format_exc()))
        loop.leave(EXIT_UNUSABLE)
    loop.serve(engine)
    loop.tell(ready)
    while True:
        loop.paint_next(engine)


def pin(device_id: str) -> None:
    """A device "cpu:N" is one core, the Nth that this process may use: several of them share a machine without getting in each other's way. JobFailure when
    there is no such core. Where the system can't pin, it is one thread."""
    kind, _, number = device_id.partition(":")
    if kind != "cpu" or not number:
        return
    os.environ["OMP_NUM_THREADS"] = "1"
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        if int(number) >= len(cores):
            raise JobFailure("ENGINE_DOWN", f"There is no {device_id} here; this machine's cores are cpu:0 to cpu:{len(cores) - 1}, or all of them as cpu.")
        os.sched_setaffinity(0, {cores[int(number)]})


def _made(factory: str, device_id: str) -> Engine:
    module, _, function = factory.partition(":")
    engine: Engine = getattr(importlib.import_module(module), function)(device_id)
    return engine


class WorkerLoop:
    """Both ends of the conversation: a thread reads commands, a thread gives signs of life, the main thread paints."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()
        self._orders = Orders()
        self._questions: queue.SimpleQueue[say.Ask] = queue.SimpleQueue()
        self._controls: dict[str, JobControl] = {}  # by job, so that a late word never reaches the next job
        self._heartbeat = Heartbeat()
        self._engine: Engine | None = None
        self._live: LivePainting | None = None
        self._spare: Spare | None = None

    def open(self) -> None:
        """Starts to listen and to beat."""
        for work in (self._read, self._beat):
            threading.Thread(target=work, daemon=True, name=work.__name__.strip("_")).start()

    def serve(self, engine: Engine) -> None:
        """Starts to answer questions about costs, beside the painting."""
        self._engine, self._live = engine, LivePainting(engine)
        self._heartbeat.starting = False
        threading.Thread(target=self._answer, args=(engine,), daemon=True, name="answer").start()

    def paint_next(self, engine: Engine) -> bool:
        """Paints the next job, whenever it comes; False when the next word is to go on with the job that rests."""
        command = self._orders.take()
        match command:
            case say.Resume():
                return False
            case say.Prepare():
                _prepared(engine, command)
            case say.LivePaint():
                self._paint_live(command)
            case say.Paint():
                self.paint(engine, command)
            case say.Learn():
                self.learn(engine, command)
        return True

    def tell(self, message: say.Message) -> None:
        """Sends; ends the process when nobody listens any more."""
        try:
            with self._lock:
                self._pipe.send(message)
        except OSError:
            self.leave(EXIT_ORPHANED)

    def leave(self, status: int) -> None:
        """Ends the process at once: an engine's threads must not hold it."""
        with contextlib.suppress(OSError):
            self._pipe.close()
        os._exit(status)

    def paint(self, engine: Engine, command: say.Paint) -> None:
        """Paints one job and tells its end."""
        control = self._controls[command.job_id]
        observer = JobObserver(command.job_id, control, self._heartbeat, self.tell, self._let_in, noting=command.order.report)
        self._do(command.job_id, control, lambda: _painted(engine, command, observer, lambda: self._rest(engine, observer, control)))

    def learn(self, engine: Engine, command: say.Learn) -> None:
        """Learns a look, or a part of it, and tells what came of it."""
        control, seconds = self._controls[command.job_id], command.seconds
        observer = JobObserver(command.job_id, control, self._heartbeat, self.tell, self._let_in, seconds=seconds, preview_seconds=LEARN_PREVIEW_SECONDS)
        learning = LookLearning(engine, command, observer, control, self.tell, self._spare)
        self._do(command.job_id, control, learning.run)
        if learning.spare is not None or (self._spare is not None and self._spare.job_id == command.job_id):
            self._spare = learning.spare

    def _do(self, job_id: str, control: JobControl, work: Callable[[], say.Message]) -> None:
        """Does a job and tells its end, whatever it is: a job's fault must not end the worker."""
        end: say.Message = say.Stopped(job_id)
        if control.verdict is not Verdict.CANCEL:
            end = _ended(job_id, work)
        if control.verdict is Verdict.CANCEL and not isinstance(end, say.Done):  # its files may be gone already: whatever failed, it was to end
            end = say.Stopped(job_id)
        self._controls.pop(job_id, None)
        self._heartbeat.rest()
        self.tell(end)
        heap.give_back()

    def _rest(self, engine: Engine, observer: JobObserver, control: JobControl) -> Verdict:
        """Between two scales of a job: lets those who wait go first, if the front end has said so. The job's state stays where it is, on the stack."""
        if control.pause and control.verdict is Verdict.GO_ON:
            control.pause = False
            began = time.monotonic()
            self.tell(say.Paused(observer.job_id))
            while self.paint_next(engine):
                pass
            self._heartbeat.rest()
            observer.rested(time.monotonic() - began)
        return control.verdict

    def _let_in(self) -> float:
        """Between two evaluations of a job: does what live canvases wait for, a few milliseconds each, tenths of a second where one moves. Returns the
        seconds that it took."""
        began = time.monotonic()
        while time.monotonic() - began < LIVE_TURN_SECONDS and (command := self._orders.take_live()) is not None:
            self._paint_live(command)
        return time.monotonic() - began

    def _paint_live(self, command: say.LivePaint) -> None:
        if self._live is None:
            raise RuntimeError("a worker that does not serve yet")
        try:
            painted = say.LivePainted(command.ticket, self._live.done(command.order))
        except JobFailure as failure:
            painted = say.LivePainted(command.ticket, None, failure.reason, failure.message)
        except Exception as error:
            painted = say.LivePainted(command.ticket, None, *_named(error), traceback.format_exc())
        self.tell(painted)

    def _read(self) -> None:
        while True:
            try:
                command: say.Command = self._pipe.recv()
            except (EOFError, OSError):
                self.leave(EXIT_ORPHANED)
            self._obey(command)

    def _obey(self, command: say.Command) -> None:
        if isinstance(command, say.Paint | say.Learn):
            finish = isinstance(command, say.Learn) and command.finish
            self._controls[command.job_id] = JobControl(command.preview_size, Verdict.FINISH if finish else Verdict.GO_ON)
            self._orders.put(command)
        elif isinstance(command, say.Prepare | say.Resume | say.LivePaint):
            self._orders.put(command)
        elif isinstance(command, say.Ask):
            self._questions.put(command)
        elif control := self._controls.get(command.job_id):
            if isinstance(command, say.Previews):
                control.preview_size = command.size
            elif isinstance(command, say.Pause):
                control.pause = True
            elif isinstance(command, say.Cancel):
                control.verdict = Verdict.CANCEL
            elif control.verdict is not Verdict.CANCEL:
                control.verdict = Verdict.FINISH

    def _beat(self) -> None:
        while True:
            self.tell(self._heartbeat.beat())
            time.sleep(BEAT_SECONDS)

    def _answer(self, engine: Engine) -> None:
        while True:
            question = self._questions.get()
            try:
                answer = say.Answer(question.ticket, engine.estimate(question.order))
            except JobFailure as failure:
                answer = say.Answer(question.ticket, None, failure.reason, failure.message)
            except Exception as error:
                answer = say.Answer(question.ticket, None, *_named(error))
            self.tell(answer)


class Orders:
    """What the painting thread is to do, in order; live painting goes before all else. Filled by the reading thread."""

    def __init__(self) -> None:
        self._filled = threading.Condition()
        self._orders: deque[Work] = deque()
        self._live: deque[say.LivePaint] = deque()

    def put(self, order: Work | say.LivePaint) -> None:
        with self._filled:
            if isinstance(order, say.LivePaint):
                self._live.append(order)
            else:
                self._orders.append(order)
            self._filled.notify()

    def take(self) -> Work | say.LivePaint:
        """The next, whenever it comes. What live painting leaves of memory goes back once it rests, as to have it anew for each part costs a sixth of it."""
        with self._filled:
            if not self._filled.wait_for(self._waiting, WORKER_IDLE_SECONDS):
                heap.give_back()
                self._filled.wait_for(self._waiting)
            return self._live.popleft() if self._live else self._orders.popleft()

    def take_live(self) -> say.LivePaint | None:
        """The next of live painting, if there is one."""
        with self._filled:
            return self._live.popleft() if self._live else None

    def _waiting(self) -> bool:
        return bool(self._live or self._orders)


def _prepared(engine: Engine, command: say.Prepare) -> None:
    prepare = getattr(engine, "prepare", None)
    if prepare is not None:
        with contextlib.suppress(Exception):  # the job that meets the same fault says what it is
            prepare(command.folder, command.weights, command.parameters, command.flow)


def _painted(engine: Engine, command: say.Paint, observer: JobObserver, between: Between) -> say.Message:
    painted = engine.paint(command.order, observer.observe, between)
    result = _kept(command, painted.plane)
    if command.order.report:
        report.write(command.report, Report(painted.scales, tuple(observer.steps), painted.legible))
    return say.Done(command.job_id, result, observer.last, painted.finished_early, painted.warnings, observer.timing(), _bytes(command.order.frame))


def _ended(job_id: str, work: Callable[[], say.Message]) -> say.Message:
    """How the job ended, whatever happened."""
    try:
        return work()
    except Cancelled:
        return say.Stopped(job_id)
    except JobFailure as failure:
        return say.Failed(job_id, failure.reason, failure.message)
    except BaseException as error:
        return say.Failed(job_id, *_named(error), traceback.format_exc())


def _bytes(frame: Path | None) -> int:
    return 0 if frame is None else frame.stat().st_size


def _kept(command: say.Paint, plane: Plane) -> Result:
    """The picture's bytes, written. JobFailure when the folder can't be; other OSErrors are named like an engine's."""
    try:
        return _saved(command, plane)
    except OSError as error:
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise JobFailure(*READ_ONLY) from error
        raise


def _saved(command: say.Paint, plane: Plane) -> Result:
    """Writes the picture's bytes: a result is there whole or not at all. OSError."""
    out, parameters = command.out, command.order.parameters
    view = memoryview(plane.data).cast("B")
    crc = 0
    with replacing(out) as part, part.open("wb") as file:
        for start in range(0, len(view), WRITE_BYTES):
            piece = view[start : start + WRITE_BYTES]
            crc = zlib.crc32(piece, crc)
            file.write(piece)
        _checked(plane, len(view))
    return Result(out, plane.format, plane.width, plane.height, len(view), crc, parameters.width, parameters.height, plane.icc)


def _checked(plane: Plane, size: int) -> None:
    if size != plane.width * plane.height * plane.format.pixel_bytes:
        raise ValueError("the engine returned a plane of the wrong length")


def _named(error: BaseException) -> tuple[str, str]:
    """Reason and sentence of what an engine did not name itself."""
    if isinstance(error, MemoryError):
        return OUT_OF_MEMORY
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DISK_FULL
    return INTERNAL
