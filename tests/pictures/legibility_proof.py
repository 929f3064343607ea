"""Owns the proof that faces stay legible: the share of the edges of eyes and mouth that paintings keep, with legibility and without.

python tests/pictures/legibility_proof.py [--side 256] [--strength 75] [--styles 4] [--sheet legibility.png]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from numpy.typing import NDArray
from pictures.meters import edge_recall
from pictures.photos import painting, photo
from PIL import Image
from restyle_engine.device import prefers_bf16
from restyle_engine.parameters import Parameters, resolve
from restyle_engine.stylizer import Stylizer
from restyle_engine.task import StylePicture, Task
from restyle_engine.verdict import Verdict
from restyle_imaging.resample.resize import resize
from restyle_server.weights.catalogue import SHIPPED

STYLES = ("night", "woodcut", "wave", "fauvist")
READ = {  # parts of faces, left, top, right, bottom in parts of the side
    "portrait": {"eyes": (0.31, 0.16, 0.72, 0.27), "mouth": (0.38, 0.39, 0.63, 0.50)},
    "astronaut": {"eyes": (0.375, 0.165, 0.505, 0.225), "mouth": (0.40, 0.255, 0.485, 0.305)},
    "camera": {"face": (0.42, 0.22, 0.53, 0.36)},
}
PORTRAIT = (slice(60, 252), slice(128, 320))  # the astronaut's face at 512 px
NEAR = 1  # px: how far off a line of an eye may be painted
ENLARGED = 4  # times, of faces on the sheet


def painted(painter: Stylizer, content: NDArray[np.float32], style: str, strength: float, legibility: float) -> NDArray[np.float32]:
    """A photo in a style, in 0–1."""
    side = content.shape[0]
    parameters = resolve(Parameters(native_size=True, strength=strength, legibility=legibility), side, side, "cpu", bf16=prefers_bf16("cpu"))
    task = Task(content, (StylePicture(painting(style, 256), key=style),), parameters, SHIPPED, reader=SHIPPED)
    return np.clip(painter.paint(task, lambda _: Verdict.GO_ON).rgb, 0, 1)


def part(picture: NDArray[np.float32], box: tuple[float, float, float, float]) -> NDArray[np.float32]:
    """What a box of READ encloses."""
    left, top, right, bottom = (round(each * picture.shape[0]) for each in box)
    return picture[top:bottom, left:right]


def content_of(name: str, side: int) -> NDArray[np.float32]:
    """The photo; a gray one in three channels."""
    if name == "portrait":
        return resize(photo("astronaut", 512)[PORTRAIT], side, side)
    if name != "camera":
        return photo(name, side)
    import skimage

    image = Image.open(Path(skimage.__file__).parent / "data" / "camera.png").convert("RGB").resize((side, side), Image.Resampling.LANCZOS)
    return np.asarray(image, np.float32) / np.float32(255)


def main() -> int:
    """Prints the shares, and draws the sheet that is asked for."""
    parser = argparse.ArgumentParser(description="Measures how legible faces stay.")
    parser.add_argument("--side", type=int, default=256, metavar="PX")
    parser.add_argument("--strength", type=float, default=75.0)
    parser.add_argument("--styles", type=int, default=len(STYLES), metavar="N")
    parser.add_argument("--photos", nargs="+", default=list(READ), choices=list(READ))
    parser.add_argument("--legibility", type=float, nargs="+", default=[0.0, 100.0])
    parser.add_argument("--sheet", type=Path)
    given = parser.parse_args()
    painter, rows = Stylizer(), []
    for name in given.photos:
        content = content_of(name, given.side)
        for style in STYLES[: given.styles]:
            row = [content]
            for legibility in given.legibility:
                row.append(painted(painter, content, style, given.strength, legibility))
                shares = "  ".join(f"{what} {edge_recall(part(row[-1], box), part(content, box), NEAR):.2f}" for what, box in READ[name].items())
                sys.stdout.write(f"{name} in {style}, legibility {legibility:g}: {shares}\n")
                sys.stdout.flush()
            boxes = np.array(list(READ[name].values()))
            around = (*boxes[:, :2].min(0) - 0.05, *boxes[:, 2:].max(0) + 0.05)
            near = [np.kron(part(one, around), np.ones((ENLARGED, ENLARGED, 1))) for one in row]
            rows += [np.concatenate(row, 1), np.concatenate(near, 1)]
    if given.sheet:
        widest = max(row.shape[1] for row in rows)
        whole = np.concatenate([np.pad(row, ((0, 4), (0, widest - row.shape[1]), (0, 0))) for row in rows])
        Image.fromarray((whole * 255).astype(np.uint8)).save(given.sheet)
    return 0


if __name__ == "__main__":
    sys.exit(main())
