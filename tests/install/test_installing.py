"""What install.py promises: everything in its place, twice is once, any abort is forgiven, a dry run writes nothing, and out again leaves nothing."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from restyle_install.installing import VGG19_MB
from restyle_server.weights import PUBLISHED

if TYPE_CHECKING:
    from install.conftest import Person

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for uv is a script")

CONTRARY = ("--no-vgg19", "--vgg19-from", __file__)
PLUGINS = (".config/GIMP/3.0/plug-ins/restyle", ".local/share/krita/pykrita/restyle")


def test_everything_is_in_its_place(person: Person) -> None:
    said = person.install()
    assert person.command.readlink() == person.data / "environment/bin/restyle"
    launcher = json.loads((person.data / "launcher.json").read_text())
    python = str(person.data / "environment/bin/python")
    assert launcher["command"] == [python, "-P", "-m", "restyle_server"]
    assert launcher["state_dir"] == str(person.state)
    for plugin in PLUGINS:
        assert json.loads((person.home / plugin / "launcher.json").read_text()) == launcher
        assert (person.home / plugin / "restyle_client" / "__init__.py").is_file()
    assert "enable_restyle=true" in (person.home / ".config/kritarc").read_text()
    assert "Try it: Start GIMP" in said


def test_the_choice_its_reason_and_its_size_are_told_before_anything_is_fetched(person: Person) -> None:
    lines = person.install("--torch", "cpu").splitlines()
    chosen = next(
        number for number, line in enumerate(lines) if line.startswith("Chosen: PyTorch for processors, because --torch cpu asks for it; up to 0.4 GB")
    )
    making = next(number for number, line in enumerate(lines) if line.startswith("Making Restyle's environment"))
    assert chosen < making
    assert any("--torch-backend cpu" in call and "torch>=" in call for call in person.calls)


def test_a_second_run_fetches_nothing_and_changes_nothing(person: Person) -> None:
    person.install()
    before, calls = person.files(), len(person.calls)
    assert "is installed already" in person.install()
    assert person.files() == before
    assert len(person.calls) == calls


def test_a_dry_run_writes_nothing_and_tells_all(person: Person, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    said = person.install("--dry-run")
    assert sorted(tmp_path.rglob("*")) == before
    for told in ("Would install Restyle", "Chosen: ", "GIMP 3.0", "Krita", str(person.command), "Nothing was changed."):
        assert told in said


@pytest.mark.parametrize(("missing", "named"), [(".config/GIMP/3.0", "GIMP 3"), (".local/share/krita", "Krita")])
def test_an_editor_that_has_not_run_yet_is_told_beside_the_other(person: Person, missing: str, named: str) -> None:
    (person.home / missing).rmdir()
    for said in (person.install("--dry-run"), person.install()):
        assert f"{named} has not run for this user yet. Start it once, then: restyle install {named.split()[0].lower()}" in said
        assert said.count("has not run for this user yet") == 1


def test_where_the_suited_build_cant_be_had_the_plain_package_is_taken(person: Person) -> None:
    said = person.install("--torch", "cpu", UV_FAILS="--torch-backend")
    assert "trying another way" in said
    assert person.stamp()["torch"] == "cpu"


def test_a_client_gets_no_torch_and_no_way_to_start_a_server(person: Person) -> None:
    said = person.install("--client-only")
    assert not any("torch>=" in call or "torchvision" in call for call in person.calls)
    assert json.loads((person.data / "launcher.json").read_text())["command"] == []
    assert json.loads((person.home / PLUGINS[0] / "launcher.json").read_text())["state_dir"] == str(person.state)
    assert "restyle connect HOST:PORT" in said
    person.install()
    assert any("torch>=" in call for call in person.calls), "a client that becomes a painter gets its torch"
    assert json.loads((person.data / "launcher.json").read_text())["command"]


def test_an_update_replaces_the_version_and_keeps_the_users_own(person: Person) -> None:
    person.install()
    own = {"styles/mine/style.toml": "title = 'Mine'", "presets/soft.toml": "strength = 30", "server.toml": "log_level = 'INFO'", "krita/settings.json": "{}"}
    for name, text in own.items():
        (person.data / name).parent.mkdir(parents=True, exist_ok=True)
        (person.data / name).write_text(text)
    stamp = person.data / "environment/restyle-stamp.json"
    stamp.write_text(json.dumps({**person.stamp(), "source": "an older one", "version": "0.0.9"}))
    (person.home / PLUGINS[0] / "restyle.py").write_text("an older one")
    calls = len(person.calls)
    said = person.install()
    assert "Replacing Restyle 0.0.9 by 0.1.0." in said
    assert not any("venv" in call.split()[:1] for call in person.calls[calls:]), "an update must not fetch everything anew"
    assert (person.home / PLUGINS[0] / "restyle.py").read_text() != "an older one"
    assert {name: (person.data / name).read_text() for name in own} == own


def test_options_that_an_administrator_gave_the_launcher_survive_an_update(person: Person) -> None:
    person.install()
    path = person.data / "launcher.json"
    launcher = json.loads(path.read_text())
    launcher["command"] += ["--device", "cpu"]
    path.write_text(json.dumps({**launcher, "version": "0.0.9"}))
    person.install()
    assert json.loads(path.read_text()) == {**launcher, "version": "0.1.0"}


def test_a_painter_gets_what_films_need_and_is_whole_without_it(person: Person) -> None:
    said = person.install(UV_FAILS="opencv")
    assert "were not installed; try again at any time" in said
    assert "opencv-python-headless>=" in said
    assert person.command.exists()
    (person.data / "environment/restyle-stamp.json").unlink()
    assert "were not installed" not in person.install()
    assert "opencv-python-headless>=" in person.calls[-1]
    assert "av>=" in person.calls[-1]


def test_a_client_gets_nothing_of_what_films_need(person: Person) -> None:
    person.install("--client-only")
    assert not any("opencv" in call for call in person.calls)


@pytest.fixture
def card(person: Person) -> Person:
    """Somebody with a graphics card, as far as its driver's own tool says."""
    tool = Path(person.variables["PATH"].partition(":")[0]) / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho Abacus 9000\n")
    tool.chmod(0o755)
    return person


