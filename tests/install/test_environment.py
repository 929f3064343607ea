"""What the environment promises: made once, found at once afterwards, made anew when it was left half-done, and a sentence about all that is missing."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import venv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from restyle_install.environment import LOCK, build, prepare, project_hash
from restyle_install.making import LOG, MARK, STAMP, EnvironmentProblem, Machine, python_of

PROJECT = """
[build-system]
requires = ["hatchling"]
[project]
name = "restyle"
dependencies = ["torch>=2.10"]
[dependency-groups]
dev = ["pytest>=8"]
[tool.ruff]
line-length = 160
"""
PLENTY = 10**12  # bytes


@dataclass
class Programs:
    """In the place of venv, pip and uv: remembers the commands, makes an interpreter that runs, and fails when told to."""

    commands: list[list[str]] = field(default_factory=list)
    failing: int = 0  # so many installations fail
    during: Callable[[], None] = lambda: None

    def __call__(self, command: Sequence[str | Path], on_line: Callable[[str], None], *, environment: Mapping[str, str] | None = None) -> int:
        words = [str(word) for word in command]
        self.commands.append(words)
        if "install" not in words:
            make_interpreter(Path(words[-1]))
            return 0
        self.during()
        on_line("Collecting torch>=2.10")
        on_line("  Downloading torch-2.10.0.whl (800 MB)")
        if self.failing:
            self.failing -= 1
            on_line("ERROR: No matching distribution found for torch>=2.10")
            return 1
        return 0

    @property
    def installed(self) -> list[str]:
        """What was asked to be installed, in order."""
        installed = [words for words in self.commands if "install" in words and "--index-url" not in words]
        return ["dev" if "pytest>=8" in words else words[-1].rpartition("[")[2].rstrip("]") for words in installed]


def make_interpreter(folder: Path) -> None:
    """An environment whose interpreter runs, without packages."""
    venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt").create(folder)


@pytest.fixture(autouse=True)
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks lie in the folder for temporary files; here in one that goes away."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    root.mkdir()
    (root / "pyproject.toml").write_text(PROJECT)
    return root


@pytest.fixture
def programs() -> Programs:
    return Programs()


@pytest.fixture
def machine(programs: Programs) -> Machine:
    return Machine(
        system="Linux", processor="x86_64", modules=lambda name: True, which=lambda name: None, free=lambda folder: PLENTY, run=programs, variables={}
    )


def uv_alone(name: str) -> str | None:
    return "/bin/uv" if name == "uv" else None


def silent(line: str) -> None:
    """Nobody listens."""


def test_the_first_run_makes_it_and_the_second_touches_nothing(root: Path, machine: Machine, programs: Programs) -> None:
    python = prepare(root, "demo", silent, machine=machine)
    assert python == python_of(root / ".venv")
    assert programs.installed == ["demo"]
    before = list(programs.commands)
    assert prepare(root, "demo", silent, machine=machine) == python
    assert programs.commands == before


def test_developers_get_the_versions_of_the_lock_and_people_the_newest(root: Path, machine: Machine, programs: Programs) -> None:
    lock = root / LOCK
    lock.parent.mkdir(parents=True)
    lock.write_text("pytest==8.4\n")
    prepare(root, "demo", silent, machine=machine)
    assert "-c" not in programs.commands[-1]
    prepare(root, "dev", silent, machine=machine)
    assert programs.commands[-1][-2:] == ["-c", str(lock)]
    before = list(programs.commands)
    prepare(root, "dev", silent, machine=machine)
    assert programs.commands == before
    lock.write_text("pytest==8.5\n")
    prepare(root, "dev", silent, machine=machine)
    assert programs.commands[-1][-2:] == ["-c", str(lock)]
    assert programs.commands != before


def test_people_are_told_how_much_will_be_downloaded_before_it_begins(root: Path, machine: Machine, programs: Programs) -> None:
    said: list[str] = []

    def look() -> None:
        assert any("GB" in line and "PyTorch for processors" in line for line in said)

    programs.during = look
    prepare(root, "demo", said.append, machine=machine)
    assert "  Downloading torch-2.10.0.whl (800 MB)" in said


def test_an_environment_for_tests_serves_the_demo_but_not_the_other_way_round(root: Path, machine: Machine, programs: Programs) -> None:
    prepare(root, "demo", silent, machine=machine)
    prepare(root, "dev", silent, machine=machine)
    prepare(root, "demo", silent, machine=machine)
    assert programs.installed == ["demo", "dev"]
    assert len(programs.commands) == 4, "the second installation must not make the environment anew"


def test_new_packages_are_installed_into_what_is_there_and_its_extra_is_kept(root: Path, machine: Machine, programs: Programs) -> None:
    prepare(root, "dev", silent, machine=machine)
    (root / "pyproject.toml").write_text(PROJECT.replace("torch>=2.10", "torch>=2.11"))
    prepare(root, "demo", silent, machine=machine)
    assert programs.installed == ["dev", "dev"]
    assert len(programs.commands) == 3


def test_settings_of_linters_change_nothing(root: Path) -> None:
    before = project_hash(root)
    (root / "pyproject.toml").write_text(PROJECT.replace("160", "120"))
    assert project_hash(root) == before


def test_an_aborted_installation_is_recognised_and_made_anew(root: Path, machine: Machine, programs: Programs) -> None:
    def abort() -> None:
        raise KeyboardInterrupt

    programs.during = abort
    with pytest.raises(KeyboardInterrupt):
        prepare(root, "demo", silent, machine=machine)
    left = root / ".venv" / "left-over"
    left.write_text("half a package")
    programs.during = lambda: None
    said: list[str] = []
    prepare(root, "demo", said.append, machine=machine)
    assert not left.exists()
    assert any("interrupted" in line for line in said)


def test_an_update_that_fails_does_not_pass_for_finished(root: Path, machine: Machine, programs: Programs) -> None:
    prepare(root, "demo", silent, machine=machine)
    programs.failing = 9
    with pytest.raises(EnvironmentProblem):
        prepare(root, "dev", silent, machine=machine)
    assert not (root / ".venv" / STAMP).exists()


def test_an_interpreter_that_is_gone_is_replaced(root: Path, machine: Machine, programs: Programs) -> None:
    prepare(root, "demo", silent, machine=machine)
    python_of(root / ".venv").unlink()
    prepare(root, "demo", silent, machine=machine)
    assert programs.installed == ["demo", "demo"]


def test_an_environment_of_another_python_or_of_a_moved_checkout_is_made_anew(root: Path, machine: Machine, programs: Programs) -> None:
    for other in ({"python": "3.4.0"}, {"root": "/elsewhere", "project": "another"}):
        prepare(root, "demo", silent, machine=machine)
        stamp = root / ".venv" / STAMP
        stamp.write_text(json.dumps(json.loads(stamp.read_text()) | other))
        programs.commands.clear()
        prepare(root, "demo", silent, machine=machine)
        assert len(programs.commands) == 3


def test_a_failed_installation_is_tried_once_more(root: Path, machine: Machine, programs: Programs) -> None:
    programs.failing = 2
    prepare(root, "demo", silent, machine=machine)
    assert programs.installed == ["demo", "demo"]


def test_an_installation_that_keeps_failing_says_why_and_where_to_read_on(root: Path, machine: Machine, programs: Programs) -> None:
    programs.failing = 9
    with pytest.raises(EnvironmentProblem, match=rf"No matching distribution found for torch.*run this again.*{LOG}"):
        prepare(root, "demo", silent, machine=machine)
    assert "Collecting torch" in (root / ".venv" / LOG).read_text()


def test_a_python_that_is_too_old_is_one_sentence(root: Path, machine: Machine) -> None:
    with pytest.raises(EnvironmentProblem, match=r"needs Python 3\.11 or newer, and this is 3\.10"):
        prepare(root, "demo", silent, machine=replace(machine, version=(3, 10)))


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_a_python_without_its_venv_module_is_one_sentence(root: Path, machine: Machine, missing: str) -> None:
    with pytest.raises(EnvironmentProblem, match=r"sudo apt install python3-venv"):
        prepare(root, "demo", silent, machine=replace(machine, modules=lambda name: name != missing))
    assert not (root / ".venv").exists()


def test_uv_is_used_where_it_is_and_stands_in_for_the_venv_module(root: Path, machine: Machine, programs: Programs) -> None:
    prepare(root, "demo", silent, machine=replace(machine, which=uv_alone, modules=lambda name: False))
    assert [words[0] for words in programs.commands] == ["/bin/uv", "/bin/uv"]


def test_pips_own_settings_are_obeyed_which_uv_does_not_read(root: Path, machine: Machine, programs: Programs) -> None:
    settings = {"PIP_INDEX_URL": "https://packages.example.org/simple"}
    prepare(root, "demo", silent, machine=replace(machine, which=uv_alone, variables=settings))
    assert [words[1:3] for words in programs.commands] == [["-m", "venv"], ["-m", "pip"], ["-m", "pip"]]


def test_pip_stands_in_when_uv_fails(root: Path, machine: Machine, programs: Programs) -> None:
    programs.failing = 2
    prepare(root, "demo", silent, machine=replace(machine, which=uv_alone))
    assert programs.commands[-1][1:4] == ["-m", "pip", "install"]


def test_an_environment_of_someone_else_is_left_alone(root: Path, machine: Machine) -> None:
    folder = root / ".venv"
    folder.mkdir()
    (folder / "pyvenv.cfg").write_text("home = /usr/bin")
    with pytest.raises(EnvironmentProblem, match=r"isn't Restyle's own; move it away, or name another folder with --environment"):
        prepare(root, "demo", silent, machine=machine)
    assert (folder / "pyvenv.cfg").exists()
    assert not (folder / MARK).exists()


def test_another_folder_can_be_named(root: Path, machine: Machine, tmp_path: Path) -> None:
    assert prepare(root, "demo", silent, folder=tmp_path / "far" / "away", machine=machine) == python_of(tmp_path / "far" / "away")


def test_a_disk_without_room_is_refused_before_anything_is_made(root: Path, machine: Machine) -> None:
    with pytest.raises(EnvironmentProblem, match=r"1\.0 GB free, but PyTorch for processors needs"):
        prepare(root, "demo", silent, machine=replace(machine, free=lambda folder: 10**9))
    assert not (root / ".venv").exists()


def test_a_folder_that_cannot_be_made_is_one_sentence(root: Path, machine: Machine) -> None:
    (root / "file").write_text("in the way")
    with pytest.raises(EnvironmentProblem, match="make it writable"):
        prepare(root, "demo", silent, folder=root / "file" / "venv", machine=machine)


@pytest.mark.parametrize(
    ("system", "processor", "what"),
    [
        ("Linux", "x86_64", "PyTorch with CUDA"),
        ("Darwin", "arm64", "PyTorch"),
        ("Windows", "AMD64", "PyTorch"),
        ("Linux", "riscv64", "PyTorch"),
    ],
)
def test_developers_are_told_the_size_of_the_package_indexs_pytorch(system: str, processor: str, what: str) -> None:
    assert build(Machine(system=system, processor=processor), "dev").need.what == what


def test_people_without_a_graphics_card_get_the_small_build_and_developers_the_usual_one(root: Path, machine: Machine, programs: Programs) -> None:
    """First PyTorch alone from its own index; when that can't be reached, everything from the usual one."""
    prepare(root, "demo", silent, machine=machine)
    first, then = (words for words in programs.commands if "install" in words)
    assert [first[-2], first[-1]] == ["https://download.pytorch.org/whl/cpu", "torch>=2.10"]
    assert "--index-url" not in then
    programs.commands.clear()
    prepare(root, "dev", silent, machine=machine)
    assert not any("--index-url" in words for words in programs.commands)


