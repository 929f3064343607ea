"""Owns the promise about the client's public surface: what it is, and that plug-ins, restyle_editor, command line and installer use no more."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import restyle_client
from client.pythons import CLIENT

ROOT = CLIENT.parents[1]
USERS = ("plugin/gimp", "plugin/krita", "plugin/restyle_editor", "plugin/restyle_cli", "install")
PUBLIC = [
    "AsyncLive",
    "AsyncSession",
    "Cancellation",
    "Channels",
    "Crop",
    "Depth",
    "DeviceInfo",
    "Download",
    "Estimate",
    "Event",
    "InstallProgress",
    "InvalidRequest",
    "Job",
    "JobCancelled",
    "JobClass",
    "JobError",
    "JobFailed",
    "JobRequest",
    "JobState",
    "LearnRequest",
    "Lifetime",
    "Live",
    "LiveFrame",
    "LivePainting",
    "Look",
    "Mask",
    "MaskUse",
    "NotAllowed",
    "NotFound",
    "Parameters",
    "PixelFormat",
    "Plane",
    "Preview",
    "Previous",
    "Progress",
    "QueueFull",
    "RECONNECT_SECONDS",
    "Refused",
    "Report",
    "RestyleError",
    "Result",
    "ResultExpired",
    "ResultInfo",
    "ScaleReport",
    "ServerError",
    "ServerGone",
    "ServerInfo",
    "ServerLimits",
    "ServerNotFound",
    "ServerStartFailed",
    "Session",
    "Start",
    "StartFrom",
    "Style",
    "StyleUse",
    "TooLarge",
    "Unauthenticated",
    "Unimplemented",
    "Upload",
    "VersionMismatch",
    "WeightsInfo",
    "WeightsMissing",
    "WrongState",
    "__version__",
    "connect",
    "connect_async",
    "discovery",
    "remote",
    "texture_request",
]


def test_it_is_this_list() -> None:
    """Whoever adds to it promises to keep it."""
    assert sorted(restyle_client.__all__) == sorted(PUBLIC)


def taken(path: Path) -> Iterator[str]:
    """What a module takes of the client: by import, or as an attribute of the name that it gave to the package."""
    tree = ast.parse(path.read_text("utf-8"))
    names = {"client"} if any(isinstance(node, ast.ImportFrom) and (node.module or "").endswith("packages") for node in ast.walk(tree)) else set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name == "restyle_client":
                    names.add(alias.asname or alias.name)
                elif alias.name.startswith("restyle_client."):
                    yield alias.name
        elif isinstance(node, ast.ImportFrom) and node.module == "restyle_client":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("restyle_client."):
            yield f"{node.module}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names and node.attr != "__name__":
            yield node.attr


@pytest.mark.parametrize("user", USERS)
def test_nobody_uses_more_than_that(user: str) -> None:
    """restyle_editor's TOML parser comes along with the client, too: Python 3.10 has none. It is imported by name, in one place."""
    found = {(path.relative_to(ROOT).as_posix(), name) for path in (ROOT / user).rglob("*.py") for name in taken(path)}
    assert sorted((path, name) for path, name in found if name not in PUBLIC) == []
    assert found


def test_more_would_be_noticed(tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text("import restyle_client as client\nfrom restyle_client.wire import restyle_pb2\nclient.session\n")
    assert sorted(taken(tmp_path / "odd.py")) == ["restyle_client.wire", "session"]
