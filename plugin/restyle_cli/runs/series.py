"""Owns what the paintings of a series have in common: styles, settings and a palette, chosen once and written down beside them for every later run."""

from __future__ import annotations

import dataclasses
import json
import math
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import restyle_client as client
from restyle_contract import files as contract_files
from restyle_contract.limits import SMALLEST_SIDE, STYLE_SCALES
from restyle_contract.parameters import AUTOMATIC, Settings
from restyle_contract.settings import RecipeError, within
from restyle_editor import presets
from restyle_editor.suggestion import suggestion
from restyle_imaging.errors import ImagingError, PictureError
from restyle_imaging.io import files
from restyle_imaging.io.ocio import Ocio
from restyle_imaging.planes import palettes
from restyle_imaging.planes.formats import Plane
from restyle_imaging.planes.palettes import Palette

from ..terminal.failures import Failure, Interrupted
from ..terminal.output import named
from . import inputs, one_picture
from .one_picture import ChosenStyle
from .paint_options import PaintOptions

FILE = "series.toml"
GIVEN = ("size", "strength", "legibility", "color", "evaluations", "seed", "seamless")  # options that are settings of the same name
OF_THE_MACHINE = ("device",)  # settings that may differ from run to run
WORDS = {"evaluations": "steps", "size": "work size"}  # settings that people know by another word
HEAD = "# What the paintings of this folder have in common. restyle image … --series takes it up; remove this file, and the next one begins a new series.\n"
ANOTHER = "give another folder after -o, and another series begins there"


@dataclass(frozen=True, slots=True)
class SeriesStyle:
    """name: for people. picture: its SHA-256. weight: above 0. scale: size of the strokes, as in restyle_client.StyleUse."""

    name: str
    picture: str
    weight: float
    scale: float


@dataclass(frozen=True, slots=True)
class Series:
    """settings: by name, as presets keep them. palette: to which every content is brought before it is painted."""

    settings: Mapping[str, Any]
    styles: tuple[SeriesStyle, ...]
    palette: Palette

    def options(self, options: PaintOptions) -> PaintOptions:
        """The options with nothing left to choose."""
        told = {"preset": self.settings["preset"], "weights": self.settings["weights"], "plan": dict(self.settings)}
        nothing: dict[str, Any] = dict.fromkeys(GIVEN)
        return dataclasses.replace(options, **told, **nothing)

    def chosen(self, styles: Sequence[ChosenStyle]) -> tuple[ChosenStyle, ...]:
        """The styles in the series's strokes."""
        symmetry = self.settings.get("symmetry")
        return tuple(
            dataclasses.replace(
                style,
                use=dataclasses.replace(style.use, scale=kept.scale, symmetry=symmetry),
                fingerprint={"picture": kept.picture, "weight": kept.weight, "scale": kept.scale},
            )
            for style, kept in zip(styles, self.styles, strict=True)
        )

    def recolored(self, plane: Plane) -> Plane:
        """ImagingError."""
        return palettes.recolored(plane, self.palette)

    @property
    def key(self) -> list[list[float]]:
        """The palette in JSON's types."""
        return [self.palette.mean.tolist(), *self.palette.covariance.tolist()]

    def __str__(self) -> str:
        styles = ", ".join(f"{style.name} at stroke size {style.scale:g}" for style in self.styles)
        told = self.settings
        return f"{styles}, strength {told['strength']:g}, {told['color']} colours, seed {told['seed']}, {told['size']} px, weights {told['weights']}"


def joined(
    place: Path,
    session: client.Session,
    contents: Sequence[Path],
    options: PaintOptions,
    styles: Sequence[ChosenStyle],
    go_on: Callable[[], bool],
    ocio: Ocio | None = None,
) -> tuple[Series, str]:
    """The series of a folder, taken up or begun, and a sentence about it. go_on: False stops it. ocio: in which colour space the contents are.
    Failure when the options ask for another than is there, when none of the contents can be read, or its file can't be read or written; Interrupted."""
    path = place / FILE
    if path.exists():
        series = read(path)
        _require_same(series, options, styles, place)
        return series, f"Goes on with the series of {named(path)}: {series}"
    series = begun(session, contents, options, styles, go_on, ocio)
    try:
        contract_files.atomic_write(path, to_toml(series))
    except OSError as error:
        raise Failure(f"{named(path)} can't be written ({error.strerror or error}); choose another folder with -o.") from error
    return series, f"Begins a series, kept in {named(path)}: {series}"


