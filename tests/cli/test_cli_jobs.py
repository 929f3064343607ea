"""Owns the promises of `restyle jobs`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import restyle_client as client
from cli.pictures import fake_painting, pixels
from cli.running import Restyle
from restyle_cli.commands.jobs import _facts
from restyle_cli.runs import planes
from restyle_imaging.io.files import read_picture


@pytest.fixture
def job(restyle: Restyle, photo: Path, tmp_path: Path) -> dict[str, Any]:
    """A job that has succeeded."""
    done = restyle("image", photo, "--style", "woodcut", "-o", tmp_path / "first.png", "--json")
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_every_job_is_listed_as_one_object(restyle: Restyle, job: dict[str, Any]) -> None:
    listed = [json.loads(line) for line in restyle("jobs", "list", "--json").stdout.splitlines()]
    ours = next(each for each in listed if each["id"] == job["job"])
    assert (ours["state"], ours["label"], ours["result"]["width"]) == ("succeeded", "photo.png", 64)


def test_people_get_a_table(restyle: Restyle, job: dict[str, Any]) -> None:
    row = next(line for line in restyle("jobs", "list").stdout.splitlines() if line.startswith(job["job"]))
    assert "succeeded" in row
    assert "64×48 px" in row


def test_a_job_is_shown_with_what_it_was_painted_with(restyle: Restyle, job: dict[str, Any]) -> None:
    newest = restyle.jobs()[0]
    assert newest.id == job["job"]
    for name in ("1", job["job"], job["job"][:10]):
        lines = [line.split(maxsplit=1) for line in restyle("jobs", "show", name).stdout.splitlines()]
        facts = {line[0]: line[1] for line in lines}
        assert list(facts) == ["job", "state", "label", "style", "settings", "strokes", "time", "result"]
        assert (facts["job"], facts["label"], facts["style"]) == (job["job"], "photo.png", "woodcut")
        assert facts["settings"] == f"Strength {round(newest.resolved.strength or 0)} · Standard"  # type: ignore[union-attr]
        assert facts["strokes"] == f"× {newest.style_scales[0]:g}"
        assert facts["time"].startswith("today, ")
        assert facts["result"].startswith("64×48 px")
        assert "The painter keeps it until " in facts["result"]
    assert json.loads(restyle("jobs", "show", "1", "--json").stdout)["styles"] == ["woodcut"]


def test_a_name_that_is_no_text_is_no_jobs(restyle: Restyle) -> None:
    done = restyle("jobs", "show", "\udcff")
    assert (done.exit_code, done.stderr) == (1, "restyle: There is no job \\xff; see restyle jobs list.\n")


def test_a_number_beyond_the_list_is_one_sentence(restyle: Restyle, job: dict[str, Any]) -> None:
    for number in ("0", "999"):
        done = restyle("jobs", "show", number)
        assert done.exit_code == 1
        assert done.stderr.startswith(f"restyle: There is no job number {number}; ")


def test_a_result_is_saved_by_its_id_or_its_beginning(restyle: Restyle, job: dict[str, Any], photo: Path, tmp_path: Path) -> None:
    for number, name in enumerate((job["job"], job["job"][:10])):
        done = restyle("jobs", "result", name, "-o", tmp_path / f"{number}.png", "--json")
        assert done.exit_code == 0
        assert json.loads(done.stdout)["output"] == str(tmp_path / f"{number}.png")
        assert pixels(tmp_path / f"{number}.png") == fake_painting(photo)


def test_a_result_is_saved_at_a_lower_strength(restyle: Restyle, job: dict[str, Any], photo: Path, tmp_path: Path) -> None:
    for strength in (0, 10):
        assert restyle("jobs", "result", job["job"], "--strength", strength, "-o", tmp_path / f"{strength}.png").exit_code == 0
    assert pixels(tmp_path / "0.png") == pixels(photo)
    assert pixels(tmp_path / "10.png") not in (pixels(photo), fake_painting(photo))


@pytest.mark.parametrize(("strength", "status"), [("99", 1), ("101", 2), ("nan", 2)])
def test_a_strength_beyond_the_paintings_own_is_one_sentence(restyle: Restyle, job: dict[str, Any], tmp_path: Path, strength: str, status: int) -> None:
    done = restyle("jobs", "result", job["job"], "--strength", strength, "-o", tmp_path / "out.png")
    assert done.exit_code == status
    assert not (tmp_path / "out.png").exists()
    assert status == 2 or done.stderr.startswith("restyle: strength: 0 to ")


@pytest.mark.parametrize("name", ["ffffffffffffffff", "x", "no such job", "../../etc"])
def test_an_unknown_job_is_one_sentence(restyle: Restyle, tmp_path: Path, name: str) -> None:
    for arguments in (("jobs", "result", name, "-o", tmp_path / "out.png"), ("jobs", "cancel", name), ("jobs", "show", name)):
        done = restyle(*arguments)
        assert (done.exit_code, done.stderr) == (1, f"restyle: There is no job {name}; see restyle jobs list.\n")


def test_the_result_of_a_failed_job_is_its_failure(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    restyle.script(oom_at=1)
    restyle("image", photo, "--style", "woodcut", "-o", tmp_path / "out.png")
    newest = restyle.jobs()[0]
    done = restyle("jobs", "result", newest.id, "-o", tmp_path / "out.png")
    assert done.exit_code == 1
    assert "not enough memory" in done.stderr


def test_cancelling_a_job_that_has_ended_changes_nothing(restyle: Restyle, job: dict[str, Any]) -> None:
    done = restyle("jobs", "cancel", job["job"], "--json")
    assert (done.exit_code, json.loads(done.stdout)["state"]) == (0, "succeeded")


def test_a_result_that_nobody_waited_for_is_waited_for(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    restyle.script(steps=10, step_ms=50)
    plane = planes.to_client(read_picture(photo).plane)
    with restyle.session() as session:
        job = session.create(client.JobRequest(plane, (client.StyleUse.library("woodcut"),), lifetime=client.Lifetime.DETACHED))
    assert not job.done
    assert restyle("jobs", "result", job.id, "-o", tmp_path / "out.png").exit_code == 0
    assert pixels(tmp_path / "out.png") == fake_painting(photo)


@pytest.mark.parametrize("size", [0, 5000])
def test_a_result_that_was_cut_on_the_servers_disk_is_one_sentence(restyle: Restyle, job: dict[str, Any], tmp_path: Path, size: int) -> None:
    os.truncate(restyle.state / "jobs" / job["job"] / "result", size)
    for _ in range(2):
        done = restyle("jobs", "result", job["job"], "-o", tmp_path / "out.png")
        assert done.exit_code == 1
        assert done.stderr.startswith("restyle: This painting's file was damaged on the server's disk; paint it again")
        assert not (tmp_path / "out.png").exists()
    row = next(line for line in restyle("jobs", "list").stdout.splitlines() if line.startswith(job["job"]))
    assert "expired" in row
    listed = [json.loads(line) for line in restyle("jobs", "list", "--json").stdout.splitlines()]
    assert next(each for each in listed if each["id"] == job["job"])["error"]["reason"] == "RESULT_DAMAGED"


def test_what_has_expired_says_so() -> None:
    job = client.Job("abc", client.JobState.EXPIRED, "photo.png", ended=1000.0, expires=2000.0, resolved=client.Parameters(strength=60.0, preset="fine"))
    assert ("result", "The painter no longer has this painting; paint it again.") in _facts(job)
    assert ("settings", "Strength 60 · Fine") in _facts(job)
