"""Owns the table of how films of looks hold still: `python tests/performance/look_film_figures.py LOOK.safetensors`.

Beside a look, whose canvas stays or goes along with the camera, stand the engine's own paintings, each frame for itself and as a film.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from restyle_engine.feedforward.live_painter import LivePainter
from restyle_engine.feedforward.look import Look, read_look
from restyle_engine.motion.camera import gone
from restyle_engine.task import Pixels
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat
from restyle_server.records.live import LiveWay
from restyle_server.rpc.live_frames import LiveFrames

sys.path.insert(0, str(Path(__file__).parents[1]))

from performance.film_figures import Studio, sheet, warping_error
from performance.film_scenes import Scene, pan, parallax, passing, turning


def painted(look: Look, scene: Scene, count: int, strength: float, *, follow: bool) -> Iterator[tuple[Pixels, float]]:
    """The frames of a scene, with the processor's seconds."""
    painter, frames = LivePainter(), LiveFrames(PixelFormat(Channels.RGB, Depth.F32), None)
    painter.place(look)
    before: Pixels | None = None
    for number in range(count):
        content = scene.content(number)
        began = time.process_time()
        if follow and before is not None:
            frames.followed(LiveWay(gone(content, before)))
        picture = painter.paint(content, *frames.shift, strength)
        yield picture, time.process_time() - began
        before = content


def detail(paintings: list[Pixels]) -> float:
    """Root mean square difference of neighbours, in levels of 255: what is flat flickers little."""
    steps = [np.square(np.diff(picture, axis=axis)).mean() for picture in paintings for axis in (0, 1)]
    return 255 * float(np.sqrt(np.mean(steps)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("look", type=Path)
    parser.add_argument("--side", type=int, default=192, help="px of the frames (192)")
    parser.add_argument("--frames", type=int, default=24, help="of each scene (24)")
    parser.add_argument("--alone", type=int, default=6, help="of them painted by the engine, each for itself and as a film, for comparison (6); 0: none")
    parser.add_argument("--preset", default="draft")
    parser.add_argument("--style", default="night")
    parser.add_argument("--strength", type=float, help="the look's own unless said")
    parser.add_argument("--sheets", type=Path, help="a folder for contact sheets")
    given = parser.parse_args()
    look = read_look(given.look.read_bytes())
    strength = look.strength if given.strength is None else given.strength
    studio = Studio(given.side, given.preset, given.style) if given.alone else None
    print(f"{given.side} px, the look {look.name} at {strength:g}, {given.preset} in {given.style}; levels of 255; seconds of the processor")
    print(f"{'scene':20}{'':22}{'flicker':>9}{'detail':>9}{'s a frame':>11}")
    for scene in (pan(given.side), turning(given.side), parallax(given.side), passing(given.side)):
        told: dict[str, list[tuple[Pixels, float]]] = {
            f"look, {words}": list(painted(look, scene, given.frames, strength, follow=follow))
            for words, follow in (("canvas stays", False), ("canvas goes", True))
        }
        if studio is not None:
            for words, follow in (("each for itself", False), ("as a film", True)):
                told[f"{given.preset}, {words}"] = [(one.rgb, seconds) for one, seconds in studio.frames(scene, given.alone, follow=follow)]
        told["photo"] = [(scene.content(number), 0.0) for number in range(given.frames)]
        for words, frames in told.items():
            pictures = [picture for picture, _ in frames]
            print(
                f"{scene.name:20}{words:22}{warping_error(scene, pictures):9.2f}{detail(pictures):9.2f}{np.median([one for _, one in frames[1:]]):11.3f}",
                flush=True,
            )
            if given.sheets and words.startswith("look"):
                sheet(given.sheets, f"{scene.name} {words}", pictures)


if __name__ == "__main__":
    main()
