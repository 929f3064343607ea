"""Owns the parameters of a painting, each declared once: its name, its range, default and unit, a sentence about it, and since when it is there.

From here the client and the server take what may be sent, presets and plug-ins what may be set, the command line its ranges, and docs/controls.md its table
(`python tests/documents/controls.py --write`). What a job takes is `Parameters`; what a person sets, with everything at its default, is `Settings`.
A new number stands in three places of this file, in restyle.proto, in the engine's parameters, and where the engine uses it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Union

from .limits import LARGEST_SEED, LARGEST_SIDE, MAX_EVALUATIONS, MAX_TV, SMALLEST_SIDE

AUTOMATIC = "auto"  # the server's choice
AUTOMATIC_SIZE = 0
USUAL_LEGIBILITY = 85.0  # a small face keeps its mouth there, which 70 loses
FULL_SIZE = -1  # work at the layer's own size
FIRST = "0.1.0"  # the version that began with it

Layers = tuple[tuple[str, float], ...]  # a layer of the network and its weight


@dataclass(frozen=True)
class Number:
    """name: as in restyle.proto. lowest, highest: both are allowed. default: None where it depends; `usual` then says on what. sentence: in Markdown.

    since: the version. unit: behind the range. whole: an integer. title, step: of its control in the editors' dialogs; no title: it has none.
    """

    name: str
    lowest: float
    highest: float
    default: float | None
    sentence: str
    since: str
    unit: str = ""
    usual: str = ""
    whole: bool = False
    title: str = ""
    step: float = 1.0


@dataclass(frozen=True)
class Choice:
    """words: one of them. default: None where it depends."""

    name: str
    words: tuple[str, ...]
    default: str | None
    sentence: str
    since: str
    usual: str = ""


@dataclass(frozen=True)
class LayerWeights:
    """Layers of the network, each with its weight."""

    name: str
    default: Layers
    sentence: str
    since: str


@dataclass(frozen=True)
class Special:
    """What is neither a number of a range nor one of some words. values, usual: in words."""

    name: str
    values: str
    usual: str
    sentence: str
    since: str


class Color(str, Enum):
    """Whose colours."""

    STYLE = "style"
    CONTENT = "content"
    MATCH = "match"


Parameter = Union[Number, Choice, LayerWeights, Special]

PARAMETERS: tuple[Parameter, ...] = (  # in the order of restyle.proto
    Choice(
        "preset",
        ("draft", "standard", "fine"),
        "standard",
        ("how long to paint: the cost of 12, 60 or 200 loss evaluations at the work's size, all sizes and the finish together ([more](#how-it-paints))"),
        FIRST,
    ),
    Number(
        "size",
        SMALLEST_SIDE,
        LARGEST_SIDE,
        None,
        (
            "longest side of the work, never above the picture's own nor what the preset paints (1024 for `draft`, 2048 for `standard`); the result "
            "comes back at the picture's size"
        ),
        FIRST,
        unit="px",
        usual="512 on a CPU, 768 on an Apple GPU, 1024 on CUDA",
        whole=True,
    ),
    Special(
        "native_size",
        "yes, no",
        "no",
        (
            "works at the picture's own size, as far as the preset goes; half of it, and so on, where that would take longer than two minutes, and says "
            "so; not together with `size`"
        ),
        FIRST,
    ),
    Number(
        "strength",
        0,
        100,
        50,
        (
            "how far the painting may go from its content: 0 gives it back, 50 is balance, 100 lets the style win ([more](#how-it-paints)). The command "
            "line and the editors begin with what suits the style"
        ),
        FIRST,
        title="Strength",
    ),
    Number(
        "legibility",
        0,
        100,
        USUAL_LEGIBILITY,
        (
            "how far faces and lettering keep their lines: there the strength is lowered by itself, down to 25 at 100, and colours stay the style's; 0 is off "
            "([more](#how-it-paints))"
        ),
        FIRST,
        title="Legibility",
        step=10,
    ),
    Number("evaluations", 0, MAX_EVALUATIONS, None, "another budget; 0 paints nothing", FIRST, usual="the preset's", whole=True),
    Number(
        "seed",
        0,
        LARGEST_SEED,
        0,
        (
            "another seed paints another picture in the same manner: every seed but 0 begins with a little noise of its own. Equal inputs, seed and "
            "version give identical bytes on a CPU"
        ),
        FIRST,
        whole=True,
        title="Seed",
    ),
    Choice(
        "color",
        tuple(each.value for each in Color),
        "style",
        (
            "`style`: the style's colours. `content`: lightness from the painting, colours from the content. `match`: the style is recoloured to the "
            "content's mean and spread before"
        ),
        FIRST,
    ),
    Number("color_mix", 0, 1, 1, "how much of `color` is applied", FIRST, title="Color mix", step=0.05),
    Choice(
        "objective",
        ("gram", "wasserstein"),
        "gram",
        (
            "what makes two textures alike, before the finish: the Gram matrix of the features (Gatys 2016); or the Wasserstein-2 distance between "
            "Gaussians. Each layer's error is in parts of the style's own"
        ),
        FIRST,
    ),
    Choice("optimizer", ("lbfgs", "adam"), "lbfgs", "how the picture is changed, step by step, before the finish", FIRST),
    LayerWeights(
        "style_layers",
        tuple((f"relu{block}_1", 1.0) for block in range(1, 6)),
        ("where texture is compared before the finish: shallow layers hold colours and grain, deep ones larger forms; weights are brought to the sum 1"),
        FIRST,
    ),
    LayerWeights("content_layers", (("relu4_2", 1.0),), "where the content is compared", FIRST),
    Number("tv", 0, MAX_TV, 1, "smoothing before the finish, in parts of the usual", FIRST, title="Smoothness", step=0.25),
    Choice("pooling", ("average", "max"), "average", "how the network shrinks; `max` may leave a grid", FIRST),
    Choice("precision", ("fp32", "bf16"), None, "numbers inside the network", FIRST, usual="bf16 where the device is faster with it, else fp32"),
    Choice("weights", (AUTOMATIC, "vgg19", "vgg16", "file"), AUTOMATIC, "which network looks; `auto` takes vgg19 when it is installed, else vgg16", FIRST),
    Special("device", "an id, see `restyle status`", "whichever is free first", "where to paint", FIRST),
    Special(
        "memory_limit",
        "bytes",
        "what is free",
        ("the picture is cut into tiles to fit; where even that is too much, the refusal names the least that works, and the largest size that fits"),
        FIRST,
    ),
    Choice(
        "seamless",
        ("none", "x", "y", "both"),
        "none",
        (
            "which sides of the painting go on at the opposite ones, so that it can be laid beside itself: `x` left and right, `y` top and bottom. "
            "A content that has a seam keeps it; a texture has none. Not together with masks"
        ),
        FIRST,
    ),
)

DECLARED: Mapping[str, Parameter] = {each.name: each for each in PARAMETERS}
NUMBERS: Mapping[str, Number] = {each.name: each for each in PARAMETERS if isinstance(each, Number)}
WORDS: Mapping[str, tuple[str, ...]] = {each.name: each.words for each in PARAMETERS if isinstance(each, Choice)}
LAYERS = tuple(each.name for each in PARAMETERS if isinstance(each, LayerWeights))
PRESETS, COLORS, WEIGHTS, SEAMLESS = WORDS["preset"], WORDS["color"], WORDS["weights"], WORDS["seamless"]
OBJECTIVES = (AUTOMATIC, *WORDS["objective"])
STARTS = ("content", "noise")
PLACED_AS = ("one", "two")  # layers of an editor
SYMMETRIES = ("none", "flips", "flips+rotations")
START_NOISE = (0.0, 1.0)  # standard deviation, in parts of the range
USUAL_STRENGTH = 50.0  # what the server takes when nothing is asked for


@dataclass(frozen=True)
class Parameters:
    """How to paint. None leaves the choice to the preset; a job's `resolved` says what was chosen.

    preset: "draft", "standard" or "fine": the cost of at most 12, 60 or 200 loss evaluations at the work size.
    size: 16 to 65535 px, longest side of the work, never above the image's; default 512 on a CPU, 1024 on CUDA. native_size: work at the image's own size.
    strength: 0 to 100; 50, the default, balances style and content.
    legibility: 0 to 100, default 85: how far faces and lettering keep their lines.
    evaluations: 0 to 10000, instead of the preset's budget. seed: 0 to 4294967295, default 0.
    color: "style", "content" or "match"; color_mix: 0 to 1, how much of it is applied, default 1.
    objective: "gram" (default) or "wasserstein". optimizer: "lbfgs" or "adam". pooling: "average" or "max". precision: "fp32" or "bf16".
    style_layers, content_layers: pairs of a layer's name (relu1_1 to relu5_4) and its weight, ≥ 0.
    tv: 0 to 1000, smoothing in parts of the tuned default; default 1.
    weights: "auto" (default), "vgg19", "vgg16" or the administrator's "file". device: an id of ServerInfo.devices; default: whichever is free first.
    memory_limit: bytes the engine may use on the device. seamless: "none" (default), "x", "y" or "both": which sides go on at the opposite ones.
    """

    preset: str | None = "standard"
    size: int | None = None
    native_size: bool | None = None
    strength: float | None = None
    legibility: float | None = None
    evaluations: int | None = None
    seed: int | None = None
    color: str | None = None
    color_mix: float | None = None
    objective: str | None = None
    optimizer: str | None = None
    style_layers: Layers = ()
    content_layers: Layers = ()
    tv: float | None = None
    pooling: str | None = None
    precision: str | None = None
    weights: str | None = None
    device: str | None = None
    memory_limit: int | None = None
    seamless: str | None = None


@dataclass(frozen=True)
class Settings:
    """strength, legibility: 0 to 100. size: px, longest side of the work, AUTOMATIC_SIZE or FULL_SIZE. color_mix, start_noise: 0 to 1.

    tv: smoothness in parts of the default. evaluations: instead of the preset's budget; None: the preset's.
    style_layers, content_layers: pairs of a layer of the network and its weight; none: the server's choice.
    layers: how many of the editor's the painting becomes, "one", or "two": colours and strokes.
    """

    strength: float = USUAL_STRENGTH
    legibility: float = USUAL_LEGIBILITY
    preset: str = "standard"
    size: int = AUTOMATIC_SIZE
    color: str = "style"
    color_mix: float = 1.0
    seed: int = 0
    objective: str = AUTOMATIC
    tv: float = 1.0
    start: str = "content"
    start_noise: float = 0.0
    symmetry: str = "none"
    weights: str = AUTOMATIC
    device: str = ""
    evaluations: int | None = None
    optimizer: str = AUTOMATIC
    pooling: str = AUTOMATIC
    precision: str = AUTOMATIC
    style_layers: Layers = ()
    content_layers: Layers = ()
    seamless: str = "none"
    layers: str = "one"
