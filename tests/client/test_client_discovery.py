"""Promises about finding folders, servers and launchers."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import platformdirs.macos
import platformdirs.unix
import platformdirs.windows
import pytest
from restyle_client import discovery
from restyle_client.discovery import Certificates, Endpoint, find_endpoint, find_launcher, parse_address, user_folder
from restyle_client.opening import certificates_of
from restyle_server.admin import folders as server_folders

ENVIRONMENTS: list[dict[str, str]] = [
    {},
    {"XDG_STATE_HOME": "/xdg/state", "XDG_DATA_HOME": "/xdg/data", "XDG_CONFIG_HOME": "/xdg/config"},
    {"XDG_STATE_HOME": "", "XDG_DATA_HOME": "relative"},
    {"LOCALAPPDATA": "/C:/Users/me/AppData/Local"},
]


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("XDG_STATE_HOME", "XDG_DATA_HOME", "LOCALAPPDATA", "XDG_CONFIG_HOME", "RESTYLE_STATE_DIR", "RESTYLE_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/me")
    return monkeypatch


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize(("platform", "dirs"), [("linux", platformdirs.unix.Unix), ("darwin", platformdirs.macos.MacOS)])
def test_the_folders_are_those_of_platformdirs(bare: pytest.MonkeyPatch, platform: str, dirs: Any, environment: dict[str, str]) -> None:
    for name, value in environment.items():
        bare.setenv(name, value)
    theirs = dirs("restyle", appauthor=False)
    assert user_folder("state", environment, platform, "/home/me") == Path(theirs.user_state_dir)
    assert user_folder("data", environment, platform, "/home/me") == Path(theirs.user_data_dir)
    assert user_folder("config", environment, platform, "/home/me") == Path(theirs.user_config_dir)


def test_the_folder_on_windows_is_that_of_platformdirs(bare: pytest.MonkeyPatch) -> None:
    bare.setattr(platformdirs.windows, "get_win_folder", lambda name: {"CSIDL_LOCAL_APPDATA": "/C:/Users/me/AppData/Local"}[name])
    theirs = platformdirs.windows.Windows("restyle", appauthor=False)
    ours = user_folder("state", {"LOCALAPPDATA": "/C:/Users/me/AppData/Local"}, "win32", "/home/me")
    assert ours == Path(theirs.user_state_dir) == Path(theirs.user_data_dir) == Path(theirs.user_config_dir)
    assert user_folder("data", {}, "win32", "/home/me") == Path("/home/me/AppData/Local/restyle")


def test_client_and_server_agree_on_the_folders(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert discovery.state_dir() == server_folders.state_dir() == folders / "state"
    assert discovery.data_dir() == server_folders.data_dir() == folders / "data"
    monkeypatch.delenv("RESTYLE_STATE_DIR")
    monkeypatch.delenv("RESTYLE_DATA_DIR")
    monkeypatch.setenv("XDG_STATE_HOME", str(folders / "a"))
    monkeypatch.setenv("XDG_DATA_HOME", str(folders / "b"))
    assert discovery.state_dir() == server_folders.state_dir()
    assert discovery.data_dir() == server_folders.data_dir()


def test_a_home_of_somebody_who_is_not_there_is_a_folder_of_that_name(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bare.chdir(tmp_path)
    for name, folder in (("STATE", discovery.state_dir), ("DATA", discovery.data_dir), ("CONFIG", discovery.config_dir)):
        bare.setenv(f"RESTYLE_{name}_DIR", f"~nobody-has-this-name/{name}")
        assert folder() == tmp_path / "~nobody-has-this-name" / name
    assert server_folders.state_dir() == discovery.state_dir()
    assert certificates_of("127.0.0.1:1", *["~nobody-has-this-name/pem"] * 3) == Certificates(*[tmp_path / "~nobody-has-this-name" / "pem"] * 3)


def test_a_launcher_beside_the_plug_in_names_the_state_folder_of_another_home(tmp_path: Path) -> None:
    write(tmp_path / "launcher.json", command=["/opt/python", "-m", "restyle_server"], state_dir="/home/real/state", version="0.1.0")
    assert discovery.state_dir({}, beside=tmp_path) == Path("/home/real/state")
    assert discovery.state_dir({"RESTYLE_STATE_DIR": "/mine"}, beside=tmp_path) == Path("/mine")
    launcher = find_launcher(Path("/home/real/state"), {"XDG_DATA_HOME": str(tmp_path / "none")}, beside=tmp_path)
    assert launcher is not None
    assert (launcher.command, launcher.state_dir) == (("/opt/python", "-m", "restyle_server"), Path("/home/real/state"))


def test_a_server_in_this_very_python_is_the_last_way(tmp_path: Path) -> None:
    launcher = find_launcher(tmp_path, {"RESTYLE_DATA_DIR": str(tmp_path)}, beside=tmp_path)
    assert launcher is not None
    assert launcher.command == (sys.executable, "-P", "-m", "restyle_server")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"address": 5, "token": "t"}', '{"address": "127.0.0.1:5"}', '{"address": "nowhere", "token": "t"}', "\xff", "{" * 100_000],
)
def test_a_server_json_that_cannot_be_read_is_no_server(tmp_path: Path, text: str) -> None:
    (tmp_path / "server.json").write_text(text, encoding="latin-1")
    assert find_endpoint(tmp_path) is None


@pytest.mark.parametrize(
    "content", [{"command": "python", "state_dir": "/s"}, {"command": [], "state_dir": "/s"}, {"command": [1], "state_dir": "/s"}, {"command": ["p"]}]
)
def test_a_launcher_that_cannot_be_read_is_passed_over(tmp_path: Path, content: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "_has_server", lambda: False)
    write(tmp_path / "launcher.json", **content)
    assert find_launcher(tmp_path, {"RESTYLE_DATA_DIR": str(tmp_path)}, beside=tmp_path) is None


def test_a_server_json_says_where_the_server_is(tmp_path: Path) -> None:
    write(tmp_path / "server.json", address="127.0.0.1:4711", token="secret", pid=1, version="0.1.0", api="restyle.v1")
    found = find_endpoint(tmp_path)
    assert found == Endpoint("127.0.0.1", 4711, "secret", "0.1.0")
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("[::1]:50", ("::1", 50)),
        ("gpu-box:50051", ("gpu-box", 50051)),
        (":7", ("127.0.0.1", 7)),
        ("0.0.0.0:7", ("127.0.0.1", 7)),
        ("[::]:7", ("::1", 7)),
        ("host", None),
        ("host:0", None),
        ("host:70000", None),
        ("h:²", None),
    ],
)
def test_addresses_are_read_strictly(address: str, expected: tuple[str, int] | None) -> None:
    found = parse_address(address, "t")
    assert (found and (found.host, found.port)) == expected


def write(path: Path, **content: Any) -> None:
    path.write_text(json.dumps(content))
