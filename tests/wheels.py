"""Owns the wheels that tests install: made from a copy of the sources, and put into fresh environments beside the packages of this one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERSIONS = ("server/restyle_server/__init__.py", "plugin/restyle_client/version.py")
RESTYLE = (sys.executable, "-c", "from restyle_cli.main import main; main()")
PATIENCE = 240  # s


def copied(folder: Path, version: str = "") -> Path:
    """A copy of what goes into packages: the checkout may be in somebody's hands. version: another one than the checkout's."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in filter(None, subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")):
        if (ROOT / name).is_file() and not name.startswith(("tests/", "docs/")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    for name in VERSIONS if version else ():
        text = (folder / name).read_text("utf-8")
        (folder / name).write_text(re.sub(r'^(__version__|VERSION) = ".*"', rf'\1 = "{version}"', text, flags=re.MULTILINE), "utf-8")
    return folder


def built(sources: Path, folder: Path, kind: str = "wheel") -> Path:
    """The wheel, or the sdist, made the way the documents say."""
    build = [sys.executable, "-m", "build", f"--{kind}", "--no-isolation", "--outdir", str(folder), str(sources)]
    done = subprocess.run(build, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    [made] = folder.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return made


def environment(folder: Path, wheel: Path) -> Path:
    """A fresh environment with the wheel in it; the packages that it needs are this environment's, its own code is not. Returns its Python."""
    venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
    python = folder / "bin/python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", "--disable-pip-version-check"]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    site = next(folder.glob("lib/python*/site-packages"))
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")  # links of editable installations in there are not followed
    return python


def variables(home: Path) -> dict[str, str]:
    """Of a person with this home, and nobody else's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RESTYLE_", "XDG_", "PYTHON"))}  # PYTHONPATH may lead to the checkout
    return {**kept, "HOME": str(home)}


def run(command: list[str], home: Path, *words: str, status: int = 0) -> str:
    """What it said."""
    line = [*command, *words]
    done = subprocess.run(line, cwd=home, env=variables(home), capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == status, done.stderr + done.stdout
    return done.stdout if status == 0 else done.stderr
