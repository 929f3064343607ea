"""Owns what the editors' tests share: the roots, a real server outside of them, and a home with the plug-in put in by the project's own installer."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from editors import roots
from editors.rooms import Room
from editors.servers import Served, serving
from editors.studio import HEADLESS, Studio
from filelock import FileLock

GIMP_VERSIONS = {"trixie": "3.0", "sid": "3.2", "experimental": "3.2"}
FIRST_SECONDS = 900  # for a first start, which asks a hundred plug-ins: 11 s on an idle machine


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


def wanted(words: str) -> tuple[str, ...]:
    """The suites that RESTYLE_TEST_SUITES names, parted by spaces; those of SUITES when it names none: the checks run one pytest for each."""
    named, known = tuple(words.split()) or roots.SUITES, (*roots.SUITES, *roots.BASES)
    if unknown := sorted(set(named) - set(known)):
        raise pytest.UsageError(f"RESTYLE_TEST_SUITES names {unknown[0]}; there are {', '.join(known)}")
    return named


@pytest.fixture(scope="session", params=wanted(os.environ.get("RESTYLE_TEST_SUITES", "")))
def debian(request: pytest.FixtureRequest) -> roots.Root:
    """A finished root. Skips, loudly, on a machine that can't have any; fails when only this one can't be made, and it is the stable one."""
    return _root(request.param)


def _root(suite: str) -> roots.Root:
    try:
        return roots.root(suite)
    except roots.MachineUnfit as reason:
        pytest.skip(f"NOT DONE: {reason}")
    except roots.RootUnavailable as reason:
        if suite != "trixie":
            pytest.skip(f"NOT DONE, the newest editors: {reason}")
        pytest.fail(str(reason), pytrace=False)


@pytest.fixture(scope="session")
def gimp(new_studio: Callable[[Path], Studio], served: Served) -> Studio:
    """A GIMP with the plug-in installed, that reaches the server."""
    return new_studio(served.state)


@pytest.fixture(scope="session")
def new_studio(debian: roots.Root, roomy: Path, shared_folder: Path) -> Callable[[Path], Studio]:
    """Makes a GIMP with a home of its own and the plug-in installed, for the server whose state folder is given."""

    def make(state: Path) -> Studio:
        home = Path(tempfile.mkdtemp(prefix=f"{debian.suite}-", dir=roomy))
        shutil.copytree(profile(debian, shared_folder), home / ".config")  # with its modification times, which GIMP compares
        studio = Studio(debian, home, home / ".config" / "GIMP" / GIMP_VERSIONS[debian.suite], state)
        install(studio)
        return studio

    return make


def install(studio: Studio) -> str:
    """`restyle install gimp`, as a person would who has that home; what it said."""
    folders = {"RESTYLE_STATE_DIR": studio.state, "RESTYLE_CONFIG_DIR": studio.config, "RESTYLE_DATA_DIR": studio.home / "data"}
    environment = {**os.environ, "HOME": str(studio.home), **{name: str(folder) for name, folder in folders.items()}}
    environment.pop("XDG_CONFIG_HOME", None)
    command = [sys.executable, "-c", "from restyle_cli.main import main; main()", "install", "gimp"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert str(studio.plugin) in done.stdout
    return done.stdout


def profile(debian: roots.Root, folder: Path) -> Path:
    """A profile of a GIMP that has run once: the first start asks every plug-in for its procedures, which takes it longer than most of these tests."""
    home = folder / f"gimp-{debian.suite}"
    with FileLock(folder / f"gimp-{debian.suite}.lock"):
        if not (home / "done").exists():
            profile = home / ".config" / "GIMP" / GIMP_VERSIONS[debian.suite]
            profile.mkdir(parents=True, exist_ok=True)
            (profile / "gimprc").write_text("(show-welcome-dialog no)\n(check-updates no)\n(color-profile-policy keep)\n", encoding="utf-8")
            status = Room(debian, home).run([*HEADLESS, "pass"], home / "gimp.out", FIRST_SECONDS)
            assert status == 0, (home / "gimp.out").read_text(encoding="utf-8", errors="replace")
            (home / "done").touch()
    return home / ".config"


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all of the parallel test processes."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if os.environ.get("PYTEST_XDIST_WORKER") else folder


@pytest.fixture(scope="session")
def once(shared_folder: Path) -> Callable[[str, Callable[[], Any]], Any]:
    """Does something long (a JSON value comes out) in one of the parallel test processes, while the others wait for what it found."""

    def do(name: str, work: Callable[[], Any]) -> Any:
        found = shared_folder / f"{name}.json"
        with FileLock(shared_folder / f"{name}.lock"):
            if not found.exists():
                try:
                    outcome = {"value": work()}
                except Exception as error:  # kept as well: the others must not each spend minutes on failing again
                    outcome = {"failure": f"{type(error).__name__}: {error}"}
                found.write_text(json.dumps(outcome), encoding="utf-8")
            outcome = json.loads(found.read_text(encoding="utf-8"))
            assert "failure" not in outcome, outcome["failure"]
            return outcome["value"]

    return do
