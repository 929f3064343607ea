"""Owns the look at an administrator's weights of RAFT when the server starts, in a process of its own: python -m restyle_server.weights.flow FILE.

The child alone imports torch. Exit status 0, or 1 with one sentence on stderr.
"""

from __future__ import annotations

import sys
from pathlib import Path

from .child import output_of


def check_in_child(path: Path) -> None:
    """InstallFailed, with a sentence, when the file holds no weights of RAFT."""
    output_of("flow", path, failing="Frames can't be followed")


def main() -> int:
    """Entry point of the child."""
    from restyle_engine.motion.raft import UnusableFlow, load

    try:
        load(Path(sys.argv[1]))
    except UnusableFlow as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
