"""Owns the promises about `restyle install gimp`: every profile is found on every system, and a plug-in is placed whole or not at all."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from pathlib import Path

import pytest
from restyle_install import gimp, placing
from restyle_install.placing import PlacingError, Profile


def made(home: Path, *paths: str) -> None:
    for path in paths:
        (home / path).mkdir(parents=True)


def test_every_linux_profile_is_found_native_ones_first(tmp_path: Path) -> None:
    flatpak = ".var/app/org.gimp.GIMP/config/GIMP"
    made(tmp_path, ".config/GIMP/3.2", ".config/GIMP/3.0", ".config/GIMP/2.10", ".config/GIMP/3.0-old", f"{flatpak}/3.0", "snap/gimp/current/.config/GIMP/3.10")
    found = gimp.profiles({}, "linux", tmp_path)
    assert [(profile.kind, profile.version) for profile in found] == [("native", "3.0"), ("native", "3.2"), ("Flatpak", "3.0"), ("Snap", "3.10")]
    assert found[2].folder == tmp_path / flatpak / "3.0"


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        ("linux", {"XDG_CONFIG_HOME": "{home}/settings"}, "settings/GIMP/3.0"),
        ("linux", {"XDG_CONFIG_HOME": "relative"}, ".config/GIMP/3.0"),
        ("darwin", {}, "Library/Application Support/GIMP/3.0"),
        ("win32", {"APPDATA": "{home}/Roaming"}, "Roaming/GIMP/3.0"),
        ("win32", {}, "AppData/Roaming/GIMP/3.0"),
    ],
)
def test_profiles_are_where_each_system_keeps_them(tmp_path: Path, platform: str, environment: dict[str, str], folder: str) -> None:
    made(tmp_path, folder)
    environment = {name: value.format(home=tmp_path) for name, value in environment.items()}
    assert [profile.folder for profile in gimp.profiles(environment, platform, tmp_path)] == [tmp_path / folder]


def test_without_a_profile_there_is_nothing_to_install_into(tmp_path: Path) -> None:
    assert gimp.profiles({}, "linux", tmp_path) == []


def test_a_given_folder_is_the_profile_or_its_plugins(tmp_path: Path) -> None:
    made(tmp_path, "3.0/plug-ins")
    assert gimp.given(tmp_path / "3.0") == gimp.given(tmp_path / "3.0" / "plug-ins") == Profile(tmp_path / "3.0", "3.0", "given")
    with pytest.raises(PlacingError, match="is no folder"):
        gimp.given(tmp_path / "nowhere")
    with pytest.raises(PlacingError, match="~nobody-has-this-name is no folder"):
        gimp.given(Path("~nobody-has-this-name"))


def test_the_plugin_arrives_whole_executable_and_with_its_launcher(tmp_path: Path) -> None:
    placed = gimp.install(Profile(tmp_path, "3.0"), "0.1.0")
    assert placed.target == tmp_path / "plug-ins" / "restyle"
    assert not placed.replaced
    assert os.access(placed.target / "restyle.py", os.X_OK)
    assert (placed.target / "restyle_client" / "_vendor" / "grpclib").is_dir()
    assert not list(placed.target.rglob("__pycache__"))
    launcher = json.loads((placed.target / "launcher.json").read_text(encoding="utf-8"))
    assert launcher["command"][1:] == ["-P", "-m", "restyle_server"]
    assert Path(launcher["command"][0]).is_absolute()
    assert launcher["state_dir"] == os.environ["RESTYLE_STATE_DIR"]
    assert launcher == json.loads((Path(os.environ["RESTYLE_DATA_DIR"]) / "launcher.json").read_text(encoding="utf-8"))


def test_installing_again_replaces_and_leaves_no_old_file(tmp_path: Path) -> None:
    target = gimp.install(Profile(tmp_path), "0.1.0").target
    (target / "leftover.py").touch()
    assert gimp.install(Profile(tmp_path), "0.1.0").replaced
    assert not (target / "leftover.py").exists()
    assert [each.name for each in (tmp_path / "plug-ins").iterdir()] == ["restyle"]


def test_a_failed_copy_leaves_the_earlier_plugin_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = gimp.install(Profile(tmp_path), "0.1.0").target
    monkeypatch.setattr(placing, "package_source", lambda _name: tmp_path / "not there")
    with pytest.raises(PlacingError):
        gimp.install(Profile(tmp_path), "0.1.0")
    assert (target / "restyle.py").is_file()
    assert (target / "restyle_client").is_dir()
    assert (target / "restyle_contract").is_dir()
    assert [each.name for each in (tmp_path / "plug-ins").iterdir()] == ["restyle"]


def test_a_profile_that_is_a_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "plug-ins").write_text("no folder")
    with pytest.raises(PlacingError, match="can't be written"):
        gimp.install(Profile(tmp_path), "0.1.0")


def test_uninstalling_takes_out_only_the_plugin(tmp_path: Path) -> None:
    gimp.install(Profile(tmp_path), "0.1.0")
    made(tmp_path, "plug-ins/other")
    for name in ("restyle.log", "restyle-settings.json", "gimprc"):
        (tmp_path / name).touch()
    assert gimp.uninstall(Profile(tmp_path)) == tmp_path / "plug-ins" / "restyle"
    assert gimp.uninstall(Profile(tmp_path)) is None
    assert [each.name for each in (tmp_path / "plug-ins").iterdir()] == ["other"]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["gimprc", "plug-ins"]


def test_the_zip_holds_the_same_plugin_and_no_path_of_this_machine(tmp_path: Path) -> None:
    gimp.package(tmp_path / "deep" / "restyle-gimp.zip")
    target = gimp.install(Profile(tmp_path / "profile"), "0.1.0").target
    with zipfile.ZipFile(tmp_path / "deep" / "restyle-gimp.zip") as archive:
        names = set(archive.namelist())
        assert archive.getinfo("restyle/restyle.py").external_attr >> 16 & 0o111 == 0o111
        assert "README.txt" in names
    installed = {f"restyle/{path.relative_to(target).as_posix()}" for path in target.rglob("*") if path.is_file()}
    carried = {name for name in names if name.startswith("restyle/restyle_install/")}  # with which the plug-in alone gets a painter
    assert "restyle/restyle_install/painter.py" in carried
    assert names - {"README.txt"} - carried == installed - {"restyle/launcher.json"}


def test_two_zips_of_the_same_source_are_equal(tmp_path: Path) -> None:
    gimp.package(tmp_path / "one.zip")
    gimp.package(tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_a_launcher_of_this_version_is_kept_and_an_older_one_replaced(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RESTYLE_DATA_DIR", str(tmp_path))
    own = {"command": [sys.executable, "-m", "restyle_server", "--device", "cpu"], "state_dir": str(tmp_path), "version": "2.0.0"}
    (tmp_path / "launcher.json").write_text(json.dumps(own), encoding="utf-8")
    assert json.loads(placing.launcher_text("2.0.0")) == own
    assert json.loads(placing.launcher_text("2.0.1"))["command"] == [sys.executable, "-P", "-m", "restyle_server"]


@pytest.mark.skipif(os.name == "nt", reason="there files have no such bit")
def test_a_plugin_that_gimp_can_not_start_is_told(tmp_path: Path) -> None:
    program = gimp.install(Profile(tmp_path), "0.1.0").target / "restyle.py"
    assert gimp.idle(Profile(tmp_path)) == ""
    program.chmod(0o644)
    assert "not executable" in gimp.idle(Profile(tmp_path))


def test_of_a_plugin_that_is_a_link_only_the_link_goes(tmp_path: Path) -> None:
    made(tmp_path, "checkout", "plug-ins")
    (tmp_path / "checkout/restyle.py").touch()
    link = tmp_path / "plug-ins/restyle"
    for place in (tmp_path / "checkout", tmp_path / "gone"):
        link.symlink_to(place)
        assert gimp.uninstall(Profile(tmp_path)) == link
        link.symlink_to(place)
        assert gimp.install(Profile(tmp_path), "0.1.0").replaced
        assert not link.is_symlink()
        assert gimp.uninstall(Profile(tmp_path)) == link
    assert (tmp_path / "checkout/restyle.py").exists()
    assert not list((tmp_path / "plug-ins").iterdir())


def test_what_a_killed_uninstalling_left_of_a_link_is_no_hindrance(tmp_path: Path) -> None:
    made(tmp_path, "checkout", "plug-ins")
    (tmp_path / "plug-ins/.restyle-removed").symlink_to(tmp_path / "checkout")
    assert not gimp.install(Profile(tmp_path), "0.1.0").replaced
    assert (tmp_path / "checkout").is_dir()


def test_a_strangers_file_of_the_plugins_name_stays(tmp_path: Path) -> None:
    made(tmp_path, "plug-ins")
    (tmp_path / "plug-ins/restyle").write_text("a stranger's")
    assert gimp.uninstall(Profile(tmp_path)) is None
    assert (tmp_path / "plug-ins/restyle").read_text() == "a stranger's"
