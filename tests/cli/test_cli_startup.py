"""Owns the promise that asking for help is cheap."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "torch",
    "grpc",
    "google",
    "numpy",
    "PIL",
    "restyle_client.session",
    "restyle_client.wire",
    "restyle_client._vendor",
    "restyle_server.server",
    "restyle_imaging",
    "sqlite3",
    "asyncio",
)
PROBE = f"""
import sys
import restyle_cli.main
sys.argv[0] = "restyle"
try:
    restyle_cli.main.main()
except SystemExit as end:
    assert not end.code, end.code
print("loaded:", *sorted(name for name in {HEAVY!r} if name in sys.modules))
"""


@pytest.mark.parametrize(
    "arguments", [["--help"], ["image", "--help"], ["--version"], ["styles", "--help"], ["jobs", "result", "--help"], ["weights", "list", "--help"]]
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    done = subprocess.run([sys.executable, "-c", PROBE, *arguments], capture_output=True, text=True, encoding="utf-8", timeout=120, check=True)
    assert done.stdout.splitlines()[-1] == "loaded:"


def test_a_usage_error_loads_nothing_heavy_either() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE.replace("assert not end.code, end.code", "pass"), "image", "a.png", "--style", "woodcut", "-o", "out.gif"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    assert ".gif" in done.stderr
    assert done.stdout.splitlines()[-1] == "loaded:"
