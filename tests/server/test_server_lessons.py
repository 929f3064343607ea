"""What a look may be learned from: every wrong combination is named, before anything is allocated."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from calls import gray
from restyle_server.jobs.job import JobClass
from restyle_server.limits import LEARN_STEPS, Limits
from restyle_server.records.order import WeightsFile
from restyle_server.refusals import Invalid
from restyle_server.rpc.conversion import spec_of
from restyle_server.rpc.learn_specs import learn_spec_of
from restyle_server.rpc.specs import LibraryStyle
from restyle_server.wire import restyle_pb2 as wire

LIMITS = Limits()
NIGHT = wire.StyleUse(style_id="night")
LIBRARY = {"night": LibraryStyle(Path("/job/style-0"), 1.5, 640, 480)}
WEIGHTS = WeightsFile("vgg16", Path("/weights"))


def image(payload: int = 0, size: int = 10) -> wire.EncodedImage:
    return wire.EncodedImage(size=size, payload=payload)


def learn(**words: Any) -> wire.Learn:
    return wire.Learn(**{"name": "Mine", **words})


def lesson(**words: Any) -> wire.JobSpec:
    """From a style."""
    return wire.JobSpec(**{"styles": [NIGHT], "learn": learn(), **words})


def painted(side: int = 16, **words: Any) -> wire.JobSpec:
    """From a painting."""
    painting = wire.Painted(plane=gray(side, payload=1))
    return wire.JobSpec(**{"content": gray(), "learn": learn(painting=painting), **words})


def asked(**words: Any) -> wire.JobSpec:
    return lesson(parameters=wire.Parameters(**words))


WRONG = {
    "spec.learn.name": [lesson(learn=learn(name=name)) for name in ("", "  ", "x" * 129, "two\nlines", "nul\0")],
    "spec.learn.style": [lesson(learn=learn(style="x" * 129)), lesson(learn=learn(style="a\tb"))],
    "spec.learn.credit": [lesson(learn=learn(credit="x" * 129))],
    "spec.learn.steps": [lesson(learn=learn(steps=steps)) for steps in (0, 100_001)],
    "spec.learn.photographs": [
        lesson(learn=learn(photographs=[image(number) for number in range(65)])),
        painted(learn=learn(painting=wire.Painted(plane=gray(payload=1)), photographs=[image(2)])),
    ],
    "spec.learn.photographs[0].size": [lesson(learn=learn(photographs=[image(size=size)])) for size in (0, 2**40)],
    "spec.learn.photographs[1].payload": [lesson(learn=learn(photographs=[image(0), image(number)])) for number in (0, 2)],
    "spec.learn.painting": [painted(learn=learn(painting=wire.Painted()))],
    "spec.learn.painting.plane": [painted(17)],
    "spec.styles": [lesson(styles=[]), lesson(styles=[NIGHT] * 9), painted(styles=[NIGHT])],
    "spec.styles[0].mask": [lesson(content=gray(), styles=[wire.StyleUse(style_id="night", mask=gray(payload=1))])],
    "spec.styles[0].scale": [lesson(styles=[wire.StyleUse(style_id="night", scale=9)])],
    "spec.content": [lesson(content=gray(8)), wire.JobSpec(learn=learn(painting=wire.Painted(plane=gray())))],
    "spec.job_class": [lesson(job_class=wire.INTERACTIVE), lesson(job_class=wire.BATCH), lesson(job_class=9)],
    "spec.masks": [lesson(content=gray(), masks=[wire.Mask(plane=gray(payload=1), use=wire.BLEND)])],
    "spec.strength_map": [lesson(content=gray(), strength_map=gray(payload=1))],
    "spec.start": [lesson(start=wire.Start(noise=wire.NoiseStart()))],
    "spec.report": [lesson(report=True)],
    "spec.previous": [lesson(previous=[wire.Previous(job_id="1")])],
    "spec.painted": [lesson(painted=wire.Painted(plane=gray()))],
    "spec.sequence": [lesson(sequence=True)],
    "spec.parameters.preset": [asked(preset=wire.FINE), asked(preset=9)],
    "spec.parameters.size": [asked(size=15), asked(size=4096)],
    "spec.parameters.strength": [asked(strength=math.nan), asked(strength=101.0)],
    "spec.parameters.evaluations": [asked(evaluations=5)],
    "spec.parameters.color": [asked(color=wire.COLOR_MATCH)],
    "spec.parameters.style_layers": [asked(style_layers=[wire.LayerWeight(layer="relu1_1", weight=1)])],
    "spec.parameters.memory_limit": [asked(memory_limit=2**30)],
    "spec.parameters.weights": [asked(weights="random")],
    "spec.parameters.device": [asked(device="no device")],
}


@pytest.mark.parametrize(("field", "spec"), [(field, spec) for field, specs in WRONG.items() for spec in specs])
def test_a_wrong_field_is_named_in_one_sentence(field: str, spec: wire.JobSpec) -> None:
    with pytest.raises(Invalid) as refused:
        learn_spec_of(spec, LIMITS)
    assert refused.value.field == field
    assert refused.value.message.endswith(".")
    assert "\n" not in refused.value.message


def test_only_a_look_is_learned_in_the_background() -> None:
    with pytest.raises(Invalid) as refused:
        spec_of(wire.JobSpec(content=gray(), styles=[NIGHT], job_class=wire.BACKGROUND), LIMITS)
    assert refused.value.field == "spec.job_class"


def test_a_lesson_needs_no_pixels_and_is_named_by_its_styles() -> None:
    spec = learn_spec_of(lesson(), LIMITS)
    order = spec.order(Path("/job"), Path("/job/learned"), WEIGHTS, LIBRARY)
    assert (spec.job_class, spec.sizes, spec.steps) == (JobClass.BACKGROUND, {}, LEARN_STEPS)
    assert (order.name, order.style, order.content, order.photographs) == ("Mine", "night", None, ())
    assert order.styles[0].suggested == 1.5


def test_every_picture_has_its_payload() -> None:
    spec = learn_spec_of(lesson(content=gray(), learn=learn(photographs=[image(2, 7), image(1, 8)])), LIMITS)
    assert spec.sizes == {0: 256, 1: 8, 2: 7}
    order = spec.order(Path("/job"), Path("/job/learned"), WEIGHTS, LIBRARY)
    assert [path.name for path in order.photographs] == ["payload-2", "payload-1"]


def test_a_painting_is_learned_from_without_styles() -> None:
    order = learn_spec_of(painted(), LIMITS).order(Path("/job"), Path("/job/learned"), WEIGHTS, {})
    assert order.content is not None and order.painting is not None and order.painting.plane is not None
    assert (order.styles, order.style) == ((), "a painting")
