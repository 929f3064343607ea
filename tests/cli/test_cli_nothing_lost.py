"""Owns the promises that no file is lost, none is left out without a word, and no stream or name is in the way."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli.pictures import fake_painting, picture, pixels
from cli.running import PATIENCE, Restyle
from fake_engine import painted_bytes
from PIL import Image

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has neither these streams nor such names")
MAIN = "from restyle_cli.main import main; main()"


def shell(restyle: Restyle, redirections: str, *arguments: object, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """The command line as bash starts it. redirections: what follows the command; in it, {} is the command itself."""
    command = f'"$PYTHON" -c "$MAIN" "$@" {redirections}'
    environment = {**os.environ, **restyle.environment, "PYTHON": sys.executable, "MAIN": MAIN}
    given = ["bash", "-c", command, "bash", *map(str, arguments)]
    return subprocess.run(given, env=environment, input=stdin, capture_output=True, timeout=PATIENCE, check=False)


@posix
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-", "2>/dev/full"])
def test_a_picture_is_painted_whichever_streams_are_closed(restyle: Restyle, photo: Path, tmp_path: Path, closed: str) -> None:
    done = shell(restyle, closed, "image", photo, "-s", "woodcut", "-o", tmp_path / "out.png")
    assert done.returncode == 0, done.stderr
    assert pixels(tmp_path / "out.png") == fake_painting(photo)
    assert b"Something went wrong" not in done.stdout + done.stderr


@posix
def test_a_result_may_go_to_stdout_and_words_stay_out_of_it(restyle: Restyle, photo: Path) -> None:
    for output, options, kind in (("-", [], "PNG"), ("-", ["--format", "jpg"], "JPEG"), ("/dev/stdout", [], "PNG"), ("-", ["--json"], "PNG")):
        done = shell(restyle, "| cat", "image", photo, "-s", "woodcut", "-o", output, *options)
        with Image.open(io.BytesIO(done.stdout)) as image:
            assert (image.format, image.size) == (kind, (64, 48))
            assert kind == "JPEG" or image.tobytes() == fake_painting(photo)
        assert b"painted at full size" in done.stderr


@posix
def test_a_result_may_go_into_a_pipe_or_nowhere(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    pipe = f'-o >(cat > "{tmp_path}/piped.png"); wait $!'
    assert shell(restyle, pipe, "image", photo, "-s", "woodcut").returncode == 0
    assert pixels(tmp_path / "piped.png") == fake_painting(photo)
    assert restyle("image", photo, "-s", "woodcut", "-o", "/dev/null").exit_code == 0
    assert Path("/dev/null").is_char_device()


def test_stdout_is_no_folder(restyle: Restyle, photo: Path) -> None:
    done = restyle("image", photo, photo.parent, "-s", "woodcut", "-o", "-")
    assert done.exit_code == 2
    assert not Path("-").exists()


@posix
def test_what_can_be_read_only_once_is_read_once(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    pipes = f'"$PHOTO" -s <(cat "{photo}") -o "{tmp_path}/out.png"'.replace('"$PHOTO"', f'<(cat "{photo}")')
    done = shell(restyle, pipes, "image")
    assert done.returncode == 0, done.stderr
    assert pixels(tmp_path / "out.png") == fake_painting(photo)
    explored = shell(restyle, f'-s <(cat "{photo}") -o "{tmp_path}/explored.png"', "explore", photo, "--size", 32)
    assert explored.returncode == 0, explored.stderr


@posix
def test_two_pictures_from_stdin_are_told_apart_by_what_they_are(restyle: Restyle, tmp_path: Path) -> None:
    first, second = (picture(tmp_path / f"{seed}.png", 32, 24, seed=seed) for seed in (1, 2))
    out = f"{tmp_path / 'out'}/"
    told = [
        json.loads(shell(restyle, "", "image", "/dev/stdin", "-s", "woodcut", "-o", out, "--json", stdin=file.read_bytes()).stdout)["status"]
        for file in (first, second, second)
    ]
    assert told == ["painted", "painted", "skipped"]
    assert pixels(tmp_path / "out" / "stdin.png") == fake_painting(second)


def test_a_file_that_restyle_did_not_write_is_kept(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    foreign = picture(tmp_path / "mine.png", 20, 20)
    before = foreign.read_bytes()
    refused = restyle("image", photo, "-s", "woodcut", "-o", foreign)
    assert (refused.exit_code, foreign.read_bytes()) == (2, before)
    assert "--overwrite" in refused.stderr
    assert restyle("image", photo, "-s", "woodcut", "-o", foreign, "--overwrite").exit_code == 0
    assert restyle("image", photo, "-s", "woodcut", "--seed", 1, "-o", foreign).exit_code == 0, "what Restyle wrote it may replace"
    retouched = foreign.read_bytes() + b" "
    foreign.write_bytes(retouched)
    assert restyle("image", photo, "-s", "woodcut", "-o", foreign).exit_code == 2
    assert foreign.read_bytes() == retouched


def test_the_style_is_kept(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    style = tmp_path / "style.png"
    assert restyle("image", photo, "-s", "woodcut", "-o", style).exit_code == 0
    before = style.read_bytes()
    done = restyle("image", photo, "-s", style, "-o", style)
    assert (done.exit_code, style.read_bytes()) == (2, before)
    assert "itself" in done.stderr
    assert restyle("image", picture(tmp_path / "a" / "style.jpg", 32, 32), "-s", style, "-o", f"{tmp_path}/").exit_code == 0
    assert (style.read_bytes(), (tmp_path / "style-2.png").exists()) == (before, True)


def test_another_picture_in_the_results_folder_is_kept(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    other = picture(tmp_path / "out" / "photo.png", 20, 20)
    before = other.read_bytes()
    done = restyle("image", photo, "-s", "woodcut", "-o", f"{tmp_path / 'out'}/", "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["status"], other.read_bytes()) == (1, "failed", before)
    assert "--overwrite" in told["error"]
    assert restyle("image", photo, "-s", "woodcut", "-o", f"{tmp_path / 'out'}/", "--overwrite").exit_code == 0
    assert pixels(other) == fake_painting(photo)
    other.write_bytes(before)
    again = json.loads(restyle("image", photo, "-s", "woodcut", "-o", f"{tmp_path / 'out'}/", "--json").stdout)
    assert (again["status"], again["changed_since"], other.read_bytes()) == ("skipped", True, before)


@pytest.mark.parametrize(
    "command",
    [
        ("explore", "PHOTO", "-s", "woodcut", "--size", 32, "-o"),
        ("sheet", "PHOTO", "--styles", "woodcut", "--strengths", "50", "--size", 32, "-o"),
        ("styles", "show", "-o"),
        ("styles", "show", "woodcut", "--save"),
        ("jobs", "result", "JOB", "-o"),
    ],
)
def test_no_command_replaces_what_restyle_did_not_write(restyle: Restyle, photo: Path, tmp_path: Path, command: tuple[object, ...]) -> None:
    job = json.loads(restyle("image", photo, "-s", "woodcut", "-o", tmp_path / "first.png", "--json").stdout)["job"]
    foreign = picture(tmp_path / "foreign.png", 20, 20)
    before = foreign.read_bytes()
    words = [{"PHOTO": photo, "JOB": job}.get(str(word), word) for word in command]
    assert restyle(*words, foreign).exit_code in (1, 2)
    assert foreign.read_bytes() == before
    for _ in range(2):
        assert restyle(*words, foreign, "--overwrite").exit_code == 0
    assert restyle(*words, foreign).exit_code == 0
    assert foreign.read_bytes() != before


def test_a_report_replaces_nothing_else_either(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "reports" / "out-report.json"
    foreign.parent.mkdir()
    foreign.write_text("mine")
    done = restyle("image", photo, "-s", "woodcut", "-o", tmp_path / "out.png", "--report", foreign.parent)
    assert (done.exit_code, foreign.read_text()) == (1, "mine")
    assert "out.png is painted, but its report is not written" in done.stderr


def mixed(place: Path) -> Path:
    """A folder of every kind, with names in every case."""
    image = Image.frombytes("RGB", (32, 24), bytes(range(256)) * 9)
    place.mkdir()
    for name, kind in (("a.jpg", "JPEG"), ("b.jfif", "JPEG"), ("c.JPE", "JPEG"), ("d.BmP", "BMP"), ("e.gif", "GIF"), ("f.ppm", "PPM"), ("g.mpo", "MPO")):
        with (place / name).open("wb") as file:
            image.save(file, kind)
    for name in ("h", "i.dat"):
        with (place / name).open("wb") as file:
            image.save(file, "PNG")
    (place / "j.jp2").write_bytes(b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(40))
    (place / "k.nef").write_bytes(b"nothing known")
    (place / "l.png").write_bytes(b"")
    (place / "notes.txt").write_text("no picture")
    (place / ".hidden.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (place / "more").mkdir()
    return place


def test_of_a_folder_all_that_can_be_read_is_painted_and_the_rest_is_named(restyle: Restyle, tmp_path: Path) -> None:
    done = restyle("image", mixed(tmp_path / "mixed"), "-s", "woodcut", "-o", tmp_path / "out")
    assert done.exit_code == 1
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [f"{letter}.png" for letter in "abcdefghi"]
    assert "9 painted, 3 failed in " in done.stdout
    assert "j.jp2 is a JPEG 2000 picture" in done.stderr
    assert all(name in done.stderr for name in ("k.nef", "l.png", "notes.txt", ".hidden.png", "more/"))


def test_an_estimate_of_a_folder_does_not_end_at_what_can_not_be_read(restyle: Restyle, tmp_path: Path) -> None:
    done = restyle("image", mixed(tmp_path / "mixed"), "-s", "woodcut", "--estimate")
    assert (done.exit_code, len(done.stdout.splitlines())) == (1, 9)
    assert all(name in done.stderr for name in ("j.jp2", "k.nef", "l.png"))


def test_what_is_left_out_of_a_picture_is_told_in_a_folder_too(restyle: Restyle, tmp_path: Path) -> None:
    for name in ("a", "b"):
        moving = [Image.new("RGB", (32, 24), color) for color in ("red", "blue")]
        moving[0].save(tmp_path / f"{name}.gif", save_all=True, append_images=moving[1:])
    done = restyle("image", tmp_path / "a.gif", tmp_path / "b.gif", "-s", "woodcut", "-o", tmp_path / "out")
    assert "b.gif holds 2 pictures; the first is used." in done.stderr


@posix
@pytest.mark.parametrize(
    "name", [b"caf\xe9.png", b"\xff\xfe.png", b"esc\x1b[31m.png", b"new\nline.png", b"x" * 240 + b".png", "日本語.png".encode(), b"a:2.png"]
)
def test_a_name_may_be_any_bytes(restyle: Restyle, photo: Path, tmp_path: Path, name: bytes) -> None:
    content = tmp_path / "in" / os.fsdecode(name)
    content.parent.mkdir()
    content.write_bytes(photo.read_bytes())
    one = restyle("image", content, "-s", content, "-o", tmp_path / "one.png")
    assert one.exit_code == 0, one.stderr
    many = restyle("image", content.parent, "-s", "woodcut", "-o", tmp_path / "out", "--report", tmp_path / "reports")
    assert many.exit_code == 0, many.stderr
    assert pixels(tmp_path / "out" / content.name) == fake_painting(photo)
    assert "\x1b" not in one.output + many.output
    told = json.loads(restyle("image", content, "-s", "woodcut", "-o", content.with_name("result.png"), "--json").stdout)
    assert os.fsencode(told["content"]) == os.fsencode(content)
    assert json.loads(restyle("image", content.parent / content.name, "-s", "woodcut", "-o", tmp_path / "out", "--json").stdout)["status"] == "skipped"


def test_names_in_tables_steer_no_terminal(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    content = tmp_path / "esc\x1b[2Jape.png"
    content.write_bytes(photo.read_bytes())
    assert restyle("image", content, "-s", "woodcut", "-o", tmp_path / "out.png").exit_code == 0
    assert "\x1b" not in restyle("jobs", "list").stdout


def test_a_16_bit_ppm_keeps_its_bits(restyle: Restyle, tmp_path: Path) -> None:
    samples = bytes(range(192)) * 8
    photo = tmp_path / "deep.ppm"
    photo.write_bytes(b"P6\n16 16\n65535\n" + samples)
    assert restyle("image", photo, "-s", "woodcut", "-o", tmp_path / "out.tif").exit_code == 0
    import tifffile

    swapped = b"".join(samples[at + 1 : at + 2] + samples[at : at + 1] for at in range(0, len(samples), 2))
    assert tifffile.imread(tmp_path / "out.tif").astype("<u2").tobytes() == painted_bytes(swapped, 0)


@posix
def test_a_link_to_itself_is_a_file_that_can_not_be_read(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    (loop := tmp_path / "loop.png").symlink_to(loop)
    for command in (["image", loop, "-o", tmp_path / "out.png"], ["image", photo, loop, "-o", f"{tmp_path / 'out'}/"], ["film", loop, photo, "-o", "out.mp4"]):
        done = restyle(*command, "-s", "woodcut")
        assert done.exit_code in (1, 2)
        assert "Something went wrong" not in done.stderr
        assert "loop.png" in done.stdout + done.stderr


def test_a_name_that_begins_with_a_tilde_is_a_files(restyle: Restyle, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert restyle("image", photo, "-s", "woodcut", "-o", "~nobody-has-this-name.png").exit_code == 0
    assert pixels(tmp_path / "~nobody-has-this-name.png") == fake_painting(photo)
