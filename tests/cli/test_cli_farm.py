"""Owns the promises of `restyle farm export`: a film's file becomes a job whose tasks, run as a farm runs them, leave the film that is painted in one go."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from cli import films
from cli.pictures import picture
from cli.running import FAKE_SERVER, PATIENCE, Restyle
from restyle_cli.runs import film_cuts

ODD = 'a film\'s "blank" $HOME'  # a folder's name, with all that a shell takes apart
LENGTHS = (3, 4, 3, 4, 4)
OPENJD = shutil.which("openjd", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))))  # nobody activates an environment for it
RANGES = ["0-6", "7-13", "14-17"]  # of 4 frames or more: a shorter shot goes with the next


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a film of five shots and its file."""
    folder = tmp_path / ODD
    films.film(folder / "in.mkv", films.shots(*LENGTHS))
    write(folder)
    return folder


def write(folder: Path, **more: object) -> Path:
    words = {"film": "in.mkv", "style": ["woodcut"], "size": 64, "codec": "ffv1", "output": "out.mkv", **more}
    (folder / "film.toml").write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in words.items() if value is not None))
    return folder / "film.toml"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Restyle]:
    """A machine of a farm: `restyle` is a command, and whoever needs a painter starts the real server with the fake engine."""
    restyle = Restyle(tmp_path / "state", tmp_path / "data")
    restyle.launches()
    launcher = {"command": [sys.executable, str(FAKE_SERVER), "--data-dir", str(restyle.data)], "state_dir": str(restyle.state), "version": "0.1.0"}
    (restyle.data / "launcher.json").write_text(json.dumps(launcher))
    command(tmp_path / "bin" / "restyle", f'exec {sys.executable} -c "from restyle_cli.main import main; main()" "$@"')
    yield restyle
    for process in restyle.processes():
        process.kill()


