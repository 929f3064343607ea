"""Owns the promises about a real Krita: the scripts of inside/ hold them, and every one is a test here, in Krita 5.2 and 5.3.

The pictures of the docker are kept in the folder that RESTYLE_SCREENSHOTS names, for people to look at; what was measured is printed beside them.
"""

from __future__ import annotations

import builtins
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from editors import lone_plugins, roots, servers
from editors.krita_home import KritaHome
from editors.mirror import mirror
from editors.servers import Served
from editors.studio import promises
from editors.test_gimp_windows import photo
from restyle_client import connect
from restyle_install import krita

pytestmark = [
    pytest.mark.editors,
    pytest.mark.slow,
    pytest.mark.timeout(900),
]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "krita-automation.md"
SCRIPTS = (
    "krita_layers",
    "krita_animation",
    "krita_ending",
    "krita_docker",
    "krita_gallery",
    "krita_history",
    "krita_windows",
    "krita_updating",
    "krita_two_layers",
)
LEASE_SECONDS = 60  # for the server to end the jobs of a client that is gone: 10 s, on a machine that has better things to do
SECONDS = 600  # for one script: it takes two minutes on a machine of its own, and was seen to take six beside other work
LONG_SECONDS = 60.0  # that somebody draws in the checks; RESTYLE_LIVE_SECONDS says another span
Once = Callable[[str, Callable[[], Any]], Any]


def run(script: str, debian: roots.Root, served: Served, roomy: Path, seconds: float = SECONDS, **values: Any) -> dict[str, Any]:
    """A fresh home, the plug-in installed, and one Krita that walks through a script. values: what the script finds in values.json."""
    place = KritaHome(debian, Path(tempfile.mkdtemp(prefix=f"krita-{debian.suite}-", dir=roomy)), served.state)
    assert "Installed the plug-in in Krita" in place.install()
    photo(place.home / "photo.png")
    example = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    (place.home / "example.py").write_text(example.group(1), encoding="utf-8")
    results = place.run(script, seconds, **values)
    if wanted := os.environ.get("RESTYLE_SCREENSHOTS"):
        keep(place, results, Path(wanted))
    return {"output": place.output(), **results}


