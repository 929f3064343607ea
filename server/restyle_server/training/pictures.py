"""Owns the training pictures: shards of small labelled photographs, their augmentation, and canvases made of several of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from torch import Tensor

LEAST_AREA = 0.3  # share of a photograph that a crop keeps at least
STRETCH = 0.3  # natural logarithm by which a crop's aspect may differ, either way
GRAY = 0.08  # share of the pictures that lose their colours
FINER = 2  # times as fine pictures are sampled before they are averaged: nothing aliases where they shrink


class UnusablePictures(Exception):
    """The shards can't be used; the message is a sentence that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """pictures: uint8 (n, 3, side, side), RGB. labels: int64 (n,), from 0 on."""

    pictures: Tensor
    labels: Tensor

    def on(self, device: torch.device) -> Labelled:
        """The same on a device."""
        return Labelled(self.pictures.to(device), self.labels.to(device))


def read(shards: Sequence[Path]) -> Labelled:
    """All pictures of some .npz files: `data`, encoded pictures one behind the other as bytes; `offsets` (n + 1,) where each begins; `labels` (n,).
    UnusablePictures."""
    if not shards:
        raise UnusablePictures("There are no pictures to learn from; name shards that exist, such as --shards 'folder/train-*.npz'.")
    parts = [_read(shard) for shard in shards]
    sides = {part.pictures.shape[-1] for part in parts}
    if len(sides) > 1:
        raise UnusablePictures(f"The shards' pictures differ in size ({', '.join(map(str, sorted(sides)))} px); give shards of one size.")
    return Labelled(torch.cat([part.pictures for part in parts]), torch.cat([part.labels for part in parts]))


def _read(shard: Path) -> Labelled:
    try:
        with np.load(shard, allow_pickle=False) as kept:
            data, offsets, labels = kept["data"].tobytes(), kept["offsets"], kept["labels"].astype(np.int64)
    except OSError as error:
        raise UnusablePictures(f"{shard} can't be read ({error.strerror or error}); name a shard that exists.") from error
    except (EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise UnusablePictures(f"{shard} is no shard of pictures; it takes an .npz file with data, offsets and labels.") from error
    if len(labels) == 0 or len(offsets) != len(labels) + 1 or int(labels.min()) < 0:
        raise UnusablePictures(f"{shard} holds {len(offsets) - 1} pictures and {len(labels)} labels; it takes one label from 0 on for each, and one at least.")

    def decoded(i: int) -> NDArray[np.uint8]:
        with Image.open(io.BytesIO(data[offsets[i] : offsets[i + 1]])) as picture:
            return np.asarray(picture.convert("RGB"))

    try:
        with ThreadPoolExecutor() as pool:
            pictures = np.stack(list(pool.map(decoded, range(len(labels)))))
    except (OSError, ValueError, UnidentifiedImageError) as error:
        raise UnusablePictures(f"A picture in {shard} can't be read ({error}); make the shard again.") from error
    if pictures.shape[1] != pictures.shape[2]:
        raise UnusablePictures(f"The pictures in {shard} are {pictures.shape[2]} × {pictures.shape[1]} px; square ones are needed.")
    return Labelled(torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous(), torch.from_numpy(labels))


def scaled(pictures: Tensor) -> Tensor:
    """uint8 to float32 in 0–1."""
    return pictures.float() / 255


def augmented(pictures: Tensor, side: int) -> Tensor:
    """A random crop of each picture (n, 3, h, w) in 0–1, turned over or not, some in gray: (n, 3, side, side)."""
    n, device = len(pictures), pictures.device
    area = LEAST_AREA + (1 - LEAST_AREA) * torch.rand(n, device=device)
    aspect = torch.exp(STRETCH * (2 * torch.rand(n, device=device) - 1))
    height, width = (area / aspect).sqrt().clamp(max=1), (area * aspect).sqrt().clamp(max=1)
    crop = torch.zeros(n, 2, 3, device=device)
    crop[:, 0, 0] = width * torch.where(torch.rand(n, device=device) < 0.5, 1.0, -1.0)
    crop[:, 1, 1] = height
    crop[:, 0, 2], crop[:, 1, 2] = ((2 * torch.rand(n, device=device) - 1) * (1 - size) for size in (width, height))
    grid = F.affine_grid(crop, [n, 3, FINER * side, FINER * side], align_corners=False)
    found = F.avg_pool2d(F.grid_sample(pictures, grid, padding_mode="reflection", align_corners=False), FINER)
    gray = torch.rand(n, 1, 1, 1, device=device) < GRAY
    return torch.where(gray, found.mean(1, keepdim=True), found)


def canvases(pictures: Tensor, cells: int) -> Tensor:
    """Pictures (n·cells², c, side, side) put together row by row: (n, c, cells·side, cells·side)."""
    _, channels, side, _ = pictures.shape
    rows = pictures.view(-1, cells, cells, channels, side, side).permute(0, 3, 1, 4, 2, 5)
    return rows.reshape(-1, channels, cells * side, cells * side)
