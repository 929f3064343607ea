"""Whatever happens to the journal, to a result's file or to the clock: nothing is lost that was there, and nothing wrong is given out as right."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from calls import Clock, calling, details, order, pixels, until
from fake_engine import painted_bytes, runs
from places import Place, Serving
from promise_table import Promised, Sized
from restyle_server.jobs.ages import SHARE
from restyle_server.limits import Limits
from restyle_server.server import running
from restyle_server.wire import restyle_pb2 as wire

DAY = 24 * 3600.0
ENDLESS = {"steps": 100_000, "step_ms": 2}


def _written(path: Path, begin: int, words: bytes) -> None:
    content = bytearray(path.read_bytes())
    content[begin : begin + len(words)] = words
    path.write_bytes(content)


def _shortened(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _emptied(path: Path) -> None:
    os.truncate(path, 0)


def _of_another_version(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 9")
    database.close()


def _of_unreadable_records(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("UPDATE jobs SET record = substr(record, 1, 40)")
    database.close()


def _with_a_bad_page(path: Path) -> None:
    _written(path, path.stat().st_size - 4096, os.urandom(4096))


DAMAGES: dict[str, Callable[[Path], None]] = {
    "missing": Path.unlink,
    "empty": _emptied,
    "cut short": _shortened,
    "garbage header": lambda path: _written(path, 0, b"\xff" * 100),
    "bad page": _with_a_bad_page,
    "another version": _of_another_version,
    "unreadable records": _of_unreadable_records,
}


async def test_no_damage_of_the_journal_loses_a_result_or_a_waiting_job(
    serving: Serving, sized: Sized, promised: Promised, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every kind of damage, one after the other, to the same folder; the results of all rounds have to come through all of them."""
    count, made, aside = sized(20, 3), {}, 0
    for number, (name, damage) in enumerate(DAMAGES.items()):
        async with serving(script={"seeds": {"99": ENDLESS}}) as place:
            journal = place.config.state_dir / "jobs.sqlite"
            for seed in range(number * count, (number + 1) * count):
                job = await place.caller.create(order(seed=seed % 90, label=name))
                assert (await place.caller.end(job.id)).state == wire.SUCCEEDED
                made[job.id] = seed % 90
            running = await place.caller.create(order(seed=99))
            await place.caller.begun(running.id)
            waiting = await place.caller.create(order(seed=7))
            place.server.store.end_watching()
            monkeypatch.setattr(place.server.store, "move", lambda *_, **__: None)  # it is killed: nothing is written at its end
            monkeypatch.setattr(place.server.store, "running", list)
        damage(journal)
        async with serving() as place:
            for job_id, seed in made.items():
                assert await place.caller.read(job_id) == painted_bytes(pixels(seed), seed), name
            listed = {job.id: job for job in (await place.caller.call("ListJobs", page_size=500)).jobs}
            assert {job_id for job_id, job in listed.items() if job.state == wire.SUCCEEDED} >= set(made)
            assert listed[running.id].error.reason == "SERVER_RESTARTED"
            assert (await place.caller.end(waiting.id)).state == wire.SUCCEEDED
            made[waiting.id] = 7
            assert all(listed[job_id].label == name for job_id in list(made)[-count - 1 : -1])
        places = list((place.config.state_dir / "aside").glob("*"))
        assert len(places) >= aside
        aside = len(places)
    assert sorted(runs(place.config.state_dir)) == sorted(set(runs(place.config.state_dir)))  # nothing is painted twice
    assert aside == len(DAMAGES) - 2  # of a journal that is missing or empty nothing is left to be set aside
    promised("journal", f"damaged in {len(DAMAGES)} ways: every result is there, what waited is painted, once", "all of {}", len(made))


