"""What is written wrong about a cluster, and what is missing for one, is one sentence that says what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from restyle_cli.commands.work import tell_if_open
from restyle_server.admin.config import Config
from restyle_server.cluster import cluster
from restyle_server.cluster.bridge import why
from restyle_server.cluster.messages import Settings
from restyle_server.cluster.node import NOBODY, REFUSED
from restyle_server.cluster.places import APART, MISSING, Address, address, label, node_command, variables
from restyle_server.server import CannotServe, running


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("start", Address("127.0.0.1", 6379, True)),
        ("start:6380", Address("127.0.0.1", 6380, True)),
        ("start@10.0.0.5", Address("10.0.0.5", 6379, True)),
        ("start@10.0.0.5:6380", Address("10.0.0.5", 6380, True)),
        ("painter.studio", Address("painter.studio", 6379, False)),
        ("10.0.0.5:7000", Address("10.0.0.5", 7000, False)),
        ("starting.studio", Address("starting.studio", 6379, False)),
    ],
)
def test_an_address_is_read_as_people_write_it(text: str, found: Address) -> None:
    assert address(text) == found


@pytest.mark.parametrize("text", ["", "start@", "http://10.0.0.5", "10.0.0.5:0", "10.0.0.5:99999", "a b", "start@[::1]:6380", "--head"])
def test_what_is_no_address_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="is no address of a cluster; write start"):
        address(text)


async def _refused(tmp_path: Path, where: str) -> str:
    config = Config(tmp_path / "state", tmp_path / "data", engine_factory="fake_engine:engine", ray=where)
    with pytest.raises(CannotServe) as refused:
        async with running(config):
            pass
    return str(refused.value)


async def test_a_server_without_ray_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "ray_is_there", lambda: False)
    assert await _refused(tmp_path, "start") == "Ray is missing here; install it with: pip install 'restyle[ray]'."


async def test_a_cluster_whose_token_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "ray_is_there", lambda: True)
    assert "cluster.token" in await _refused(tmp_path, "10.0.0.5")
    assert "is no address" in await _refused(tmp_path, "http://10.0.0.5")


@pytest.mark.parametrize(
    ("error", "log", "said"),
    [
        (ConnectionRefusedError(), "", "Nobody answers at 10.0.0.5:6379"),
        (TimeoutError(), "", "Nobody answers at 10.0.0.5:6379"),
        (ConnectionError("no"), "RPC error: InvalidAuthToken: it is", "knows another token"),
        (ConnectionError("no"), "", "is no Ray that this machine belongs to"),
        (RuntimeError("Version mismatch: The cluster was started with:\n    Ray: 2.55.0"), "", "The cluster runs another version (Version mismatch"),
    ],
)
def test_why_there_is_no_connection_is_one_sentence(tmp_path: Path, error: Exception, log: str, said: str) -> None:
    (tmp_path / "log").write_text(log)
    sentence = why(error, Settings("10.0.0.5:6379", tmp_path, tmp_path / "log", "", 15.0))
    assert said in sentence
    assert "\n" not in sentence


def test_ray_gets_a_token_and_the_loopback_alone() -> None:
    here, there = (variables(host, Path("/t")) for host in ("127.0.0.1", "10.0.0.5"))
    assert {here["RAY_AUTH_MODE"], there["RAY_AUTH_MODE"]} == {"token"}
    assert (here["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"], there["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"]) == ("0", "1")


def test_a_part_that_ends_by_itself_while_its_starter_lives_says_its_sentence_alone() -> None:
    command = node_command(address("127.0.0.1:9"), Path("/nowhere"))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as part:
        assert part.stdout is not None
        assert part.stderr is not None
        said, more = part.stdout.read(), part.stderr.read()
        assert said in (f"{MISSING}\n", f"{NOBODY.format(address='127.0.0.1:9')}\n")
        assert (more, part.wait() in (REFUSED, APART)) == ("", True)


def test_no_token_stands_on_a_command_line() -> None:
    command = node_command(address("10.0.0.5"), Path("/secret/cluster.token"))
    assert command[command.index("--token-file") + 1] == "/secret/cluster.token"


def test_a_version_is_a_label() -> None:
    assert label("1.2.0+dev 3") == "1.2.0-dev-3"


def test_one_machine_loads_nothing_of_it() -> None:
    program = "import sys, restyle_server.server; print([name for name in sys.modules if name.startswith(('ray', 'restyle_server.cluster'))])"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
def test_a_token_that_others_may_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    token = tmp_path / "cluster.token"
    token.touch()
    for mode, told in ((0o600, False), (0o640, True), (0o644, True)):
        token.chmod(mode)
        tell_if_open(token)
        assert (f"chmod 600 {token}" in capsys.readouterr().out) is told