def begun(
    session: client.Session,
    contents: Sequence[Path],
    options: PaintOptions,
    styles: Sequence[ChosenStyle],
    go_on: Callable[[], bool],
    ocio: Ocio | None = None,
) -> Series:
    """A series of these contents; those that can't be read have no say. Failure when none can, Interrupted."""
    found: list[tuple[int, int, Path, Palette]] = []
    unread: Exception | None = None
    for number, content in enumerate(contents):
        if not go_on():
            raise Interrupted
        try:
            plane = inputs.picture(content, ocio).plane
            found.append((max(plane.width, plane.height), number, content, palettes.measured(plane)))
        except (PictureError, ImagingError) as error:
            unread = unread or error
    if not found:
        raise Failure(f"None of the pictures can be read, so no series begins. {unread}")
    given = _given(options)
    strength, color = suggestion((style.library, style.use.weight) for style in styles)
    settings = {name: getattr(Settings(), name) for name in presets.SEEN}
    settings |= {name: value for name, value in (("strength", strength), ("color", color)) if value is not None} | given
    _, _, median, _ = sorted(found, key=lambda one: one[:2])[(len(found) - 1) // 2]
    picture = inputs.picture(median, ocio)
    sized = tuple(_sized(style, session) for style in styles)
    estimate = session.estimate(one_picture.request(picture, median, sized, options))
    settings.setdefault("size", max(estimate.work_width, estimate.work_height))
    settings.setdefault("weights", estimate.weights.id if estimate.weights else session.info().weights_in_use)
    scales = estimate.style_scales if options.scale is None else (options.scale,) * len(styles)
    if len(scales) != len(styles):
        raise Failure("This server does not say how large its strokes are; bring it to this command's version, or choose them with --style-scale.")
    return Series(
        settings,
        tuple(_kept(style, str(spec), scale) for style, spec, scale in zip(styles, options.specs, scales, strict=True)),
        palettes.common_palette([one[3] for one in found]),
    )


def _sized(style: ChosenStyle, session: client.Session) -> ChosenStyle:
    """The style with its picture's size, which an estimate does not find out, as it gets no files; of one with more pixels than a plane may have, the shape."""
    if not isinstance(style.use.source, bytes) or style.use.scale is not None:
        return style
    plane = files.read_picture(style.use.source).plane
    factor = min(1.0, math.sqrt(session.info().limits.max_pixels / (plane.width * plane.height)))
    width, height = (max(SMALLEST_SIDE, math.floor(side * factor)) for side in (plane.width, plane.height))
    blank = client.Plane(client.PixelFormat(client.Channels.GRAY, client.Depth.U8), width, height, bytes(width * height))
    return dataclasses.replace(style, use=dataclasses.replace(style.use, source=blank))


def _kept(style: ChosenStyle, name: str, scale: float) -> SeriesStyle:
    return SeriesStyle(name, str(style.fingerprint["picture"]), 1.0 if style.use.weight is None else style.use.weight, scale)


def _given(options: PaintOptions) -> dict[str, Any]:
    """The settings that are asked for; those that are left to the service are missing."""
    given = {**options.plan, **{name: getattr(options, name) for name in GIVEN if getattr(options, name) is not None}, "weights": options.weights}
    left_open = {name for name in OF_THE_MACHINE if name in given}
    left_open |= {"weights"} if given["weights"] == AUTOMATIC else set()
    left_open |= {"size"} if given.get("size", 1) <= 0 else set()
    left_open |= {"preset"} if options.plan == {"preset": Settings().preset} else set()  # what nobody chose
    return {name: value for name, value in given.items() if name not in left_open}


def _require_same(series: Series, options: PaintOptions, styles: Sequence[ChosenStyle], place: Path) -> None:
    asked = [(style.fingerprint["picture"], 1.0 if style.use.weight is None else style.use.weight) for style in styles]
    if asked != [(style.picture, style.weight) for style in series.styles]:
        names = ", ".join(f"{style.name}:{style.weight:g}" if len(series.styles) > 1 else style.name for style in series.styles)
        raise Failure(f"The series in {named(place)} is painted in the manner of {names}, as it was then; paint with that, or {ANOTHER}.")
    kept: dict[str, Any] = {**{name: getattr(Settings(), name, None) for name in _given(options)}, **series.settings}
    changed = [f"{WORDS.get(name, name)} {_told(kept[name])}, not {_told(value)}" for name, value in _given(options).items() if kept[name] != value]
    if options.scale is not None and any(style.scale != options.scale for style in series.styles):
        changed.append(f"stroke size {', '.join(f'{style.scale:g}' for style in series.styles)}, not {options.scale:g}")
    if changed:
        raise Failure(f"The series in {named(place)} has {'; '.join(changed)}. Leave that out, or {ANOTHER}.")


def _told(value: Any) -> str:
    return "of the preset's own" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def to_toml(series: Series) -> str:
    """A preset's file, with a table of the series's own."""
    rows = ["[series]", f"mean = {series.palette.mean.tolist()}", f"covariance = {series.palette.covariance.tolist()}"]
    for style in series.styles:
        rows += ["", "[[series.styles]]", *(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in dataclasses.asdict(style).items())]
    return f"{HEAD}{presets.to_toml(series.settings)}\n" + "\n".join(rows) + "\n"


def read(path: Path) -> Series:
    """Failure for a file that is no series."""
    try:
        return _read(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = str(error) if isinstance(error, (RecipeError, OSError)) else "Its table of the series makes no sense."
        raise Failure(f"{named(path)} is no series that could be taken up; remove it to begin a new one, or choose another folder with -o. {why}") from error


def _read(path: Path) -> Series:
    """RecipeError; OSError, ValueError, KeyError, TypeError for what makes no sense."""
    settings = presets.read(path)
    own = tomllib.loads(path.read_text("utf-8")).get("series")
    if own is None:
        raise RecipeError(f"{path} has no series")
    missing = [name for name in (*presets.SEEN, "size", "weights") if name not in settings]
    if missing:
        raise RecipeError(f"{path} lacks {', '.join(missing)}")
    palette = Palette(np.array(own["mean"], np.float64), np.array(own["covariance"], np.float64))
    if palette.mean.shape != (3,) or palette.covariance.shape != (3, 3) or not np.isfinite([*palette.mean, *palette.covariance.flat]).all():
        raise RecipeError(f"{path} has no palette")
    styles = tuple(SeriesStyle(**style) for style in own["styles"])
    for style in styles:
        within("scale", style.scale, *STYLE_SCALES)
    return Series(settings, styles, palette)
