"""Owns the promises about the words that editors share."""

from __future__ import annotations

import ast
import re
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from restyle_client import Progress
from restyle_contract import limits
from restyle_editor import sentences
from restyle_imaging.io import pat

PLUGINS = Path(__file__).resolve().parents[2] / "plugin"
EDITORS = (PLUGINS / "gimp" / "restyle" / "restyle_gimp", PLUGINS / "krita" / "restyle")
MEANT_TO_DIFFER = {"SELECT_NOTHING", "FILE_FILTER"}  # an entry of the editor's own menu, and a pattern in its toolkit's own words
ALIKE = 0.75  # of two sentences, as difflib has it
AT_WORK = Progress(
    scale=2, scales=3, width=256, height=192, step=7, steps=60, fraction=0.1, loss=1.0, content_loss=0.5, style_loss=0.5, elapsed_seconds=3.0, eta_seconds=130.0
)


@pytest.mark.parametrize(("amount", "text"), [(0.2, "1 s"), (12.4, "12 s"), (99, "99 s"), (130, "2 min"), (3599, "1 h 0 min"), (4800, "1 h 20 min")])
def test_spans_of_time_are_short(amount: float, text: str) -> None:
    assert sentences.seconds(amount) == text


@pytest.mark.parametrize(("amount", "text"), [(10, "1 MiB"), (574_673_361, "548 MiB"), (1_610_612_736, "1.5 GiB")])
def test_memory_is_short(amount: int, text: str) -> None:
    assert sentences.bytes_(amount) == text


@pytest.mark.parametrize(("position", "text"), [(0, "next"), (1, "next"), (2, "place 2 in the queue"), (17, "place 17 in the queue")])
def test_the_place_in_the_queue_is_told(position: int, text: str) -> None:
    assert text in sentences.queued(position)


def test_progress_tells_the_scale_the_step_and_the_time_left() -> None:
    assert sentences.progress_in("Scale {scale} of {scales}, step {step} of {steps}", AT_WORK) == "Scale 2 of 3, step 7 of 60 · 2 min left"


@pytest.mark.parametrize("editor", EDITORS, ids=lambda path: path.parts[-2])
def test_no_editor_says_again_what_all_say(editor: Path) -> None:
    shared = {name: value for name, value in vars(sentences).items() if re.fullmatch(r"[A-Z][A-Z_]+", name) and name != "TYPE_CHECKING"}
    said = [value for value in shared.values() if " " in str(value)]  # single words mean different things in different places
    nodes = [node for node in ast.parse((editor / "strings.py").read_text(encoding="utf-8")).body if isinstance(node, ast.Assign)]
    own = {getattr(node.targets[0], "id", ""): ast.literal_eval(node.value) for node in nodes if isinstance(node.value, (ast.Constant, ast.Dict))}
    assert [name for name, value in own.items() if name in shared or value in said] == []


def test_no_two_editors_have_words_of_their_own_for_one_thing() -> None:
    """What both say stands in the shared table: the same name, or nearly the same sentence, in both tables of their own would be one thing in two words."""
    gimp, krita = (_own(editor) for editor in EDITORS)
    assert {name for name in gimp.keys() & krita.keys() if name not in MEANT_TO_DIFFER} == set()
    alike = [(one, other) for one in gimp.values() for other in krita.values() if one.count(" ") > 2 and SequenceMatcher(None, one, other).ratio() > ALIKE]
    assert alike == []


def test_two_sentences_for_one_thing_would_be_noticed() -> None:
    one = "The layer “{name}” is locked. Unlock it in the Layers dialog, then start Restyle again."
    other = "The layer “{name}” is locked. Unlock it in the Layers docker, then try again."
    assert SequenceMatcher(None, one, other).ratio() > ALIKE


@pytest.mark.parametrize("editor", EDITORS, ids=lambda path: path.parts[-2])
def test_no_sentence_of_an_editor_speaks_of_a_server(editor: Path) -> None:
    """The word for it is painter, wherever a person reads it."""
    said = [*_own(editor).values(), *(value for value in vars(sentences).values() if isinstance(value, str) and not value.startswith("Owns"))]
    assert [sentence for sentence in said if re.search(r"\bserver\b", sentence, re.IGNORECASE)] == []


def _own(editor: Path) -> dict[str, str]:
    nodes = [node for node in ast.parse((editor / "strings.py").read_text(encoding="utf-8")).body if isinstance(node, ast.Assign)]
    return {
        getattr(node.targets[0], "id", ""): node.value.value for node in nodes if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


@pytest.mark.parametrize(("painting", "style", "source"), [
    ("Woodcut · sky", "Woodcut", "sky"), ("Woodcut · a · b", "Woodcut", "a · b"), ("a layer · sky", "sky", "sky"), ("my own name", "Woodcut", "my own name"),
])  # fmt: skip
def test_a_painted_layer_tells_what_it_was_painted_from(painting: str, style: str, source: str) -> None:
    assert sentences.origin(painting, style) == source


def test_a_texture_too_large_for_a_pattern_is_told_so_before_it_is_painted() -> None:
    assert sentences.pattern_note(10_000, 16) == ""
    assert "10,000 px" in sentences.pattern_note(16, 10_001)
    assert limits.LARGEST_PATTERN == pat.LARGEST_SIDE


def test_no_layer_is_called_after_itself() -> None:
    assert sentences.layer_name("Background", "Woodcut") == "Woodcut · Background"
    assert sentences.layer_name("Background", "Background") == "a layer · Background"


def test_every_shared_word_is_said_by_an_editor() -> None:
    rooms = (*EDITORS, Path(sentences.__file__).parent)
    code = "\n".join(path.read_text(encoding="utf-8") for room in rooms for path in room.rglob("*.py"))
    own = Path(sentences.__file__).read_text(encoding="utf-8")
    names = [name for name in vars(sentences) if re.fullmatch(r"[A-Z][A-Z_]+", name) and name != "TYPE_CHECKING"]
    assert [name for name in names if not re.search(rf"(strings|sentences)\.{name}\b", code) and len(re.findall(rf"\b{name}\b", own)) == 1] == []
