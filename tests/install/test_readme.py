"""What the README promises: every command of it runs, in the order in which it stands there, and so does the Python of docs/python.md."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from documents.commands import ROOT, blocks, commands
from PIL import Image

README = ROOT / "README.md"
RUN_ELSEWHERE = {
    "install/demo.py": "the part demo of the checks",
    "install/install.py": "tests/editors/test_fresh_machine.py",
    "install/test.py": "is what runs this",
}
ELSEWHERE = {("weights", "install"): "tests/weights/test_weights_install.py: 575 MB from somebody else's server are not a test's to take"}


@pytest.fixture
def variables(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Of a person with folders of their own; their server ends with the test."""
    own = {f"RESTYLE_{name}_DIR": str(tmp_path / name.lower()) for name in ("STATE", "DATA", "CONFIG")}
    yield {**os.environ, **own}
    restyle(["stop", "--grace", "0"], tmp_path, {**os.environ, **own})


def restyle(words: list[str], folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from restyle_cli.main import main; main()", *words]
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=280, check=False)


def photo(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.effect_mandelbrot((48, 32), (-2, -1, 1, 1), 50).convert("RGB").save(path)


@pytest.mark.slow
def test_every_restyle_command_of_the_readme_runs(tmp_path: Path, variables: dict[str, str]) -> None:
    photo(tmp_path / "photo.jpg")
    photo(tmp_path / "holiday" / "beach.jpg")
    ran = 0
    for words in commands(README, "restyle "):
        if tuple(words[1:3]) in ELSEWHERE:
            continue
        done = restyle(words[1:], tmp_path, variables)
        assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
        ran += 1
    assert ran >= 3
    assert (tmp_path / "woodcut.png").is_file()
    assert [path.name for path in (tmp_path / "painted").glob("*.png")] == ["beach.png"]


def test_every_script_of_the_readme_is_there_and_runs_somewhere() -> None:
    scripts = {words[1] for words in commands(README, "python3 ")}
    assert scripts <= RUN_ELSEWHERE.keys()
    assert {"install/demo.py", "install/install.py"} <= scripts
    assert all((ROOT / script).is_file() for script in scripts)
    assert "python3 install/install.py" in (ROOT / RUN_ELSEWHERE["install/install.py"]).read_text("utf-8")


@pytest.mark.slow
def test_the_documented_python_paints(tmp_path: Path, variables: dict[str, str]) -> None:
    photo(tmp_path / "photo.jpg")
    python(blocks(ROOT / "docs" / "python.md", "python")[0], tmp_path, variables)
    with Image.open(tmp_path / "painted.png") as painted:
        assert painted.size == (48, 32)


@pytest.mark.slow
def test_the_documented_python_fetches_a_job_that_outlives_its_program(tmp_path: Path, variables: dict[str, str]) -> None:
    photo(tmp_path / "photo.jpg")
    first, second, *_ = blocks(ROOT / "docs" / "python.md", "python")
    setting = first.partition("with connect()")[0]
    submitted = python(f"{setting}\n{second}\nprint(submit(request))", tmp_path, variables)
    job = submitted.split()[-1]
    python(f"{second}\nassert len(fetch({job!r})) == 48 * 32 * 3", tmp_path, variables)


@pytest.mark.slow
def test_the_documented_python_updates_a_job(tmp_path: Path, variables: dict[str, str]) -> None:
    photo(tmp_path / "photo.jpg")
    first, second, third, *_ = blocks(ROOT / "docs" / "python.md", "python")
    setting = first.partition("with connect()")[0]
    unchanged = "job = submit(request)\npainted = fetch(job)\nassert bytes(update(content, job).data) == painted"
    python(f"{setting}\n{second}\n{third}\n{unchanged}", tmp_path, variables)


@pytest.mark.slow
def test_the_documented_python_paints_a_film(tmp_path: Path, variables: dict[str, str]) -> None:
    photo(tmp_path / "photo.jpg")
    first, *_, third = blocks(ROOT / "docs" / "python.md", "python")
    painted = "one, other = paint(iter([content, content]), request)\nassert bytes(one.data) == bytes(other.data)"
    assert len(python(f"{first.partition('with connect()')[0]}\n{third}\n{painted}", tmp_path, variables).split()) == 2


def python(script: str, folder: Path, variables: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, env=variables, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-1000:]
    return done.stdout


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a script for a shell")
def test_the_farms_task_paints_and_leaves_no_process_behind(tmp_path: Path, variables: dict[str, str]) -> None:
    [script] = [block for block in blocks(ROOT / "docs" / "automation.md", "sh") if "RESTYLE_STATE_DIR" in block]
    photo(tmp_path / "frames" / "0001.png")
    (tmp_path / "restyle").write_text(f"#!{sys.executable}\nfrom restyle_cli.main import main\nmain()\n")
    (tmp_path / "restyle").chmod(0o755)
    (tmp_path / "tmp").mkdir()
    own = {**variables, "PATH": f"{tmp_path}:{os.environ['PATH']}", "TMPDIR": str(tmp_path / "tmp")}
    small = script.replace("--size 1024", "--size 48 --preset draft")
    assert small != script
    done = subprocess.run(["sh", "-c", small], cwd=tmp_path, env=own, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "painted/0001.png").is_file()
    left = [each for each in psutil.process_iter(["environ"]) if (each.info["environ"] or {}).get("TMPDIR") == own["TMPDIR"]]
    _, still = psutil.wait_procs(left, timeout=30)  # the server says goodbye before it ends
    assert still == []
    assert list((tmp_path / "tmp").iterdir()) == []
    failing = subprocess.run(["sh", "-c", small.replace("0001", "none")], cwd=tmp_path, env=own, capture_output=True, text=True, timeout=240, check=False)
    assert failing.returncode == 1
