"""Owns the promise that docs/controls.md is what the code says: every field is there and no other, with its true default, range, option and preset key."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from calls import gray
from restyle_cli.main import app
from restyle_client import Parameters as ClientParameters
from restyle_client.conversion import outgoing, words
from restyle_client.requests import JobRequest
from restyle_editor import recipes
from restyle_editor.presets import NATIVE_SIZE
from restyle_engine import parameters as engine
from restyle_server.limits import MAX_MASKS, MAX_STYLE_WEIGHT, MAX_STYLES, Limits
from restyle_server.refusals import Invalid
from restyle_server.rpc.conversion import spec_of
from restyle_server.wire import restyle_pb2 as wire
from typer.main import get_command

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "controls.md").read_text("utf-8")
SECTIONS = {part.partition("\n")[0].strip(): part for part in PAGE.split("\n## ")}
COLUMNS = ("values", "default", "does", "option", "key")


def rows(section: str) -> dict[str, dict[str, str]]:
    """The cells of a section's table, by field."""
    found = {}
    for line in SECTIONS[section].splitlines():
        if line.startswith("| `"):
            field, *cells = [cell.strip() for cell in line.strip("|").split(" |")]
            found[field.replace("`", "").strip()] = dict(zip(COLUMNS, [cell.replace("`", "").strip() for cell in cells], strict=False))
    return found


PAINTED, STYLED, PLACED = rows("How it is painted"), rows("With which styles"), rows("Where, and from what")
EVERY = {**PAINTED, **STYLED, **PLACED}
RESOLVED = engine.resolve(engine.Parameters(), 4000, 3000, "cpu", bf16=True)


def asked(**given: Any) -> wire.JobSpec:
    return wire.JobSpec(content=gray(), styles=[wire.StyleUse(style_id="night")], parameters=wire.Parameters(**given))


def styled(**given: Any) -> wire.JobSpec:
    return wire.JobSpec(content=gray(), styles=[wire.StyleUse(style_id="night", **given)])


def started(noise: float) -> wire.JobSpec:
    return wire.JobSpec(content=gray(), styles=[wire.StyleUse(style_id="night")], start=wire.Start(content=wire.ContentStart(noise=noise)))


def accepted(spec: wire.JobSpec) -> bool:
    try:
        spec_of(spec, Limits())
    except Invalid:
        return False
    return True


def test_every_field_has_its_row_and_no_other() -> None:
    assert set(PAINTED) == {field.name for field in wire.Parameters.DESCRIPTOR.fields} == {field.name for field in fields(ClientParameters)}
    style = {field.name for field in wire.StyleUse.DESCRIPTOR.fields} - {"style_id", "image", "plane"} | {"source"}
    assert set(STYLED) == {f"styles[].{name}" for name in style}
    uses = {f"masks[], use {use}" for use in words.MASK_USE}
    starts = {f"start.{field.name}" for field in wire.Start.DESCRIPTOR.fields} - {"start.content"} | {"start.content.noise"}
    alone = {"strength_map", "report", "previous", "painted", "sequence", "reading", "update"}
    assert set(PLACED) == uses | starts | alone
    elsewhere = {"label", "lifetime", "job_class", "content", "styles", "parameters", "masks", "start", "learn"}  # the last makes no painting: docs/live.md
    assert {field.name for field in wire.JobSpec.DESCRIPTOR.fields} == elsewhere | alone
    assert all(row["does"] for row in EVERY.values())


@pytest.mark.parametrize("field", [field for field, row in EVERY.items() if re.match(r"[\d.]+–[\d.]+", row["values"])])
def test_both_ends_of_a_range_are_accepted_and_what_lies_beyond_is_not(field: str) -> None:
    low, high = map(float, re.match(r"([\d.]+)–([\d.]+)", EVERY[field]["values"]).groups())  # type: ignore[union-attr]
    whole = field in ("size", "evaluations", "seed")
    kind = int if whole else float
    step = 1 if whole else 1e-3

    def spec(value: float) -> wire.JobSpec:
        if field.startswith("styles[]."):
            return styled(**{field.removeprefix("styles[]."): value})
        return started(value) if field.startswith("start.") else asked(**{field: kind(value)})

    assert accepted(spec(low))
    assert accepted(spec(high))
    assert low == 0 or not accepted(spec(low - step))
    if high + step < 2**32:  # else it can't even be said
        assert not accepted(spec(high + step))