def command(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/bash\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def exported(restyle: Restyle, film: Path, *options: object) -> dict[str, Any]:
    done = restyle("farm", "export", film, "--chunk", "4", *options, "--json")
    assert done.exit_code == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def run(restyle: Restyle, tmp_path: Path, *words: object, **environment: str) -> str:
    path = os.pathsep.join((str(tmp_path / "bin"), os.environ["PATH"]))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SLURM", "RESTYLE"))}
    surroundings = {**kept, "RESTYLE_DATA_DIR": str(restyle.data), "PATH": path, **environment}
    done = subprocess.run([str(word) for word in words], env=surroundings, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def at_once(restyle: Restyle, film: Path, *more: object) -> bytes:
    """The film as one command paints it; it is taken away again."""
    done = restyle("film", film, *more)
    assert done.exit_code == 0, done.stderr
    content = (film.parent / "out.mkv").read_bytes()
    (film.parent / "out.mkv").unlink()
    return content


def test_a_film_is_parted_at_its_cuts_and_only_there(restyle: Restyle, place: Path) -> None:
    told = exported(restyle, place / "film.toml", "--openjd")
    assert (told["ranges"], told["cuts"], told["frames"]) == (RANGES, [7, 14], 18)
    assert Path(told["output"]) == place / "film.openjd.json"
    told = exported(restyle, write(place, cut=[3, 9]), "--openjd", "-o", place / "other.json")
    assert (told["ranges"], told["cuts"]) == (["0-8", "9-17"], []), "those of the film's file are taken, and stand there"
    picture(place / "key.png", 32, 24)
    told = exported(restyle, write(place, key=["4=key.png"]), "--openjd")
    assert (told["ranges"], told["cuts"]) == (["0-3", "4-9", "10-13", "14-17"], [10, 14]), "a frame that a person painted parts a film, too"


def test_cuts_are_found_with_care() -> None:
    assert film_cuts.cuts([0.01, 0.02, 0.3, 0.02, 0.01]) == [2]
    assert film_cuts.cuts([0.01, 0.3, 0.3, 0.01]) == [], "a flash"
    assert film_cuts.cuts([0.2, 0.22, 0.25, 0.2]) == [], "a quick pan"
    assert film_cuts.cuts([0.0, 0.05, 0.0]) == [], "something small moves"


@pytest.mark.slow
@pytest.mark.timeout(1200)  # a dozen processes, of which each imports what films need
def test_the_script_for_slurm_paints_the_film_that_one_command_paints(own: Restyle, place: Path, tmp_path: Path) -> None:
    film = place / "film.toml"
    told = exported(own, film, "--slurm")
    wanted = at_once(own, film, "--cut", ",".join(map(str, told["cuts"])))
    script = place / "film.slurm.sh"
    painter = {"RESTYLE_STATE_DIR": str(own.state)}  # without one, a task starts its own, and ends it
    for number, words in ((2, {}), (0, painter), (1, painter), (1, painter)):  # a task that is run again does nothing
        run(own, tmp_path, "bash", script, SLURM_ARRAY_TASK_ID=str(number), TMPDIR=str(tmp_path), **words)
    assert not list(tmp_path.glob("tmp.*"))
    run(own, tmp_path, "bash", script, "join")
    run(own, tmp_path, "bash", script, "join")
    assert (place / "out.mkv").read_bytes() == wanted
    assert not (place / "out.mkv.painting").exists()


def test_the_script_for_slurm_submits_itself(own: Restyle, place: Path, tmp_path: Path) -> None:
    exported(own, place / "film.toml", "--slurm")
    command(tmp_path / "bin" / "sbatch", f'printf "%s|" "$@" >> {tmp_path / "submitted"}; echo >> {tmp_path / "submitted"}; echo "7;cluster"')
    script = place / "film.slurm.sh"
    run(own, tmp_path, "bash", script, "--partition=gpu")
    assert (tmp_path / "submitted").read_text().splitlines() == [
        f"--parsable|--partition=gpu|{script}|",
        f"--dependency=afterok:7|--array=0|{script}|join|",
    ]
    assert "#SBATCH --array=0-2\n" in script.read_text()


@pytest.mark.slow
@pytest.mark.timeout(1200)  # a dozen processes, of which each imports what films need
def test_the_job_for_opencue_has_the_form_of_its_dtd_and_its_script_paints(own: Restyle, place: Path, tmp_path: Path) -> None:
    film = place / "film.toml"
    told = exported(own, film, "--opencue")
    spec = ElementTree.parse(place / "film.opencue.xml").getroot()  # noqa: S314 - just written
    assert [part.tag for part in spec] == ["show", "shot", "user", "job", "depends"]
    layers = spec.findall("job/layers/layer")
    assert [(layer.get("name"), layer.get("type"), [part.tag for part in layer]) for layer in layers] == [
        ("paint", "Render", ["cmd", "range", "chunk"]),
        ("join", "Util", ["cmd", "range", "chunk"]),
    ]
    assert [layer.findtext("range") for layer in layers] == ["0-2", "0"]
    depend = spec.find("depends/depend")
    assert depend is not None
    assert (depend.get("type"), [part.tag for part in depend]) == ("LAYER_ON_LAYER", ["depjob", "deplayer", "onjob", "onlayer"])
    wanted = at_once(own, film, "--cut", ",".join(map(str, told["cuts"])))
    for layer in layers:
        first, _, last = (layer.findtext("range") or "").partition("-")
        for frame in range(int(first), int(last or first) + 1):
            run(own, tmp_path, "sh", "-c", (layer.findtext("cmd") or "").replace("#IFRAME#", str(frame)), RESTYLE_STATE_DIR=str(own.state))
    assert (place / "out.mkv").read_bytes() == wanted


@pytest.mark.slow
@pytest.mark.timeout(1200)  # a dozen processes, of which each imports what films need
@pytest.mark.skipif(OPENJD is None, reason="needs openjd-cli, of the group dev")
def test_open_job_descriptions_own_runner_paints_the_film(own: Restyle, place: Path, tmp_path: Path) -> None:
    film = place / "film.toml"
    told = exported(own, film, "--openjd")
    wanted = at_once(own, film, "--cut", ",".join(map(str, told["cuts"])))
    template = place / "film.openjd.json"
    run(own, tmp_path, str(OPENJD), "check", template)
    for _ in range(2):  # all of it again does nothing
        run(own, tmp_path, str(OPENJD), "run", template, "--step", "Join", "--run-dependencies")
        assert (place / "out.mkv").read_bytes() == wanted
    elsewhere = tmp_path / "moved.toml"
    elsewhere.write_text(film.read_text().replace("in.mkv", "gone.mkv"))
    done = subprocess.run(
        [str(OPENJD), "run", str(template), "--step", "Paint", "-p", f"Film={elsewhere}"],
        env={**os.environ, "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}", "RESTYLE_DATA_DIR": str(own.data)},
        capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode != 0
    assert "There is no file" in done.stdout


@pytest.mark.parametrize(
    ("words", "options", "said"),
    [
        ({"size": "native"}, [], "names no size in pixels, and the machines of a farm may choose different ones; add a line such as size = 768."),
        ({"size": None}, [], "names no size in pixels, and the machines of a farm may choose different ones; add a line such as size = 768."),
        ({"film": "gone.mkv"}, [], "There is no file"),
        ({"film": None}, [], 'names no film; add a line such as film = "in.mp4".'),
        ({"stile": "night"}, [], "stile is nothing that a film's file has; the nearest is style."),
        ({"strength": True}, [], "strength is True, which is no value of that option; write it as it would be typed."),
        ({"style": "night\0"}, [], "style holds a null character, which nothing here may; take it out."),
        ({"film": "in\0.mkv"}, [], "film holds a null character"),
        ({"output": ""}, [], "output is empty; write its value, or leave the line out."),
        ({"ocio": ""}, [], "ocio is empty; "),
        ({"style": ["night", ""]}, [], "style is empty; "),
        ({"size": [512, 768]}, [], "size takes one value; write it without brackets."),
        ({"strength": 101}, [], "Invalid value for '--strength'"),
        ({"output": None}, [], "say where the film goes with -o OUT"),
        ({}, ["--opencue"], "choose one farm: --openjd, --slurm or --opencue"),
        ({}, ["-o", "/proc/job.sh"], "can't be written to"),
    ],
)
def test_a_film_that_no_farm_could_paint_is_said(restyle: Restyle, place: Path, words: dict[str, Any], options: list[str], said: str) -> None:
    before = {path.name for path in place.iterdir()}
    done = restyle("farm", "export", write(place, **words), "--slurm", *options)
    assert done.exit_code in (1, 2), done.stdout
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert {path.name for path in place.iterdir()} == before


def test_what_is_there_already_is_not_replaced(restyle: Restyle, place: Path) -> None:
    (place / "film.slurm.sh").write_text("mine")
    done = restyle("farm", "export", place / "film.toml", "--slurm")
    assert (done.exit_code, "it isn't as Restyle wrote it" in done.stderr) == (1, True)
    (place / "out.mkv").write_bytes(b"a film")
    done = restyle("farm", "export", place / "film.toml", "--slurm", "--overwrite")
    assert (done.exit_code, "so that the farm would have nothing to do; remove it, or name another output" in done.stderr) == (1, True)
    assert "is no film's file" in restyle("farm", "export", place / "in.mkv", "--slurm").stderr
    assert "There is no film's file" in restyle("farm", "export", place / "none.toml", "--slurm").stderr


def test_a_job_and_its_script_are_two_files(restyle: Restyle, place: Path) -> None:
    done = restyle("farm", "export", place / "film.toml", "--opencue", "-o", place / "job.sh")
    assert (done.exit_code, "can't be the job's file; name another one with -o." in done.stderr) == (1, True)
    assert not (place / "job.sh").exists()


def test_too_many_parts_are_said(restyle: Restyle, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("restyle_cli.runs.farm_export.MOST_TASKS", 3)
    done = restyle("farm", "export", place / "film.toml", "--slurm", "--chunk", "1")
    assert "The film has 5 parts, and farms take 3 tasks of one job; give a longer --chunk, 12 or more." in " ".join(done.stderr.split())


def test_options_win_over_the_films_file(restyle: Restyle, place: Path) -> None:
    done = restyle("film", place / "film.toml", "-o", place / "other.mkv", "--to", "3f", "--json")
    assert (done.exit_code, json.loads(done.stdout)["frames"], (place / "other.mkv").exists()) == (0, 4, True), done.stderr
