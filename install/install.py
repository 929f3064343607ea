#!/usr/bin/env python3
"""Owns the command that puts Restyle on a machine: python3 install/install.py installs it for this user, or brings it up to date, or takes it out again.

It may be run again at any time, also after it was interrupted. Standard library only.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - this very check must run on an older one
        sys.exit("Restyle needs Python 3.11 or newer, and this is %d.%d; run this command with a newer one." % sys.version_info[:2])  # noqa: UP031
    sys.dont_write_bytecode = True  # the copy of the repository may be read-only, and stays as it is
    sys.path[:0] = [str(ROOT / "install"), str(ROOT / "plugin")]
    from restyle_install.command import main

    try:
        sys.exit(main(ROOT, sys.argv[1:]))
    except KeyboardInterrupt:
        print("Interrupted; run the same command again to go on.", file=sys.stderr)
        sys.exit(130)
