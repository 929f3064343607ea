"""Owns the table of docs/large-images.md: python tests/pictures/large_images.py [side …]. One process per row, since peaks of memory are a process's own.

Up to 1024 px, one evaluation with all layers, whole and in tiles: the gradient's error, the CPU time, the peak of memory. Above, a whole painting of few
evaluations by the engine, with its peak and the step across the borders of tiles. large_images.py pair FILE.webp paints one picture whole and in tiles.
"""

# ruff: noqa: T201  a command that prints its table

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import restyle_server
import torch
from PIL import Image
from restyle_engine.large import memory
from restyle_engine.large.memory import DETAIL_SIDE
from restyle_engine.network.calibration import network
from restyle_engine.objective.scale_objective import Weights, objective_of
from restyle_engine.objective.targets import TargetCache
from restyle_engine.optim.plan import LARGEST_WHOLE
from restyle_engine.parameters import Parameters, Pooling, Precision, Preset, resolve
from restyle_engine.resizing import tensor
from restyle_engine.stylizer import Stylizer
from restyle_engine.task import StylePicture, Task
from restyle_engine.verdict import Verdict
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat
from restyle_imaging.resample.resize import resize
from restyle_server.records.order import AskedOrder, PlaneFile, StyleOrder, WeightsFile
from restyle_server.weights.catalogue import SHIPPED
from restyle_server.worker.engine import LiveProgress, resolved
from restyle_server.worker.neural_engine import engine

sys.path.insert(0, str(Path(__file__).parent))

from crisp import crisp
from meters import seams
from photos import painting, photo

HOUSE = Path(restyle_server.__file__).parent
STYLE, PHOTO, TILE, EVALUATIONS = "impasto", "chelsea", 256, 3
PAIR, PAIR_TILE, PAIR_EVALUATIONS, PAIR_GAIN, PAIR_SHOWN = 512, 128, 4, 64, 256  # px, px, -, -, px


def peak() -> int:
    """Bytes, this process' highest so far."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) * 1024 if found else 0


def evaluation(side: int, tile: int, target: Path) -> None:
    """One evaluation in tiles of `tile` px, 0: whole; the gradient goes to a file."""
    content = resize(photo(PHOTO), side, side)
    parameters = resolve(Parameters(size=side, precision=Precision.FP32), side, side, "cpu", bf16=False)
    job = Task(content, (StylePicture(painting(STYLE)),), parameters, SHIPPED)
    vgg = network(SHIPPED, Pooling.AVERAGE)
    found = objective_of(job, tensor(content, torch.device("cpu")), vgg, "", torch.device("cpu"), TargetCache(), tile or None)
    noise = 0.1 * torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(0))
    image = torch.from_numpy(content).permute(2, 0, 1)[None] + noise
    began, idle = time.process_time(), peak()
    _, gradient = found.gradient(image, Weights(0.01, 1.0, 30.0))
    print(f"{time.process_time() - began:.1f} {(peak() - idle) / 2**20:.0f}")
    np.save(target, gradient.numpy())


def picture(side: int, tile: int, target: Path) -> None:
    """A short painting in tiles of `tile` px, 0: whole; it goes to a file."""
    if tile:
        memory.SIDES = (tile,)
    part = np.ascontiguousarray(crisp(1024)[:side, 256 : 256 + side])
    parameters = resolve(Parameters(preset=Preset.DRAFT, size=side, evaluations=PAIR_EVALUATIONS, precision=Precision.FP32), side, side, "cpu", bf16=False)
    job = Task(part, (StylePicture(painting(STYLE, 1152)),), parameters, SHIPPED, memory=1 if tile else None)
    np.save(target, np.clip(Stylizer().paint(job, lambda _: Verdict.GO_ON).rgb, 0, 1))


def pair(file: Path) -> None:
    """Whole, in tiles, and what differs, PAIR_GAIN times as strong, side by side; prints the largest difference in levels of 8 bits."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{tile}.npy" for tile in (0, PAIR_TILE)]
        for tile, target in zip((0, PAIR_TILE), files, strict=True):
            _row("picture", PAIR, tile, target)
        whole, tiled = (np.load(target) for target in files)
    difference = np.abs(whole - tiled)
    print(f"largest difference {difference.max() * 255:.3f} levels of 8 bits, mean {difference.mean() * 255:.4f}; seams {seams(tiled, PAIR_TILE):.3f}")
    row = np.concatenate((whole, tiled, np.clip(difference * PAIR_GAIN, 0, 1)), 1)
    Image.fromarray((row * 255).round().astype(np.uint8)).resize((3 * PAIR_SHOWN, PAIR_SHOWN), Image.Resampling.LANCZOS).save(file, quality=80, method=6)


