"""Owns the command that paints the built-in pictures: `python -m restyle_painters [ID…] [--size] [--palette] [--seed] -o DIR`."""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from . import PICTURES, SOFT, painted
from .file import save
from .palette import Palette


def main(arguments: list[str] | None = None) -> int:
    """Paints the pictures into DIR/ID/picture.webp, with their thumbnails. Returns the exit status."""
    options = _parser().parse_args(arguments)
    unknown = sorted(set(options.ids) - set(PICTURES))
    if unknown:
        sys.stderr.write(f"There is no picture called {', '.join(unknown)}; choose from {', '.join(PICTURES)}.\n")
        return 2
    ids = options.ids or list(PICTURES)
    started = time.monotonic()
    with ProcessPoolExecutor(max_workers=min(options.jobs, len(ids))) as pool:
        tasks = [pool.submit(_paint_one, id_, options.size, options.palette, options.seed, options.output) for id_ in ids]
        for id_, task in zip(ids, tasks, strict=True):
            seconds, size = task.result()
            sys.stdout.write(f"{id_}: {seconds:.1f} s, {size / 1e6:.2f} MB\n")
    sys.stdout.write(f"{len(ids)} pictures in {time.monotonic() - started:.0f} s\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m restyle_painters", description="Paint the pictures that come with Restyle.")
    parser.add_argument("ids", nargs="*", metavar="ID", help="which pictures; default: all")
    parser.add_argument("--size", type=int, default=1536, help="px of the longer side (default 1536)")
    parser.add_argument("--palette", type=_palette, help="#rrggbb,#rrggbb,… in the order of the picture's own palette")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another picture (default 1)")
    parser.add_argument("--jobs", type=int, default=2, help="pictures painted at a time (default 2)")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="folder that gets ID/picture.webp and ID/thumbnail.webp")
    return parser


def _palette(text: str) -> Palette:
    try:
        return Palette.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _paint_one(id_: str, size: int, palette: Palette | None, seed: int, output: Path) -> tuple[float, int]:
    started = time.monotonic()
    bytes_written = save(painted(id_, size, palette, seed), output / id_, lossless=id_ in SOFT)
    return time.monotonic() - started, bytes_written


if __name__ == "__main__":
    raise SystemExit(main())
