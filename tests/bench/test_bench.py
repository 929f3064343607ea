"""Owns the promises of the measuring beside the textbook: python tests/bench."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from bench.__main__ import app
from bench.chart import drawn
from bench.figures import evaluation_flop, spread
from bench.running import Race, first_at
from PIL import Image
from typer.testing import CliRunner, Result

TINY = ("--threads", 1, "--runs", 1, "--iterations", 3, "--weights", "vgg16")


PATIENCE = 240.0  # s, on a busy machine

Bench = Callable[..., Result]


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, str]:
    """Of nobody."""
    return {"RESTYLE_STATE_DIR": str(tmp_path / "state"), "RESTYLE_DATA_DIR": str(tmp_path / "data")}


@pytest.fixture
def bench(folders: dict[str, str]) -> Bench:
    """Runs it, without a server, in this process."""
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments], env=folders, catch_exceptions=False)


def test_an_evaluation_is_counted_as_the_literature_does() -> None:
    assert evaluation_flop(512, 512, (2, 2, 4, 4, 1)) / 512**2 == pytest.approx(4 * (361_152 + 17_408))
    assert evaluation_flop(512, 512, (2, 2, 3, 3, 1)) / 512**2 == pytest.approx(4 * (361_152 - 9 * (256**2 / 16 + 512**2 / 64) + 17_408))


def test_medians_come_with_their_spread() -> None:
    found = spread([3.0, 1.0, 2.0])
    assert (found.median, found.low, found.high) == (2.0, 1.0, 3.0)


def test_a_race_ends_where_j_first_is_at_the_goal() -> None:
    assert first_at([(1.0, 5.0), (2.0, 3.0), (3.0, 4.0), (4.0, 2.0)], 3.0) == 2.0
    assert first_at([(1.0, 5.0)], 3.0) is None


def test_the_chart_shows_every_line() -> None:
    trace = tuple((0.5 * step, 100.0 / step) for step in range(1, 40))
    races = [Race(name, 64, 3.0, spread([9.0]), 2.5, 39, 1.0, trace) for name in ("textbook", "fp32", "bf16")]
    colours = {colour for _, colour in drawn(races).getcolors(1 << 24) or ()}
    assert {(122, 117, 108), (190, 82, 44)} <= colours


@pytest.mark.slow
def test_everything_is_measured_and_told(bench: Bench, tmp_path: Path) -> None:
    done = bench("--sizes", 32, "--race", 32, *TINY, "--plot", tmp_path / "race.png", "--json")
    assert done.exit_code == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    machine, *rest = told
    assert (machine["kind"], machine["threads"]) == ("machine", 1)
    timed = {one["contender"]: one for one in rest if one["kind"] == "evaluation"}
    raced = {one["contender"]: one for one in rest if one["kind"] == "race"}
    assert set(timed) == set(raced) >= {"textbook", "fp32"}
    for one in timed.values():
        assert one["seconds"]["low"] <= one["seconds"]["median"] <= one["seconds"]["high"]
        assert one["share"] == pytest.approx(one["flops"] / one["ceiling"])
        assert one["peak"] > 0
        assert one["start"] > 0
    assert timed["textbook"]["finish"] is None
    assert timed["fp32"]["finish"] > 0
    assert timed["fp32"]["faster"] == pytest.approx(timed["textbook"]["seconds"]["median"] / timed["fp32"]["seconds"]["median"])
    assert raced["textbook"]["goal"] == raced["fp32"]["goal"] == raced["textbook"]["trace"][-1][1]
    assert raced["fp32"]["trace"][-1][1] < raced["fp32"]["trace"][0][1]
    with Image.open(tmp_path / "race.png") as plot:
        assert min(plot.size) > 400


@pytest.mark.slow
def test_a_peer_is_timed_on_the_same_pictures_and_judged_by_the_same_j(bench: Bench, tmp_path: Path) -> None:
    paints = tmp_path / "paints.py"
    paints.write_text("import shutil, sys\nassert sys.argv[4] == '32'\nshutil.copy(sys.argv[1], sys.argv[3])\n", encoding="utf-8")
    done = bench("--sizes", "none", "--race", 32, *TINY, "--peer", f"photo={sys.executable} {paints} {{content}} {{style}} {{output}} {{size}}", "--json")
    assert done.exit_code == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    (peer,) = [one for one in told if one["kind"] == "peer"]
    (book,) = [one for one in told if one["kind"] == "race" and one["contender"] == "textbook"]
    assert (peer["contender"], peer["goal"]) == ("photo", book["goal"])
    assert peer["reached"] == pytest.approx(book["trace"][0][1], rel=0.02), "the textbook begins with the photo"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nosuchprogram {content} {style} {output}", "can't be started"),
        (f"{sys.executable} -c 'raise SystemExit(\"no GPU\")' {{content}} {{style}} {{output}}", "exit status 1 (no GPU)"),
        (f"{sys.executable} -c pass {{content}} {{style}} {{output}}", "wrote no picture"),
    ],
)
def test_a_peer_that_does_not_paint_is_one_sentence(bench: Bench, line: str, said: str) -> None:
    done = bench("--sizes", "none", "--race", 32, *TINY, "--peer", f"theirs={line}")
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--sizes", "big"), "'big' is no size"),
        (("--sizes", "256,"), "'' is no size"),
        (("--sizes", "8"), "8 px can't be measured"),
        (("--race", "99999"), "99999 px can't be measured"),
        (("--sizes", "none", "--race", "none"), "nothing to measure"),
        (("--race", "none", "--plot", "a.png"), "leave one of them out"),
        (("--photo", "nowhere.jpg"), "no file"),
        (("--plot", "a.gif"), ".gif"),
        (("--runs", "0"), "--runs"),
        (("--peer", "theirs=paint {content} {style}"), "is no peer"),
        (("--peer", "theirs=paint '{content} {style} {output}"), "can't be read"),
        (("--race", "none", "--peer", "theirs=paint {content} {style} {output}"), "leave one of them out"),
    ],
)
def test_wrong_usage_is_said(bench: Bench, arguments: tuple[str, ...], said: str) -> None:
    done = bench(*arguments)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--device", "cuda:77"), "There is no device cuda:77"),
        (("--style", "nosuchstyle"), "nosuchstyle"),
        (("--weights", "better"), "There are no weights called"),
        (("--photo", __file__), "picture"),
    ],
)
def test_what_the_measurement_refuses_is_one_sentence(bench: Bench, arguments: tuple[str, ...], said: str) -> None:
    done = bench("--sizes", 32, "--race", "none", *arguments)
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_clients_machine_is_told_where_to_go(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    done = bench()
    assert done.exit_code == 1
    assert "has no PyTorch" in done.stderr


@pytest.mark.slow
def test_ctrl_c_ends_it_and_its_processes(folders: dict[str, str]) -> None:
    command = [sys.executable, str(Path(__file__).parent), "--sizes", "512", "--race", "none", "--threads", "1", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **folders}) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["kind"] == "machine"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (130, "restyle: cancelled\n")
