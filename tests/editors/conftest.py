"""Owns what the editors' tests share: the roots, a real server outside of them, and a home with the plug-in put in by the project's own installer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from editors import roots
from editors.servers import Served, serving
from editors.studio import Studio
from filelock import FileLock

GIMP_VERSIONS = {"trixie": "3.0", "sid": "3.2"}


@pytest.fixture(scope="session")
def roomy() -> Iterator[Path]:
    """A folder under /tmp, where a root can show it at the same path; pytest's own may lie elsewhere."""
    with tempfile.TemporaryDirectory(prefix="restyle-editors-", dir="/tmp") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def served(roomy: Path) -> Iterator[Served]:
    """The real server with the real engine, on the host."""
    with serving(roomy / "server") as running:
        yield running


@pytest.fixture(scope="session", params=["trixie", "sid"])
def debian(request: pytest.FixtureRequest) -> roots.Root:
    """A finished root. Skips, loudly, on a machine that can't have any; fails when only this one can't be made, and it is the stable one."""
    return _root(request.param)


def _root(suite: str) -> roots.Root:
    try:
        return roots.root(suite)
    except roots.MachineUnfit as reason:
        pytest.skip(f"NOT DONE: {reason}")
    except roots.RootUnavailable as reason:
        if suite == "sid":
            pytest.skip(f"NOT DONE, the newest editors: {reason}")
        pytest.fail(str(reason), pytrace=False)


@pytest.fixture(scope="session")
def gimp(debian: roots.Root, roomy: Path, served: Served) -> Studio:
    """A GIMP with a profile of its own and the plug-in installed, that reaches the server."""
    return new_gimp(debian, roomy, served.state)


def new_gimp(debian: roots.Root, folder: Path, state: Path, data: Path | None = None) -> Studio:
    """A fresh home, a profile as GIMP leaves it, and `restyle install gimp`."""
    home = Path(tempfile.mkdtemp(prefix=f"{debian.suite}-", dir=folder))
    profile = home / ".config" / "GIMP" / GIMP_VERSIONS[debian.suite]
    profile.mkdir(parents=True)
    (profile / "gimprc").write_text("(show-welcome-dialog no)\n(check-updates no)\n(color-profile-policy keep)\n", encoding="utf-8")
    environment = {**os.environ, "HOME": str(home), "RESTYLE_STATE_DIR": str(state), "RESTYLE_DATA_DIR": str(data or home / "data")}
    environment.pop("XDG_CONFIG_HOME", None)
    command = [sys.executable, "-c", "from restyle_cli.main import main; main()", "install", "gimp"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert str(profile / "plug-ins" / "restyle") in done.stdout
    return Studio(debian, home, profile, state)


@contextmanager
def _once(folder: Path, name: str) -> Iterator[Path]:
    with FileLock(folder / f"{name}.lock"):
        yield folder / f"{name}.json"


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[], Any]], Any]:
    """Does something long (a JSON value comes out) in one of the parallel test processes, while the others wait for what it found."""
    folder = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        folder = folder.parent

    def do(name: str, work: Callable[[], Any]) -> Any:
        with _once(folder, name) as found:
            if not found.exists():
                found.write_text(json.dumps(work()), encoding="utf-8")
            return json.loads(found.read_text(encoding="utf-8"))

    return do