def restyle_calls(person: Person) -> list[str]:
    """What the installed command was asked for."""
    path = Path(person.variables["RESTYLE_CALLS"])
    return path.read_text().splitlines() if path.exists() else []


def test_where_a_graphics_card_paints_vgg19_comes_along_and_its_size_is_told_first(card: Person) -> None:
    assert f"{VGG19_MB} MB to download; --no-vgg19 leaves it out" in card.install("--dry-run")
    lines = card.install().splitlines()
    told = next(number for number, line in enumerate(lines) if f"{VGG19_MB} MB to download" in line)
    assert told < next(number for number, line in enumerate(lines) if line.startswith("Making Restyle's environment"))
    assert restyle_calls(card) == ["weights install vgg19"]
    assert round(PUBLISHED.size / 1e6) == VGG19_MB


@pytest.mark.parametrize("words", [("--no-vgg19",), ("--torch", "cpu"), ("--client-only",)], ids=" ".join)
def test_vgg19_can_be_left_out_and_does_not_come_where_no_card_paints(card: Person, words: tuple[str, ...]) -> None:
    assert "VGG19" not in card.install(*words)
    assert restyle_calls(card) == []


def test_vgg19_is_not_fetched_again_nor_from_the_network_when_the_packages_are_not(card: Person, tmp_path: Path) -> None:
    (tmp_path / "packages").mkdir()
    card.install("--packages", str(tmp_path / "packages"))
    assert restyle_calls(card) == []
    (card.data / "weights").mkdir(parents=True)
    (card.data / "weights/vgg19.safetensors").write_text("is there")
    assert "VGG19" not in card.install()
    assert restyle_calls(card) == []


def test_vgg19_failing_is_told_in_a_sentence_and_forgiven(card: Person) -> None:
    said = card.install(RESTYLE_STATUS="1")
    assert restyle_calls(card) == ["weights install vgg19"]
    assert said.count("VGG19 was not installed, so Restyle paints with VGG16") == 1


def test_a_copy_of_vgg19_is_taken_in_on_any_machine(person: Person, tmp_path: Path) -> None:
    copy = tmp_path / "vgg19-dcbb9e9d.pth"
    copy.write_text("torchvision's")
    said = person.install("--torch", "cpu", "--vgg19-from", str(copy))
    assert restyle_calls(person) == [f"weights install vgg19 --from {copy}"]
    assert "MB to download; --no-vgg19" not in said


