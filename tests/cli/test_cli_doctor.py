"""Owns the promises of `restyle doctor`: each fault is found, named and followed by what mends it; and the bundle holds no secret."""

from __future__ import annotations

import json
import os
import shutil
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from cli.running import Restyle
from restyle_cli.runs import checkup, device_check, log_bundle
from restyle_client import __version__
from restyle_client.discovery import find_endpoint
from restyle_server.clock import SystemClock
from restyle_server.jobs.folders import JobFolders
from restyle_server.jobs.journal import Journal
from restyle_server.jobs.store import JobStore
from restyle_server.limits import Limits

TOKEN = "abcdefgh-0123456789"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user of our own, with a GIMP and a Krita that have run once."""
    for name in ("state", "data", "config/GIMP/3.0", "share/krita"):
        (tmp_path / name).mkdir(parents=True)
    for variable, name in (("RESTYLE_STATE_DIR", "state"), ("RESTYLE_DATA_DIR", "data"), ("XDG_CONFIG_HOME", "config"), ("XDG_DATA_HOME", "share")):
        monkeypatch.setenv(variable, str(tmp_path / name))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def launcher(path: Path, state: Path, command: str = sys.executable, version: str = __version__) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"command": [command], "state_dir": str(state), "version": version}))


def test_a_sound_installation_is_told_part_by_part(restyle: Restyle) -> None:
    told = restyle("doctor", "--json")
    found = [json.loads(line) for line in told.stdout.splitlines()]
    parts = {finding["part"] for finding in found}
    assert {"versions", "state folder", "data folder", "settings", "launcher", "server", "device cpu", "weights", "styles"} <= parts
    assert told.exit_code == 0
    assert not [finding for finding in found if finding["state"] == "bad"]
    for finding in found:
        assert finding["mend"] or finding["state"] == "good"
    people = restyle("doctor").stdout
    assert "ok    server: answers at 127.0.0.1:" in people
    assert "weights install" not in people


def states(findings: Iterable[checkup.Finding]) -> dict[str, checkup.Finding]:
    return {finding.part: finding for finding in findings}


def test_plugins_are_missing_sound_old_or_without_their_python(home: Path) -> None:
    gimp, krita = home / "config" / "GIMP" / "3.0" / "plug-ins" / "restyle", home / "share" / "krita" / "pykrita" / "restyle"
    missing = states(checkup.plugins())
    assert [missing[part].mend for part in ("GIMP plug-in", "Krita plug-in")] == ["run: restyle install gimp", "run: restyle install krita"]
    launcher(gimp / "launcher.json", home / "state")
    launcher(krita / "launcher.json", home / "state", version="0.0.1")
    found = states(checkup.plugins())
    assert found["GIMP plug-in"].state == "good"
    assert (found["Krita plug-in"].state, "0.0.1" in found["Krita plug-in"].text) == ("bad", True)
    launcher(gimp / "launcher.json", home / "state", command="/gone/python")
    launcher(krita / "launcher.json", home / "elsewhere")
    found = states(checkup.plugins())
    assert (found["GIMP plug-in"].state, "/gone/python" in found["GIMP plug-in"].text) == ("bad", True)
    assert (found["Krita plug-in"].state, "elsewhere" in found["Krita plug-in"].text) == ("warning", True)


def test_a_plugin_that_its_editor_does_not_load_is_found(home: Path) -> None:
    gimp, krita = home / "config" / "GIMP" / "3.0" / "plug-ins" / "restyle", home / "share" / "krita" / "pykrita" / "restyle"
    for plugin in (gimp, krita):
        launcher(plugin / "launcher.json", home / "state")
    (gimp / "restyle.py").touch(mode=0o644)
    settings = home / "config" / "kritarc"
    settings.write_text("[python]\nenable_restyle=false\n", encoding="utf-8")
    found = states(checkup.plugins())
    assert (found["Krita plug-in"].state, str(settings) in found["Krita plug-in"].text) == ("warning", True)
    assert found["Krita plug-in"].mend.endswith("restyle install krita")
    if os.name == "posix":
        assert (found["GIMP plug-in"].state, "not executable" in found["GIMP plug-in"].text) == ("warning", True)
    settings.write_text("[python]\nenable_restyle=true\n", encoding="utf-8")
    (gimp / "restyle.py").chmod(0o755)
    assert [finding.state for finding in checkup.plugins()] == ["good", "good"]


def test_a_launcher_that_is_missing_gone_or_old_is_found(home: Path) -> None:
    path = home / "data" / "launcher.json"
    assert states(checkup.launcher())["launcher"].state == "warning"
    launcher(path, home / "state", command="/gone/python")
    assert states(checkup.launcher())["launcher"].state == "bad"
    path.write_text('{"command": ["/usr/bin/')
    assert "damaged" in states(checkup.launcher())["launcher"].text
    launcher(path, home / "state", version="0.0.1")
    assert states(checkup.launcher())["launcher"].state == "warning"
    launcher(path, home / "state")
    assert states(checkup.launcher())["launcher"].state == "good"


def test_a_folder_that_is_none_and_settings_that_are_wrong_are_found(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "data" / "server.toml").write_text("prot = 5\n")
    settings = states(checkup.settings())["settings"]
    assert (settings.state, "prot" in settings.text) == ("bad", True)
    (home / "file").touch()
    monkeypatch.setenv("RESTYLE_STATE_DIR", str(home / "file" / "state"))
    assert states(checkup.folders())["state folder"].state == "bad"


@pytest.mark.skipif(os.name != "posix", reason="elsewhere the user's folder is private by itself")
def test_a_token_that_others_can_read_is_found(home: Path) -> None:
    file = home / "state" / "server.json"
    file.write_text("{}")
    file.chmod(0o640)
    found = states(checkup.folders())["state folder"]
    assert (found.state, "token" in found.text, "restyle stop" in found.mend) == ("bad", True, True)
    file.chmod(0o600)
    assert states(checkup.folders())["state folder"].state == "good"


def test_what_the_server_could_not_read_is_named(home: Path) -> None:
    assert not list(checkup.set_aside())
    jobs = home / "state" / "jobs"
    for number in range(5):
        (jobs / f"odd\x1b{number}").mkdir(parents=True)
    (home / "state" / "jobs.sqlite").write_bytes(b"no journal" * 1000)
    journal = Journal(home / "state" / "jobs.sqlite")
    store = JobStore(journal, JobFolders(jobs), SystemClock(), Limits())
    store.recover()
    store.close()
    [found] = checkup.set_aside()
    place = home / "state" / "aside" / "1"
    assert (found.part, found.state) == ("state folder", "warning")
    assert f"{place} keeps what the server could not read: jobs.sqlite: file is not a database; odd\\x1b0: the journal knows no such job" in found.text
    assert found.text.endswith(" and 3 more")
    assert str(place) in found.mend
    shutil.rmtree(place)
    assert not list(checkup.set_aside())


def test_a_damaged_vgg19_is_told_as_such(restyle: Restyle) -> None:
    weights = restyle.data / "weights" / "vgg19.safetensors"
    weights.parent.mkdir(exist_ok=True)
    weights.write_text("cut off")
    try:
        assert "damaged; install it again with: restyle weights install vgg19" in restyle("doctor").stdout
    finally:
        weights.unlink()


def test_a_server_that_does_not_start_is_told_with_its_reason(home: Path) -> None:
    launcher(home / "data" / "launcher.json", home / "state", command="/gone/python")
    found = states(checkup.server())["server"]
    assert (found.state, "/gone/python" in found.text, "server.log" in found.mend) == ("bad", True, True)


def test_the_bundle_has_the_logs_and_no_secret(home: Path) -> None:
    state = home / "state"
    (state / "logs").mkdir()
    (state / "server.json").write_text(json.dumps({"address": "127.0.0.1:1", "token": TOKEN}))
    (state / "logs" / "server.log").write_text(f"started\nAuthorization: Bearer other-token\n{TOKEN}\n{home}/painting\n")
    (state / "start.log").write_text("-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----\nlast words\n")
    (home / "data" / "server.toml").write_text('[tls]\nkey = "/keys/server.pem"\npassword = "hunter2"\n')
    log_bundle.write(home / "logs.zip", f"the report, {TOKEN}")
    with zipfile.ZipFile(home / "logs.zip") as archive:
        words = {name: archive.read(name).decode() for name in archive.namelist()}
    assert set(words) == {"report.txt", "logs/server.log", "start.log", "server.toml"}
    everything = "".join(words.values())
    for secret in (TOKEN, "other-token", "MHcCAQEE", "hunter2", str(home)):
        assert secret not in everything
    for kept in ("started", "~/painting", "last words", "the report"):
        assert kept in everything
    assert not list(home.glob(".*part"))


def test_the_bundle_of_a_real_server_is_written_and_told(restyle: Restyle, tmp_path: Path) -> None:
    told = restyle("doctor", "--logs", tmp_path / "logs.zip")
    assert told.exit_code == 0
    assert "logs.zip; look through it" in told.stdout
    endpoint = find_endpoint(restyle.state)
    with zipfile.ZipFile(tmp_path / "logs.zip") as archive:
        assert "listens on" in archive.read("logs/server.log").decode()
        assert endpoint is not None
        assert all(endpoint.token not in archive.read(name).decode() for name in archive.namelist())


def test_a_bundle_that_cannot_be_written_is_one_sentence(restyle: Restyle, tmp_path: Path) -> None:
    told = restyle("doctor", "--logs", tmp_path / "nowhere" / "logs.zip")
    assert told.exit_code == 1
    assert "choose another file for --logs" in told.stderr


AGREES = {"layer": "relu5_1", "features": 0.005, "gradient": 0.05, "painting": 0.002, "sound": True}


@pytest.mark.parametrize(
    ("program", "state", "words"),
    [
        (f"print({json.dumps(json.dumps(AGREES))})", "good", "relu5_1 by 0.5%, the gradient by 5.0%, a small painting by 0.20%"),
        (f"print({json.dumps(json.dumps({**AGREES, 'sound': False}))})", "bad", "does not paint as the processor does"),
        (f"print({json.dumps(json.dumps({**AGREES, 'features': float('inf'), 'sound': False}))})", "bad", "relu5_1 by inf%"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "bad", "painting ended the process (Segmentation fault)"),
        ("raise RuntimeError('no kernel image is available')", "bad", "can't paint: RuntimeError: no kernel image is available"),
        ("import time; time.sleep(600)", "bad", "does not answer within 0 s"),
        ("print('a driver that talks')", "bad", "said something else: a driver that talks"),
    ],
)
def test_a_device_is_judged_by_what_its_own_process_does(program: str, state: str, words: str) -> None:
    seconds = 0.2 if "sleep" in program else 60.0
    found = device_check.finding("cuda:0", [sys.executable, "-c", program], seconds)
    assert (found.part, found.state) == ("device cuda:0", state)
    assert words in found.text
    assert ("restyle serve --device cpu" in found.mend) is (state == "bad")


def test_the_processor_agrees_with_itself_and_what_is_not_there_is_said(restyle: Restyle) -> None:
    told = restyle("doctor", "--json", "--device", "cpu", "--device", "cuda:77")
    found = [json.loads(line) for line in told.stdout.splitlines()][-2:]
    assert [(one["part"], one["state"]) for one in found] == [("device cpu", "good"), ("device cuda:77", "bad")]
    assert found[1]["mend"] == "choose one of: cpu"
    assert told.exit_code == 1