def keep(place: KritaHome, results: dict[str, Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for picture in place.home.glob("*.png"):
        shutil.copy(picture, folder / f"krita-{place.root.suite}-{picture.name}")
    measured = {name: value for name, value in results.items() if name.startswith("measured")}
    with (folder / f"krita-{place.root.suite}-measured.json").open("a", encoding="utf-8") as file:
        file.write(json.dumps(measured, indent=1) + "\n")


@pytest.mark.parametrize(("script", "promise"), [(script, promise) for script in SCRIPTS for promise in promises(script)])
def test_krita(script: str, promise: str, debian: roots.Root, served: Served, roomy: Path, once: Once) -> None:
    kept(once(f"{script}-{debian.suite}", lambda: run(script, debian, served, roomy)), promise)


def kept(results: dict[str, Any], promise: str) -> None:
    """What a script left says that a promise was kept, and that Krita ended well."""
    assert promise in results, f"Krita did not come so far:\n{results.get('uncaught', '')}{results['output']}"
    assert results[promise] == "", results[promise]
    assert results["status"] == 0, results["output"]


@pytest.mark.parametrize("promise", promises("krita_live"))
def test_krita_live(promise: str, debian: roots.Root, served: Served, roomy: Path, once: Once) -> None:
    def draw() -> dict[str, Any]:
        with servers.with_a_look(served) as styles:
            return run("krita_live", debian, served, roomy, SECONDS, **styles)

    kept(once(f"krita_live-{debian.suite}", draw), promise)


@pytest.mark.parametrize("promise", promises("krita_live_long"))
def test_krita_live_for_long(promise: str, debian: roots.Root, served: Served, roomy: Path, once: Once) -> None:
    """A minute of strokes and undo; ten minutes by hand."""
    drawn = float(os.environ.get("RESTYLE_LIVE_SECONDS", LONG_SECONDS))

    def draw() -> dict[str, Any]:
        with servers.with_a_look(served) as styles:
            return run("krita_live_long", debian, served, roomy, SECONDS + drawn, seconds_drawn=drawn, **styles)

    kept(once(f"krita_live_long-{debian.suite}", draw), promise)


def test_kritas_own_importer_takes_the_zip(debian: roots.Root, tmp_path: Path) -> None:
    krita.package(tmp_path / "restyle-krita.zip")
    assert [plugin["name"] for plugin in imported(debian, tmp_path / "restyle-krita.zip", tmp_path)] == ["restyle"]
    assert (tmp_path / "pykrita" / "restyle" / "restyle_client" / "__init__.py").is_file()
    assert (tmp_path / "pykrita" / "restyle.desktop").is_file()
    assert (tmp_path / "actions" / "restyle.action").is_file()


@pytest.mark.parametrize("promise", promises("krita_leaving"))
def test_krita_from_start_to_end(promise: str, debian: roots.Root, roomy: Path, once: Once) -> None:
    kept(once(f"krita-leaving-{debian.suite}", lambda: leave(debian, roomy)), promise)


def leave(debian: roots.Root, roomy: Path) -> dict[str, Any]:
    """A Krita that finds no server but a launcher, and is quit while it paints; "left": the jobs that go on without it."""
    place = KritaHome(debian, Path(tempfile.mkdtemp(prefix=f"krita-{debian.suite}-", dir=roomy)), roomy / f"krita-{debian.suite}-server" / "state")
    place.state.mkdir(parents=True, exist_ok=True)
    place.install()
    (place.home / "ask.py").write_text(servers.LAUNCHER_INSIDE, encoding="utf-8")
    with mirror() as program, servers.starting_on_demand(place.state, place.state.parent / "data", program) as port:
        place.launch(["/usr/bin/python3", "/home/painter/ask.py", str(port)])
        (place.home / "port").write_text(str(port), encoding="utf-8")
        results = place.run("krita_leaving", SECONDS)
        return {"output": place.output(), **results, "left": left_behind(place.state)}


@pytest.mark.parametrize("promise", promises("krita_painter"))
def test_krita_alone(promise: str, debian: roots.Root, roomy: Path, once: Once) -> None:
    kept(once(f"krita-painter-{debian.suite}", lambda: alone(debian, roomy)), promise)


def alone(debian: roots.Root, roomy: Path) -> dict[str, Any]:
    """A Krita whose plug-in came by its own importer, on a machine without a painter."""
    home = Path(tempfile.mkdtemp(prefix=f"krita-{debian.suite}-", dir=roomy))
    place = KritaHome(debian, home, home / ".local/state/restyle")
    for folder in (place.state, place.resources):
        folder.mkdir(parents=True)
    lone_plugins.put_uv(home)
    with servers.starting_on_demand(place.state, home / "server-data") as port:
        krita.package(home / "restyle.zip", lone_plugins.painter(home / "release", port))
        imported(debian, home / "restyle.zip", place.resources)
        place.switch_on("restyle")
        place.install_driver()
        results = place.run("krita_painter", SECONDS)
    if wanted := os.environ.get("RESTYLE_SCREENSHOTS"):
        keep(place, results, Path(wanted))
    return {"output": place.output(), **results}


def imported(debian: roots.Root, package: Path, resources: Path) -> list[dict[str, Any]]:
    """By the importer's class alone: its window would want a person."""
    source = debian.path / "usr/share/krita/pykrita/plugin_importer/plugin_importer.py"
    names: dict[str, Any] = {"__name__": "importer"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builtins, "i18n", str, raising=False)  # Krita puts it there
        exec(compile(source.read_text(encoding="utf-8"), "importer", "exec"), names)  # noqa: S102 - Krita's own code
    found: list[dict[str, Any]] = names["PluginImporter"](str(package), str(resources), lambda _plugin: True).import_all()
    return found


def left_behind(state: Path) -> list[str]:
    """The states of the jobs that have not ended, a while after their painter has gone."""
    words = servers.json_of(state / "server.json")
    left: list[str] = []
    with connect(start=False, address=words["address"], token=words["token"]) as session:
        for _ in range(LEASE_SECONDS):
            left = [job.state.value for job in session.list() if not job.done]
            if not left:
                break
            time.sleep(1)
    return left


def test_a_krita_that_was_quit_leaves_no_job_behind(debian: roots.Root, roomy: Path, once: Once) -> None:
    assert once(f"krita-leaving-{debian.suite}", lambda: leave(debian, roomy))["left"] == []
