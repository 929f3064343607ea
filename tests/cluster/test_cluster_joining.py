"""Who may not be a part of a cluster is told why, in one sentence: with another token, with another version of Restyle, and where there is no Ray."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from cluster.machines import free_port
from restyle_server import __version__
from restyle_server.cluster.places import REFUSES, address, head_command

pytestmark = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.usefixtures("room")]
PATIENCE = 240.0  # s
WORK = "import sys; from restyle_cli.main import main; sys.argv[0] = 'restyle'; main()"
NODE = """
import sys, restyle_server
restyle_server.__version__ = sys.argv[1]
from restyle_server.cluster import node
node.JOIN_SECONDS = float(sys.argv[2])
sys.exit(node.main([*sys.argv[3:], "--cpus", "1", "--gpus", "0"]))
"""


def said(program: str, *words: str) -> str:
    """The last line of a program that fails."""
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 1, done
    return (done.stdout.strip() or done.stderr.strip()).splitlines()[-1]


def test_who_does_not_belong_is_told_why(tmp_path: Path) -> None:
    where, own, other = f"127.0.0.1:{free_port()}", tmp_path / "cluster.token", tmp_path / "other.token"
    for token, digit in ((own, "1"), (other, "2")):
        token.touch(0o600)
        token.write_text(digit * 64)
    with subprocess.Popen(head_command(address(where), own), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as head:
        assert head.stdin is not None
        assert head.stdout is not None
        try:
            assert head.stdout.readline() == f"ready at {where}\n"
            assert REFUSES.format(address=where) in said(WORK, "work", "--join", where, "--token-file", str(other))
            found = said(NODE, "9.9.9", "240", "--join", where, "--token-file", str(own))
            assert found == f"The cluster has Restyle {__version__} and this machine 9.9.9; install the same version on both."
        finally:
            head.stdin.close()
            assert head.wait(PATIENCE) == 0


def test_what_is_no_ray_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "cluster.token").write_text("1" * 64)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        where = f"127.0.0.1:{deaf.getsockname()[1]}"
        found = said(NODE, __version__, "3", "--join", where, "--token-file", str(tmp_path / "cluster.token"))
    assert found == REFUSES.format(address=where)
