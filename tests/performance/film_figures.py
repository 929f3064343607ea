"""Owns the table of how frames hold still, painted by the engine from scenes made by code: `python tests/performance/film_figures.py`.

Seconds are the processor's, so that what else runs on the machine doesn't count.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import psutil
import torch
from PIL import Image
from restyle_engine.device import prefers_bf16
from restyle_engine.network.calibration import network
from restyle_engine.objective.scale_objective import objective_of
from restyle_engine.objective.targets import TargetCache
from restyle_engine.parameters import Parameters, Pooling, Preset, Resolved, resolve
from restyle_engine.resizing import tensor
from restyle_engine.store import Store
from restyle_engine.stylizer import Stylizer
from restyle_engine.task import Frame, Painting, Pixels, Previous, StylePicture, Task
from restyle_engine.verdict import Verdict
from restyle_server.weights.catalogue import SHIPPED

sys.path.insert(0, str(Path(__file__).parents[1]))

from performance.film_scenes import Scene, cut, parallax, passing, sampled, turning
from pictures.photos import painting

BACK = (1, 2, 4)  # frames that are followed, as the server has it


@dataclass
class Film:
    """paintings: by frame; seconds: of the processor, by frame; anew: the frames that followed none."""

    paintings: list[Pixels] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    anew: list[int] = field(default_factory=list)


class Studio:
    """Paints films of one size, preset and style."""

    def __init__(self, side: int, preset: str, style: str) -> None:
        self.side = side
        self._resolved: Resolved = resolve(Parameters(preset=Preset(preset), native_size=True), side, side, "cpu", bf16=prefers_bf16("cpu"))
        self._style = StylePicture(painting(style, side), key=style)
        self._stylizer = Stylizer()
        self.film(turning(side), 1, follow=False)  # loads the network, measures the style

    def frames(self, scene: Scene, count: int, *, follow: bool) -> Iterator[tuple[Painting, float]]:
        """The paintings of a scene, with their seconds."""
        kept: dict[int, Frame | None] = {}
        for number in range(count):
            named = tuple((lambda frame=kept[number - back]: frame) for back in BACK if number - back in kept)
            task = self._task(scene.content(number), (Previous(named),) if follow and named else ())
            began = time.process_time()
            found = self._stylizer.paint(task, lambda _: Verdict.GO_ON)
            yield found, time.process_time() - began
            kept[number] = found.frame
            kept.pop(number - max(BACK), None)

    def film(self, scene: Scene, count: int, *, follow: bool = True) -> Film:
        film = Film()
        for number, (found, seconds) in enumerate(self.frames(scene, count, follow=follow)):
            film.paintings.append(found.rgb)
            film.seconds.append(seconds)
            if found.frame is not None and found.frame.anew:
                film.anew.append(number)
        return film

    def distance(self, content: Pixels, picture: Pixels) -> float:
        """A painting's distance to the style: the statistics' error, 1 is a picture without any."""
        vgg = network(SHIPPED, Pooling.AVERAGE, Store(None))
        device = torch.device("cpu")
        found = objective_of(self._task(content, ()), tensor(content, device), vgg, "distance", device, TargetCache())
        with torch.no_grad():
            return float(found.terms(tensor(picture, device).clamp(0, 1)).style)

    def _task(self, content: Pixels, previous: tuple[Previous, ...]) -> Task:
        return Task(content, (self._style,), self._resolved, SHIPPED, previous=previous, sequence=True, settings="film")


def warping_error(scene: Scene, paintings: list[Pixels]) -> float:
    """Root mean square difference to the painting before along the true flow, in levels of 255, outside what was hidden."""
    found = []
    for number in range(1, len(paintings)):
        before, seen = scene.way(number)
        if seen.any():
            found.append(np.square((paintings[number] - sampled(paintings[number - 1], before))[seen]).mean())
    return 255 * float(np.sqrt(np.mean(found)))


def moved_by(paintings: list[Pixels], where: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> float:
    """Mean change from frame to frame, in levels of 255."""
    return 255 * float(np.mean([np.abs(b - a)[where].mean() for a, b in pairwise(paintings)]))


def sheet(folder: Path, name: str, paintings: list[Pixels]) -> None:
    """Six frames, and under them what has changed since the one before, eight times as strong."""
    chosen = np.linspace(1, len(paintings) - 1, 6).round().astype(int)
    top = np.concatenate([paintings[i] for i in chosen], 1)
    below = np.concatenate([0.5 + 8 * (paintings[i] - paintings[i - 1]) for i in chosen], 1)
    Image.fromarray((np.concatenate([top, below]).clip(0, 1) * 255).round().astype(np.uint8)).save(folder / f"{name.replace(' ', '-')}.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=384, help="px of the frames (384)")
    parser.add_argument("--frames", type=int, default=24, help="of each scene (24)")
    parser.add_argument("--alone", type=int, default=8, help="of them painted each for itself, for comparison (8)")
    parser.add_argument("--long", type=int, default=101, help="frames of the still camera with noise (101)")
    parser.add_argument("--memory", type=int, default=300, help="frames at 48 px over which memory is looked at (300)")
    parser.add_argument("--scenes", type=int, default=4, help="how many of the four are painted (4)")
    parser.add_argument("--preset", default="standard")
    parser.add_argument("--style", default="night")
    parser.add_argument("--sheets", type=Path, help="a folder for contact sheets")
    given = parser.parse_args()
    studio = Studio(given.side, given.preset, given.style)
    print(f"{given.side} px, {given.preset}, {given.style}; levels of 255; seconds of the processor")
    print(f"{'scene':24}{'alone':>8}{'film':>8}{'ratio':>8}{'first s':>9}{'next s':>8}{'share':>8}   anew")
    for scene in (turning(given.side), parallax(given.side), passing(given.side), cut(given.side, given.frames // 2))[: given.scenes]:
        alone, film = studio.film(scene, given.alone, follow=False), studio.film(scene, given.frames)
        errors = warping_error(scene, alone.paintings), warping_error(scene, film.paintings)
        later = [seconds for number, seconds in enumerate(film.seconds) if number not in film.anew]
        first, rest = float(np.median(alone.seconds)), float(np.mean(later))
        print(
            f"{scene.name:24}{errors[0]:8.2f}{errors[1]:8.2f}{errors[1] / errors[0]:8.2f}{first:9.2f}{rest:8.2f}{rest / first:8.0%}   {film.anew}", flush=True
        )
        distances = [studio.distance(scene.content(number), film.paintings[number]) for number in (0, len(film.paintings) - 1)]
        brightness = [float(film.paintings[number].mean()) for number in (0, -1)]
        print(f"{'':24}style distance {distances[0]:.4f} to {distances[1]:.4f}, brightness {brightness[0]:.4f} to {brightness[1]:.4f}", flush=True)
        if given.sheets:
            sheet(given.sheets, scene.name, film.paintings)
    if given.long:
        _long(studio, given.long, given.sheets)
    if given.memory:
        _memory(given.memory)


def _long(studio: Studio, count: int, sheets: Path | None) -> None:
    scene = passing(studio.side, noise=1 / 255)
    film = studio.film(scene, count)
    away = np.zeros((studio.side, studio.side), bool)
    away[studio.side * 5 // 8 :] = True  # where nothing ever passes
    values = [float(picture[away].mean()) for picture in film.paintings]
    distances = [studio.distance(scene.content(number), film.paintings[number]) for number in (0, count - 1)]
    print(
        f"{count} frames of {scene.name}: background moves {moved_by(film.paintings, away):.3f} levels a frame, brightness {values[-1] / values[0] - 1:+.2%},"
    )
    print(f"  style distance {distances[0]:.4f} to {distances[1]:.4f} ({distances[1] / distances[0] - 1:+.1%})", flush=True)
    if sheets:
        sheet(sheets, scene.name, film.paintings)


def _memory(count: int) -> None:
    frames = Studio(48, "draft", "night").frames(turning(48), count, follow=True)
    sizes = [psutil.Process().memory_info().rss / 2**20 for _ in frames]
    if count > 20:
        print(f"memory: {sizes[20]:.0f} MiB after 20 frames, {sizes[-1]:.0f} MiB after {count}")


if __name__ == "__main__":
    main()
