"""Owns how a look is learned, from styles or from a painting: step by step, each short enough that whoever waits gets the device at once.

From styles, the stylizer paints pieces of photographs, one after the other, and between them the network practises on crops of those that are there (after
Texler et al. 2020): what it becomes is seen early. From a painting, there is one piece, the layer and its painting.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..network.calibration import content_hash, network
from ..network.vgg import Vgg
from ..parameters import Pooling, Precision
from ..resizing import resized, tensor
from ..stylizer import Stylizer
from ..task import Pixels, StylePicture
from ..verdict import Cancelled
from .crops import Pair, crop
from .descent import moved
from .layout import LAYOUT, LEVELS, NOISES, Layout
from .learning_state import LearningState, state_bytes, taken_up
from .live_painter import LivePainter
from .look import Look
from .look_file import VERSION
from .practice import LAYERS, Terms, terms
from .small_network import begun, colors, painted
from .teacher import PIECES, Teacher
from .tones import toned

CROP = 128  # px, side of what is looked at: a multiple of what the layers pool
SMALLEST_CROP = 32
BATCH = 2  # crops of a step at full size
COARSE_EVERY = 3  # steps, of which one looks at half the size: one crop of twice the side
FIRST_PIECES = 3  # that are painted before the first step
PIECE_COST = 80  # steps that take as long as a piece's painting
WEAKER = 0.3  # share of the steps on the way to a painting, in place of all of it: the network learns what strength is
LEAST = 0.3  # of that way
PRACTICE = 1  # beside the number of a step in the seed of what it draws
MOST_PHOTOGRAPHS = 64  # that are kept, 3 MB each at 512 px
CPU = torch.device("cpu")


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
    """State after a step, or a part of what comes before it; losses are 0 before the first. step: done, of steps. fraction: 0–1. loss: what is made small;
    style_loss: the mean relative error of the crops' Gram matrices; content_loss: that of their forms, in parts of the variance."""

    step: int
    steps: int
    fraction: float
    loss: float
    style_loss: float
    content_loss: float


