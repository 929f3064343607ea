"""Owns the table of promises: what each test measured beside its bound, printed after a run, and written to docs/promises.md by a run at full size.

    python -m pytest tests/faults tests/load tests/security --full-size

A run at full size may be done in parts, one after the other: the rows of tests that passed are kept in pytest's cache, until the code or the machine is
another, and the page is written once every test of a promise has passed. Each timed row says the load that its own test ran under.

A promise about time is checked against max(10 × the promise, 10 × the same call on the idle server in this run), because a machine that tests may be busy;
whether the figure itself keeps the promise is said in the table. Everything else is asserted exactly.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
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
    "journal": "A damaged journal loses no result and no waiting job.",
    "results": "A result that is not what was painted is never given out.",
    "clock": "A clock that jumps lets no result go.",
    "starvation": "A worker that gets no turn is not a hung one, and what waits goes on waiting.",
    "memory": "The estimate of memory is true.",
    "time": "The estimate of time is true after the first job on a device.",
    "pause": "A sketch does not wait behind a folder: a batch job pauses between two scales.",
    "devices": "Several devices share one queue.",
    "load": "Real clients, some of them killed: every other job ends once, with the right result.",
    "fuzz": "No input breaks the server.",
    "lockout": "Nobody is locked out, and nothing grows, beside hostile streams and messages.",
}

REASONS: Mapping[str, str] = {}
"""Why a promise is missed on the machine that the page was made on; nothing is missed without a reason here."""

FULL_TIMEOUT = 1800  # s for one test at full size
KEPT = "promises/full-size"  # in pytest's cache
FOLDERS = ("tests/faults", "tests/load", "tests/security")  # whose tests measure the promises
CODE = ("plugin", "protos", "server", "tests")  # what the rows are about

Promised = Callable[..., None]
Sized = Callable[[Any, Any], Any]


@dataclass(frozen=True, slots=True)
class Row:
    """What one test has measured about one promise. timed: it depends on how busy the machine is. load: its load average when the test had ended."""

    number: str
    bound: str
    text: str
    runs: int
    kept: bool
    timed: bool
    load: float = 0.0

    @property
    def verdict(self) -> str:
        if self.kept:
            return f"kept (load {self.load:.1f})" if self.timed else "kept"
        return f"missed (load {self.load:.1f}): {REASONS.get(self.number, 'no reason is known yet')}"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full-size", action="store_true", help="run the promises at full size and write docs/promises.md (a quarter of an hour)")
    parser.addoption("--share", type=float, metavar="X", help="the same with X of the full number of runs, for a machine that has little time")


@pytest.fixture
def full_size(request: pytest.FixtureRequest) -> bool:
    """Whether this run has the time to measure everything."""
    return _share(request.config) == 1


@pytest.fixture
def sized(request: pytest.FixtureRequest) -> Sized:
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
        record_property("promise", json.dumps([number, bound, text, runs, kept, figure is not None and not exact, _load()]))
        if figure is not None and checked:
            most = limit if exact else SLACK * max(limit, idle)
            assert figure <= most, f"{number}: {bound}: {text}"

    return note


class Table:
    """Collects the rows that tests leave, also from other processes of a run."""

    def __init__(self, config: pytest.Config) -> None:
        self._cache: pytest.Cache | None = getattr(config, "cache", None)  # none under -p no:cacheprovider
        self._share = _share(config)
        self._rows: dict[str, list[Row]] = {}  # by test
        self._failed: list[str] = []

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self._share:
            for item in items:
                item.add_marker(pytest.mark.timeout(FULL_TIMEOUT))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.append(report.nodeid)
        if report.when == "call" and (rows := [Row(*json.loads(str(value))) for name, value in report.user_properties if name == "promise"]):
            self._rows[report.nodeid] = rows

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if not self._rows:
            return
        terminalreporter.section("promises")
        for row in _sorted(self._rows):
            terminalreporter.write_line(f"{row.number:<11}{'kept' if row.kept else 'MISSED':<8}{row.runs:>6} runs  {row.bound}: {row.text}")
        if self._share is None:
            return
        rows = self._with_earlier() if self._share == 1 else self._rows
        missing = sorted(_promising() - {test.partition("[")[0] for test in rows})
        if self._failed:
            terminalreporter.write_line(f"not written, because {len(self._failed)} tests failed")
        elif missing:
            terminalreporter.write_line("\n".join(["not written yet, because these are still to be run:", *missing]))
        else:
            PAGE.write_text(page(_sorted(rows), self._share), encoding="utf-8")
            terminalreporter.write_line(f"written: {PAGE}")

    def _with_earlier(self) -> dict[str, list[Row]]:
        """This run's rows and those of earlier parts of the same code on the same machine, which are kept."""
        about = [_code(), _machine()]
        kept = self._cache.get(KEPT, None) if self._cache else None
        rows = {test: [Row(*words) for words in found] for test, found in kept["rows"].items()} if kept and kept["about"] == about else {}
        rows = {test: found for test, found in (rows | self._rows).items() if test not in self._failed}
        if self._cache:
            self._cache.set(KEPT, {"about": about, "rows": {test: [astuple(row) for row in found] for test, found in rows.items()}})
        return rows


