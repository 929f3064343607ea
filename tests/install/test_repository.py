"""What the repository promises about itself: the product alone, modules of one idea, a front end without torch."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_MODULE = 400  # lines
LARGEST_REPOSITORY = 72 << 20  # bytes of tracked files; sixteen looks have 15 MB
GENERATED = re.compile(r"/_vendor/|/wire/")
MACHINE = re.compile(r"(?<![\w./~-])/(?:work|farm|root|opt/dev)/|pypi\.[o]rg|files\.pythonhosted\.[o]rg|debian\.[o]rg|npmjs\.[o]rg")


def tracked() -> list[Path]:
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("needs a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def own(suffixes: tuple[str, ...]) -> list[Path]:
    return [path for path in tracked() if path.suffix in suffixes and not GENERATED.search(path.as_posix())]


def test_no_file_names_a_path_of_a_machine_or_a_package_registry() -> None:
    found = []
    for path in own((".py", ".md", ".toml", ".proto", ".txt", ".sh", ".ps1", "")):
        if path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
            if MACHINE.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert found == []


def test_every_module_is_short_and_says_what_it_owns() -> None:
    long, silent = [], []
    for path in own((".py",)):
        text = path.read_text("utf-8")
        if len(text.splitlines()) > LONGEST_MODULE:
            long.append(str(path.relative_to(ROOT)))
        if text.strip() and not re.match(r'(#!.*\n)?r?"""\S', text):
            silent.append(str(path.relative_to(ROOT)))
    assert (long, silent) == ([], [])


def test_nothing_is_left_unfinished() -> None:
    words = re.compile("|".join((r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b", r"\bX" + r"XX\b", r"raise NotImplemented" + r"Error\s*$")), re.MULTILINE)
    found = [f"{path.relative_to(ROOT)}: {match.group()}" for path in own((".py",)) if (match := words.search(path.read_text("utf-8")))]
    assert found == []


def test_the_repository_stays_small() -> None:
    assert sum(path.stat().st_size for path in tracked()) < LARGEST_REPOSITORY


def test_ci_runs_the_readmes_test_command() -> None:
    listed = subprocess.run(["git", "ls-files", "-s", ".ci/run"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert listed.startswith("100755"), "without its run bit nothing is tested"
    assert "python3 install/test.py" in (ROOT / ".ci" / "run").read_text()


WITHOUT_TORCH = (
    "restyle_server.server",
    "restyle_server.rpc.service",
    "restyle_server.rpc.conversion",
    "restyle_server.weights",
    "restyle_cli.main",
    "restyle_client",
)


@pytest.mark.parametrize("module", WITHOUT_TORCH)
def test_only_the_worker_imports_torch(module: str) -> None:
    done = subprocess.run([sys.executable, "-c", f"import sys, {module}; sys.exit('torch' in sys.modules)"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]


@pytest.mark.parametrize("folder", ["server/restyle_imaging", "server/restyle_server/weights", "server/restyle_server/jobs", "install/restyle_install"])
def test_rooms_that_know_no_torch_do_not_name_it_at_module_level(folder: str) -> None:
    found = [path.name for path in (ROOT / folder).rglob("*.py") if re.search(r"^(import|from) torch", path.read_text("utf-8"), re.MULTILINE)]
    assert found == []


def test_the_installer_uses_the_standard_library_until_the_environment_is_there() -> None:
    modules = "restyle_install.environment, ci.checks, ci.ledger, restyle_install.command, restyle_install.installing"
    script = f"import sys; sys.path[:0] = sys.argv[1:]; import {modules}"
    subprocess.run([sys.executable, "-I", "-S", "-c", script, *(str(ROOT / folder) for folder in ("install", "plugin", "tests"))], check=True)
