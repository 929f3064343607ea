"""Owns the promises about `restyle install krita`: every place is found on every system, a plug-in is placed whole, and one line of settings changes."""

from __future__ import annotations

import json
import zipfile
from configparser import ConfigParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from restyle_install import krita, kritarc, placing
from restyle_install.placing import PlacingError, Profile


def nowhere(_program: str) -> None:
    return None


def stopped() -> bool:
    return False


def test_native_flatpak_and_snap_are_found_native_first(tmp_path: Path) -> None:
    for folder in (".local/share/krita", ".var/app/org.kde.krita/data/krita", "snap/krita/current/.local/share/krita"):
        (tmp_path / folder).mkdir(parents=True)
    assert [profile.kind for profile in krita.profiles({}, "linux", tmp_path, nowhere)] == ["native", "Flatpak", "Snap"]


@pytest.mark.parametrize(
    ("platform", "environment", "folder", "settings"),
    [
        ("linux", {}, ".local/share/krita", ".config/kritarc"),
        ("linux", {"XDG_DATA_HOME": "{home}/d", "XDG_CONFIG_HOME": "{home}/c"}, "d/krita", "c/kritarc"),
        ("linux", {}, ".var/app/org.kde.krita/data/krita", ".var/app/org.kde.krita/config/kritarc"),
        ("darwin", {}, "Library/Application Support/krita", "Library/Preferences/kritarc"),
        ("win32", {"APPDATA": "{home}/R", "LOCALAPPDATA": "{home}/L"}, "R/krita", "L/kritarc"),
        ("win32", {}, "AppData/Roaming/krita", "AppData/Local/kritarc"),
    ],
)
def test_folders_and_settings_are_where_each_system_keeps_them(tmp_path: Path, platform: str, environment: dict[str, str], folder: str, settings: str) -> None:
    environment = {name: value.format(home=tmp_path) for name, value in environment.items()}
    (tmp_path / folder).mkdir(parents=True)
    (profile,) = krita.profiles(environment, platform, tmp_path, nowhere)
    assert profile.folder == tmp_path / folder
    assert krita.settings_of(profile, environment, platform, tmp_path) == tmp_path / settings


def test_a_krita_that_never_ran_gets_its_folder(tmp_path: Path) -> None:
    assert krita.profiles({}, "linux", tmp_path, nowhere) == []
    assert [profile.folder for profile in krita.profiles({}, "linux", tmp_path, lambda name: f"/usr/bin/{name}")] == [tmp_path / ".local/share/krita"]


def test_a_given_folder_is_the_resource_folder_or_its_pykrita(tmp_path: Path) -> None:
    (tmp_path / "krita" / "pykrita").mkdir(parents=True)
    assert krita.given(tmp_path / "krita") == krita.given(tmp_path / "krita" / "pykrita") == Profile(tmp_path / "krita", "", "given")
    with pytest.raises(PlacingError, match="is no folder"):
        krita.given(tmp_path / "nowhere")
    with pytest.raises(PlacingError, match="~nobody-has-this-name is no folder"):
        krita.given(Path("~nobody-has-this-name"))


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Profile:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    return Profile(tmp_path / ".local/share/krita")


def test_the_plugin_arrives_whole_with_its_launcher_and_switched_on(profile: Profile, tmp_path: Path) -> None:
    placed = krita.install(profile, "0.1.0", stopped)
    assert not placed.replaced
    assert not placed.note
    assert sorted(path.name for path in (profile.folder / "pykrita").iterdir()) == ["restyle", "restyle.desktop"]
    assert (profile.folder / "actions" / "restyle.action").is_file()
    assert (placed.target / "restyle_client" / "_vendor" / "grpclib").is_dir()
    assert not list(placed.target.rglob("__pycache__"))
    assert json.loads((placed.target / "launcher.json").read_text(encoding="utf-8"))["version"] == "0.1.0"
    assert (tmp_path / ".config" / "kritarc").read_text(encoding="utf-8") == "[python]\nenable_restyle=true\n"
    assert krita.install(profile, "0.1.0", stopped).replaced


def test_a_running_krita_keeps_its_settings_and_the_person_is_told(profile: Profile, tmp_path: Path) -> None:
    placed = krita.install(profile, "0.1.0", lambda: True)
    assert "Python Plugin Manager" in placed.note
    assert not (tmp_path / ".config" / "kritarc").exists()


