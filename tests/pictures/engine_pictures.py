"""Owns what the engine paints for the meters and sheets: photos in the library's styles, on the processor, with vgg16."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pictures.photos import painting, photo
from restyle_engine.device import prefers_bf16
from restyle_engine.parameters import Parameters, resolve
from restyle_engine.stylizer import Stylizer
from restyle_engine.task import StylePicture, Task
from restyle_engine.verdict import Verdict
from restyle_server.weights.catalogue import SHIPPED


def painted(name: str, style: str, side: int, weights: Path = SHIPPED, **asked: Any) -> NDArray[np.float32]:
    """A photo in a style, (side, side, 3), as a viewer sees it: in 0–1. asked: parameters other than the defaults."""
    parameters = resolve(Parameters(native_size=True, **asked), side, side, "cpu", bf16=prefers_bf16("cpu"))
    task = Task(photo(name, side), (StylePicture(painting(style, side), key=style),), parameters, weights)
    return np.clip(Stylizer().paint(task, lambda _: Verdict.GO_ON).rgb, 0, 1)
