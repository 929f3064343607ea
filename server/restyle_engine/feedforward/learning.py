"""Owns how a look is learned, from a style or from a painting: step by step, each short enough that whoever waits gets the device at once.

From a style (Johnson et al. 2016), the network paints crops of photographs, and the stylizer's own terms say how far they are from the style's statistics and
from the photograph in the style's colours. From a painting (Texler et al. 2020), what is painted is the layer, and the painting says what it shall become.
Both at two sizes: what is a large stroke at the one is a small stroke at half of it. The strength is drawn anew for every step: the network knows them all.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..network.calibration import content_hash, network
from ..network.vgg import Vgg
from ..objective import strength as law
from ..objective.color_transfer import ColorMap, color_map, style_colors
from ..objective.gamut import MARGIN
from ..objective.moments import Measured, Moments, blended, moments
from ..parameters import Pooling, Precision
from ..resizing import resized, tensor
from ..task import Pixels, StylePicture
from .aims import painting_aims, style_aims
from .crops import CALM, RECOLORED, Pair, calm, covered, crop, light
from .descent import moved
from .layout import LAYOUT, LEVELS, NOISES, Layout
from .learning_state import LearningState, first, state_bytes, taken_up
from .look import Look
from .look_file import VERSION
from .practice import HELD, Terms, terms
from .small_network import begun, painted

CROP = 128  # px, side of what is looked at: a multiple of what the layers pool
SMALLEST_CROP = 32
BATCH = 2  # crops of a step at full size
COARSE_EVERY = 3  # steps, of which one looks at half the size: one crop of twice the side
OWN_STRENGTH = 0.5  # share of the steps at the strength that is learned for; the rest are drawn
STRENGTHS = (law.FADED, 100.0)  # that are drawn: below, the painting of the lowest fades out
PAIRED = 3.0  # how many times a painting's own forms count, beside a photograph's
SEEN = 48  # px, side of what a photograph's colours are taken from
MOST_PHOTOGRAPHS = 64  # that are kept, 3 MB each at 512 px


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What a look is learned from.

    styles: what it is to look like; none with a painting. photographs: float32 (h, w, 3) in 0–1 of any size, to practise on; none: calm pictures made by code
    alone. painting: a layer and its painting, both float32 (h, w, 3) of one size, in place of both. strength: 0–100. side: px, photographs are made as large as
    a square of it. steps: of learning. weights: VGG's. seed: equal lessons give equal looks. name, style, credit: texts of the look."""

    styles: tuple[StylePicture, ...]
    photographs: tuple[Pixels, ...]
    painting: tuple[Pixels, Pixels] | None
    strength: float
    side: int
    steps: int
    weights: Path
    precision: Precision
    seed: int
    name: str
    style: str
    credit: str


@dataclass(frozen=True, slots=True)
class LearnStep:
    """State after a step, or a part of what comes before the first; losses are 0 before it. step: done, of steps. fraction: 0–1. loss: what is made small;
    style_loss: the mean relative error of the statistics; content_loss: the stylizer's, in parts of the content's variance."""

    step: int
    steps: int
    fraction: float
    loss: float
    style_loss: float
    content_loss: float


