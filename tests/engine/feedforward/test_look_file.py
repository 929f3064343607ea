"""A look's file says what it is, holds one network and nothing else, and can't harm whoever opens it."""

from __future__ import annotations

import json
import pickle
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import restyle_engine
import torch
from engine.feedforward.looks import look
from restyle_engine.feedforward.layout import LAYOUT
from restyle_engine.feedforward.look import UnusableLook, header_of, look_bytes, read_look
from restyle_engine.feedforward.look_file import KEY, LARGEST_BYTES, LARGEST_WORDS, LONGEST_TEXT
from safetensors.torch import load

MOST_OF_A_LOOK = 1_500_000  # bytes
MOST_OF_SIXTEEN = 16 << 20

GOOD = look_bytes(look())


def split(data: bytes) -> tuple[dict[str, Any], bytes]:
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def changed(change: Callable[[dict[str, Any]], object], data: bytes = GOOD) -> bytes:
    """The file with another header."""
    table, body = split(data)
    change(table)
    text = json.dumps(table).encode()
    return struct.pack("<Q", len(text)) + text + body


def worded(before: str, after: str) -> bytes:
    """The file that says something else of itself."""

    def change(table: dict[str, Any]) -> None:
        words = table["__metadata__"][KEY]
        assert before in words
        table["__metadata__"][KEY] = words.replace(before, after)

    return changed(change)


def test_a_look_comes_back_as_it_was() -> None:
    back = read_look(GOOD)
    assert back.header == look().header == header_of(GOOD)
    assert all(torch.equal(back.tensors[name], values) and back.tensors[name].dtype == torch.float16 for name, values in look().tensors.items())
    assert look_bytes(back) == GOOD


def test_it_is_a_safetensors_file_for_everyone() -> None:
    others = load(GOOD)
    assert all(torch.equal(others[name], values) for name, values in look().tensors.items())


def test_it_is_small() -> None:
    assert len(GOOD) <= MOST_OF_A_LOOK
    assert 16 * len(GOOD) <= MOST_OF_SIXTEEN


@pytest.mark.parametrize("text", ['"', "\\", "é", "日本 ‘quoted’", "", "a" * LONGEST_TEXT])
def test_every_text_that_can_be_shown_comes_back(text: str) -> None:
    assert header_of(look_bytes(replace(look(), name=text, credit=text))).credit == text


@pytest.mark.parametrize("text", ["\n", "\x00", "\x7f", "\u202e", "\ud800", "a" * (LONGEST_TEXT + 1)])
def test_no_other_text_is_written(text: str) -> None:
    with pytest.raises(UnusableLook):
        look_bytes(replace(look(), name=text))


def test_the_header_is_read_without_torch() -> None:
    words = "import sys; from restyle_engine.feedforward.look_file import header_of; print(header_of(sys.stdin.buffer.read()).steps, 'torch' in sys.modules)"
    server = Path(restyle_engine.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", words], input=GOOD, capture_output=True, check=True, cwd=server)
    assert done.stdout.split() == [b"1200", b"False"]


@pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 100, 6000, len(GOOD) - 1])
def test_a_look_that_is_cut_off_is_refused(length: int) -> None:
    with pytest.raises(UnusableLook):
        read_look(GOOD[:length])


def test_nothing_may_follow_a_look() -> None:
    with pytest.raises(UnusableLook, match="damaged"):
        read_look(GOOD + b"\0\0")


@dataclass
class Trap:
    """Makes a file, when it is unpickled."""

    path: Path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.path,))


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    trap = Trap(tmp_path / "sprung")
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("data.pkl", pickle.dumps(trap))
    for data in (pickle.dumps(trap), archive.getvalue()):
        with pytest.raises(UnusableLook, match="PyTorch"):
            read_look(data)
    assert not trap.path.exists()