def _promising() -> set[str]:
    """Every test that measures a promise, as pytest calls it, without its parameters."""
    root = PAGE.parents[1]
    found = set()
    for path in (path for folder in FOLDERS for path in (root / folder).glob("test_*.py")):
        functions = (node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
        found |= {
            f"{path.relative_to(root).as_posix()}::{each.name}"
            for each in functions
            if each.name.startswith("test_") and "promised" in {word.arg for word in each.args.args}
        }
    return found


def _sorted(rows: Mapping[str, Sequence[Row]]) -> list[Row]:
    order = list(PROMISES)
    return sorted((row for test in sorted(rows) for row in rows[test]), key=lambda row: order.index(row.number))


def page(rows: Sequence[Row], share: float) -> str:
    """docs/promises.md."""
    size = "" if share == 1 else f" **The figures below come from a run with {share:.0%} of the full number of runs**, on a machine that had little time."
    lines = [
        "# The server's promises",
        "",
        "What the server promises, and what its tests measured. This page is written by the tests themselves, at full size, in about a quarter of an hour, by",
        "",
        "```sh",
        ".venv/bin/python -m pytest tests/faults tests/load tests/security --full-size",
        "```",
        "",
        f"The machine: {_machine()}.{_commit()}{size} A load is the machine's load average when the row's test had ended, so with other programs' work in it.",
        "",
        "The folders, and the tests in them, may also be run one after the other: figures are kept until the code changes.",
        "",
        "CI runs the same tests at a smaller size, asserts every outcome exactly, and times only against ten times the bound or the same on an idle server.",
        "",
        "| P | bound | measured | runs | kept or missed |",
        "|---|---|---|---|---|",
    ]
    lines += [f"| {row.number} | {row.bound} | {row.text} | {row.runs} | {row.verdict} |" for row in rows]
    lines += ["", "## What each stands for", ""]
    lines += [f"- **{number}**: {text}" for number, text in PROMISES.items()]
    return "\n".join([*lines, ""])


def _load() -> float:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def _code() -> str:
    """A digest of everything that a promise depends on."""
    root, digest = PAGE.parents[1], hashlib.sha256()
    for path in sorted(path for folder in CODE for path in (root / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _commit() -> str:
    """Which commit the code is, when git says so and nothing has been changed since."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=PAGE.parents[1], capture_output=True, check=True, text=True).stdout.strip()

    try:
        return "" if git("status", "--porcelain", *CODE) else f" The code: commit {git('rev-parse', '--short=10', 'HEAD')}."
    except (OSError, subprocess.CalledProcessError):
        return ""


def _machine() -> str:
    try:
        words = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next(line.partition(":")[2].strip() for line in words if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.machine()
    nice = f", at priority {os.nice(0)}" if hasattr(os, "nice") and os.nice(0) else ""
    return f"{os.cpu_count()} cores, {model}, {platform.system()}, Python {platform.python_version()}{nice}"


def percentile(figures: Sequence[float], share: float) -> float:
    """The figure that `share` of all do not exceed."""
    ranked = sorted(figures)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]
