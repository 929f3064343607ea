"""Owns the course of a measurement: contenders in processes of their own, asked in turn, so that whatever else the machine does falls on all of them alike.
Imports no torch."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from bench.figures import Spread, evaluation_flop, spread
from bench.peers import Command, Peer, PeerFailed, PeerPainter

CONTENDER = Path(__file__).with_name("contender.py")
TEXTBOOK = "textbook"
PER_ROUND = 4  # evaluations timed together
CHUNK = 20  # iterations of the textbook between two of the engine's races
RACE_BUDGET = 120  # evaluations at full size that the engine's race may cost: about half of them are left when it is at the goal
RUNS = 5
ITERATIONS = 300  # of L-BFGS, after which the textbook's J is the goal


class BenchFailed(Exception):
    """The measurement can't be made; the message is a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be measured. sizes, races: sides in px. precisions: the engine's, None: those that the device is made for. runs: how often each is timed.
    peers: other programs, that paint at the races' sides."""

    sizes: tuple[int, ...]
    races: tuple[int, ...]
    precisions: tuple[str, ...] | None = None
    device: str = "auto"
    photo: str | None = None
    style: str = "night"
    weights: str = "auto"
    threads: int | None = None
    runs: int = RUNS
    iterations: int = ITERATIONS
    budget: int = RACE_BUDGET
    peers: tuple[Command, ...] = ()


@dataclass(frozen=True, slots=True)
class Machine:
    """Where it was measured."""

    device: str
    threads: int
    torch: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One contender at one size. seconds: of one evaluation; flops, ceiling: per second; peak: bytes above those of the process with its network loaded, which
    are `idle`; start: seconds until it could begin; faster, lighter: the textbook's seconds over its own, its own peak over the textbook's; finish: one of its
    steps in evaluations, None: there is none."""

    contender: str
    side: int
    seconds: Spread
    flops: float
    ceiling: float
    peak: int
    idle: int
    start: float
    faster: float
    lighter: float
    finish: float | None

    @property
    def share(self) -> float:
        """Of the ceiling."""
        return self.flops / self.ceiling


@dataclass(frozen=True, slots=True)
class Race:
    """One contender's way to the goal, the textbook's J at its end. seconds: until there, None: it never came; faster: the textbook's seconds over its own.
    trace: seconds and J, of the run of median length."""

    contender: str
    side: int
    goal: float
    seconds: Spread | None
    reached: float
    evaluations: int
    faster: float | None
    trace: tuple[tuple[float, float], ...] = field(repr=False)


class Contender:
    """A process that measures itself on request. A context manager; BenchFailed when it refuses or ends before its time."""

    def __init__(self, name: str, wanted: Wanted, side: int) -> None:
        self.name, self.side = name, side
        asked = {"photo": wanted.photo, "style": wanted.style, "weights": wanted.weights, "threads": wanted.threads}
        self._spec = {"contender": name, "device": wanted.device, "side": side, **asked}
        self._process: subprocess.Popen[str]
        self._errors: IO[str]
        self.machine: Mapping[str, Any] = {}
        self.start = 0.0

    def __enter__(self) -> Contender:
        command = [sys.executable, "-P", str(CONTENDER), json.dumps(self._spec)]
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
        began = time.perf_counter()
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True, encoding="utf-8")
        try:
            self.machine = self._answer()
        except BenchFailed:
            self.__exit__(None, None, None)
            raise
        self.start = time.perf_counter() - began
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def ask(self, do: str, count: int = 1, **more: str) -> dict[str, Any]:
        """Its answer."""
        stream = self._process.stdin
        with contextlib.suppress(OSError):  # when it has ended, its answer tells
            if stream is not None:
                stream.write(json.dumps({"do": do, "count": count, **more}) + "\n")
                stream.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        stream = self._process.stdout
        line = "" if stream is None else stream.readline()
        answer: dict[str, Any] = json.loads(line) if line else {}
        if "refused" in answer:
            raise BenchFailed(answer["refused"])
        if not answer:
            status = self._process.wait()
            self._errors.seek(0)
            said = self._errors.read().strip().splitlines()
            why = said[-1] if said else "probably for lack of memory" if status < 0 else f"with exit status {status}"
            raise BenchFailed(f"The measurement of {self.name} at {self.side} px ended before its time ({why}); choose smaller --sizes, or try again.")
        return answer


def measured(wanted: Wanted, say: Callable[[str], None]) -> Iterator[Machine | Evaluation | Race | Peer]:
    """All that is wanted, as soon as it is known, the machine first. say: told what is going on."""
    told = False
    for side in wanted.sizes:
        with ExitStack() as stack:
            contenders = _contenders(wanted, side, stack)
            if not told:
                yield machine(contenders[0])
                told = True
            yield from evaluations(contenders, wanted, say)
    for side in wanted.races:
        with ExitStack() as stack:
            contenders = _contenders(wanted, side, stack)
            if not told:
                yield machine(contenders[0])
                told = True
            peers = [PeerPainter(one, _folder(stack), side, wanted.photo, wanted.style, wanted.threads) for one in wanted.peers]
            yield from races(contenders, peers, wanted, say)


def machine(contender: Contender) -> Machine:
    """Where a contender runs."""
    return Machine(contender.machine["name"], contender.machine["threads"], contender.machine["torch"])


def evaluations(contenders: Sequence[Contender], wanted: Wanted, say: Callable[[str], None]) -> list[Evaluation]:
    """Every contender timed in turn, after one round that warms up; the first one is the textbook."""
    side = contenders[0].side
    seconds: dict[str, list[float]] = {one.name: [] for one in contenders}
    products: dict[str, list[float]] = {one.name: [] for one in contenders}
    steps: dict[str, list[float]] = {one.name: [] for one in contenders}  # of the finish, in evaluations of the same round
    peaks = {}
    for one in contenders:
        one.ask("evaluate", PER_ROUND)
        peaks[one.name] = one.ask("peak")
        one.ask("finish", PER_ROUND)
    for run in range(1, wanted.runs + 1):
        say(f"{side} px: round {run} of {wanted.runs}")
        for one in contenders:
            seconds[one.name].append(one.ask("evaluate", PER_ROUND)["seconds"])
            step = one.ask("finish", PER_ROUND)["seconds"]
            if step is not None:
                steps[one.name].append(step / seconds[one.name][-1])
            products[one.name].append(one.ask("ceiling")["flops"])
    first = contenders[0].name
    grown = {name: max(1, peak["bytes"] - peak["idle"]) for name, peak in peaks.items()}
    work = evaluation_flop(side, side, contenders[0].machine["convolutions"])
    found = []
    for one in contenders:
        time_ = spread(seconds[one.name])
        faster, lighter = spread(seconds[first]).median / time_.median, grown[one.name] / grown[first]
        idle, most, finish = peaks[one.name]["idle"], max(products[one.name]), spread(steps[one.name]).median if steps[one.name] else None
        found.append(Evaluation(one.name, side, time_, work / time_.median, most, grown[one.name], idle, one.start, faster, lighter, finish))
    return found


def races(contenders: Sequence[Contender], peers: Sequence[PeerPainter], wanted: Wanted, say: Callable[[str], None]) -> list[Race | Peer]:
    """The textbook to its goal, in chunks, with the engine's races and the peers' paintings in between; then when each of them was there."""
    book, others = contenders[0], contenders[1:]
    steps = [min(CHUNK, wanted.iterations - done) for done in range(0, wanted.iterations, CHUNK)]
    racers: list[Contender | PeerPainter] = [*others, *peers]
    turns = _turns([one for one in racers for _ in range(wanted.runs)], len(steps))
    trace: list[tuple[float, float]] = []
    runs: dict[str, list[list[tuple[float, float]]]] = {one.name: [] for one in others}
    painted: list[list[tuple[float, float]]] = [[] for _ in peers]  # seconds and J
    for one in contenders:
        one.ask("evaluate", 1)  # warms up
    for done, (count, racing) in enumerate(zip(steps, turns, strict=True), 1):
        say(f"{book.side} px: race, part {done} of {len(steps)}")
        passed = trace[-1][0] if trace else 0.0
        trace += [(passed + seconds, value) for seconds, value in book.ask("race", count)["trace"]]
        for racer in racing:
            if isinstance(racer, PeerPainter):
                painted[peers.index(racer)].append(_painted(racer, book))
            else:
                runs[racer.name].append([(seconds, value) for seconds, value in racer.ask("race", wanted.budget)["trace"]])
    needed, goal = trace[-1]
    found = [Race(book.name, book.side, goal, spread([needed]), goal, len(trace), 1.0, tuple(trace))]
    times = [spread(seconds for seconds, _ in one) for one in painted]
    met = [Peer(one.name, book.side, time_, paints[-1][1], goal, needed / time_.median) for one, time_, paints in zip(peers, times, painted, strict=True)]
    return [*found, *(_race(one, goal, needed, runs[one.name]) for one in others), *met]


def _painted(peer: PeerPainter, book: Contender) -> tuple[float, float]:
    """Seconds and J of a peer's painting. BenchFailed."""
    try:
        return peer.paint(), float(book.ask("judge", path=str(peer.output))["j"])
    except PeerFailed as failure:
        raise BenchFailed(str(failure)) from failure


