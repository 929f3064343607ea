"""Promises about the client as editors meet it: a folder, a bare Python, and other plug-ins' packages in the same interpreter."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import restyle_client
from client.pythons import CLIENT, pythons, version
from house.arrows import named

ROOT = CLIENT.parents[1]
PACKAGES = ("restyle_contract", "restyle_client", "restyle_editor")
VENDORED = ("google", "grpclib", "h2", "hpack", "hyperframe", "multidict", "tomli", "typing_extensions")
LARGEST = 3 * 1024 * 1024  # bytes: it travels with every plug-in

IMPORT_ALL = """
import importlib, pathlib, sys
sys.dont_write_bytecode = True
folder, name = sys.argv[1:3]
sys.path[:0] = [folder, *sys.argv[3:]]
root = pathlib.Path(folder)
for path in sorted((root / name).rglob("*.py")):
    parts = path.relative_to(root).with_suffix("").parts
    importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
print(*sorted({module.partition(".")[0] for module in sys.modules} - set(sys.stdlib_module_names)))
"""


def bare(python: str, script: str, *arguments: str) -> str:
    """What the script prints in a Python without site-packages, environment and user folder; warnings are errors."""
    done = subprocess.run([python, "-I", "-S", "-W", "error", "-c", script, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("package", PACKAGES)
@pytest.mark.parametrize("python", pythons(), ids=version)
def test_every_module_imports_on_a_bare_python(python: str, package: str) -> None:
    top = bare(python, IMPORT_ALL, str(CLIENT.parent), package).split()
    assert package in top
    assert not set(top) & {*VENDORED, "restyle_server", "numpy"}


def test_another_plug_ins_packages_are_neither_needed_nor_touched(tmp_path: Path) -> None:
    for name in VENDORED:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('a rival was imported')")
    (tmp_path / "google" / "__init__.py").write_text("")
    (tmp_path / "google" / "protobuf").mkdir()
    (tmp_path / "google" / "protobuf" / "__init__.py").write_text("raise SystemExit('a rival was imported')")
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nfor name in ('google',): __import__(name)\n" + IMPORT_ALL
    assert "restyle_client" in bare(sys.executable, script, str(CLIENT.parent), "restyle_client", str(tmp_path))


def test_a_rival_protobuf_that_is_loaded_already_stays_as_it_is() -> None:
    script = """
        import google.protobuf, google.protobuf.descriptor_pool as theirs
        from restyle_client._vendor.google.protobuf import descriptor_pool as ours
        from restyle_client.wire import restyle_pb2
        assert ours is not theirs and ours.Default() is not theirs.Default()
        try:
            theirs.Default().FindFileByName("restyle/v1/restyle.proto")
        except KeyError:
            print("apart")
    """
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(line.strip() if not line.startswith(" " * 12) else "    " + line.strip() for line in script.splitlines())],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "apart", done.stderr


def test_the_packages_work_inside_another_one(tmp_path: Path) -> None:
    """As Krita's plug-in has them: whoever else brings a restyle_client along is not disturbed."""
    for name in PACKAGES:
        shutil.copytree(CLIENT.parent / name, tmp_path / "another_plugin" / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "another_plugin" / "__init__.py").touch()
    top = bare(sys.executable, IMPORT_ALL, str(tmp_path), "another_plugin").split()
    assert not {*PACKAGES} & {*top}


def test_protobufs_compiled_parts_are_not_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {**os.environ, "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "upb"}
    script = "from restyle_client._vendor.google.protobuf.internal import api_implementation as a; print(a.Type())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "python"


def test_importing_the_client_loads_no_grpc_and_no_event_loop() -> None:
    script = "import sys; sys.path.insert(0, sys.argv[1]); import restyle_client; print(*sorted(sys.modules))"
    modules = bare(sys.executable, script, str(CLIENT.parent)).split()
    assert not [name for name in modules if name.startswith("restyle_client._vendor")]
    assert not {"asyncio", "ssl", "restyle_client.wire"} & set(modules)


def test_every_public_name_is_there() -> None:
    for name in restyle_client.__all__:
        assert getattr(restyle_client, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Picture'"):
        restyle_client.Picture  # noqa: B018


def test_the_client_needs_no_newer_syntax_than_python_3_10_and_no_foreign_package() -> None:
    for path in (path for name in PACKAGES for path in (CLIENT.parent / name).rglob("*.py")):
        names = named(path)
        if "_vendor" in path.parts:
            continue
        assert names <= {*sys.stdlib_module_names, *PACKAGES}, path  # these, for the type checker's eyes


def test_it_is_small_and_every_licence_is_there() -> None:
    files = [path for path in CLIENT.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert sum(path.stat().st_size for path in files) <= LARGEST
    assert not [path for path in files if path.suffix in (".so", ".pyd", ".dll", ".dylib")]
    for folder in ("google/protobuf", "google/rpc", "grpclib", "h2", "hpack", "hyperframe", "multidict"):
        assert list((CLIENT / "_vendor" / folder).glob("LICENSE*")), folder


@pytest.mark.slow
def test_the_vendored_packages_are_what_the_one_command_makes(tmp_path: Path) -> None:
    """In a copy, so that the tree stays as it is."""
    copy = tmp_path / "plugin" / "restyle_client" / "_vendor"
    copy.mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copy(ROOT / "plugin" / "vendor.py", tmp_path / "plugin")
    for name in ("__init__.py", "README.md", "vendor.txt"):
        shutil.copy(CLIENT / "_vendor" / name, copy)
    (tmp_path / "downloads").mkdir()
    environment = {**os.environ, "TMPDIR": str(tmp_path / "downloads")}
    done = subprocess.run([sys.executable, tmp_path / "plugin" / "vendor.py"], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert _contents(copy) == _contents(CLIENT / "_vendor")


@pytest.mark.slow
def test_the_stubs_are_what_the_proto_says() -> None:
    done = subprocess.run([sys.executable, ROOT / "protos" / "generate.py", "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