def test_where_pytorchs_own_index_cant_be_reached_people_get_the_usual_one(root: Path, machine: Machine, programs: Programs) -> None:
    said: list[str] = []
    programs.failing = 1
    prepare(root, "demo", said.append, machine=machine)
    assert "That failed; trying another way." in said
    assert any("can't be reached, the plain package is taken: up to 3.1 GB" in line for line in said)
    assert "--index-url" not in programs.commands[-1]


def test_a_graphics_card_gets_its_own_build(root: Path, machine: Machine) -> None:
    def run(command: Sequence[str | Path], on_line: Callable[[str], None], *, environment: Mapping[str, str] | None = None) -> int:
        on_line("Abacus 9000")
        return 0

    with_card = replace(machine, run=run, which=lambda name: "/bin/nvidia-smi" if name == "nvidia-smi" else None)
    assert build(with_card, "demo").need.what == "PyTorch with CUDA"


def test_variables_of_another_python_do_not_reach_the_installation(root: Path, machine: Machine, programs: Programs) -> None:
    seen: list[Mapping[str, str]] = []

    def watch(command: Sequence[str | Path], on_line: Callable[[str], None], *, environment: Mapping[str, str] | None = None) -> int:
        seen.append(environment or {})
        return programs(command, on_line)

    settings = {"PYTHONPATH": "/elsewhere", "PIP_RETRIES": "3"}
    prepare(root, "demo", silent, machine=replace(machine, run=watch, variables=settings))
    assert all("PYTHONPATH" not in variables and variables["PIP_RETRIES"] == "3" for variables in seen)


def test_the_real_venv_module_makes_an_interpreter(root: Path) -> None:
    """Without packages: only the last step is a stand-in."""
    from restyle_install.running import run

    def install_nothing(command: Sequence[str | Path], on_line: Callable[[str], None], *, environment: Mapping[str, str] | None = None) -> int:
        if "install" in command:
            return 0
        return run([*command, "--without-pip"], on_line, environment=environment)

    python = prepare(root, "demo", silent, machine=Machine(which=lambda name: None, free=lambda folder: PLENTY, run=install_nothing))
    assert python.exists()
    assert shutil.which(str(python))
    assert sys.version_info >= (3, 11)
