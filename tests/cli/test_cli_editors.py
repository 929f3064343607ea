"""What `restyle install`, `update` and `uninstall` promise about their words: what is about all of Restyle, and what about one editor."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.running import Restyle


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("install", "--folder", "."), "name the editor, too"),
        (("uninstall", "--folder", "."), "name the editor, too"),
        (("uninstall", "gimp", "--purge"), "leave the editor away"),
        (("uninstall", "krita", "--dry-run"), "leave the editor away"),
        (("update", "none.whl"), "none.whl does not exist"),
    ],
)
def test_senseless_words_are_refused_in_a_sentence(words: tuple[str, ...], sentence: str, tmp_path: Path) -> None:
    done = Restyle(tmp_path / "state", tmp_path / "data")(*words)
    assert done.exit_code == 1
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
