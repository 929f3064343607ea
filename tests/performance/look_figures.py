"""Owns how the looks that ship are learned, and what they are worth beside the stylizer: `python tests/performance/look_figures.py --out looks`.

A look is learned as the service learns it, and held against the stylizer on photographs that it never saw. Distances are the stylizer's own to the style's
statistics, 1 is a picture without any; lightness is less that of the stylizer's paintings, chroma in parts of theirs. Seconds and milliseconds are the
processor's, so that what else runs on the machine doesn't count. With --out, looks, the states to go on from, and sheets (photograph, painting of the
stylizer, look) are written there.

`--looks server/restyle_server/looks --tones --out looks` gives looks that are there already the contrast of the stylizer's paintings, as `restyle look learn`
gives it to every look.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import restyle_server
import torch
from PIL import Image
from restyle_engine.device import prefers_bf16
from restyle_engine.feedforward.canvas_noise import canvas_noise
from restyle_engine.feedforward.crops import Pair
from restyle_engine.feedforward.layout import LAYOUT, Layout
from restyle_engine.feedforward.learning import Learner, Lesson
from restyle_engine.feedforward.look import Look, look_bytes, read_look
from restyle_engine.feedforward.small_network import begun, painted
from restyle_engine.feedforward.teacher import Teacher
from restyle_engine.feedforward.tones import toned
from restyle_engine.network.calibration import network
from restyle_engine.objective.scale_objective import objective_of
from restyle_engine.objective.targets import TargetCache
from restyle_engine.parameters import Parameters, Pooling, Precision, Preset, resolve
from restyle_engine.resizing import pixels, tensor
from restyle_engine.store import Store
from restyle_engine.stylizer import Stylizer
from restyle_engine.task import Pixels, StylePicture, Task
from restyle_engine.verdict import Verdict
from restyle_imaging.io.files import read_picture
from restyle_imaging.planes.canvas import open_plane
from restyle_imaging.resample.resize import resize
from restyle_server.styles.description import parse
from restyle_server.weights.catalogue import SHIPPED

STYLES = Path(restyle_server.__file__).parent / "styles"
PHOTOGRAPHS = Path(restyle_server.__file__).parent / "looks" / "photographs"
SIDE = 512  # px, of the photographs that are learned from
TONED = 4  # pieces whose paintings give looks their contrast
LAYOUTS = {  # thousands of multiplications per pixel
    "17k": Layout(half=24, quarter=48, eighth=72, before=1, middle=2, after=1),
    "25k": LAYOUT,
    "42k": Layout(half=48, quarter=64, eighth=72, before=2, middle=2, after=2),
    "65k": Layout(half=56, quarter=80, eighth=64, before=2, middle=2, after=3),
}
CPU = torch.device("cpu")
PRECISION = Precision.BF16 if prefers_bf16("cpu") else Precision.FP32
DTYPE = torch.bfloat16 if PRECISION is Precision.BF16 else torch.float32


class Judge:
    """Paints photographs by the stylizer in one style, and says how far pictures are from it."""

    def __init__(self, name: str, preset: str) -> None:
        folder = STYLES / name
        self.name, self.about = name, parse((folder / "style.toml").read_bytes())
        suggested = self.about.suggested
        rgb = open_plane(read_picture(next(folder.glob("picture.*"))).plane).rgb
        self.style = StylePicture(rgb, scale=suggested.scale or 1.0, key=name)
        self.strength = suggested.strength or 50.0
        self._preset = Preset(preset)
        self._stylizer, self._targets = Stylizer(), TargetCache()

    def lesson(self, photographs: tuple[Pixels, ...], steps: int) -> Lesson:
        return Lesson((self.style,), photographs, None, self.strength, SIDE, steps, SHIPPED, PRECISION, 0, self.about.title, self.name, self.about.credit)

    def pairs(self, photographs: tuple[Pixels, ...], count: int) -> list[Pair]:
        """The first pieces of a lesson, and their paintings."""
        there = [tensor(one, CPU) for one in photographs]
        teacher = Teacher((self.style,), there, self.strength, SIDE, SHIPPED, PRECISION, 0, "cpu", self._stylizer)
        pieces = [teacher.piece(number) for number in range(count)]
        return [Pair(one.content, teacher.painted(one, lambda: True), one.strength) for one in pieces]

    def paint(self, content: Pixels) -> Pixels:
        return self._stylizer.paint(self._task(content), lambda _: Verdict.GO_ON).rgb.clip(0, 1)

    @torch.no_grad()
    def distance(self, content: Pixels, picture: Pixels) -> float:
        vgg = network(SHIPPED, Pooling.AVERAGE, Store(None))
        found = objective_of(self._task(content), tensor(content, CPU), vgg, "distance", CPU, self._targets)
        return float(found.terms(tensor(picture, CPU).clamp(0, 1)).style)

    def _task(self, content: Pixels) -> Task:
        """Of a photograph of any size, with strokes as large as at SIDE, which the look has learned."""
        height, width = content.shape[:2]
        asked = Parameters(preset=self._preset, native_size=True, strength=self.strength)
        resolved = resolve(asked, width, height, "cpu", bf16=prefers_bf16("cpu"))
        style = replace(self.style, scale=min(4.0, self.style.scale * SIDE / (width * height) ** 0.5))
        return Task(content, (style,), resolved, SHIPPED)


def folder(path: Path, side: int) -> list[Pixels]:
    """The middle squares of a folder's JPEGs."""
    found = []
    for file in sorted(path.glob("*.jpg")):
        picture = open_plane(read_picture(file).plane).rgb
        edge = min(picture.shape[:2])
        top, left = (picture.shape[0] - edge) // 2, (picture.shape[1] - edge) // 2
        found.append(resize(picture[top : top + edge, left : left + edge], side, side))
    return found


