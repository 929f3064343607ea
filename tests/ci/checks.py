"""Owns the parts of the project's own checks: what each runs, and how long it may take. Standard library only: they run programs of the environment."""

from __future__ import annotations

import filecmp
import os
import shutil
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from restyle_install.making import python_of
from restyle_install.running import run, run_side_by_side

from .ledger import Entry, failed_tests, seconds_by_room

MINUTE = 60.0  # s
MOST_WORKERS = 8  # of pytest: every one may start a server with a model of its own
SUITES = ("trixie", "sid")  # Debian roots with real editors: one pytest process each, as what a root holds is made once
WANTED_SUITES = "RESTYLE_TEST_SUITES"  # tells tests/editors which of them to use
SOME_FAILED = 1  # pytest's exit status
# Machines are shared and noisy, and real editors have races of their own: what failed is tried once more, by itself, and the ledger says so.
ONCE_MORE = ("--last-failed", "--last-failed-no-failures=none")
LINK = (
    "import pathlib, sys, sysconfig; pathlib.Path(sysconfig.get_path('purelib'), 'restyle.pth').write_text('\\n'.join(sys.argv[1:]))"  # as an editable install
)
HEAVY = ("torch", "torchvision")  # gigabytes, and what uses them is not run at its lowest
CLIENTS_TESTS = ("pytest", "pytest-xdist", "pytest-asyncio", "pytest-timeout", "cryptography")  # of the group dev, what they need
NOT_AT_LOWEST = (
    "tests/client/test_client_alone.py::test_the_vendored_packages_are_what_the_one_command_makes",  # which is a part of its own
    "tests/client/test_client_discovery.py::test_a_server_in_this_very_python_is_the_last_way",  # which is one with PyTorch
)
DEMO_SIZE = "96"  # px: enough to run every step
OLDEST_PYTHON = "python3.11"  # that pyproject.toml allows
NOWHERE = "http://127.0.0.1:9"  # the discard port: a program that wants the network fails at once

Say = Callable[[str], None]


@dataclass(frozen=True)
class Checkout:
    """Where the checks run. python: the environment's. folder: the environment, when it isn't the usual one. variables: the caller's own."""

    root: Path
    python: Path
    folder: Path | None = None
    variables: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))


@dataclass(frozen=True)
class Part:
    """One line of the ledger. limit: seconds after which it is ended and has failed."""

    name: str
    what: str
    limit: float
    run: Callable[[Checkout, float, Say], Entry]


def _programs(name: str, *commands: Sequence[str]) -> Callable[[Checkout, float, Say], Entry]:
    """A part that runs modules of the environment one after the other, all of them, and fails when one does."""

    def part(checkout: Checkout, limit: float, say: Say) -> Entry:
        started, worst = time.monotonic(), 0
        for command in commands:
            left = limit - (time.monotonic() - started)
            status = run([str(checkout.python), *command], say, environment=checkout.variables, folder=checkout.root, seconds=max(1.0, left))
            worst = worst or status
        return Entry(name, time.monotonic() - started, worst)

    return part


