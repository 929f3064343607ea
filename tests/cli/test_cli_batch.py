"""Owns the promises of `restyle image` about many pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli.pictures import fake_painting, picture, pixels
from cli.running import PATIENCE, Restyle, wait_for
from restyle_client import JobClass, JobState, Lifetime


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for number in range(3):
        picture(tmp_path / "photos" / f"{number}.png", 32, 24, seed=number)
    (tmp_path / "photos" / "notes.txt").write_text("no picture")
    return tmp_path / "photos"


def paint(restyle: Restyle, *arguments: object) -> tuple[int, list[dict[str, Any]]]:
    done = restyle("image", *arguments, "--style", "woodcut", "--json")
    return done.exit_code, sorted((json.loads(line) for line in done.stdout.splitlines()), key=lambda told: told["content"])


def test_a_folder_is_painted_and_summed_up(restyle: Restyle, photos: Path, tmp_path: Path) -> None:
    done = restyle("image", photos, "--style", "woodcut", "-o", tmp_path / "out")
    assert done.exit_code == 0
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["0.png", "1.png", "2.png"]
    for number in range(3):
        assert pixels(tmp_path / "out" / f"{number}.png") == fake_painting(photos / f"{number}.png")
    assert "3 painted in " in done.stdout
    assert "weights install" not in done.stdout


def test_jobs_of_a_folder_yield_to_people_and_outlive_the_command(restyle: Restyle, photos: Path, tmp_path: Path) -> None:
    _, told = paint(restyle, photos, "-o", tmp_path / "out")
    jobs = {job.id: job for job in restyle.jobs()}
    ours = [jobs[each["job"]] for each in told]
    assert {(job.lifetime, job.job_class) for job in ours} == {(Lifetime.DETACHED, JobClass.BATCH)}
    assert sorted(job.label for job in ours) == ["0.png", "1.png", "2.png"]


def test_a_second_run_skips_what_is_done(restyle: Restyle, photos: Path, tmp_path: Path) -> None:
    paint(restyle, photos, "-o", tmp_path / "out")
    before = len(restyle.jobs())
    times = [(tmp_path / "out" / f"{number}.png").stat().st_mtime_ns for number in range(3)]
    status, told = paint(restyle, photos, "-o", tmp_path / "out")
    assert status == 0
    assert [each["status"] for each in told] == ["skipped"] * 3
    assert all(each["work_size"] == [32, 24] for each in told)
    assert len(restyle.jobs()) == before
    assert times == [(tmp_path / "out" / f"{number}.png").stat().st_mtime_ns for number in range(3)]


def test_only_what_changed_is_painted_again(restyle: Restyle, photos: Path, tmp_path: Path) -> None:
    paint(restyle, photos, "-o", tmp_path / "out")
    picture(photos / "0.png", 32, 24, seed=9)
    (tmp_path / "out" / "1.png").unlink()
    _, told = paint(restyle, photos, "-o", tmp_path / "out")
    assert [each["status"] for each in told] == ["painted", "painted", "skipped"]
    assert pixels(tmp_path / "out" / "0.png") == fake_painting(photos / "0.png")
    _, told = paint(restyle, photos, "-o", tmp_path / "out", "--seed", "5")
    assert [each["status"] for each in told] == ["painted"] * 3


def test_one_bad_picture_does_not_stop_the_rest(restyle: Restyle, photos: Path, tmp_path: Path) -> None:
    (photos / "1.png").write_bytes(b"broken")
    status, told = paint(restyle, photos, "-o", tmp_path / "out")
    assert status == 1
    assert [each["status"] for each in told] == ["painted", "failed", "painted"]
    assert "1.png" in told[1]["error"]
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["0.png", "2.png"]


def test_one_failed_job_does_not_stop_the_rest(restyle: Restyle, photos: Path, tmp_path: Path) -> None:
    restyle.script(oom_at=1)
    done = restyle("image", photos, "--style", "woodcut", "-o", tmp_path / "out")
    assert done.exit_code == 1
    assert "3 failed in " in done.stdout
    assert list((tmp_path / "out").iterdir()) == []
    restyle.script()
    status, told = paint(restyle, photos, "-o", tmp_path / "out")
    assert (status, [each["status"] for each in told]) == (0, ["painted"] * 3)


def test_equal_names_never_overwrite_each_other(restyle: Restyle, tmp_path: Path) -> None:
    contents = [
        picture(tmp_path / "x" / "a.png", 32, 24, seed=1),
        picture(tmp_path / "y" / "a.png", 32, 24, seed=2),
        picture(tmp_path / "a.tif", 32, 24, seed=3),
    ]
    status, told = paint(restyle, *contents, "-o", tmp_path / "out")
    assert status == 0
    assert len({each["output"] for each in told}) == 3
    for each in told:
        assert pixels(Path(each["output"])) == fake_painting(Path(each["content"]))


def test_one_picture_given_twice_is_painted_once(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    _, told = paint(restyle, photo, photo.parent / "." / photo.name, "-o", tmp_path / "out")
    assert len(told) == 1


def test_many_results_may_have_another_format(restyle: Restyle, photos: Path, tmp_path: Path) -> None:
    paint(restyle, photos, "-o", tmp_path / "out", "--format", "webp")
    assert sorted(file.suffix for file in (tmp_path / "out").iterdir()) == [".webp"] * 3


@pytest.mark.parametrize("output", ["photos", "out.png"])
def test_results_never_land_among_the_photos(restyle: Restyle, photos: Path, tmp_path: Path, output: str) -> None:
    assert paint(restyle, photos, "-o", tmp_path / output) == (2, [])


def test_a_folder_without_pictures_is_said(restyle: Restyle, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = restyle("image", tmp_path / "empty", "--style", "woodcut", "-o", tmp_path / "out")
    assert done.exit_code == 1
    assert "There are no pictures in" in done.stderr


def test_at_most_eight_jobs_are_in_flight_and_ctrl_c_cancels_them_all(restyle: Restyle, tmp_path: Path) -> None:
    import signal

    for number in range(12):
        picture(tmp_path / "photos" / f"{number}.png", 32, 24, seed=number)
    before = {job.id for job in restyle.jobs()}
    restyle.script(steps=1000, step_ms=50)
    with restyle.start("image", tmp_path / "photos", "--style", "woodcut", "-o", tmp_path / "out") as command:
        wait_for(lambda: len(restyle.jobs(JobState.QUEUED, JobState.RUNNING)) == 8)
        command.send_signal(signal.SIGINT)
        out, err = command.communicate(timeout=PATIENCE)
    ours = [job for job in restyle.jobs() if job.id not in before]
    assert command.returncode == 130
    assert err.splitlines()[-1] == "restyle: cancelled"
    assert "Traceback" not in out + err
    assert [job.state for job in ours] == [JobState.CANCELLED] * 8
    assert list((tmp_path / "out").iterdir()) == []


def test_a_command_that_died_is_taken_up_again_without_painting_twice(restyle: Restyle, photos: Path, tmp_path: Path) -> None:
    before = {job.id for job in restyle.jobs()}
    restyle.script(steps=20, step_ms=20)
    with restyle.start("image", photos, "--style", "woodcut", "-o", tmp_path / "out", "--json") as command:
        wait_for(lambda: len([job for job in restyle.jobs() if job.id not in before and job.state is not JobState.UPLOADING]) == 3)
        command.kill()
    status, told = paint(restyle, photos, "-o", tmp_path / "out")
    assert status == 0
    assert {job.id for job in restyle.jobs()} - before == {each["job"] for each in told}
    for number in range(3):
        assert pixels(tmp_path / "out" / f"{number}.png") == fake_painting(photos / f"{number}.png")
