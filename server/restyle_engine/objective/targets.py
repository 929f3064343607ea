"""Owns the statistics that styles aim at, per scale, and keeps them from one task to the next."""

from __future__ import annotations

import functools
import hashlib
import math
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ..large.tiles import grid, halo, whole
from ..network.vgg import Vgg, channels, depth
from ..parameters import SMALLEST_SIDE, Symmetry
from ..resizing import LARGEST_ENLARGEMENT, resized, resized_map, resized_weighted, tensor
from ..store import Store
from ..task import StylePicture
from .moments import Measured, Moments, blended, by_position, guides, tiled_moments

LARGEST_AREA = 4.0  # of a style's picture, in areas of the content: bounds memory at large style scales
POSITIONS = {0: 2048, 1: 2048, 2: 4096, 3: 4096}  # of a style and layer that are searched, all orientations together, by number of poolings before it
POSITIONS_SIDE = 512  # px, of the tiles of a style's picture whose positions are taken: bounds the memory, whatever the picture's size
GOLDEN = (math.sqrt(5) - 1) / 2
KEPT_POSITIONS = 6  # sets of positions, 22 MiB each
KEPT = 48  # sets of moments, 2.4 MiB each down to relu5_1
MEASURING = (  # modules that moments come from
    "device",
    "large/tiles",
    "network/calibration",
    "network/convolutions",
    "network/pooling",
    "network/topology",
    "network/vgg",
    "network/winograd",
    "objective/moments",
    "objective/targets",
    "repeating",
    "resizing",
)

Targets = Measured


@dataclass(frozen=True, slots=True)
class Key:
    """What a set of moments depends on, to the last bit. network names weights file, pooling, precision and device; side: of tiles, None: measured as a whole,
    which differs by rounding, so that a picture would depend on what had been painted before it."""

    network: str
    style: str
    width: int
    height: int
    symmetry: Symmetry
    layers: frozenset[str]
    side: int | None


class TargetCache:
    """Moments of styles: some in memory, more in a store on disk; the least recently used go first."""

    def __init__(self, kept: int = KEPT, store: Store | None = None) -> None:
        self._kept = kept
        self._store = store or Store()
        self._moments: OrderedDict[Key, Targets] = OrderedDict()
        self._positions: OrderedDict[Key, dict[str, Tensor]] = OrderedDict()

    def get(self, key: Key, device: torch.device) -> Targets | None:
        """The moments of a key, or None."""
        found = self._moments.get(key)
        if found is not None:
            self._moments.move_to_end(key)
            return found
        stored = self._store.get(_name(key, device))
        read = None if stored is None else _moments(stored, key.layers, device)
        if read is not None:
            self._keep(key, read)
        return read

    def put(self, key: Key, targets: Targets, device: torch.device) -> None:
        """Keeps the moments of a key."""
        self._keep(key, targets)
        parts = {f"{name}.{part}": values for name, one in targets.items() for part, values in (("second", one.second), ("mean", one.mean))}
        self._store.put(_name(key, device), parts)

    def positions(self, key: Key, device: torch.device) -> dict[str, Tensor] | None:
        """The positions of a key, or None."""
        found = self._positions.pop(key, None)
        if found is None:
            stored = self._store.get(_name(key, device, "positions"))
            if stored is None or stored.keys() != key.layers or any(one.dim() != 2 or one.shape[1] != channels(layer) for layer, one in stored.items()):
                return None
            found = {layer: one.to(device) for layer, one in stored.items()}
        self._keep_positions(key, found)
        return found

    def put_positions(self, key: Key, found: dict[str, Tensor], device: torch.device) -> None:
        """Keeps the positions of a key."""
        self._keep_positions(key, found)
        self._store.put(_name(key, device, "positions"), found)

    def _keep_positions(self, key: Key, found: dict[str, Tensor]) -> None:
        self._positions[key] = found
        while len(self._positions) > KEPT_POSITIONS:
            self._positions.popitem(last=False)

    def _keep(self, key: Key, targets: Targets) -> None:
        self._moments[key] = targets
        while len(self._moments) > self._kept:
            self._moments.popitem(last=False)


def _name(key: Key, device: torch.device, what: str = "moments") -> str:
    """A key for other processes, and other machines that share the folder: with all that may change the last bit of a result, so that what is read is what
    would be measured."""
    arithmetic = f"{torch.__version__} {device} {torch.get_num_threads()} {torch.backends.cpu.get_cpu_capability()}"
    return f"{what} {_recipe()} {arithmetic} {key.network} {key.style} {key.width}x{key.height} {key.symmetry} {key.side} {','.join(sorted(key.layers))}"


@functools.cache
def _recipe() -> str:
    """A hash of the code that measures: another version's moments are other moments."""
    found = hashlib.sha256()
    for name in MEASURING:
        found.update((Path(__file__).parents[1] / f"{name}.py").read_bytes())
    return found.hexdigest()


def _moments(stored: Mapping[str, Tensor], layers: Collection[str], device: torch.device) -> Targets | None:
    """Moments as they lie in a store; None when some are missing or misshapen."""
    found = {}
    for name in layers:
        second, mean = stored.get(f"{name}.second"), stored.get(f"{name}.mean")
        count = channels(name)
        if second is None or mean is None or second.shape != (count, count) or mean.shape != (count,):
            return None
        found[name] = Moments(second.to(device), mean.to(device))
    return found


def style_size(style: StylePicture, width: int, height: int, enlargement: float = LARGEST_ENLARGEMENT) -> tuple[int, int]:
    """Size at which a style's statistics are taken for a scale of width × height px: as many pixels as the content has, times the style's scale squared, so
    that strokes keep their size on the canvas whatever the size of the work."""
    h, w = style.rgb.shape[:2]
    factor = style.scale * math.sqrt(width * height / (w * h))
    factor = min(factor, enlargement, math.sqrt(LARGEST_AREA * width * height / (w * h)))
    return max(SMALLEST_SIDE, round(w * factor)), max(SMALLEST_SIDE, round(h * factor))


