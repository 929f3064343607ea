"""Owns the promises of `restyle look learn`."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
import restyle_client as client
from cli.pictures import picture
from cli.running import Restyle, wait_for


def names(restyle: Restyle) -> list[str]:
    with restyle.session() as session:
        return [look.id for look in session.looks()]


def test_a_look_is_learned_from_a_style_and_photographs(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    folder = tmp_path / "photographs"
    folder.mkdir()
    for number in range(3):
        picture(folder / f"{number}.png", 40 + number, 40)
    picture(folder / "tiny.png", 1, 1)
    (folder / "broken.png").write_bytes(photo.read_bytes()[:-100])
    (folder / "notes.txt").write_text("no picture")
    done = restyle("look", "learn", "From Night", "--style", "night", "--photographs", folder, "--steps", 8, "--json")
    told = json.loads(done.stdout)
    assert (told["state"], told["look"], told["steps"], told["finished_early"]) == ("succeeded", "from-night", 8, False)
    assert "tiny.png has 1 × 1 px" in done.stderr
    assert "broken.png" in done.stderr and "notes.txt" in done.stderr
    with restyle.session() as session:
        look = session.look("from-night")
        assert (look.style, look.credit) == ("night in 8 steps", "us")  # as the fake engine has it
        assert session.get(told["job"]).resolved is not None


def test_a_look_is_learned_from_a_painting(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    painting = picture(tmp_path / "painted.png", 64, 48)
    done = restyle("look", "learn", "painted", "--painting", photo, painting, "--steps", 3)
    assert done.stdout.startswith("learned painted: 3 steps in ")
    other = picture(tmp_path / "other.png", 60, 48)
    wrong = restyle("look", "learn", "painted", "--painting", photo, other)
    assert wrong.exit_code == 1
    assert "other.png is 60 × 48 px" in wrong.stderr


def test_detached_it_is_learned_without_the_command(restyle: Restyle) -> None:
    done = restyle("look", "learn", "alone", "-s", "night", "--steps", 4, "--detach", "--json")
    job = json.loads(done.stdout)["job"]
    wait_for(lambda: "alone" in names(restyle))
    with restyle.session() as session:
        assert session.get(job).lifetime is client.Lifetime.DETACHED


@pytest.mark.parametrize(
    "arguments",
    [
        ("mine",),
        ("mine", "-s", "night", "--painting", "a.png", "b.png"),
        ("mine", "--painting", "a.png", "b.png", "--photographs", "c"),
        ("mine", "-s", "night", "--steps", "0"),
        ("mine", "-s", "night", "--size", "15"),
        ("mine", "-s", "night", "--strength", "nan"),
        ("  ", "-s", "night"),
        ("x" * 129, "-s", "night"),
        ("two\nlines", "-s", "night"),
        ("mine", *["-s", "night"] * 9),
    ],
)
def test_options_that_make_no_sense_are_refused_before_anything_is_sent(restyle: Restyle, arguments: tuple[str, ...]) -> None:
    assert restyle("look", "learn", *arguments).exit_code == 2


@pytest.mark.parametrize("arguments", [("-s", "nosuch"), ("-s", "night", "--photographs", "nowhere.png"), ("--painting", "nowhere.png", "nothing.png")])
def test_what_is_not_there_is_told_in_one_sentence(restyle: Restyle, arguments: tuple[str, ...]) -> None:
    done = restyle("look", "learn", "mine", *arguments)
    assert done.exit_code == 1
    assert len(done.stderr.strip().splitlines()) == 1


def stepped(restyle: Restyle) -> bool:
    return any(job.progress is not None and job.progress.step > 0 for job in restyle.jobs(client.JobState.RUNNING))


def test_ctrl_c_keeps_what_is_learned(restyle: Restyle) -> None:
    restyle.script(step_ms=20)
    with restyle.start("look", "learn", "stopped", "--style", "night", "--steps", 100_000, "--json") as process:
        wait_for(lambda: stepped(restyle))
        process.send_signal(signal.SIGINT)
        told = json.loads(process.communicate(timeout=60)[0])
    assert (told["look"], told["finished_early"], process.returncode) == ("stopped", True, 0)
    assert "stopped" in names(restyle)


def test_a_detached_one_is_kept_as_it_is_and_listed(restyle: Restyle) -> None:
    restyle.script(step_ms=20)
    job = json.loads(restyle("look", "learn", "kept", "-s", "night", "--steps", 100_000, "--detach", "--json").stdout)["job"]
    wait_for(lambda: stepped(restyle))
    assert restyle("jobs", "finish", job).stdout == f"{job}: finishing\n"
    wait_for(lambda: "kept" in names(restyle))
    assert "learned the look kept" in restyle("jobs", "list").stdout
    assert restyle("jobs", "result", job, "-o", "a.png").exit_code == 1


def test_ctrl_c_before_the_first_step_cancels(restyle: Restyle) -> None:
    restyle.script(gate="never")
    with restyle.start("look", "learn", "nothing", "--style", "night") as process:
        wait_for(lambda: bool(restyle.jobs(client.JobState.RUNNING)))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode != 0
    wait_for(lambda: not restyle.jobs(client.JobState.RUNNING))
    assert "nothing" not in names(restyle)
