"""Owns a GIMP in a root: its home, running a script in it without a screen, and a whole GIMP on a virtual screen."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .rooms import HOME, SECONDS, Room
from .roots import Root

INSIDE = Path(__file__).resolve().parent / "inside"  # scripts that run in an editor
HEADLESS = ("gimp-console", "-i", "-d", "-f", "--quit", "--batch-interpreter=python-fu-eval", "-b")


STAGE = """
cd "$HOME"
mkdir -p .config
Xvfb -displayfd 6 -screen 0 {width}x{height}x24 -nolisten tcp -noreset 6>display 2>xvfb.out &
while [ ! -s display ]; do sleep 0.1; done
export DISPLAY=":$(cat display)"
openbox >openbox.out 2>&1 &
exec dbus-run-session -- sh -c '{program} >editor.out 2>&1 & exec python3 {script}.py'
"""
SCREEN = (1280, 900)  # px


@dataclass(frozen=True)
class Studio:
    """home: the host's side of /home/painter. state: the server's folder, seen at the same path inside."""

    root: Root
    home: Path
    profile: Path
    state: Path

    @property
    def config(self) -> Path:
        """Restyle's folder of settings, for this GIMP and all clients beside it; seen at the same path inside."""
        return self.state.parent / "config"

    @property
    def plugin(self) -> Path:
        return self.profile / "plug-ins" / "restyle"

    @property
    def log(self) -> str:
        path = self.profile / "restyle.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def room(self, **environment: str) -> Room:
        for folder in (self.state, self.config):
            folder.mkdir(parents=True, exist_ok=True)
        return Room(self.root, self.home, (self.state, self.config), environment)

    def start(self, script: str, **values: Any) -> subprocess.Popen[bytes]:
        """Begins a script of inside/ in a GIMP without a screen. values: what the script finds in values.json."""
        return self.room().start(self._headless(script, values), self.home / "gimp.out")

    def run(self, script: str, seconds: float = SECONDS, **values: Any) -> dict[str, Any]:
        """Runs it to its end; what it left in results.json."""
        status = self.room().run(self._headless(script, values), self.home / "gimp.out", seconds)
        assert status == 0, f"GIMP ended with {status}\n{self.output()}"
        return self.results()

    def walk(self, script: str, program: str, seconds: float = SECONDS, **values: Any) -> dict[str, Any]:
        """Starts a program on a virtual screen and a script of inside/ beside it, which plays the person; what that left in results.json.

        values: what the script finds in values.json.
        """
        self._prepare(values)
        (self.home / "display").unlink(missing_ok=True)
        stage = STAGE.format(width=SCREEN[0], height=SCREEN[1], program=program, script=script)
        status = self.room().run(["sh", "-c", stage], self.home / "gimp.out", seconds)
        assert (self.home / "results.json").exists(), f"the walk ended with {status}\n{self.output()}"
        return self.results()

    def results(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.home / "results.json").read_text(encoding="utf-8"))
        return content

    def output(self) -> str:
        """The last that GIMP and the plug-in said."""
        path = self.home / "gimp.out"
        return path.read_text(encoding="utf-8", errors="replace")[-6000:] if path.exists() else ""

    def _headless(self, script: str, values: dict[str, Any]) -> list[str]:
        self._prepare(values)
        return [*HEADLESS, f"import sys; sys.path.insert(0, {HOME!r}); import {script}; {script}.main()"]

    def _prepare(self, values: dict[str, Any]) -> None:
        for source in INSIDE.glob("*.py"):
            shutil.copy(source, self.home)
        for left in ("results.json", "gimp.out"):
            (self.home / left).unlink(missing_ok=True)
        (self.home / "values.json").write_text(json.dumps(values), encoding="utf-8")


def promises(script: str) -> list[str]:
    """The names of a script's test functions, read without running it: it runs only inside an editor."""
    tree = ast.parse((INSIDE / f"{script}.py").read_text(encoding="utf-8"))
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
