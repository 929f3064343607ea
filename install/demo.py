#!/usr/bin/env python3
"""Owns the first command of the README: python3 install/demo.py [PHOTO] [STYLE] paints a photo and lays the result beside it.

It makes the environment when there is none, and starts work within seconds when there is. Standard library only.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

EPILOG = """\
examples:
  python3 install/demo.py
  python3 install/demo.py photo.jpg
  python3 install/demo.py photo.jpg woodcut --preset draft
  python3 install/demo.py photo.jpg painting.jpg --size 768
"""


def arguments(words: list[str]) -> argparse.Namespace:
    """What the caller wants; argparse ends the program with a sentence when it makes no sense."""
    parser = argparse.ArgumentParser(
        prog="demo.py",
        description="Paints a photo in the manner of another picture: restyled.png, and restyled-sheet.png with photo, style and result side by side.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("photo", nargs="?", metavar="PHOTO", help="a picture to paint; default: a photo that comes along")
    parser.add_argument("style", nargs="?", metavar="STYLE", help="a style of the library, or a picture; default: one of the library")
    parser.add_argument("--size", type=int, metavar="N", help="longest side of the work in pixels")
    parser.add_argument("--preset", choices=("draft", "standard", "fine"), default="standard", help="how much time to take; default: %(default)s")
    parser.add_argument("--environment", type=Path, metavar="FOLDER", help="where Restyle's Python environment is; default: .venv of the checkout")
    return parser.parse_args(words)


def main() -> int:
    """Exit status 0, 1 failed, 2 wrong usage, 130 cancelled."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this very check must run on an older one
        sys.exit("Restyle needs Python 3.11 or newer, and this is %d.%d; run this command with a newer one." % sys.version_info[:2])  # noqa: UP031
    given = arguments(sys.argv[1:])
    sys.path[:0] = [str(ROOT / "install"), str(ROOT / "plugin")]
    from restyle_install.environment import prepare
    from restyle_install.making import EnvironmentProblem
    from restyle_install.running import attend

    try:
        python = prepare(ROOT, "demo", say, folder=given.environment)
    except EnvironmentProblem as problem:
        sys.exit(str(problem))
    words = [word for word in (given.photo, given.style) if word is not None]
    options = ["--preset", given.preset] + (["--size", str(given.size)] if given.size is not None else [])
    return attend([python, "-P", "-m", "restyle_install.demonstration", *options, "--", *words], environment())


def environment() -> dict[str, str]:
    """The caller's variables, less what would let another Python's packages in."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}


def say(line: str) -> None:
    """A line for people, at once."""
    print(line, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
