"""Wrong combinations are refused over gRPC as INVALID_ARGUMENT with the field's path, before any pixel is sent, and leave no job behind."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from calls import details, order
from imaging.icc_samples import GRAY_PROFILES, PROFILES, profile
from places import Serving
from restyle_server.wire import restyle_pb2 as wire


def plane(width: int = 16, height: int = 16, channels: wire.Channels.ValueType = wire.GRAY, payload: int = 1, icc: bytes = b"") -> wire.Plane:
    return wire.Plane(format=wire.PixelFormat(channels=channels, depth=wire.U8), width=width, height=height, payload=payload, icc_profile=icc)


def styled(**words: Any) -> wire.JobSpec:
    return order(styles=[wire.StyleUse(style_id="woodcut", **words)])  # the second: the order has one already


def content(**words: Any) -> wire.JobSpec:
    spec = order()
    spec.content.CopyFrom(plane(payload=0, **words))
    return spec


def layers(field: str, *pairs: tuple[str, float]) -> wire.JobSpec:
    words: dict[str, Any] = {field: [wire.LayerWeight(layer=layer, weight=weight) for layer, weight in pairs]}
    return order(parameters=wire.Parameters(**words))


WRONG = {
    "a mask of another size": ("spec.masks[0].plane", order(masks=[wire.Mask(plane=plane(17, 16), use=wire.BLEND)])),
    "a statistics mask of another size": ("spec.masks[0].plane", order(masks=[wire.Mask(plane=plane(16, 15), use=wire.STATISTICS)])),
    "a mask in colour": ("spec.masks[0].plane.format.channels", order(masks=[wire.Mask(plane=plane(channels=wire.RGB), use=wire.BLEND)])),
    "a mask without a use": ("spec.masks[0].use", order(masks=[wire.Mask(plane=plane())])),
    "a style's mask of another size": ("spec.styles[1].mask", styled(mask=plane(32, 32))),
    "a strength map of another size": ("spec.strength_map", order(strength_map=plane(8, 8))),
    "a style without weight": ("spec.styles[1].weight", styled(weight=0.0)),
    "style layers that sum to 0": ("spec.parameters.style_layers", layers("style_layers", ("relu1_1", 0.0), ("relu2_1", 0.0))),
    "content layers that sum to 0": ("spec.parameters.content_layers", layers("content_layers", ("relu4_2", 0.0))),
    "an unknown layer": ("spec.parameters.style_layers", layers("style_layers", ("relu1_3", 1.0))),
    "an unknown content layer": ("spec.parameters.content_layers", layers("content_layers", ("pool4", 1.0))),
    "a layer that the weights lack": ("spec.parameters.style_layers", layers("style_layers", ("relu5_4", 1.0))),
    "an RGB profile on gray": ("spec.content.icc_profile", content(icc=PROFILES["adobe-rgb"])),
    "a gray profile on RGB": ("spec.content.icc_profile", content(channels=wire.RGBA, icc=GRAY_PROFILES["gray-linear"])),
    "a CMYK profile": ("spec.content.icc_profile", content(channels=wire.RGB, icc=profile(b"CMYK", {}))),
    "a profile that is none": ("spec.content.icc_profile", content(icc=b"sRGB")),
    "a style's profile that does not fit": (
        "spec.styles[1].plane.icc_profile",
        order(styles=[wire.StyleUse(plane=plane(channels=wire.RGB, icc=GRAY_PROFILES["gray-linear"]))]),
    ),
    "a crop beyond the style": (
        "spec.styles[1].crop",
        order(styles=[wire.StyleUse(plane=plane(20, 20, wire.RGB), crop=wire.Rect(x=5, y=0, width=16, height=16))]),
    ),
    "a scale out of range": ("spec.styles[1].scale", styled(scale=4.5)),
    "a size beside native_size": ("spec.parameters.native_size", order(parameters=wire.Parameters(size=64, native_size=True))),
    "a start that is not there": ("spec.start.job_id", order(start=wire.Start(job_id="nowhere"))),
    "noise beyond the range": ("spec.start.content.noise", order(start=wire.Start(content=wire.ContentStart(noise=1.5)))),
    "a device that is not there": ("spec.parameters.device", order(parameters=wire.Parameters(device="cuda:7"))),
    "a style that is not there": ("spec.styles[1].style_id", order(styles=[wire.StyleUse(style_id="nowhere")])),
}


async def test_wrong_combinations_are_refused_by_their_field(serving: Serving) -> None:
    found = {}
    async with serving(devices=("cpu",)) as place:
        ended = await place.caller.end((await place.caller.create(order())).id)  # the worker is there, so that it knows its device
        assert ended.state == wire.SUCCEEDED
        for what, (_, spec) in WRONG.items():
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await place.caller.create(spec, [])
            error = refused.value
            fields = [violation.field for violation in details(error)["BadRequest"].field_violations] if "BadRequest" in details(error) else []
            found[what] = (error.code(), fields)
            sentence = error.details()
            assert sentence is not None and "\n" not in sentence
        assert len((await place.caller.call("ListJobs")).jobs) == 1
        assert len(place.job_folders()) == 1
    assert found == {what: (grpc.StatusCode.INVALID_ARGUMENT, [field]) for what, (field, _) in WRONG.items()}
