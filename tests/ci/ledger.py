"""Owns the ledger of minutes: what each part of the checks took, and whether it passed. Standard library only."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """One part's line. status: its exit status. inner: seconds within it, by name; note: what kind of seconds. closing: its last line of output.
    flaky: tests that failed and passed when they were tried once more."""

    name: str
    seconds: float
    status: int
    inner: Mapping[str, float] = field(default_factory=dict)
    note: str = ""
    closing: str = ""
    flaky: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return self.status == 0


def table(entries: Sequence[Entry]) -> str:
    """The ledger as text: a line per part, lines for what is within it, and the sum; then the flaky tests, and how many they are."""
    lines = ["", "part                     minutes   result"]
    for entry in entries:
        lines.append(f"{entry.name:<24}{entry.seconds / 60:8.2f}   {'passed' if entry.passed else f'FAILED (exit status {entry.status})'}")
        lines += [f"  {name:<22}{seconds / 60:8.2f}   {entry.note}".rstrip() for name, seconds in sorted(entry.inner.items(), key=lambda item: -item[1])]
    total = sum(entry.seconds for entry in entries)
    failed = [entry.name for entry in entries if not entry.passed]
    lines.append(f"{'all':<24}{total / 60:8.2f}   {'passed' if not failed else 'FAILED: ' + ', '.join(failed)}")
    flaky = [name for entry in entries for name in entry.flaky]
    lines += [f"  flaky: {name}" for name in flaky]
    lines.append(f"{len(flaky)} flaky: failed once, and passed at the second try" if flaky else "no test was flaky")
    return "\n".join(lines)


def failed_tests(report: Path) -> tuple[str, ...]:
    """Names of the tests that failed, out of pytest's JUnit report."""
    failed = [case for case in _cases(report) if case.find("failure") is not None or case.find("error") is not None]
    return tuple(dict.fromkeys(f"{case.get('classname', '')}::{case.get('name', '')}" for case in failed))


def seconds_by_room(report: Path) -> dict[str, float]:
    """Seconds of tests by folder under tests/, out of pytest's JUnit report, which pytest itself has just written; empty when there is none."""
    rooms: dict[str, float] = {}
    for case in _cases(report):
        path = case.get("classname", "").split(".")
        room = path[1] if len(path) > 2 and path[0] == "tests" else "other"
        rooms[room] = rooms.get(room, 0.0) + float(case.get("time", 0))
    return rooms


def _cases(report: Path) -> list[ElementTree.Element]:
    try:
        return list(ElementTree.parse(report).iter("testcase"))  # noqa: S314 - the file is our own
    except (OSError, ElementTree.ParseError):
        return []
