"""What install/test.py promises: every part runs, a failure shows in the ledger and in the exit status, and pytest's closing line comes last."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from ci.checks import HEAVY, PARTS, SUITES, WANTED_SUITES, Checkout, Part, demo_commands, lowest, perform
from ci.ledger import Entry, seconds_by_room, table
from editors import roots

ROOT = Path(__file__).resolve().parents[2]


def entry(name: str, status: int = 0) -> Part:
    return Part(name, "nothing", 1.0, lambda checkout, limit, say: Entry(name, 30.0, status))


def silent(line: str) -> None:
    """Nobody listens."""


def test_a_failed_part_stops_none_after_it(tmp_path: Path) -> None:
    entries = perform([entry("one"), entry("two", 1), entry("three")], Checkout(tmp_path, Path(sys.executable)), silent)
    assert [(one.name, one.passed) for one in entries] == [("one", True), ("two", False), ("three", True)]


def test_the_ledger_has_minutes_for_every_part_and_names_what_failed() -> None:
    text = table([Entry("lint", 30.0, 0), Entry("tests", 90.0, 2, {"server": 120.0, "cli": 6.0})])
    assert "lint                        0.50   passed" in text
    assert "tests                       1.50   FAILED (exit status 2)" in text
    assert text.index("server") < text.index("cli")
    assert "all                         2.00   FAILED: tests" in text.splitlines()
    assert text.splitlines()[-1] == "no test was flaky"


def test_the_ledger_names_flaky_tests_and_counts_them_last() -> None:
    lines = table([Entry("tests", 90.0, 0, flaky=("tests.cli.test_image::test_one",)), Entry("editors", 9.0, 0, flaky=("sid: a::b",))]).splitlines()
    assert lines[-3:-1] == ["  flaky: tests.cli.test_image::test_one", "  flaky: sid: a::b"]
    assert lines[-1].startswith("2 flaky")


def test_minutes_of_tests_are_told_by_room(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite><testcase classname="tests.server.test_jobs" time="1.5"/><testcase classname="tests.server.test_queue" time="0.5"/>'
        '<testcase classname="tests.cli.test_image" time="1"/></testsuite></testsuites>'
    )
    assert seconds_by_room(report) == {"server": 2.0, "cli": 1.0}
    assert seconds_by_room(tmp_path / "missing.xml") == {}


def test_all_parts_together_stay_below_the_budget() -> None:
    assert sum(part.limit for part in PARTS) <= 88 * 60
    assert len({part.name for part in PARTS}) == len(PARTS)


def test_the_list_of_parts_needs_no_environment() -> None:
    done = subprocess.run([sys.executable, ROOT / "install" / "test.py", "--list"], capture_output=True, text=True, check=True)
    assert [line.split()[0] for line in done.stdout.splitlines()] == [part.name for part in PARTS]


def test_a_part_that_does_not_exist_is_refused() -> None:
    done = subprocess.run([sys.executable, ROOT / "install" / "test.py", "--only", "nonsense"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "nonsense" in done.stderr


def test_the_demo_is_checked_at_a_small_size_from_the_readmes_own_script(tmp_path: Path) -> None:
    online, offline = demo_commands(Checkout(ROOT, Path(sys.executable)))
    assert online[1:4] == [str(ROOT / "install" / "demo.py"), "--size", "96"]
    assert offline[-len(online) :] == online


def test_the_lowest_versions_are_those_of_every_dependency_but_torchs() -> None:
    found = lowest(ROOT / "pyproject.toml")
    needs = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    light = [need.partition(",")[0].replace(">=", "==") for need in needs if need.partition(">=")[0] not in HEAVY]
    assert found[: len(light)] == light
    assert all("==" in need for need in found)
    assert {"pytest", "pytest-asyncio", "cryptography"} < {need.partition("==")[0] for need in found}


FAILED = '<testcase classname="tests.editors.test_gimp" name="test_it" time="30"><failure/></testcase>'
PYTEST = f"""#!{sys.executable}
import os, pathlib, sys, time
suite = os.environ["{WANTED_SUITES}"]
for report in [word.split("=", 1)[1] for word in sys.argv if word.startswith("--junitxml=")]:
    pathlib.Path(report).write_text('<testsuites><testsuite>{FAILED}</testsuite></testsuites>')
