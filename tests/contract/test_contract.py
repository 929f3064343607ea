"""Owns the promise that every side takes its parameters and limits from restyle_contract, so that none can say something else than another."""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path

import pytest
import restyle_contract
from house.arrows import named
from restyle_client.wire import restyle_pb2 as wire
from restyle_contract import limits
from restyle_contract.parameters import DECLARED, NUMBERS, PARAMETERS, SYMMETRIES, WORDS, Choice, LayerWeights, Number, Parameters, Settings
from restyle_contract.progress import Preview, Progress, ScaleReport
from restyle_contract.settings import NAMES, RecipeError, check_setting
from restyle_engine import parameters as engine
from restyle_server.records import progress as server_progress
from restyle_server.records import report as server_report

ROOM = Path(restyle_contract.__file__).parent
OWN = ("start", "start_noise", "symmetry", "layers")  # of a recipe alone: the wire has them beside the parameters, or an editor does it


def test_it_imports_the_standard_library_alone() -> None:
    for path in ROOM.rglob("*.py"):
        assert named(path) <= set(sys.stdlib_module_names), path


def test_every_parameter_of_the_wire_is_declared_and_no_other() -> None:
    assert [each.name for each in PARAMETERS] == [field.name for field in wire.Parameters.DESCRIPTOR.fields] == [field.name for field in fields(Parameters)]
    assert {*NAMES} == {*DECLARED, *OWN} - {"native_size", "memory_limit"}
    assert all(each.sentence and each.since for each in PARAMETERS)


def test_a_setting_begins_with_what_is_declared() -> None:
    for name, number in NUMBERS.items():
        if number.default is not None:
            assert getattr(Settings(), name) == number.default, name
    for name, words in WORDS.items():
        assert getattr(Settings(), name) in (*words, "auto"), name


def test_the_engine_means_the_same() -> None:
    resolved = engine.resolve(engine.Parameters(), 4000, 3000, "cpu", bf16=True)
    for each in PARAMETERS:
        if isinstance(each, (Number, Choice)) and each.default is not None and hasattr(resolved, each.name):
            assert getattr(resolved, each.name) == each.default, each.name
    assert [name for name in NUMBERS if not hasattr(resolved, name)] == []
    layers = {each.name: each.default for each in PARAMETERS if isinstance(each, LayerWeights)}
    assert layers == {"style_layers": engine.DEFAULT_STYLE_LAYERS, "content_layers": engine.DEFAULT_CONTENT_LAYERS}
    assert (engine.SMALLEST_SIDE, engine.LARGEST_SIDE) == (limits.SMALLEST_SIDE, limits.LARGEST_SIDE)
    for words in (engine.Color, engine.Preset, engine.Objective, engine.Optimizer, engine.Pooling, engine.Precision):
        assert tuple(each.value for each in words) == WORDS[words.__name__.lower()]
    assert tuple(each.value for each in engine.Symmetry) == SYMMETRIES
    assert [field.name for field in fields(engine.Parameters)] == [field.name for field in fields(Parameters) if field.name not in ("weights", "device")]


@pytest.mark.parametrize(
    ("told", "server"), [(Progress, server_progress.Progress), (Preview, server_progress.Preview), (ScaleReport, server_report.ScaleReport)]
)
def test_the_client_the_server_and_the_wire_tell_the_same_of_a_painting(told: type, server: type) -> None:
    wanted = {field.name for field in fields(told)}
    assert {field.name for field in fields(server)} == wanted
    assert {field.name for field in getattr(wire, told.__name__).DESCRIPTOR.fields} == wanted


@pytest.mark.parametrize("number", NUMBERS.values(), ids=lambda number: number.name)
def test_both_ends_of_a_range_can_be_set_and_what_lies_beyond_can_not(number: Number) -> None:
    ends = [int(end) if number.whole else end for end in (number.lowest, number.highest)]
    for end in ends:
        check_setting(number.name, end)
    with pytest.raises(RecipeError, match=number.name):
        check_setting(number.name, ends[1] + 1)
