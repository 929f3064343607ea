"""What is written down comes back as it was, whatever happened to the file meanwhile."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from restyle_engine.parameters import Color, Parameters, Symmetry, resolve
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat
from restyle_server.jobs.encoding import decode, encode
from restyle_server.jobs.job import Job, JobClass, Lifetime
from restyle_server.jobs.journal import Journal, JournalFailure, JournalHeld
from restyle_server.jobs.states import JobState
from restyle_server.records.lesson import LessonOrder
from restyle_server.records.order import AskedOrder, Crop, MaskFile, MaskUse, PaintedOrder, PlaneFile, Start, StartFrom, StyleOrder, WeightsFile
from restyle_server.records.progress import Progress
from restyle_server.records.result import Failure, Result

BEFORE = Path(__file__).with_name("record_of_before.json")  # FULL, as an earlier server wrote it
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
    order=AskedOrder(
        content=PLANE,
        styles=(
            StyleOrder("night", picture=Path("/jobs/1/style-0"), weight=0.3, scale=1.0, crop=Crop(1, 2, 30, 40), symmetry=Symmetry.FLIPS_AND_ROTATIONS),
            StyleOrder("layer 2", plane=PLANE, weight=0.7, scale=0.25, mask=PLANE),
        ),
        weights=WeightsFile("vgg16", Path("/weights")),
        parameters=Parameters(color=Color.MATCH, style_layers=(("relu1_1", 0.1), ("relu2_1", 0.9)), memory_limit=2**63),
        masks=(MaskFile(PLANE, MaskUse.BLEND),),
        start=Start(StartFrom.RESULT, result=PLANE),
        strength_map=PLANE,
    ),
    progress=Progress(1, 2, 3, 4, 5, 6, 0.5, 1e30, 0.1, 0.2, elapsed_seconds=3.5),
    resolved=resolve(Parameters(), 640, 480, "cpu", bf16=True),
    failure=Failure("X", "Sentence."),
    result=Result(Path("/jobs/1/result"), PLANE.format, 640, 480, 2_457_600, 0xFFFFFFFF, 512, 384, b"\x01"),
    warnings=("one", "two"),
)


def test_a_record_comes_back_as_it_was(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "jobs.sqlite")
    journal.put(FULL)
    journal.close()
    assert list(Journal(tmp_path / "jobs.sqlite").jobs()) == [FULL]


def test_a_record_that_is_older_than_some_of_its_fields_is_read() -> None:
    """Written before paintings could be legible, seamless or updated; a server that is brought up to date must keep its results."""
    old = decode(BEFORE.read_bytes(), FULL.id)
    assert old.resolved is not None and old.resolved.legibility == 0  # it was painted without
    assert replace(old, resolved=FULL.resolved) == FULL


def test_a_learnings_record_comes_back_as_it_was(tmp_path: Path) -> None:
    assert FULL.order is not None
    styles, weights = FULL.order.styles, FULL.order.weights
    painting = PaintedOrder(picture=Path("/jobs/1/payload-1"))
    lesson = LessonOrder("Näme", "night", "us", 7, styles, (Path("/jobs/1/payload-2"),), PLANE, painting, weights, Parameters(seed=3), Path("/jobs/1/learned"))
    waiting = replace(FULL, state=JobState.QUEUED, job_class=JobClass.BACKGROUND, order=None, lesson=lesson, result=None, finishing=True, setbacks=2)
    learned = replace(waiting, id="2", arrival=8, state=JobState.SUCCEEDED, lesson=None, look_id="name")
    journal = Journal(tmp_path / "jobs.sqlite")
    for each in (waiting, learned):
        journal.put(each)
    journal.close()
    assert list(Journal(tmp_path / "jobs.sqlite").jobs()) == [waiting, learned]


def test_a_record_replaces_its_older_self_and_can_be_removed(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "jobs.sqlite")
    journal.put(FULL)
    journal.put(FULL.move(JobState.EXPIRED))
    assert [job.state for job in journal.jobs()] == [JobState.EXPIRED]
    journal.remove(FULL.id)
    assert not list(journal.jobs())


def damaged(path: Path, how: str) -> None:
    """A journal with one record, spoilt."""
    Journal(path).put(FULL)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    if how == "header":
        content[:100] = b"\xff" * 100
    elif how == "page":
        content[4096:] = b"\x5a" * (len(content) - 4096)
    elif how == "half":
        del content[len(content) // 2 :]
    elif how == "short":
        del content[50:]
    elif how == "newer writer":
        content[18] = 9  # SQLite then only reads it
    elif how == "text":
        content[:] = b"this is no database at all, but it is long enough to look at" * 100
    path.write_bytes(content)
    statements = {"version": "PRAGMA user_version = 7", "no table": "DROP TABLE jobs", "other table": "ALTER TABLE jobs RENAME COLUMN record TO words"}
    if how in statements:
        with sqlite3.connect(path) as database:
            database.execute(statements[how])
    if how == "folder":
        path.unlink()
        path.mkdir()


KINDS = ["header", "page", "half", "short", "newer writer", "text", "version", "no table", "other table", "folder"]


@pytest.mark.parametrize("how", KINDS)
def test_a_journal_that_is_not_understood_is_set_aside_whole(tmp_path: Path, how: str) -> None:
    path = tmp_path / "jobs.sqlite"
    damaged(path, how)
    before = path.read_bytes() if path.is_file() else None
    journal = Journal(path)
    assert not list(journal.jobs())
    journal.put(FULL)
    journal.close()
    assert list(Journal(path).jobs()) == [FULL]
    aside = tmp_path / "aside" / "1" / "jobs.sqlite"
    assert aside.exists()
    if how in ("header", "short", "text"):  # SQLite itself leaves its mark in the others
        assert aside.read_bytes() == before
    assert (tmp_path / "aside" / "1" / "why.txt").read_text().startswith("jobs.sqlite: ")
    Journal(path).close()
    assert not (tmp_path / "aside" / "2").exists()


def test_a_log_whose_database_is_gone_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "jobs.sqlite"
    journal = Journal(path)
    journal.put(FULL)
    path.unlink()
    words = (tmp_path / "jobs.sqlite-wal").read_bytes()
    assert words
    assert not list(Journal(path).jobs())
    assert (tmp_path / "aside" / "1" / "jobs.sqlite-wal").read_bytes() == words


def test_a_journal_that_another_program_holds_stays_and_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("restyle_server.jobs.journal.BUSY_SECONDS", 0.05)
    Journal(tmp_path / "jobs.sqlite").close()
    other = sqlite3.connect(tmp_path / "jobs.sqlite", isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(JournalHeld, match="end that program"):
        Journal(tmp_path / "jobs.sqlite")
    other.close()
    assert not (tmp_path / "aside").exists()


ODD_ROWS = [
    ("0", 1, '{"id": 5}'),
    ("2", 9, b"\xff"),
    ("3", 2, encode(FULL)),  # another job's
    ("../../x", 3, encode(replace(FULL, id="../../x"))),
    ("4", 4, encode(replace(FULL, id="4", state=JobState.QUEUED, order=None))),
    ("5", 5, encode(replace(FULL, id="5", state=JobState.UPLOADING))),
    ("6", 6, encode(replace(FULL, id="6", result=None))),
    ("7", 7, b"[" * 100_000),
    ("8", 8, encode(replace(FULL, id="8")).replace(b"SUCCEEDED", b"DREAMING")),
    (b"\xff", "x", 5),
]


def test_one_bad_record_hides_no_other_and_is_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "jobs.sqlite")
    journal.put(FULL)
    with sqlite3.connect(tmp_path / "jobs.sqlite") as database:
        database.executemany("INSERT INTO jobs VALUES(?, ?, ?)", ODD_ROWS)
        database.execute("INSERT INTO jobs VALUES('9', 9, CAST(x'ff' AS TEXT))")
    assert list(journal.jobs()) == [FULL]
    kept = [path.read_text() for path in sorted((tmp_path / "aside" / "1").glob("record-*"))]
    assert len(kept) == len(ODD_ROWS) + 1
    for row in ODD_ROWS:
        assert repr(row) in kept
    assert list(journal.jobs()) == [FULL]
    assert not (tmp_path / "aside" / "2").exists()


def test_a_journal_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "jobs.sqlite")
    journal.close()
    with pytest.raises(JournalFailure):
        journal.put(FULL)
