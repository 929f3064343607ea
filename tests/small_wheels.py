"""Owns wheels of a few bytes that stand in for the real ones: a painter whose server is a line of Python, and something that it needs."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from pathlib import Path

PAINTER, NEEDED = "restyle-0.1.0-py3-none-any.whl", "small_need-1.0-py3-none-any.whl"


def painter(folder: Path, server: str = "print('painting')") -> Path:
    """A wheel called restyle, with the command and a server; it needs `needed`. server: what `python -m restyle_server` does."""
    files = {
        "restyle_server/__init__.py": "",
        "restyle_server/__main__.py": server,
        "restyle_stub.py": "def main() -> None:\n    print('restyle')\n",
        "restyle-0.1.0.dist-info/entry_points.txt": "[console_scripts]\nrestyle = restyle_stub:main\n",
    }
    return _wheel(folder / PAINTER, "restyle", "0.1.0", files, "Requires-Dist: small-need>=1.0\n")


def needed(folder: Path, size: int = 0) -> Path:
    """size: bytes of it that can't be compressed."""
    return _wheel(folder / NEEDED, "small-need", "1.0", {"small_need/__init__.py": "", "small_need/data": _noise(size)})


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