def style_targets(
    vgg: Vgg,
    network: str,
    style: StylePicture,
    width: int,
    height: int,
    layers: Collection[str],
    device: torch.device,
    cache: TargetCache,
    side: int | None = None,
) -> Targets:
    """Moments of a style's picture for a scale of width × height px, per layer, averaged over its symmetry. side: of its tiles, None: it fits as a whole."""
    size = style_size(style, width, height)
    key = Key(network, style.key, *size, style.symmetry, frozenset(layers), side if side is not None and side < max(size) else None)
    found = cache.get(key, device) if style.key else None
    if found is None:
        found = _measured(vgg, style, size, layers, device, side)
        if style.key:
            cache.put(key, found, device)
    return found


@torch.no_grad()
def _measured(vgg: Vgg, style: StylePicture, size: tuple[int, int], layers: Collection[str], device: torch.device, side: int | None) -> Targets:
    image, weight = style_image(style, size, device)
    deepest = max(depth(layer) for layer in layers)
    found: dict[str, list[Moments]] = {}
    for turned in orientations(style.symmetry):
        picture = turned(image)
        height, width = picture.shape[-2:]
        tiles = whole(width, height) if side is None else grid(width, height, side, halo(layers))
        say = guides(None if weight is None else turned(resized_map(weight, *size)), None, deepest)
        for name, one in tiled_moments(vgg, picture, layers, [say], tiles)[0].items():
            found.setdefault(name, []).append(one)
    return {layer: blended(all_, [1.0] * len(all_)) for layer, all_ in found.items()}


@torch.no_grad()
def style_positions(
    vgg: Vgg,
    network: str,
    style: StylePicture,
    width: int,
    height: int,
    layers: Collection[str],
    device: torch.device,
    cache: TargetCache,
    enlargement: float = LARGEST_ENLARGEMENT,
) -> dict[str, Tensor]:
    """Activations (n, C) per layer at positions spread evenly over a style's picture, for a scale of width × height px, in its quarter turns and, where its
    symmetry has them, its flips: strokes lie in all directions, and what is painted does too."""
    size = style_size(style, width, height, enlargement)
    key = Key(network, style.key, *size, style.symmetry, frozenset(layers), None)
    found = cache.positions(key, device) if style.key else None
    if found is not None:
        return found
    image, weight = style_image(style, size, device)
    ways = [Orientation(quarters, flip) for flip in (False, True)[: 1 if style.symmetry is Symmetry.NONE else 2] for quarters in range(4)]
    deepest = max(depth(layer) for layer in layers)
    sampled: dict[str, list[Tensor]] = {}
    for turn in ways:
        picture = turn(image)
        says = guides(None if weight is None else turn(weight), None, deepest)
        tiles = grid(picture.shape[-1], picture.shape[-2], POSITIONS_SIDE, halo(layers))
        for tile in tiles:
            share = tile.pixels / (picture.shape[-2] * picture.shape[-1]) / len(ways)
            for layer, values in vgg.features(tile.seen(picture), layers).items():
                level = depth(layer)
                say = says[level]
                counting = None if say is None else (tile.own(say, level) >= say.max() / 2).flatten()
                sampled.setdefault(layer, []).append(_sampled(tile.inner(values, level), counting, max(1, round(share * POSITIONS[level]))))
    found = {layer: torch.cat(parts) for layer, parts in sampled.items()}
    if style.key:
        cache.put_positions(key, found, device)
    return found


def _sampled(values: Tensor, counting: Tensor | None, count: int) -> Tensor:
    """About so many positions of activations (1, C, h, w), in even steps: (n, C). counting: (h·w,), which of them may be taken; None: all."""
    all_ = by_position(values)
    if counting is not None:
        all_ = all_[counting]
    if len(all_) <= count:
        return all_.contiguous()
    # steps of the golden ratio fall evenly on rows and columns of any length, and on the same positions every time
    return all_[(torch.arange(count, dtype=torch.float64) * (GOLDEN * len(all_)) % len(all_)).long().to(values.device)]


def style_image(style: StylePicture, size: tuple[int, int], device: torch.device) -> tuple[Tensor, Tensor | None]:
    """A style's picture (1, 3, h, w) in 0–1 at a size (width, height), and how much each pixel counts, (1, 1, h, w); None: all fully."""
    image = tensor(style.rgb, device).clamp(0, 1)
    weight = None
    if style.alpha is not None and float(style.alpha.min()) < 1:
        image, weight = resized_weighted(image, tensor(style.alpha, device), *size)
        visible = (image * weight).sum((2, 3), keepdim=True) / weight.sum().clamp(min=1e-6)
        image = torch.where(weight > 0, image, visible)
    return resized(image, *size).clamp(0, 1), weight


def orientations(symmetry: Symmetry) -> list[Orientation]:
    """The ways in which a style's picture may lie."""
    if symmetry is Symmetry.NONE:
        return [Orientation(0, False)]
    if symmetry is Symmetry.FLIPS:
        return [Orientation(0, False), Orientation(0, True)]
    return [Orientation(quarters, flip) for flip in (False, True) for quarters in range(4)]


@dataclass(frozen=True, slots=True)
class Orientation:
    """Quarter turns to the left, and then a flip from side to side."""

    quarters: int
    flip: bool

    def __call__(self, image: Tensor) -> Tensor:
        turned = torch.rot90(image, self.quarters, (2, 3))
        return (turned.flip(3) if self.flip else turned).contiguous()