def _folder(stack: ExitStack) -> Path:
    return Path(stack.enter_context(tempfile.TemporaryDirectory()))


def first_at(trace: Sequence[tuple[float, float]], goal: float) -> float | None:
    """Seconds until J was at the goal or below; None: it never was."""
    return next((seconds for seconds, value in trace if value <= goal), None)


def _race(one: Contender, goal: float, needed: float, runs: Sequence[Sequence[tuple[float, float]]]) -> Race:
    there = [first_at(trace, goal) for trace in runs]
    arrived = [seconds for seconds in there if seconds is not None]
    shown = sorted(runs, key=lambda trace: trace[-1][0])[len(runs) // 2]
    time_ = spread(arrived) if len(arrived) == len(runs) else None
    return Race(one.name, one.side, goal, time_, min(value for _, value in shown), len(shown), None if time_ is None else needed / time_.median, tuple(shown))


def _turns(races: Sequence[Contender | PeerPainter], places: int) -> list[list[Contender | PeerPainter]]:
    """The races spread evenly over the places."""
    turns: list[list[Contender | PeerPainter]] = [[] for _ in range(places)]
    for number, one in enumerate(races):
        turns[number * places // len(races)].append(one)
    return turns


def _contenders(wanted: Wanted, side: int, stack: ExitStack) -> list[Contender]:
    book = stack.enter_context(Contender(TEXTBOOK, wanted, side))
    precisions = wanted.precisions or book.machine["precisions"]
    return [book, *(stack.enter_context(Contender(name, wanted, side)) for name in precisions)]