def learn(lesson: Lesson, layout: Layout, beginning: Path | None, out: Path | None) -> tuple[Learner, float]:
    """All of a lesson, with its seconds; what was learned before is gone on from."""
    kept = None if out is None else out / f"{lesson.style}.state"
    begun_with = None if beginning is None else read_look(beginning.read_bytes())
    learner = Learner(lesson, state=kept.read_bytes() if kept is not None and kept.exists() else None, layout=layout, beginning=begun_with)
    began = time.process_time()
    while not learner.done:
        step = learner.step()
        if step.step % 100 == 0:
            print(f"  {step.step} of {step.steps}: style {step.style_loss:.3f}, content {step.content_loss:.3f}", file=sys.stderr, flush=True)
            if kept is not None:
                kept.write_bytes(learner.state())
    return learner, time.process_time() - began


def milliseconds(layout: Layout, side: int) -> float:
    """Of painting side² px, the best of three."""
    tensors = {name: values.to(DTYPE) for name, values in begun(torch.Generator().manual_seed(0), layout).items()}
    tensors = {name: values.contiguous(memory_format=torch.channels_last) if values.dim() == 4 else values for name, values in tensors.items()}
    picture, found = torch.rand(1, 3, side, side), []
    for _ in range(3):
        began = time.process_time()
        _paint(tensors, picture, layout, 50)
        found.append(time.process_time() - began)
    return 1000 * min(found)


@torch.no_grad()
def _paint(tensors: dict[str, torch.Tensor], picture: torch.Tensor, layout: Layout, strength: float) -> torch.Tensor:
    noise = [torch.from_numpy(one)[None] for one in canvas_noise(0, 0, picture.shape[-1], picture.shape[-2])]
    return painted(tensors, picture, noise, torch.tensor([strength / 100]), layout).clamp(0, 1)


def cost(name: str, layout: Layout) -> str:
    """What a network of that layout takes, in words."""
    times = ", ".join(f"{milliseconds(layout, side):.0f} ms at {side}²" for side in (256, 512, 1024))
    return f"{name}: {layout.multiplications:,.0f} multiplications a px, {2 * layout.parameters:,} bytes, reach {layout.reach} px, {times}, {PRECISION}"


