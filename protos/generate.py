"""Owns the stubs: `python protos/generate.py` makes both sets from restyle.proto; with `--check` it only compares and exits 1 when they differ.

grpcio's go to server/restyle_server/wire, against the installed protobuf; grpclib's to plugin/restyle_client/wire, against the client's vendored packages.
The generators are pinned and live in an environment of their own (build/stubs), because generated code runs on its own and newer protobufs only: the oldest
generator that the project supports sets the floor. Standard library only.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = "restyle/v1/restyle.proto"
GENERATORS = ("grpcio-tools==1.78.0", "grpclib==0.4.9", "mypy-protobuf==5.1.0")  # 1.78 generates for protobuf 6.31 and newer
NO_GENERATORS = 3  # exit status
ENVIRONMENT = ROOT / "build" / "stubs"
SERVER = ROOT / "server" / "restyle_server" / "wire"
CLIENT = ROOT / "plugin" / "restyle_client" / "wire"

_MODULE = re.compile(r"from restyle\.v1 import restyle_pb2|import restyle\.v1\.restyle_pb2")
_VENDORED = re.compile(r"^(\s*)(from|import) (google\.protobuf|grpclib)([\w.]*)", re.MULTILINE)


def main() -> int:
    parser = argparse.ArgumentParser(description="Makes the stubs of both sides from restyle.proto.")
    parser.add_argument("--check", action="store_true", help="compare with the stubs in the tree and change nothing")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        made = generate(generators(), Path(folder))
    stale = [path for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if check:
        for path in stale:
            sys.stderr.write(f"{path.relative_to(ROOT)} is not what restyle.proto says; run `python protos/generate.py`\n")
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made[path], encoding="utf-8", newline="\n")
    sys.stdout.write(f"{len(made)} stubs, {len(stale)} of them new or changed\n")
    return 0


def generators() -> Path:
    """The Python of the generators' own environment, made or mended when it isn't what GENERATORS says."""
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    note = ENVIRONMENT / "generators.txt"
    wanted = "\n".join(GENERATORS)
    if not note.exists() or note.read_text(encoding="utf-8") != wanted:
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *GENERATORS]
        if subprocess.run(install, check=False).returncode:
            sys.stderr.write("The generators can't be installed; see what pip says above, and try again with a network.\n")
            sys.exit(NO_GENERATORS)
        note.write_text(wanted, encoding="utf-8")
    return python


def generate(python: Path, folder: Path) -> dict[Path, str]:
    """Every stub's path in the tree and its text; `folder` is scratch space."""
    outputs = ("--python_out", "--mypy_out", "--grpc_python_out", "--mypy_grpc_out", "--grpclib_python_out")
    scripts = os.pathsep.join([str(python.parent), os.environ.get("PATH", "")])
    command = [str(python), "-m", "grpc_tools.protoc", f"--proto_path={ROOT / 'protos'}", *(f"{output}={folder}" for output in outputs), SOURCE]
    subprocess.run(command, check=True, env={**os.environ, "PATH": scripts})
    out = folder / "restyle" / "v1"
    return {
        SERVER / "__init__.py": '"""Owns the generated messages and stubs of restyle.v1 for grpcio; made by protos/generate.py."""\n',
        SERVER / "restyle_pb2.py": _text(out / "restyle_pb2.py"),
        SERVER / "restyle_pb2.pyi": _text(out / "restyle_pb2.pyi"),
        SERVER / "restyle_pb2_grpc.py": _text(out / "restyle_pb2_grpc.py", _beside),
        SERVER / "restyle_pb2_grpc.pyi": _text(out / "restyle_pb2_grpc.pyi", _beside),
        CLIENT / "__init__.py": '"""Owns the generated messages and stubs of restyle.v1 for grpclib; made by protos/generate.py."""\n',
        CLIENT / "restyle_pb2.py": _text(out / "restyle_pb2.py", _vendored),
        CLIENT / "restyle_pb2.pyi": _text(out / "restyle_pb2.pyi"),  # read by type checkers only, which know the real packages
        CLIENT / "restyle_grpc.py": _text(out / "restyle_grpc.py", _grpclib),
    }


def _text(path: Path, *edits: Callable[[str], str]) -> str:
    text = path.read_text(encoding="utf-8")
    for edit in edits:
        text = edit(text)
    return text


def _beside(text: str) -> str:
    """The messages are imported from the same folder, whatever the package is called."""
    text = _MODULE.sub("from . import restyle_pb2", text)
    return text.replace("restyle.v1.restyle_pb2.", "restyle_pb2.")


def _vendored(text: str) -> str:
    """`google.protobuf` and `grpclib` are the copies under restyle_client._vendor."""
    return _VENDORED.sub(r"\1\2 .._vendor.\3\4", text)


def _grpclib(text: str) -> str:
    """grpclib's plug-in writes whole dotted names; a relative import can only bind a module's last part."""
    text = re.sub(r"^import google\.protobuf\.\w+\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^( *)import grpclib\.(\w+)$", r"\1from .._vendor.grpclib import \2 as grpclib_\2", text, flags=re.MULTILINE)
    text = re.sub(r"\bgrpclib\.(const|client|server|exceptions)\b", r"grpclib_\1", text)
    return _beside(text)


if __name__ == "__main__":
    sys.exit(main())
