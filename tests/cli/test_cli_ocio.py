"""Owns the promises of `--ocio` and `--ocio-space`: a studio's files are painted as they look, and come out in the space that they came in."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from cli.running import Restyle
from fake_engine import painted_bytes
from restyle_imaging.color import srgb
from restyle_imaging.io import ocio
from restyle_imaging.io.ocio import Ocio

CONFIG = "ocio://cg-config-latest"
AP1_TO_SRGB = np.array([[1.70505, -0.62179, -0.08326], [-0.13026, 1.14080, -0.01055], [-0.02400, -0.12897, 1.15297]])  # the Academy's TB-2014-004


@pytest.fixture(autouse=True)
def _nothing_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OCIO", raising=False)


def light(path: Path, seed: int) -> np.ndarray:
    """An OpenEXR file, and its pixels."""
    pixels = (np.random.default_rng(seed).random((24, 32, 3)) * 3 + 0.05).astype(np.float32)
    path.parent.mkdir(exist_ok=True)
    OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}, {"RGB": pixels}).write(str(path))
    return pixels


def pixels(path: Path) -> np.ndarray:
    found: np.ndarray = OpenEXR.File(str(path)).channels()["RGB"].pixels
    return found


def test_a_picture_comes_out_in_the_space_that_it_came_in(restyle: Restyle, tmp_path: Path) -> None:
    content = light(tmp_path / "a.exr", 1)
    done = restyle("image", tmp_path / "a.exr", "-s", "woodcut", "--ocio", CONFIG, "--ocio-space", "ACEScg", "-o", tmp_path / "out.exr", "--json")
    assert done.exit_code == 0, done.stderr
    seen = Ocio(CONFIG, "ACEScg").of("", []).to_srgb(content)  # whose numbers tests/imaging compares with the matrix
    assert srgb.decode(seen) == pytest.approx(content @ AP1_TO_SRGB.T, abs=3e-4)
    painted = srgb.decode(np.frombuffer(painted_bytes(seen.tobytes(), 0), np.float32).reshape(seen.shape))
    wanted = painted.astype(np.float64) @ np.linalg.inv(AP1_TO_SRGB).T
    assert pixels(tmp_path / "out.exr") == pytest.approx(wanted, rel=1e-3, abs=np.abs(wanted).max() * 1e-4)


def test_a_folder_is_painted_anew_in_another_space(restyle: Restyle, tmp_path: Path) -> None:
    light(tmp_path / "in" / "a.exr", 1)
    status = []
    for space in ("ACEScg", "ACEScg", "ACES2065-1"):
        done = restyle("image", tmp_path / "in", "-s", "woodcut", "--ocio", CONFIG, "--ocio-space", space, "-o", f"{tmp_path / 'out'}/", "--json")
        assert done.exit_code == 0, done.stderr
        status.append(json.loads(done.stdout)["status"])
    assert status == ["painted", "skipped", "painted"]


def test_a_folder_is_painted_anew_in_a_space_of_the_same_name_that_is_another(restyle: Restyle, tmp_path: Path) -> None:
    light(tmp_path / "in" / "a.exr", 1)
    status = []
    for power in (2, 3, 3):
        (tmp_path / "config.ocio").write_text(
            "ocio_profile_version: 2\nroles: {aces_interchange: ap0, default: ap0}\ndisplays: {screen: [!<View> {name: plain, colorspace: ap0}]}\n"
            "colorspaces:\n  - !<ColorSpace> {name: ap0}\n"
            f"  - !<ColorSpace> {{name: plate, to_scene_reference: !<ExponentTransform> {{value: [{power}, {power}, {power}, 1]}}}}\n"
        )
        _forget_configs()
        done = restyle(
            "image", tmp_path / "in", "-s", "woodcut", "--ocio", tmp_path / "config.ocio", "--ocio-space", "plate", "-o", f"{tmp_path / 'out'}/", "--json"
        )
        assert done.exit_code == 0, done.stderr
        status.append(json.loads(done.stdout)["status"])
    assert status == ["painted", "painted", "skipped"]


def _forget_configs() -> None:
    """As every command does, being a process of its own."""
    ocio._config.cache_clear()
    ocio._space.cache_clear()


def test_frames_of_a_film_stay_in_their_space(restyle: Restyle, tmp_path: Path) -> None:
    """By frames that a person painted, which are their own results; the film's file names the config."""
    mine = {at: (light(tmp_path / "frames" / f"{at}.exr", at), light(tmp_path / "mine" / f"{at}.exr", 10 + at))[1] for at in range(2)}
    lines = ('film = "frames"', 'style = "woodcut"', 'output = "out/"', f'ocio = "{CONFIG}"', 'ocio-space = "ACEScg"', "[key]")
    (tmp_path / "film.toml").write_text("\n".join((*lines, *(f'{at} = "mine/{at}.exr"' for at in mine))))
    done = restyle("film", tmp_path / "film.toml")
    assert done.exit_code == 0, done.stderr
    for at, wanted in mine.items():
        assert pixels(tmp_path / "out" / f"{at}.exr") == pytest.approx(wanted, rel=1e-4, abs=1e-4)


def test_what_is_not_there_is_said_before_anything_is_painted(restyle: Restyle, tmp_path: Path) -> None:
    light(tmp_path / "frames" / "1.exr", 1)
    for command, given, words in (
        ("image", ["--ocio", CONFIG, "--ocio-space", "acecg"], 'There is no colour space "acecg"'),
        ("film", ["--ocio", tmp_path / "none.ocio"], "can't be used"),
        ("image", ["--ocio-space", "ACEScg"], "Nobody says which config"),
        ("image", ["--estimate", "--ocio", tmp_path / "none.ocio"], "can't be used"),
    ):
        done = restyle(command, tmp_path / "frames", "-s", "woodcut", "-o", f"{tmp_path / 'out'}/", *given)
        assert done.exit_code == 1
        assert words in " ".join(done.stderr.split())
        assert not (tmp_path / "out").exists()
    (tmp_path / "in.mp4").write_bytes(b"film")
    done = restyle("film", tmp_path / "in.mp4", "-s", "woodcut", "-o", tmp_path / "out.mp4", "--ocio", CONFIG, "--ocio-space", "ACEScg")
    assert "leave out --ocio-space, or give frames in OpenEXR files" in " ".join(done.stderr.split())