class Learner:
    """Learns one lesson on one device. Not for two threads at once."""

    def __init__(self, lesson: Lesson, device_id: str = "cpu", state: bytes | None = None, layout: Layout = LAYOUT, beginning: Look | None = None) -> None:
        """state: of a learning of an equal lesson, to go on there, to the very same look; one that is damaged or another's is as none. ValueError when there
        is nothing to learn from; UnusableWeights comes with the first step. layout: of the network; files hold LAYOUT's alone, others are for measuring.
        beginning: a look whose network is gone on from, which knows strokes already; None: random numbers."""
        if not lesson.styles and lesson.painting is None:
            raise ValueError("a look is learned from styles or from a painting")
        if lesson.painting is not None and lesson.painting[0].shape != lesson.painting[1].shape:
            raise ValueError("a layer and its painting have one size")
        self._lesson, self._layout, self._beginning = lesson, layout, beginning
        self._device_id, self._device = device_id, torch.device(device_id)
        self._dtype = torch.bfloat16 if lesson.precision is Precision.BF16 else torch.float32
        self._key = _key(lesson, beginning)
        self._state = taken_up(state or b"", self._key, self._device) or LearningState()
        self._told = LearnStep(self._state.step, lesson.steps, self._fraction, 0.0, 0.0, 0.0)
        self._vgg: Vgg | None = None
        self._teacher: Teacher | None = None
        self._pairs: list[Pair] = []

    @property
    def done(self) -> bool:
        """Whether all steps are."""
        return self._state.step >= self._lesson.steps

    def step(self, go_on: Callable[[], bool] = lambda: True) -> LearnStep:
        """Does one step, or one part of what comes before it; nothing once all are done. go_on: asked while a piece is painted, which takes some seconds: when
        it answers no, that piece is given up, and painted with the next call. UnusableWeights; torch.OutOfMemoryError or MemoryError."""
        if self.done:
            return self._told
        if self._vgg is None:
            self._vgg = self._prepared()
        elif len(self._state.paintings) < self._wanted:
            self._paint(go_on)
        else:
            self._catch_up()
            if not self._state.now:
                self._state.begin(self._begun(), self._device)
            return self._learn(self._vgg)
        self._told = LearnStep(self._told.step, self._lesson.steps, self._fraction, self._told.loss, self._told.style_loss, self._told.content_loss)
        return self._told

    def state(self) -> bytes:
        """To go on from, after a restart; empty before there is anything."""
        return state_bytes(self._state, self._key) if self._state.paintings or self._state.now else b""

    def look(self) -> Look:
        """What is learned so far, with the contrast of what it was learned from."""
        lesson = self._lesson
        self._catch_up()
        tensors = toned(self._state.kept or self._begun(), self._pairs, self._dtype, self._layout)
        halves = {name: values.detach().cpu().half() for name, values in tensors.items()}
        return Look(lesson.name, lesson.style, lesson.credit, lesson.strength, self._side, self._state.step, halves)

    def shown(self, content: Pixels) -> Pixels:
        """A picture, float32 (h, w, 3), as the look paints it by now."""
        painter = LivePainter(self._device_id, self._lesson.precision)
        painter.place(self.look())
        return painter.paint(content, 0, 0, self._lesson.strength)

    @property
    def _side(self) -> int:
        painting = self._lesson.painting
        return self._lesson.side if painting is None else round(math.sqrt(painting[0].shape[0] * painting[0].shape[1]))

    @property
    def _all_pieces(self) -> int:
        return 0 if self._lesson.painting is not None else min(PIECES, self._lesson.steps)

    @property
    def _wanted(self) -> int:
        """How many pieces are to be painted before the next step."""
        pieces = self._all_pieces
        return min(pieces, FIRST_PIECES + self._state.step * 2 * pieces // self._lesson.steps)

    @property
    def _fraction(self) -> float:
        pieces = self._all_pieces * PIECE_COST
        return min(1.0, (self._state.step + len(self._state.paintings) * PIECE_COST) / (self._lesson.steps + pieces))

    def _prepared(self) -> Vgg:
        lesson = self._lesson
        vgg = network(lesson.weights, Pooling.AVERAGE)
        needed = {name: filters for name, filters in vgg.filters.items() if name <= LAYERS[-1].removeprefix("relu")}
        return Vgg(needed, vgg.pooling, vgg.pool_gain).placed(self._device, self._dtype)

    def _taught(self) -> Teacher:
        if self._teacher is None:
            lesson = self._lesson
            photographs = tuple(self._resized(one) for one in lesson.photographs[:MOST_PHOTOGRAPHS])
            how = (lesson.strength, lesson.side, lesson.weights, lesson.precision, lesson.seed)
            self._teacher = Teacher(lesson.styles, photographs, *how, self._device_id, Stylizer(self._device_id))
        return self._teacher

    def _resized(self, photograph: Pixels) -> Tensor:
        height, width = photograph.shape[:2]
        factor = self._lesson.side / math.sqrt(height * width)
        return resized(tensor(photograph, CPU), max(1, round(width * factor)), max(1, round(height * factor))).clamp(0, 1)

    def _paint(self, go_on: Callable[[], bool]) -> None:
        teacher = self._taught()
        piece = teacher.piece(len(self._state.paintings))
        try:
            painting = teacher.painted(piece, go_on)
        except Cancelled:
            return
        self._state.paintings.append((painting * 255).round().to(torch.uint8))

    def _catch_up(self) -> None:
        """Brings the pairs to what is painted."""
        if self._lesson.painting is not None and not self._pairs:
            content, painting = (tensor(one, self._device).clamp(0, 1) for one in self._lesson.painting)
            self._pairs.append(Pair(content, painting, self._lesson.strength))
        for number in range(len(self._pairs), len(self._state.paintings)):
            piece = self._taught().piece(number)
            painting = self._state.paintings[number].to(self._device).float() / 255
            self._pairs.append(Pair(piece.content.to(self._device), painting, piece.strength))

    def _begun(self) -> dict[str, Tensor]:
        """The network before its first step: that of the beginning, or one that paints everything in the painting's colours as a whole."""
        if self._beginning is not None:
            tensors = {name: values.float() for name, values in self._beginning.tensors.items()}
        else:
            tensors = begun(torch.Generator().manual_seed(self._lesson.seed), self._layout)
        if self._pairs:
            move, black = colors([one.content for one in self._pairs], [one.painting for one in self._pairs])
            tensors["palette.weight"], tensors["palette.bias"] = move.view(3, 3, 1, 1).cpu(), black.cpu()
        return tensors

    def _learn(self, vgg: Vgg) -> LearnStep:
        state = self._state
        rng = np.random.default_rng((self._lesson.seed, state.step, PRACTICE))  # so that going on needs no memory of what was drawn
        halving = int(state.step % COARSE_EVERY == COARSE_EVERY - 1)
        side = max(SMALLEST_CROP, min(CROP, self._side // 16 * 16)) << halving
        drawn = [self._pairs[int(rng.integers(len(self._pairs)))] for _ in range(1 if halving else BATCH)]
        crops = [crop(torch.cat((one.content, one.painting), 1), side, rng) for one in drawn]
        both = torch.cat(crops)
        contents, paintings = both[:, :3], both[:, 3:]
        shares = [float(rng.uniform(LEAST, 1)) if rng.random() < WEAKER else 1.0 for _ in drawn]
        strength = torch.tensor([share * one.strength / 100 for share, one in zip(shares, drawn, strict=True)], device=self._device)
        noise = [torch.from_numpy(rng.uniform(-1, 1, (len(drawn), NOISES, side // level, side // level)).astype(np.float32)) for level in LEVELS]
        leaves = {name: values.requires_grad_(True) for name, values in state.now.items()}
        typed = {name: values.to(self._dtype) for name, values in leaves.items()}
        pictures = painted(typed, contents, [one.to(self._device) for one in noise], strength, self._layout)
        found = terms(vgg, pictures, contents, paintings, shares, halving)
        slopes = dict(zip(leaves, torch.autograd.grad(found.loss, list(leaves.values())), strict=True))
        for values in leaves.values():
            values.requires_grad_(False)
        moved(state, slopes, self._lesson.steps)
        self._told = self._report(found)
        return self._told

    def _report(self, found: Terms) -> LearnStep:
        loss, style, content = (float(one.detach()) for one in (found.loss, found.style, found.content))
        return LearnStep(self._state.step, self._lesson.steps, self._fraction, loss, style, content)


def _key(lesson: Lesson, beginning: Look | None) -> str:
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
    for name, values in (beginning.tensors if beginning is not None else {}).items():
        found.update(name.encode() + values.numpy().tobytes())
    try:
        found.update(content_hash(lesson.weights).encode())
    except OSError:
        found.update(str(lesson.weights).encode())
    return found.hexdigest()
