"""Owns the promises of `restyle image --update`, through the real server with the fake engine."""

from __future__ import annotations

import contextlib
from pathlib import Path

from cli.pictures import fake_painting, picture, pixels
from cli.running import Restyle
from PIL import Image
from restyle_cli.runs.record import Entry, Record


def painted(restyle: Restyle, photo: Path, output: Path) -> str:
    """The job of a new painting."""
    assert restyle("image", photo, "--style", "woodcut", "--strength", 61, "-o", output).exit_code == 0
    return restyle.jobs()[0].id


def test_a_result_is_updated_with_the_settings_that_it_has(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    first = painted(restyle, photo, out)
    edited = picture(tmp_path / "edited.png", 64, 48, seed=5)
    done = restyle("image", edited, "--update", out, "-o", out)
    assert done.exit_code == 0, done.output
    assert pixels(out) == fake_painting(edited)
    job = restyle.jobs()[0]
    assert job.id != first
    assert job.resolved is not None and job.resolved.strength == 61
    again = restyle("image", photo, "--update", first[:8], "-o", tmp_path / "again.png")  # by the job, and an older painting
    assert again.exit_code == 0, again.output
    assert pixels(tmp_path / "again.png") == fake_painting(photo)


def test_a_file_is_updated_from_the_job_that_it_shows_and_from_no_other(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    out, folder = tmp_path / "out.png", tmp_path / "painted"
    first = painted(restyle, photo, out)
    assert restyle("texture", "woodcut", "--size", 32, "-o", out).exit_code == 0
    lost = restyle("image", photo, "--update", out, "-o", out)
    assert lost.exit_code != 0
    assert "Nothing is known of how" in lost.output
    assert restyle("jobs", "result", first, "-o", out).exit_code == 0
    assert restyle("image", photo, "--update", out, "-o", out).exit_code == 0
    assert restyle("image", photo, photo, "--style", "woodcut", "--strength", 62, "-o", folder).exit_code == 0
    of_folder = folder / "photo.png"
    with contextlib.closing(Record(restyle.state)) as record:  # as a run that was broken off leaves it
        record.put(of_folder, Entry("another recipe", "a job that was cancelled", None))
    done = restyle("image", photo, "--update", of_folder, "-o", tmp_path / "third.png")
    assert done.exit_code == 0, done.output
    resolved = restyle.jobs()[0].resolved
    assert resolved is not None and resolved.strength == 62


def test_what_can_not_be_updated_is_said_in_a_sentence(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    out, other = tmp_path / "out.png", tmp_path / "other.png"
    job = painted(restyle, photo, out)

    def refused(*arguments: object) -> str:
        done = restyle("image", *arguments, "-o", other)
        assert done.exit_code != 0
        assert "Traceback" not in done.output
        assert not other.exists()
        return " ".join(done.output.replace("│", " ").split())

    assert "leave out --style, --strength, or paint all anew" in refused(photo, "--update", out, "--style", "woodcut", "--strength", 5)
    assert "leave out --legibility, --seamless, or" in refused(photo, "--update", out, "--legibility", 0, "--seamless", "x")
    assert "one picture is updated at a time" in refused(photo, photo, "--update", out)
    assert f"There is no file {tmp_path / 'none.png'}" in refused(photo, "--update", tmp_path / "none.png")
    assert "There is no job cafe" in refused(photo, "--update", "cafe")
    assert "Nothing is known of how" in refused(photo, "--update", photo)
    assert "64 × 48 px, RGB in U8; paint the whole picture again." in refused(picture(tmp_path / "small.png", 32, 48), "--update", out)
    assert "say whose manner to paint in with --style" in refused(photo)
    with Image.open(out) as opened:
        opened.transpose(Image.Transpose.FLIP_TOP_BOTTOM).save(out)
    assert f"isn't as Restyle wrote it, and an update would lose what was changed there; give its job, {job}," in refused(photo, "--update", out)
    with restyle.session() as session:
        session.delete(job)
    assert "There is no job" in refused(photo, "--update", job)
