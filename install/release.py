#!/usr/bin/env python3
"""Owns the files of a release, made by one command: wheel and source package, both editors' zips, the client's wheel, and the list of their SHA-256.

Runs in the development environment: .venv/bin/python install/release.py [FOLDER]. All or nothing; equal sources give equal bytes.
"""

from __future__ import annotations

import argparse
import filecmp
import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ("server/restyle_server/__init__.py", "plugin/restyle_client/version.py")
SUMS = "SHA256SUMS"


class Unready(Exception):
    """There can't be a release yet; the text is a sentence with what to do."""


def version_of(root: Path) -> str:
    """The one that both halves have, and that the list of changes names. Unready."""
    found = {name: re.search(r'^(?:__version__|VERSION) = "([^"]+)"', (root / name).read_text("utf-8"), re.MULTILINE) for name in VERSIONS}
    versions = {match[1] if match else "" for match in found.values()}
    if len(versions) != 1:
        raise Unready(f"{' and '.join(VERSIONS)} have different versions; make them equal.")
    [version] = versions
    if f"\n## {version}\n" not in (root / "CHANGELOG.md").read_text("utf-8"):
        raise Unready(f"CHANGELOG.md has no heading “## {version}”; give the changes their version, and take “(unreleased)” away.")
    return version


def make(root: Path, folder: Path, version: str, check: Callable[[list[Path]], None]) -> list[Path]:
    """Fills `folder`, which must not exist. check: what is done with wheel and source package before anything is given out. Unready."""
    if folder.exists():
        raise Unready(f"{folder} exists; remove it, or name another folder.")
    from restyle_install import client, gimp, krita

    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".release-", dir=folder.parent) as scratch:
        made, again = Path(scratch) / "made", Path(scratch) / "again"
        for target in (made, again):
            _build(root, target)
        pair = sorted(made.iterdir())
        different = [path.name for path in pair if not filecmp.cmp(path, again / path.name, shallow=False)]
        if different:
            raise Unready(f"{' and '.join(different)} came out differently the second time; find out why before anybody gets them.")
        check(pair)
        [wheel] = made.glob("*.whl")
        gimp.package(made / f"restyle-{version}-gimp.zip", wheel)
        krita.package(made / f"restyle-{version}-krita.zip", wheel)
        client.package(made / client.file_name())
        files = sorted(made.iterdir())
        (made / SUMS).write_text("".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files), "utf-8")
        made.chmod(0o755)
        made.rename(folder)
    return sorted(folder.iterdir())


def _build(root: Path, target: Path) -> None:
    """The wheel is made of the source package, which must be whole for that."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target), str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "SOURCE_DATE_EPOCH": _date(root)})
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines() or ["it said nothing"]
        raise Unready(f"The packages can't be built: {said[-1]}")


def _date(root: Path) -> str:
    """Of the last commit, in seconds: what the packages' files are dated."""
    return subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=root, capture_output=True, text=True, check=True).stdout.strip()


def clean(root: Path) -> None:
    """Unready where the working tree has what no commit has."""
    if subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=True).stdout.strip():
        raise Unready("The working tree differs from the last commit; commit, or put it away with git stash -u.")


def twine(pair: list[Path]) -> None:
    """What the package index would refuse. Unready."""
    if importlib.util.find_spec("twine") is None:
        raise Unready(f"twine is missing, which checks packages; install it: {sys.executable} -m pip install twine")
    done = subprocess.run([sys.executable, "-m", "twine", "check", "--strict", *map(str, pair)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unready(f"twine finds: {(done.stdout + done.stderr).strip()}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="release.py", description="Makes the files of a release from the last commit.")
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="where to put them; default: dist/restyle-VERSION")
    given = parser.parse_args()
    sys.path[:0] = [str(ROOT / folder) for folder in ("install", "plugin")]
    try:
        clean(ROOT)
        version = version_of(ROOT)
        files = make(ROOT, (given.folder or ROOT / "dist" / f"restyle-{version}").absolute(), version, twine)
    except Unready as problem:
        sys.exit(str(problem))
    for path in files:
        print(f"{path.stat().st_size:>12,}  {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
