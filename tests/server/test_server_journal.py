"""What is written down comes back as it was, whatever happened to the file meanwhile."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from restyle_server.imaging.formats import Channels, Depth, PixelFormat
from restyle_server.jobs.job import Failure, Job, JobClass, Lifetime, Report, Result
from restyle_server.jobs.journal import Journal, JournalFailure
from restyle_server.jobs.states import JobState
from restyle_server.neural.parameters import Color, Parameters, Symmetry, resolve
from restyle_server.orders import Crop, MaskFile, MaskUse, Order, PlaneFile, Start, StartFrom, StyleOrder, WeightsFile

PLANE = PlaneFile(Path("/jobs/1/payload-0"), PixelFormat(Channels.BGRA, Depth.F16), 640, 480, b"\x00profile\xff")
FULL = Job(
    id="1",
    client_id="client",
    request_id="request",
    label="Wölken ☁ \n",
    lifetime=Lifetime.ATTACHED,
    job_class=JobClass.BATCH,
    state=JobState.SUCCEEDED,
    created=1.5,
    arrival=7,
    input_bytes=2**33,
    weights_id="vgg16",
    wanted_device="cuda:1",
    order=Order(
        content=PLANE,
        styles=(
            StyleOrder("night", picture=Path("/jobs/1/style-0"), weight=0.3, crop=Crop(1, 2, 30, 40), symmetry=Symmetry.FLIPS_AND_ROTATIONS),
            StyleOrder("layer 2", plane=PLANE, weight=0.7, scale=0.25, mask=PLANE),
        ),
        weights=WeightsFile("vgg16", Path("/weights")),
        parameters=Parameters(color=Color.MATCH, style_layers=(("relu1_1", 0.1), ("relu2_1", 0.9)), memory_limit=2**63),
        masks=(MaskFile(PLANE, MaskUse.BLEND),),
        start=Start(StartFrom.RESULT, result=PLANE),
        strength_map=PLANE,
    ),
    progress=Report(1, 2, 3, 4, 5, 6, 0.5, 1e30, 0.1, 0.2, 3.5, None),
    resolved=resolve(Parameters(), 640, 480, "cpu", bf16=True),
    failure=Failure("X", "Sentence."),
    result=Result(Path("/jobs/1/result"), PLANE.format, 640, 480, 2_457_600, 0xFFFFFFFF, 512, 384, b"\x01"),
    warnings=("one", "two"),
)


def test_a_record_comes_back_as_it_was(tmp_path):
    journal = Journal(tmp_path / "jobs.sqlite")
    journal.put(FULL)
    journal.close()
    assert list(Journal(tmp_path / "jobs.sqlite").jobs()) == [FULL]


def test_a_record_replaces_its_older_self_and_can_be_removed(tmp_path):
    journal = Journal(tmp_path / "jobs.sqlite")
    journal.put(FULL)
    journal.put(FULL.move(JobState.EXPIRED))
    assert [job.state for job in journal.jobs()] == [JobState.EXPIRED]
    journal.remove(FULL.id)
    assert not list(journal.jobs())


def test_a_damaged_journal_is_set_aside(tmp_path):
    (tmp_path / "jobs.sqlite").write_bytes(b"this is no database at all, but it is long enough to look at" * 100)
    journal = Journal(tmp_path / "jobs.sqlite")
    assert not list(journal.jobs())
    assert (tmp_path / "jobs.damaged").exists()


def test_one_bad_record_hides_no_other(tmp_path):
    journal = Journal(tmp_path / "jobs.sqlite")
    journal.put(FULL)
    with sqlite3.connect(tmp_path / "jobs.sqlite") as database:
        database.execute("INSERT INTO jobs VALUES('0', 1, '{\"id\": 5}')")
        database.execute("INSERT INTO jobs VALUES('2', 9, x'ff')")
    assert list(journal.jobs()) == [FULL]


def test_a_journal_that_cannot_be_written_says_so(tmp_path):
    journal = Journal(tmp_path / "jobs.sqlite")
    journal.close()
    with pytest.raises(JournalFailure):
        journal.put(FULL)
