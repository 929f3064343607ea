"""Owns a Krita in a root: its home with the plug-in put in by the project's own installer, a driver plug-in beside it, and running a script inside of it.

Krita has no way to run a script without a window, so all of it happens on a virtual screen.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .rooms import Room
from .roots import Root
from .studio import INSIDE

DRIVER = "restyle_driver"  # the name of the plug-in that runs a script
SCREEN = (1400, 950)  # px
DESKTOP = """[Desktop Entry]
Type=Service
ServiceTypes=Krita/PythonPlugin
X-KDE-Library={name}
X-Python-2-Compatible=false
Name={name}
Comment=Runs a script
"""
WITHOUT_OPENGL = "OpenGLRenderer=none\ncanvasState=OPENGL_FAILED\n"  # a canvas that is drawn to before its window is there crashes Krita
STAGE = """
cd "$HOME"
Xvfb -displayfd 6 -screen 0 {width}x{height}x24 -nolisten tcp -noreset 6>display 2>xvfb.out &
while [ ! -s display ]; do sleep 0.1; done
export DISPLAY=":$(cat display)"
openbox >openbox.out 2>&1 &
exec dbus-run-session -- krita --nosplash
"""


@dataclass(frozen=True)
class KritaHome:
    """home: the host's side of /home/painter. state: the server's folder, seen at the same path inside."""

    root: Root
    home: Path
    state: Path

    @property
    def resources(self) -> Path:
        return self.home / ".local" / "share" / "krita"

    @property
    def log(self) -> str:
        path = self.home / ".local" / "share" / "restyle" / "krita" / "restyle.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def install(self) -> str:
        """`restyle install krita`, as a person would who has that home; what it said."""
        self.resources.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "HOME": str(self.home), "RESTYLE_STATE_DIR": str(self.state), "RESTYLE_DATA_DIR": str(self.home / "data")}
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
            environment.pop(name, None)
        command = [sys.executable, "-c", "from restyle_cli.main import main; main()", "install", "krita"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        self.install_driver()
        return done.stdout

    def launch(self, command: list[str]) -> None:
        """Writes into the plug-in's launcher how a server is started."""
        path = self.resources / "pykrita" / "restyle" / "launcher.json"
        path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "command": command}), encoding="utf-8")

    def run(self, script: str, seconds: float, **values: Any) -> dict[str, Any]:
        """Runs a script of inside/ in a Krita; what it left in results.json, if it came so far, and Krita's exit "status".

        values: what the script finds in values.json."""
        for source in (*INSIDE.glob("krita_*.py"), *(Path(each) for each in values.pop("files", ()))):
            shutil.copy(source, self.home)
        for left in ("results.json", "krita.out", "display"):
            (self.home / left).unlink(missing_ok=True)
        (self.home / "values.json").write_text(json.dumps({"script": script, **values}), encoding="utf-8")
        room = Room(self.root, self.home, (self.state,), {"PYTHONWARNINGS": "ignore"})
        status = room.run(["sh", "-c", STAGE.format(width=SCREEN[0], height=SCREEN[1])], self.home / "krita.out", seconds)
        found = self.home / "results.json"
        content: dict[str, Any] = json.loads(found.read_text(encoding="utf-8")) if found.exists() else {}
        return {**content, "status": status}

    def output(self) -> str:
        """The last that Krita and the plug-in said."""
        path = self.home / "krita.out"
        said = path.read_text(encoding="utf-8", errors="replace")[-4000:] if path.exists() else ""
        crash = self.home / "crash.txt"
        return said + self.log[-2000:] + (crash.read_text(encoding="utf-8") if crash.exists() else "")

    def install_driver(self) -> None:
        folder = self.resources / "pykrita" / DRIVER
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(INSIDE / "krita_driver.py", folder / "__init__.py")
        words = DESKTOP.format(name=DRIVER)
        (self.resources / "pykrita" / f"{DRIVER}.desktop").write_text(words, encoding="utf-8")
        self.switch_on(DRIVER)

    def switch_on(self, *plugins: str) -> None:
        """As the plug-in manager does. A canvas without OpenGL goes with it."""
        settings = self.home / ".config" / "kritarc"
        settings.parent.mkdir(parents=True, exist_ok=True)
        text = settings.read_text(encoding="utf-8") if settings.exists() else "[python]\n"
        (settings.parent / "kritadisplayrc").write_text(WITHOUT_OPENGL, encoding="utf-8")
        for plugin in plugins:
            if f"enable_{plugin}=" not in text:
                text = text.replace("[python]\n", f"[python]\nenable_{plugin}=true\n")
        settings.write_text(text, encoding="utf-8")
