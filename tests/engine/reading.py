"""Owns how the reading of faces and lettering was learned, from pictures of scikit-image and the library: `python tests/engine/reading.py --write`.

Faces (those of its subset of "Labeled Faces in the Wild", tinted) and words are put on pictures and textures that have neither; a logistic regression tells the
positions apart. The photos of people that the figures are measured on have no part in it. Takes some minutes; without --write it only tells how well it reads.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import skimage
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from restyle_engine.network.calibration import network
from restyle_engine.objective.reading import LAYER, LEARNED, STRIDE
from restyle_engine.parameters import Pooling
from restyle_server.styles.library import BUILTIN
from restyle_server.weights.catalogue import SHIPPED
from safetensors.torch import save_file
from torch import Tensor

Picture = NDArray[np.float32]
SIDE = 192  # px, of a scene
SCENES, TESTED = 500, 60
LEARNED_FROM = 80  # of the 100 faces; the rest are for the test
GROUNDS = (
    *("brick.png", "grass.png", "gravel.png", "coffee.png", "rocket.jpg", "coins.png", "hubble_deep_field.jpg", "moon.png", "clock_motion.png"),
    *("retina.jpg", "ihc.png", "cell.png", "microaneurysms.png", "horse.png", "motorcycle_left.png"),
)
LETTERS = list("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
STEPS = 60
DECAY = 1e-4  # of the squared weights, in units of the activations' own spread
CERTAIN = 0.7  # of a position's pixels that belong to a face or word for it to count as one
DATA = Path(skimage.__file__).parent / "data"


def samples(image: Image.Image) -> Picture:
    """A picture's or mask's, in 0–1."""
    return np.asarray(image, np.float32) / np.float32(255)


def grounds() -> list[Picture]:
    """Pictures without faces and words, at most 600 px."""
    paths = [*(DATA / name for name in GROUNDS), *sorted(BUILTIN.glob("*/picture.*"))]
    found = []
    for path in paths:
        picture = Image.open(path).convert("RGB")
        picture.thumbnail((600, 600), Image.Resampling.LANCZOS)
        found.append(samples(picture))
    return found


def resized(plane: Picture, side: int, degrees: float) -> Picture:
    """A square plane in 0–1 at another size, turned."""
    turned = Image.fromarray((plane * 255).astype(np.uint8)).resize((side, side), Image.Resampling.BICUBIC).rotate(degrees, Image.Resampling.BICUBIC)
    return samples(turned)


class Scenes:
    """Scenes with faces and words, and where they are."""

    def __init__(self, seed: int, faces: Picture) -> None:
        self._random = np.random.default_rng(seed)
        self._faces = faces
        self._grounds = grounds()
        y, x = np.mgrid[:25, :25]
        self._oval = np.clip(1.6 - 1.6 * (((x - 12) / 11) ** 2 + ((y - 12.5) / 12.5) ** 2), 0, 1).astype(np.float32)

    def scene(self) -> tuple[Picture, Picture, Picture]:
        """(SIDE, SIDE, 3) in 0–1; (2, SIDE, SIDE), 1 where a face or a word is; (SIDE, SIDE), 1 around them."""
        random = self._random
        picture = self._ground()
        marks, near = np.zeros((2, SIDE, SIDE), np.float32), np.zeros((SIDE, SIDE), np.float32)
        for _ in range(random.integers(4)):
            self._put_face(picture, marks[0], near)
        for _ in range(random.integers(4)):
            self._put_word(picture, marks[1], near)
        if random.random() < 0.3:
            blurred = Image.fromarray((picture.clip(0, 1) * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(random.uniform(0.3, 0.9)))
            picture = samples(blurred)
        return picture.clip(0, 1).astype(np.float32), marks, near

    def _ground(self) -> Picture:
        random = self._random
        ground = self._grounds[random.integers(len(self._grounds))]
        height, width = ground.shape[:2]
        side = int(np.clip(SIDE / random.uniform(0.5, 1.5), 64, min(height, width)))
        top, left = random.integers(height - side + 1), random.integers(width - side + 1)
        part = Image.fromarray((ground[top : top + side, left : left + side] * 255).astype(np.uint8))
        picture: Picture = samples(part.resize((SIDE, SIDE), Image.Resampling.LANCZOS))
        if random.random() < 0.25:
            picture = (random.uniform(0, 1, 3) + random.normal(0, 0.02, picture.shape)).clip(0, 1).astype(np.float32)
        if random.random() < 0.4:
            picture = self._figures(picture)
        return picture[..., random.permutation(3)].copy() if random.random() < 0.3 else picture.copy()

    def _figures(self, picture: Picture) -> Picture:
        """With windows, balls, sticks or a plane: what is often taken for faces and words."""
        random = self._random
        image = Image.fromarray((picture * 255).astype(np.uint8))
        draw = ImageDraw.Draw(image)
        kind = random.integers(4)
        if kind == 0:
            left, top = random.integers(0, SIDE - 40, 2)
            wide, high = random.integers(24, 90, 2)
            draw.rectangle((left, top, left + wide, top + high), fill=self._color())
            step = int(random.integers(5, 14))
            pane, lit = int(random.integers(2, step - 1)), self._color()
            for x in range(left + 2, left + wide - pane, step):
                for y in range(top + 2, top + high - pane, step):
                    draw.rectangle((x, y, x + pane, y + pane), fill=lit)
        for _ in range((0, 6, 10, 1)[kind]):
            x, y, u, v = map(int, random.integers(0, SIDE, 4))
            size = int(random.integers(2, 20))
            if kind == 1:
                draw.ellipse((x - size, y - size, x + size, y + size), fill=self._color())
            elif kind == 2:
                draw.line((x, y, u, v), fill=self._color(), width=1 + size // 5)
            else:
                draw.polygon([(x, y), (u, y), (u, v)], fill=self._color())
        return samples(image)

    def _color(self) -> tuple[int, ...]:
        return tuple(map(int, self._random.integers(0, 256, 3)))

    def _free(self, near: Picture, width: int, height: int) -> tuple[slice, slice] | None:
        top, left = self._random.integers(0, SIDE - height + 1), self._random.integers(0, SIDE - width + 1)
        place = slice(top, top + height), slice(left, left + width)
        return None if near[place].any() else place

    def _put_face(self, picture: Picture, marks: Picture, near: Picture) -> None:
        random = self._random
        side, face = int(random.choice([20, 24, 28, 34, 42, 54, 68])), self._faces[random.integers(len(self._faces))]
        degrees = random.normal(0, 10)
        face = resized(face[:, :: random.choice([1, -1])], side, degrees)
        place = self._free(near, side, side)
        if place is None:
            return
        tint = np.array([1.0, 0.78, 0.66]) * random.uniform(0.7, 1.1, 3) ** 0.5 if random.random() < 0.7 else np.ones(3)
        tinted = ((face ** random.uniform(0.7, 1.4))[..., None] * tint * random.uniform(0.8, 1.15)).clip(0, 1)
        cover = resized(self._oval, side, degrees)[..., None] if random.random() < 0.8 else 1.0
        picture[place] = picture[place] * (1 - cover) + tinted * cover
        y, x = np.mgrid[:side, :side]
        marks[place] = (x - side / 2) ** 2 + (y - side * 0.53) ** 2 < (side * 0.36) ** 2
        near[place] = 1

    def _put_word(self, picture: Picture, marks: Picture, near: Picture) -> None:
        random = self._random
        font = ImageFont.load_default(int(random.choice([9, 11, 13, 16, 20, 26, 34])))
        word = "".join(random.choice(LETTERS, random.integers(2, 9)))
        left, top, right, bottom = map(round, font.getbbox(word))
        width, height = right - left + 4, bottom - top + 4
        place = self._free(near, width, height) if max(width, height) < SIDE else None
        if place is None:
            return
        mask = Image.new("L", (width, height))
        ImageDraw.Draw(mask).text((2 - left, 2 - top), word, fill=255, font=font, stroke_width=int(random.random() < 0.3))
        ink = np.asarray(mask, np.float32)[..., None] / 255
        ground, color = picture[place].mean((0, 1)), random.uniform(0, 1, 3)
        if abs(color.mean() - ground.mean()) < 0.25:
            color = (color + np.sign(0.501 - ground.mean()) * 0.5).clip(0, 1)
        under = picture[place] if random.random() < 0.6 else (ground + random.normal(0, 0.02, 3)).clip(0, 1)
        picture[place] = under * (1 - ink) + color * ink
        rows, columns = place
        marks[place] = 1
        near[max(0, rows.start - 4) : rows.stop + 4, max(0, columns.start - 4) : columns.stop + 4] = 1


def positions(scenes: Scenes, count: int) -> tuple[Tensor, Tensor]:
    """Roots of activations (n, C), and whether each is a face's, a word's (n, 2)."""
    vgg = network(SHIPPED, Pooling.AVERAGE)
    activations, answers = [], []
    for _ in range(count):
        picture, marks, near = scenes.scene()
        with torch.no_grad():
            seen = vgg.features(torch.from_numpy(picture.transpose(2, 0, 1))[None], [LAYER])[LAYER][0].clamp(min=0).sqrt().flatten(1).T
        shares, around = (F.avg_pool2d(torch.from_numpy(one), STRIDE).flatten(1).T for one in (marks, near[None]))
        told = (shares > CERTAIN).any(1) | (around[:, 0] < 0.05)
        activations.append(seen[told].half())
        answers.append((shares[told] > CERTAIN).float())
    return torch.cat(activations).float(), torch.cat(answers)


def learned(activations: Tensor, answers: Tensor) -> tuple[Tensor, Tensor]:
    """weight (2, C) and bias (2,) of the logits."""
    mean, spread = activations.mean(0), activations.std(0) + 1e-3
    known = activations.sub_(mean).div_(spread)
    weight = torch.zeros(known.shape[1], 2, requires_grad=True)
    bias = torch.zeros(2, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=STEPS, line_search_fn="strong_wolfe")

    def cost() -> Tensor:
        optimizer.zero_grad()
        found = F.binary_cross_entropy_with_logits(known @ weight + bias, answers) + DECAY * weight.square().sum()
        found.backward()  # type: ignore[no-untyped-call]
        return found

    optimizer.step(cost)  # type: ignore[no-untyped-call]
    plain = weight.detach() / spread[:, None]
    return plain.T.contiguous(), bias.detach() - mean @ plain


def main() -> int:
    """Learns, tells, and writes when asked to."""
    faces = np.load(DATA / "lfw_subset.npy").astype(np.float32)[:100]
    weight, bias = learned(*positions(Scenes(1, faces[:LEARNED_FROM]), SCENES))
    activations, answers = positions(Scenes(2, faces[LEARNED_FROM:]), TESTED)
    said = activations @ weight.T + bias > 0
    for index, name in enumerate(("faces", "lettering")):
        right, wrong = said[answers[:, index] > 0, index].float().mean(), said[answers.sum(1) == 0, index].float().mean()
        sys.stdout.write(f"{name}: {right:.3f} of their positions found; {wrong:.5f} of the others taken for them\n")
    if sys.argv[1:] == ["--write"]:
        save_file({"weight": weight, "bias": bias}, LEARNED)
        LEARNED.chmod(0o644)
    return 0


if __name__ == "__main__":
    sys.exit(main())
