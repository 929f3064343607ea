"""What a wheel promises without a copy of the repository: plug-ins that find their painter, an update that reaches them, and nothing left afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from restyle_install import making
from restyle_install.home import KEYS
from wheels import RESTYLE, built, copied, environment, run, variables

OLD, NEW = "0.0.8", "0.0.9"
GIMP, KRITA = Path(".config/GIMP/3.0/plug-ins/restyle"), Path(".local/share/krita/pykrita/restyle")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="paths of POSIX")]

# As the plug-in does when it starts: a Python that knows nothing of Restyle, but for what lies beside the plug-in.
STARTED = """
import json, sys
sys.path.insert(0, sys.argv[1])
import restyle_client
with restyle_client.connect() as session:
    info = session.info()
print(json.dumps({"client": restyle_client.__version__, "from": restyle_client.__file__, "server": info.version}))
"""


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An older version, and a newer one."""
    folder = tmp_path_factory.mktemp("wheels")
    old, new = (built(copied(folder / version, version), folder / f"dist-{version}") for version in (OLD, NEW))
    return old, new


def started(plugin: Path, home: Path) -> dict[str, str]:
    """What a plug-in finds at its first start: it starts the painter, when none runs."""
    command = [sys.executable, "-I", "-S", "-c", STARTED, str(plugin)]
    done = subprocess.run(command, env=variables(home), capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    assert found["from"].startswith(str(plugin))
    return found


def files(home: Path) -> dict[str, bytes]:
    """Every file and its content, but for what rustc writes when pip asks for its version."""
    return {str(path.relative_to(home)): path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file() and ".rustup" not in path.parts}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Of somebody who has started GIMP and Krita once; their server ends with the test."""
    folder = tmp_path / "home"
    for place in (".config/GIMP/3.0", ".local/share/krita"):
        (folder / place).mkdir(parents=True)
    (folder / ".config/kritarc").write_text("[python]\nenable_other=true\n")
    yield folder
    subprocess.run([*RESTYLE, "stop", "--grace", "0"], env=variables(folder), capture_output=True, check=False)


def test_from_pip_to_the_plugins_to_a_newer_version_and_back_to_nothing(wheels: tuple[Path, Path], home: Path, tmp_path: Path) -> None:
    old, new = wheels
    (tmp_path / "no-wheels").mkdir()
    before = files(home)
    python = environment(tmp_path / "environment", old)
    restyle = [str(python.with_name("restyle"))]

    said = run(restyle, home, "install")
    assert "Installed the plug-in in GIMP 3.0" in said
    assert "Try it: Start GIMP" in said
    assert os.access(home / GIMP / "restyle.py", os.X_OK)
    assert "enable_restyle=true" in (home / ".config/kritarc").read_text()
    for plugin in (GIMP, KRITA):
        launcher = json.loads((home / plugin / "launcher.json").read_text())
        assert launcher["command"] == [str(python), "-P", "-m", "restyle_server"]
        found = started(home / plugin, home)
        assert (found["client"], found["server"]) == (OLD, OLD)

    run(restyle, home, "uninstall", "krita")
    assert "name the newer one: restyle update restyle-VERSION" in run(restyle, home, "update", status=1)
    said = run(restyle, home, "update", str(new), "--packages", str(tmp_path / "no-wheels"))
    assert f"Restyle {NEW} is in place." in said
    assert not (home / KRITA).exists(), "an update puts the plug-in only where it was"
    found = started(home / GIMP, home)
    assert (found["client"], found["server"]) == (NEW, NEW)

    assert f"Would remove {home / GIMP}" in run(restyle, home, "uninstall", "--dry-run")
    said = run(restyle, home, "uninstall", "--purge")
    assert f"remove them with: {python} -m pip uninstall restyle" in said
    assert files(home) == before


def test_what_the_installer_put_in_takes_itself_out(wheels: tuple[Path, Path], home: Path) -> None:
    before = files(home)
    folder = home / ".local/share/restyle/environment"
    python = environment(folder, wheels[0])
    (folder / making.MARK).write_text("Made by Restyle; may be removed.\n")
    making.write_stamp(folder, dict.fromkeys(KEYS, "") | {"python": making.version_of(folder)})
    restyle = [str(python.with_name("restyle"))]
    run(restyle, home, "install")
    assert run(restyle, home, "uninstall").endswith("Restyle is removed.\n")
    assert files(home) == before


def test_the_source_package_is_whole_and_the_same_sources_give_the_same_bytes(wheels: tuple[Path, Path], tmp_path: Path) -> None:
    """The second time from the source package, by somebody with another umask, at another time."""
    old, _ = wheels
    sources = copied(tmp_path / "sources", OLD)
    sdist = built(sources, tmp_path / "first", "sdist")
    for path in sources.rglob("*"):
        os.utime(path, (10**9, 10**9))
        path.chmod(0o700 if path.is_dir() else path.stat().st_mode & 0o700)
    assert built(sources, tmp_path / "second", "sdist").read_bytes() == sdist.read_bytes()
    subprocess.run(["tar", "-xf", str(sdist), "-C", str(tmp_path)], check=True)
    assert built(tmp_path / f"restyle-{OLD}", tmp_path / "third").read_bytes() == old.read_bytes()
