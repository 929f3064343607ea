#!/usr/bin/env python3
"""Owns the second command of the README: python3 install/test.py makes the environment, runs every check, and prints the ledger of minutes.

Every part runs, even when one before it has failed; the exit status is 1 when one has. Standard library only.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Exit status 0, 1 when a part failed, 2 wrong usage, 130 cancelled."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this very check must run on an older one
        sys.exit("Restyle needs Python 3.11 or newer, and this is %d.%d; run this command with a newer one." % sys.version_info[:2])  # noqa: UP031
    # a shell starts what runs in the background with Ctrl-C ignored, which the programs that the tests start would inherit
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.path[:0] = [str(ROOT / folder) for folder in ("install", "plugin", "tests")]
    from ci.checks import PARTS, Checkout, perform
    from ci.ledger import Entry, table
    from restyle_install.environment import prepare
    from restyle_install.making import EnvironmentProblem

    given = arguments(sys.argv[1:], [part.name for part in PARTS])
    if given.list:
        for part in PARTS:
            say(f"{part.name:<10} {part.what}; at most {part.limit / 60:.0f} minutes")
        return 0
    started = time.monotonic()
    try:
        python = prepare(ROOT, "dev", say, folder=given.environment)
    except EnvironmentProblem as problem:
        sys.exit(str(problem))
    made = Entry("environment", time.monotonic() - started, 0)
    chosen = [part for part in PARTS if not given.only or part.name in given.only]
    entries = [made, *perform(chosen, Checkout(ROOT, python, given.environment), say)]
    say(table(entries))
    for entry in entries:
        if entry.closing:
            say(f"\n{entry.closing}")
    return int(any(not entry.passed for entry in entries))


def arguments(words: list[str], parts: list[str]) -> argparse.Namespace:
    """What the caller wants; argparse ends the program with a sentence when it makes no sense."""
    parser = argparse.ArgumentParser(prog="test.py", description="Makes the environment and runs every check of the project.")
    parser.add_argument("--only", action="append", choices=parts, metavar="PART", help=f"run this part alone; may be repeated: {', '.join(parts)}")
    parser.add_argument("--list", action="store_true", help="list the parts and run none")
    parser.add_argument("--environment", type=Path, metavar="FOLDER", help="where Restyle's Python environment is; default: .venv of the checkout")
    return parser.parse_args(words)


def say(line: str) -> None:
    """A line for people, at once; characters that the terminal lacks become question marks."""
    encoding = sys.stdout.encoding or "utf-8"
    print(line.encode(encoding, "replace").decode(encoding), flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