CHOICES = {**outgoing.PARAMETER_WORDS, "styles[].symmetry": words.SYMMETRY}


@pytest.mark.parametrize("field", CHOICES)
def test_every_choice_is_named_and_no_other(field: str) -> None:
    assert EVERY[field]["values"].split(", ") == list(CHOICES[field])


def test_what_else_has_a_limit_has_it() -> None:
    assert f"One to {MAX_STYLES} `styles`" in PAGE
    assert f"At most {MAX_MASKS} masks in all" in PAGE
    assert STYLED["styles[].weight"]["values"] == f"above 0, to {MAX_STYLE_WEIGHT:.0f}"
    assert accepted(styled(weight=MAX_STYLE_WEIGHT))
    assert not accepted(styled(weight=0.0))
    assert f"sides from {engine.SMALLEST_SIDE} px" in STYLED["styles[].crop"]["values"]
    for name in ("style_layers", "content_layers"):
        assert PAINTED[name]["values"] == f"relu1_1 to relu5_4, weights from 0 to {MAX_STYLE_WEIGHT:.0f}"
    assert PAINTED["weights"]["values"].split(", ") == ["auto", "vgg19", "vgg16", "file"]
    assert all(accepted(asked(weights=name)) for name in PAINTED["weights"]["values"].split(", "))
    assert not accepted(asked(size=64, native_size=True))


def test_every_default_is_the_engines() -> None:
    defaults = {name: PAINTED[name]["default"] for name in PAINTED}
    for name in ("preset", "color", "objective", "optimizer", "pooling"):
        assert defaults[name] == getattr(RESOLVED, name).value, name
    for name in ("strength", "legibility", "seed", "color_mix", "tv"):
        assert float(defaults[name]) == getattr(RESOLVED, name), name
    sizes = engine.DEFAULT_SIZE
    assert defaults["size"] == f"{sizes['cpu']} on a CPU, {sizes['mps']} on an Apple GPU, {sizes['cuda']} on CUDA"
    assert defaults["style_layers"] == ", ".join(f"{layer} {weight:g}" for layer, weight in engine.DEFAULT_STYLE_LAYERS)
    assert defaults["content_layers"] == ", ".join(f"{layer} {weight:g}" for layer, weight in engine.DEFAULT_CONTENT_LAYERS)
    assert [engine.resolve(engine.Parameters(), 64, 64, "cpu", bf16=fast).precision.value for fast in (True, False)] == ["bf16", "fp32"]
    assert RESOLVED.evaluations == RESOLVED.preset.budget
    assert "12, 60 or 200" in PAINTED["preset"]["does"]
    assert [preset.budget for preset in engine.Preset] == [12, 60, 200]
    assert "(1024 for draft, 2048 for standard)" in PAINTED["size"]["does"]
    assert [preset.largest for preset in engine.Preset] == [1024, 2048, engine.LARGEST_SIDE]
    plain = spec_of(styled(), Limits())
    assert float(STYLED["styles[].weight"]["default"]) == plain.styles[0].weight
    assert STYLED["styles[].symmetry"]["default"] == plain.styles[0].symmetry.value
    assert float(PLACED["start.content.noise"]["default"]) == plain.start.noise
    assert (PLACED["report"]["default"] == "yes") is plain.report


def test_every_option_is_one_of_the_command_and_every_other_one_is_about_files() -> None:
    options = {option for parameter in get_command(app).commands["image"].params for option in parameter.opts if option.startswith("--")}  # type: ignore[attr-defined]
    named = {match for row in EVERY.values() for match in re.findall(r"--[\w-]+", row["option"])}
    assert named <= options
    assert (
        options - named == {"--output", "--format", "--overwrite", "--estimate", "--layers", "--series", "--ocio", "--ocio-space", "--json", "--help"} & options
    )


def test_every_key_of_a_preset_that_is_about_painting_is_named_and_no_other() -> None:
    named = [row["key"] for row in EVERY.values() if row["key"]]
    assert sorted(named) == sorted({*recipes.SETTINGS, NATIVE_SIZE} - {"layers"})


def test_the_client_can_say_all_of_it() -> None:
    names = {field.name for field in fields(JobRequest)}
    assert {"masks", "styles", "strength_map", "start", "parameters", "report"} <= names
