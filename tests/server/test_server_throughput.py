"""How long it will take: learned from the first job on, kept across restarts, never from another machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from calls import order
from places import Serving
from restyle_engine.optim.plan import Stage, plan
from restyle_engine.parameters import Parameters, Precision, Preset, Resolved, resolve
from restyle_server.devices.throughput import FILE, KEEP_SECONDS, Throughput, Throughputs
from restyle_server.worker.messages import ScaleTime, Timing

FIXED, PER_PIXEL = 0.02, 1e-5  # seconds of an evaluation on the machine of these tests
START, BETWEEN = 1.5, 3.0


def work(size: int, preset: Preset = Preset.STANDARD, precision: Precision = Precision.FP32) -> Resolved:
    return resolve(Parameters(preset=preset, size=size, precision=precision), 2 * size, 2 * size, "cpu", bf16=False)


def evaluation(pixels: float) -> float:
    return FIXED + PER_PIXEL * pixels


def took(resolved: Resolved, slower: float = 1.0) -> Timing:
    """What the machine of these tests takes for it."""
    scales = plan(resolved.width, resolved.height, resolved.preset, resolved.evaluations)
    times = tuple(ScaleTime(round(s.load), s.evaluations - 1, slower * (s.evaluations - 1) * evaluation(s.load), n) for n, s in enumerate(scales, 1))
    rest = slower * sum(BETWEEN * evaluation(scale.pixels) for scale in times)
    return Timing(START + sum(scale.seconds for scale in times) + rest, START, times)


@pytest.mark.parametrize(("learned", "asked"), [(256, 1024), (1024, 256), (512, 512)])
def test_one_job_teaches_the_time_of_every_size_and_preset(learned: int, asked: int) -> None:
    throughput = Throughput()
    throughput.learn(took(work(learned, Preset.DRAFT)), warm=False)
    expected = took(work(asked, Preset.FINE)).seconds
    assert expected / 1.1 < throughput.seconds(work(asked, Preset.FINE), warm=False) < 1.1 * expected


def test_a_machine_that_has_become_slower_is_believed_after_some_jobs() -> None:
    throughput = Throughput()
    for slower in (1.0, *[3.0] * 12):
        throughput.learn(took(work(512), slower), warm=False)
    assert throughput.seconds(work(512), warm=False) == pytest.approx(took(work(512), 3.0).seconds, rel=0.1)


def test_a_worker_that_has_painted_needs_not_load_the_network_again() -> None:
    throughput = Throughput()
    throughput.learn(took(work(512)), warm=False)
    first = throughput.seconds(work(512), warm=False)
    guessed = throughput.seconds(work(512), warm=True)
    assert guessed < first
    quicker = took(work(512))
    throughput.learn(Timing(quicker.seconds - START + 0.1, 0.1, quicker.scales), warm=True)
    assert first - throughput.seconds(work(512), warm=True) == pytest.approx(START - 0.1)


def test_a_job_that_was_stopped_at_once_teaches_nothing() -> None:
    throughput = Throughput()
    throughput.learn(Timing(3.0, 2.9, (ScaleTime(10_000, 0, 0.0, 1),)), warm=False)
    assert not throughput.scales


def test_the_finish_and_details_are_learned_as_what_they_cost(tmp_path: Path) -> None:
    large = work(2048, Preset.FINE)
    scales = plan(large.width, large.height, large.preset, large.evaluations)
    times = tuple(ScaleTime(s.width * s.height, s.evaluations, s.evaluations * PER_PIXEL * s.load, n) for n, s in enumerate(scales, 1))
    throughputs = Throughputs(tmp_path)
    throughputs.learn("cpu: X", large, Timing(sum(one.seconds for one in times), 0.0, times), warm=True)
    assert {scale.stage for scale in scales} == set(Stage)
    assert throughputs.seconds("cpu: X", large, warm=True) == pytest.approx(sum(one.seconds for one in times))
    assert throughputs.seconds("cpu: X", work(512), warm=True) == pytest.approx(
        PER_PIXEL * sum(s.evaluations * s.load for s in plan(512, 512, Preset.STANDARD, 60))
    )


@pytest.mark.parametrize("preset", [Preset.DRAFT, Preset.STANDARD])
def test_a_frame_that_follows_takes_its_shorter_plan_and_the_flow(tmp_path: Path, preset: Preset) -> None:
    throughputs = Throughputs(tmp_path)
    throughputs.learn("cpu: X", work(512), Timing(10 * PER_PIXEL * 512 * 512, 0.0, (ScaleTime(512 * 512, 10, 10 * PER_PIXEL * 512 * 512, 1),)), warm=True)
    asked = work(512, preset)
    alone, one, two = (throughputs.seconds("cpu: X", asked, warm=True, previous=count) or 0.0 for count in (0, 1, 2))
    flow = two - one
    assert one - flow < 0.45 * alone
    assert 0.1 < flow < 1.0  # s, at 512 px, of three looks
    large = [throughputs.seconds("cpu: X", work(4096, preset), warm=True, previous=count) or 0.0 for count in (1, 2)]
    assert large[1] - large[0] < 3  # it is searched at 1024 px, whatever its size


def test_what_was_learned_outlives_the_server_and_a_damaged_file_does_not_stop_it(tmp_path: Path) -> None:
    throughputs = Throughputs(tmp_path)
    assert throughputs.seconds("cpu: X", work(512), warm=False) is None
    throughputs.learn("cpu: X", work(512), took(work(512)), warm=False)
    throughputs.keep()
    known = throughputs.seconds("cpu: X", work(256), warm=False)
    assert Throughputs(tmp_path).seconds("cpu: X", work(256), warm=False) == known
    assert Throughputs(tmp_path).seconds("cpu: another", work(256), warm=False) is None
    assert Throughputs(tmp_path).seconds("cpu: X", work(256, precision=Precision.BF16), warm=False) == known  # better than nothing
    for words in ("nonsense", "[]", '{"cpu": 3}', '{"cpu": {"scales": [[1, NaN, 2]], "cold": [], "warm": [], "between": 0}}'):
        (tmp_path / FILE).write_text(words)
        assert Throughputs(tmp_path).seconds("cpu: X", work(512), warm=False) is None


def test_what_was_learned_is_written_now_and_then_and_not_with_every_job(tmp_path: Path) -> None:
    throughputs = Throughputs(tmp_path)
    written = []
    for now in (0.0, KEEP_SECONDS / 2, KEEP_SECONDS):
        throughputs.learn("cpu: X", work(512), took(work(512)), warm=False)
        throughputs.sweep(now)
        written.append((tmp_path / FILE).read_bytes())
    assert written[0] == written[1] != written[2]


async def test_the_server_knows_the_time_after_the_first_job_and_after_a_restart(serving: Serving) -> None:
    async with serving(script={"step_ms": 5}) as place:
        assert (await place.caller.call("EstimateJob", spec=order())).seconds == -1
        await place.caller.end((await place.caller.create(order(seed=1))).id)
        assert (await place.caller.call("EstimateJob", spec=order())).seconds > 0
    async with serving() as place:
        assert (await place.caller.call("EstimateJob", spec=order())).seconds > 0


async def test_the_native_size_is_what_the_device_s_own_pace_allows(serving: Serving) -> None:
    async with serving(script={"step_ms": 60}) as place:
        large = order()
        large.content.width = large.content.height = 2000
        large.parameters.native_size, large.parameters.evaluations = True, 1
        assert (await place.caller.call("EstimateJob", spec=large)).work_width == 2000
        await place.caller.end((await place.caller.create(order(seed=1))).id)
        assert (await place.caller.call("EstimateJob", spec=large)).work_width < 2000
