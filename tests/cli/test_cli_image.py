"""Owns the promises of `restyle image` about one picture, through the real server with the fake engine."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

import pytest
import restyle_client as client
from cli.pictures import fake_painting, picture, pixels
from cli.running import Restyle
from fake_engine import automatic_scale
from PIL import Image
from restyle_cli.runs import one_picture
from restyle_cli.terminal.failures import Failure


def chosen_for(path: Path) -> float:
    with Image.open(path) as picture:
        return automatic_scale(*picture.size)


def test_a_picture_is_painted_and_told_about(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    done = restyle("image", photo, "--style", "woodcut", "-o", tmp_path / "out.png")
    assert done.exit_code == 0
    assert pixels(tmp_path / "out.png") == fake_painting(photo)
    first, second = done.stdout.splitlines()
    assert first.startswith(f"{tmp_path / 'out.png'}: painted at full size, 64 px in ")
    assert "fake" in second
    assert second.startswith(f"  strokes × {chosen_for(photo):g}, ")
    assert second.endswith("weights vgg16")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["out.png", "photo.png"]


def test_json_is_one_object_with_everything_about_the_result(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    options = ["--size", 32, "--preset", "draft", "--strength", 70, "--steps", 9, "--seed", 3, "--weights", "vgg16", "--device", "cpu"]
    done = restyle("image", photo, "--style", "woodcut", "-o", tmp_path / "out.png", *options, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert (told["content"], told["output"]) == (str(photo), str(tmp_path / "out.png"))
    assert (told["size"], told["work_size"], told["painted"]) == ([64, 48], [32, 24], "painted at 32 of 64 px")
    assert told["weights"] == "vgg16"
    assert "fake" in told["device"]
    assert told["seconds"] >= 0
    asked = {"preset": "draft", "size": 32, "strength": 70.0, "evaluations": 9, "seed": 3, "weights": "vgg16"}
    assert asked.items() <= told["parameters"].items()
    assert pixels(tmp_path / "out.png") == fake_painting(photo, seed=3)


def test_lines_without_a_terminal_say_what_happens(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    restyle.script(steps=3, step_ms=150)
    done = restyle("image", photo, "--style", "woodcut", "-o", tmp_path / "out.png")
    assert "scale 1 of 1, 64×48 px\n" in done.stderr
    assert "\x1b" not in done.output


@pytest.mark.parametrize(("options", "size"), [((), None), (("--style-scale", "auto"), None), (("--style-scale", "0.6"), 0.6)])
def test_the_size_of_the_strokes_is_told_whether_it_was_asked_for_or_chosen(
    restyle: Restyle, photo: Path, tmp_path: Path, options: tuple[str, ...], size: float | None
) -> None:
    done = restyle("image", photo, "--style", "woodcut", "-s", "night", *options, "-o", tmp_path / "out.png", "--report", tmp_path, "--json")
    told = json.loads(done.stdout)
    assert told["style_scales"] == [size or chosen_for(photo)] * 2
    assert [style["scale"] for style in json.loads((tmp_path / "out-report.json").read_text())["styles"]] == told["style_scales"]


def test_styles_may_be_files_and_blended(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    style = picture(tmp_path / "style.png", 32, 32)
    done = restyle("image", photo, "-s", f"{style}:2", "-s", "Woodcut:0.5", "--style-scale", "1.5", "-o", tmp_path / "out")
    assert done.exit_code == 0
    assert pixels(tmp_path / "out.png") == fake_painting(photo)


def test_layers_are_written_beside_the_painting_and_make_it_again(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    done = restyle("image", photo, "--style", "woodcut", "--layers", "-o", tmp_path / "out.png")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == f"  layers: {tmp_path / 'out-colours.png'} and {tmp_path / 'out-strokes.png'}"
    colours, strokes, painting = (pixels(tmp_path / f"out{part}.png") for part in ("-colours", "-strokes", ""))
    assert painting == fake_painting(photo)
    assert bytes(colour + stroke - 127 for colour, stroke in zip(colours, strokes, strict=True)) == painting
    assert restyle("image", photo, "--style", "woodcut", "--layers", "-o", tmp_path / "out.png").exit_code == 0  # over its own


def test_layers_never_replace_a_file_of_yours_and_need_one_of_their_own(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    mine = picture(tmp_path / "out-strokes.png", 8, 8).read_bytes()
    done = restyle("image", photo, "--style", "woodcut", "--layers", "-o", tmp_path / "out.png")
    assert (done.exit_code, (tmp_path / "out-strokes.png").read_bytes(), (tmp_path / "out.png").exists()) == (2, mine, False)
    for output in (f"{tmp_path}/", "-"):
        assert restyle("image", photo, "--style", "woodcut", "--layers", "-o", output).exit_code == 2


def suggesting(restyle: Restyle, place: Path, seed: int, strength: float, color: str) -> str:
    """The id of a style of the library that suggests this."""
    with restyle.session() as session:
        file = picture(place / "suggesting.png", 20 + seed, 20, seed=seed).read_bytes()
        return session.add_style(file, title=f"Suggesting {seed}", suggested_strength=strength, suggested_color=color).id


def resolved(restyle: Restyle, *arguments: object) -> tuple[object, object]:
    """The strength and the colour that a painting was made with."""
    parameters = json.loads(restyle("image", *arguments, "--json").stdout)["parameters"]
    return parameters["strength"], parameters["color"]


def test_what_suits_a_style_is_the_default_and_what_is_asked_for_wins(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    strong = suggesting(restyle, tmp_path, 1, 80.0, "match")
    out = tmp_path / "out.png"
    assert resolved(restyle, photo, "-s", strong, "-o", out) == (80.0, "match")
    assert resolved(restyle, photo, "-s", strong, "--strength", 20, "-o", out) == (20.0, "match")
    assert resolved(restyle, photo, "-s", picture(tmp_path / "style.png", 32, 32), "-o", out) == (50.0, "style")


def test_a_blend_is_painted_at_the_mean_of_what_suits_its_styles(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    strong, soft = suggesting(restyle, tmp_path, 2, 80.0, "match"), suggesting(restyle, tmp_path, 3, 20.0, "match")
    out = tmp_path / "out.png"
    assert resolved(restyle, photo, "-s", f"{strong}:3", "-s", soft, "-o", out) == (65.0, "match")
    file = picture(tmp_path / "style.png", 32, 32)
    assert resolved(restyle, photo, "-s", strong, "-s", file, "-o", out) == (65.0, "style"), "a file counts as the usual 50, and colours differ"


def test_a_folder_is_painted_anew_when_its_style_suggests_otherwise(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    first = suggesting(restyle, tmp_path, 4, 80.0, "match")
    status = [json.loads(restyle("image", photo, "-s", first, "-o", f"{tmp_path / 'out'}/", "--json").stdout)["status"] for _ in range(2)]
    assert status == ["painted", "skipped"]
    file = (restyle.data / "styles" / first / "style.toml").read_text()
    (restyle.data / "styles" / first / "style.toml").write_text(file.replace("strength = 80.0", "strength = 30.0"))
    again = json.loads(restyle("image", photo, "-s", first, "-o", f"{tmp_path / 'out'}/", "--json").stdout)
    assert (again["status"], again["parameters"]["strength"]) == ("painted", 30.0)


def test_sixteen_bits_stay_sixteen_bits(restyle: Restyle, tmp_path: Path) -> None:
    photo = picture(tmp_path / "deep.png", 32, 24, "I;16")
    assert restyle("image", photo, "--style", "woodcut", "-o", tmp_path / "out.png").exit_code == 0
    with Image.open(tmp_path / "out.png") as out:
        assert out.mode == "I;16"
    assert pixels(tmp_path / "out.png") == fake_painting(photo)


def test_what_the_format_cannot_hold_is_said(restyle: Restyle, tmp_path: Path) -> None:
    photo = picture(tmp_path / "alpha.png", 32, 24, "RGBA")
    done = restyle("image", photo, "--style", "woodcut", "-o", tmp_path / "out.jpg")
    assert done.exit_code == 0
    assert "transparen" in done.stdout


def test_an_unknown_style_is_answered_with_the_nearest(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    before = len(restyle.jobs())
    done = restyle("image", photo, "--style", "woodcutt", "-o", tmp_path / "out.png")
    assert done.exit_code == 1
    assert (
        done.stderr
        == "restyle: There is no style “woodcutt” in the library and no file of that name; did you mean woodcut? All are listed by restyle styles list.\n"
    )
    assert len(restyle.jobs()) == before


@pytest.mark.parametrize("role", ["content", "style"])
@pytest.mark.parametrize("kind", ["missing", "empty", "truncated", "text", "folder"])
def test_a_bad_file_is_one_sentence_and_no_job(restyle: Restyle, photo: Path, tmp_path: Path, kind: str, role: str) -> None:
    bad = tmp_path / "bad.png"
    if kind == "folder":
        bad = tmp_path / "folder.png"
        bad.mkdir()
    elif kind != "missing":
        bad.write_bytes({"empty": b"", "truncated": photo.read_bytes()[:-400], "text": b"not a picture at all"}[kind])
    before = len(restyle.jobs())
    content, style = (bad, "woodcut") if role == "content" else (photo, str(bad))
    done = restyle("image", content, "--style", style, "-o", tmp_path / "out.png")
    assert done.exit_code in (1, 2)
    assert done.stderr.count("restyle: ") == 1 or done.exit_code == 2
    assert "Traceback" not in done.output
    assert "something went wrong" not in done.output.lower()
    assert not (tmp_path / "out.png").exists()
    assert len(restyle.jobs()) == before


def test_a_picture_that_is_too_small_is_refused_in_a_sentence(restyle: Restyle, tmp_path: Path) -> None:
    done = restyle("image", picture(tmp_path / "dot.png", 1, 1), "--style", "woodcut", "-o", tmp_path / "out.png")
    assert done.exit_code == 1
    assert done.stderr.startswith("restyle: the picture: ")
    assert "16" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_picture_that_is_far_too_large_is_refused_before_it_is_decoded(restyle: Restyle, tmp_path: Path) -> None:
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(
        b"\x89PNG\r\n\x1a\n" + b"".join(struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks)
    )
    done = restyle("image", bomb, "--style", "woodcut", "-o", tmp_path / "out.png")
    assert done.exit_code == 1
    assert "30,000×30,000 px" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(("mode", "suffix"), [("CMYK", ".jpg"), ("P", ".gif"), ("P", ".png"), ("1", ".png"), ("L", ".tif")])
def test_unusual_pictures_are_painted_all_the_same(restyle: Restyle, tmp_path: Path, mode: str, suffix: str) -> None:
    photo = tmp_path / f"photo{suffix}"
    Image.linear_gradient("L").resize((32, 24)).convert("RGB" if mode == "CMYK" else "L").convert(mode).save(photo)
    assert restyle("image", photo, "--style", "woodcut", "-o", tmp_path / "out.png").exit_code == 0
    with Image.open(tmp_path / "out.png") as out:
        assert out.size == (32, 24)


def test_a_painting_that_cannot_be_saved_is_kept_by_the_server(tmp_path: Path) -> None:
    plane = client.Plane(client.PixelFormat(client.Channels.RGB, client.Depth.U8), 16, 16, bytes(16 * 16 * 3))
    result = client.Result(plane, client.Job("4f1c0123", client.JobState.SUCCEEDED))
    with pytest.raises(Failure, match=r"gone does not exist.*restyle jobs result 4f1c0123 -o "):
        one_picture.save(result, tmp_path / "gone" / "out.png", None)


def test_a_failed_job_leaves_the_old_output_alone(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    out = picture(tmp_path / "out.png", 8, 8)
    old = out.read_bytes()
    restyle.script(oom_at=2)
    done = restyle("image", photo, "--style", "woodcut", "-o", out, "--overwrite")
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1] == "restyle: There is not enough memory for this job; choose a size of 64 px or less."
    assert out.read_bytes() == old


def test_a_worker_that_dies_is_one_sentence(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    restyle.script(crash_at=2)
    done = restyle("image", photo, "--style", "woodcut", "-o", tmp_path / "out.png")
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].startswith("restyle: ")
    assert "Traceback" not in done.output
    restyle.script()
    assert restyle("image", photo, "--style", "woodcut", "-o", tmp_path / "out.png").exit_code == 0


@pytest.mark.parametrize(("output", "status"), [("out.gif", 2), ("missing/out.png", 1), ("/proc/out.png", 1), ("photo.png", 2), ("folder.png", 0)])
def test_a_bad_output_is_found_before_painting(restyle: Restyle, photo: Path, tmp_path: Path, output: str, status: int) -> None:
    (tmp_path / "folder.png").mkdir()
    before, old = len(restyle.jobs()), photo.read_bytes()
    assert restyle("image", photo, "--style", "woodcut", "-o", tmp_path / output).exit_code == status
    assert len(restyle.jobs()) == before + (status == 0)
    assert photo.read_bytes() == old


def test_the_content_is_replaced_when_it_is_said(restyle: Restyle, photo: Path) -> None:
    wanted = fake_painting(photo)
    assert restyle("image", photo, "--style", "woodcut", "-o", photo, "--overwrite").exit_code == 0
    assert pixels(photo) == wanted


@pytest.mark.parametrize(
    "option",
    [
        ("--strength", "101"),
        ("--strength", "nan"),
        ("--size", "8"),
        ("--size", "99999999"),
        ("--steps", "-1"),
        ("--seed", "-1"),
        ("--style-scale", "nan"),
        ("--style-scale", "0"),
        ("--style", "woodcut:nan"),
        ("--format", "bmp"),
    ],
)
def test_an_absurd_option_is_a_usage_error(restyle: Restyle, photo: Path, tmp_path: Path, option: tuple[str, str]) -> None:
    done = restyle("image", photo, "--style", "woodcut", "-o", f"{tmp_path / 'out'}/", *option)
    assert done.exit_code == 2
    assert "Error" in done.stderr


@pytest.mark.parametrize("option", [("--weights", "vgg19"), ("--weights", "random"), ("--device", "cuda:7")])
def test_what_the_server_refuses_is_one_sentence(restyle: Restyle, photo: Path, tmp_path: Path, option: tuple[str, str]) -> None:
    done = restyle("image", photo, "--style", "woodcut", "-o", tmp_path / "out.png", *option)
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    assert option[0] in done.stderr or "restyle weights install vgg19" in done.stderr
    assert "spec." not in done.stderr


def test_a_crash_after_a_scale_is_told_and_the_same_command_goes_on(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    command = ("image", photo, "--style", "woodcut", "-o", tmp_path / "out.png")
    restyle.script(steps=6, scales=3, crash_at=4)
    crashed = restyle(*command)
    assert crashed.exit_code == 1
    assert "the same job, sent again, goes on from there." in " ".join(crashed.stderr.split())
    restyle.script(steps=6, scales=3, crash_at=2)  # where it has been already
    assert restyle(*command).exit_code == 0
    assert (tmp_path / "out.png").exists()
