"""Promises about the client and the real front end together; only the engine is a fake."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from calls import PATIENCE
from client.fake_servers import stop_server, write_launcher
from client.pictures import plane
from client.proxy import Proxy
from client.pythons import CLIENT, pythons, version
from fake_engine import painted_bytes, write_script
from restyle_client import (
    Cancellation,
    Download,
    InvalidRequest,
    Job,
    JobCancelled,
    JobFailed,
    JobRequest,
    JobState,
    Lifetime,
    NotFound,
    Parameters,
    Plane,
    Preview,
    Progress,
    ServerNotFound,
    StyleUse,
    Unauthenticated,
    Unimplemented,
    Upload,
    WrongState,
    connect,
    connect_async,
)
from restyle_client.discovery import find_endpoint

SLOW = 101  # seeds that the script of the fake engine knows
FAULTY = 102
VISIBLE = 103  # long enough for events, of which there are 10 a second


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One server for the whole module, started as clients start it."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "state").mkdir()
    (folder / "data").mkdir()
    write_launcher(folder)
    write_script(
        folder / "state",
        steps=4,
        step_ms=1,
        seeds={str(SLOW): {"steps": 5000, "step_ms": 20}, str(FAULTY): {"oom_at": 2}, str(VISIBLE): {"steps": 30, "step_ms": 20}},
    )
    with pytest.MonkeyPatch.context() as patch:
        _use(folder, patch)
        connect().close()
        yield folder
        stop_server(folder)


def _use(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("RESTYLE_STATE_DIR", str(folder / "state"))
    patch.setenv("RESTYLE_DATA_DIR", str(folder / "data"))


@pytest.fixture(autouse=True)
def folders(served: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    _use(served, monkeypatch)
    return served


def order(content: Plane | None = None, seed: int = 1, **fields: Any) -> JobRequest:
    return JobRequest(content or plane(shift=seed), (StyleUse.plane(plane(16, 16)),), parameters=Parameters(seed=seed), **fields)


def expected(request: JobRequest) -> bytes:
    return painted_bytes(bytes(request.content.data), request.parameters.seed or 0)


def test_three_clients_at_once_each_get_their_own_picture() -> None:
    requests = [order(plane(48, 32, shift=seed), seed) for seed in range(1, 10)]
    results: dict[int, bytes] = {}

    def paint(mine: list[JobRequest]) -> None:
        with connect(start=False) as session:
            for request in mine:
                results[request.parameters.seed or 0] = bytes(session.restyle(request).plane.data)

    threads = [threading.Thread(target=paint, args=(requests[start::3],)) for start in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {request.parameters.seed: expected(request) for request in requests}


def test_a_painting_tells_its_progress_and_shows_previews_on_the_callers_thread() -> None:
    events: list[Any] = []
    threads = set()

    def on_event(event: Any) -> None:
        events.append(event)
        threads.add(threading.current_thread())

    content = plane(64, 64, icc=None)
    with connect(start=False) as session:
        result = session.restyle(order(content, VISIBLE), on_event, preview_size=32)
    assert result.plane.format == content.format
    assert result.job.state is JobState.SUCCEEDED
    assert result.job.resolved is not None
    assert (result.job.resolved.seed, result.job.resolved.preset, result.job.resolved.color) == (VISIBLE, "standard", "style")
    assert result.job.weights is not None
    assert result.job.weights.id == "vgg16"
    assert {type(event) for event in events} == {Job, Upload, Download, Progress, Preview}
    assert all(max(event.width, event.height) <= 32 for event in events if isinstance(event, Preview))
    assert threads == {threading.current_thread()}


def test_cancelling_a_running_job_stops_it_and_leaves_the_next_one_alone() -> None:
    wish = Cancellation()
    with connect(start=False) as session:
        with pytest.raises(JobCancelled) as caught:
            session.restyle(order(seed=SLOW), lambda event: wish.cancel() if isinstance(event, Progress) else None, wish)
        assert caught.value.job is not None
        assert session.get(caught.value.job.id).state is JobState.CANCELLED
        request = order(seed=5)
        assert session.restyle(request).plane.data == expected(request)


def test_finishing_a_running_job_returns_what_there_is() -> None:
    wish = Cancellation()
    request = order(seed=SLOW)
    with connect(start=False) as session:
        result = session.restyle(request, lambda event: wish.finish() if isinstance(event, Progress) else None, wish)
    assert result.job.finished_early
    assert result.plane.data == expected(request)


def test_an_exception_in_a_listener_cancels_the_job() -> None:
    seen: list[Job] = []

    def clumsy(event: Any) -> None:
        if isinstance(event, Job):
            seen.append(event)
            raise ZeroDivisionError

    with connect(start=False) as session:
        with pytest.raises(ZeroDivisionError):
            session.restyle(order(seed=SLOW), clumsy)
        assert session.get(seen[0].id).state is JobState.CANCELLED


def test_a_job_that_runs_out_of_memory_says_what_to_do() -> None:
    with connect(start=False) as session, pytest.raises(JobFailed, match="choose a size") as caught:
        session.restyle(order(seed=FAULTY))
    assert caught.value.reason == "OUT_OF_MEMORY"


def test_a_report_tells_every_scale_and_step() -> None:
    with connect(start=False) as session:
        result = session.restyle(order(report=True))
        report = session.report(result.job.id)
        assert [step.step for step in report.steps] == [1, 2, 3, 4]
        assert report.steps[-1] == result.job.progress
        [scale] = report.scales
        assert (scale.width, scale.height, scale.evaluations) == (result.plane.width, result.plane.height, 4)
        assert len(scale.picture.rgba) == scale.picture.width * scale.picture.height * 4
        plain = session.restyle(order())
        with pytest.raises(NotFound, match="without a report"):
            session.report(plain.job.id)


def test_a_detached_job_is_watched_read_listed_and_deleted_by_its_id() -> None:
    request = order(seed=7, lifetime=Lifetime.DETACHED, label="evening light")
    with connect(start=False) as first:
        job_id = first.create(request).id
        assert first.create(request).id == job_id  # the same request is the same job
    with connect(start=False) as second:
        assert [event.state for event in second.watch(job_id) if isinstance(event, Job)][-1] is JobState.SUCCEEDED
        assert second.read(job_id).plane.data == expected(request)
        mine = [job for job in second.list((JobState.SUCCEEDED,)) if job.id == job_id]
        assert [(job.label, job.lifetime) for job in mine] == [("evening light", Lifetime.DETACHED)]
        assert second.list(all_clients=False) == []
        second.delete(job_id)
        with pytest.raises(NotFound):
            second.get(job_id)
        with pytest.raises(NotFound):
            second.read(job_id)


def test_a_watch_that_is_left_early_leaves_the_session_usable() -> None:
    with connect(start=False) as session:
        job = session.create(order(seed=SLOW))
        watching = session.watch(job.id)
        assert isinstance(next(watching), Job)
        watching.close()  # type: ignore[attr-defined]
        assert session.cancel(job.id).id == job.id
        assert [event.state for event in session.watch(job.id) if isinstance(event, Job)][-1] is JobState.CANCELLED


def test_threads_share_a_session() -> None:
    requests = [order(seed=seed) for seed in range(40, 44)]
    results: dict[int, bytes] = {}
    with connect(start=False) as session:

        def paint(request: JobRequest) -> None:
            results[request.parameters.seed or 0] = bytes(session.restyle(request).plane.data)

        threads = [threading.Thread(target=paint, args=(request,)) for request in requests]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert results == {request.parameters.seed: expected(request) for request in requests}


def test_closing_a_session_ends_its_thread() -> None:
    def own() -> int:
        return sum(thread.name == "restyle-client" for thread in threading.enumerate())

    sessions = [connect(start=False) for _ in range(3)]
    assert own() == 3
    for session in sessions:
        session.close()
    assert own() == 0


def test_finishing_a_job_that_waits_is_refused() -> None:
    with connect(start=False) as session:
        running, waiting = (session.create(order(seed=SLOW, request_id=name)) for name in ("first", "second"))
        try:
            with pytest.raises(WrongState):
                session.finish(waiting.id)
        finally:
            session.cancel(waiting.id)
            session.cancel(running.id)


def test_the_server_tells_about_itself_and_estimates() -> None:
    with connect(start=False) as session:
        info = session.info()
        estimate = session.estimate(order(plane(64, 32)))
    assert (info.api, info.state) == ("restyle.v1", "serving")
    assert info.limits.max_pixels > 0
    assert (estimate.work_width, estimate.work_height) == (64, 32)
    assert estimate.largest_size > 0


def test_an_invalid_order_is_refused_at_once_however_large_its_pictures_are() -> None:
    large = plane(4096, 2048)
    request = JobRequest(large, (StyleUse.library("no-such-style"),))
    sent: list[Any] = []
    with connect(start=False) as session:
        with pytest.raises((InvalidRequest, NotFound), match="no-such-style"):
            session.create(request, sent.append)
        with pytest.raises(InvalidRequest) as caught:
            session.create(JobRequest(large, (StyleUse.plane(plane(16, 16), scale=99.0),)))
        assert caught.value.field == "spec.styles[0].scale"


def test_a_large_picture_comes_back_byte_for_byte() -> None:
    request = order(plane(2048, 1024), seed=3)
    with connect(start=False) as session:
        assert session.restyle(request).plane.data == expected(request)


async def test_a_cut_wire_costs_no_job_and_no_byte(served: Path) -> None:
    endpoint = find_endpoint(served / "state")
    assert endpoint is not None
    request = order(plane(1024, 1024), seed=VISIBLE)
    async with Proxy(endpoint.address) as proxy, connect_async(address=proxy.address, token=endpoint.token) as session:
        cuts = {"watch": False, "read": False}

        def on_event(event: Any) -> None:
            if isinstance(event, Progress) and not cuts["watch"]:
                cuts["watch"] = True
                proxy.cut()
            if isinstance(event, Download) and not cuts["read"] and event.done > event.total // 2:
                cuts["read"] = True
                proxy.cut()

        result = await session.restyle(request, on_event)
    assert cuts == {"watch": True, "read": True}
    assert result.plane.data == expected(request)
    assert proxy.connections >= 3


async def test_a_wire_cut_during_the_upload_makes_one_job(served: Path) -> None:
    endpoint = find_endpoint(served / "state")
    assert endpoint is not None
    request = order(plane(2048, 1024), seed=12)
    async with Proxy(endpoint.address) as proxy, connect_async(address=proxy.address, token=endpoint.token) as session:
        cut: list[bool] = []

        def on_event(event: Any) -> None:
            if not cut:
                cut.append(True)
                proxy.cut()

        job = await session.create(request, on_event)
        known = [each for each in await session.list() if each.request_id == request.request_id]
        await session.cancel(job.id)
    assert len(known) == 1


async def test_many_calls_share_one_connection(served: Path) -> None:
    endpoint = find_endpoint(served / "state")
    assert endpoint is not None
    async with Proxy(endpoint.address) as proxy, connect_async(address=proxy.address, token=endpoint.token) as session:
        requests = [order(seed=seed) for seed in range(20, 26)]
        results = await asyncio.gather(*(session.restyle(request) for request in requests))
    assert [result.plane.data for result in results] == [expected(request) for request in requests]
    assert proxy.connections == 1


PAINT = """
import sys
sys.path.insert(0, sys.argv[1])
from restyle_client import Channels, Depth, JobRequest, Parameters, PixelFormat, Plane, StyleUse, connect
content = Plane(PixelFormat(Channels.RGBA, Depth.U8), 600, 500, bytes(range(250)) * 4800)
style = StyleUse.plane(Plane(PixelFormat(Channels.GRAY, Depth.U8), 16, 16, bytes(256)))
with connect(address=sys.argv[2], token=sys.argv[3]) as session:
    sys.stdout.buffer.write(session.restyle(JobRequest(content, (style,), parameters=Parameters(seed=4))).plane.data)
"""


@pytest.mark.parametrize("python", pythons(), ids=version)
def test_a_bare_python_paints(served: Path, python: str) -> None:
    endpoint = find_endpoint(served / "state")
    assert endpoint is not None
    done = subprocess.run(
        [python, "-I", "-S", "-W", "error", "-c", PAINT, str(CLIENT.parent), endpoint.address, endpoint.token],
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout == painted_bytes(bytes(range(250)) * 4800, 4)


def test_another_token_is_told_as_such(served: Path) -> None:
    endpoint = find_endpoint(served / "state")
    assert endpoint is not None
    with pytest.raises(Unauthenticated, match="token"):
        connect(address=endpoint.address, token="wrong")


def test_an_address_without_a_server_is_told_as_such() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # and doesn't listen
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(ServerNotFound, match=address):
            connect(address=address, token="any")
    with pytest.raises(InvalidRequest, match="HOST:PORT"):
        connect(address="somewhere", token="any")


def test_weights_that_nobody_offers_are_refused() -> None:
    with connect(start=False) as session, pytest.raises((InvalidRequest, NotFound, Unimplemented)):
        session.install_weights("../../etc/passwd")