async def test_what_is_not_understood_is_never_deleted(serving: Serving, tmp_path: Path) -> None:
    async with serving() as place:
        jobs = place.config.state_dir / "jobs"
        done = await place.caller.create(order(seed=1))
        old, odd = await place.caller.create(order(seed=2)), await place.caller.create(order(seed=3))
        for job in (done, old, odd):
            await place.caller.end(job.id)
    (jobs / done.id / "notes.txt").write_text("mine")
    (jobs / old.id / "record").unlink()  # as an older server left it
    (jobs / odd.id / "record").write_bytes(b"{")
    (jobs / "somebody's").mkdir()
    (jobs / "somebody's" / "payload-0").write_bytes(b"1")
    (jobs / "file").write_bytes(b"2")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "payload-0").write_bytes(b"3")
    (jobs / "0123456789abcdef").symlink_to(tmp_path / "pictures")
    (place.config.state_dir / "jobs.sqlite").unlink()
    async with serving() as place:
        assert await place.caller.read(done.id) == painted_bytes(pixels(1), 1)
        listed = (await place.caller.call("ListJobs")).jobs
        assert [job.id for job in listed] == [done.id]
    assert (jobs / done.id / "notes.txt").read_text() == "mine"
    [aside] = [path for path in (place.config.state_dir / "aside").iterdir() if (path / "file").exists()]
    assert (aside / old.id / "result").read_bytes() == painted_bytes(pixels(2), 2)
    assert (aside / odd.id / "result").read_bytes() == painted_bytes(pixels(3), 3)
    assert (aside / "somebody's" / "payload-0").read_bytes() == b"1"
    assert (aside / "file").read_bytes() == b"2"
    assert (aside / "0123456789abcdef").is_symlink()
    assert (tmp_path / "pictures" / "payload-0").read_bytes() == b"3"
    assert len((aside / "why.txt").read_text().splitlines()) == 5


async def test_a_folder_of_an_older_server_gets_its_record_while_there_is_a_journal(serving: Serving) -> None:
    async with serving() as place:
        job = await place.caller.create(order(seed=1))
        await place.caller.end(job.id)
    record = place.config.state_dir / "jobs" / job.id / "record"
    record.unlink()
    async with serving():
        assert record.exists()
    (place.config.state_dir / "jobs.sqlite").unlink()
    async with serving() as place:
        assert await place.caller.read(job.id) == painted_bytes(pixels(1), 1)


async def test_a_record_that_does_not_fit_its_result_gives_way_to_one_that_does(serving: Serving) -> None:
    async with serving() as place:
        job = await place.caller.create(order(seed=1))
        await place.caller.end(job.id)
        result = place.server.store.get(job.id).result
    assert result is not None
    with sqlite3.connect(place.config.state_dir / "jobs.sqlite") as database:
        [record] = database.execute("SELECT record FROM jobs").fetchone()
        other = record.replace(b'"crc32":%d' % result.crc32, b'"crc32":5')
        assert other != record
        database.execute("UPDATE jobs SET record = ?", (other,))
    database.close()
    async with serving() as place:
        assert await place.caller.read(job.id) == painted_bytes(pixels(1), 1)


async def test_a_state_folder_that_was_moved_has_its_results(serving: Serving, tmp_path: Path) -> None:
    async with serving() as place:
        job = await place.caller.create(order(seed=1))
        await place.caller.end(job.id)
    (tmp_path / "state").rename(tmp_path / "elsewhere")
    async with running(replace(place.config, state_dir=tmp_path / "elsewhere")) as server, calling(server.address, server.token) as caller:
        assert await caller.read(job.id) == painted_bytes(pixels(1), 1)


async def test_an_upload_that_a_killed_server_left_is_cleared_away(serving: Serving) -> None:
    async with serving() as place:
        jobs = place.config.state_dir / "jobs"
    folder = jobs / "00112233445566aa"
    folder.mkdir()
    (folder / "uploading").touch()
    (folder / "payload-0").write_bytes(b"half of it")
    async with serving() as place:
        assert place.job_folders() == []
    assert not (place.config.state_dir / "aside").exists()


# ---- results ----


def _cut(path: Path) -> None:
    os.truncate(path, 100)


def _grown(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"more")