pathlib.Path(suite).touch()
while len([each for each in ("trixie", "sid") if pathlib.Path(each).exists()]) < 2:
    time.sleep(0.01)
print("working in", suite)
print(f"=== 3 passed in {{suite}} ===", flush=True)
if suite == pathlib.Path("hanging").read_text():
    time.sleep(600)
again = "--last-failed" in sys.argv
sys.exit({{suite: 7, suite + " once": 0 if again else 1, suite + " twice": 1}}.get(pathlib.Path("failing").read_text(), 0))
"""


def editors_part(folder: Path, limit: float, *, failing: str = "", hanging: str = "") -> tuple[Entry, list[str]]:
    """The editors' part with a stand-in for pytest, each of which ends only when the other has begun; and what it said."""
    for name, text in (("python", PYTEST), ("failing", failing), ("hanging", hanging)):
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "python").chmod(0o755)
    said: list[str] = []
    (part,) = (part for part in PARTS if part.name == "editors")
    return part.run(Checkout(folder, folder / "python", variables={}), limit, said.append), said


def test_the_roots_of_the_editors_are_checked_side_by_side(tmp_path: Path) -> None:
    found, said = editors_part(tmp_path, 60)
    assert found.passed
    assert found.inner == {"trixie": 30.0, "sid": 30.0}
    assert found.closing.splitlines() == ["trixie: === 3 passed in trixie ===", "sid: === 3 passed in sid ==="]
    assert {"trixie | working in trixie", "sid    | working in sid"} < set(said)


@pytest.mark.parametrize("failing", SUITES)
def test_one_failed_root_fails_the_editors(tmp_path: Path, failing: str) -> None:
    found, _ = editors_part(tmp_path, 60, failing=failing)
    assert found.status == 7
    assert len(found.closing.splitlines()) == 2


@pytest.mark.parametrize("failing", SUITES)
@pytest.mark.parametrize("times", ["once", "twice"])
def test_what_failed_is_tried_once_more_and_no_oftener_and_it_is_said(tmp_path: Path, failing: str, times: str) -> None:
    found, _ = editors_part(tmp_path, 60, failing=f"{failing} {times}")
    assert found.passed == (times == "once")
    assert [("once more" in line) for line in found.closing.splitlines()] == [suite == failing for suite in SUITES]
    assert found.flaky == ((f"{failing}: tests.editors.test_gimp::test_it",) if times == "once" else ())


@pytest.mark.parametrize("hanging", SUITES)
def test_the_limit_ends_both_roots(tmp_path: Path, hanging: str) -> None:
    found, _ = editors_part(tmp_path, 3, hanging=hanging)
    assert found.status == 124
    assert found.inner == {"trixie": 30.0, "sid": 30.0}


def speed_part(folder: Path, text: str, status: int) -> Entry:
    """The part of the ratios, with a stand-in for what measures them."""
    (folder / "python").write_text(
        f"#!{sys.executable}\nimport sys\nprint({text!r})\nsys.exit({status} if sys.argv[1:] == ['tests/performance/ratios.py'] else 9)"
    )
    (folder / "python").chmod(0o755)
    (part,) = (part for part in PARTS if part.name == "speed")
    return part.run(Checkout(folder, folder / "python", variables={}), 60, silent)


def test_a_drop_in_speed_is_said_after_the_ledger_and_fails_nothing(tmp_path: Path) -> None:
    found = speed_part(tmp_path, "evaluation in fp32 1.1 2.0\nspeed has fallen: evaluation in fp32 by 45%", 0)
    assert found.passed
    assert found.closing.splitlines()[-1] == "speed has fallen: evaluation in fp32 by 45%"


def test_ratios_that_can_t_be_measured_fail(tmp_path: Path) -> None:
    assert not speed_part(tmp_path, "no", 1).passed


def test_the_checks_name_the_roots_that_there_are() -> None:
    assert SUITES == roots.SUITES


@pytest.mark.parametrize("script", ["demo.py", "test.py"])
def test_an_old_python_gets_a_sentence_from_the_scripts(script: str) -> None:
    """The scripts' own text must parse and run up to their check; the version is a stand-in, because old Pythons are rare."""
    run = f"import sys, runpy; sys.version_info = (3, 9, 0); sys.argv = ['{script}']; runpy.run_path(r'{ROOT / 'install' / script}', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.strip() == "Restyle needs Python 3.11 or newer, and this is 3.9; run this command with a newer one."
