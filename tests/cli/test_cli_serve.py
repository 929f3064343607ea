"""Owns the promises of `restyle serve`, `status` and `stop`."""

from __future__ import annotations

import json
import time
from pathlib import Path

from cli.running import PATIENCE, Restyle


def test_a_running_server_is_told_about(restyle: Restyle) -> None:
    give_up = time.monotonic() + PATIENCE
    while (told := json.loads(restyle("status", "--json").stdout))["devices"][0]["state"] == "starting":  # until then nobody knows its name
        assert time.monotonic() < give_up
    assert (told["running"], told["weights_in_use"], told["devices"][0]["id"]) == (True, "vgg16", "cpu")
    lines = restyle("status").stdout.splitlines()
    assert lines[0].startswith(f"Restyle {told['version']} at {told['address']}, serving for ")
    assert "weights in use: vgg16" in lines


def test_no_server_is_said_and_never_started(tmp_path: Path) -> None:
    alone = Restyle(tmp_path / "state", tmp_path / "data")
    assert (alone("status").exit_code, json.loads(alone("status", "--json").stdout)) == (1, {"running": False})
    assert alone("stop").exit_code == 0
    assert json.loads(alone("stop", "--json").stdout) == {"running": False, "stopped": False}
    assert not (tmp_path / "state" / "server.json").exists()


def test_stop_ends_the_server(tmp_path: Path) -> None:
    restyle = Restyle(tmp_path / "state", tmp_path / "data")
    with restyle.server() as server:
        assert json.loads(restyle("stop", "--json").stdout) == {"running": False, "stopped": True}
        assert server.wait(PATIENCE) == 0


def test_a_second_server_is_refused_in_a_sentence(restyle: Restyle) -> None:
    with restyle.start("serve") as second:
        out, err = second.communicate(timeout=PATIENCE)
    assert second.returncode == 1
    assert "runs already" in err
    assert "Traceback" not in out + err


def test_a_bad_setting_is_one_sentence(tmp_path: Path) -> None:
    alone = Restyle(tmp_path / "state", tmp_path / "data")
    for arguments in (("--host", "192.0.2.1"), ("--config", tmp_path / "none.toml"), ("--weights-file", tmp_path / "none.safetensors")):
        done = alone("serve", *arguments)
        assert done.exit_code == 1
        assert len(done.stderr.splitlines()) == 1
    assert alone("serve", "--port", "70000").exit_code == 2
