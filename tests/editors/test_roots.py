"""Owns the promises about the Debian roots themselves: nothing is deleted through a mount, stale ones are made again, and a room leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from editors import roots
from editors.rooms import Room, end
from editors.roots import MachineUnfit, Root, RootUnavailable

ROOTY = pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs root on Linux")


def finished(cache: Path, suite: str, **stamp: object) -> Path:
    """A root as far as its stamp goes."""
    (cache / suite / "usr").mkdir(parents=True)
    words = {"recipe": roots._digest(), "made": time.time(), "packages": {"gimp": "3"}, **stamp}
    (cache / f"{suite}.json").write_text(json.dumps(words), encoding="utf-8")
    return cache / suite


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESTYLE_TEST_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(roots, "_check_machine", lambda: None)
    return tmp_path / "cache"


def test_a_finished_root_is_used_as_it_is(cache: Path) -> None:
    path = finished(cache, "trixie")
    assert roots.root("trixie") == Root("trixie", path, {"gimp": "3"})


@pytest.mark.parametrize("stamp", [{"recipe": "older"}, {"made": 0.0}])
def test_a_stale_root_is_made_again(cache: Path, monkeypatch: pytest.MonkeyPatch, stamp: dict[str, object]) -> None:
    finished(cache, "sid", **stamp)
    made = Root("sid", cache / "new", {})
    monkeypatch.setattr(roots, "_make", lambda _cache, _suite: made)
    assert roots.root("sid") == made


def test_an_old_root_beats_none_when_the_mirror_is_broken(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = finished(cache, "sid", made=0.0)

    def broken(_cache: Path, _suite: str) -> Root:
        raise RootUnavailable("the mirror is broken today")

    monkeypatch.setattr(roots, "_make", broken)
    assert roots.root("sid").path == path
    with pytest.raises(RootUnavailable, match="broken today"):
        roots.root("trixie")


def test_a_half_made_root_does_not_count(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (cache / "sid.building" / "usr").mkdir(parents=True)
    (cache / "sid.json").write_text("{", encoding="utf-8")
    made = Root("sid", cache / "new", {})
    monkeypatch.setattr(roots, "_make", lambda _cache, _suite: made)
    assert roots.root("sid") == made


def test_without_rights_the_reason_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RESTYLE_TEST_CACHE", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    with pytest.raises(MachineUnfit, match="need"):
        roots.root("trixie")
    assert list(tmp_path.iterdir()) == []


@ROOTY
def test_nothing_is_deleted_through_a_mount(tmp_path: Path) -> None:
    precious, root = tmp_path / "precious", tmp_path / "root"
    (root / "dev").mkdir(parents=True)
    precious.mkdir()
    (precious / "file").write_text("kept")
    code = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from pathlib import Path
from editors import roots
try:
    roots.remove(Path({str(root)!r}))
except roots.RootUnavailable as reason:
    print(reason)
"""
    mounted = 'mount --bind "$1" "$2" && exec "$3" -c "$4"'
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", mounted, "sh", str(precious), str(root / "dev"), sys.executable, code]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    if "permission denied" in said.stderr.lower():
        pytest.skip("this machine forbids mounts")
    assert "is still mounted" in said.stdout, said.stderr
    assert (precious / "file").read_text() == "kept"
    roots.remove(root)
    assert not root.exists()


@pytest.mark.editors
@pytest.mark.slow
@pytest.mark.timeout(1500)  # the first to want a root makes it
def test_a_room_can_change_only_its_home(debian: Root, tmp_path: Path) -> None:
    script = 'touch "$HOME/mine" /tmp/mine; touch /usr/mine && exit 7; sleep 1000 & exit 0'
    status = Room(debian, tmp_path).run(["sh", "-c", script], tmp_path / "out")
    assert status == 0, (tmp_path / "out").read_text()
    assert (tmp_path / "mine").exists()
    assert not (debian.path / "tmp" / "mine").exists()
    assert not (debian.path / "usr" / "mine").exists()
    assert roots.mounted_below(debian.path) == []


@pytest.mark.editors
@pytest.mark.slow
@pytest.mark.timeout(1500)  # the first to want a root makes it
def test_ending_a_room_ends_all_that_it_started(debian: Root, tmp_path: Path) -> None:
    process = Room(debian, tmp_path).start(["sh", "-c", "sleep 1000 & touch $HOME/up; sleep 1000"])
    while not (tmp_path / "up").exists():
        assert process.poll() is None
        threading.Event().wait(0.05)
    inside = psutil.Process(process.pid).children(recursive=True)
    assert len(inside) >= 3
    end(process)
    _, left = psutil.wait_procs(inside, timeout=60)
    assert left == []


@pytest.mark.editors
@pytest.mark.slow
@pytest.mark.timeout(1500)  # the first to want a root makes it
def test_a_killed_test_run_leaves_no_room_behind(debian: Root, tmp_path: Path) -> None:
    """As the checks' time limit kills it, without a chance to clean up."""
    code = f"""
import sys, threading; sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from pathlib import Path
from editors import roots
from editors.rooms import Room
Room(roots.root({debian.suite!r}), Path({str(tmp_path)!r})).start(["sh", "-c", "touch $HOME/up; sleep 1000"])
threading.Event().wait()
"""
    with subprocess.Popen([sys.executable, "-c", code]) as testing:
        while not (tmp_path / "up").exists():
            assert testing.poll() is None
            threading.Event().wait(0.05)
        inside = psutil.Process(testing.pid).children(recursive=True)
        assert len(inside) >= 3
        testing.kill()
    _, left = psutil.wait_procs(inside, timeout=60)
    assert left == []
