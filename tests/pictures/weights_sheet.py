"""Owns the judging of weights by pictures: the same photos in the same styles, painted with two weights files in equal time, with their defects; and whether a
network sees large pictures as it saw those it learned from.

    python tests/pictures/weights_sheet.py -o sheet.jpg --weights new.safetensors [--against old.safetensors] [--pooling average max] [--shard val.npz]

Every photo is painted with each file and pooling, side by side. --shard prints, layer by layer, the mean activation in the interior of photos of 512 px over
that on canvases of the shard's pictures, as the training shows them: filters that learned a picture's border differ.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch
from pictures.engine_pictures import SHIPPED, painted
from pictures.photos import PHOTOS, painting, photo
from pictures.readings import defects
from pictures.strength_proof import say
from PIL import Image
from restyle_server.imaging.sheets import Heading, Panel, grid
from restyle_server.neural.calibration import network
from restyle_server.neural.parameters import Pooling, Preset
from restyle_server.neural.resizing import tensor
from restyle_server.neural.vgg import Vgg
from restyle_server.training.pictures import canvases, read, scaled
from restyle_server.training.schedule import PHASES
from torch import Tensor

SUBJECTS = (*PHOTOS, "hubble_deep_field", "immunohistochemistry")
STYLES = ("night", "stained-glass", "woodcut", "wave", "impasto", "watercolour")
LARGE = 512  # px
BEYOND = 160  # px off the interior: relu5_1 sees 156
CANVASES = 8
QUALITY = 85  # of 100


def main() -> int:
    """Paints, prints defects and levels, and writes the sheet."""
    parser = argparse.ArgumentParser(description="Shows two weights files beside each other.")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    parser.add_argument("--weights", type=Path, required=True, metavar="FILE")
    parser.add_argument("--against", type=Path, default=SHIPPED, metavar="FILE")
    parser.add_argument("--pooling", type=Pooling, choices=list(Pooling), nargs="+", default=[Pooling.AVERAGE])
    parser.add_argument("--preset", type=Preset, choices=list(Preset), default=Preset.STANDARD)
    parser.add_argument("--side", type=int, default=192, metavar="PX")
    parser.add_argument("--photos", type=int, default=len(SUBJECTS), metavar="N")
    parser.add_argument("--styles", type=int, default=len(STYLES), metavar="N")
    parser.add_argument("--shard", type=Path, metavar="FILE", help="pictures of the training, .npz")
    given = parser.parse_args()
    files = list(dict.fromkeys((given.against, given.weights)))
    contenders = [(file, pooling) for file in files for pooling in given.pooling]
    if given.shard:
        cells = PHASES[-1].cells
        learned = canvases(scaled(read([given.shard]).pictures[: CANVASES * cells**2]), cells)
        large = torch.cat([tensor(photo(name, LARGE), torch.device("cpu")) for name in SUBJECTS])
        for file, pooling in contenders:
            for layer, ratio in levels(network(file, pooling), learned, large).items():
                say(f"{file.stem} {pooling} {layer}: {ratio:.2f}")
    styles = STYLES[: given.styles]
    rows = [[_panel(name, style, *one, given.side, given.preset) for style in styles for one in contenders] for name in SUBJECTS[: given.photos]]
    told = f"{given.side} px, {given.preset}, strength 50; " + ", ".join(f"{file.stem} {pooling}" for file, pooling in contenders)
    grid(rows, (given.side, given.side), Heading("Weights", (told,))).save(given.output, quality=QUALITY, optimize=True)
    return 0


@torch.no_grad()
def levels(vgg: Vgg, learned: Tensor, large: Tensor) -> dict[str, float]:
    """By layer: mean activation inside large photos (n, 3, LARGE, LARGE) over that on the training's canvases (n, 3, h, w), all in 0–1."""
    found = {}
    for layer, seen in vgg.features(large, vgg.layers).items():
        step = LARGE // seen.shape[-1]
        inside = seen[..., BEYOND // step : -(BEYOND // step), BEYOND // step : -(BEYOND // step)]
        found[layer] = float(inside.mean())
    return {layer: found[layer] / float(seen.mean()) for layer, seen in vgg.features(learned, vgg.layers).items()}


def _panel(name: str, style: str, weights: Path, pooling: Pooling, side: int, preset: Preset) -> Panel:
    result = painted(name, style, side, weights, pooling=pooling, preset=preset)
    wrong = defects(result, photo(name, side), painting(style, side))
    say(f"{name} {style} {weights.stem} {pooling}: {'; '.join(wrong) or 'sound'}")
    return Panel(f"{weights.stem} {pooling}", style, Image.fromarray(np.rint(result * 255).astype(np.uint8)))


if __name__ == "__main__":
    sys.exit(main())
