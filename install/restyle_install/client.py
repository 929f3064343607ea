"""Owns the wheel of the client alone: pure Python, no dependencies, for scripts and for programs that talk to a server elsewhere."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

from . import placing

NAME = "restyle_client"
PACKAGES = ("restyle_contract", NAME)
PYTHON = ">=3.10"
LEFT_OUT = ("__pycache__", ".mypy_cache", ".ruff_cache")


def package(path: Path) -> None:
    """Writes the wheel. PlacingError. The same sources give the same bytes."""
    from restyle_client import __version__

    sources = {name: placing.package_source(name) for name in PACKAGES}
    fill = {f"{package}/{name}": source / name for package, source in sources.items() for name in _files(source)}
    info = f"{NAME}-{__version__}.dist-info"
    texts = {
        f"{info}/METADATA": (
            f"Metadata-Version: 2.1\nName: restyle-client\nVersion: {__version__}\nSummary: The client of Restyle's inference server.\n"
            f"License: MIT\nRequires-Python: {PYTHON}\n"
        ),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: restyle\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    contents = {**{name: file.read_bytes() for name, file in fill.items()}, **{name: text.encode() for name, text in texts.items()}}
    lines = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in sorted(contents.items())]
    texts[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,", ""])
    placing.write_zip(path, fill, texts)


def file_name() -> str:
    """Installers insist on it."""
    from restyle_client import __version__

    return f"{NAME}-{__version__}-py3-none-any.whl"


def _files(source: Path) -> list[str]:
    found = []
    for folder, folders, files in os.walk(source):
        folders[:] = sorted(each for each in folders if each not in LEFT_OUT)
        found += [Path(folder, file).relative_to(source).as_posix() for file in files if not file.endswith(".pyc")]
    return found


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
