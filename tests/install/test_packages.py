"""What the packages promise: the wheel works alone, the client's needs nothing at all, and every zip is what its editor expects."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from look_files import look_file
from restyle_install import client
from restyle_install.home import source_of_wheel
from restyle_install.making import EnvironmentProblem
from wheels import RESTYLE, built, copied, environment, run

if TYPE_CHECKING:
    from install.conftest import Person

LARGEST_WHEEL = 64 * 10**6  # bytes
NEEDED = (
    "restyle_server/weights/vgg16.safetensors",
    "restyle_server/weights/vgg16.md",
    "restyle_server/wire/restyle_pb2.py",
    "restyle_server/styles/night/style.toml",
    "restyle_server/styles/night/picture.webp",
    "restyle_server/looks/test-look.safetensors",
    "restyle_server/looks/impasto.safetensors",
    "restyle_server/looks/looks.md",
    "restyle_server/looks/photographs/chelsea.jpg",
    "restyle_contract/parameters.py",
    "restyle_client/wire/restyle_pb2.py",
    "restyle_editor/recipes.py",
    "restyle_editor/locale/fr/LC_MESSAGES/restyle.mo",
    "restyle_client/_vendor/__init__.py",
    "restyle_cli/main.py",
    "restyle_install/environment.py",
    "restyle_install/plugins/gimp/restyle/restyle.py",
    "restyle_install/plugins/krita/restyle.desktop",
)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    sources = copied(folder / "copy")
    (sources / "server/restyle_server/looks/test-look.safetensors").write_bytes(look_file("Test look"))
    return built(sources, folder / "dist")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="paths of POSIX")
def test_the_wheel_works_alone(wheel: Path, tmp_path: Path) -> None:
    """Paints, lists its styles, and puts both plug-ins into their editors, without the repository."""
    from PIL import Image

    python = environment(tmp_path / "environment", wheel)
    restyle = [str(python.with_name("restyle"))]
    where = run(
        [str(python), "-c", "import restyle_server, restyle_client, restyle_install; print(restyle_server.__file__, restyle_client.__file__)"], tmp_path
    )
    assert all(str(tmp_path) in path for path in where.split())
    assert len(run(restyle, tmp_path, "styles", "list", "--json").splitlines()) >= 16
    assert {"id": "test-look", "builtin": True}.items() <= json.loads(run(restyle, tmp_path, "look", "show", "test-look", "--json")).items()
    Image.effect_mandelbrot((48, 32), (-2, -1, 1, 1), 50).convert("RGB").save(tmp_path / "photo.png")
    run(restyle, tmp_path, "image", "photo.png", "--style", "woodcut", "--preset", "draft", "--size", "48", "-o", "painted.png")
    run(restyle, tmp_path, "stop", "--grace", "0")
    with Image.open(tmp_path / "painted.png") as painted:
        assert painted.size == (48, 32)
    (tmp_path / ".config/GIMP/3.0").mkdir(parents=True)
    (tmp_path / ".local/share/krita").mkdir(parents=True)
    run(restyle, tmp_path, "install", "gimp")
    run(restyle, tmp_path, "install", "krita")
    assert (tmp_path / ".config/GIMP/3.0/plug-ins/restyle/restyle.py").is_file()
    assert (tmp_path / ".local/share/krita/pykrita/restyle/restyle_client/__init__.py").is_file()


@pytest.mark.slow
def test_the_wheel_is_small_and_holds_nothing_that_is_not_meant_for_people(wheel: Path) -> None:
    assert wheel.stat().st_size <= LARGEST_WHEEL
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", "launcher.json")) or name.startswith(("tests/", "docs/"))]
    assert sorted(needed for needed in NEEDED if needed not in names) == []
    assert [name for name in names if name.endswith(".dist-info/licenses/NOTICE")]


@pytest.mark.slow
def test_the_installer_takes_a_wheel_in_place_of_the_repository(wheel: Path, person: Person) -> None:
    source = source_of_wheel(wheel)
    assert source.version == "0.1.0"
    assert any(need.startswith("torch>=") for need in source.requirements)
    assert not any("pytest" in need for need in source.requirements), "extras are not for everybody"
    person.install("--wheel", str(wheel))
    assert any(call.endswith(str(wheel)) for call in person.calls)
    assert person.stamp()["source"] == source.digest


def test_what_is_no_wheel_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    with pytest.raises(EnvironmentProblem, match="no wheel of Restyle"):
        source_of_wheel(tmp_path / "photo.jpg")


@pytest.mark.skipif(sys.platform == "win32", reason="paths of POSIX")
def test_the_clients_wheel_installs_alone_and_speaks(tmp_path: Path) -> None:
    made = tmp_path / client.file_name()
    client.package(made)
    venv.EnvBuilder(with_pip=False, symlinks=True).create(tmp_path / "environment")
    python = tmp_path / "environment/bin/python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-index", "--disable-pip-version-check"]
    subprocess.run([*pip, str(made)], check=True, capture_output=True)
    script = """
import json, restyle_client, sys
try:
    restyle_client.connect(start=False)
except restyle_client.ServerNotFound as error:
    print(json.dumps({"said": str(error), "file": restyle_client.__file__, "version": restyle_client.__version__}))
"""
    told = json.loads(run([str(python), "-c", script], tmp_path))
    assert "No server answers" in told["said"]
    assert str(tmp_path) in told["file"]
    show = subprocess.run([*pip[:5], "check", "--disable-pip-version-check"], capture_output=True, text=True, check=False)
    assert show.returncode == 0, show.stdout


def test_equal_sources_give_equal_client_wheels(tmp_path: Path) -> None:
    for name in ("one.whl", "two.whl"):
        client.package(tmp_path / name)
    assert (tmp_path / "one.whl").read_bytes() == (tmp_path / "two.whl").read_bytes()
    names = zipfile.ZipFile(tmp_path / "one.whl").namelist()
    assert not [name for name in names if "__pycache__" in name]


@pytest.mark.parametrize(("what", "name"), [("gimp", "restyle-gimp.zip"), ("krita", "restyle-krita.zip"), ("client", client.file_name())])
def test_package_writes_into_the_folder_where_it_is_called(what: str, name: str, tmp_path: Path) -> None:
    said = run(list(RESTYLE), tmp_path, "package", what)
    assert str(tmp_path / name) in said
    assert zipfile.ZipFile(tmp_path / name).testzip() is None
