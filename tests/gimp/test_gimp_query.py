"""Owns the promise that GIMP is not kept waiting: it starts every plug-in once only to ask what it offers, so that the gRPC stack is loaded when it is used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PLUGIN = Path(__file__).resolve().parents[2] / "plugin" / "gimp" / "restyle"

ASK = """
import sys, types
sys.path[:0] = sys.argv[1:]
gi = types.ModuleType("gi.repository")  # what GIMP brings is not at stake
gi.Gimp = gi.GLib = types.SimpleNamespace(RunMode=None)
gi.GObject = types.SimpleNamespace(ParamFlags=types.SimpleNamespace(READWRITE=3))
sys.modules.update({"gi": types.ModuleType("gi"), "gi.repository": gi})
before = set(sys.modules)
from restyle_gimp import strings
from restyle_gimp.host import arguments
print(*sorted(set(sys.modules) - before))
"""


def test_what_gimp_asks_needs_no_grpc() -> None:
    command = [sys.executable, "-I", "-S", "-c", ASK, str(PLUGIN), str(PLUGIN.parents[1])]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "restyle_gimp.host.arguments" in loaded
    heavy = ("asyncio", "ssl", "socket", "restyle_client._vendor", "restyle_client.wire", "restyle_client.session", "restyle_client.transport")
    assert [name for name in loaded if name.startswith(heavy)] == []
