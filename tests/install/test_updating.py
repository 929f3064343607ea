"""What an update promises: by whatever put the packages there, from where they came, and a sentence where it can't be."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from restyle_install import updating
from restyle_install.here import Here, Maker, Origin, maker_of, origin_of
from restyle_install.home import KEYS
from restyle_install.making import LOG, MARK, EnvironmentProblem, Machine, program_of, stamp_of, write_stamp
from restyle_install.places import Places


@dataclass
class Programs:
    """In the place of pip and uv, and of the new version's own command. failing: what they can't do."""

    commands: list[str] = field(default_factory=list)
    settled: list[list[str]] = field(default_factory=list)
    failing: str = "nothing"

    def __call__(self, command: Sequence[str | Path], on_line: Callable[[str], None], *, environment: Mapping[str, str] | None = None) -> int:
        self.commands.append(" ".join(map(str, command)))
        on_line("ERROR: it can't be had")
        return int(self.failing in self.commands[-1])

    def attend(self, command: Sequence[str | Path]) -> int:
        self.settled.append([str(word) for word in command])
        return 0


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "restyle-0.2.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("restyle-0.2.0.dist-info/METADATA", "Name: restyle\nVersion: 0.2.0\nRequires-Dist: torch>=2.10\nRequires-Dist: numpy>=2\n\n")
    return path


def update(tmp_path: Path, programs: Programs, own: Here, wheel: Path | None, uv: bool = False, settings: Mapping[str, str] | None = None) -> bool:
    folders = [tmp_path / name for name in ("data", "state", "config", "bin")]
    machine = Machine(
        system="Linux",
        processor="x86_64",
        which=lambda name: "/bin/uv" if uv and name == "uv" else None,
        exists=lambda path: False,
        run=programs,
        variables=settings or {},
    )
    return updating.update(own, wheel, Places(*folders), lambda line: None, machine=machine, attend=programs.attend)


def own(tmp_path: Path, maker: Maker = Maker.PERSON, origin: Origin = Origin.FILE, **more: bool) -> Here:
    (tmp_path / "environment").mkdir(exist_ok=True)
    return Here(tmp_path / "environment", tmp_path / "environment/bin/python", maker, origin, **more)


def test_pip_brings_the_wheel_and_the_new_versions_own_code_the_plugins(tmp_path: Path, wheel: Path) -> None:
    programs = Programs()
    assert update(tmp_path, programs, own(tmp_path), wheel)
    assert programs.commands[-1].endswith(f"-m pip install --no-deps --force-reinstall {wheel}")
    assert any("torch>=2.10" in command for command in programs.commands), "what a new version needs comes along"
    assert programs.settled == [[str(tmp_path / "environment/bin/python"), *updating.RENEW]]


def test_a_client_gets_no_torch_by_an_update(tmp_path: Path, wheel: Path) -> None:
    programs = Programs()
    update(tmp_path, programs, own(tmp_path, client=True), wheel)
    assert not any("torch>=" in command for command in programs.commands)


def test_where_there_is_no_pip_uv_is_used_whatever_pip_is_set_up_for(tmp_path: Path, wheel: Path) -> None:
    programs = Programs(failing="--torch-backend")
    update(tmp_path, programs, own(tmp_path, Maker.UV, pip=False), wheel, uv=True, settings={"PIP_INDEX_URL": "https://packages.example.org"})
    assert all(command.startswith("/bin/uv pip install") for command in programs.commands)
    with pytest.raises(EnvironmentProblem, match="uv tool install --force WHEEL, then: restyle install --renew"):
        update(tmp_path, programs, own(tmp_path, Maker.UV, pip=False), wheel)


def test_only_what_came_from_the_index_goes_back_there(tmp_path: Path) -> None:
    programs = Programs()
    update(tmp_path, programs, own(tmp_path, origin=Origin.INDEX), None)
    assert [command.partition(" -m ")[2] for command in programs.commands] == ["pip install --upgrade restyle"]
    for origin, sentence in ((Origin.FILE, "name the newer one"), (Origin.REPOSITORY, "get a newer copy")):
        programs = Programs()
        with pytest.raises(EnvironmentProblem, match=sentence):
            update(tmp_path, programs, own(tmp_path, origin=origin), None)
        assert programs.commands == []


def test_an_update_that_fails_leaves_the_plugins_as_they_were(tmp_path: Path, wheel: Path) -> None:
    programs = Programs(failing="install")
    with pytest.raises(EnvironmentProblem, match=f"it can't be had.*run this again.*{LOG}"):
        update(tmp_path, programs, own(tmp_path), wheel)
    assert programs.settled == []


def test_after_an_update_that_failed_the_next_one_completes_it_in_place(tmp_path: Path, wheel: Path) -> None:
    folder = own(tmp_path, Maker.INSTALLER).folder
    program_of(folder, "restyle").parent.mkdir()
    program_of(folder, "restyle").touch()
    (folder / MARK).touch()
    write_stamp(folder, {"source": "", "client": False, "torch": "auto", "python": "3.12", "version": "0.1.0"})
    with pytest.raises(EnvironmentProblem, match="run this again"):
        update(tmp_path, Programs(failing="install"), own(tmp_path, Maker.INSTALLER), wheel)
    assert maker_of(folder) is Maker.INSTALLER
    programs = Programs()
    assert update(tmp_path, programs, own(tmp_path, maker_of(folder)), wheel)
    assert not any(" venv " in command for command in programs.commands), "it would take away what runs this"
    stamp = stamp_of(folder, KEYS)
    assert stamp is not None
    assert stamp["version"] == "0.2.0"


def test_what_is_no_wheel_of_restyle_stops_it_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "photo.whl").write_bytes(b"not a zip")
    with zipfile.ZipFile(tmp_path / "other.whl", "w") as archive:
        archive.writestr("other-1.dist-info/METADATA", "Name: other\nVersion: 1\n\n")
    damaged = tmp_path / "damaged.whl"
    with zipfile.ZipFile(damaged, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("restyle-0.2.0.dist-info/METADATA", "Name: restyle\n" * 100)
    content = bytearray(damaged.read_bytes())
    content[30 + len("restyle-0.2.0.dist-info/METADATA")] = 0xFF  # the first of what is compressed
    damaged.write_bytes(content)
    programs = Programs()
    for name in ("photo.whl", "other.whl", "damaged.whl"):
        with pytest.raises(EnvironmentProblem, match="no wheel of Restyle"):
            update(tmp_path, programs, own(tmp_path), tmp_path / name)
    assert programs.commands == []


@pytest.mark.parametrize(("left", "maker"), [("uv-receipt.toml", Maker.UV), ("pipx_metadata.json", Maker.PIPX), ("pyvenv.cfg", Maker.PERSON)])
def test_an_environments_maker_is_known_by_what_it_leaves(tmp_path: Path, left: str, maker: Maker) -> None:
    (tmp_path / left).write_text("")
    assert maker_of(tmp_path) is maker


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        (None, Origin.INDEX),
        ('{"url": "file:///restyle.whl", "archive_info": {}}', Origin.FILE),
        ('{"url": "file:///restyle", "dir_info": {"editable": true}}', Origin.REPOSITORY),
        ("damaged", Origin.FILE),
    ],
)
def test_where_packages_came_from_is_what_pip_wrote_down(written: str | None, origin: Origin) -> None:
    assert origin_of(written) is origin
