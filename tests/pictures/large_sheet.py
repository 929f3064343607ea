"""Owns the sheet of docs/large-images.md: python tests/pictures/large_sheet.py FILE.webp [style …]. Photo, painting enlarged, native painting, at 100 %.

The first style is painted at 4096 px (half an hour on one core); the others in a model of it, 1024 px of the picture painted whole at 256 px with the middle
of the style's picture, so that strokes and forms are to each other as they are there (two minutes each).
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from restyle_engine.device import prefers_bf16
from restyle_engine.optim import plan
from restyle_engine.parameters import Parameters, Preset, resolve
from restyle_engine.stylizer import Stylizer
from restyle_engine.task import Pixels, State, StylePicture, Task
from restyle_engine.verdict import Verdict
from restyle_imaging.resample.resize import resize

sys.path.insert(0, str(Path(__file__).parents[1]))

from pictures.crisp import crisp
from pictures.photos import painting
from restyle_server.weights.catalogue import SHIPPED

STYLES = ("impasto", "night", "woodcut")
WHOLE, MODEL, CROP, GAP = 4096, 1024, 300, 4  # px
LEFT, TOP = 1500, 700  # of the model, in the whole picture: eyes, skin, a shoulder, the ground behind
SPOTS = ((130, 60), (640, 560))  # left and top of the crops, in the model
EVALUATIONS = 60  # of the 200 that `fine` has
QUALITY = 72


def painted(content: Pixels, style: Pixels, scale: float) -> tuple[Pixels, Pixels]:
    """A painting of the content, and what was painted whole, enlarged to the same size."""
    side = content.shape[0]
    parameters = resolve(Parameters(preset=Preset.FINE, size=side, evaluations=EVALUATIONS), side, side, "cpu", bf16=prefers_bf16("cpu"))
    states: list[State] = []
    job = Task(content, (StylePicture(style, scale=scale),), parameters, SHIPPED)
    found = Stylizer().paint(job, lambda _: Verdict.GO_ON, keep=lambda state: states.append(replace(state, best=state.best.copy())))
    whole = [state.best for state in states if max(state.best.shape) <= plan.LARGEST_WHOLE]
    return np.clip(found.rgb, 0, 1), enlarged(whole[-1], side)


def enlarged(best: Pixels, side: int) -> Pixels:
    """(side, side, 3) of a kept state (3, h, w)."""
    return np.clip(resize(np.ascontiguousarray(best.transpose(1, 2, 0)), side, side, "bicubic"), 0, 1)


def sheet(rows: list[tuple[Pixels, ...]], file: Path) -> None:
    """Pictures of one size in rows, with gaps."""
    side = CROP + GAP
    canvas = np.ones((side * len(rows) - GAP, side * len(rows[0]) - GAP, 3), np.float32)
    for down, row in enumerate(rows):
        for across, picture in enumerate(row):
            canvas[down * side : down * side + CROP, across * side : across * side + CROP] = picture
    Image.fromarray((canvas * 255).round().astype(np.uint8)).save(file, quality=QUALITY, method=6)


def crops(pictures: tuple[Pixels, ...], left: int, top: int) -> list[tuple[Pixels, ...]]:
    """The spots of each picture; left, top: where the model lies in them."""
    places = [(top + y, left + x) for x, y in SPOTS]
    return [tuple(picture[y : y + CROP, x : x + CROP] for picture in pictures) for y, x in places]


def main(file: Path, styles: tuple[str, ...]) -> None:
    """Paints and writes the sheet."""
    content = crisp(WHOLE)
    part = np.ascontiguousarray(content[TOP : TOP + MODEL, LEFT : LEFT + MODEL])
    first, *others = styles
    ours, plain = painted(content, painting(first, 1152), 1.0)
    rows = crops((content, plain, ours), LEFT, TOP)
    plan.LARGEST_WHOLE = MODEL * plan.LARGEST_WHOLE // WHOLE
    for style in others:
        ours, plain = painted(part, painting(style, 1152)[288:864, 288:864], 2.0)
        rows += crops((part, plain, ours), 0, 0)[:1]
    sheet(rows, file)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(Path(sys.argv[1]), tuple(sys.argv[2:]) or STYLES)
