"""Owns what a plug-in finds that comes into a root alone, by its release's file: a wheel that stands in for the painter's, and a program called uv."""

from __future__ import annotations

from pathlib import Path

import small_wheels
from editors.servers import LAUNCHER_INSIDE

# Makes a real environment, and unpacks the wheels that are named by their paths; whatever else is asked for it "downloads", while there is no file "uv-fails".
UV = """#!/usr/bin/python3
import pathlib, sys, time, venv, zipfile
words = sys.argv[1:]
if words[0] == "venv":
    venv.EnvBuilder(with_pip=False, symlinks=True).create(words[-1])
    sys.exit(0)
if (pathlib.Path.home() / "uv-fails").exists():
    sys.exit("error: Request failed after 3 retries")
folder = pathlib.Path(words[words.index("--python") + 1]).parent.parent
wheels = [word for word in words if word.endswith(".whl")]
if not wheels:
    print("Downloading torch (183.2MiB)", flush=True)
    time.sleep(3)
for wheel in wheels:
    zipfile.ZipFile(wheel).extractall(next(folder.glob("lib/python*/site-packages")))
    (folder / "bin/restyle").write_text("")
"""


def painter(folder: Path, port: int) -> Path:
    """The wheel; its server is asked for at this port of the host."""
    return small_wheels.painter(folder, f"import sys\nsys.argv[1:] = ['{port}']\n{LAUNCHER_INSIDE}")


def put_uv(home: Path) -> None:
    """Where its own installer puts it."""
    place = home / ".local/bin/uv"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(UV, encoding="utf-8")
    place.chmod(0o755)
