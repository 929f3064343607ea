"""Owns the table of promises: what each test measured beside its bound, printed after a run, and written to docs/promises.md by a run at full size.

    python -m pytest tests/faults tests/load tests/security --full-size

A promise about time is checked against max(10 × the promise, 10 × the same call on the idle server in this run), because a machine that tests may be busy;
whether the figure itself keeps the promise is said in the table. Everything else is asserted exactly.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).resolve().parents[1] / "docs" / "promises.md"
SLACK = 10.0

PROMISES = {
    "P1": "Cancelling a job frees its device.",
    "P2": "Cancel and finish hit only their own job.",
    "P3": "A killed client costs its attached job alone; a detached one runs on.",
    "P4": "A watch that breaks can be taken up again, and the end is always told.",
    "P5": "The same request sent twice is one job.",
    "P6": "Nobody waits behind another's flood.",
    "P7": "A full queue takes exactly what it has room for, and says when to come back.",
    "P8": "A slow watcher costs nobody else anything.",
    "P9": "What can't fit is refused with the size that does; running out of memory costs one job.",
    "P10": "A worker that crashes or hangs costs one job.",
    "P11": "A job runs at most once.",
    "P12": "A server that is asked to end lets the running job end, and leaves nothing behind.",
    "P13": "A killed server loses no result and no waiting job.",
    "P14": "The server does not grow.",
    "P15": "However many start it at once, one server runs.",
    "P16": "An idle server gives its memory back, and ends.",
    "P17": "Versions that fit work together; others are told both versions.",
    "P18": "A full server can still be asked, watched and stopped.",
    "P19": "A full disk or a read-only folder costs a job, never the server.",
    "P20": "Users of a shared server are apart.",
    "memory": "The estimate of memory is true.",
    "time": "The estimate of time is true after the first job on a device.",
    "pause": "A sketch does not wait behind a folder: a batch job pauses between two scales.",
    "devices": "Several devices share one queue.",
    "load": "Real clients, some of them killed: every other job ends once, with the right result.",
    "fuzz": "No input breaks the server.",
}

REASONS: Mapping[str, str] = {}
"""Why a promise is missed on the machine that the page was made on; nothing is missed without a reason here."""

Promised = Callable[..., None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full-size", action="store_true", help="run the promises at full size and write docs/promises.md (about ten minutes)")
    parser.addoption("--share", type=float, metavar="X", help="the same with X of the full number of runs, for a machine that has little time")


@pytest.fixture
def full_size(request: pytest.FixtureRequest) -> bool:
    """Whether this run has the time to measure everything."""
    return _share(request.config) == 1


@pytest.fixture
def sized(request: pytest.FixtureRequest) -> Callable[[Any, Any], Any]:
    """sized(full, small): how often, in this run."""
    share = _share(request.config)

    def choose(full: Any, small: Any) -> Any:
        if share is None or (share < 1 and not isinstance(full, int)):
            return small
        return max(small, round(full * share)) if isinstance(full, int) else full

    return choose


def _share(config: pytest.Config) -> float | None:
    """Of the full number of runs; None: as few as CI does."""
    return 1.0 if config.getoption("--full-size") else config.getoption("--share")


@pytest.fixture
def promised(record_property: Callable[[str, object], None]) -> Promised:
    """promised(P, bound, measured, runs): a row about what has just been asserted; "{}" in `measured` is the number of runs.
    promised(P, bound, measured, runs, figure=, limit=, idle=0): measured is a text with "{:…}" for the figure, which keeps the promise up to the limit and
    fails the test beyond SLACK times the larger of limit and idle, the same on an idle server. exact: no slack, for what is no time. checked: False for a
    figure that only the table judges.
    """

    def note(
        number: str,
        bound: str,
        measured: str,
        runs: int,
        *,
        figure: float | None = None,
        limit: float = 0.0,
        idle: float = 0.0,
        exact: bool = False,
        checked: bool = True,
    ) -> None:
        text = measured.format(runs if figure is None else figure)
        kept = figure is None or figure <= limit
        record_property("promise", json.dumps([number, bound, text, runs, kept, figure is not None and not exact]))
        if figure is not None and checked:
            most = limit if exact else SLACK * max(limit, idle)
            assert figure <= most, f"{number}: {bound}: {text}"

    return note


class Table:
    """Collects the rows that tests leave, also from other processes of a run."""

    def __init__(self, config: pytest.Config) -> None:
        self._share = _share(config)
        self._rows: list[list[Any]] = []
        self._failed = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self._failed += report.failed
            self._rows += [json.loads(str(value)) for name, value in report.user_properties if name == "promise"]

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if not self._rows:
            return
        order = list(PROMISES)
        rows = sorted(self._rows, key=lambda row: order.index(row[0]))
        terminalreporter.section("promises")
        for number, bound, text, runs, kept, _ in rows:
            terminalreporter.write_line(f"{number:<8}{'kept' if kept else 'MISSED':<8}{runs:>6} runs  {bound}: {text}")
        missing = [number for number in order if number not in {row[0] for row in rows}]
        if self._share and (self._failed or not missing):
            PAGE.write_text(page(rows, missing, self._share), encoding="utf-8")
            terminalreporter.write_line(f"written: {PAGE}")
        elif self._share:
            terminalreporter.write_line(f"not written, because this run left out {', '.join(missing)}")


def page(rows: Sequence[Sequence[Any]], missing: Sequence[str], share: float) -> str:
    """docs/promises.md."""
    size = "" if share == 1 else f" **The figures below come from a run with {share:.0%} of the full number of runs**, on a machine that had little time."
    lines = [
        "# The server's promises",
        "",
        "What the server promises, and what its tests measured. This page is written by the tests themselves, at full size, by",
        "",
        "```sh",
        ".venv/bin/python -m pytest tests/faults tests/load tests/security --full-size",
        "```",
        "",
        f"Machine of this run: {_machine()}.{size}",
        "",
        "CI runs the same tests at a smaller size, asserts every outcome exactly, and times only against ten times the bound or the same on an idle server.",
        "",
        "| P | bound | measured | runs | kept or missed |",
        "|---|---|---|---|---|",
    ]
    for number, bound, text, runs, kept, timed in rows:
        verdict = "kept" if kept else f"missed: {REASONS.get(number) or _reason(timed)}"
        lines.append(f"| {number} | {bound} | {text} | {runs} | {verdict} |")
    lines += [f"| {number} | {PROMISES[number]} | its test failed | – | missed: see the test |" for number in missing]
    lines += ["", "## What each stands for", ""]
    lines += [f"- **{number}**: {text}" for number, text in PROMISES.items()]
    return "\n".join([*lines, ""])


def _reason(timed: bool) -> str:
    """Why a figure is missed, when it is a time on a machine that had more to do than it has cores."""
    load, cores = (os.getloadavg()[1] if hasattr(os, "getloadavg") else 0.0), os.cpu_count() or 1
    return f"measured at a load average of {load:.0f} on {cores} cores" if timed and load > cores else "no reason is known yet"


def _machine() -> str:
    try:
        words = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next(line.partition(":")[2].strip() for line in words if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.machine()
    load = f", load average {os.getloadavg()[0]:.0f} at its end" if hasattr(os, "getloadavg") else ""
    return f"{os.cpu_count()} cores, {model}, {platform.system()}, Python {platform.python_version()}{load}"


def percentile(figures: Sequence[float], share: float) -> float:
    """The figure that `share` of all do not exceed."""
    ranked = sorted(figures)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]