def test_another_program_called_restyle_is_not_overwritten(person: Person) -> None:
    person.command.parent.mkdir(parents=True)
    person.command.write_text("somebody else's")
    said = person.install(status=1)
    assert "is another program's; move it away" in said
    assert person.command.read_text() == "somebody else's"
    assert (person.home / PLUGINS[0] / "restyle.py").is_file(), "one part that fails does not keep the others away"
    person.install("--uninstall")
    assert person.command.read_text() == "somebody else's"


def test_uninstalling_leaves_nothing_but_what_the_user_made(person: Person) -> None:
    before = person.files()
    person.install()
    own = (
        person.data / "styles/mine/style.toml",
        person.data / "looks/mine.safetensors",
        person.state / "jobs/1/result",
        person.data / "server.toml",
        person.home / ".config/restyle/presets/Soft.toml",
        person.home / ".config/restyle/gallery.json",
    )
    made = (
        person.data / "weights/vgg19.safetensors",
        person.state / "logs/server.log",
        person.state / "cluster.token",
        person.state / "cluster/bridge.log",
        person.state / "painter/blobs/ab12",
        person.state / "styles.png",
        person.home / ".config/GIMP/3.0/restyle.log",
    )
    for path in (*own, *made):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    said = person.install("--uninstall", "--dry-run")
    assert all(f"Would remove {path}" in said for path in (person.data / "environment", person.command))
    assert "Your own work stays" in person.install("--uninstall")
    assert person.files() == before | {str(path.relative_to(person.home)): "x" for path in own}
    person.install("--uninstall", "--purge")
    assert person.files() == before
    assert not person.data.exists()
    assert not person.state.exists()


def test_purging_leaves_strangers_files_alone(person: Person) -> None:
    person.install()
    (person.data / "diary.txt").write_text("not Restyle's")
    person.install("--uninstall", "--purge")
    assert [path.name for path in person.data.iterdir()] == ["diary.txt"]


@pytest.mark.parametrize(
    "words", [("--purge",), ("--client-only", "--torch", "cpu"), ("--wheel", "nowhere.whl"), ("--no-vgg19", "--vgg19-from", __file__)], ids=" ".join
)
def test_senseless_words_are_refused_before_anything_happens(person: Person, words: tuple[str, ...]) -> None:
    before = person.files()
    person.install(*words, status=2)
    assert person.files() == before


def test_an_unknown_build_is_refused_with_those_there_are(person: Person) -> None:
    assert "give auto, cpu, cuda" in person.install("--torch", "abacus", status=1)


@pytest.mark.slow
@pytest.mark.timeout(900)  # two dozen installations
def test_killed_at_any_moment_the_next_run_completes_it(person: Person) -> None:
    """SIGKILL at random moments spread over the whole run; what it had started, such as pip, works on, as it would."""
    pause: dict[str, Any] = {"UV_PAUSE": "0.01"}
    person.install(**pause)
    whole, most = person.files(), entries(person.home)
    chance = random.Random(10)
    interrupted = 0
    for round_ in range(8):
        person.install("--uninstall", "--purge")
        process = person.start(**pause)
        least = entries(person.home)
        wanted = least + (most - least) * (round_ + chance.random()) / 8
        while process.poll() is None and entries(person.home) < wanted:
            time.sleep(0.002)
        process.kill()
        interrupted += process.wait(60) == -signal.SIGKILL
        process.communicate(timeout=60)
        person.install(**pause)
        assert person.files() == whole, f"round {round_}"
    assert interrupted >= 6


def entries(folder: Path) -> int:
    """How much is there: how far an installation has come."""
    return sum(len(folders) + len(files) for _, folders, files in os.walk(folder))


@pytest.mark.slow
def test_killed_while_it_takes_everything_out_the_next_run_completes_that(person: Person) -> None:
    before = person.files()
    chance = random.Random(11)
    for round_ in range(6):
        person.install()
        process = person.start("--uninstall", "--purge")
        time.sleep(0.05 + 0.25 * (round_ + chance.random()) / 6)
        process.kill()
        process.communicate(timeout=60)
        person.install("--uninstall", "--purge")
        assert person.files() == before, f"round {round_}"
