"""Owns the promise that docs/remote-server.md works as it stands there: its certificates are made by its own lines, and open the door."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import restyle_client as client
from documents.commands import ROOT, commands, lines
from places import Serving, serving
from restyle_server.admin.config import Tls

__all__ = ["serving"]

PAGE = ROOT / "docs" / "remote-server.md"
HERE, THERE = "127.0.0.1", "10.0.0.5"


def option(words: list[str], name: str) -> str:
    return words[words.index(name) + 1]


def make_certificates(folder: Path) -> None:
    """By the page's own lines, for this machine's address."""
    making = [line for line in lines(PAGE) if line.startswith(("openssl ", "printf "))]
    assert len(making) == 6
    script = "\n".join(["set -e", *making]).replace(THERE, HERE)
    done = subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(sys.platform == "win32" or not shutil.which("openssl"), reason="needs openssl")
async def test_the_pages_certificates_open_the_door(serving: Serving, tmp_path: Path) -> None:
    make_certificates(tmp_path)
    [serve] = commands(PAGE, "restyle serve")
    [connect] = commands(PAGE, "restyle connect")
    files = {name: tmp_path / option(serve, f"--tls-{name}") for name in ("cert", "key", "client-ca")}
    mine: dict[str, Any] = {name: tmp_path / option(connect, f"--{name}") for name in ("ca", "cert", "key")}
    tls = Tls(files["cert"], files["key"], files["client-ca"])
    async with serving(tls=tls) as place, client.connect_async(address=place.server.remote, **mine) as session:
        assert (await session.info()).state == "serving"