def content(side: int, tile: int, target: Path) -> None:
    """The content of a painting, into a file: making it takes more memory than painting it."""
    target.write_bytes((crisp(side) * 255).round().astype(np.uint8).tobytes())


def painted(side: int, tile: int, target: Path) -> None:
    """A painting by the engine, of few evaluations, of the content in a file, which the painting replaces."""
    asked = Parameters(preset=Preset.FINE, size=side, evaluations=EVALUATIONS)
    picture = next((HOUSE / "styles" / STYLE).glob("picture.*"))
    plane = PlaneFile(target, PixelFormat(Channels.RGB, Depth.U8), side, side)
    times: dict[int, list[float]] = {}  # by size: CPU time at the end of each evaluation
    seen: set[tuple[int, int]] = set()

    def observe(progress: LiveProgress) -> Verdict:
        if (progress.width, progress.step) not in seen:  # between two evaluations, tiles tell of the last one again
            seen.add((progress.width, progress.step))
            times.setdefault(progress.width, []).append(time.process_time())
        return Verdict.GO_ON

    paints = engine("cpu")
    began = time.process_time()
    result = paints.paint(resolved(AskedOrder(plane, (StyleOrder(STYLE, picture=picture),), WeightsFile("vgg16", SHIPPED), asked), paints.device()), observe)
    spent, most = time.process_time() - began, peak()
    target.write_bytes(result.plane.data)
    each = {width: (ends[-1] - ends[0]) / (len(ends) - 1) / width**2 * 1e6 for width, ends in times.items() if width > LARGEST_WHOLE}
    evaluations = sum(ends[-1] - ends[0] for ends in times.values())
    rgb = np.frombuffer(result.plane.data, np.uint8).reshape(side, side, 3).astype(np.float32) / 255
    paces = ",_".join(f"{width}:_{one:.2f}" for width, one in each.items())
    print(f"{spent:.0f} {spent - evaluations:.0f} {most / 2**20:.0f} {paces} {seams(rgb, tile):.3f}")


def _row(kind: str, side: int, tile: int, target: Path) -> list[str]:
    done = subprocess.run([sys.executable, __file__, kind, str(side), str(tile), str(target)], capture_output=True, text=True, check=True)
    return done.stdout.split()


def main(sides: list[int]) -> None:
    """Prints the rows."""
    with tempfile.TemporaryDirectory() as folder:
        for side in sides:
            if side > LARGEST_WHOLE:
                plane = Path(folder) / "plane"
                _row("content", side, 0, plane)
                print(f"| {side}² | {' | '.join(_row('painted', side, DETAIL_SIDE['cpu'], plane)).replace('_', ' ')} |", flush=True)
                continue
            files = [Path(folder) / f"{tile}.npy" for tile in (0, TILE)]
            rows = [_row("evaluation", side, tile, file) for tile, file in zip((0, TILE), files, strict=True)]
            whole, tiled = (np.load(file) for file in files)
            error = np.linalg.norm(tiled - whole) / np.linalg.norm(whole)
            print(f"| {side}² | {' | '.join([*rows[0], *rows[1]])} | {error:.1e} |", flush=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1:2] == ["pair"]:
        pair(Path(sys.argv[2]))
    elif sys.argv[1:2] and not sys.argv[1].isdigit():
        {"evaluation": evaluation, "picture": picture, "content": content, "painted": painted}[sys.argv[1]](
            int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
        )
    else:
        main([int(side) for side in sys.argv[1:]] or [512, 1024, 2048, 4096])