def _tests(name: str, which: str, most_workers: int) -> Callable[[Checkout, float, Say], Entry]:
    """A part that runs the tests whose markers `which` selects, side by side."""

    def part(checkout: Checkout, limit: float, say: Say) -> Entry:
        workers = min(os.cpu_count() or 1, most_workers)
        threads = str(max(1, (os.cpu_count() or 1) // workers))
        variables = {**checkout.variables, "OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
        lines: list[str] = []

        def heard(line: str) -> None:
            lines.append(line)
            say(line)

        with tempfile.TemporaryDirectory(prefix="restyle-test-") as folder:
            report = Path(folder) / "report.xml"
            command = [str(checkout.python), "-m", "pytest", "-m", which, "-o", f"cache_dir={folder}/cache"]
            first = [*command, "-n", str(workers), "--durations=15", "--durations-min=5", f"--junitxml={report}"]
            started = time.monotonic()
            status = run(first, heard, environment=variables, folder=checkout.root, seconds=limit)
            closing = _closing(lines)
            flaky: tuple[str, ...] = ()
            if status == SOME_FAILED:
                left = max(1.0, limit - (time.monotonic() - started))
                status = run([*command, *ONCE_MORE], heard, environment=variables, folder=checkout.root, seconds=left)
                closing += f"\nonce more, what failed: {_closing(lines)}"
                flaky = () if status else failed_tests(report)
            return Entry(name, time.monotonic() - started, status, seconds_by_room(report), f"over {workers} workers", closing, flaky)

    return part


def _closing(lines: Sequence[str]) -> str:
    """pytest's last line that says something."""
    return next((line for line in reversed(lines) if line.strip("= ")), "pytest said nothing")


def _editors(checkout: Checkout, limit: float, say: Say) -> Entry:
    """Real editors: one pytest process for each Debian root, side by side. Fails when one of them does."""
    lines: dict[str, list[str]] = {suite: [] for suite in SUITES}

    def heard(suite: str, line: str) -> None:
        lines[suite].append(line)
        say(f"{suite:<6} | {line}".rstrip())

    with tempfile.TemporaryDirectory(prefix="restyle-test-") as folder:
        reports = {suite: Path(folder) / f"{suite}.xml" for suite in SUITES}
        common = [str(checkout.python), "-m", "pytest", "-m", "editors", "tests/editors"]
        # two pytests would overwrite each other's cache of what failed last
        alone = {suite: [*common, "-o", f"cache_dir={folder}/{suite}"] for suite in SUITES}
        commands = {suite: [*alone[suite], "--durations=15", "--durations-min=5", f"--junitxml={reports[suite]}"] for suite in SUITES}
        threads = str(max(1, (os.cpu_count() or 1) // len(SUITES)))
        environments = {suite: {**checkout.variables, "OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads, WANTED_SUITES: suite} for suite in SUITES}
        started = time.monotonic()
        statuses = run_side_by_side(commands, heard, environments=environments, folder=checkout.root, seconds=limit)
        closings = {suite: _closing(lines[suite]) for suite in SUITES}
        if failed := [suite for suite in SUITES if statuses[suite] == SOME_FAILED]:
            left = max(1.0, limit - (time.monotonic() - started))
            again = {suite: [*alone[suite], *ONCE_MORE] for suite in failed}
            statuses |= run_side_by_side(again, heard, environments={suite: environments[suite] for suite in failed}, folder=checkout.root, seconds=left)
            closings |= {suite: f"{closings[suite]}; once more, what failed: {_closing(lines[suite])}" for suite in failed}
        flaky = tuple(f"{suite}: {name}" for suite in failed if not statuses[suite] for name in failed_tests(reports[suite]))
        seconds = time.monotonic() - started
        inner = {suite: sum(seconds_by_room(report).values()) for suite, report in reports.items()}
    worst = next((status for status in statuses.values() if status), 0)
    closing = "\n".join(f"{suite}: {closings[suite]}" for suite in SUITES)
    return Entry("editors", seconds, worst, inner, "side by side", closing, flaky)


def _vendored(checkout: Checkout, limit: float, say: Say) -> Entry:
    """Makes the client's vendored packages once more, in a copy, and compares."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="restyle-vendored-") as folder:
        copy = Path(folder)
        shutil.copy(checkout.root / "pyproject.toml", copy)
        shutil.copytree(checkout.root / "plugin", copy / "plugin", ignore=shutil.ignore_patterns("__pycache__"))
        status = run([checkout.python, copy / "plugin" / "vendor.py"], say, environment=checkout.variables, folder=copy, seconds=limit)
        place = Path("plugin") / "restyle_client" / "_vendor"
        different = [] if status else _different(checkout.root / place, copy / place)
    for path in different:
        say(f"{place / path} isn't what plugin/vendor.py makes; run it in the development environment")
    return Entry("vendored", time.monotonic() - started, status or int(bool(different)))


def _different(here: Path, there: Path) -> list[Path]:
    """Paths of files that only one of two folders has, or that differ."""

    def files(folder: Path) -> set[Path]:
        return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}

    return sorted((files(here) ^ files(there)) | {path for path in files(here) & files(there) if not filecmp.cmp(here / path, there / path, shallow=False)})


def lowest(project: Path) -> list[str]:
    """The lowest versions that a pyproject.toml allows of what the client, a server without its engine, and their tests need; as pip has them."""
    words = tomllib.loads(project.read_text("utf-8"))
    needs = [*words["project"]["dependencies"], *words["dependency-groups"]["dev"]]
    bounds = [need.partition(",")[0].partition(">=") for need in needs]
    every = {*(need.partition(">=")[0] for need in words["project"]["dependencies"]), *CLIENTS_TESTS} - {*HEAVY}
    return [f"{name}=={version}" for name, _, version in bounds if name in every]


def _lowest(checkout: Checkout, limit: float, say: Say) -> Entry:
    """The client's tests in an environment of their own, on the oldest Python; left out where that isn't."""
    started = time.monotonic()
    oldest = shutil.which(OLDEST_PYTHON)
    if oldest is None:
        return Entry("lowest", 0.0, 0, closing=f"lowest: left out, as this machine has no {OLDEST_PYTHON}")
    with tempfile.TemporaryDirectory(prefix="restyle-lowest-") as folder:
        python = python_of(Path(folder))
        workers = str(min(os.cpu_count() or 1, MOST_WORKERS))
        tests = ["-m", "pytest", "-n", workers, "-o", f"cache_dir={folder}/cache", *(f"--deselect={name}" for name in NOT_AT_LOWEST), "tests/client"]
        steps: tuple[Sequence[str | Path], ...] = (
            [oldest, "-m", "venv", folder],
            [python, "-m", "pip", "install", "--quiet", "--only-binary", ":all:", *lowest(checkout.root / "pyproject.toml")],
            [python, "-c", LINK, *(str(checkout.root / part) for part in ("server", "plugin", "install"))],
            [python, *tests],
        )
        lines: list[str] = []

        def heard(line: str) -> None:
            lines.append(line)
            say(line)

        for command in steps:
            left = max(1.0, limit - (time.monotonic() - started))
            if status := run(command, heard, environment=checkout.variables, folder=checkout.root, seconds=left):
                break
        return Entry("lowest", time.monotonic() - started, status, closing=f"lowest: {_closing(lines)}")


def _speed(checkout: Checkout, limit: float, say: Say) -> Entry:
    """Ratios of speed beside their last figures. What has fallen is said in the closing lines, and fails nothing: a shared machine has its moods."""
    lines: list[str] = []

    def heard(line: str) -> None:
        lines.append(line)
        say(line)

    started = time.monotonic()
    status = run([str(checkout.python), "tests/performance/ratios.py"], heard, environment=checkout.variables, folder=checkout.root, seconds=limit)
    return Entry("speed", time.monotonic() - started, status, closing="\n".join(lines))


def demo_commands(checkout: Checkout) -> tuple[list[str], list[str]]:
    """The README's demo at a small size; and the same without a network, as far as this machine can take it away."""
    command = [sys.executable, str(checkout.root / "install" / "demo.py"), "--size", DEMO_SIZE, "--preset", "draft"]
    if checkout.folder:
        command += ["--environment", str(checkout.folder.absolute())]
    if sys.platform == "linux" and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("unshare") and shutil.which("ip"):
        return command, ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", *command]  # a server listens on loopback
    return command, command


def _demo(checkout: Checkout, limit: float, say: Say) -> Entry:
    """The README's first command twice: as it is, and offline. Both must leave two pictures."""
    online, offline = demo_commands(checkout)
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOWHERE)
    inner: dict[str, float] = {}
    started, worst = time.monotonic(), 0
    for name, command, more in (("first run", online, {}), ("offline", offline, proxies)):
        with tempfile.TemporaryDirectory(prefix="restyle-demo-") as folder:
            variables = {**checkout.variables, **more, "RESTYLE_DATA_DIR": str(Path(folder) / "data")}
            begun = time.monotonic()
            status = run(command, say, environment=variables, folder=Path(folder), seconds=limit / 2)
            inner[name] = time.monotonic() - begun
            missing = [picture for picture in ("restyled.png", "restyled-sheet.png") if not (Path(folder) / picture).is_file()]
        if missing:
            say(f"The demo ({name}) left no {' and no '.join(missing)}.")
        worst = worst or status or int(bool(missing))
    return Entry("demo", time.monotonic() - started, worst, inner)


PARTS = (
    Part("lint", "ruff: rules and format", 1 * MINUTE, _programs("lint", ["-m", "ruff", "check", "."], ["-m", "ruff", "format", "--check", "."])),
    Part(
        "types",
        "mypy, strict, over tests too",
        3 * MINUTE,
        _programs("types", ["-m", "mypy", "protos", "server", "plugin", "install", "tests"]),
    ),
    Part("stubs", "the stubs are what restyle.proto says", 1 * MINUTE, _programs("stubs", ["protos/generate.py", "--check"])),
    Part("vendored", "the client's vendored packages can be made again", 1.5 * MINUTE, _vendored),
    Part("tests", "pytest, slow ones included", 37.5 * MINUTE, _tests("tests", "not editors and not cluster", MOST_WORKERS)),
    Part("lowest", "the client's tests with the lowest versions that pyproject.toml allows", 3 * MINUTE, _lowest),
    Part("speed", "ratios of speed beside their last figures; a drop is said, and fails nothing", 1 * MINUTE, _speed),
    Part("editors", "real GIMPs and Kritas in Debian roots", 37.5 * MINUTE, _editors),
    Part("demo", "the README's demo, small: as it is, and offline", 2 * MINUTE, _demo),
)


def perform(parts: Sequence[Part], checkout: Checkout, say: Say) -> list[Entry]:
    """Runs every part, failed ones before it or not."""
    entries = []
    for part in parts:
        say(f"\n── {part.name}: {part.what} ──")
        entries.append(part.run(checkout, part.limit, say))
    return entries
