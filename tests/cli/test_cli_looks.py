"""Owns the promises of `restyle look`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from cli.running import Restyle
from look_files import HOSTILE, look_file
from places import Serving, serving
from restyle_server.looks import library

__all__ = ["serving"]


def test_looks_travel_in_files(restyle: Restyle, tmp_path: Path) -> None:
    file = tmp_path / "mine.safetensors"
    file.write_bytes(look_file("My look", credit="Anna"))
    added = json.loads(restyle("look", "import", file, "--name", "from-anna", "--json").stdout)
    assert (added["id"], added["name"], added["credit"], added["builtin"]) == ("from-anna", "My look", "Anna", False)
    assert "from-anna" in restyle("look", "list").stdout
    assert added in [json.loads(line) for line in restyle("look", "list", "--json").stdout.splitlines()]
    assert "credit: Anna\n" in restyle("look", "show", "From-Anna").stdout
    done = restyle("look", "export", "from-anna", "-o", tmp_path / "again", "--json")
    assert json.loads(done.stdout)["output"] == str(tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == file.read_bytes()
    (tmp_path / "theirs.safetensors").write_text("somebody's")
    assert restyle("look", "export", "from-anna", "-o", tmp_path / "theirs").exit_code == 1
    assert json.loads(restyle("look", "delete", "from-anna", "--json").stdout) == {"id": "from-anna", "removed": True}
    assert restyle("look", "show", "from-anna").exit_code == 1


async def test_looks_that_came_with_restyle_are_named_so_and_stay(serving: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shipped").mkdir()
    (tmp_path / "shipped/night.safetensors").write_bytes(look_file())
    monkeypatch.setattr(library, "BUILTIN", tmp_path / "shipped")
    async with serving() as place:
        restyle = Restyle(place.config.state_dir, place.config.data_dir)
        await place.caller.call("AddLook", data=look_file("Mine"))
        rows = (await asyncio.to_thread(restyle, "look", "list")).stdout.splitlines()
        assert [row.split()[0] for row in rows if row.rstrip().endswith("comes with Restyle")] == ["night"]
        assert [row.split()[0] for row in rows if row.rstrip().endswith("yours")] == ["mine"]
        kept = await asyncio.to_thread(restyle, "look", "delete", "night")
        assert (kept.exit_code, "came with Restyle" in kept.stderr, len(kept.stderr.splitlines())) == (1, True, 1)


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_look_is_refused_in_one_sentence(restyle: Restyle, tmp_path: Path, kind: str) -> None:
    (tmp_path / "odd.safetensors").write_bytes(HOSTILE[kind])
    done = restyle("look", "import", tmp_path / "odd.safetensors")
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [("show", "nothing"), ("delete", "nothing"), ("export", "nothing", "-o", "a"), ("import", "none")])
def test_what_is_not_there_is_told_in_one_sentence(restyle: Restyle, tmp_path: Path, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = restyle("look", *arguments)
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1


def test_a_name_is_for_one_look(restyle: Restyle) -> None:
    assert restyle("look", "import", "a", "b", "--name", "both").exit_code == 2
