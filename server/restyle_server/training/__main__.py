"""Owns the command that makes compact weights: python -m restyle_server.training --shards 'folder/train-*.npz' --validation val.npz --minutes 20 OUT.

A GPU needs about as many minutes as two processor cores need hours. Where a machine is lent for a short while and takes little at a time: give the shards one
by one, --stop-after ends a run in time and writes OUT.state, --go-on takes it up again with the schedule where it stood, and --split writes the weights in
pieces (join them with cat).
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from pathlib import Path

import torch
from safetensors.torch import save

from ..neural.parameters import Pooling
from .classifier import MIRRORED, shipped
from .pictures import Labelled, UnusablePictures, canvases, read, scaled
from .schedule import MULTIPLE, PHASES
from .training import Progress, Training, UnusableState

BATCHES = {"cuda": 576, "cpu": 144}  # pictures
TOLD_EVERY = 30.0  # s
LEVELLED = 64  # canvases of validation pictures over which activations are brought to their level
FORMAT = "vgg19 conv+relu to conv5_1, RGB 0-1, ImageNet mean and std"


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0 when weights, or a state to go on from, were written; 1 with one sentence on stderr."""
    parser = argparse.ArgumentParser(prog="python -m restyle_server.training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, metavar="OUT", help="where the weights go, .safetensors")
    parser.add_argument("--shards", required=True, nargs="+", metavar="FILE", help="pictures to learn from, .npz; patterns with * too")
    parser.add_argument("--validation", required=True, type=Path, metavar="FILE", help="pictures to judge by")
    parser.add_argument("--minutes", required=True, type=_positive, help="of the whole training")
    parser.add_argument("--stop-after", type=_positive, default=math.inf, metavar="MINUTES", help="of this run; the state is written then")
    parser.add_argument("--go-on", type=Path, metavar="STATE", help="what a run before wrote")
    parser.add_argument("--batch", type=int, help=f"pictures at once, a multiple of {MULTIPLE}; {BATCHES['cuda']} on a GPU, else {BATCHES['cpu']}")
    parser.add_argument("--pooling", type=Pooling, choices=list(Pooling), default=Pooling.MAX)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--split", type=int, default=1, metavar="N", help="write N pieces, OUT.0, OUT.1 …, beside the whole")
    given = parser.parse_args(arguments)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    batch = given.batch or BATCHES[device.type]
    if batch <= 0 or batch % MULTIPLE:
        parser.error(f"--batch {batch} does not fill whole canvases; take a multiple of {MULTIPLE}")
    if not given.out.absolute().parent.is_dir():
        parser.error(f"{given.out.parent} is no folder; make it, or choose another place for OUT")
    try:
        learned, judged = read(_files(given.shards)).on(device), read([given.validation]).on(device)
        training = Training(learned, 60 * given.minutes, batch, given.pooling, given.seed)
        if given.go_on:
            training.go_on(given.go_on)
        if not _trained(training, 60 * given.stop_after):
            state = given.out.with_name(given.out.name + ".state")
            training.keep(state)
            _say(f"Stopped at {100 * training.share:.0f} % of the time; go on with --go-on {state}.")
            return 0
        _write(training, judged, given.pooling, given.out, given.split)
    except (UnusablePictures, UnusableState) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{error.filename or given.out} could not be written ({error.strerror or error}); choose another place for OUT.\n")
        return 1
    return 0


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of minutes above 0")
    return value


def _files(patterns: list[str]) -> list[Path]:
    """Files that patterns name, in order; a name without * as it is."""
    found: list[Path] = []
    for pattern in map(Path, patterns):
        found += sorted(pattern.parent.glob(pattern.name)) if "*" in pattern.name else [pattern]
    return found


def _trained(training: Training, seconds: float) -> bool:
    """Steps until the time is over: True; or until this run's seconds are: False."""
    began = told = time.monotonic()
    while training.share < 1:
        if time.monotonic() - began > seconds:
            return False
        now = training.step()
        if time.monotonic() - told > TOLD_EVERY:
            told = time.monotonic()
            _say(_line(now))
    return True


def _line(now: Progress) -> str:
    sizes = f"{now.phase.side} px × {now.phase.cells}"
    return f"{100 * now.share:.0f} %, {now.epochs:.2f} epochs, {sizes}, rate {now.rate:.4f}, loss {now.loss:.3f}"


def _write(training: Training, judged: Labelled, pooling: Pooling, out: Path, pieces: int) -> None:
    cells = PHASES[-1].cells
    training.classifier.border = MIRRORED
    accuracy = f"{100 * training.accuracy(judged):.1f}"
    _say(f"top1: {accuracy} on {len(judged.labels)} validation pictures after {training.seen:,} pictures")
    count = min(LEVELLED, len(judged.labels) // cells**2) * cells**2
    canvas = canvases(scaled(judged.pictures[:count]), cells) if count else scaled(judged.pictures)
    data = save(shipped(training.classifier.cpu().folded(), pooling, canvas.cpu()), {"format": FORMAT, "top1": accuracy})
    out.write_bytes(data)
    size = -(-len(data) // pieces)
    for i in range(pieces if pieces > 1 else 0):
        out.with_name(f"{out.name}.{i}").write_bytes(data[i * size : (i + 1) * size])


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
