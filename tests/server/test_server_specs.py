"""What a caller may ask for: every wrong field is named, with Python's own integers, before anything is allocated."""

from __future__ import annotations

import math
from typing import Any

import pytest
from calls import gray, order
from hypothesis import given
from hypothesis import strategies as st
from imaging.icc_samples import GRAY_PROFILES, PROFILES, profile
from restyle_engine.parameters import Color, Objective, Preset, Seamless, Symmetry
from restyle_server.limits import Limits
from restyle_server.records.order import MaskUse, StartFrom
from restyle_server.refusals import Invalid
from restyle_server.rpc.conversion import spec_of
from restyle_server.wire import restyle_pb2 as wire

LIMITS = Limits(max_pixels=1_000_000)


def plane(width: int = 16, height: int = 16, channels: int = wire.GRAY, depth: int = wire.U8, payload: int = 0, icc: bytes = b"") -> wire.Plane:
    named: dict[str, Any] = {"channels": channels, "depth": depth}  # numbers that name nothing among them
    return wire.Plane(format=wire.PixelFormat(**named), width=width, height=height, payload=payload, icc_profile=icc)


def style(**words: Any) -> wire.StyleUse:
    return wire.StyleUse(**{"style_id": "night", **words})


def asked(**words: Any) -> wire.JobSpec:
    return order(parameters=wire.Parameters(**words))


def with_styles(*styles: wire.StyleUse) -> wire.JobSpec:
    return wire.JobSpec(content=gray(), styles=styles)