class Learner:
    """Learns one lesson on one device. Not for two threads at once."""

    def __init__(self, lesson: Lesson, device_id: str = "cpu", state: bytes | None = None, layout: Layout = LAYOUT) -> None:
        """state: of a learning of an equal lesson, to go on there, to the very same look; one that is damaged or another's is as none. ValueError when there
        is nothing to learn from; UnusableWeights comes with the first step. layout: of the network; files hold LAYOUT's alone, others are for measuring."""
        if not lesson.styles and lesson.painting is None:
            raise ValueError("a look is learned from styles or from a painting")
        if lesson.painting is not None and lesson.painting[0].shape != lesson.painting[1].shape:
            raise ValueError("a layer and its painting have one size")
        self._lesson, self._layout = lesson, layout
        self._device = torch.device(device_id)
        self._key = _key(lesson)
        self._state = None if state is None else taken_up(state, self._key, self._device)
        self._told = LearnStep(0 if self._state is None else self._state.step, lesson.steps, 0.0, 0.0, 0.0, 0.0)
        self._pairs: list[Pair] = []
        self._small: list[Tensor] = []  # of the photographs, for their colours
        self._aims: list[Measured] = []
        self._parts: Iterator[None] | None = self._prepared()

    @property
    def done(self) -> bool:
        """Whether all steps are."""
        return self._state is not None and self._state.step >= self._lesson.steps

    def step(self) -> LearnStep:
        """Does one step, or one part of what comes before the first; nothing once all are done. UnusableWeights; torch.OutOfMemoryError or MemoryError."""
        if self.done:
            return self._told
        if self._parts is not None:
            if next(self._parts, self) is None:  # self: nothing is left
                return self._told
            self._parts = None
        if self._state is None:
            self._state = first(self._begun(), self._device)
        self._told = self._learn(self._state)
        return self._told

    def state(self) -> bytes:
        """To go on from, after a restart; empty before the first step."""
        return b"" if self._state is None else state_bytes(self._state, self._key)

    def look(self) -> Look:
        """What is learned so far."""
        lesson = self._lesson
        step = 0 if self._state is None else self._state.step
        tensors = self._begun() if self._state is None else self._state.kept
        halves = {name: values.detach().cpu().half() for name, values in tensors.items()}
        return Look(lesson.name, lesson.style, lesson.credit, lesson.strength, self._side, step, halves)

    @property
    def _side(self) -> int:
        painting = self._lesson.painting
        return self._lesson.side if painting is None else round(math.sqrt(painting[0].shape[0] * painting[0].shape[1]))

    def _prepared(self) -> Iterator[None]:
        """Loads, resizes and measures, a part at each step."""
        lesson, device = self._lesson, self._device
        self._dtype = torch.bfloat16 if lesson.precision is Precision.BF16 else torch.float32
        vgg = network(lesson.weights, Pooling.AVERAGE)
        needed = {name: filters for name, filters in vgg.filters.items() if name <= HELD.removeprefix("relu")}
        self._vgg = Vgg(needed, vgg.pooling, vgg.pool_gain).placed(device, self._dtype)
        yield
        self._colors = self._color_map()
        yield
        if lesson.painting is not None:
            content, painting = (tensor(one, device).clamp(0, 1) for one in lesson.painting)
            self._pairs.append(Pair(content, painting))
            yield from painting_aims(self._vgg, painting, self._aims)
            return
        for photograph in lesson.photographs[:MOST_PHOTOGRAPHS]:
            picture = self._resized(photograph)
            self._pairs.append(Pair(picture, picture))
            self._small.append(F.adaptive_avg_pool2d(picture, SEEN))
            yield
        yield from style_aims(self._vgg, lesson.styles, lesson.side, device, self._aims)

    def _color_map(self) -> ColorMap:
        lesson, device = self._lesson, self._device
        if lesson.painting is not None:
            layer, painting = (moments(tensor(one, device).clamp(0, 1)) for one in lesson.painting)
            return color_map(layer, painting)
        self._palette = style_colors(lesson.styles, device)
        seen = [moments(F.adaptive_avg_pool2d(tensor(one, device).clamp(0, 1), SEEN)) for one in lesson.photographs[:MOST_PHOTOGRAPHS]]
        even = Moments(torch.full((3, 3), 0.25, device=device) + torch.eye(3, device=device) / 12, torch.full((3,), 0.5, device=device))  # all colours alike
        return color_map(blended([even, *seen], [float(max(1, len(seen))), *(1.0 for _ in seen)]), self._palette)

    def _resized(self, photograph: Pixels) -> Tensor:
        height, width = photograph.shape[:2]
        factor = self._lesson.side / math.sqrt(height * width)
        return resized(tensor(photograph, self._device), max(1, round(width * factor)), max(1, round(height * factor))).clamp(0, 1)

    def _begun(self) -> dict[str, Tensor]:
        """The network before its first step: it paints everything in the style's colours as a whole."""
        tensors = begun(torch.Generator().manual_seed(self._lesson.seed), self._layout)
        if self._parts is None:
            black = self._colors(torch.zeros(1, 3, 1, 1, device=self._device)).flatten()
            tensors["palette.weight"], tensors["palette.bias"] = self._colors.move.view(3, 3, 1, 1).cpu().clone(), black.cpu()
        return tensors

    def _learn(self, state: LearningState) -> LearnStep:
        rng = np.random.default_rng((self._lesson.seed, state.step))  # so that going on needs no memory of what was drawn
        halving = int(state.step % COARSE_EVERY == COARSE_EVERY - 1)
        strength = self._lesson.strength if rng.random() < OWN_STRENGTH else float(rng.uniform(*STRENGTHS))
        strength = max(strength, law.FADED)
        side = max(SMALLEST_CROP, min(CROP, self._side // 16 * 16)) << halving
        drawn = [self._drawn(side, strength, rng) for _ in range(1 if halving else BATCH)]
        contents, models = torch.cat([one.content for one in drawn]), torch.cat([one.model for one in drawn])
        leaves = {name: values.requires_grad_(True) for name, values in state.now.items()}
        noise = [torch.from_numpy(rng.uniform(-1, 1, (len(drawn), NOISES, side // level, side // level)).astype(np.float32)) for level in LEVELS]
        share = torch.full((len(drawn),), strength / 100, device=self._device)
        typed = {name: values.to(self._dtype) for name, values in leaves.items()}
        pictures = painted(typed, contents, [one.to(self._device) for one in noise], share, self._layout)
        hold = PAIRED if self._lesson.painting is not None else 1.0
        found = terms(self._vgg, pictures, models, self._aims[halving], strength, halving, hold)
        slopes = dict(zip(leaves, torch.autograd.grad(found.loss, list(leaves.values())), strict=True))
        for values in leaves.values():
            values.requires_grad_(False)
        moved(state, slopes, self._lesson.steps)
        return self._report(state, found)

    def _drawn(self, side: int, strength: float, rng: np.random.Generator) -> Pair:
        """A crop, and what it shall be like in form and tone."""
        share, colors = min(1.0, strength / law.COLORED), self._colors
        if not self._pairs:
            content = calm(side, rng).to(self._device)
        elif self._lesson.painting is not None:
            found = crop(self._pairs[0], side, rng, turned=False)
            if strength >= self._lesson.strength:
                return found
            content = found.content
        else:
            number = int(rng.integers(len(self._pairs)))
            content, whole = crop(self._pairs[number], side, rng, turned=True).content, self._small[number]
            if rng.random() < RECOLORED:
                drawn = light(rng)
                content, whole = drawn(content), drawn(whole)
            if rng.random() < CALM:
                content = covered(content, calm(side, rng), rng)
            colors = color_map(moments(whole), self._palette)  # as the stylizer moves the colours of that photograph
        return Pair(content, content + share * (colors(content).clamp(MARGIN, 1 - MARGIN) - content))

    def _report(self, state: LearningState, found: Terms) -> LearnStep:
        loss, style, content = (float(one.detach()) for one in (found.loss, found.style, found.content))
        return LearnStep(state.step, self._lesson.steps, min(1.0, state.step / self._lesson.steps), loss, style, content)


def _key(lesson: Lesson) -> str:
    """A hash of all that the look depends on."""
    found = hashlib.sha256()
    texts = (VERSION, lesson.strength, lesson.side, lesson.steps, lesson.precision, lesson.seed, lesson.name, lesson.style, lesson.credit)
    found.update("\0".join(map(str, texts)).encode())
    for style in lesson.styles:
        found.update(f"{style.weight} {style.scale} {style.symmetry} {style.rgb.shape}".encode())
        found.update(np.ascontiguousarray(style.rgb).data)
        found.update(b"" if style.alpha is None else np.ascontiguousarray(style.alpha).data)
    for picture in (*lesson.photographs[:MOST_PHOTOGRAPHS], *(lesson.painting or ())):
        found.update(f"{picture.shape}".encode())
        found.update(np.ascontiguousarray(picture).data)
    try:
        found.update(content_hash(lesson.weights).encode())
    except OSError:
        found.update(str(lesson.weights).encode())
    return found.hexdigest()
