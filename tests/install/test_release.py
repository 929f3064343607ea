"""What install/release.py promises: all files of a release or none, the same bytes twice, and a sentence where there can't be one yet."""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Any:
    """With small packages in the place of the real ones, which tests/install/test_from_the_wheel.py builds."""
    spec = importlib.util.spec_from_file_location("restyle_release_script", ROOT / "install/release.py")
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)

    def build(_root: Path, target: Path) -> None:
        target.mkdir()
        for name in ("restyle-1.0.0-py3-none-any.whl", "restyle-1.0.0.tar.gz"):
            (target / name).write_text(name)

    monkeypatch.setattr(script, "_build", build)
    return script


def project(folder: Path, server: str = "1.0.0", client: str = "1.0.0", heading: str = "1.0.0") -> Path:
    for name, text in (
        ("server/restyle_server/__init__.py", f'__version__ = "{server}"\n'),
        ("plugin/restyle_client/version.py", f'VERSION = "{client}"\n'),
        ("CHANGELOG.md", f"# Changelog\n\n## {heading}\n"),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_a_release_is_every_package_and_their_sums(release: Any, tmp_path: Path) -> None:
    checked: list[Path] = []
    made = release.make(ROOT, tmp_path / "dist/restyle-1.0.0", "1.0.0", checked.extend)
    names = {path.name for path in made}
    assert {"restyle-1.0.0-py3-none-any.whl", "restyle-1.0.0.tar.gz", "restyle-1.0.0-gimp.zip", "restyle-1.0.0-krita.zip", "SHA256SUMS"} <= names
    assert len([name for name in names if name.startswith("restyle_client-")]) == 1
    assert sorted(path.suffix for path in checked) == [".gz", ".whl"]
    lines = (tmp_path / "dist/restyle-1.0.0/SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert sums == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in made if path.name != "SHA256SUMS"}
    assert "restyle/restyle.py" in zipfile.ZipFile(tmp_path / "dist/restyle-1.0.0/restyle-1.0.0-gimp.zip").namelist()
    for editor in ("gimp", "krita"):
        with zipfile.ZipFile(tmp_path / f"dist/restyle-1.0.0/restyle-1.0.0-{editor}.zip") as archive:
            assert archive.read("restyle/restyle-1.0.0-py3-none-any.whl") == b"restyle-1.0.0-py3-none-any.whl", "the painter comes along"
            assert "restyle/restyle_install/painter.py" in archive.namelist()
    assert [path.name for path in (tmp_path / "dist").iterdir()] == ["restyle-1.0.0"]
    with pytest.raises(release.Unready, match="exists; remove it"):
        release.make(ROOT, tmp_path / "dist/restyle-1.0.0", "1.0.0", checked.extend)


def test_what_comes_out_differently_or_is_found_wanting_is_not_given_out(release: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_pair: list[Path]) -> None:
        raise release.Unready("twine finds: it has no description")

    with pytest.raises(release.Unready, match="no description"):
        release.make(ROOT, tmp_path / "dist", "1.0.0", refuse)
    count = iter(range(9))

    def build(_root: Path, target: Path) -> None:
        target.mkdir()
        (target / "restyle-1.0.0.tar.gz").write_text(str(next(count)))

    monkeypatch.setattr(release, "_build", build)
    with pytest.raises(release.Unready, match=r"restyle-1\.0\.0\.tar\.gz came out differently"):
        release.make(ROOT, tmp_path / "dist", "1.0.0", lambda pair: None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [({"client": "1.0.1"}, "different versions; make them equal"), ({"heading": "1.0.0 (unreleased)"}, "has no heading “## 1.0.0”")],
)
def test_a_version_that_is_not_everywhere_is_no_release(release: Any, tmp_path: Path, words: dict[str, str], sentence: str) -> None:
    assert release.version_of(project(tmp_path)) == "1.0.0"
    with pytest.raises(release.Unready, match=sentence):
        release.version_of(project(tmp_path, **words))


def test_a_release_is_made_from_a_commit_alone(release: Any, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    release.clean(tmp_path)
    (tmp_path / "more.py").write_text("")
    with pytest.raises(release.Unready, match="differs from the last commit"):
        release.clean(tmp_path)