MASK = wire.Mask(plane=plane(payload=1), use=wire.BLEND)
TEXTURE = wire.Start(texture=wire.TextureStart())
WITHIN: list[dict[str, Any]] = [{"masks": [MASK]}, {"strength_map": plane(payload=1)}, {"styles": [style(mask=plane(payload=1))]}, {"sequence": True}]
WRONG = {
    "spec.content": [
        wire.JobSpec(styles=[style()]),
        wire.JobSpec(content=plane(15, 16), styles=[style()]),
        wire.JobSpec(content=plane(2000, 2000), styles=[style()]),
        wire.JobSpec(content=plane(65_535, 65_535, wire.RGBA, wire.F32), styles=[style()]),
    ],
    "spec.content.width": [wire.JobSpec(content=plane(0, 16)), wire.JobSpec(content=plane(2**32 - 1, 16))],
    "spec.content.height": [wire.JobSpec(content=plane(16, 0))],
    "spec.content.format.channels": [wire.JobSpec(content=plane(channels=0)), wire.JobSpec(content=plane(channels=77))],
    "spec.content.format.depth": [wire.JobSpec(content=plane(depth=0))],
    "spec.content.icc_profile": [
        wire.JobSpec(content=plane(icc=bytes(4 * 2**20 + 1))),
        wire.JobSpec(content=plane(icc=b"no profile at all")),
        wire.JobSpec(content=plane(icc=PROFILES["adobe-rgb"])),
        wire.JobSpec(content=plane(channels=wire.BGRA, icc=GRAY_PROFILES["gray-linear"])),
        wire.JobSpec(content=plane(channels=wire.RGB, icc=profile(b"CMYK", {}))),
    ],
    "spec.styles[0].plane.icc_profile": [with_styles(wire.StyleUse(plane=plane(icc=PROFILES["lut"], payload=1)))],
    "spec.content.payload": [wire.JobSpec(content=plane(payload=3), styles=[style()])],
    "spec.label": [order(label="x" * 129)],
    "spec.lifetime": [order(lifetime=9)],
    "spec.job_class": [order(job_class=9)],
    "spec.styles": [wire.JobSpec(content=gray()), with_styles(*[style()] * 9)],
    "spec.styles[0]": [with_styles(wire.StyleUse())],
    "spec.styles[0].style_id": [with_styles(style(style_id="")), with_styles(style(style_id="x" * 129))],
    "spec.styles[1].weight": [with_styles(style(), style(weight=weight)) for weight in (0.0, -1.0, math.nan, math.inf)],
    "spec.styles[0].scale": [with_styles(style(scale=scale)) for scale in (0.2, 4.1, math.nan)],
    "spec.styles[0].crop": [
        with_styles(style(crop=wire.Rect(width=15, height=16))),
        with_styles(wire.StyleUse(plane=plane(20, 20, payload=1), crop=wire.Rect(x=5, width=16, height=16))),
    ],
    "spec.styles[0].plane": [with_styles(wire.StyleUse(plane=plane(8, 4000, payload=1)))],
    "spec.styles[0].plane.payload": [with_styles(wire.StyleUse(plane=plane(payload=0)))],
    "spec.styles[0].image.size": [with_styles(wire.StyleUse(image=wire.EncodedImage(size=size, payload=1))) for size in (0, 2**63)],
    "spec.styles[0].mask": [with_styles(style(mask=plane(17, 16, payload=1)))],
    "spec.styles[0].symmetry": [with_styles(style(symmetry=9))],
    "spec.masks": [order(masks=[wire.Mask(plane=plane(), use=wire.BLEND)] * 9)],
    "spec.masks[0].use": [order(masks=[wire.Mask(plane=plane(payload=1))])],
    "spec.masks[0].plane.format.channels": [order(masks=[wire.Mask(plane=plane(channels=wire.RGB, payload=1), use=wire.BLEND)])],
    "spec.masks[0].plane": [order(masks=[wire.Mask(plane=plane(16, 17, payload=1), use=wire.BLEND)])],
    "spec.strength_map": [order(strength_map=plane(17, 17, payload=1))],
    "spec.start.content.noise": [order(start=wire.Start(content=wire.ContentStart(noise=noise))) for noise in (-0.1, 1.1, math.nan)],
    "spec.start.job_id": [order(start=wire.Start(job_id=""))],
    "spec.parameters.preset": [asked(preset=9)],
    "spec.parameters.size": [asked(size=15), asked(size=65_536)],
    "spec.parameters.native_size": [asked(size=512, native_size=True)],
    "spec.parameters.strength": [asked(strength=strength) for strength in (-1.0, 100.1, math.nan, math.inf)],
    "spec.parameters.evaluations": [asked(evaluations=10_001)],
    "spec.parameters.color": [asked(color=9)],
    "spec.parameters.color_mix": [asked(color_mix=1.1)],
    "spec.parameters.objective": [asked(objective=2), asked(objective=9)],
    "spec.parameters.optimizer": [asked(optimizer=9)],
    "spec.parameters.style_layers": [
        asked(style_layers=[wire.LayerWeight(layer=layer, weight=1)]) for layer in ("conv1_1", "relu1_3", "relu6_1", "relu1_1\n", "")
    ]
    + [
        asked(style_layers=[wire.LayerWeight(layer="relu1_1", weight=weight)]) for weight in (0.0, -1.0, math.nan)
    ]
    + [asked(style_layers=[wire.LayerWeight(layer="relu1_1", weight=1)] * 2)],
    "spec.parameters.content_layers": [asked(content_layers=[wire.LayerWeight(layer="pool1", weight=1)])],
    "spec.parameters.tv": [asked(tv=-0.1), asked(tv=1001.0)],
    "spec.parameters.pooling": [asked(pooling=9)],
    "spec.parameters.precision": [asked(precision=9)],
    "spec.parameters.seamless": [asked(seamless=9)]
    + [
        order(parameters=wire.Parameters(seamless=wire.SEAMLESS_X), **part)
        for part in WITHIN
    ],
    "spec.start.texture": [
        order(start=TEXTURE, **part)
        for part in WITHIN
    ],
    "spec.parameters.weights": [asked(weights="../../etc/passwd"), asked(weights="random")],
    "spec.parameters.device": [asked(device="cuda:0; rm -rf /"), asked(device="x" * 17)],
}  # fmt: skip


@pytest.mark.parametrize(("field", "spec"), [(field, spec) for field, specs in WRONG.items() for spec in specs])
def test_a_wrong_field_is_named_in_one_sentence(field: str, spec: wire.JobSpec) -> None:
    with pytest.raises(Invalid) as refused:
        spec_of(spec, LIMITS)
    assert refused.value.field == field
    assert refused.value.message.endswith(".")
    assert "\n" not in refused.value.message


