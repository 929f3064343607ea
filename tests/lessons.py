"""Owns how tests have looks learned: small lessons as a caller sends them, with their pictures."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from calls import Piece
from PIL import Image
from restyle_server.wire import restyle_pb2 as wire


def photograph(side: int = 48, seed: int = 0) -> bytes:
    """A PNG of clouds of colours."""
    small = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC).save(file, "PNG")
    return file.getvalue()


def lesson(name: str = "Mine", steps: int = 6, seed: int = 0, photographs: tuple[bytes, ...] = (), **words: Any) -> tuple[wire.JobSpec, list[Piece]]:
    """From the library's night, and its pieces. words: of the spec."""
    images = [wire.EncodedImage(size=len(each), payload=number) for number, each in enumerate(photographs)]
    learn = wire.Learn(name=name, steps=steps, photographs=images)
    spec = wire.JobSpec(styles=[wire.StyleUse(style_id="night")], lifetime=wire.DETACHED, learn=learn, parameters=wire.Parameters(seed=seed))
    spec.MergeFrom(wire.JobSpec(**words))
    return spec, [(number, 0, each) for number, each in enumerate(photographs)]


def from_painting(layer: bytes, painting: bytes, side: int, name: str = "Mine", steps: int = 6, painted_side: int = 0) -> tuple[wire.JobSpec, list[Piece]]:
    """From a layer and its painting, RGB8."""
    form = wire.PixelFormat(channels=wire.RGB, depth=wire.U8)
    width = painted_side or side
    learn = wire.Learn(name=name, steps=steps, painting=wire.Painted(plane=wire.Plane(format=form, width=width, height=width, payload=1)))
    spec = wire.JobSpec(content=wire.Plane(format=form, width=side, height=side, payload=0), lifetime=wire.DETACHED, learn=learn)
    return spec, [(0, 0, layer), (1, 0, painting)]