def _changed(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[77] ^= 1
    path.write_bytes(content)


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


SPOILT: dict[str, Callable[[Path], None]] = {
    "empty": _emptied,
    "cut short": _cut,
    "grown": _grown,
    "changed": _changed,
    "a folder": _a_folder,
    "a pipe": _a_pipe,
}


@pytest.mark.parametrize("restarted", [False, True], ids=["while it serves", "before a start"])
async def test_a_result_that_is_not_what_was_painted_is_never_given_out(serving: Serving, promised: Promised, restarted: bool) -> None:
    made = {}
    async with serving() as place:
        jobs = place.config.state_dir / "jobs"
        for seed, name in enumerate(SPOILT):
            made[name] = await place.caller.create(order(seed=seed))
            await place.caller.end(made[name].id)
        good = await place.caller.create(order(seed=50))
        await place.caller.end(good.id)
        if not restarted:
            await _all_are_refused(place, jobs, made)
    if restarted:
        for name, spoil in SPOILT.items():
            spoil(jobs / made[name].id / "result")
        async with serving() as place:
            listed = {job.id: job for job in (await place.caller.call("ListJobs")).jobs}
            for job in made.values():
                assert (listed[job.id].state, listed[job.id].error.reason) == (wire.EXPIRED, "RESULT_DAMAGED")
            assert await place.caller.read(good.id) == painted_bytes(pixels(50), 50)
            await _all_are_refused(place, jobs, {})
            for job in made.values():
                await _refused(place, job.id)
    when = "before a start" if restarted else "while the server runs"
    promised("results", f"cut, grown, changed or replaced {when}: DATA_LOSS when read, EXPIRED in lists, the file kept", "all of {}", len(made))


async def _all_are_refused(place: Place, jobs: Path, made: dict[str, wire.Job]) -> None:
    for name, job in made.items():
        SPOILT[name](jobs / job.id / "result")
        await _refused(place, job.id)
        found = await place.caller.call("GetJob", id=job.id)
        assert (found.state, found.error.reason) == (wire.EXPIRED, "RESULT_DAMAGED")
        await _refused(place, job.id)  # and stays so


async def _refused(place: Place, job_id: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await place.caller.read(job_id)
    assert (refused.value.code(), details(refused.value)["ErrorInfo"].reason) == (grpc.StatusCode.DATA_LOSS, "RESULT_DAMAGED")
    assert "paint it again" in (refused.value.details() or "")
    assert list((place.config.state_dir / "aside").glob(f"*/{job_id}/result"))


async def test_a_damage_behind_the_offset_is_found_too(serving: Serving) -> None:
    async with serving() as place:
        job = await place.caller.create(order(seed=1))
        await place.caller.end(job.id)
        assert await place.caller.read(job.id, 100) == painted_bytes(pixels(1), 1)[100:]
        _changed(place.config.state_dir / "jobs" / job.id / "result")
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await place.caller.read(job.id, 100)
        assert refused.value.code() is grpc.StatusCode.DATA_LOSS


async def test_results_that_are_many_are_read_through_beside_the_work(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as place:
        made = [await place.caller.create(order(seed=seed)) for seed in range(3)]
        for job in made:
            await place.caller.end(job.id)
    _changed(place.config.state_dir / "jobs" / made[0].id / "result")
    _cut(place.config.state_dir / "jobs" / made[1].id / "result")
    monkeypatch.setattr("restyle_server.jobs.results.AT_ONCE_BYTES", 0)
    async with serving() as place:

        async def states() -> list[int]:
            return [(await place.caller.call("GetJob", id=job.id)).state for job in made]

        assert (await states())[1:] == [wire.EXPIRED, wire.SUCCEEDED]  # lengths are looked at before it serves

        async def found() -> bool:
            return (await states())[0] == wire.EXPIRED

        await until(found)
        assert (await states())[2] == wire.SUCCEEDED


@pytest.mark.parametrize(("spoil", "word"), [(Path.unlink, "gone"), (_cut, "damaged"), (_changed, "damaged"), (_a_folder, "damaged")])
async def test_a_start_from_a_painting_that_is_gone_or_damaged_is_refused_in_a_sentence(serving: Serving, spoil: Callable[[Path], object], word: str) -> None:
    async with serving() as place:
        first = await place.caller.create(order(seed=1))
        await place.caller.end(first.id)
        spoil(place.config.state_dir / "jobs" / first.id / "result")
        spec = order(seed=2, start=wire.Start(job_id=first.id))
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await place.caller.create(spec)
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert details(refused.value)["BadRequest"].field_violations[0].field == "spec.start.job_id"
        assert word in (refused.value.details() or "")
        assert (await place.caller.call("GetJob", id=first.id)).state == wire.EXPIRED
        assert runs(place.config.state_dir) == [first.id]


# ---- the clock ----


@pytest.mark.parametrize("lifetime", [wire.DETACHED, wire.ATTACHED])
async def test_no_jump_of_the_clock_lets_a_result_go(serving: Serving, promised: Promised, lifetime: int) -> None:
    clock, jumps = Clock(), (8 * DAY, -16 * DAY, 10_000 * DAY, -19_600 * DAY, 9_000 * DAY)
    async with serving(clock) as place:
        job = await place.caller.create(order(seed=1, lifetime=lifetime))
        await place.caller.end(job.id)
        for jump in jumps:
            clock.jump(jump)
            place.server.sweep()
            assert (await place.caller.call("GetJob", id=job.id)).state == wire.SUCCEEDED
        clock.turn(8 * DAY)  # both clocks, as when the machine slept
        place.server.sweep()
        assert (await place.caller.call("GetJob", id=job.id)).state == wire.SUCCEEDED
    for jump in jumps:
        clock.jump(jump)
        async with serving(clock) as place:
            place.server.sweep()
            assert await place.caller.read(job.id) == painted_bytes(pixels(1), 1)
    name = "DETACHED" if lifetime == wire.DETACHED else "ATTACHED"
    promised("clock", f"days and years forward and back, serving or not: no {name} result goes at a sweep", "0 gone in {} jumps", 2 * len(jumps))


async def test_what_was_kept_for_its_time_goes_however_the_clock_stands(serving: Serving) -> None:
    clock = Clock()
    async with serving(clock, limits=Limits(keep_detached_seconds=1000)) as place:
        job = await place.caller.create(order(seed=1))
        await place.caller.end(job.id)
        clock.jump(-5 * DAY)
        clock.pass_by(500, place.server.sweep)
        assert (await place.caller.call("GetJob", id=job.id)).state == wire.SUCCEEDED
    async with serving(clock, limits=Limits(keep_detached_seconds=1000)) as place:  # half of its time is over, for the next server too
        clock.pass_by(499, place.server.sweep)
        assert (await place.caller.call("GetJob", id=job.id)).state == wire.SUCCEEDED
        clock.turn(1)
        place.server.sweep()
        assert (await place.caller.call("GetJob", id=job.id)).state == wire.EXPIRED


async def test_time_without_a_server_counts_a_little_at_a_time(serving: Serving) -> None:
    clock, limits = Clock(), Limits(keep_detached_seconds=1600)
    async with serving(clock, limits=limits) as place:
        job = await place.caller.create(order(seed=1))
        await place.caller.end(job.id)
    for number in range(SHARE):
        clock.turn(50 * DAY)
        async with serving(clock, limits=limits) as place:
            place.server.sweep()
            state = (await place.caller.call("GetJob", id=job.id)).state
            assert (state == wire.EXPIRED) == (number == SHARE - 1)


@pytest.mark.parametrize("words", ["", "[]", "nonsense", '[{"detached": 1e308, "attached": 1e308, "wall": 0, "number": 0}, 5]', "[" * 100_000])
async def test_a_damaged_file_of_ages_makes_nothing_older(serving: Serving, words: str) -> None:
    clock = Clock()
    async with serving(clock) as place:
        job = await place.caller.create(order(seed=1))
        await place.caller.end(job.id)
    (place.config.state_dir / "ages.json").write_text(words)
    async with serving(clock) as place:
        clock.turn(1)
        place.server.sweep()
        assert (await place.caller.call("GetJob", id=job.id)).state == wire.SUCCEEDED


async def test_times_and_numbers_hold_when_the_clock_is_set_back(serving: Serving) -> None:
    clock = Clock()
    async with serving(clock, script={"gate": "go"}) as place:
        job = await place.caller.create(order(seed=1))
        await place.caller.begun(job.id)
        first = (await place.caller.watch(job.id).read()).sequence
        clock.jump(-3 * DAY)
        (place.config.state_dir / "go").touch()
        ended = await place.caller.end(job.id)
        assert ended.created <= ended.started <= ended.ended
    async with serving(clock) as place:
        assert (await place.caller.watch(job.id).read()).sequence > first