def test_all_payloads_together_have_a_limit() -> None:
    with pytest.raises(Invalid, match="at once"):
        spec_of(order(), Limits(max_bytes_in_flight=255))


def test_an_order_that_says_nothing_gets_the_defaults() -> None:
    spec = spec_of(wire.JobSpec(content=gray(), styles=[style()]), LIMITS)
    assert (spec.lifetime.value, spec.job_class.value, spec.start.source, spec.weights, spec.device) == ("ATTACHED", "INTERACTIVE", StartFrom.CONTENT, "", "")
    parameters = spec.parameters
    assert parameters.preset is Preset.STANDARD
    assert (parameters.size, parameters.strength, parameters.evaluations, parameters.seed, parameters.color, parameters.tv) == (None,) * 6


def test_a_texture_is_as_strong_as_can_be_and_in_its_styles_colours() -> None:
    spec = spec_of(order(start=TEXTURE, parameters=wire.Parameters(strength=10.0, color=wire.COLOR_CONTENT, seamless=wire.SEAMLESS_BOTH)), LIMITS)
    assert (spec.start.source, spec.parameters.strength, spec.parameters.color) == (StartFrom.TEXTURE, 100.0, Color.STYLE)
    assert spec.parameters.seamless is Seamless.BOTH


def test_a_picture_that_is_too_large_is_told_what_fits() -> None:
    with pytest.raises(Invalid, match="to 1414 × 707 px or less"):
        spec_of(wire.JobSpec(content=plane(30_000, 15_000), styles=[style()]), LIMITS)


def test_zero_is_not_the_same_as_nothing() -> None:
    parameters = spec_of(asked(strength=0.0, evaluations=0, tv=0.0, color_mix=0.0), LIMITS).parameters
    assert (parameters.strength, parameters.evaluations, parameters.seed, parameters.tv, parameters.color_mix) == (0.0, 0, 0, 0.0, 0.0)


def test_everything_that_can_be_said_arrives() -> None:
    spec = spec_of(
        wire.JobSpec(
            label="clouds",
            content=plane(20, 16, wire.BGRA, wire.U16, icc=PROFILES["display-p3"]),
            masks=[wire.Mask(plane=plane(20, 16, payload=1), use=wire.STATISTICS)],
            styles=[
                wire.StyleUse(image=wire.EncodedImage(size=99, payload=2), weight=3, scale=2, symmetry=wire.FLIPS),
                wire.StyleUse(plane=plane(40, 40, wire.RGB, wire.F32, payload=3), crop=wire.Rect(x=1, y=2, width=20, height=30)),
            ],
            strength_map=plane(20, 16, payload=4),
            start=wire.Start(noise=wire.NoiseStart()),
            parameters=wire.Parameters(objective=wire.GRAM, color=wire.COLOR_MATCH, memory_limit=5),
        ),
        LIMITS,
    )
    assert spec.sizes == {0: 20 * 16 * 8, 1: 320, 2: 99, 3: 40 * 40 * 12, 4: 320}
    assert spec.content.icc == PROFILES["display-p3"]
    assert spec.masks[0].use is MaskUse.STATISTICS
    assert [style.weight for style in spec.styles] == [0.75, 0.25]
    assert (spec.styles[0].scale, spec.styles[1].scale, spec.styles[0].symmetry) == (2.0, None, Symmetry.FLIPS)
    assert spec.start.source is StartFrom.NOISE
    assert (spec.parameters.objective, spec.parameters.color, spec.parameters.memory_limit) == (Objective.GRAM, Color.MATCH, 5)


@given(st.binary(max_size=300))
def test_any_bytes_are_an_order_or_a_named_refusal(data: bytes) -> None:
    message = wire.JobSpec()
    try:
        message.MergeFromString(data)
    except Exception:
        return
    try:
        spec_of(message, LIMITS)
    except Invalid as refusal:
        assert refusal.field.startswith("spec")
