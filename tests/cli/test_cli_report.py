"""Owns the promises of `--report DIR`: everything about a painting in one JSON, and a picture of it, beside the painting and never in its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli.pictures import fake_painting, picture, pixels
from cli.running import Restyle
from PIL import Image
from restyle_cli.sheets import report_sheet
from restyle_client import Preview, Progress, Report, ScaleReport
from restyle_imaging.sheets import Heading

pytestmark = pytest.mark.usefixtures("restyle")


def report_of(folder: Path, stem: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / f"{stem}-report.json").read_text("utf-8"))
    return found


def test_a_report_holds_parameters_device_weights_times_and_the_losses_of_every_step(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    restyle.script(steps=300)
    done = restyle("image", photo, "-s", "woodcut:2", "-s", "night", "--color", "match", "--report", tmp_path / "about", "-o", tmp_path / "out.png", "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["report"] == str(tmp_path / "about" / "out-report.json")
    found = report_of(tmp_path / "about", "out")
    assert [step["step"] for step in found["steps"]] == list(range(1, 301))
    assert {"loss", "style_loss", "content_loss", "content_weight", "smoothing_loss", "gamut_loss", "elapsed_seconds", "scale"} <= found["steps"][0].keys()
    assert found["parameters"]["color"] == "match"
    assert found["weights"]["id"] == "vgg16"
    assert len(found["weights"]["sha256"]) == 64
    assert "fake" in found["device"]
    assert [(style["style"], style["weight"]) for style in found["styles"]] == [("woodcut", 2.0), ("night", None)]
    seconds = found["seconds"]
    assert seconds["total"] == pytest.approx(seconds["queue"] + seconds["start_up"] + sum(seconds["scales"]) + seconds["result"], abs=0.01)
    assert [(scale["width"], scale["height"], scale["evaluations"]) for scale in found["scales"]] == [(64, 48, 300)]
    with Image.open(tmp_path / "about" / "out-report.png") as drawn:
        assert drawn.width >= report_sheet.NARROWEST


def test_a_report_beside_the_painting_leaves_it_alone(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    done = restyle("image", photo, "-s", "woodcut", "--report", tmp_path, "-o", tmp_path / "out.png")
    assert done.exit_code == 0
    assert f"report: {tmp_path / 'out-report.json'}" in done.stdout
    assert pixels(tmp_path / "out.png") == fake_painting(photo)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["out-report.json", "out-report.png", "out.png", "photo.png"]


def test_without_the_option_nothing_is_written(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    restyle("image", photo, "-s", "woodcut", "-o", tmp_path / "out.png")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["out.png", "photo.png"]


def test_every_picture_of_a_folder_gets_a_report_also_one_that_was_painted_without(restyle: Restyle, tmp_path: Path) -> None:
    for number in range(2):
        picture(tmp_path / "photos" / f"{number}.png", 32, 24, seed=number)
    words = ("image", tmp_path / "photos", "-s", "woodcut", "-o", tmp_path / "out", "--json")
    assert restyle(*words).exit_code == 0
    for statuses in (["painted"] * 2, ["skipped"] * 2):
        done = restyle(*words, "--report", tmp_path / "about")
        assert [json.loads(line)["status"] for line in done.stdout.splitlines()] == statuses
    assert [report_of(tmp_path / "about", stem)["size"] for stem in "01"] == [[32, 24]] * 2


@pytest.mark.parametrize(("place", "status"), [("photo.png", 2), ("photo.png/deeper", 1)])
def test_a_place_that_takes_no_reports_is_found_before_painting(restyle: Restyle, photo: Path, tmp_path: Path, place: str, status: int) -> None:
    before = len(restyle.jobs())
    done = restyle("image", photo, "-s", "woodcut", "--report", tmp_path / place, "-o", tmp_path / "out.png")
    assert done.exit_code == status
    assert "--report" in done.stderr
    assert len(restyle.jobs()) == before


def progress(step: int, scale: int, loss: float) -> Progress:
    return Progress(scale, 3, 64, 48, step, 9, 0.5, loss, loss / 2, loss / 2, 1.0, None, 0.5, loss / 100, 0.0)


@pytest.mark.parametrize("losses", [[], [1.0], [0.0, 0.0], [float("inf"), 2.0], [5.0, 3e-9], [1e30, 1.0, 1e-30], [0.5] * 4000])
def test_any_losses_can_be_drawn(losses: list[float]) -> None:
    steps = tuple(progress(number, 1 + number // 3, loss) for number, loss in enumerate(losses, 1))
    scales = tuple(ScaleReport(number, 64, 48, 3, 1.0, 2.0, Preview(2, 1, bytes(8))) for number in range(1, 4))
    for report in (Report(scales, steps), Report((), steps)):
        drawn = report_sheet.drawn(Heading("a photo"), Image.new("RGB", (40, 30)), report, report_sheet.spans(0.0, report, 9.0))
        assert drawn.width >= report_sheet.NARROWEST


def test_all_times_together_are_the_whole() -> None:
    scales = (ScaleReport(1, 64, 48, 3, 1.5, 2.0, Preview(1, 1, bytes(4))), ScaleReport(2, 64, 48, 3, 3.5, 4.0, Preview(1, 1, bytes(4))))
    found = report_sheet.spans(0.5, Report(scales, ()), 9.0)
    assert [(span.name, span.seconds) for span in found] == [("queue", 0.5), ("start-up", 1.5), ("scale 1", 2.0), ("scale 2", 4.0), ("result", 1.5)]
