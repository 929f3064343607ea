"""Owns the table of what looks are worth: learned from the library's styles, held against the stylizer on photographs that they never saw:
`python tests/performance/look_figures.py`.

Distances are the stylizer's own to the style's statistics, 1 is a picture without any. Seconds and milliseconds are the processor's, so that what else runs on
the machine doesn't count. With --out, looks, the states to go on from, and sheets (photograph, painting of the stylizer, look) are written there.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from restyle_engine.device import prefers_bf16
from restyle_engine.feedforward.canvas_noise import canvas_noise
from restyle_engine.feedforward.layout import LAYOUT, Layout
from restyle_engine.feedforward.learning import Learner, Lesson
from restyle_engine.feedforward.look import look_bytes
from restyle_engine.feedforward.small_network import begun, painted
from restyle_engine.network.calibration import network
from restyle_engine.objective.scale_objective import objective_of
from restyle_engine.objective.targets import TargetCache
from restyle_engine.parameters import Parameters, Pooling, Precision, Preset, resolve
from restyle_engine.resizing import pixels, tensor
from restyle_engine.store import Store
from restyle_engine.stylizer import Stylizer
from restyle_engine.task import Pixels, StylePicture, Task
from restyle_engine.verdict import Verdict
from restyle_imaging.resample.resize import resize
from restyle_server.weights.catalogue import SHIPPED

sys.path.insert(0, str(Path(__file__).parents[1]))

from pictures.photos import painting, photo

LEARNED_FROM = ("astronaut", "coffee", "chelsea", "rocket")
STRENGTH = 50.0
LAYOUTS = {  # thousands of multiplications per pixel
    "15k": Layout(half=24, quarter=48, eighth=72, before=1, middle=2, after=1),
    "23k": LAYOUT,
    "40k": Layout(half=48, quarter=64, eighth=72, before=2, middle=2, after=2),
    "63k": Layout(half=56, quarter=80, eighth=64, before=2, middle=2, after=3),
}
CPU = torch.device("cpu")
PRECISION = Precision.BF16 if prefers_bf16("cpu") else Precision.FP32
DTYPE = torch.bfloat16 if PRECISION is Precision.BF16 else torch.float32


class Judge:
    """Paints photographs of side² px by the stylizer, and says how far pictures are from a style."""

    def __init__(self, style: str, side: int, preset: str) -> None:
        self.style = StylePicture(painting(style, max(side, 512)), key=style)
        self._parameters = resolve(Parameters(preset=Preset(preset), native_size=True, strength=STRENGTH), side, side, "cpu", bf16=prefers_bf16("cpu"))
        self._stylizer = Stylizer()

    def paint(self, content: Pixels) -> Pixels:
        return self._stylizer.paint(self._task(content), lambda _: Verdict.GO_ON).rgb.clip(0, 1)

    @torch.no_grad()
    def distance(self, content: Pixels, picture: Pixels) -> float:
        vgg = network(SHIPPED, Pooling.AVERAGE, Store(None))
        found = objective_of(self._task(content), tensor(content, CPU), vgg, "distance", CPU, TargetCache())
        return float(found.terms(tensor(picture, CPU).clamp(0, 1)).style)

    def _task(self, content: Pixels) -> Task:
        return Task(content, (self.style,), self._parameters, SHIPPED)


def folder(path: Path | None, side: int) -> list[Pixels]:
    """The middle squares of a folder's pictures; scikit-image's cup of coffee and so on without one."""
    if path is None:
        return [photo(name, side) for name in LEARNED_FROM]
    found = []
    for file in sorted(path.glob("*.jpg")):
        with Image.open(file) as opened:
            picture = np.asarray(opened.convert("RGB"), np.float32) / np.float32(255)
        edge = min(picture.shape[:2])
        top, left = (picture.shape[0] - edge) // 2, (picture.shape[1] - edge) // 2
        found.append(resize(picture[top : top + edge, left : left + edge], side, side))
    return found


def learn(lesson: Lesson, layout: Layout, out: Path | None) -> tuple[Learner, float]:
    """All of a lesson, with its seconds; what was learned before is gone on from."""
    kept = None if out is None else out / f"{lesson.style}.state"
    learner = Learner(lesson, state=kept.read_bytes() if kept is not None and kept.exists() else None, layout=layout)
    began = time.process_time()
    while not learner.done:
        step = learner.step()
        if step.step % 100 == 0 and step.step:
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
        _paint(tensors, picture, layout)
        found.append(time.process_time() - began)
    return 1000 * min(found)


@torch.no_grad()
def _paint(tensors: dict[str, torch.Tensor], picture: torch.Tensor, layout: Layout) -> torch.Tensor:
    noise = [torch.from_numpy(one)[None] for one in canvas_noise(0, 0, picture.shape[-1], picture.shape[-2])]
    return painted(tensors, picture, noise, torch.tensor([STRENGTH / 100]), layout).clamp(0, 1)


def cost(name: str, layout: Layout) -> str:
    """What a network of that layout takes, in words."""
    times = ", ".join(f"{milliseconds(layout, side):.0f} ms at {side}²" for side in (256, 512, 1024))
    return f"{name}: {layout.multiplications:,.0f} multiplications a px, {2 * layout.parameters:,} bytes, reach {layout.reach} px, {times}, {PRECISION}"


def compare(style: str, given: argparse.Namespace, photographs: tuple[Pixels, ...], held: list[Pixels]) -> None:
    """Learns a style with each layout, and tells how far each is from it on what was held back."""
    judge = Judge(style, given.side, given.preset)
    paintings = [judge.paint(one) for one in held]
    far = np.mean([judge.distance(a, b) for a, b in zip(held, paintings, strict=True)])
    plain = np.mean([judge.distance(one, one) for one in held])
    print(f"{style}: photographs {plain:.3f}, stylizer {far:.3f}", flush=True)
    for name in given.layouts:
        layout = LAYOUTS[name]
        out = given.out if layout is LAYOUT else None
        lesson = Lesson((judge.style,), photographs, None, STRENGTH, given.side, given.steps, SHIPPED, PRECISION, 0, style, style, "")
        learner, seconds = learn(lesson, layout, out)
        tensors = {one: values.to(DTYPE) for one, values in learner.look().tensors.items()}
        shown = [pixels(_paint(tensors, tensor(one, CPU), layout)) for one in held]
        found = np.mean([judge.distance(a, b) for a, b in zip(held, shown, strict=True)])
        print(f"{style}, {name}: look {found:.3f}, {found / far:.2f} × the stylizer's, after {given.steps} steps, {seconds:.0f} s", flush=True)
        if out is not None:
            (out / f"{style}.safetensors").write_bytes(look_bytes(learner.look()))
            sheet = np.concatenate([np.concatenate(row, 1) for row in zip(held, paintings, shown, strict=True)])
            Image.fromarray((sheet.clip(0, 1) * 255).round().astype(np.uint8)).save(out / f"{style}.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("styles", nargs="*", default=["night"])
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--side", type=int, default=384, help="px of the photographs, a multiple of 8 (384)")
    parser.add_argument("--layouts", nargs="*", default=["23k"], choices=LAYOUTS, help="networks that learn; only the product's own is written (23k)")
    parser.add_argument("--preset", default="standard", help="of the stylizer that looks are held against")
    parser.add_argument("--photographs", type=Path, help="folder of JPEGs to learn from; else scikit-image's")
    parser.add_argument("--held", type=Path, help="folder of JPEGs that are held back; else those that are learned from")
    parser.add_argument("--out", type=Path, help="folder for looks, states and sheets")
    given = parser.parse_args()
    for name in given.layouts:
        print(cost(name, LAYOUTS[name]), flush=True)
    photographs, held = tuple(folder(given.photographs, given.side)), folder(given.held, given.side)
    for style in given.styles:
        compare(style, given, photographs, held)


if __name__ == "__main__":
    main()
