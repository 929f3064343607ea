"""Owns the strokes that a detail scale begins with: patches of the style's own paint, laid where they look, from afar, like what the scale before has painted.

Example-based super-resolution (Freeman et al. 2002) with the style as the only example, as in image analogies (Hertzmann et al. 2001): the painting, enlarged,
says what a patch is to look like at a quarter of its size; of all patches of the style at its own size the most alike lends its details and part of its tone.
A broad brush first, then a fine one where it has missed what was there, as painters do (Hertzmann 1998, "Painterly rendering with curved brush strokes of
multiple sizes"). From a blurred start, the gradients of the network's statistics made a weave of 3 px where now there are strokes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from .paint import Brush, Paint, forms, looks, windows

BROAD = Brush(patch=24, pace=16, afar=4, form=8)  # the library's styles have strokes 8 to 40 px wide
FINE = Brush(patch=12, pace=8, afar=2, form=4)
TONE = 0.6  # share of a patch's own tone beside the painting's: at 0 strokes have the colours of a blur
CONTRAST = (1.0, 3.0)  # bounds of the factor that brings the painting's structure to the style's: blurred as it is, it would choose the dullest patches
PLAIN = 1.0  # of the painting's mean squared structure: below it nothing can be missed
MISSED = 0.5  # of the structure at a place, squared error of the broad brush, from which on the fine one goes over it
SAMPLED = 4096  # places at which the painting's structure is measured
ROWS_TOLD = 8  # rows of patches from one beat to the next


@dataclass(frozen=True, slots=True)
class Palette:
    """What a picture is painted with. paints: by brush, one for each region, None: there is none that fits; says: (1, k, h, w) of any size, how likely each
    region is, None: there is but one."""

    paints: Callable[[Brush], Sequence[Paint | None]]
    says: Tensor | None


def lay(picture: Tensor, palette: Palette, generator: torch.Generator, beat: Callable[[], object]) -> None:
    """Paints a picture (1, 3, h, w) over with strokes, in place. The generator's state decides. beat: told every few rows; may raise to end it. Beside the
    picture it holds half as many bytes again and a band of patches: less than the optimiser takes later."""
    before = {size: F.avg_pool2d(picture, size, ceil_mode=True) for brush in (BROAD, FINE) for size in (brush.afar, brush.form)}
    for brush in (BROAD, FINE):
        after = None if brush is BROAD else F.avg_pool2d(picture, brush.afar, ceil_mode=True)
        _Pass(picture, brush, palette, before, after, generator).go(beat)


class _Pass:
    """One brush's way over a picture, row by row of patches. The first patch begins `pace` px before the picture."""

    def __init__(self, picture: Tensor, brush: Brush, palette: Palette, before: dict[int, Tensor], after: Tensor | None, generator: torch.Generator) -> None:
        self._picture, self._brush, self._generator = picture, brush, generator
        self._paints = palette.paints(brush)
        height, width = picture.shape[-2:]
        self._rows, self._columns = (-(-(length + brush.pace) // brush.pace) for length in (height, width))
        self._drawn = _drawn(palette.says, self._rows, self._columns, generator).to(picture.device)
        self._seen = self._places(before[brush.afar])
        self._after = None if after is None else self._places(after)
        self._forms = F.pad(before[brush.form], (0, 0, 1, 1), mode="replicate")
        step = math.isqrt(self._rows * self._columns // SAMPLED) + 1
        sample = self._seen[::step, ::step].flatten(0, 1)
        self._structure = float(_structure(sample).mean())
        self._contrasts = [1.0 if one is None else _contrast(sample, one) for one in self._paints]

    def go(self, beat: Callable[[], object]) -> None:
        """Paints."""
        brush, columns = self._brush, self._columns
        fade, level = _fade(brush, self._picture.device)
        band = self._picture.new_zeros(7, brush.patch, (columns - 1) * brush.pace + brush.patch)  # sums of details, of tones, of what is covered
        for row in range(self._rows):
            patches = self._chosen(row) * fade
            flat = patches.flatten(1).t()[None]
            band += F.fold(flat, (band.shape[-2], band.shape[-1]), brush.patch, stride=brush.pace)[0]
            if row:
                self._write(band[:, : brush.pace], level, (row - 1) * brush.pace)
            band = torch.cat((band[:, brush.pace :], torch.zeros_like(band[:, : brush.pace])), 1)
            if row % ROWS_TOLD == 0:
                beat()

    def _chosen(self, row: int) -> Tensor:
        """(columns, 7, patch, patch): details and tones of the patches of a row, and 1; all 0 where nothing is painted."""
        side = self._brush.patch
        found = self._picture.new_zeros(self._columns, 7, side, side)
        wanted = self._missed(row)
        for index, one in enumerate(self._paints):
            here = (wanted & (self._drawn[row] == index)).nonzero()[:, 0]
            if one is not None and len(here):
                patches = one.alike(looks(self._seen[row, here], self._contrasts[index]), self._generator)
                found[here] = torch.cat((*patches, torch.ones_like(patches[0][:, :1])), 1)
        return found

    def _missed(self, row: int) -> Tensor:
        """(columns,), where there is something to paint: all of it for the first brush."""
        if self._after is None:
            return torch.ones(self._columns, dtype=torch.bool, device=self._picture.device)
        structure = _structure(self._seen[row])
        error = (self._seen[row] - self._after[row]).mean(1).square().mean((1, 2))
        return (structure > PLAIN * self._structure) & (error > MISSED * structure)

    def _write(self, band: Tensor, level: Tensor, top: int) -> None:
        """The rows of a finished band, into the picture from `top`."""
        brush, (height, width) = self._brush, self._picture.shape[-2:]
        count = min(brush.pace, height - top)
        part = slice(brush.pace, brush.pace + width)
        details, tones, cover = (band[None, parts, :count, part] for parts in (slice(3), slice(3, 6), slice(6, 7)))
        around = self._forms[..., top // brush.form : (top + brush.pace) // brush.form + 2, :]
        own = cover * forms(around, brush)[..., brush.form : brush.form + count, :width]
        steps = level.repeat(1, -(-width // brush.pace))[:count, :width]
        rows = self._picture[..., top : top + count, :]
        rows.copy_(((1 - cover) * rows + own + TONE * (tones - own) + details * steps).clamp(0, 1))

    def _places(self, small: Tensor) -> Tensor:
        """What is seen at each place of a patch, (rows, columns, 3, n, n), in a picture `afar` times smaller."""
        brush = self._brush
        pace, side = brush.pace // brush.afar, brush.patch // brush.afar
        right, below = ((count - 2) * pace + side - length for count, length in ((self._columns, small.shape[-1]), (self._rows, small.shape[-2])))
        return windows(F.pad(small, (pace, max(0, right), pace, max(0, below)), mode="replicate"), side, pace)[0, : self._rows, : self._columns]


def _contrast(seen: Tensor, one: Paint) -> float:
    """What the painting's structure in windows (m, 3, n, n) is multiplied by, to be the style's."""
    own, style = (float(part[:, :-3].square().mean().sqrt()) for part in (looks(seen), one.looks))
    return min(CONTRAST[1], max(CONTRAST[0], style / max(own, 1e-6)))


def _structure(seen: Tensor) -> Tensor:
    """(m,), mean squared deviation of the brightness in windows (m, 3, n, n)."""
    light = seen.mean(1).flatten(1)
    return light.var(1, unbiased=False)


def _drawn(says: Tensor | None, rows: int, columns: int, generator: torch.Generator) -> Tensor:
    """The number of the region at each place, (rows, columns)."""
    if says is None:
        return torch.zeros(rows, columns, dtype=torch.long)
    limits = F.interpolate(says.cpu(), size=(rows, columns), mode="bilinear", align_corners=False)[0].cumsum(0)
    chance = torch.rand(rows, columns, generator=generator) * limits[-1]
    return (chance[None] >= limits[:-1]).sum(0)


def _fade(brush: Brush, device: torch.device) -> tuple[Tensor, Tensor]:
    """(patch, patch), how much each pixel of a patch counts, so that patches that overlap sum to 1; and (pace, pace), what the sum of details is multiplied by
    to keep their variance, as details that overlap are strangers to each other (Heitz & Neyret 2018, section 3)."""
    fringe = brush.patch - brush.pace
    rise = torch.sin(torch.pi / 2 * (torch.arange(fringe, device=device) + 0.5) / fringe).square()
    line = torch.cat((rise, torch.ones(brush.patch - 2 * fringe, device=device), rise.flip(0)))
    squares = F.pad(line.square(), (0, 2 * brush.pace - brush.patch)).view(2, brush.pace).sum(0)
    return torch.outer(line, line), torch.outer(squares, squares).rsqrt()
