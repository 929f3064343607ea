"""Owns the Pythons of this machine that an editor might bring along."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import restyle_client

CLIENT = Path(restyle_client.__file__).parent
MINORS = range(10, 15)


def pythons() -> list[str]:
    """Every Python 3.10 to 3.14 of this machine that runs, and the one that runs the tests."""
    found = {f"{sys.version_info.major}.{sys.version_info.minor}": sys.executable}
    for minor in MINORS:
        candidates = [shutil.which(f"python3.{minor}"), *map(str, (Path.home() / ".pyenv" / "versions").glob(f"3.{minor}.*/bin/python"))]
        for candidate in candidates:
            if candidate and f"3.{minor}" not in found and version(candidate) == f"3.{minor}":
                found[f"3.{minor}"] = candidate
    return [found[version] for version in sorted(found)]


def version(python: str) -> str:
    done = subprocess.run([python, "-I", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], capture_output=True, text=True, check=False)
    return done.stdout.strip()
