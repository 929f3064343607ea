"""Owns what stands in for the packages' network: wheels of a few bytes, for a painter and what it needs, their index, and a program called uv."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

PAINTER, NEEDED = "restyle-0.1.0-py3-none-any.whl", "small_need-1.0-py3-none-any.whl"


# Makes a real environment, and unpacks the wheels that are named by their paths; whatever else is asked for it "downloads": as
# long as there is a file "uv-waits" in the home, and in vain while there is "uv-fails".
UV = """#!{python}
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
    while (pathlib.Path.home() / "uv-waits").exists():
        time.sleep(0.1)
for wheel in wheels:
    zipfile.ZipFile(wheel).extractall(next(folder.glob("lib/python*/site-packages")))
    (folder / "bin/restyle").write_text("")
"""


def painter(folder: Path, server: str = "print('painting')", size: int = 0) -> Path:
    """A wheel called restyle, with the command and a server; it needs `needed`. server: what `python -m restyle_server` does. size: bytes of it beside."""
    files: dict[str, str | bytes] = {
        "restyle_server/data": _noise(size),
        "restyle_server/__init__.py": "",
        "restyle_server/__main__.py": server,
        "restyle_stub.py": "def main() -> None:\n    print('restyle')\n",
        "restyle-0.1.0.dist-info/entry_points.txt": "[console_scripts]\nrestyle = restyle_stub:main\n",
    }
    return _wheel(folder / PAINTER, "restyle", "0.1.0", files, "Requires-Dist: small-need>=1.0\n")


def needed(folder: Path, size: int = 0) -> Path:
    """size: bytes of it that can't be compressed."""
    return _wheel(folder / NEEDED, "small-need", "1.0", {"small_need/__init__.py": "", "small_need/data": _noise(size)})


def uv(folder: Path, python: str) -> None:
    """Puts the program there."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "uv").write_text(UV.replace("{python}", python), encoding="utf-8")
    (folder / "uv").chmod(0o755)


def _noise(size: int) -> bytes:
    return hashlib.shake_128(b"restyle").digest(size)


def _wheel(path: Path, name: str, version: str, files: dict[str, str | bytes], more: str = "") -> Path:
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    files = {**files, f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{more}"}
    files[f"{info}/WHEEL"] = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    contents = {each: content.encode() if isinstance(content, str) else content for each, content in files.items()}
    lines = [
        f"{each},sha256={base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()},{len(content)}" for each, content in contents.items()
    ]
    contents[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,", ""]).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for each, content in contents.items():
            archive.writestr(each, content)
    return path


class Index(BaseHTTPRequestHandler):
    """A package index with the one package that the painter needs. cut: how many bytes of its file come before the line breaks."""

    wheel = b""
    cut: int | None = None

    def do_GET(self) -> None:
        if self.path.endswith(".whl"):
            self._send(self.wheel[: self.cut], "application/zip", len(self.wheel))
            return
        page = f'<a href="/{NEEDED}">{NEEDED}</a>'.encode()
        self._send(page if "small-need" in self.path else b"", "text/html", len(page))

    def _send(self, content: bytes, kind: str, size: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(size))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass
