"""Owns the promises of `restyle sheet` and `restyle explore`, through the real server with the fake engine."""

from __future__ import annotations

import json
import shlex
import signal
from pathlib import Path
from typing import Any

import pytest
from cli.pictures import picture
from cli.running import PATIENCE, Restyle, wait_for
from PIL import Image
from restyle_cli.runs import comparison, draft_run
from restyle_cli.runs.draft_run import Content
from restyle_client import JobClass, JobState, Lifetime
from restyle_editor.recipes import Recipe, StyleChoice
from restyle_editor.variations import COUNT, Vary, variations
from restyle_imaging import sheets
from restyle_imaging.sheets import GAP, MARGIN, SHADE


def told(done: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_sheet_has_a_cell_for_every_style_at_every_strength_in_order(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    style = picture(tmp_path / "my waves.png", 32, 32)
    out = tmp_path / "sheet.png"
    done = restyle("sheet", photo, "--styles", f"night,{style}", "--strengths", "75,25", "--size", 32, "--seed", 4, "-o", out, "--json")
    assert done.exit_code == 0
    cells = told(done)
    assert [(cell["row"], cell["column"], cell["style"], cell["strength"]) for cell in cells] == [
        (1, 1, "night", 75),
        (1, 2, "night", 25),
        (2, 1, str(style), 75),
        (2, 2, str(style), 25),
    ]
    assert {cell["status"] for cell in cells} == {"painted"}
    assert {cell["sheet"] for cell in cells} == {str(out)}
    with Image.open(out) as sheet:
        assert sheet.width == 2 * MARGIN + 3 * draft_run.NARROWEST + 2 * GAP
    jobs = {job.id: job for job in restyle.jobs()}
    for cell in cells:
        job = jobs[cell["job"]]
        assert job.resolved is not None
        assert (job.lifetime, job.job_class, job.resolved.preset, job.resolved.size) == (Lifetime.ATTACHED, JobClass.INTERACTIVE, "draft", 32)
        assert (job.resolved.strength, job.resolved.seed) == (cell["strength"], 4)


def test_every_cells_command_paints_it_in_full(restyle: Restyle, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cells = told(restyle("explore", photo, "--style", "night", "--size", 32, "--seed", 4, "-o", tmp_path / "six.png", "--json"))
    assert len({cell["command"] for cell in cells}) == COUNT
    words = shlex.split(cells[4]["command"])
    assert words[:2] == ["restyle", "image"]
    before = {job.id for job in restyle.jobs()}
    assert restyle(*words[1:]).exit_code == 0
    [full] = [job for job in restyle.jobs() if job.id not in before]
    [draft] = [job for job in restyle.jobs() if job.id == cells[4]["job"]]
    assert full.resolved is not None
    assert full.resolved.preset == "standard"
    assert full.resolved.size == 64
    for name in ("strength", "color", "seed", "weights"):
        assert getattr(full.resolved, name) == getattr(draft.resolved, name), name
    assert (tmp_path / words[-1]).exists()


@pytest.mark.parametrize(("vary", "option", "count"), [("strength", "--strength", 6), ("strokes", "--style-scale", 6), ("style", "--style", 6)])
def test_exploring_varies_one_thing_and_prints_the_commands(restyle: Restyle, photo: Path, tmp_path: Path, vary: str, option: str, count: int) -> None:
    done = restyle("explore", photo, "--style", "night", "--vary", vary, "--size", 32, "-o", tmp_path / "six.png")
    assert done.exit_code == 0
    commands = [shlex.split(line) for line in done.stdout.splitlines() if line.startswith("    restyle image ")]
    found = [{name: words[words.index(name) + 1] for name in ("--style", "--strength", "--style-scale", "--color")} for words in commands]
    assert len({each[option] for each in found}) == count
    if vary != "style":
        assert [name for name in found[0] if len({each[name] for each in found}) > 1] == [option]
    assert any(each["--style"] == "night" for each in found)
    with Image.open(tmp_path / "six.png") as sheet:
        assert sheet.width == 2 * MARGIN + 4 * draft_run.NARROWEST + 3 * GAP


def test_the_sheet_has_the_editors_captions(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    cells = told(restyle("explore", photo, "--style", "night", "--size", 32, "-o", tmp_path / "six.png", "--json"))
    recipe = Recipe(styles=(StyleChoice(library="night"),), strength=55.0)  # what its style suggests
    assert [cell["caption"] for cell in cells] == [each.caption for each in variations(Vary.STRENGTH, recipe, ())]


def test_one_failing_cell_does_not_stop_the_rest(restyle: Restyle, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    laid: list[Any] = []
    lay = sheets.grid

    def watched(rows: Any, *words: Any) -> Any:
        laid.append(rows)
        return lay(rows, *words)

    monkeypatch.setattr(comparison, "grid", watched)
    animation = tmp_path / "waves.gif"
    Image.linear_gradient("L").save(animation)  # which the command line can read, and the server can't
    out = tmp_path / "sheet.png"
    done = restyle("sheet", photo, "--styles", f"{animation},night", "--strengths", "25,50", "--size", 32, "-o", out, "--json")
    assert done.exit_code == 1
    assert [cell["status"] for cell in told(done)] == ["failed", "failed", "painted", "painted"]
    assert told(done)[0]["error"].startswith("this is not a PNG")
    [[[_, failed, _], [_, painted, _]]] = laid
    assert failed.source is None
    assert "not a PNG" in failed.note
    assert painted.note == ""
    with Image.open(out) as sheet:
        assert SHADE in {color for _, color in sheet.getcolors(1 << 24) or ()}


def test_when_every_cell_fails_there_is_no_sheet(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    restyle.script(oom_at=1)
    done = restyle("sheet", photo, "--styles", "night", "--size", 32, "-o", tmp_path / "sheet.png")
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].startswith("restyle: None of the drafts could be painted: There is not enough memory")
    assert not (tmp_path / "sheet.png").exists()


def test_ctrl_c_cancels_every_draft(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    before = {job.id for job in restyle.jobs()}
    restyle.script(steps=1000, step_ms=50)
    with restyle.start("sheet", photo, "--styles", "night,woodcut,batik", "--strengths", "10,30,50,70", "--size", 32, "-o", tmp_path / "sheet.png") as command:
        wait_for(lambda: len(restyle.jobs(JobState.QUEUED, JobState.RUNNING)) == 8)
        command.send_signal(signal.SIGINT)
        out, err = command.communicate(timeout=PATIENCE)
    assert command.returncode == 130
    assert err.splitlines()[-1] == "restyle: cancelled"
    assert "Traceback" not in out + err
    assert [job.state for job in restyle.jobs() if job.id not in before] == [JobState.CANCELLED] * 8
    assert not (tmp_path / "sheet.png").exists()


@pytest.mark.parametrize("mode", ["RGBA", "L", "I;16", "P", "LA"])
def test_any_content_can_be_drafted(restyle: Restyle, tmp_path: Path, mode: str) -> None:
    content = tmp_path / "content.png"
    Image.linear_gradient("L").resize((200, 20)).convert("L" if mode == "I;16" else mode).convert(mode).save(content)
    assert restyle("explore", content, "--style", "woodcut", "--size", 64, "-o", tmp_path / "six.jpg").exit_code == 0
    with Image.open(tmp_path / "six.jpg") as sheet:
        assert sheet.format == "JPEG"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sheet", "--styles", "nigth"), "did you mean night"),
        (("sheet", "--styles", ","), "names no style"),
        (("sheet", "--styles", "night:2"), "leave it out"),
        (("sheet", "--styles", "night", "--strengths", "25,much"), "25,50,75"),
        (("sheet", "--styles", "night", "--strengths", "101"), "25,50,75"),
        (("sheet", "--styles", "night", "--strengths", ","), "25,50,75"),
        (("sheet", "--styles", ",".join(["night"] * 50)), "a sheet holds 128"),
        (("explore", "--style", "nigth"), "did you mean night"),
        (("explore", "--style", "missing.png"), "missing.png"),
    ],
)
def test_a_wrong_wish_is_a_sentence_and_no_job(restyle: Restyle, photo: Path, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    before = len(restyle.jobs())
    done = restyle(*words, photo, "-o", tmp_path / "sheet.png")
    assert done.exit_code in (1, 2)
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert len(restyle.jobs()) == before
    assert not (tmp_path / "sheet.png").exists()


def test_a_sheet_never_replaces_its_content(restyle: Restyle, photo: Path) -> None:
    old = photo.read_bytes()
    assert restyle("explore", photo, "--style", "night", "-o", photo).exit_code == 2
    assert photo.read_bytes() == old


def test_a_places_width_leaves_room_for_captions() -> None:
    small = Content(Path("a.png"), None, Image.new("RGB", (32, 24)), 64, 48)  # type: ignore[arg-type]
    assert draft_run.box(small) == (draft_run.NARROWEST, 24)