def colors(pictures: list[Pixels]) -> tuple[float, float]:
    """Mean lightness, and mean distance from grey, of all pixels; both in parts of the range."""
    pixels_ = np.concatenate([one.clip(0, 1).reshape(-1, 3) for one in pictures])
    light = pixels_ @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    return float(light.mean()), float(np.linalg.norm(pixels_ - light[:, None], axis=1).mean())


def with_tones(look: Look, judge: Judge, photographs: tuple[Pixels, ...]) -> Look:
    """A look with the contrast of the stylizer's paintings of what it learned from."""
    tensors = {name: values.float() for name, values in look.tensors.items()}
    return replace(look, tensors={name: values.half() for name, values in toned(tensors, judge.pairs(photographs, TONED), DTYPE).items()})


def compare(style: str, given: argparse.Namespace, photographs: tuple[Pixels, ...], held: list[Pixels]) -> None:
    """Learns a style with each layout, and tells how far each is from it on what was held back."""
    judge = Judge(style, given.preset)
    paintings = [judge.paint(one) for one in held]
    far = np.mean([judge.distance(a, b) for a, b in zip(held, paintings, strict=True)])
    plain = np.mean([judge.distance(one, one) for one in held])
    print(f"{style}: photographs {plain:.3f}, stylizer {far:.3f}", flush=True)
    for name in given.layouts:
        layout = LAYOUTS[name]
        out = given.out if layout is LAYOUT else None
        if given.looks is not None:
            look, took = read_look((given.looks / f"{style}.safetensors").read_bytes()), ""
            look = with_tones(look, judge, photographs) if given.tones else look
        else:
            learner, seconds = learn(judge.lesson(photographs, given.steps), layout, given.beginning, out)
            look, took = learner.look(), f", {seconds:.0f} s"
        tensors = {one: values.to(DTYPE) for one, values in look.tensors.items()}
        shown = [pixels(_paint(tensors, tensor(one, CPU), layout, judge.strength)) for one in held]
        found = np.mean([judge.distance(a, b) for a, b in zip(held, shown, strict=True)])
        (light, chroma), (wanted, full) = colors(shown), colors(paintings)
        tones = f"lightness {light - wanted:+.3f}, chroma {chroma / full:.2f} ×"
        print(f"{style}, {name}: look {found:.3f}, {found / far:.2f} × the stylizer's, {tones}, after {look.steps} steps{took}", flush=True)
        if out is not None:
            (out / f"{style}.safetensors").write_bytes(look_bytes(look))
            sheet = np.concatenate([np.concatenate(row, 1) for row in zip(held, paintings, shown, strict=True)])
            Image.fromarray((sheet.clip(0, 1) * 255).round().astype(np.uint8)).save(out / f"{style}.png")


def main() -> None:
    every = sorted(one.name for one in STYLES.iterdir() if (one / "style.toml").exists())
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("styles", nargs="*", default=every)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--side", type=int, default=384, help="px of the photographs that looks are held against, a multiple of 8 (384)")
    parser.add_argument("--layouts", nargs="*", default=["25k"], choices=LAYOUTS, help="networks that learn; only the product's own is written (25k)")
    parser.add_argument("--preset", default="standard", help="of the stylizer that looks are held against")
    parser.add_argument("--photographs", type=Path, default=PHOTOGRAPHS, help="folder of JPEGs to learn from (those that ship)")
    parser.add_argument("--held", type=Path, default=PHOTOGRAPHS, help="folder of JPEGs that are held back (those that ship, which the looks have seen)")
    parser.add_argument("--beginning", type=Path, help="a look whose network is gone on from")
    parser.add_argument("--looks", type=Path, help="folder of looks that are there already and only held against the stylizer")
    parser.add_argument("--tones", action="store_true", help="give those looks the contrast of the stylizer's paintings")
    parser.add_argument("--out", type=Path, help="folder for looks, states and sheets")
    given = parser.parse_args()
    for name in given.layouts:
        print(cost(name, LAYOUTS[name]), flush=True)
    photographs, held = tuple(folder(given.photographs, SIDE)), folder(given.held, given.side)
    for style in given.styles:
        compare(style, given, photographs, held)


if __name__ == "__main__":
    main()
