"""Owns what the installer's tests share: a person's home, and in the place of the packages' network a program called uv that takes its time."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Makes a real environment without packages; "installing" puts in folders one by one, and at last a command restyle that writes down how it was called.
UV = f"""#!{sys.executable}
import os, pathlib, sys, time, venv
words = sys.argv[1:]
with open(os.environ["UV_CALLS"], "a") as calls:
    calls.write(" ".join(words) + "\\n")
if os.environ.get("UV_FAILS", "\\n") in " ".join(words):
    sys.exit("error: this build can't be had")
if words[0] == "venv":
    venv.EnvBuilder(with_pip=False, symlinks=True).create(words[-1])
    sys.exit(0)
folder = pathlib.Path(words[words.index("--python") + 1]).parent.parent
site = next(folder.glob("lib/python*/site-packages"))
if "--no-deps" not in words:
    for number in range(30):
        place = site / f"package{{number}}"
        place.mkdir(exist_ok=True)
        (place / "code.py").write_text("1")
        time.sleep(float(os.environ.get("UV_PAUSE", "0")))
else:
    program = folder / "bin" / "restyle"
    program.write_text("#!/bin/sh\\necho \\"$@\\" >> \\"$RESTYLE_CALLS\\"\\nexit ${{RESTYLE_STATUS:-0}}\\n")
    program.chmod(0o755)
"""


@dataclass(frozen=True)
class Person:
    """home: of somebody who has started GIMP and Krita once. checkout: a copy of the repository that nobody else works on."""

    home: Path
    checkout: Path
    variables: dict[str, str]

    @property
    def data(self) -> Path:
        return self.home / ".local/share/restyle"

    @property
    def state(self) -> Path:
        return self.home / ".local/state/restyle"

    @property
    def command(self) -> Path:
        return self.home / ".local/bin/restyle"

    @property
    def calls(self) -> list[str]:
        """What uv was asked for."""
        path = Path(self.variables["UV_CALLS"])
        return path.read_text().splitlines() if path.exists() else []

    def start(self, *words: str, **more: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(self.checkout / "install" / "install.py"), *words]
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**self.variables, **more}, cwd=self.home
        )

    def install(self, *words: str, status: int = 0, **more: str) -> str:
        """Runs the real install.py as a person would; what it said."""
        process = self.start(*words, **more)
        said = process.communicate(timeout=120)[0]
        assert process.returncode == status, said
        return said

    def files(self) -> dict[str, str]:
        """Every file and link of the home but for the installation's logs and times, with its content."""
        found = {}
        for folder, folders, files in os.walk(self.home):
            for name in [*files, *(each for each in folders if Path(folder, each).is_symlink())]:
                path = Path(folder, name)
                if name in ("restyle-install.log", ".gitignore") or "__pycache__" in path.parts:
                    continue
                found[str(path.relative_to(self.home))] = str(path.readlink()) if path.is_symlink() else path.read_text("utf-8", errors="replace")
        return found

    def stamp(self) -> dict[str, object]:
        found: dict[str, object] = json.loads((self.data / "environment" / "restyle-stamp.json").read_text())
        return found


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Without the painter itself, which the stand-in for uv would not look at."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in ("install", "plugin"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE", "server/restyle_server/__init__.py"):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    return copy


@pytest.fixture
def person(tmp_path: Path, checkout: Path) -> Person:
    programs, home, temporary = tmp_path / "programs", tmp_path / "home", tmp_path / "tmp"
    for folder in (programs, temporary, home / ".config/GIMP/3.0", home / ".local/share/krita"):
        folder.mkdir(parents=True)
    (home / ".config/kritarc").write_text("[python]\nenable_other=true\n")
    (programs / "uv").write_text(UV)
    (programs / "uv").chmod(stat.S_IRWXU)
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "XDG_", "RESTYLE_", "UV_"))}
    variables |= {"HOME": str(home), "PATH": f"{programs}:{os.environ['PATH']}", "TMPDIR": str(temporary)}
    variables |= {"UV_CALLS": str(tmp_path / "uv-calls"), "RESTYLE_CALLS": str(tmp_path / "restyle-calls")}
    return Person(home, checkout, variables)