def test_a_look_of_another_version_says_so() -> None:
    with pytest.raises(UnusableLook, match="another version"):
        header_of(worded("version = 1", "version = 2"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("side = 384", "side = 1e9"),
        ("side = 384", "side = true"),
        ("side = 384", "side = nan"),
        ("side = 384", ""),
        ("strength = 62.5", "strength = -1"),
        ("strength = 62.5", 'strength = "62"'),
        ("steps = 1200", "steps = -1"),
        ('style = "waves"', 'style = ["waves"]'),
        ('style = "waves"', 'style = "a\\u0000"'),
        ('style = "waves"', f'style = "{"w" * (LONGEST_TEXT + 1)}"'),
        ('style = "waves"', "style = " + "[" * 2000),
        ('style = "waves"', "#" * LARGEST_WORDS),
        ('style = "waves"', 'style = "waves'),
    ],
)
def test_a_look_that_says_nonsense_is_refused(before: str, after: str) -> None:
    with pytest.raises(UnusableLook):
        header_of(worded(before, after))


def saying(words: object) -> Callable[[dict[str, Any]], object]:
    return lambda table: table.update({"__metadata__": words})


def test_a_file_that_says_nothing_is_refused() -> None:
    words: list[object] = [None, {}, {KEY: 3}, "text"]
    for nothing in words:
        with pytest.raises(UnusableLook, match="says nothing"):
            header_of(changed(saying(nothing)))


def of(name: str, key: str, value: object) -> bytes:
    return changed(lambda table: table[name].update({key: value}))


@pytest.mark.parametrize(
    "data",
    [
        changed(lambda table: table.pop("exit.bias")),
        changed(lambda table: table.update(more=table["exit.bias"])),
        changed(lambda table: table.update({"exit.bias": None})),
        of("exit.bias", "dtype", "F32"),
        of("exit.bias", "shape", [6, 2]),
        of("exit.bias", "shape", [1 << 40]),
        of("exit.bias", "data_offsets", [0, 24]),  # another tensor's place
        of("exit.bias", "data_offsets", [-24, 0]),
        of("exit.bias", "data_offsets", [1 << 62, (1 << 62) + 24]),
        of("exit.bias", "data_offsets", [0.0, 24.0]),
        of("exit.bias", "data_offsets", "0"),
    ],
)
def test_another_network_is_refused(data: bytes) -> None:
    with pytest.raises(UnusableLook):
        read_look(data)


@pytest.mark.parametrize(
    "data",
    [
        struct.pack("<Q", 1 << 63) + GOOD[8:],
        struct.pack("<Q", 4) + b"null",
        struct.pack("<Q", 60_000) + b"[" * 60_000,
        struct.pack("<Q", 60_000) + b'{"a":' * 12_000,
        struct.pack("<Q", 4) + b"\xff\xfe\xfd\xfc",
        b"\0" * 64,
        b"RIFF" + b"WEBP" * 8,
    ],
)
def test_absurd_headers_are_refused(data: bytes) -> None:
    with pytest.raises(UnusableLook):
        read_look(data)


@pytest.mark.parametrize("value", [np.inf, np.nan])
def test_numbers_that_are_not_finite_are_refused(value: float) -> None:
    tensors = {**look().tensors, "exit.bias": torch.full((32,), value, dtype=torch.float16)}
    with pytest.raises(UnusableLook, match="finite"):
        look_bytes(replace(look(), tensors=tensors))


def test_what_is_too_large_is_not_looked_at() -> None:
    with pytest.raises(UnusableLook, match="bytes"):
        header_of(GOOD + bytes(LARGEST_BYTES))


def test_every_refusal_is_one_sentence_that_says_what_to_do() -> None:
    for data in (b"", GOOD[:100], GOOD[:-2], worded("version = 1", "version = 9"), bytes(LARGEST_BYTES + 1), b"PK"):
        with pytest.raises(UnusableLook) as refused:
            header_of(data)
        assert str(refused.value).endswith(".")
        assert "\n" not in str(refused.value)
        assert any(word in str(refused.value).lower() for word in ("choose", "copy", "update"))


def test_the_layout_is_that_of_the_file() -> None:
    table, body = split(GOOD)
    table.pop("__metadata__")
    assert table.keys() == LAYOUT.shapes.keys()
    assert len(body) == 2 * LAYOUT.parameters