def test_uninstalling_takes_out_only_the_plugin(profile: Profile, tmp_path: Path) -> None:
    krita.install(profile, "0.1.0", stopped)
    (profile.folder / "pykrita" / "other").mkdir()
    assert krita.uninstall(profile, stopped) == profile.folder / "pykrita" / "restyle"
    assert krita.uninstall(profile, stopped) is None
    assert [path.name for path in (profile.folder / "pykrita").iterdir()] == ["other"]
    assert list((profile.folder / "actions").iterdir()) == []
    assert "restyle" not in (tmp_path / ".config" / "kritarc").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "before",
    ["", "[python]\nenable_scripter=true\n", "theme=Krita dark\n\n[python]\n\n[Tools]\na=b\n", "[Tools]\na=b",
     "[python]\nenable_restyle=false\nenable_x=true\n",
     "[python]"],
)  # fmt: skip
def test_switching_on_changes_one_line_of_the_settings(tmp_path: Path, before: str) -> None:
    settings = tmp_path / "kritarc"
    settings.write_text(before, encoding="utf-8")
    kritarc.switch(settings, True)
    assert kritarc.says(settings)
    after = settings.read_text(encoding="utf-8")
    kept = [line for line in before.splitlines() if line.strip() and "restyle" not in line and line != "[python]"]
    assert [line for line in after.splitlines() if line.strip() and "restyle" not in line and line != "[python]"] == kept
    read = ConfigParser(default_section="nothing")
    read.read_string("[top]\n" + after)
    assert read["python"]["enable_restyle"] == "true"
    kritarc.switch(settings, False)
    assert not kritarc.says(settings)


def test_the_zip_is_what_kritas_importer_looks_for(tmp_path: Path, profile: Profile) -> None:
    krita.package(tmp_path / "restyle-krita.zip")
    krita.package(tmp_path / "again.zip")
    assert (tmp_path / "restyle-krita.zip").read_bytes() == (tmp_path / "again.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "restyle-krita.zip") as archive:
        names = set(archive.namelist())
    assert {"restyle/", "restyle/__init__.py", "restyle.desktop", "restyle.action", "README.txt"} <= names
    target = krita.install(profile, "0.1.0", stopped).target
    installed = {f"restyle/{path.relative_to(target).as_posix()}" for path in target.rglob("*") if path.is_file()}
    carried = {name for name in names if name.startswith("restyle/restyle_install/")}  # with which the plug-in alone gets a painter
    assert "restyle/restyle_install/painter.py" in carried
    assert {name for name in names if name.startswith("restyle/")} - {"restyle/"} - carried == installed - {"restyle/launcher.json"}


def test_a_folder_that_is_a_file_is_told_in_a_sentence(profile: Profile) -> None:
    profile.folder.parent.mkdir(parents=True)
    profile.folder.write_text("no folder")
    with pytest.raises(PlacingError, match="can't be written"):
        krita.install(profile, "0.1.0", stopped)


def test_a_krita_of_another_home_does_not_matter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, environ, runs in (
        ("krita", {"HOME": str(tmp_path)}, True), ("krita", {"HOME": "/home/another"}, False), ("krita.exe", None, True), ("kritarunner2", {}, False),
    ):  # fmt: skip
        process = SimpleNamespace(info={"name": name, "status": "running", "environ": environ})
        monkeypatch.setattr("psutil.process_iter", lambda _wanted, process=process: [process])
        assert kritarc.krita_runs() == runs, (name, environ)


def test_the_plugins_own_files_are_found() -> None:
    assert (placing.plugin_source("krita") / "restyle.desktop").is_file()


@pytest.mark.parametrize(
    ("settings", "on"),
    [
        ("[python]\nenable_restyle=true\n", True), ("[python]\nenable_restyle = TRUE \r\n", True), ("[python]\nenable_restyle=1\n", True),
        ("[python]\nenable_restyle=false\n", False), ("[python]\nenable_restyle=true\nenable_restyle=false\n", False), ("[python]\nenable_restyle=\n", False),
        ("[other]\nenable_restyle=true\n", False), ("[python]\na=b\n\n[other]\nenable_restyle=true\n\n[python]\nenable_restyle=on\n", True), ("", False),
    ],
)  # fmt: skip
def test_what_the_settings_say_is_read_as_krita_reads_it(tmp_path: Path, settings: str, on: bool) -> None:
    path = tmp_path / "kritarc"
    path.write_bytes(settings.encode())
    assert kritarc.says(path) is on
    kritarc.switch(path, True)
    assert kritarc.says(path)


def test_switching_off_leaves_every_other_byte(tmp_path: Path) -> None:
    path = tmp_path / "kritarc"
    path.write_bytes(b"[python]\r\nenable_a=true\r\n\r\n[Tools]\r\nx=y\r\n")
    before = path.read_bytes()
    kritarc.switch(path, True)
    kritarc.switch(path, False)
    assert path.read_bytes().split() == before.split()


def test_a_plugin_that_krita_does_not_load_is_told_and_one_that_it_loads_is_not(profile: Profile, tmp_path: Path) -> None:
    krita.install(profile, "0.1.0", stopped)
    assert krita.idle(profile) == ""
    kritarc.switch(tmp_path / ".config" / "kritarc", False)
    assert krita.idle(profile) == f"is switched off in {tmp_path / '.config' / 'kritarc'}"
