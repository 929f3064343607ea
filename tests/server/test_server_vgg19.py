"""VGG19 through the whole service, on a stand-in whose paintings must be VGG16's, because its filters are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from places import Serving
from restyle_engine.network.topology import VGG19
from restyle_server.admin.config import ENGINE
from restyle_server.weights.install import vgg19_path
from restyle_server.wire import restyle_pb2 as wire
from stand_in import write_vgg19

pytestmark = pytest.mark.slow
SIDE = 64
ROUNDING = 2  # of 255: what four evaluations make of float32's


def picture() -> bytes:
    """RGB: a disc on a gradient."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    rgb = np.stack([3 * x, 3 * y, 200 - x - y], -1)
    rgb[(x - 30) ** 2 + (y - 34) ** 2 < 200] = (230, 190, 60)
    return rgb.astype(np.uint8).tobytes()


def spec(weights: str) -> wire.JobSpec:
    plane = wire.Plane(format=wire.PixelFormat(channels=wire.RGB, depth=wire.U8), width=SIDE, height=SIDE, payload=0)
    parameters = wire.Parameters(evaluations=4, seed=1, precision=wire.FP32, weights=weights)
    return wire.JobSpec(content=plane, styles=[wire.StyleUse(style_id="night")], lifetime=wire.DETACHED, parameters=parameters)


async def test_vgg19_paints_and_where_its_filters_are_vgg16s_so_are_its_paintings(serving: Serving, tmp_path: Path) -> None:
    own = write_vgg19(tmp_path / "own.safetensors")
    write_vgg19(vgg19_path(tmp_path / "data"))
    async with serving(engine=ENGINE, devices=("cpu",), weights_file=own) as place:
        info = await place.caller.call("GetServerInfo")
        assert info.weights_in_use == "vgg19"
        assert {weights.id: tuple(weights.layers) for weights in info.weights}["vgg19"] == VGG19.layers
        painted = {}
        for asked, used in (("vgg16", "vgg16"), ("auto", "vgg19"), ("file", "file")):
            job = await place.caller.create(spec(asked), [(0, 0, picture())])
            ended = await place.caller.end(job.id)
            assert ended.state == wire.SUCCEEDED, ended.error
            assert ended.weights.id == used
            painted[used] = np.frombuffer(await place.caller.read(job.id), np.uint8).astype(int)
        deep = spec("vgg19")
        deep.parameters.style_layers.add(layer="relu3_4", weight=1)
        assert (await place.caller.end((await place.caller.create(deep, [(0, 0, picture())])).id)).state == wire.SUCCEEDED
    assert np.abs(painted["vgg16"] - np.frombuffer(picture(), np.uint8)).mean() > 2
    for used in ("vgg19", "file"):
        assert np.abs(painted[used] - painted["vgg16"]).max() <= ROUNDING, used
