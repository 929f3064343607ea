"""Owns the promises about a server on another machine: named once, every client turns to it, over a real network between two namespaces, and over its gaps."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from calls import PATIENCE
from certificates import Authority, Signed
from fake_engine import painted_bytes, write_script
from restyle_client import InvalidRequest, discovery, remote
from restyle_client.discovery import Certificates
from restyle_client.errors import ServerNotFound

TESTS = Path(__file__).resolve().parents[1]
SERVER, PAINTER, MOVED = "10.213.7.1", "10.213.7.2", "10.213.7.3"
PORT = 50051
RESTYLE = (sys.executable, "-c", "from restyle_cli.main import main; main()")
NAMESPACES = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("nsenter"),
    reason="network namespaces need root on Linux, and ip",
)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def files(authority: Authority, mine: Signed) -> Certificates:
    return Certificates(authority.file, mine.cert, mine.key)


# ---- what is remembered ----


def test_the_certificates_are_copied_and_the_key_is_for_its_owner_alone(tmp_path: Path, authority: Authority) -> None:
    mine = authority.sign("anna")
    remote.remember(tmp_path / "state", "painter.studio:50051", files(authority, mine))
    content = mine.key.read_text()
    for path in (authority.file, mine.cert, mine.key):
        path.unlink()
    found = remote.find(tmp_path / "state")
    assert found is not None
    assert found.certificates is not None
    assert found.address == "painter.studio:50051"
    assert found.certificates.key.read_text() == content
    assert stat.S_IMODE(found.certificates.key.stat().st_mode) == 0o600


def test_naming_another_server_leaves_nothing_of_the_first(tmp_path: Path, authority: Authority) -> None:
    for name in ("anna", "ben"):
        remote.remember(tmp_path / "state", f"{name}.studio:1", files(authority, authority.sign(name)))
    found = remote.find(tmp_path / "state")
    assert found is not None
    assert found.host == "ben.studio"
    assert len(list((tmp_path / "state/remote").iterdir())) == 1
    assert remote.forget(tmp_path / "state")
    assert remote.find(tmp_path / "state") is None
    assert list((tmp_path / "state").iterdir()) == []
    assert not remote.forget(tmp_path / "state")


@pytest.mark.parametrize("address", ["painter.studio", "painter.studio:0", ":x", "https://painter.studio:1/"])
def test_what_is_no_address_is_refused_and_changes_nothing(tmp_path: Path, authority: Authority, address: str) -> None:
    remote.remember(tmp_path / "state", "first.studio:1", files(authority, authority.sign("anna")))
    with pytest.raises(InvalidRequest, match="HOST:PORT"):
        remote.remember(tmp_path / "state", address, files(authority, authority.sign("anna")))
    found = remote.find(tmp_path / "state")
    assert found is not None
    assert found.host == "first.studio"


def test_a_file_that_is_no_certificate_is_refused_and_changes_nothing(tmp_path: Path, authority: Authority) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    with pytest.raises(InvalidRequest, match=r"photo\.jpg is no PEM file"):
        remote.remember(tmp_path / "state", "painter.studio:1", Certificates(authority.file, tmp_path / "photo.jpg", authority.file))
    assert remote.find(tmp_path / "state") is None
    assert list((tmp_path / "state/remote").iterdir()) == []


@pytest.mark.parametrize("text", ["{", "[]", '{"address": "a:1"}', '{"address": "a:1", "certificates": "../../etc"}', '{"address": 5, "certificates": "x"}'])
def test_a_spoilt_file_means_the_users_own_server(tmp_path: Path, text: str) -> None:
    (tmp_path / "remote.json").write_text(text)
    assert remote.find(tmp_path) is None


def test_a_named_server_that_does_not_answer_is_never_replaced_by_one_started_here(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    import restyle_client

    monkeypatch.setenv("RESTYLE_STATE_DIR", str(tmp_path / "state"))
    remote.remember(tmp_path / "state", "127.0.0.1:9", files(authority, authority.sign("anna")))
    with pytest.raises(ServerNotFound, match=r"No server answers at 127\.0\.0\.1:9; have it started there, or .* restyle disconnect"):
        restyle_client.connect(timeout=5)
    assert not (tmp_path / "state/start.lock").exists()
    assert discovery.find_endpoint(tmp_path / "state") is None


# ---- two machines ----


@dataclass
class Studio:
    """Two network namespaces with a cable between them, which stand for two machines. home: the painter's."""

    folder: Path
    authority: Authority
    machines: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def on(self, machine: str, *command: str) -> list[str]:
        return ["nsenter", f"--net=/proc/{self.machines[machine].pid}/ns/net", *command]

    def do(self, machine: str, *command: str) -> str:
        done = subprocess.run(self.on(machine, *command), capture_output=True, text=True, check=False, env=self.variables, timeout=120)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    @property
    def variables(self) -> dict[str, str]:
        own = {f"RESTYLE_{name}_DIR": str(self.folder / "painter" / name.lower()) for name in ("STATE", "DATA", "CONFIG")}
        return {**os.environ, **own, "PYTHONPATH": str(TESTS)}

    def start(self, machine: str, *command: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            self.on(machine, *command), env=self.variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.running.append(process)
        return process

    def serve(self, **script: object) -> None:
        """The real server, with the fake engine, on the machine "server"."""
        write_script(self.folder / "state", **script)
        signed = self.authority.sign("server", hosts=(SERVER,))
        program = """
            import sys
            from dataclasses import replace
            from restyle_server.__main__ import main
            sys.exit(main(sys.argv[1:], lambda config: replace(config, engine_factory="fake_engine:engine")))
        """
        options = ["--host", SERVER, "--port", str(PORT), "--tls-cert", str(signed.cert), "--tls-key", str(signed.key)]
        options += ["--tls-client-ca", str(self.authority.file), "--state-dir", str(self.folder / "state"), "--data-dir", str(self.folder / "data")]
        process = self.start("server", sys.executable, "-c", textwrap.dedent(program), *options)
        while not (self.folder / "state/server.json").exists():
            assert process.poll() is None, process.communicate()[0]
            threading.Event().wait(0.05)

    def connect(self) -> str:
        anna = self.authority.sign("anna")
        words = ("connect", f"{SERVER}:{PORT}", "--ca", str(self.authority.file), "--cert", str(anna.cert), "--key", str(anna.key))
        return self.do("painter", *RESTYLE, *words)


@pytest.fixture
def studio(tmp_path: Path, authority: Authority) -> Iterator[Studio]:
    found = Studio(tmp_path, authority)
    try:
        for name in ("server", "painter"):
            found.machines[name] = subprocess.Popen(["unshare", "--net", "sleep", "600"])
        _wait_for_own_networks(found)
        painter = str(found.machines["painter"].pid)
        found.do("server", "ip", "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", painter)
        for name, address in (("server", SERVER), ("painter", PAINTER)):
            found.do(name, "ip", "addr", "add", f"{address}/24", "dev", "cable")
            found.do(name, "ip", "link", "set", "cable", "up")
            found.do(name, "ip", "link", "set", "lo", "up")
        yield found
    finally:
        left: list[subprocess.Popen[Any]] = [*found.running, *found.machines.values()]
        for process in left:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(30)
            if process.stdout is not None:
                process.stdout.close()


def _wait_for_own_networks(studio: Studio) -> None:
    here = Path("/proc/self/ns/net").readlink()
    for machine in studio.machines.values():
        while Path(f"/proc/{machine.pid}/ns/net").readlink() == here:
            if machine.poll() is not None:
                pytest.skip("this machine forbids network namespaces")
            threading.Event().wait(0.02)


# What runs on the painter's machine: an ordinary client that names no server.
CLIENT = textwrap.dedent("""
    import json, sys
    import restyle_client as client
    content = client.Plane(client.PixelFormat(client.Channels.RGB, client.Depth.U8), 16, 16, bytes(range(256)) * 3)
    request = client.JobRequest(content, (client.StyleUse.library("night"),), parameters=client.Parameters(seed=3))
    def heard(event):
        if isinstance(event, (client.Progress, client.Job)):
            print(json.dumps({"kind": type(event).__name__, "done": getattr(event, "step", 0)}), flush=True)
    with client.connect() as session:
        result = session.restyle(request, on_event=heard)
        jobs = session.list()
    print(json.dumps({"kind": "result", "data": bytes(result.plane.data).hex(), "jobs": len(jobs)}), flush=True)
""")


@NAMESPACES
@pytest.mark.slow
def test_one_command_turns_every_client_to_the_other_machine(studio: Studio) -> None:
    studio.serve(steps=3)
    assert f"at {SERVER}:{PORT}" in studio.connect()
    assert json.loads(studio.do("painter", *RESTYLE, "status", "--json"))["address"] == f"{SERVER}:{PORT}"
    last = json.loads(studio.do("painter", sys.executable, "-c", CLIENT).splitlines()[-1])
    assert bytes.fromhex(last["data"]) == painted_bytes(bytes(range(256)) * 3, 3)
    assert not (studio.folder / "painter/state/server.json").exists(), "nothing was started on the painter's machine"
    studio.do("painter", *RESTYLE, "disconnect")
    assert not (studio.folder / "painter/state/remote").exists()


@NAMESPACES
@pytest.mark.slow
def test_a_stranger_is_told_and_nothing_is_remembered(studio: Studio, tmp_path: Path) -> None:
    studio.serve(steps=3)
    (tmp_path / "elsewhere").mkdir()
    stranger = Authority(tmp_path / "elsewhere").sign("anna")
    words = ("connect", f"{SERVER}:{PORT}", "--ca", str(studio.authority.file), "--cert", str(stranger.cert), "--key", str(stranger.key))
    done = subprocess.run(studio.on("painter", *RESTYLE, *words), capture_output=True, text=True, check=False, env=studio.variables, timeout=PATIENCE)
    assert done.returncode == 1
    assert done.stderr.startswith("restyle: ")
    assert "Traceback" not in done.stderr
    assert not (studio.folder / "painter/state/remote.json").exists()


@NAMESPACES
@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_connection_lost_in_the_middle_of_a_job_is_found_again(studio: Studio) -> None:
    """The painter's machine moves to another address, as a laptop does between networks: what was open is dead, and nobody says so."""
    studio.serve(steps=250, step_ms=100)
    studio.connect()
    painter = studio.start("painter", sys.executable, "-c", CLIENT)
    assert painter.stdout is not None
    heard = []
    for line in painter.stdout:
        heard.append(json.loads(line))
        if heard[-1]["kind"] == "Progress" and heard[-1]["done"] >= 10:
            break
    studio.do("painter", "ip", "addr", "add", f"{MOVED}/24", "dev", "cable")
    studio.do("painter", "ip", "addr", "del", f"{PAINTER}/24", "dev", "cable")
    studio.do("painter", "ip", "addr", "replace", f"{MOVED}/24", "dev", "cable")
    before = len(heard)
    heard += [json.loads(line) for line in painter.stdout]
    assert painter.wait(60) == 0, heard[-1]
    after = heard[before:]
    assert after[-1]["kind"] == "result"
    assert bytes.fromhex(after[-1]["data"]) == painted_bytes(bytes(range(256)) * 3, 3)
    assert after[-1]["jobs"] == 1, "the job that was lost sight of is the one that was found again"
    done = [each["done"] for each in heard if each["kind"] == "Progress"]
    assert done == sorted(done)
    assert any(late - early > 20 for early, late in itertools.pairwise(done)), "there was no gap, so that nothing was proved"
