"""Owns which rectangles of a picture are looked at where only a part of it is painted: each patch that changes, with what lies around it."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from ..parameters import Seamless
from .tiles import ALIGNMENT, Tile, spans

AROUND = 16  # px that a part sees beyond what it owns: the padding of the network is felt within 8 px, and what lies farther off hardly counts

Box = tuple[int, int, int, int]  # top, left, bottom, right, in blocks of ALIGNMENT px


def parts(moves: Tensor, side: int | None = None, seamless: Seamless = Seamless.NONE) -> tuple[Tile, ...]:
    """Tiles that own all places which may change, and no place twice. moves: (1, 1, h, w), > 0 where they may. side: of the largest, in px; None: any.
    seamless: the axes along which they see round the border."""
    height, width = moves.shape[-2:]
    blocks = F.max_pool2d((moves > 0).float(), ALIGNMENT, ceil_mode=True)[0, 0].cpu().numpy() > 0
    found = []
    for top, left, bottom, right in _merged(_patches(blocks)):
        rows, columns = slice(top * ALIGNMENT, min(bottom * ALIGNMENT, height)), slice(left * ALIGNMENT, min(right * ALIGNMENT, width))
        for row in spans(rows.start, rows.stop, height, side or height, AROUND, seamless.down):
            found += [Tile(row, column) for column in spans(columns.start, columns.stop, width, side or width, AROUND, seamless.across)]
    return tuple(found)


def owned(tiles: tuple[Tile, ...], like: Tensor) -> Tensor:
    """(1, 1, h, w), 1 where a tile owns a place of a picture (1, c, h, w), else 0."""
    found = torch.zeros_like(like[:, :1])
    for tile in tiles:
        tile.own(found).fill_(1)
    return found


def _patches(blocks: NDArray[np.bool_]) -> list[Box]:
    """The boxes of what hangs together, also by corners."""
    left, found = blocks.copy(), []
    height, width = blocks.shape
    for start in zip(*np.nonzero(blocks), strict=True):
        if not left[start]:
            continue
        left[start] = False
        waiting, box = [start], (int(start[0]), int(start[1]), int(start[0]) + 1, int(start[1]) + 1)
        while waiting:
            row, column = waiting.pop()
            box = _union(box, (int(row), int(column), int(row) + 1, int(column) + 1))
            for near_row in range(max(0, row - 1), min(height, row + 2)):
                for near_column in range(max(0, column - 1), min(width, column + 2)):
                    if left[near_row, near_column]:
                        left[near_row, near_column] = False
                        waiting.append((near_row, near_column))
        found.append(box)
    return found


def _merged(boxes: list[Box]) -> list[Box]:
    """The same boxes, those joined that overlap or are seen at less cost as one."""
    found: list[Box] = []
    while boxes:
        box = boxes.pop()
        other = next((one for one in boxes if _overlap(box, one) or _seen(_union(box, one)) <= _seen(box) + _seen(one)), None)
        if other is None:
            found.append(box)
        else:
            boxes.remove(other)
            boxes += [_union(box, other), *found]  # the larger one may meet those that stood alone
            found = []
    return found


def _union(a: Box, b: Box) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _seen(box: Box) -> int:
    around = 2 * AROUND // ALIGNMENT
    return (box[2] - box[0] + around) * (box[3] - box[1] + around)
